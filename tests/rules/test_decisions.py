"""The rules of mentions: for each reader a calendar of mornings and occasions, checked day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.brief_times import WorkSchedule
from store.rules.calendar.working_days import WorkingDays
from store.rules.nudging import escalation
from store.rules.nudging.decisions import MentionCase, PastMention, Reason, decide_mention
from store.rules.nudging.occasions import OVERDUE_STEPS, Occasion, OccasionKind
from store.rules.nudging.readers import (
    Away,
    CommitmentFacts,
    PersonFacts,
    Role,
    audience,
)

WEEK = WorkingDays()
# Mondays are 16, 23, 30 November and 7, 14, 21, 28 December 2026.
MONDAY = date(2026, 11, 23)
LONG_AGO = date(2026, 10, 1)


def somebody(number: int, works: WorkingDays = WEEK, **more: Any) -> PersonFacts:
    return PersonFacts(number, WorkSchedule(number, "Europe/Berlin", 9, works), **more)


ANA, BEN, EVA, ADA, DAN = (somebody(number) for number in (1, 2, 3, 4, 5))


def item(due: date, **more: Any) -> CommitmentFacts:
    """A commitment of Ana's, recorded long ago by herself, unless `more` says otherwise."""
    values: dict[str, Any] = {"id": 1, "due_on": due, "created_on": LONG_AGO, "owner": ANA, "creator": ANA}
    return CommitmentFacts(**(values | more))


def on(month: int, day: int) -> date:
    return date(2027 if month < 10 else 2026, month, day)


def heard(one: CommitmentFacts, reader: PersonFacts, first: date, last: date) -> list[tuple[date, Occasion]]:
    """The occasions on which `reader` hears of the item if nobody acts, day by day; each day knows earlier mentions."""
    said: list[PastMention] = []
    found: list[tuple[date, Occasion]] = []
    day = first
    while day <= last:
        occasion = decide_mention(MentionCase(one, reader, day, tuple(said))).occasion
        if occasion:
            said.append(PastMention(occasion, one.due_on, day))
            found.append((day, occasion))
        day += timedelta(days=1)
    return found


def days(found: list[tuple[date, Occasion]]) -> dict[str, str]:
    """{"11-27": "soon", …}"""
    return {f"{day:%m-%d}": occasion.encode() for day, occasion in found}


def mention(occasion: str | None, due_on: date, on: date) -> PastMention:
    """A message whose mention the ledger keeps in these words; None: a notice."""
    return PastMention(Occasion.decode(occasion) if occasion is not None else None, due_on, on)


def said_on(one: MentionCase) -> str | None:
    """The occasion of a mention, in the ledger's words; None if there is no mention."""
    occasion = decide_mention(one).occasion
    return occasion.encode() if occasion else None


@dataclass(frozen=True)
class Case:
    """A commitment, and the mentions of it to one reader from Monday 23 November on, for six weeks."""

    says: str
    item: CommitmentFacts
    expected: dict[str, str]
    reader: PersonFacts = ANA
    until: date = date(2026, 12, 31)


FRIDAY = on(11, 27)
SUNDAY_TO_THURSDAY = somebody(1, WorkingDays(frozenset({6, 0, 1, 2, 3})))
MONDAY_TO_WEDNESDAY = somebody(1, WorkingDays(frozenset({0, 1, 2})))
WEEKLY = replace(ANA, weekly=True)
GERMAN = somebody(1, WorkingDays(region="DE"))
AWAY_AT_CHRISTMAS = Away(on(12, 21), on(1, 3), BEN)
ANA_AWAY = replace(ANA, absences=(AWAY_AT_CHRISTMAS,))
BEN_AWAY_TOO = replace(BEN, absences=(Away(on(12, 24), on(12, 28)),))
AWAY_ON_THURSDAY = replace(ANA, absences=(Away(on(12, 3), on(12, 3)),))
ALONE = replace(ANA, absences=(replace(AWAY_AT_CHRISTMAS, delegate=None),))
LEFT = replace(ANA, is_here=False)
AT_ACME = {"account_owner": EVA}

