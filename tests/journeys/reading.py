"""Messages as a person reads them in Slack: direct messages, briefs, the numbers of commitments, explanations."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from handlers.commitments.why import explain
from store import commitments
from tests.journeys.conftest import BotInWorkspace, read

if TYPE_CHECKING:
    from sandbox import Message

# A long text with characters that grow when they are escaped.
LONG = "compare R&D figures <draft> with *all* of last year’s, line by line, and tell Dana what differs & why; " * 5
# A time early enough that all due commitments are mentioned.
LAST_WEEK = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def numbers(blocks: Any) -> list[int]:
    """The numbers of the commitments that blocks show, in order, read from the buttons."""
    found = re.findall(r"['\"](?:[a-z_.]+\|)?commitment:(\d+):\d+:[a-z]", str(blocks))
    return list(dict.fromkeys(int(number) for number in found))


def briefs(town: BotInWorkspace, user: str) -> list[Message]:
    """The briefs in this person's DM."""
    sent = {row.ts for row in town.outbox("brief") if row.ts}
    return [message for message in town.box.dm(user) if message.ts in sent]


def days(town: BotInWorkspace, user: str, zone: str) -> list[date]:
    """The local days on which briefs came."""
    return [local(message, zone).date() for message in briefs(town, user)]


def local(message: Message, zone: str) -> datetime:
    return datetime.fromtimestamp(float(message.ts), UTC).astimezone(ZoneInfo(zone))


def dms(town: BotInWorkspace, user: str) -> list[Message]:
    return town.box.dm(user)


def headings(message: Message) -> list[str]:
    """The headings of a message: sections with one bold line."""
    texts = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    return [text.strip("*") for text in texts if text.startswith("*") and text.endswith("*") and "\n" not in text]


def told(town: BotInWorkspace, user: str, number: int = 1, on: date | None = None) -> list[str]:
    """The lines that `explain` shows to this person."""
    with town.makegood.ledger.read() as tx:
        viewer = town.person(tx, user)
        return explain(tx, viewer, commitments.get(tx, viewer, number), town.box.clock.now(), on=on)


def seen(town: BotInWorkspace, user: str) -> str:
    """The text of this person's newest brief; empty if they have none."""
    found = briefs(town, user)
    return read(found[-1]) if found else ""
