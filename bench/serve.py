"""Serve one of the apps that commit_throughput.py compares, in a process of its own.

`makegood`: the bot as it runs, on DATABASE_URL. `bare`: a Bolt app as one gets it, whose one command only acks.
`hasty`: the same with `process_before_response`, which spares it the ten milliseconds that Bolt sleeps between two
looks for its ack: the fastest that Bolt can be. All three behind the same Flask app, checks and waitress with the
same threads. Prints its port, then serves until standard input closes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_sdk import WebClient

from bot import logs, settings
from bot.app import compose
from bot.http_server import WebServer
from bot.readiness import Readiness
from bot.server import build
from bot.service import Parts, Service
from store import migrate
from store.commitments import recording

if TYPE_CHECKING:
    from bot.settings import Settings


def main(app: str) -> None:
    given = settings.load()
    logs.configure(level=given.log_level, style=given.log_format, secrets=given.secrets)
    if app == "makegood":
        makegood(given)
    else:
        bare(given, hasty=app == "hasty")


def makegood(given: Settings) -> None:
    # One person types all of them here, which the ledger would stop after thirty a minute.
    recording.AT_MOST = sys.maxsize
    bot = compose(given)
    migrate.upgrade(bot.ledger)
    service = Service(bot, Parts(web=True, work=True))
    service.start()
    print(service.port, flush=True)
    sys.stdin.read()
    service.stop()


def bare(given: Settings, *, hasty: bool) -> None:
    secret = given.slack_signing_secret.get_secret_value() if given.slack_signing_secret else ""
    app = App(
        signing_secret=secret,
        client=WebClient(given.slack_bot_token.get_secret_value(), base_url=given.slack_api_url),
        process_before_response=hasty,
    )
    app.command("/commit")(lambda ack: ack("ok"))
    web = build(app, Readiness.__new__(Readiness), signing_secret=secret)
    server = WebServer(web, host="127.0.0.1", port=0, threads=given.web_threads)
    server.start()
    print(server.port, flush=True)
    sys.stdin.read()
    server.stop(5)


if __name__ == "__main__":
    main(sys.argv[1])