OWNERS = [
    Case("the ladder", item(on(12, 4)), {
        "11-27": "soon", "12-03": "eve", "12-04": "today", "12-07": "overdue-1", "12-09": "overdue-3",
        "12-15": "overdue-7", "12-25": "overdue-15",
    }),
    Case("due on a day off: asked for on the working day before", item(on(12, 6)), {
        "11-30": "soon", "12-03": "eve", "12-04": "today", "12-07": "overdue-1", "12-09": "overdue-3",
        "12-15": "overdue-7", "12-25": "overdue-15",
    }),
    Case("Sunday to Thursday: due on Friday", item(on(12, 4), owner=SUNDAY_TO_THURSDAY), {
        "11-29": "soon", "12-02": "eve", "12-03": "today", "12-06": "overdue-1", "12-08": "overdue-3",
        "12-14": "overdue-7", "12-24": "overdue-15",
    }, SUNDAY_TO_THURSDAY),
    Case("holidays do not count", item(on(12, 25), owner=GERMAN), {
        "12-18": "soon", "12-23": "eve", "12-24": "today", "12-28": "overdue-1", "12-30": "overdue-3",
    }, GERMAN),
    # Short jobs: the receipt was heard, so at most one mention in the two working days after it.
    Case("recorded today for today", item(MONDAY, created_on=MONDAY), {"11-24": "overdue-1", "11-26": "overdue-3"},
         until=on(11, 27)),
    Case("recorded today for tomorrow", item(on(11, 24), created_on=MONDAY), {"11-24": "today", "11-26": "overdue-1"},
         until=on(11, 27)),
    Case("recorded today for the day after tomorrow", item(on(11, 25), created_on=MONDAY),
         {"11-25": "today", "11-26": "overdue-1"}, until=on(11, 26)),
    Case("recorded today for in three days", item(on(11, 26), created_on=MONDAY),
         {"11-25": "eve", "11-26": "today", "11-27": "overdue-1"}, until=FRIDAY),
    Case("recorded today for in four days", item(FRIDAY, created_on=MONDAY), {"11-26": "eve", "11-27": "today"},
         until=FRIDAY),
    Case("recorded today for in a week", item(on(11, 30), created_on=MONDAY),
         {"11-26": "soon", "11-27": "eve", "11-30": "today"}, until=on(11, 30)),
    # Progress yesterday: not on the next working day, unless it is due then.
    Case("touched on the day before its eve", item(FRIDAY, touched_on=on(11, 25)), {"11-23": "soon", "11-27": "today"},
         until=FRIDAY),
    Case("touched on the eve", item(on(11, 24), touched_on=MONDAY), {"11-24": "today"}, until=on(11, 24)),
    Case("touched while overdue", item(on(11, 20), touched_on=MONDAY), {"11-25": "overdue-3", "12-01": "overdue-7"},
         until=on(12, 1)),
    # Quiet: hidden until that day, then mentioned; the due date stays.
    Case("quiet until the due date", item(FRIDAY, quiet_until=FRIDAY),
         {"11-27": "today", "11-30": "overdue-1"}, until=on(11, 30)),
    Case("quiet, then nothing new: mentioned again", item(on(12, 3), quiet_until=on(11, 30)),
         {"11-30": "soon", "12-02": "eve"}, until=on(12, 2)),
    Case("quiet far ahead of the date", item(on(12, 30), quiet_until=FRIDAY), {"11-27": "again"}, until=on(12, 22)),
    Case("quiet until a date on a day off", item(on(11, 28), quiet_until=on(11, 28)),
         {"11-27": "today", "11-30": "overdue-1"}, until=on(11, 30)),
    Case("quiet until a day in an absence: said on the last morning before it", item(
        on(12, 22), owner=ANA_AWAY, quiet_until=on(12, 22)), {"12-18": "leaving"}, ANA_AWAY),
    Case("quiet beyond the date, as a review decides: warned before the lead hears", item(
        FRIDAY, **AT_ACME, quiet_until=on(12, 31)), {"12-03": "overdue-3:warned"}, until=on(12, 22)),
    # Blocked: weekly instead of the ladder, and on the day it is due.
    Case("blocked", item(on(12, 4), is_blocked=True, touched_on=MONDAY),
         {"11-30": "blocked", "12-04": "today", "12-07": "blocked", "12-14": "blocked", "12-21": "blocked",
          "12-28": "blocked"}),
    Case("blocked over holidays: on the working day before", item(
        on(11, 20), is_blocked=True, touched_on=on(12, 18), owner=GERMAN), {"12-24": "blocked", "12-31": "blocked"},
        GERMAN),
    # The owner is told a working day before the account's owner is.
    Case("escalated after five", item(FRIDAY, **AT_ACME), {
        "11-23": "soon", "11-26": "eve", "11-27": "today", "11-30": "overdue-1", "12-02": "overdue-3",
        "12-03": "overdue-3:warned", "12-08": "overdue-7", "12-18": "overdue-15",
    }),
    Case("escalated after three", item(FRIDAY, **AT_ACME, escalate_after=3), {
        "11-23": "soon", "11-26": "eve", "11-27": "today", "11-30": "overdue-1", "12-01": "overdue-1:warned",
        "12-03": "overdue-3", "12-08": "overdue-7", "12-18": "overdue-15",
    }),
    Case("escalated after one", item(FRIDAY, **AT_ACME, escalate_after=1), {
        "11-23": "soon", "11-26": "eve", "11-27": "today:warned", "11-30": "overdue-1", "12-02": "overdue-3",
        "12-08": "overdue-7", "12-18": "overdue-15",
    }),
    Case("nobody is warned of themselves", item(FRIDAY, account_owner=ANA), {
        "11-23": "soon", "11-26": "eve", "11-27": "today", "11-30": "overdue-1", "12-02": "overdue-3",
        "12-08": "overdue-7", "12-18": "overdue-15",
    }),
    Case("nor of somebody who has left", item(FRIDAY, account_owner=replace(EVA, is_here=False)), {
        "11-23": "soon", "11-26": "eve", "11-27": "today", "11-30": "overdue-1", "12-02": "overdue-3",
        "12-08": "overdue-7", "12-18": "overdue-15",
    }),
    # Away: nothing; afterwards the newest step.
    Case("away when it falls due", item(on(12, 22), owner=ANA_AWAY),
         {"12-15": "soon", "12-18": "leaving", "01-04": "overdue-7"}, ANA_AWAY, on(1, 4)),
    Case("away for days off only: nothing is due then", item(on(12, 22), owner=replace(
        ANA, absences=(Away(on(12, 19), on(12, 20)),))), {"12-15": "soon", "12-21": "eve", "12-22": "today"},
        replace(ANA, absences=(Away(on(12, 19), on(12, 20)),)), on(12, 22)),
    Case("away when nothing is due", item(on(1, 8), owner=ANA_AWAY), {"01-04": "soon", "01-07": "eve"},
         ANA_AWAY, on(1, 7)),
    # An owner who goes away is warned of the escalation before, if no stand-in hears later.
    Case("away on the working day before it is told on", item(FRIDAY, owner=AWAY_ON_THURSDAY, **AT_ACME), {
        "11-23": "soon", "11-26": "eve", "11-27": "today", "11-30": "overdue-1", "12-02": "overdue-3:warned",
        "12-08": "overdue-7",
    }, AWAY_ON_THURSDAY, on(12, 9)),
    Case("told on while away", item(on(12, 22), owner=ALONE, **AT_ACME, escalate_after=3),
         {"12-15": "soon", "12-18": "leaving:warned", "01-04": "overdue-7"}, ALONE, on(1, 4)),
    Case("given while away: counts from the first day back", item(
        on(12, 22), owner=ALONE, **AT_ACME, escalate_after=3, created_on=on(12, 21), touched_on=on(12, 23)),
        {"01-04": "overdue-7", "01-06": "overdue-7:warned"}, ALONE, on(1, 7)),
    Case("told on the first morning back is a day too early", item(
        on(12, 18), owner=ALONE, **AT_ACME, touched_on=on(12, 18), escalate_after=11),
        {"12-11": "soon", "12-17": "eve", "12-18": "today", "01-04": "overdue-7:warned"}, ALONE, on(1, 5)),
    Case("left", item(FRIDAY, owner=LEFT), {}, LEFT),
]  # fmt: skip

