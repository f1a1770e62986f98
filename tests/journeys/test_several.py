"""Several lines become several commitments: read, shown for review, recorded together or not at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from store import accounts
from store.rules.line.minutes import AT_MOST
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.forms import open_form

if TYPE_CHECKING:
    from sandbox import Outcome, View

TWO = "@ana send the pricing by 4 Dec\n@ben send the contract by 7 Dec"


def listed(town: BotInWorkspace, text: str, user: str = "U0EVA") -> View:
    """The list for review of a typed text."""
    view: View | None = town.commit(user, text).view
    assert view is not None
    assert view.title == "Several commitments"
    return view


def value(view: View, name: str) -> Any:
    """The value that a field of the list starts with: "row.0.due"."""
    for block in view.blocks:
        if block["type"] == "input" and block["block_id"] == name:
            return _initial(block["element"])
        if block["type"] == "actions" and name.startswith(f"{block['block_id']}."):
            wanted = f"row.{name.rpartition('.')[2]}"
            return next(_initial(one) for one in block["elements"] if one["action_id"] == wanted)
    raise AssertionError(name)


def _initial(element: dict[str, Any]) -> Any:
    option = element.get("initial_option") or {}
    names = ("initial_value", "initial_user", "initial_date")
    return next((element[name] for name in names if name in element), option.get("value"))


def record(town: BotInWorkspace, view: View, state: dict[str, dict[str, Any]] | None = None) -> Outcome:
    """Submit the list with these changes, by block and action."""
    return town.box.submit("U0EVA", view.id, state or {})


def recorded(town: BotInWorkspace) -> list[tuple[str, str, date]]:
    """The commitments of the ledger: action, Slack id of the owner, due date."""
    found = [town.commitment(number) for number in range(1, town.rows()["commitment"] + 1)]
    return [(one.action, one.owner.slack_id, one.due_on) for one in found]


def receipt(town: BotInWorkspace) -> View:
    return town.box.modals("U0EVA")[-1]


WAYS = [
    TWO,
    TWO.replace("\n", "; "),
    "- @ana send the pricing by 4 Dec\n• @ben send the contract by 7 Dec",
    "1. @ana send the pricing by 4 Dec\n2. @ben send the contract by 7 Dec",
    "[ ] @ana send the pricing by 4 Dec\n\n[x] @ben send the contract by 7 Dec",
    "Weekly with Acme:\n- @ana send the pricing by 4 Dec\n- @ben send the contract by 7 Dec",
]


@pytest.mark.parametrize("typed", WAYS)
def test_two_promises_become_two_commitments(town: BotInWorkspace, typed: str) -> None:
    """Lines, bullets, numbers and semicolons: nothing is recorded before the review, and then both are."""
    view = listed(town, typed)
    assert town.rows()["commitment"] == 0
    assert record(town, view).errors == {}
    assert recorded(town) == [
        ("send the pricing", "U0ANA", date(2026, 12, 4)),
        ("send the contract", "U0BEN", date(2026, 12, 7)),
    ]


def test_the_receipt_shows_all_and_takes_all_back(town: BotInWorkspace) -> None:
    """The form turns into one compact receipt; *Undo all* takes back each, and their owners are not told."""
    record(town, listed(town, TWO))
    shown = receipt(town)
    assert "Recorded 2 commitments: #1 to #2" in words_of(shown)
    assert "Ana Souza" in words_of(shown)
    town.box.press("U0EVA", action_id=ids.UNDO_SEVERAL, view_id=shown.id)
    assert "Taken back: #1 to #2" in words_of(receipt(town))
    assert [town.commitment(number).state for number in (1, 2)] == ["cancelled", "cancelled"]
    town.settled()
    assert town.box.dm("U0ANA") == []


def test_a_commitment_that_was_accepted_is_not_taken_back_with_the_others(town: BotInWorkspace) -> None:
    """*Undo all* takes back the rest, and the receipt shows how each stands."""
    record(town, listed(town, TWO))
    town.settled()
    town.press("U0ANA", town.box.dm("U0ANA")[-1], ids.ACCEPT)
    town.box.press("U0EVA", action_id=ids.UNDO_SEVERAL, view_id=receipt(town).id)
    assert [town.commitment(number).state for number in (1, 2)] == ["open", "cancelled"]


def test_a_row_is_corrected_from_the_receipt(town: BotInWorkspace) -> None:
    """*Edit* opens the form of one commitment above the receipt, which shows the correction afterwards."""
    record(town, listed(town, TWO))
    shown = receipt(town)
    first = next(block["accessory"] for block in shown.blocks if block.get("accessory"))
    form = town.box.press("U0EVA", action_id=ids.EDIT, value=first["value"], view_id=shown.id).view
    assert form is not None
    assert town.submit("U0EVA", form, action="send the new pricing").errors == {}
    assert "send the new pricing" in words_of(receipt(town))


@pytest.mark.both_databases
def test_a_list_delivered_twice_records_once(town: BotInWorkspace) -> None:
    """Slack's retry, also at the same moment, doubles nothing."""
    view = listed(town, TWO)
    with town.post.caught() as parcels:
        record(town, view)
    assert {ack.status for ack in town.at_once(*parcels * 3)} == {200}
    assert len(recorded(town)) == 2
    assert town.verbs(1) == ["record"]


