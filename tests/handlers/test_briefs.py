"""The words and blocks of a brief: the order of headings and items, and that it always fits into a message."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from handlers.briefs.notice_views import Change
from handlers.briefs.views import MOST, Remark, brief, in_order
from handlers.commitments.brief_lines import Mentioned, line
from handlers.slack import blocks as b
from store.commitments.relations import in_row
from store.rules.calendar.working_days import WorkingDays
from store.rules.nudging.occasions import Occasion
from store.tables import Account, Commitment, Person, State, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.rules.permissions import Relation

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NORTHWIND = Workspace(id=1, team_id="T1", name="Northwind", working_week="01234", send_hour=9)
ANA = Person(id=1, workspace_id=1, slack_id="U1", name="Ana Souza", zone="Europe/Berlin", workspace=NORTHWIND)
EVA = Person(id=2, workspace_id=1, slack_id="U2", name="Eva <!channel>", zone="Europe/Berlin", workspace=NORTHWIND)


occasion = Occasion.decode


def item(number: int, owner: Person = ANA, **more: Any) -> Commitment:
    values = {
        "id": number, "workspace_id": 1, "number": number, "side": "ours", "state": "open", "action": f"do {number}",
        "due_on": DAY, "first_due_on": DAY, "first_action": f"do {number}", "owner": owner, "owner_id": owner.id,
        "creator": ANA, "creator_id": ANA.id, "version": 1, "slips": 0,
        "accepted_at": datetime(2026, 11, 1, tzinfo=UTC),
    }  # fmt: skip
    return Commitment(**(values | more))


def related(one: Mentioned, reader: Person) -> dict[int, frozenset[Relation]]:
    return {one.commitment.id: in_row(reader, one.commitment)}


def shown(*lines: Mentioned, reader: Person = ANA, asked: Sequence[str] = ()) -> tuple[str, list[dict[str, Any]], int]:
    rows = in_order(line(each, reader, related(each, reader), DAY, DAY, WorkingDays()) for each in lines)
    return brief(rows, reader, DAY, [Remark(words) for words in asked])


def read(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(block["text"]["text"] for block in blocks if "text" in block)


def headings(blocks: list[dict[str, Any]]) -> list[str]:
    """The sections that are nothing but one bold line, without the greeting's."""
    texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    return [text.strip("*") for text in texts if text.startswith("*") and text.endswith("*") and "\n" not in text]


def test_what_is_ones_own_stands_first_and_each_heading_once() -> None:
    """A brief shows today's, overdue and coming items, then the client's, then those that concern others."""
    acme = Account(id=1, name="Acme", owner=ANA, owner_id=1)
    lines = [
        Mentioned(item(1, EVA, account=acme, due_on=date(2026, 11, 19)), occasion("escalated")),
        Mentioned(item(2, EVA), occasion("unowned")),
        Mentioned(item(3, due_on=date(2026, 11, 27)), occasion("soon")),
        Mentioned(item(4, due_on=date(2026, 11, 19)), occasion("overdue-3")),
        Mentioned(item(5), occasion("today")),
        Mentioned(item(6, state="blocked", blocked_by="x"), occasion("blocked")),
        Mentioned(item(7, due_on=date(2026, 11, 25)), occasion("eve")),
        Mentioned(item(8, EVA, state="blocked", blocked_by="y", blocker_id=ANA.id), occasion("blocking")),
        Mentioned(item(9, EVA), occasion("for:today"), away_until=date(2027, 1, 4)),
        Mentioned(item(10, side="theirs"), occasion("today")),
        Mentioned(item(11), occasion("again")),
    ]
    _, blocks, count = shown(*lines)
    assert count == len(lines)
    assert headings(blocks) == [
        "Due today", "Overdue", "Put off until now", "Due on the next working day",
        "Due within a week", "Blocked", "Ask them", "You are in the way of",
        "For Eva &lt;!channel&gt;, who is away until Mon 4 Jan 2027", "Overdue at your accounts", "Needs an owner",
    ]  # fmt: skip


