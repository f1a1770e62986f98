"""A check of the ledger while the process runs. Nothing more is written into a ledger that became unfit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from store import migrate
from store.sqlite_file import damage

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.db import Ledger

log = structlog.get_logger(__name__)

# The process spends one part in so many of its time on reading a SQLite file as a whole.
_SHARE = 100


class LedgerWatch:
    """`look()` sets the ledger's `problem`, or takes it back. `seconds` is a monotonic clock."""

    def __init__(self, ledger: Ledger, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._seconds = seconds
        self._rest_until = 0.0
        self._damage: str | None = None
        self._told: str | None = None

    def look(self) -> None:
        """Look at the ledger's shape and, not too often, at its file; tell the log what has changed."""
        damaged = self._look_at_file()
        problem = damaged or migrate.misfit(migrate.current(self._ledger))
        self._ledger.problem = problem
        if problem != self._told:
            self._told = problem
            if problem:
                log.error("ledger_closed", why=problem)
            else:
                log.info("ledger_open")

    def _look_at_file(self) -> str | None:
        """Words where the file is damaged. A large file is read less often, unless something is wrong."""
        began = self._seconds()
        if began >= self._rest_until or self._ledger.problem:
            self._damage = damage(self._ledger.url)
            ended = self._seconds()
            self._rest_until = ended + _SHARE * (ended - began)
        return self._damage
