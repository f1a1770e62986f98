"""Serve one of the apps that commit_throughput.py compares, in a process of its own.

`makegood`: the bot as it runs, on DATABASE_URL. `bare`: a Bolt app as one gets it, whose one command only acks.
`naive`: the same with a command that makes one ORM insert into a table of its own, on DATABASE_URL, and answers in
words. All three behind the same Flask app, checks and waitress with the same threads. Prints its port, then serves
until standard input closes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa
from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot import logs, settings
from bot.app import compose
from bot.health.readiness import Readiness
from bot.http_server import WebServer
from bot.server import build
from bot.service import Parts, Service
from store import migrate
from store.commitments import recording
from store.db import normal_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bot.settings import Settings


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "naive_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str]
    text: Mapped[str]


def main(app: str) -> None:
    given = settings.load()
    logs.configure(level=given.log_level, style=given.log_format, secrets=given.secrets)
    if app == "makegood":
        makegood(given)
    elif app == "naive":
        serve(given, naive(given))
    else:
        serve(given, lambda ack: ack("ok"))


def makegood(given: Settings) -> None:
    # One person types all of them here, which the ledger would stop after thirty a minute.
    recording.AT_MOST = 1_000_000
    bot = compose(given)
    migrate.upgrade(bot.ledger)
    service = Service(bot, Parts(web=True, work=True))
    service.start()
    print(service.port, flush=True)
    sys.stdin.read()
    service.stop()


def naive(given: Settings) -> Callable[..., None]:
    engine = sa.create_engine(normal_url(given.database_url.get_secret_value()), pool_size=16, max_overflow=16)
    Base.metadata.create_all(engine)

    def note(ack: Any, command: dict[str, Any]) -> None:  # noqa: ANN401  Bolt's
        with Session(engine) as tx:
            made = Note(user=command["user_id"], text=command["text"])
            tx.add(made)
            tx.commit()
            ack(f"Recorded as #{made.id}: {made.text}")

    return note


def serve(given: Settings, command: Callable[..., None]) -> None:
    secret = given.slack_signing_secret.get_secret_value() if given.slack_signing_secret else ""
    app = App(
        signing_secret=secret,
        client=WebClient(given.slack_bot_token.get_secret_value(), base_url=given.slack_api_url),
    )
    app.command("/commit")(command)
    web = build(app, Readiness.__new__(Readiness), signing_secret=secret)
    server = WebServer(web, host="127.0.0.1", port=0, threads=given.web_threads)
    server.start()
    print(server.port, flush=True)
    sys.stdin.read()
    server.stop(5)


if __name__ == "__main__":
    main(sys.argv[1])