def test_all_or_nothing_and_each_refusal_at_its_field(town: BotInWorkspace) -> None:
    """A date that was not read, and one that has passed: both are told at their fields, and nothing is recorded."""
    view = listed(town, f"{TWO}\n@ana send the plan before the QBR")
    assert "before the QBR" in words_of(view)
    done = record(town, view, {"row.1": {ids.ROW_DUE: "2026-11-01"}})
    assert set(done.errors) == {"row.1.action", "row.2.due"}
    assert "already passed" in done.errors["row.1.action"]
    assert done.errors["row.2.due"] == "Choose a date."
    assert town.rows()["commitment"] == 0
    again = record(town, view, {"row.1": {ids.ROW_DUE: "2026-12-08"}, "row.2.due": {ids.DUE: "2026-12-09"}})
    assert again.errors == {}
    assert [one[2].day for one in recorded(town)] == [4, 8, 9]


def test_every_part_of_a_row_can_be_changed(town: BotInWorkspace) -> None:
    """Words, owner, date, account and side of a row are recorded as the person has changed them."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0EVA"), "Globex", now=town.box.clock.now())
    view = listed(town, TWO)
    town.box.suggestions("U0EVA", view_id=view.id, action_id=ids.ROW_ACCOUNT, block_id="row.0", text="Glo")
    changed = {ids.ROW_OWNER: "U0EVA", ids.ROW_DUE: "2026-12-11", ids.ROW_ACCOUNT: "1", ids.ROW_SIDE: "theirs"}
    record(town, view, {"row.0.action": {ids.ACTION: "sign the offer"}, "row.0": changed})
    kept = town.commitment(1)
    assert (kept.action, kept.owner.slack_id, kept.due_on) == ("sign the offer", "U0EVA", date(2026, 12, 11))
    assert (kept.account.name if kept.account else None, kept.side) == ("Globex", "theirs")
    assert town.commitment(2).owner.slack_id == "U0BEN"


def test_a_choice_in_a_row_is_acknowledged(town: BotInWorkspace) -> None:
    """Slack tells the bot of each choice at once; that alone changes nothing and shows no error."""
    view = listed(town, TWO)
    done = town.box.press("U0EVA", action_id=ids.ROW_OWNER, block_id="row.0", value="U0EVA", view_id=view.id)
    assert done.ok, done
    record(town, view)
    assert "U0EVA" in {one[1] for one in recorded(town)}


def test_a_row_can_be_left_out_and_a_heading_taken_in(town: BotInWorkspace) -> None:
    """Lines without a promise are shown as left out; each line's own choice decides what is recorded."""
    view = listed(town, f"Weekly with Acme\n{TWO}\nWe talked about the roadmap")
    shown = words_of(view)
    assert "2 promises" in shown
    assert "Left out" in shown
    assert value(view, "row.3.action") == "We talked about the roadmap"
    assert value(view, "row.0.side") == value(view, "row.3.side") == "left_out"
    taken_in = {ids.ROW_SIDE: "ours", ids.ROW_DUE: "2026-12-10"}
    record(town, view, {"row.1": {ids.ROW_SIDE: "left_out"}, "row.3": taken_in})
    assert [one[:2] for one in recorded(town)] == [
        ("send the contract", "U0BEN"),
        ("We talked about the roadmap", "U0EVA"),
    ]


def test_a_list_with_every_row_left_out_says_so(town: BotInWorkspace) -> None:
    """Nothing to record is no silent success."""
    view = listed(town, TWO)
    out = {ids.ROW_SIDE: "left_out"}
    done = record(town, view, {"row.0": out, "row.1": out})
    assert "Every line is left out" in "".join(done.errors.values())


