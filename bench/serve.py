"""Serve one of the two apps that commit_throughput.py compares, in a process of its own.

`makegood`: the bot as it runs, on DATABASE_URL. `bare`: a Bolt app whose one command only acks, behind the same
Flask app, checks and waitress with the same threads. Prints its port, then serves until standard input closes.
"""

from __future__ import annotations

import sys

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot import logs, settings
from bot.app import compose
from bot.readiness import Readiness
from bot.server import WebServer, build
from bot.service import Parts, Service
from store import migrate


def makegood() -> None:
    given = settings.load()
    logs.configure(level=given.log_level, style=given.log_format, secrets=given.secrets)
    bot = compose(given)
    migrate.upgrade(bot.ledger)
    service = Service(bot, Parts(web=True, work=True))
    service.start()
    print(service.port, flush=True)
    sys.stdin.read()
    service.stop()


def bare() -> None:
    given = settings.load()
    logs.configure(level=given.log_level, style=given.log_format, secrets=given.secrets)
    secret = given.slack_signing_secret
    app = App(
        signing_secret=secret.get_secret_value() if secret else "",
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T0NORTHWIND", bot_token="xoxb-x"),
        # Without the ten-millisecond polling of Bolt's default: the fastest that Bolt can ack.
        process_before_response=True,
    )
    app.command("/commit")(lambda ack: ack("ok"))
    server = WebServer(
        build(app, Readiness.__new__(Readiness), signing_secret=secret.get_secret_value() if secret else None),
        host="127.0.0.1", port=0, threads=given.web_threads,
    )  # fmt: skip
    server.start()
    print(server.port, flush=True)
    sys.stdin.read()
    server.stop(5)


if __name__ == "__main__":
    {"makegood": makegood, "bare": bare}[sys.argv[1]]()
