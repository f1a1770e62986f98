"""The checks of /readyz: for each part of the process whether it works, in words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from bot.schedule import COURIER, PLANNER, last_beats, record_heartbeat
from store import migrate
from store.db import ANSWER_WITHIN
from store.sqlite_file import full_disk

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.slack_connection import ConnectionMonitor
    from bot.socket_mode import SocketMode
    from store.db import Ledger

log = structlog.get_logger(__name__)

# The planner does its round every ten seconds.
OLDEST_BEAT = timedelta(seconds=60)
# Seconds. A database that answers may still be unable to write: its disk is full, or it is a copy. Frequent
# requests of /readyz do not cause frequent writes.
_WRITES_EVERY = 5.0
_PROBE = "readyz"


@dataclass(frozen=True)
class Check:
    """The state of one part of the program, and the words for it."""

    name: str
    ok: bool
    words: str


class Readiness:
    """The answer of /readyz. `look` asks only the database. `seconds` is a monotonic clock."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        link: ConnectionMonitor,
        *,
        newest_revision: Callable[[], str],
        sockets: SocketMode | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger.with_timeout(ANSWER_WITHIN)
        self._clock = clock
        self._link = link
        self._newest_revision = newest_revision
        self._sockets = sockets
        self._seconds = seconds
        self._written_at: float | None = None
        self._stopping = False

    def stop(self) -> None:
        """From now on nothing new should be sent here."""
        self._stopping = True

    def look(self) -> list[Check]:
        """Every part. The first one that fails is the one to look at."""
        process = Check("process", not self._stopping, "It is stopping." if self._stopping else "It runs.")
        return [process, *self._database(), self._slack(), self._time()]

    def _database(self) -> list[Check]:
        try:
            revision = self._revision()
            return [self._writing(revision), self._migrations(revision), self._scheduler()]
        except sa.exc.SQLAlchemyError as error:
            log.error("database_unavailable", error=type(error).__name__, why=_reason(error))  # noqa: TRY400  words, no trace, for what is expected
            words = self._ledger.problem or (
                "The database does not answer: see DATABASE_URL, and the log for the reason."
            )
            return [Check("database", ok=False, words=words)]

    def _writing(self, revision: str | None) -> Check:
        """Check that the database can be written: every few seconds, and each time after a failure."""
        if full := full_disk(self._ledger.url):
            log.error("database_unavailable", why=full)
            return Check("database", ok=False, words=full)
        now = self._seconds()
        well = Check("database", ok=True, words="The database answers.")
        # Without tables there is nothing to write to; the next part tells that.
        lately = self._written_at is not None and now - self._written_at < _WRITES_EVERY
        if revision is None or (lately and self._ledger.problem is None):
            return well
        try:
            record_heartbeat(self._ledger, _PROBE, self._clock())
        except sa.exc.SQLAlchemyError as error:
            self._written_at, why = None, _reason(error)
            log.error("database_unavailable", error=type(error).__name__, why=why)  # noqa: TRY400  words, no trace
            hint = " Is the disk full?" if "disk" in why else ""
            words = f"The database cannot be written: {why.rstrip('.')}.{hint} What is new is refused."
            return Check("database", ok=False, words=words)
        self._written_at = now
        return well

    def _revision(self) -> str | None:
        return migrate.current(self._ledger)

    def _migrations(self, revision: str | None) -> Check:
        newest = self._newest_revision()
        words = migrate.misfit(revision, newest)
        return Check("migrations", words is None, words or "The database has the shape that this version expects.")

    def _scheduler(self) -> Check:
        try:
            beats = last_beats(self._ledger)
        except sa.exc.SQLAlchemyError:
            return Check("scheduler", ok=False, words="The database cannot tell: run `makegood migrate`.")
        late = late_parts(beats, self._clock())
        words = " ".join(late) or "Planner and courier do their rounds."
        return Check("scheduler", not late, words)

    def _slack(self) -> Check:
        if self._link.problem is not None:
            return Check("slack", ok=False, words=f"{self._link.problem}.")
        if self._sockets is not None and not self._sockets.alive():
            return Check("slack", ok=False, words="The Socket Mode connection is silent; it is being made anew.")
        return Check("slack", ok=True, words="Slack knows the bot.")

    def _time(self) -> Check:
        wrong = self._link.clock_problem
        if wrong is not None:
            return Check("clock", ok=False, words=f"{wrong}: set it (NTP). Slack's requests are refused meanwhile.")
        return Check("clock", ok=True, words="The clock is not known to differ from Slack's.")


def _reason(error: sa.exc.SQLAlchemyError) -> str:
    """The database's own words, without the statement and what was in it."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def late_parts(beats: dict[str, datetime], now: datetime) -> list[str]:
    """A sentence for each background part whose last round is too long ago."""
    late = []
    for name in (PLANNER, COURIER):
        at = beats.get(name)
        if at is None:
            late.append(f"The {name} has never done a round: start `makegood run` or `makegood worker`.")
        elif now - at > OLDEST_BEAT:
            late.append(f"The {name} did its last round at {at:%Y-%m-%d %H:%M:%S} UTC: see whether the worker runs.")
        elif at - now > OLDEST_BEAT:
            late.append(
                f"The {name} did its last round at {at:%Y-%m-%d %H:%M:%S} UTC, which is still to come: the clock of a"
                " machine is or was wrong. Set it (NTP), and see whether the worker runs."
            )
    return late
