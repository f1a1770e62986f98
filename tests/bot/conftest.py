"""Fixtures for tests of the running program: an empty environment, and logs that can be read."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from bot import logs
from bot.settings import BOLT_OAUTH, documented

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No variable of ours is set, and the working folder is empty."""
    for name in [*(variable.name for variable in documented()), *BOLT_OAUTH]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


class Log:
    """The log of the program, as written: `events()` parses it, `text` is all of it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text.splitlines()]
        return [event for event in found if name in {None, event["event"]}]


@pytest.fixture
def log() -> Iterator[Log]:
    """The program's log, as JSON, ours and the libraries'."""
    kept = Log()
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    logs.configure(level="info", style="json", secrets=["very-secret-indeed"], stream=kept.stream)
    yield kept
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