def test_what_is_new_stands_first() -> None:
    """With who did it and why; what was cancelled after it; and for whom one was asked to stand in above all."""
    lines = [
        Mentioned(item(1), occasion("today")),
        Mentioned(item(2, accepted_at=None), occasion("new:eve"), change=Change("assigned", EVA, "you know them")),
        Mentioned(item(3, state="cancelled", ended_at=NOON), None, change=Change("cancelled", EVA, "*no* money")),
        Mentioned(item(4, side="theirs", accepted_at=None), None, change=Change("assigned", EVA)),
        Mentioned(item(5), None, change=Change("handed_back", EVA, "no time")),
    ]
    text, blocks, count = shown(*lines, asked=["Eva asks you to stand in."])
    said = read(blocks)
    assert count == 5
    assert text.startswith("5 for Tuesday 24 November 2026: #")
    assert "4 things want your attention" in said
    assert headings(blocks) == ["New for you", "Cancelled meanwhile", "Due today"]
    words = [
        "Eva asks you to stand in.", "do 2", "committed you to this: “you know them”", "do 4",
        "asks you to follow up on what the client owes.", "do 5", "handed this back, so it is yours now: “no time”",
        "do 3", "cancelled this: “", "do 1",
    ]  # fmt: skip
    assert [said.index(each) for each in words] == sorted(said.index(each) for each in words)
    assert "<!channel>" not in said
    assert "*no*" not in said


def test_only_news_is_a_brief_as_well() -> None:
    """Nothing wants attention: it says what happened, also where that is no commitment at all."""
    gone = Mentioned(item(3, state="cancelled", ended_at=NOON), None, change=Change("cancelled", EVA, "no money"))
    assert "where things stand" in read(shown(gone)[1])
    text, blocks, count = shown(asked=["Eva asks you to stand in."])
    assert (text, count) == ("Eva asks you to stand in.", 0)
    assert "Eva asks you to stand in." in read(blocks)


def test_items_under_one_heading_stand_together() -> None:
    """All items of one colleague share a heading, and so do the client's, on every occasion."""
    ben = Person(id=3, workspace_id=1, slack_id="U3", name="Ben", zone="Europe/Berlin")
    until = date(2027, 1, 4)
    lines = [
        Mentioned(item(1, EVA, due_on=date(2026, 11, 20)), occasion("for:overdue-1"), away_until=until),
        Mentioned(item(2, ben), occasion("for:today"), away_until=until),
        Mentioned(item(3, EVA), occasion("for:today"), away_until=until),
        Mentioned(item(4, side="theirs"), occasion("today")),
        Mentioned(item(5, side="theirs"), occasion("soon")),
        Mentioned(item(6), occasion("overdue-1")),
        Mentioned(item(7, EVA, side="theirs"), occasion("escalated")),
        Mentioned(item(8), occasion("overdue-7")),
    ]
    found = headings(shown(*lines)[1])
    assert len(found) == len(set(found)) == 5


def test_a_weeks_summary_is_sorted_by_what_is_due_when() -> None:
    """Each item under what it is on that morning."""
    lines = [
        Mentioned(item(1, due_on=date(2026, 11, 26)), occasion("week")),
        Mentioned(item(2), occasion("week")),
        Mentioned(item(3, due_on=date(2026, 11, 20)), occasion("week")),
        Mentioned(item(4, due_on=date(2026, 11, 20), state="blocked", blocked_by="x"), occasion("week")),
        Mentioned(item(5, due_on=date(2026, 11, 19)), occasion("overdue-3:warned")),
    ]
    _, blocks, _ = shown(*lines)
    assert headings(blocks) == ["Due today", "Overdue", "Due this week", "Blocked"]