WEEKLY_ONES = [
    Case("all of the week on its first morning", item(FRIDAY, owner=WEEKLY),
         {"11-23": "week", "11-30": "week", "12-07": "week", "12-14": "week", "12-21": "week", "12-28": "week"},
         WEEKLY),
    Case("not what is due in the next", item(on(11, 30), owner=WEEKLY), {"11-30": "week", "12-07": "week"}, WEEKLY,
         on(12, 8)),
    Case("recorded before the summary of the same day", item(on(11, 26), owner=WEEKLY, created_on=MONDAY),
         {"11-26": "today", "11-30": "week"}, WEEKLY, on(12, 4)),
    Case("recorded on Tuesday for Thursday", item(on(11, 26), owner=WEEKLY, created_on=on(11, 24)),
         {"11-26": "today", "11-30": "week"}, WEEKLY, on(12, 4)),
    Case("moved on Wednesday to Friday", item(FRIDAY, owner=WEEKLY, touched_on=on(11, 25)),
         {"11-23": "week", "11-30": "week"}, WEEKLY, on(12, 4)),
    Case("word of the account's owner comes on its day", item(FRIDAY, owner=WEEKLY, **AT_ACME),
         {"11-23": "week", "11-30": "week", "12-03": "overdue-3:warned", "12-07": "week"}, WEEKLY, on(12, 11)),
    Case("blocked", item(on(12, 30), owner=WEEKLY, is_blocked=True, touched_on=on(11, 25)),
         {"11-30": "blocked", "12-07": "blocked"}, WEEKLY, on(12, 11)),
    Case("a holiday on Monday, a week that begins on Sunday", item(
        on(12, 31), owner=replace(SUNDAY_TO_THURSDAY, weekly=True)), {"12-27": "week"},
        replace(SUNDAY_TO_THURSDAY, weekly=True)),
]  # fmt: skip

