"""*Why?* and *Why not?*: the answers about the next mention and about any day come from the rules, and come true."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from store import commitments, people
from store.commitments import why as explaining
from tests.journeys.reading import LAST_WEEK, days
from tests.journeys.working_lives import BERLIN, NINE, account, act, away, live_through, of

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace
from tests.journeys.reading import told


def test_why_and_when(town: BotInWorkspace) -> None:
    """The next mention for each person concerned, in words, from the planner's rules."""
    acme = account(town, "U0EVA", category="A")
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-01"), account=acme, at=LAST_WEEK)
    own, others = told(town, "U0ANA")
    assert own.startswith("You (its owner) hear of it next on Tuesday 24 November 2026 at 09:")
    assert own.endswith("it is due within a week, on Tue 1 Dec 2026.")
    assert others.startswith("Eva Lindqvist (owner of the account) hears of it next on Friday 4 December 2026 at 09:")
    live_through(town, date(2026, 11, 24), date(2026, 11, 25))
    assert told(town, "U0EVA", on=date(2026, 11, 24))[0] == (
        "Ana Souza (its owner) heard of it on Tuesday 24 November 2026: it is due within a week, on Tue 1 Dec 2026."
    )
    assert told(town, "U0EVA", on=date(2026, 11, 25))[0] == (
        "Ana Souza (its owner) hears nothing of it on Wednesday 25 November 2026:"
        " it was said already, on Tue 24 Nov 2026."
    )
    live_through(town, date(2026, 11, 26), date(2026, 12, 4))
    # The first of these is for a signal of the account.
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 24), date(2026, 12, 4)]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 10), "was recorded later"),
        (date(2026, 11, 28), "a day off"),
        (date(2026, 12, 8), "away until Fri 11 Dec 2026"),
        (date(2026, 12, 2), "put off until Thu 3 Dec 2026"),
        (date(2026, 11, 20), "due on Mon 14 Dec 2026"),
    ],
)
def test_why_not_on_that_day(town: BotInWorkspace, day: date, why: str) -> None:
    """Each reason not to mention an item has a sentence, about days gone by and to come."""
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-14"), at=LAST_WEEK)
    away(town, "U0ANA", date(2026, 12, 7), date(2026, 12, 11))
    act(town, "U0ANA", commitments.snooze, 1, date(2026, 12, 3))
    assert why in told(town, "U0ANA", on=day)[0]


def test_a_day_is_explained_as_it_was(town: BotInWorkspace) -> None:
    """A past day is explained with the due date and state of that day, although the item was moved or done since."""
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-11-24"), at=LAST_WEEK)
    live_through(town, date(2026, 11, 24), date(2026, 11, 24))
    act(town, "U0ANA", commitments.move, 1, date(2026, 12, 14), "they asked for it", version=1)
    assert "heard of it" in told(town, "U0ANA", on=date(2026, 11, 24))[0]
    town.move(2026, 11, 25, 12, 0)
    assert (
        "something happened to it" in told(town, "U0ANA", on=date(2026, 11, 25))[0]
        or "due on Mon 14 Dec" in (told(town, "U0ANA", on=date(2026, 11, 25))[0])
    )
    act(town, "U0ANA", commitments.finish, 1)
    assert told(town, "U0ANA") == ["#1 is done, so nobody is asked about it any more."]
    assert "heard of it" in told(town, "U0ANA", on=date(2026, 11, 24))[0]
    assert "closed by" in told(town, "U0ANA", on=date(2026, 11, 26))[0]


def test_what_had_no_room_is_explained(town: BotInWorkspace) -> None:
    """If a brief had no room for an item, its owner reads that reason, later on the same day."""
    town.has_recorded("U0ANA", *(("U0ANA", f"call {n}", "2026-11-24") for n in range(20)), at=LAST_WEEK)
    town.jump(2026, 11, 24, *NINE)
    assert "heard of it" in told(town, "U0ANA", 1, on=date(2026, 11, 24))[0]
    assert "no room for it" in told(town, "U0ANA", 20, on=date(2026, 11, 24))[0]


def test_a_brief_that_was_not_sent_is_explained(town: BotInWorkspace) -> None:
    """A brief that was planned but delivered too late is explained with the outbox row's reason."""
    town.has_recorded("U0ANA", ("U0ANA", "first", "2026-11-24"), at=LAST_WEEK)
    town.move(2026, 11, 24, *NINE)
    town.makegood.plan(town.box.clock.now())
    town.jump(2026, 11, 25, 6, 0)
    (said,) = told(town, "U0ANA", on=date(2026, 11, 24))
    assert said.endswith("its morning had passed.")
    assert "did not hear of it" in said