def test_more_than_a_list_holds_comes_in_the_next(town: BotInWorkspace) -> None:
    """The first twenty are recorded, the form asks about the others, and the last receipt shows and undoes all."""
    view = listed(town, "\n".join(f"- @ana send part {number} by 4 Dec" for number in range(1, 28)))
    assert "These lines come next" in words_of(view)
    record(town, view)
    assert len(recorded(town)) == AT_MOST
    following = receipt(town)
    assert "Recorded #1 to #20" in words_of(following)
    assert value(following, "row.20.action") == "send part 21"
    assert value(following, "row.20.owner") == "U0ANA"
    assert record(town, following).errors == {}
    assert [one[0] for one in recorded(town)] == [f"send part {number}" for number in range(1, 28)]
    assert "Recorded 27 commitments: #1 to #27" in words_of(receipt(town))


def test_long_minutes_fit_into_slacks_limits(town: BotInWorkspace) -> None:
    """Hundreds of long lines with open questions: the form stays within a modal, and no line is lost."""
    lines = [
        f"- @nobody{number} send {'part ' * 20}{number} before the QBR for Initech{number}" for number in range(150)
    ]
    view = listed(town, "\n".join(lines))
    assert len(view.blocks) <= 100
    kept = str(view.blocks)
    assert all(f"nobody{number} " in kept or f"part {number} " in kept for number in range(150))


def test_what_cannot_be_read_is_asked_at_its_own_field(town: BotInWorkspace) -> None:
    """An unknown owner, a date with two meanings and an unknown account: each has its own field with a question."""
    text = f"{TWO}\n@nobody call Dana by Friday for Initech\nsend the plan by next Friday"
    view = listed(town, text)
    hints = {block["block_id"]: block["hint"]["text"] for block in view.blocks if block.get("hint")}
    assert "I don't know who @nobody is" in hints["row.2.owner"]
    assert "Initech" in hints["row.2.account"]
    assert "could be" in hints["row.3.due"]
    assert set(hints) == {"row.2.owner", "row.2.account", "row.3.due"}
    assert "2 lines with an open question" in words_of(view)


def test_several_lines_in_the_form(town: BotInWorkspace) -> None:
    """The form's other fields hold for each line that does not say otherwise; then the list is reviewed."""
    form = open_form(town)
    town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text="Acme")
    fields = {
        ids.ACTION: "- send the pricing\n- @ben send the contract by 7 Dec", ids.OWNER: "U0ANA", ids.DUE: "2026-12-04",
        ids.ACCOUNT: "new:Acme", ids.NOTE: "from the workshop", ids.SHARING: "shareable",
    }  # fmt: skip
    town.submit("U0EVA", form, **fields)
    assert town.rows()["commitment"] == 0
    view = receipt(town)
    record(town, view, {"row.0": {ids.ROW_SIDE: "ours"}})
    assert recorded(town) == [
        ("send the pricing", "U0ANA", date(2026, 12, 4)),
        ("send the contract", "U0BEN", date(2026, 12, 7)),
    ]
    kept = town.commitment(2)
    assert (kept.account.name if kept.account else None, kept.note, kept.internal) == (
        "Acme", "from the workshop", False
    )  # fmt: skip


STILL_ONE = [
    "send A; then B by Friday",
    "rename the file to “A by Friday; B by Monday” by 4 Dec",
    "@ana send the deck by 4 Dec\nthe long version, please",
]


@pytest.mark.parametrize("typed", STILL_ONE)
def test_one_promise_stays_one(town: BotInWorkspace, typed: str) -> None:
    """A semicolon within a promise, and more words about it, make no list."""
    view = town.commit("U0EVA", typed).view
    assert view is None or view.title == "New commitment"
    assert town.rows()["commitment"] == (1 if view is None else 0)


def test_a_single_point_of_a_list_is_one_line(town: BotInWorkspace) -> None:
    """A bullet in front hides no owner."""
    for day, bullet in enumerate(("- ", "• ", "1) ", "[ ] "), start=1):
        assert "Recorded as #" in words(town.receipt("U0EVA", f"{bullet}@ana send part {day} by 4 Dec"))
    assert {one[:2] for one in recorded(town)} == {(f"send part {number}", "U0ANA") for number in range(1, 5)}