OTHERS = [
    Case("the account's owner, then weekly", item(FRIDAY, **AT_ACME), {
        "12-04": "escalated", "12-11": "escalated", "12-18": "escalated", "12-25": "escalated",
    }, EVA),
    Case("sooner for an A account", item(FRIDAY, **AT_ACME, escalate_after=3),
         {"12-02": "escalated", "12-09": "escalated"}, EVA, on(12, 15)),
    Case("progress begins anew", item(FRIDAY, **AT_ACME, touched_on=on(12, 2)), {"12-09": "escalated"}, EVA,
         on(12, 15)),
    Case("progress and one day: a day for the warning remains", item(
        FRIDAY, **AT_ACME, touched_on=on(12, 2), escalate_after=1), {"12-04": "escalated"}, EVA, on(12, 10)),
    Case("not while it is blocked", item(on(11, 2), **AT_ACME, is_blocked=True), {}, EVA),
    Case("the lead's own: the account's coach, then weekly", item(FRIDAY, owner=EVA, **AT_ACME, account_coach=DAN), {
        "12-04": "escalated", "12-11": "escalated", "12-18": "escalated", "12-25": "escalated",
    }, DAN),
    Case("the lead is told before that the coach hears", item(FRIDAY, owner=EVA, **AT_ACME, account_coach=DAN), {
        "11-23": "soon", "11-26": "eve", "11-27": "today", "11-30": "overdue-1", "12-02": "overdue-3",
        "12-03": "overdue-3:warned", "12-08": "overdue-7",
    }, EVA, on(12, 10)),
    Case("sooner for an A account: its coach", item(
        FRIDAY, owner=EVA, **AT_ACME, account_coach=DAN, escalate_after=3),
        {"12-02": "escalated", "12-09": "escalated"}, DAN, on(12, 15)),
    Case("the lead's progress begins anew", item(
        FRIDAY, owner=EVA, **AT_ACME, account_coach=DAN, touched_on=on(12, 2)), {"12-09": "escalated"}, DAN,
        on(12, 15)),
    Case("not to the coach what others own", item(FRIDAY, **AT_ACME, account_coach=DAN), {}, DAN),
    Case("nor where nobody leads the account", item(FRIDAY, account_coach=DAN), {}, DAN),
    Case("nor while it is blocked", item(FRIDAY, owner=EVA, **AT_ACME, account_coach=DAN, is_blocked=True), {}, DAN),
    Case("not to a coach who has left", item(
        FRIDAY, owner=EVA, **AT_ACME, account_coach=replace(DAN, is_here=False)), {}, DAN),
    Case("not to oneself", item(on(11, 2), owner=EVA, account_owner=EVA, quiet_until=on(12, 31)),
         {"12-31": "overdue-30"}, EVA),
    Case("also while its owner has put it off", item(on(11, 13), **AT_ACME, quiet_until=on(12, 31)),
         {"11-23": "escalated", "11-30": "escalated"}, EVA, on(12, 4)),
    Case("who is in the way, weekly", item(on(12, 30), is_blocked=True, blocker=BEN, touched_on=MONDAY), {
        "11-24": "blocking", "12-01": "blocking", "12-08": "blocking", "12-15": "blocking", "12-22": "blocking",
        "12-29": "blocking",
    }, BEN),
    Case("no longer once it is unblocked", item(on(12, 30), blocker=BEN, touched_on=MONDAY), {}, BEN),
    Case("its owner left: the account's owner", item(on(2, 1), owner=LEFT, creator=BEN, **AT_ACME, admin=ADA),
         {"11-23": "unowned", "11-30": "unowned", "12-07": "unowned"}, EVA, on(12, 11)),
    Case("then not its creator", item(on(2, 1), owner=LEFT, creator=BEN, **AT_ACME, admin=ADA), {}, BEN),
    Case("the account's owner left as well: its creator", item(
        on(2, 1), owner=LEFT, creator=BEN, account_owner=replace(EVA, is_here=False), admin=ADA),
        {"11-23": "unowned"}, BEN, FRIDAY),
    Case("no account: its creator", item(on(2, 1), owner=LEFT, creator=BEN, admin=ADA), {"11-23": "unowned"}, BEN,
         FRIDAY),
    Case("nobody of them is left: an admin", item(on(2, 1), owner=LEFT, creator=LEFT, admin=ADA),
         {"11-23": "unowned"}, ADA, FRIDAY),
    Case("the delegate", item(on(12, 23), owner=ANA_AWAY),
         {"12-22": "for:eve", "12-23": "for:today", "12-24": "for:overdue-1", "12-28": "for:overdue-3",
          "01-01": "for:overdue-7"}, BEN, on(1, 8)),
    Case("the delegate has not heard the receipt", item(on(12, 23), owner=ANA_AWAY, created_on=on(12, 21)),
         {"12-22": "for:eve", "12-23": "for:today"}, BEN, on(12, 23)),
    Case("the delegate, where its owner has days off around the due date", item(on(12, 27), owner=replace(
        GERMAN, absences=(Away(on(12, 21), on(12, 24), BEN),))), {"12-24": "for:eve"}, BEN),
    Case("the delegate, on the last morning at least", item(on(12, 27), owner=replace(
        MONDAY_TO_WEDNESDAY, absences=(Away(on(12, 21), on(12, 23), BEN),))), {"12-23": "for:soon"}, BEN),
    Case("the account's owner hears although its owner is away", item(
        on(12, 22), owner=ALONE, **AT_ACME, escalate_after=3), {"12-25": "escalated"}, EVA, on(12, 31)),
    Case("what was given to who is away, only after they had a day", item(
        on(12, 18), owner=ALONE, **AT_ACME, touched_on=on(12, 18), escalate_after=11), {"01-05": "escalated"}, EVA,
        on(1, 8)),
    Case("the delegate on the first day: today", item(on(12, 21), owner=ANA_AWAY),
         {"12-21": "for:today", "12-22": "for:overdue-1"}, BEN, on(12, 22)),
    Case("the delegate hears on the first morning what is overdue", item(on(12, 18), owner=ANA_AWAY),
         {"12-21": "for:overdue-1", "12-23": "for:overdue-3", "12-29": "for:overdue-7"}, BEN, on(1, 8)),
    Case("also what was overdue for long, and of the steps only the newest", item(on(11, 23), owner=ANA_AWAY),
         {"12-21": "for:overdue-15"}, BEN, on(1, 3)),
    Case("overdue, and what its owner put off until later", item(
        on(12, 18), owner=ANA_AWAY, quiet_until=on(1, 4)), {"12-21": "for:overdue-1"}, BEN, on(12, 22)),
    Case("blocked and overdue for more than a week", item(
        on(12, 4), owner=ANA_AWAY, is_blocked=True, touched_on=on(12, 7)),
        {"12-21": "for:blocked", "12-28": "for:blocked"}, BEN, on(1, 3)),
    Case("the delegate hears on the first morning that the account's owner does next", item(
        on(12, 18), owner=ANA_AWAY, **AT_ACME, escalate_after=2),
        {"12-21": "for:overdue-1:warned", "12-23": "for:overdue-3"}, BEN, on(12, 24)),
    Case("not what waited for the review before", item(date(2026, 8, 3), owner=ANA_AWAY), {}, BEN, on(1, 8)),
    Case("not what is due afterwards", item(on(1, 4), owner=ANA_AWAY), {}, BEN, on(1, 8)),
    Case("the delegate is away as well: the account's owner", item(
        on(12, 23), owner=replace(ANA, absences=(replace(AWAY_AT_CHRISTMAS, delegate=BEN_AWAY_TOO),)), **AT_ACME),
        {"12-24": "for:overdue-1", "12-28": "for:overdue-3", "12-30": "escalated"}, EVA, on(1, 1)),
    Case("the delegate has left: the account's owner", item(
        on(12, 23), owner=replace(ANA, absences=(replace(AWAY_AT_CHRISTMAS, delegate=replace(BEN, is_here=False)),)),
        **AT_ACME), {"12-22": "for:eve", "12-23": "for:today"}, EVA, on(12, 23)),
    Case("the delegate is away as well, no account: the person who gave it", item(
        on(12, 23), owner=replace(ANA, absences=(replace(AWAY_AT_CHRISTMAS, delegate=BEN_AWAY_TOO),)), creator=EVA),
        {"12-24": "for:overdue-1", "12-28": "for:overdue-3"}, EVA, on(1, 1)),
    Case("the account's owner is away as well: the person who gave it", item(
        on(12, 23), owner=replace(ANA, absences=(replace(AWAY_AT_CHRISTMAS, delegate=BEN_AWAY_TOO),)), creator=DAN,
        account_owner=replace(EVA, absences=(Away(on(12, 20), on(12, 24)),)), escalate_after=30),
        {"12-24": "for:overdue-1"}, DAN, on(12, 26)),
    Case("not the person who gave it while the delegate is there", item(on(12, 23), owner=ANA_AWAY, creator=EVA), {},
         EVA, on(12, 28)),
    Case("no delegate: nobody", item(
        on(12, 23), owner=replace(ANA, absences=(replace(AWAY_AT_CHRISTMAS, delegate=None),)), **AT_ACME),
        {}, EVA, on(12, 28)),
    Case("the delegate hears that the account's owner does next", item(
        on(12, 22), owner=ANA_AWAY, **AT_ACME, escalate_after=3),
        {"12-21": "for:eve", "12-22": "for:today", "12-23": "for:overdue-1", "12-24": "for:overdue-1:warned",
         "12-28": "for:overdue-3", "12-31": "for:overdue-7"}, BEN, on(1, 1)),
    Case("a delegate who owns the account is not warned of themselves", item(
        on(12, 22), owner=ANA_AWAY, account_owner=replace(BEN, absences=(Away(on(2, 1), on(2, 2), EVA),)),
        escalate_after=3), {
            "12-21": "for:eve", "12-22": "for:today", "12-23": "for:overdue-1", "12-25": "for:overdue-3",
        }, BEN, on(12, 30)),
    Case("a stranger", item(FRIDAY), {}, DAN),
]  # fmt: skip


