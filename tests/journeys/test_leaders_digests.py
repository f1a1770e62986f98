"""The digest of a coach before the quarter ends: once, in a direct message, with decisions and kept promises."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts
from store.tables import Account, OutboxKind, OutboxState, Verdict
from tests.journeys.conftest import words
from tests.journeys.digests import kept_last_quarter
from tests.journeys.reading import briefs, days
from tests.journeys.reviews import begun, promises, review
from tests.journeys.slack_faults import at_once, replica
from tests.journeys.working_lives import BERLIN, away, live_through

if TYPE_CHECKING:
    from bot.app import Makegood
    from tests.journeys.conftest import BotInWorkspace


def coached(town: BotInWorkspace, count: int = 3) -> None:
    """Ada coaches Acme, which Eva leads, with so many promises and a booked review, and Umbrella without either."""
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        eva, ada = town.person(tx, "U0EVA"), town.person(tx, "U0ADA")
        for name in ("Acme", "Umbrella"):
            accounts.create(tx, eva, name, now=now, category="A").coach_id = ada.id
    promises(town, count)
    review(town, "Acme on 20 Jan 2027 10:00 with @eva")


def to_coach(town: BotInWorkspace) -> list[str]:
    town.settled()
    said = [words(one) for one in town.box.messages(town.box.world.im("U0ADA").id)]
    return [one for one in said if "The quarter until" in one and "the accounts that you coach" in one]


def test_once_before_the_quarter_ends(town: BotInWorkspace) -> None:
    """The year ends on a Thursday: not before Friday 25 December; then once, also after more mornings and ticks."""
    coached(town)
    town.commit("U0EVA", "done 1")
    town.jump(2026, 12, 24, 12, 0)
    assert to_coach(town) == []
    for day in (25, 28, 29):
        town.jump(2026, 12, day, 9, 0)
        town.makegood.tick()
    (said,) = to_coach(town)
    for part in (
        "The quarter until Thursday 31 December 2026",
        "Ours: 1 of 3 promises kept on time this quarter",
        "Reviewed this quarter:* 0 of 2",
        "No review is booked:* Umbrella",
        "Decisions of reviews: 0 settled",
    ):
        assert part in said
    assert len(town.outbox(OutboxKind.LEADERS_DIGEST)) == 1


def coaches(town: BotInWorkspace, count: int, name: str = "Client {:02}") -> None:
    """Ada coaches so many accounts without a booked review; each has the category A, so that something is wrong."""
    with town.makegood.ledger.begin() as tx:
        eva, ada = town.person(tx, "U0EVA"), town.person(tx, "U0ADA")
        for number in range(1, count + 1):
            made = accounts.create(tx, eva, name.format(number), now=town.box.clock.now(), category="A")
            made.coach_id = ada.id


def in_its_thread(town: BotInWorkspace) -> list[str]:
    """The replies below the digest, in the conversation with Ada."""
    town.settled()
    there = town.box.messages(town.box.world.im("U0ADA").id)
    (digest,) = [one for one in there if "The quarter until" in words(one) and one.thread_ts in {None, one.ts}]
    return [words(one) for one in there if one.thread_ts == digest.ts and one.ts != digest.ts]


@pytest.mark.both_databases
def test_the_rest_follows_in_the_thread(town: BotInWorkspace) -> None:
    """Of twenty accounts the digest names twelve in each part; each of the other eight stands in its thread, once."""
    coaches(town, 20)
    for day in (25, 28, 29):
        town.jump(2026, 12, day, 9, 0)
        town.makegood.tick()
    (said,) = to_coach(town)
    assert said.count("and 8 more") == 2
    (rest,) = in_its_thread(town)
    named = [f"Client {number:02}" for number in range(1, 21)]
    assert [one for one in named if f"• {one}" in said] == named[:12]
    assert [one for one in named if f"• {one}:" in rest] == named[12:]
    assert rest.count("  ·  the rest") == 2
    assert "No review is booked*  ·  the rest" in rest


@pytest.mark.parametrize(("count", "replies"), [(12, 0), (13, 1)])
def test_a_digest_that_shows_everything_has_no_thread(town: BotInWorkspace, count: int, replies: int) -> None:
    """Twelve accounts fit into the digest; the thirteenth begins a thread."""
    coaches(town, count)
    town.jump(2026, 12, 28, 9, 0)
    assert len(to_coach(town)) == 1
    assert len(in_its_thread(town)) == replies


def test_a_rest_that_no_message_takes(town: BotInWorkspace) -> None:
    """Of two hundred accounts with long names the thread names as many as fit, and says how many there are more."""
    coaches(town, 200, "{:03} " + "&" * 90)
    town.jump(2026, 12, 28, 9, 0)
    assert len(to_coach(town)) == 1
    (rest,) = in_its_thread(town)
    left = re.search(r"and (\d+) more: `/commit accounts` shows all", rest)
    assert left
    assert rest.count("• ") + int(left[1]) == 2 * (200 - 12)


@pytest.mark.no_cover
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_four_replicas_write_one(town: BotInWorkspace) -> None:
    """Four planners and couriers at the same moment send one digest, with one reply in its thread."""
    coaches(town, 20)
    town.move(2026, 12, 28, 9, 0)

    def work(makegood: Makegood) -> None:
        for _ in range(2):
            makegood.tick()
            makegood.courier.deliver_due(patience=timedelta(seconds=1))

    with ExitStack() as opened:
        at_once([opened.enter_context(replica(town)) for _ in range(4)], work)
    assert len(to_coach(town)) == 1
    assert len(in_its_thread(town)) == 1
    assert len(town.outbox(OutboxKind.LEADERS_DIGEST)) == 2


@pytest.mark.both_databases
@pytest.mark.parametrize("refused", [False, True])
def test_a_chart_takes_no_digest_with_it(bare_town: BotInWorkspace, refused: bool) -> None:
    """The promises of all their accounts that were kept on time, by quarter, are a chart with its figures in the text;
    where Slack answers invalid_blocks to a chart, the digest goes without it, in the same delivery.
    """
    town = bare_town
    coached(town)
    kept_last_quarter(town, 4)
    town.commit("U0EVA", "done 1")
    if refused:
        town.box.world.unknown_blocks = frozenset({"data_visualization"})
    town.jump(2026, 12, 28, 9, 0)
    (said,) = to_coach(town)
    assert "Ours: 1 of 3 promises kept on time this quarter" in said
    assert "We: Jul–Sep 26 100 %, Oct–Dec 26 33 %" in said
    digest = next(one for one in town.box.messages(town.box.world.im("U0ADA").id) if words(one) == said)
    types = [block["type"] for block in digest.blocks]
    assert types.count("data_visualization") == (0 if refused else 1)
    (row,) = town.outbox(OutboxKind.LEADERS_DIGEST)
    assert (row.state, row.attempts) == (OutboxState.SENT, 1)


def test_a_figure_of_the_quarter_stays(town: BotInWorkspace) -> None:
    """Drawn again in the next quarter the digest still says what was kept in its own."""
    coached(town)
    town.jump(2026, 12, 28, 9, 0)
    town.jump(2027, 1, 4, 9, 0)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        accounts.archive(tx, eva, acme.id, "sold", version=acme.version, origin_key="sold", now=town.box.clock.now())
        accounts.restore(tx, eva, acme.id, origin_key="again", now=town.box.clock.now())
    (said,) = to_coach(town)
    assert "Ours: 0 of 3 promises kept on time this quarter" in said


def test_one_of_a_kind_is_not_plural(town: BotInWorkspace) -> None:
    """A side with a single promise reads “1 of 1 promise”."""
    coached(town, 1)
    town.commit("U0EVA", "done 1")
    town.jump(2026, 12, 28, 9, 0)
    (said,) = to_coach(town)
    assert "Ours: 1 of 1 promise kept on time this quarter" in said


def test_a_standstill(town: BotInWorkspace) -> None:
    """Three days down: it comes on the next morning. After the quarter it does not come any more."""
    coached(town)
    town.jump(2026, 12, 30, 9, 0)
    assert len(to_coach(town)) == 1
    town.jump(2027, 1, 4, 9, 0)
    assert len(to_coach(town)) == 1


def test_it_is_over(town: BotInWorkspace) -> None:
    """Nothing comes for a quarter that has ended, and nothing to people who coach no account."""
    coached(town)
    town.jump(2027, 1, 4, 9, 0)
    assert to_coach(town) == []
    assert town.outbox(OutboxKind.LEADERS_DIGEST) == []


def briefs_of_week(town: BotInWorkspace) -> list[bool]:
    """Whether each of Ada's briefs begins with the sums of her accounts, oldest first."""
    town.settled()
    said = [words(one) for one in town.box.messages(town.box.world.im("U0ADA").id)]
    return ["The accounts that you coach" in one for one in said if "Good morning" in one]