@pytest.mark.parametrize(
    ("why", "due_on", "today", "heading"),
    [
        # DAY is a Tuesday. On the morning itself, and after a move on that day.
        ("today", DAY, DAY, "Due today"),
        ("today", date(2026, 12, 9), DAY, "Due later"),
        ("today", date(2026, 11, 27), DAY, "Due within a week"),
        ("today", date(2026, 11, 25), DAY, "Due on the next working day"),
        ("overdue-3", date(2026, 11, 24), DAY, "Due today"),
        ("soon", DAY, DAY, "Due today"),
        # The brief of Tuesday, drawn on Wednesday, and on the next Monday.
        ("today", DAY, date(2026, 11, 25), "Overdue"),
        ("eve", date(2026, 11, 25), date(2026, 11, 25), "Due today"),
        ("soon", date(2026, 11, 27), date(2026, 11, 25), "Due within a week"),
        ("soon", date(2026, 11, 27), date(2026, 11, 26), "Due on the next working day"),
        ("soon", date(2026, 11, 27), date(2026, 11, 30), "Overdue"),
        ("again", date(2026, 11, 27), date(2026, 11, 25), "Due within a week"),
        ("escalated", date(2026, 11, 27), DAY, "At your accounts, not overdue now"),
        ("blocking", DAY, DAY, "Waits for you no more"),
        # Due on a day off: on the last working day before, and on that day.
        ("today", date(2026, 11, 28), date(2026, 11, 27), "Due before your next working day"),
        ("today", date(2026, 11, 28), date(2026, 11, 28), "Due today"),
    ],
)
def test_a_heading_is_true_on_the_day_of_drawing(why: str, due_on: date, today: date, heading: str) -> None:
    """Of a brief that is drawn again: nothing stands under *Due today* that is not due on that day."""
    one = Mentioned(item(1, due_on=due_on), occasion(why))
    drawn = line(one, ANA, related(one, ANA), DAY, today, WorkingDays())
    assert drawn.heading == heading


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Mentioned(item(1, account=Account(id=1, name="Acme", owner=EVA, owner_id=2)), occasion("overdue-3:warned"),
              told_on=date(2026, 11, 25)), "*Eva &lt;!channel&gt;* hears of this on Wed 25 Nov 2026"),
        (Mentioned(item(1), occasion("overdue-90")), "waits for the account's review"),
        (Mentioned(item(1, EVA), occasion("escalated:last")), "waits for the account's review"),
        (Mentioned(item(1, EVA), occasion("unowned")), "Eva &lt;!channel&gt; has left"),
    ],
)  # fmt: skip
def test_what_else_is_said_of_an_item(one: Mentioned, words: str) -> None:
    """Below it, and gone once it is settled."""
    assert words in read(shown(one)[1])
    one.commitment.state, one.commitment.ended_at = State.DONE, datetime(2026, 11, 24, tzinfo=UTC)
    settled = shown(one)[1]
    assert words not in read(settled)
    assert headings(settled) == ["Settled since"]


def test_whatever_stands_in_it_it_fits() -> None:
    """Thirty people away, each with something long: as many items are shown as fit into a message."""
    others = [Person(id=n, workspace_id=1, slack_id=f"U{n}", name="N" * 80) for n in range(10, 40)]
    lines = [
        Mentioned(
            item(n, owner, action="long " * 100, account=Account(id=1, name="A" * 80, owner=EVA, owner_id=2)),
            occasion("for:overdue-3:warned"),
            away_until=DAY,
            told_on=DAY,
        )
        for n, owner in enumerate(others)
    ]
    text, blocks, count = shown(*lines)
    assert 0 < count <= MOST
    assert len(blocks) <= b.MESSAGE_BLOCKS
    assert len(json.dumps(blocks)) < 3 * b.MESSAGE_CHARACTERS
    assert text.endswith("; 27 more")
    assert f"{len(lines) - count} more" in json.dumps(blocks)