@pytest.mark.parametrize("case", [*OWNERS, *WEEKLY_ONES, *OTHERS], ids=lambda case: case.says)
def test_who_hears_what_and_when(case: Case) -> None:
    """Each reader gets the expected mentions, if nobody acts on the commitment."""
    first = max(MONDAY, case.item.created_on)
    assert days(heard(case.item, case.reader, first, case.until)) == case.expected


def test_after_the_ninetieth_working_day_it_waits_for_the_review() -> None:
    """For its owner and the account's, also while it is blocked: a last time that says so, and then nothing."""
    due, long_after = on(11, 2), on(11, 2) + timedelta(days=400)
    last_step = on(3, 8)
    assert WEEK.count_between(due, last_step) == 90
    for one, reader in (
        (item(due, **AT_ACME), ANA), (item(due, **AT_ACME), EVA), (item(due, is_blocked=True, touched_on=due), ANA),
        (item(due, owner=WEEKLY), WEEKLY), (item(due, is_blocked=True, owner=WEEKLY, touched_on=due), WEEKLY),
    ):  # fmt: skip
        found = heard(one, reader, due, long_after)
        assert [occasion.is_last for _, occasion in found] == [False] * (len(found) - 1) + [True]
        assert last_step <= found[-1][0] <= last_step + timedelta(days=7)
    assert (
        decide_mention(MentionCase(item(due), ANA, long_after, (mention("overdue-90", due, last_step),))).why
        == Reason.FOR_REVIEW
    )