def test_the_first_brief_of_a_week_has_the_sums(town: BotInWorkspace) -> None:
    """Ada's first brief of each week begins with the sums of the accounts that she coaches: once a week, after an
    absence too, and it stays when the brief is drawn again. A person who coaches no account has no such line.
    """
    coached(town)
    town.commit("U0EVA", "done 1")
    rows = [("U0ADA", f"call them {day}", f"2026-12-{day:02}") for day in (2, 3, 8, 9)]
    town.has_recorded("U0ADA", *rows)
    for day in (1, 2, 3):
        town.jump(2026, 12, day, 15, 0)
    first, *others = briefs_of_week(town)
    assert first
    assert len(others) == 2
    assert others == [False, False]
    town.jump(2026, 12, 9, 15, 0)
    assert briefs_of_week(town) == [True, False, False, True]
    said = next(words(one) for one in town.box.messages(town.box.world.im("U0ADA").id) if "Good morning" in words(one))
    for part in (
        ":red_circle: *Red* 2",
        "Kept on time this quarter: ours 1 of 1",
        "1 account without a booked review",
    ):
        assert part in said
    town.commit("U0ADA", "done 4")
    assert briefs_of_week(town) == [True, False, False, True]
    assert not any("that you coach" in words(one) for one in town.box.messages(town.box.world.im("U0EVA").id))


