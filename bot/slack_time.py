"""The difference between this machine's clock and Slack's. Slack's requests are refused if it is too large."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Slack refuses a signature that is further from its own time, and so do we.
APART = timedelta(minutes=5)


def told_by(headers: Any) -> datetime | None:  # noqa: ANN401  the SDK gives a dict of text or of lists
    """Slack's time as an answer's headers tell it; None where they do not."""
    try:
        date = parsedate_to_datetime(lowered(headers).get("date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def lowered(headers: Any) -> dict[str, str]:  # noqa: ANN401  the SDK gives a dict of text or of lists
    """The headers of an answer by their names in small letters."""
    return {
        str(name).lower(): str(value[0] if isinstance(value, list) and value else value)
        for name, value in dict(headers or {}).items()
    }


def difference(theirs: datetime, ours: datetime) -> str | None:
    """Words where our clock is too far from Slack's."""
    apart = ours - theirs
    if abs(apart) <= APART:
        return None
    seconds = round(abs(apart).total_seconds())
    return f"This machine's clock is {seconds} s {'ahead of' if apart > timedelta() else 'behind'} Slack's"


class SlackTime:
    """Slack's time as it was told last, carried on by a clock that does not jump: `seconds`, monotonic.

    So a jump of the `wall` clock shows at once, without asking Slack.
    """

    def __init__(self, wall: Callable[[], datetime], *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._seconds = seconds
        self._began: datetime | None = None

    @property
    def problem(self) -> str | None:
        """Words where the clock on the wall is too far from Slack's; None also before Slack told its time."""
        if self._began is None:
            return None
        return difference(self._began + timedelta(seconds=self._seconds()), self._wall())

    def heard(self, headers: Any) -> None:  # noqa: ANN401  as above
        """An answer of Slack's came just now, with these headers."""
        theirs = told_by(headers)
        if theirs is not None:
            self._began = theirs - timedelta(seconds=self._seconds())
