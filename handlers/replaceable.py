"""The templates that a workspace may replace (docs/templates.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.digests import leaders, weekly
from handlers.letters import words as letters
from handlers.reviews import digest

if TYPE_CHECKING:
    from handlers.slack.templates import Template

TEMPLATES: tuple[Template, ...] = (
    digest.TEMPLATE, weekly.TEMPLATE, leaders.TEMPLATE, *letters.TEMPLATES.values(),
)  # fmt: skip
