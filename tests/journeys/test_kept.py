"""The outcome of a promise: its first date and slips in each line, and how late it was done."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import commitments
from tests.journeys.accounts import agreement
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.reading import dms, numbers, seen
from tests.journeys.working_lives import account, act

if TYPE_CHECKING:
    from typing import Any


def moved(town: BotInWorkspace, **more: Any) -> None:
    """Ana's item for Acme, due on Thursday, is moved to Friday and to the Tuesday after."""
    acme = account(town, "U0EVA")
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-11-26"), account=acme, **more)
    act(town, "U0ANA", commitments.accept, 1)
    act(town, "U0ANA", commitments.move, 1, date(2026, 11, 27), "waits for legal", version=2)
    act(town, "U0ANA", commitments.move, 1, date(2026, 12, 1), "legal again", version=3)


def home(town: BotInWorkspace, user: str) -> str:
    """The text of this person's Home tab."""
    town.box.open_home(user)
    return words_of(town.box.home(user))


@pytest.mark.parametrize("place", ["mine", "overdue", "account Acme", "@ana", "1", "home", "brief"])
def test_every_line_shows_first_date_and_slips(town: BotInWorkspace, place: str) -> None:
    """A commitment that was moved twice says so, with its first date, in lists, details, Home and briefs."""
    moved(town)
    town.jump(2026, 12, 2, 8, 45)
    if place == "home":
        shown = home(town, "U0ANA")
    elif place == "brief":
        shown = seen(town, "U0ANA")
    else:
        shown = read(town.commit("U0ANA", place).messages[-1])
    assert "first 26 Nov · moved twice" in shown


def test_a_channel_of_others_does_not_read_of_slips(town: BotInWorkspace) -> None:
    """A shared item shows its slips to colleagues, and not where guests or people of another company read."""
    moved(town, internal=False)
    for channel, shows in (("C0ACME", True), ("C0SHARED", False)):
        now = town.box.clock.now()
        with town.makegood.ledger.begin() as tx:
            ana = town.person(tx, "U0ANA")
            commitments.share(tx, ana, 1, channel, others=not shows, origin_key=channel, now=now)
        town.settled()
        shared = [m for m in town.box.messages(channel) if "shared a commitment" in read(m)]
        assert [("moved twice" in read(m)) for m in shared] == [shows]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ((2026, 11, 25), "done a day early · was due Thu 26 Nov 2026"),
        ((2026, 11, 26), "done on time · was due Thu 26 Nov 2026"),
        ((2026, 11, 30), "done 2 working days late · was due Thu 26 Nov 2026"),
    ],
)
def test_a_done_one_keeps_its_date(town: BotInWorkspace, day: tuple[int, ...], says: str) -> None:
    """A done commitment still shows its due date, and how early or late it was done."""
    town.has_recorded("U0EVA", ("U0EVA", "send the sheet", "2026-11-26"))
    town.move(*day, 12)
    act(town, "U0EVA", commitments.finish, 1)
    assert says in read(town.commit("U0EVA", "1").messages[-1])
    assert dms(town, "U0EVA") == []


