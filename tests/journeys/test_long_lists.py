"""Long lists and briefs: grouped by account, on the page that was turned to, and several of a brief at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from handlers.commitments import brief_items
from handlers.slack.refs import Ref, ViewName
from store import commitments
from tests.journeys.accounts import account
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.reading import LAST_WEEK, briefs, headings, numbers
from tests.journeys.working_lives import act, of

if TYPE_CHECKING:
    from sandbox import Message


@pytest.fixture
def many(town: BotInWorkspace) -> BotInWorkspace:
    """Eva owns twelve: five of Globex, four of Acme and three without an account, due one a day in turn."""
    at: dict[str, Any] = {name: account(town, name) for name in ("Globex", "acme")}
    for number in range(12):
        name = ("Globex", "acme", "", "Globex")[number % 4] if number < 11 else ""
        town.has_recorded(
            "U0EVA", ("U0EVA", f"item {number}", f"2026-12-{number + 1:02}"), account=at.get(name), at=LAST_WEEK
        )
    return town


def button(message: Message, action_id: str) -> str:
    """The value of the only button of that id."""
    (value,) = {
        element["value"]
        for block in message.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == action_id
    }
    return str(value)


def now(town: BotInWorkspace, message: Message) -> Message:
    return next(one for one in town.box.messages(message.channel, viewer="U0EVA") if one.ts == message.ts)


def test_a_list_by_account(many: BotInWorkspace) -> None:
    """*By account* groups a list in a message, with what has no account last, and *By date* brings it back."""
    shown = many.commit("U0EVA", "mine").messages[-1]
    by_date = numbers(shown.blocks)
    many.press("U0EVA", shown, ids.PAGE_GROUPS, button(shown, ids.PAGE_GROUPS))
    grouped = now(many, shown)
    assert headings(grouped) == ["acme", "Globex", "Without an account"]
    assert [many.commitment(number).account.name for number in numbers(grouped.blocks)[:3]] == ["acme"] * 3  # type: ignore[union-attr]
    many.press("U0EVA", grouped, ids.PAGE_OLDER, button(grouped, ids.PAGE_OLDER))
    assert headings(now(many, shown)) == ["Without an account"]
    many.press("U0EVA", now(many, shown), ids.PAGE_GROUPS, button(now(many, shown), ids.PAGE_GROUPS))
    assert numbers(now(many, shown).blocks) == by_date


def test_one_account_has_nothing_to_group(many: BotInWorkspace) -> None:
    """The list of an account has no such switch."""
    assert ids.PAGE_GROUPS not in str(many.commit("U0EVA", "mine acme").messages[-1].blocks)


def test_a_page_stays_after_a_press(many: BotInWorkspace) -> None:
    """In the conversation with the bot the second page of a list stays the second page when an item of it is done."""
    answer = many.write("U0EVA", "mine")
    many.press("U0EVA", answer, ids.PAGE_OLDER, button(answer, ids.PAGE_OLDER))
    many.settled()
    second = numbers(now(many, answer).blocks)
    assert len(second) == 2
    many.press("U0EVA", now(many, answer), ids.DONE)
    many.settled()
    assert numbers(now(many, answer).blocks) == second[1:]
    act(many, "U0EVA", commitments.finish, second[1])
    many.settled()
    assert len(numbers(now(many, answer).blocks)) == 10


def test_several_of_a_brief(many: BotInWorkspace) -> None:
    """A brief with more than five items has *Done for several* and *Move several*; the brief shows what was done."""
    of(many, "U0EVA", zone="Europe/Berlin")
    many.jump(2026, 12, 8, 8, 45)
    (brief,) = briefs(many, "U0EVA")
    due = numbers(brief.blocks)
    assert len(due) > 5
    form = many.form("U0EVA", brief, ids.FINISH_TOGETHER)
    boxes = next(one["element"]["options"] for one in form.blocks if one["block_id"] == ids.CHOSEN_1)
    assert len(boxes) == min(10, len(due))
    chosen = [boxes[0]["value"], boxes[2]["value"]]
    assert many.submit("U0EVA", form, chosen_1=chosen).errors == {}
    many.settled()
    assert sum(not many.commitment(number).is_open for number in due) == 2
    (brief,) = briefs(many, "U0EVA")
    assert " · 2 of " in read(brief)
    moved = many.form("U0EVA", brief, ids.MOVE_TOGETHER)
    assert "Move several" in words_of(moved)


def test_another_persons_brief_is_not_theirs(many: BotInWorkspace) -> None:
    """The commitments of a brief are for its reader alone."""
    of(many, "U0EVA", zone="Europe/Berlin")
    many.jump(2026, 12, 8, 8, 45)
    (row,) = many.outbox("brief")
    ref = Ref(view=ViewName.BRIEF, extra=str(row.id))
    assert many.ask("U0BEN", brief_items.shown_in, ref) == []
    assert len(many.ask("U0EVA", brief_items.shown_in, ref)) > 5
