"""Whether this process can do its work now, part by part and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from bot.schedule import COURIER, PLANNER, last_beats

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.link import Link
    from bot.socket_mode import SocketMode
    from store.db import Ledger

log = structlog.get_logger(__name__)

# The planner does its round every ten seconds.
OLDEST_BEAT = timedelta(seconds=60)


@dataclass(frozen=True)
class Part:
    """One part of the program: whether it works, and the words for it."""

    name: str
    ok: bool
    words: str


class Readiness:
    """What /readyz tells. Looking asks the database and nobody else."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        link: Link,
        *,
        newest_revision: Callable[[], str],
        sockets: SocketMode | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._link = link
        self._newest_revision = newest_revision
        self._sockets = sockets
        self._stopping = False

    def stop(self) -> None:
        """From now on nothing new should be sent here."""
        self._stopping = True

    def look(self) -> list[Part]:
        """Every part. The first one that fails is the one to look at."""
        process = Part("process", not self._stopping, "It is stopping." if self._stopping else "It runs.")
        return [process, *self._database(), self._slack()]

    def _database(self) -> list[Part]:
        try:
            revision = self._revision()
            well = Part("database", ok=True, words="The database answers.")
            return [well, self._migrations(revision), self._scheduler()]
        except sa.exc.SQLAlchemyError as error:
            log.error("database_unavailable", error=type(error).__name__)  # noqa: TRY400  words, no trace, for what is expected
            words = "The database does not answer: see DATABASE_URL, and the log for the reason."
            return [Part("database", ok=False, words=words)]

    def _revision(self) -> str | None:
        from store.migrate import current  # noqa: PLC0415  Alembic is not needed to begin to answer

        return current(self._ledger)

    def _migrations(self, revision: str | None) -> Part:
        newest = self._newest_revision()
        if revision == newest:
            return Part("migrations", ok=True, words="The database has the shape that this version expects.")
        words = f"The database is at revision {revision}, this version expects {newest}: run `makegood migrate`."
        return Part("migrations", ok=False, words=words)

    def _scheduler(self) -> Part:
        try:
            beats = last_beats(self._ledger)
        except sa.exc.SQLAlchemyError:
            return Part("scheduler", ok=False, words="The database cannot tell: run `makegood migrate`.")
        late = late_parts(beats, self._clock())
        words = " ".join(late) or "Planner and courier do their rounds."
        return Part("scheduler", not late, words)

    def _slack(self) -> Part:
        if self._link.problem is not None:
            return Part("slack", ok=False, words=f"{self._link.problem}.")
        if self._sockets is not None and not self._sockets.alive():
            return Part("slack", ok=False, words="The Socket Mode connection is silent; it is being made anew.")
        return Part("slack", ok=True, words="Slack knows the bot.")


def late_parts(beats: dict[str, datetime], now: datetime) -> list[str]:
    """A sentence for each background part whose last round is too long ago."""
    late = []
    for name in (PLANNER, COURIER):
        at = beats.get(name)
        if at is None:
            late.append(f"The {name} has never done a round: start `makegood run` or `makegood worker`.")
        elif now - at > OLDEST_BEAT:
            late.append(f"The {name} did its last round at {at:%Y-%m-%d %H:%M:%S} UTC: see whether the worker runs.")
    return late