# ---- the sums of an account --------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_an_account_says_what_was_kept(town: BotInWorkspace) -> None:
    """An account's page counts, for each side, what is late, what was moved and what was kept by the agreed date."""
    acme = account(town, "U0EVA")
    due = ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-26", "2026-11-27", "2026-12-24")
    town.has_recorded("U0EVA", *(("U0EVA", f"part {day} {n}", day) for n, day in enumerate(due)), account=acme)
    agreed = agreement(town, acme)
    town.has_recorded("U0EVA", ("U0EVA", "their part", "2026-11-25"), account=acme, side="theirs", agreed=agreed)
    town.has_recorded("U0EVA", ("U0EVA", "a wish of ours", "2026-11-25"), account=acme, side="theirs")
    act(town, "U0EVA", commitments.finish, 1)
    # Moved in time and done by the new date; moved when it was late; cancelled in time.
    act(town, "U0EVA", commitments.move, 2, date(2026, 11, 30), "legal", version=1)
    act(town, "U0EVA", commitments.cancel, 5, "not needed", version=1)
    town.move(2026, 11, 30, 12)
    act(town, "U0EVA", commitments.finish, 2)
    act(town, "U0EVA", commitments.move, 3, date(2026, 12, 10), "legal again", version=1)
    act(town, "U0EVA", commitments.finish, 3)
    act(town, "U0EVA", commitments.move, 6, date(2026, 12, 28), "holidays", version=1)
    shown = read(town.commit("U0EVA", "account Acme").messages[-1])
    assert "We: 1 late · 1 moved · 2 of 4 kept on time this quarter" in shown
    assert "They: 1 late · 1 wish · 0 of 1 kept on time this quarter" in shown
    assert "Lead: Eva Lindqvist" in shown
    assert "B account" in shown
    town.move(2027, 1, 4, 12)
    shown = read(town.commit("U0EVA", "account Acme").messages[-1])
    assert "We: 2 late · 1 moved" in shown
    assert "kept on time" not in shown


# ---- the pages of a list -----------------------------------------------------------------------------------


@pytest.fixture
def kept(town: BotInWorkspace) -> BotInWorkspace:
    """Eva's items for Acme: #1 and #2 open, #3 done, #4 cancelled later, #5 owed by Acme and done last."""
    acme = account(town, "U0EVA")
    for number, side in ((1, "ours"), (2, "ours"), (3, "ours"), (4, "ours"), (5, "theirs")):
        town.has_recorded("U0EVA", ("U0EVA", f"send part {number}", f"2026-12-{number:02}"), account=acme, side=side)
    act(town, "U0EVA", commitments.finish, 3)
    town.pass_by(minutes=1)
    act(town, "U0EVA", commitments.cancel, 4, "they bought elsewhere", version=1)
    town.pass_by(minutes=1)
    act(town, "U0EVA", commitments.finish, 5)
    return town


@pytest.mark.parametrize(
    ("typed", "opened", "done", "everything"),
    [
        ("mine", [1, 2], [5, 4, 3], [1, 2, 5, 4, 3]),
        ("account Acme", [1, 2], [4, 3, 5], [1, 2, 4, 3, 5]),
        ("@eva", [1, 2], [5, 4, 3], [1, 2, 5, 4, 3]),
        ("overdue", [1, 2], [5, 4, 3], [1, 2, 5, 4, 3]),
        ("mine theirs", [], [5], [5]),
        ("search part", [1, 2], [5, 4, 3], [1, 2, 5, 4, 3]),
    ],
)
def test_a_list_shows_what_is_done_as_well(
    kept: BotInWorkspace, typed: str, opened: list[int], done: list[int], everything: list[int]
) -> None:
    """Each list has the pages Open, Done and All: what ended stands there, the latest first, with its due date."""
    shown = kept.commit("U0EVA", typed).messages[-1]
    if typed == "account Acme":
        kept.press("U0EVA", shown, ids.PAGE_OLDER)
    pages = ((ids.PAGE_DONE, done), (ids.PAGE_ALL, everything), (ids.PAGE_OPEN, opened))
    for action_id, expected in pages:
        (page,) = [one for one in kept.box.messages("C0ACME", viewer="U0EVA") if one.ts == shown.ts]
        value = next(
            element["value"]
            for block in page.blocks
            for element in block.get("elements", ())
            if element.get("action_id") == action_id
        )
        kept.press("U0EVA", page, action_id, value)
        (page,) = [one for one in kept.box.messages("C0ACME", viewer="U0EVA") if one.ts == shown.ts]
        assert numbers(page.blocks) == expected, action_id
        if 5 in expected:
            assert "done 12 days early · was due Sat 5 Dec 2026" in read(page)
        if 4 in expected:
            assert "cancelled · was due Fri 4 Dec 2026" in read(page)