def test_what_was_missed_is_caught_up_once() -> None:
    """After three weeks without the program there is one mention, of the newest step."""
    for one, expected in ((item(FRIDAY), "overdue-7"), (item(FRIDAY, owner=WEEKLY), "week")):
        assert days(heard(one, one.owner, on(12, 10), on(12, 11))) == {"12-10": expected}


def test_a_brief_that_was_not_sent_costs_nothing() -> None:
    """An item that was due and new on a day without a brief is mentioned on the next morning."""
    one = item(on(11, 24), created_on=MONDAY)
    assert days(heard(one, ANA, on(11, 25), on(11, 25))) == {"11-25": "overdue-1"}


def test_a_new_date_begins_anew() -> None:
    """Mentions with the old date do not count for the new date."""
    told = (
        mention("soon", FRIDAY, MONDAY),
        mention("eve", FRIDAY, on(11, 26)),
        mention("today", FRIDAY, FRIDAY),
    )
    assert said_on(MentionCase(item(on(12, 4), touched_on=FRIDAY), ANA, on(12, 1), told)) == "soon"


def test_who_was_told_by_a_notice_rests_a_day() -> None:
    """Told yesterday, by itself or in a brief, that it is theirs: not asked today, unless it is due today."""
    for words in (None, "new:", "new:eve", "new:overdue-3"):
        said = (mention(words, FRIDAY, on(11, 25)),)
        assert decide_mention(MentionCase(item(FRIDAY), ANA, on(11, 26), said)).occasion is None
        assert said_on(MentionCase(item(FRIDAY), ANA, FRIDAY, said)) == "today"
        assert (
            decide_mention(
                MentionCase(item(on(11, 24)), ANA, on(11, 26), (mention(words, on(11, 24), on(11, 25)),))
            ).occasion
            is None
        )


def test_who_put_it_off_is_not_asked_on_two_mornings_in_a_row() -> None:
    """Mentioned again when the quiet time ended, it was overdue by then: the next word comes a working day later."""
    one = item(FRIDAY, created_on=on(11, 26), quiet_until=on(11, 28))
    before, woken = mention("today", FRIDAY, FRIDAY), mention("again", FRIDAY, on(11, 30))
    assert said_on(MentionCase(one, ANA, on(11, 30), (before,))) == "again"
    assert decide_mention(MentionCase(one, ANA, on(12, 1), (before, woken))).why == Reason.SAID_YESTERDAY
    assert said_on(MentionCase(one, ANA, on(12, 2), (before, woken))) == "overdue-3"


def test_a_notice_counts_for_who_is_in_the_way() -> None:
    """Told at once that somebody waits for them, they hear of it again after a week."""
    one = item(on(12, 30), is_blocked=True, blocker=BEN, touched_on=MONDAY)
    told = (mention(None, one.due_on, MONDAY),)
    found = [on(11, 23 + n) for n in range(8) if decide_mention(MentionCase(one, BEN, on(11, 23 + n), told)).occasion]
    assert found == [on(11, 30)]


