"""The real bot in front of a workspace in a box: one process, one command, no account and no network.

Nothing here is simulated but Slack: requests are signed and go over HTTP, the ledger is a database, messages
pass through outbox and courier. Bot and workspace share one clock, which the page can move.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import socket
import tempfile
import time
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import settings
from bot.app import compose
from bot.demo.ledger import fill, page_of_client, take
from bot.manifest import EVENTS_PATH, for_address
from bot.schedule import log_errors
from bot.service import Parts, Service, Signals
from handlers.ids import FEATURES
from sandbox import Clock, Sandbox
from store import outbox, people, reviews, workspaces
from store.tables import OutboxState

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import Makegood

HOST = "127.0.0.1"
# When the demo begins: in the working hours of its people.
BERLIN, WEEK, TEN, FIVE = ZoneInfo("Europe/Berlin"), range(5), time_of_day(10), time_of_day(17)
# So many ports beyond the wanted one are tried before the system is asked for any.
_TRIES = 20
# Seconds that a round may take, and the delivery of one morning's messages.
_ROUND = 5.0
# A longer jump of the clock passes nobody's morning on its way, as if the bot had been down meanwhile.
_WAY = timedelta(days=15)
# The pace of the outbox, or Slack after a refusal for its limits, lets the next message go within this time.
_PACED = timedelta(seconds=3)
# The prompt of a review stands so long after its beginning.
_STANDS = timedelta(minutes=1)
# Seconds between two looks whether the messages are delivered.
_LOOK = 0.02
# Slack's SDK sends even calls to this machine through a proxy.
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


def run_demo(*, port: int, database: str | None, say: Callable[[str], None]) -> bool:
    """Run until Ctrl-C or SIGTERM; whether everything in flight was finished. `say` gets the address line."""
    signals = Signals()
    for name in _PROXIES:
        os.environ.pop(name, None)
    with contextlib.ExitStack() as open_things:
        if database is None:
            folder = open_things.enter_context(tempfile.TemporaryDirectory(prefix="makegood-demo-"))
            database = f"sqlite:///{Path(folder) / 'demo.db'}"
        demo = Demo(port=port, database=database)
        signals.hand_to(demo.service)
        try:
            demo.start()
            say(f"Makegood demo: open {demo.box.url}/  — Ctrl-C stops it")
            demo.service.wait()
        finally:
            finished = demo.stop()
    return finished


class Demo:
    """Box and bot, put together. `start` opens both, `stop` closes both."""

    def __init__(self, *, port: int, database: str) -> None:
        # The bot's web pages are at the address where it listens, which they must know beforehand.
        bot_port = _free_port()
        secret, token = secrets.token_hex(16), f"xoxb-demo-{secrets.token_hex(12)}"
        # The manifest wants an address; the box is told below where the bot really listens.
        clock = Clock()
        clock.move_to(at_work(clock.now()))
        self.box = _open_box(port, secret, token, clock)
        self._seen = self.box.clock.now()
        try:
            given = settings.given(
                slack_bot_token=token,
                slack_signing_secret=secret,
                slack_api_url=self.box.api_url,
                database_url=database,
                host=HOST,
                port=bot_port,
                public_url=f"http://{HOST}:{bot_port}",
            )
            self.makegood: Makegood = compose(given, clock=self.box.clock.now)
            self.service = Service(self.makegood, Parts(web=True, work=True))
        except BaseException:
            self.box.stop()
            raise

    def start(self) -> None:
        """Fill the ledger if it is empty, begin to serve, and follow the box's clock.

        LedgerError where the ledger is not a demo's.
        """
        take(self.makegood.ledger, self.box.clock.now())
        self.makegood.connect()
        fill(self.makegood.ledger, self.box.seed.team_id, self.box.clock.now())
        page = page_of_client(self.makegood.ledger, self.box.seed.team_id, self.box.clock.now())
        self.service.start()
        if page is not None:
            self.box.world.outside.append(("Dana’s page", f"{self.makegood.settings.public_url}{page}"))
        self.box.app_url = f"http://{HOST}:{self.service.port}{EVENTS_PATH}"
        self.box.clock.on_move(self._follow)
        self.box.core.stop_before = self._next_morning
        self.box.clock.landmarks["Next review"] = self._next_review
        self.box.limits = True

    def stop(self) -> bool:
        """Stop bot and box. Returns whether everything in flight was finished."""
        finished = self.service.stop()
        self.box.stop()
        return finished

    def _follow(self, now: datetime) -> None:
        """Plan at once after the clock was moved, not at the next tick."""
        if now < self._seen:
            # A round that has begun still goes by the clock as it was.
            self.service.schedule.idle(within=_ROUND)
            log_errors(lambda: go_back(self.makegood, list(self.box.world.users), now), "go_back")()
        self._seen = now
        log_errors(self.service.schedule.plan, "plan")()

    def _next_morning(self, instant: datetime) -> datetime | None:
        """The next morning of anybody on the clock's way to `instant`, or the next message about a review, when the
        messages before it are delivered.
        """
        now = self.box.clock.now()
        if instant - now > _WAY:
            return None
        log_errors(self._delivered, "deliver")()
        with self.makegood.ledger.read() as tx:
            ahead = [people.next_look(tx, self._seen), reviews.next_message(tx, self._seen)]
        stop = min((one for one in ahead if one is not None), default=None)
        return max(stop, now) if stop is not None and stop < instant else None

    def _next_review(self) -> datetime | None:
        """A minute into the next review that is booked, when its prompt stands in the channel."""
        with self.makegood.ledger.read() as tx:
            starts_at = reviews.next_start(tx, self.box.clock.now())
        return starts_at + _STANDS if starts_at is not None else None

    def _delivered(self) -> None:
        """Wait until no message is due or being sent: a brief that is posted after its morning is skipped."""
        deadline = time.monotonic() + _ROUND
        while time.monotonic() < deadline:
            busy = self._is_sending()
            if not (self.makegood.courier.deliver_due(patience=_PACED) or busy or self._is_sending()):
                return
            time.sleep(_LOOK)

    def _is_sending(self) -> bool:
        with self.makegood.ledger.read() as tx:
            return OutboxState.SENDING in outbox.counts(tx)


def at_work(now: datetime) -> datetime:
    """`now`, or ten on the next morning from Monday to Friday, in Berlin, where most of the demo's people are: nobody
    is told anything at night.
    """
    there = now.astimezone(BERLIN)
    if there.weekday() in WEEK and TEN <= there.time() < FIVE:
        return now
    if there.time() >= FIVE:
        there += timedelta(days=1)
    while there.weekday() not in WEEK:
        there += timedelta(days=1)
    return datetime.combine(there.date(), TEN, BERLIN)


def go_back(makegood: Makegood, users: list[str], now: datetime) -> None:
    """Reset the pace and today's mornings after the clock was set back, so that nothing waits until it catches up."""
    with makegood.ledger.begin() as tx:
        outbox.clock_set_back(tx, now, most=timedelta(0))
        for workspace in workspaces.every(tx):
            for known in people.by_slack_ids(tx, workspace, users):
                if known.next_brief_at is not None and known.next_brief_at > now:
                    known.briefed_on = None
                    people.reschedule(people.get(tx, known.id), now)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


def _open_box(port: int, secret: str, token: str, clock: Clock) -> Sandbox:
    for wanted in [*range(port, min(port + _TRIES, 65536)), 0]:
        box = Sandbox(
            for_address("https://demo.makegood.example", FEATURES),
            app_url=None,
            signing_secret=secret,
            bot_token=token,
            host=HOST,
            port=wanted,
            clock=clock,
        )
        try:
            return box.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise AssertionError("port 0 is always free")
