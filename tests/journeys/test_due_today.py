"""News of what is due today comes at once to those who wait for it, and once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from store import commitments
from tests.journeys.conftest import BotInWorkspace, read
from tests.journeys.reading import LAST_WEEK, briefs, dms, headings
from tests.journeys.working_lives import account, act, of

if TYPE_CHECKING:
    from collections.abc import Callable

# Tuesday, a quarter to ten in Berlin.
TUESDAY, WEDNESDAY = (2026, 11, 24, 8, 45), (2026, 11, 25, 8, 45)
DEC_8 = date(2026, 12, 8)
PEOPLE = ("U0EVA", "U0ADA", "U0BEN")


@pytest.fixture
def acme(town: BotInWorkspace) -> Any:
    """Acme, which Ada leads, with an item that Ben has promised Eva for Tuesday, which everybody knows of; it is eleven
    on that Tuesday.
    """
    found = account(town, "U0ADA")
    town.has_recorded("U0EVA", ("U0BEN", "send the sheet", "2026-11-24"), account=found, at=LAST_WEEK)
    act(town, "U0BEN", commitments.accept, 1)
    for user in PEOPLE:
        of(town, user, zone="Europe/Berlin")
    town.jump(*TUESDAY)
    town.pass_by(hours=3)
    town.settled()
    return found


def told(town: BotInWorkspace, before: dict[str, int]) -> dict[str, list[str]]:
    """The direct messages to each person since `before`."""
    return {user: [read(one) for one in dms(town, user)[count:]] for user, count in before.items()}


def so_far(town: BotInWorkspace) -> dict[str, int]:
    return {user: len(dms(town, user)) for user in PEOPLE}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("verb", "given", "more", "said"),
    [
        (
            commitments.move,
            (DEC_8, "waits for legal"),
            {"version": 2},
            "moved it from Tue 24 Nov",
        ),
        (commitments.finish, (), {}, "marked it done"),
        (commitments.block, ("legal is away",), {"version": 2}, "marked it blocked"),
        (commitments.comment, ("an hour late",), {}, "commented"),
    ],
)
def test_it_comes_at_once(
    town: BotInWorkspace, acme: Any, verb: Callable[..., Any], given: tuple[Any, ...], more: dict[str, Any], said: str
) -> None:  # fmt: skip
    """Eva, who asked for it, and Ada, who leads the account, read what Ben did in their hours of that day, and not a
    second time in their briefs. Ben gets nothing.
    """
    del acme
    before = so_far(town)
    act(town, "U0BEN", verb, 1, *given, **more)
    town.settled()
    found = told(town, before)
    assert [len(each) for each in found.values()] == [1, 1, 0]
    assert all(f"Ben Okafor {said}" in found[user][0] for user in ("U0EVA", "U0ADA"))
    town.jump(*WEDNESDAY)
    assert "send the sheet" not in " ".join(read(one) for one in briefs(town, "U0EVA")[1:])


def test_later_than_their_hours_it_is_in_the_brief(town: BotInWorkspace, acme: Any) -> None:
    """Ben finishes it at nine in the evening: Eva reads it once, in the next brief."""
    del acme
    town.jump(2026, 11, 24, 20, 0)
    before = so_far(town)
    act(town, "U0BEN", commitments.finish, 1)
    town.settled()
    assert so_far(town) == before
    town.jump(*WEDNESDAY)
    (brief,) = briefs(town, "U0EVA")
    assert headings(brief) == ["Told to you"]
    assert "done, Ben Okafor" not in read(brief)


def test_an_owner_hears_first_that_it_is_theirs(town: BotInWorkspace, acme: Any) -> None:
    """Eva gives Ben something for today in the night and finishes it herself: Ben reads nothing of it."""
    town.jump(2026, 11, 24, 22, 0)
    town.has_recorded("U0EVA", ("U0BEN", "call the plant", "2026-11-24"), account=acme)
    town.settled()
    act(town, "U0EVA", commitments.finish, 2)
    town.jump(*WEDNESDAY)
    assert "call the plant" not in " ".join(read(one) for one in dms(town, "U0BEN"))


def test_those_who_wait_read_until_when_a_colleague_needs(town: BotInWorkspace) -> None:
    """Ana, for whom Ben's item waits, says until when she needs: Ben hears it at once, and Eva, who asked for it, in
    her next brief.
    """
    found = account(town, "U0ADA")
    town.has_recorded("U0EVA", ("U0BEN", "send the sheet", "2026-12-18"), account=found, at=LAST_WEEK)
    town.has_recorded("U0EVA", ("U0EVA", "order the cake", "2026-11-25"), at=LAST_WEEK)
    for user in (*PEOPLE, "U0ANA"):
        of(town, user, zone="Europe/Berlin")
    with town.makegood.ledger.begin() as tx:
        ben, ana, now = town.person(tx, "U0BEN"), town.person(tx, "U0ANA"), town.box.clock.now()
        commitments.block(tx, ben, 1, "prices", ana, version=1, origin_key="view:1", now=now)
    town.jump(*TUESDAY)
    town.pass_by(hours=2)
    act(town, "U0ANA", commitments.need_until, 1, DEC_8, "the plant is closed")
    town.settled()
    assert "Ana Souza needs until Tue 8 Dec 2026: “the plant is closed”" in read(dms(town, "U0BEN")[-1])
    town.jump(*WEDNESDAY)
    brief = read(briefs(town, "U0EVA")[-1])
    assert "#1 send the sheet · Acme – needed until 8 Dec, Ana Souza: “the plant is closed”" in brief
    assert "needed until" not in " ".join(read(one) for one in briefs(town, "U0BEN"))