@pytest.mark.parametrize(
    ("one", "reader", "day", "why"),
    [
        (item(FRIDAY), ANA, on(11, 28), Reason.DAY_OFF),
        (item(on(12, 22), owner=ANA_AWAY), ANA_AWAY, on(12, 22), Reason.AWAY),
        (item(FRIDAY), LEFT, FRIDAY, Reason.GONE),
        (item(FRIDAY), DAN, FRIDAY, Reason.NOT_THEIRS),
        (item(FRIDAY, quiet_until=on(11, 26)), ANA, on(11, 25), Reason.SNOOZED),
        (item(FRIDAY, created_on=MONDAY), ANA, on(11, 24), Reason.NEW),
        (item(FRIDAY, touched_on=MONDAY), ANA, on(11, 24), Reason.TOUCHED),
        (item(on(12, 30)), ANA, FRIDAY, Reason.NOT_YET),
        (item(FRIDAY, is_blocked=True, touched_on=MONDAY), ANA, on(11, 26), Reason.BLOCKED),
        (item(FRIDAY, owner=WEEKLY, created_on=on(11, 24)), WEEKLY, on(11, 26), Reason.IN_SUMMARY),
        (item(on(1, 4), owner=ANA_AWAY), BEN, on(12, 22), Reason.AFTER_ABSENCE),
    ],
)  # fmt: skip
def test_silence_has_a_reason(one: CommitmentFacts, reader: PersonFacts, day: date, why: Reason) -> None:
    """Each case without a mention has a reason for people who ask."""
    verdict = decide_mention(MentionCase(one, reader, day))
    assert (verdict.occasion, verdict.why) == (None, why)


@pytest.mark.parametrize(
    ("one", "day", "expected"),
    [
        (item(FRIDAY, **AT_ACME), FRIDAY, {Role.OWNER: ANA, Role.LEAD: EVA}),
        (item(FRIDAY, account_owner=ANA), FRIDAY, {Role.OWNER: ANA}),
        (item(FRIDAY, account_owner=ANA, account_coach=BEN), FRIDAY, {Role.OWNER: ANA, Role.COACH: BEN}),
        (item(FRIDAY, account_owner=EVA, account_coach=BEN), FRIDAY, {Role.OWNER: ANA, Role.LEAD: EVA}),
        (item(FRIDAY, owner=ANA_AWAY, **AT_ACME), on(12, 22),
         {Role.OWNER: ANA_AWAY, Role.STAND_IN: BEN, Role.LEAD: EVA}),
        (item(FRIDAY, owner=ANA_AWAY, account_owner=BEN), on(12, 22), {Role.OWNER: ANA_AWAY, Role.STAND_IN: BEN}),
        (item(FRIDAY, owner=LEFT, creator=BEN, admin=ADA), FRIDAY, {Role.FALLBACK_OWNER: BEN}),
        (item(FRIDAY, owner=LEFT, creator=LEFT, is_blocked=True, blocker=BEN, admin=ADA), FRIDAY,
         {Role.FALLBACK_OWNER: ADA, Role.BLOCKER: BEN}),
        (item(FRIDAY, is_blocked=True, blocker=EVA, **AT_ACME), FRIDAY, {Role.OWNER: ANA, Role.BLOCKER: EVA}),
    ],
)  # fmt: skip
def test_everybody_hears_in_one_role(one: CommitmentFacts, day: date, expected: dict[str, PersonFacts]) -> None:
    """A person with two roles hears once, in the nearer role."""
    assert audience(one, day) == expected


# ---- for all dates and weeks ----------------------------------------------------------------------------------------

working = st.sets(st.integers(0, 6), min_size=1).map(lambda found: WorkingDays(frozenset(found)))
near = st.integers(0, 40).map(lambda n: MONDAY + timedelta(days=n))
people = st.builds(somebody, st.just(1), working, weekly=st.booleans())


@st.composite
def stories(draw: st.DrawFn) -> CommitmentFacts:
    created = draw(near)
    due = created + timedelta(days=draw(st.integers(0, 30)))
    return item(
        due, created_on=created, owner=draw(people), account_owner=draw(st.sampled_from([None, EVA])),
        escalate_after=draw(st.integers(1, 8)),
    )  # fmt: skip


def walked(one: CommitmentFacts, reader: PersonFacts, length: int = 200) -> list[tuple[date, Occasion]]:
    return heard(one, reader, one.created_on, one.created_on + timedelta(days=length))


@given(stories())
def test_nothing_due_is_missed(one: CommitmentFacts) -> None:
    """Its owner hears of it between recording and due date, if they work in between at all; else on the next day."""
    works = one.owner.works
    found = [day for day, _ in walked(one, one.owner)]
    if works.last_until(one.due_on) > one.created_on:
        assert any(one.created_on < day <= one.due_on for day in found)
    assert found[0] <= works.next_after(max(one.due_on, one.created_on)) or one.owner.weekly


@given(stories())
def test_nothing_is_said_twice_within_two_working_days_of_recording(one: CommitmentFacts) -> None:
    """The receipt was heard; at most one mention follows it so soon, besides word of the account's owner and a
    summary that was asked for.
    """
    works = one.owner.works
    fresh = [
        occasion for day, occasion in walked(one, one.owner)
        if works.count_between(one.created_on, day) <= 2
        and not occasion.warns and occasion.kind != OccasionKind.WEEK
    ]  # fmt: skip
    assert len(fresh) <= 1


