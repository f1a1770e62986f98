"""Slack's list of people, read into the ledger a page at a time, as fast as Slack lets us."""

from __future__ import annotations

import http.client
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack import told_to_wait
from handlers.people import sync
from store import workspaces

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk import WebClient

    from store.db import Ledger

log = structlog.get_logger(__name__)

# Slack advises 200 at most; a bigger page takes it longer than we wait.
_PAGE = 200
# The pause after a failure without a Retry-After of Slack's.
_PAUSE = timedelta(minutes=1)


class Roster:
    """A reader of Slack's list of people. It writes each page when it comes. After a failure or a limit it goes on with
    the next page.
    """

    def __init__(self, ledger: Ledger, slack: WebClient, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._slack = slack
        self._clock = clock
        self._lock = threading.Lock()
        self._unread = True
        self._cursor: str | None = None
        self._count = 0
        # No question from this instant on for this long.
        self._paused: tuple[datetime, timedelta] | None = None

    def begin(self) -> None:
        """Read the list anew, from its first page."""
        with self._lock:
            self._unread, self._cursor, self._count = True, None, 0

    def read_on(self, team_id: str, *, pages: int | None = None) -> None:
        """Read the pages that are left, at most so many of them, unless Slack has asked us to wait.

        Raises SlackApiError and OSError as the client does, but for limits and for a cursor that has expired.
        """
        with self._lock:
            while self._unread and pages != 0 and not self._is_paused():
                self._read_page(team_id)
                pages = None if pages is None else pages - 1

    def _read_page(self, team_id: str) -> None:
        try:
            page: Any = self._slack.users_list(limit=_PAGE, include_locale=True, cursor=self._cursor)
        except SlackApiError as error:
            wait = told_to_wait(error)
            self._paused = self._clock(), wait or _PAUSE
            if self._cursor is not None and error.response.get("error") == "invalid_cursor":
                # It has expired. The pages so far are written, and come once more.
                self._cursor, self._count = None, 0
            elif wait is None:
                raise
            log.info("people_sync_paused", people=self._count, seconds=int(self._paused[1].total_seconds()))
            return
        except (OSError, http.client.HTTPException):
            self._paused = self._clock(), _PAUSE
            raise
        now = self._clock()
        with self._ledger.begin() as tx:
            workspace = workspaces.by_team(tx, team_id)
            if workspace is None:
                raise RuntimeError("connect first")
            sync(tx, workspace, page["members"], now)
        self._count += len(page["members"])
        self._cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        self._unread = self._cursor is not None
        if not self._unread:
            log.info("people_synced", people=self._count)

    def _is_paused(self) -> bool:
        if self._paused is None:
            return False
        since, wait = self._paused
        # A clock that was set back since does not make it longer.
        return since <= self._clock() < since + wait
