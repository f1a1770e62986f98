"""The instants that a command takes, and the clock that begins at one."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

# The years that a command takes. Python's own end in year 1 and 9999, and the rules look beyond a given day.
YEARS = range(1970, 3000)


class Instant(click.ParamType[datetime]):
    """An ISO-8601 instant that says its zone."""

    name = "ISO-8601"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401  as click declares it
        try:
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            in_utc = instant.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not an instant such as 2026-11-23T09:00:00+01:00", param, ctx)
        if instant.tzinfo is None:
            self.fail(
                f"{value!r} does not say in which zone: write 2026-11-23T09:00:00+01:00, or end it with Z for UTC",
                param,
                ctx,
            )
        if in_utc.year not in YEARS:
            self.fail(f"{value!r} is not in the years {YEARS[0]} to {YEARS[-1]}", param, ctx)
        return in_utc


def clock_from(at: datetime | None) -> Callable[[], datetime]:
    """A clock that shows `at` now and goes on from there; the wall clock for None."""
    if at is None:
        return lambda: datetime.now(UTC)
    started = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - started)