@given(stories())
def test_no_step_is_said_twice_and_none_on_a_day_off(one: CommitmentFacts) -> None:
    """Steps of the ladder only advance; overdue ones never come on two mornings in a row."""
    found = walked(one, one.owner)
    assert all(one.owner.works.works_on(day) for day, _ in found)
    if not one.owner.weekly:
        order = ["soon", "eve", "today", *(f"overdue-{step}" for step in OVERDUE_STEPS)]
        steps = [order.index(occasion.step.encode()) for _, occasion in found if not occasion.warns]
        assert steps == sorted(set(steps))
    overdue = [day for day, occasion in found if occasion.is_overdue and not occasion.warns]
    assert all(one.owner.works.count_between(a, b) > 1 for a, b in pairwise(overdue))


@given(stories())
def test_who_escalates_was_announced_the_working_day_before(one: CommitmentFacts) -> None:
    """The account's lead never hears before the owner was told that they will."""
    if one.account_owner is None:
        return
    told = [day for day, occasion in walked(one, one.owner) if occasion.warns]
    others = [day for day, _ in walked(one, EVA)]
    assert len(told) == 1
    assert told[0] < others[0]
    assert one.owner.works.count_between(told[0], others[0]) >= 1


def test_whoever_is_back_before_the_accounts_owner_hears_that_she_will_hear() -> None:
    """The owner moves an item just before an absence; the lead was away too, so the owner is warned on return."""
    ana = replace(ANA, absences=(Away(on(11, 25), on(12, 4)),))
    eva = replace(EVA, absences=(Away(on(11, 26), on(12, 8)),))
    one = item(FRIDAY, owner=ana, touched_on=on(11, 24), account_owner=eva)
    assert days(heard(one, eva, MONDAY, on(12, 10))) == {"12-09": "escalated"}
    assert days(heard(one, ana, on(11, 25), on(12, 8))) == {"12-07": "overdue-3:warned"}
    assert escalation.heard_on(one) == on(12, 9)


def test_an_account_owner_who_stands_in_is_nobody_to_be_told_before() -> None:
    """A stand-in before the account's lead is warned that the lead will hear."""
    ben = replace(BEN, absences=(Away(on(11, 27), on(12, 31)),))
    ana = replace(ANA, absences=(Away(on(11, 25), on(12, 2), ben),))
    one = item(FRIDAY, owner=ana, account_owner=EVA, escalate_after=3)
    assert days(heard(one, ben, MONDAY, on(12, 10))) == {"11-26": "for:eve:warned"}
    assert days(heard(one, EVA, MONDAY, on(12, 3))) == {
        "11-27": "for:today", "11-30": "for:overdue-1", "12-02": "for:overdue-3", "12-03": "escalated",
    }  # fmt: skip


TRIPS = st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 15)), max_size=3)


@given(stories(), TRIPS, TRIPS, st.booleans())
def test_nobody_is_told_on_behind_the_back_of_who_is_there(
    one: CommitmentFacts, trips: list[tuple[int, int]], of_eva: list[tuple[int, int]], has_deputy: bool
) -> None:  # fmt: skip
    """If the owner or the stand-in had a morning since the last progress, one of them was warned before the lead hears;
    also if the lead was away on the first day.
    """

    def away(trips: list[tuple[int, int]], deputy: PersonFacts | None) -> tuple[Away, ...]:
        days = [(one.created_on + timedelta(days=first), length) for first, length in trips]
        return tuple(Away(first, first + timedelta(days=n), deputy) for first, n in days)

    eva = replace(EVA, absences=away(of_eva, None))
    owner = replace(one.owner, absences=away(trips, BEN if has_deputy else None))
    story = replace(one, owner=owner, account_owner=eva)
    first = next((day for day, _ in walked(story, eva) if day > one.created_on), None)
    if first is None:
        return
    mornings = [one.created_on + timedelta(days=n) for n in range(1, (first - one.created_on).days)]
    warned = [day for who in (story.owner, BEN) for day, occasion in walked(story, who) if occasion.warns]
    if any(story.owner.hears_on(day) for day in mornings):
        assert any(day < first for day in warned)


@given(stories(), st.integers(1, 20))
def test_away_nothing_is_heard_and_nothing_is_lost(one: CommitmentFacts, length: int) -> None:
    """An absent owner hears nothing; the delegate hears what falls due then, and the owner hears on return."""
    away = Away(one.due_on, one.due_on + timedelta(days=length), BEN)
    owner = replace(one.owner, absences=(away,), weekly=False)
    story = replace(one, owner=owner)
    found = walked(story, owner)
    assert not any(away.covers(day) for day, _ in found)
    meanwhile = walked(story, BEN)
    assert all(away.covers(day) and occasion.stands_in for day, occasion in meanwhile)
    if WEEK.works_on(one.due_on) and one.created_on < one.due_on:
        assert (one.due_on, OccasionKind.TODAY) in [(day, occasion.kind) for day, occasion in meanwhile]
    assert any(day > away.last_day and (occasion.is_overdue or occasion.ends) for day, occasion in found)