@pytest.mark.parametrize(
    "due",
    ["2026-11-24", "2026-11-29", "2026-12-04",
     *(pytest.param(due, marks=pytest.mark.slow) for due in ("2026-11-27", "2026-12-07"))],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("way", ["as it is", "put off", "blocked", "weekly", "away", "Sunday to Thursday"])
def test_what_is_foretold_comes_true(town: BotInWorkspace, due: str, way: str) -> None:
    """The next mention comes on the day that was named, and not before."""
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", due), at=LAST_WEEK)
    if way == "put off" and due > "2026-11-25":
        act(town, "U0ANA", commitments.snooze, 1, date(2026, 11, 26))
    elif way == "blocked":
        act(town, "U0ANA", commitments.block, 1, "no data", version=1)
    elif way == "weekly":
        of(town, "U0ANA", weekly=True)
    elif way == "away":
        away(town, "U0ANA", date(2026, 11, 24), date(2026, 11, 30))
    elif way == "Sunday to Thursday":
        of(town, "U0ANA", working_week="01236")
    with town.makegood.ledger.read() as tx:
        found = explaining.coming(tx, town.commitment(1), town.box.clock.now())[0]
    assert found.occasion
    live_through(town, date(2026, 11, 23), found.day)
    assert days(town, "U0ANA", BERLIN) == [found.day]


def test_each_reader_is_you_to_themselves(town: BotInWorkspace) -> None:
    """The reason speaks of the person who reads as "you", of others by name or as "they", never of both at once."""
    town.has_recorded("U0EVA", ("U0ANA", "pricing sheet", "2026-12-14"), at=LAST_WEEK)
    with town.makegood.ledger.begin() as tx:
        ben = people.get(tx, town.person(tx, "U0BEN").id)
    act(town, "U0ANA", commitments.block, 1, "no data", ben, version=1)
    in_the_way = next(said for said in told(town, "U0BEN") if "in the way" in said)
    assert in_the_way.startswith("You (in the way) hear of it next")
    assert "it waits for you" in in_the_way
    assert "it waits for them" in next(said for said in told(town, "U0ANA") if "in the way" in said)
    away(town, "U0ANA", date(2026, 12, 7), date(2026, 12, 11))
    (own, *_), (others, *_) = (told(town, user, on=date(2026, 12, 8)) for user in ("U0ANA", "U0EVA"))
    assert own.startswith("You (its owner) hear nothing of it")
    assert "you are away until" in own
    assert others.startswith("Ana Souza (its owner) hears nothing of it")
    assert "they are away until" in others


def test_a_day_off_is_the_readers(town: BotInWorkspace) -> None:
    """The reason says whose day off it is: your own, or that of the person whom you read about."""
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-14"), at=LAST_WEEK)
    on = date(2026, 12, 5)
    assert told(town, "U0ANA", on=on)[0].endswith("it is a day off for you.")
    assert told(town, "U0EVA", on=on)[0].endswith("it is a day off for them.")


def test_a_reader_who_left_or_became_a_guest(town: BotInWorkspace) -> None:
    """The reason for a reader who hears nothing is that they left, or that they are a guest: never both."""
    town.has_recorded("U0EVA", ("U0ANA", "pricing sheet", "2026-12-14"), at=LAST_WEEK)
    for left, said in (False, "they are a guest now"), (True, "they have left"):
        town.box.change_user("U0ANA", is_restricted=True, deleted=left)
        (sentence,) = (one for one in told(town, "U0EVA", on=date(2026, 12, 14)) if one.startswith("Ana Souza hears"))
        assert said in sentence
        assert " or " not in sentence


def test_what_was_given_at_night_was_given_to_you(town: BotInWorkspace) -> None:
    """A commitment given outside working hours is explained to its owner and to others as part of the next brief."""
    town.move(2026, 11, 23, 21, 0)
    town.receipt("U0EVA", "@ana send the pricing sheet by 14 Dec")
    assert "it was given to you while you were not at work" in told(town, "U0ANA")[0]
    assert "it was given to them while they were not at work" in told(town, "U0EVA")[0]