def ada_coaches(town: BotInWorkspace, category: str | None = None) -> None:
    """Ada coaches Acme, which Eva leads and at which nothing is wrong."""
    with town.makegood.ledger.begin() as tx:
        eva, ada = town.person(tx, "U0EVA"), town.person(tx, "U0ADA")
        accounts.create(tx, eva, "Acme", now=town.box.clock.now(), category=category).coach_id = ada.id


MONDAYS = [date(2026, 11, 30), date(2026, 12, 7)]


@pytest.mark.both_databases
def test_open_decisions_bring_a_line_each_week(town: BotInWorkspace) -> None:
    """While a decision of a review is open its coach has a line on each Monday, also if nothing else is due, and none
    afterwards.
    """
    ada_coaches(town)
    promises(town, 1)
    session = begun(town, "Acme on 24 Nov 10:00 with @eva")
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.KEEP)
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12").errors == {}
    live_through(town, date(2026, 11, 24), date(2026, 12, 9))
    assert days(town, "U0ADA", BERLIN) == MONDAYS
    assert "1 decision of reviews open" in words(briefs(town, "U0ADA")[-1])
    town.commit("U0EVA", "done 1")
    live_through(town, date(2026, 12, 10), date(2026, 12, 16))
    assert days(town, "U0ADA", BERLIN) == MONDAYS


@pytest.mark.parametrize(("category", "expected"), [("C", MONDAYS), ("D", []), (None, [])])
def test_an_account_without_a_review(town: BotInWorkspace, category: str | None, expected: list[date]) -> None:
    """Where the category has a rhythm, a line comes each week until a review is booked; elsewhere none is missing."""
    ada_coaches(town, category)
    live_through(town, date(2026, 11, 24), date(2026, 12, 8))
    assert days(town, "U0ADA", BERLIN) == expected
    assert all("1 account without a booked review" in words(one) for one in briefs(town, "U0ADA"))
    review(town, "Acme on 20 Apr 2027 10:00 with @eva")
    live_through(town, date(2026, 12, 9), date(2026, 12, 15))
    assert days(town, "U0ADA", BERLIN) == expected


def test_the_line_waits_for_the_first_day_at_work(town: BotInWorkspace) -> None:
    """A coach who is away until Tuesday has it on Wednesday, once; on Saturday and while away nothing comes."""
    ada_coaches(town, "C")
    away(town, "U0ADA", date(2026, 11, 30), date(2026, 12, 1))
    live_through(town, date(2026, 11, 28), date(2026, 12, 6))
    assert days(town, "U0ADA", BERLIN) == [date(2026, 12, 2)]


def test_the_digest_takes_the_place_of_the_line(town: BotInWorkspace) -> None:
    """In the last five working days of a quarter, when the whole digest comes, no brief comes for the line alone."""
    ada_coaches(town, "C")
    live_through(town, date(2026, 12, 21), date(2027, 1, 5))
    assert days(town, "U0ADA", BERLIN) == [date(2026, 12, 21), date(2027, 1, 4)]
    assert len(to_coach(town)) == 1


def test_the_line_hides_what_its_reader_does_not_see(town: BotInWorkspace) -> None:
    """A coach who has left the account in another coach's hands has no line."""
    coached(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(coach_id=town.person(tx, "U0BEN").id))
    town.has_recorded("U0ADA", ("U0ADA", "call them", "2026-12-01"))
    town.jump(2026, 12, 1, 15, 0)
    assert briefs_of_week(town) == [False]
