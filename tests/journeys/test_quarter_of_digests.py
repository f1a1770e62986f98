"""A quarter of digests: the weekly one, the one before a review, participants' briefs and the coach's, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store import accounts
from store.tables import OutboxKind, OutboxState, Side, Workspace
from tests.journeys.conftest import BotInWorkspace, open_town, words
from tests.journeys.digests import has_channel, hold, posted
from tests.journeys.reviews import promises, review
from tests.journeys.slack_faults import at_once, replica

if TYPE_CHECKING:
    from bot.app import Makegood
    from sandbox import Message

# Nine in Berlin on Mondays, on the days of the review and the quarter's end, and on days off between them: in Germany
# 25 and 26 December and 1 January are holidays. Ten in New York, where the coach is, on days that matter to her.
LOOKS = (
    (11, 30, 8), (12, 5, 8), (12, 6, 8), (12, 7, 8), (12, 11, 8), (12, 12, 8), (12, 14, 8), (12, 14, 9), (12, 21, 8),
    (12, 23, 15), (12, 24, 15), (12, 25, 8), (12, 26, 8), (12, 28, 8), (12, 28, 15),
)  # fmt: skip
AFTER = ((1, 1, 8), (1, 2, 8), (1, 4, 8), (1, 4, 15), (1, 11, 8))


def begins(town: BotInWorkspace) -> None:
    """Acme, which Eva leads and Ada coaches, with promises of both sides and a review that is booked."""
    has_channel(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Workspace).values(holidays_region="DE"))
        eva, ada = town.person(tx, "U0EVA"), town.person(tx, "U0ADA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        acme.coach_id = ada.id
    promises(town, 3)
    promises(town, 1, Side.THEIRS)
    review(town, "Acme on 14 Dec 2026 10:00 with @eva @ana")
    town.makegood.tick()


def lives(town: BotInWorkspace) -> None:
    """The end of its quarter, from the first weekly digest to the next quarter."""
    begins(town)
    for year, looks in ((2026, LOOKS), (2027, AFTER)):
        for look in looks:
            town.jump(year, *look, 0)
            if look == (12, 14, 9):
                hold(town)


def days_of(found: list[Message]) -> list[str]:
    return [f"{datetime.fromtimestamp(float(one.ts), UTC):%d %b}" for one in found]


def to(town: BotInWorkspace, user: str, part: str) -> list[str]:
    return days_of([one for one in town.box.dm(user) if part in words(one)])


@pytest.mark.slow
def test_each_comes_once_and_on_a_working_day(town: BotInWorkspace) -> None:
    """From Monday 30 November to 11 January each digest comes once and on its day: none on a holiday or a weekend, none
    is empty, none is missed, however often the program looks.
    """
    lives(town)
    in_channel = [(days_of([one])[0], words(one)) for one in posted(town)]
    weekly = [day for day, said in in_channel if "the week since" in said]
    assert weekly == ["30 Nov", "07 Dec", "14 Dec", "21 Dec", "28 Dec", "04 Jan", "11 Jan"]
    assert [day for day, said in in_channel if "Review of Acme" in said] == ["07 Dec"]
    assert [day for day, said in in_channel if "is closed" in said] == ["14 Dec"]
    for user in ("U0EVA", "U0ANA"):
        assert to(town, user, "*Reviews*") == ["11 Dec"]
    # Five working days before the last one of the quarter: 31 December is a Thursday, and 25 December a holiday.
    assert to(town, "U0ADA", "The quarter until") == ["24 Dec"]
    assert all("·" in said for _, said in in_channel if "the week since" in said)
    kinds = (OutboxKind.WEEKLY_DIGEST, OutboxKind.REVIEW_DIGEST, OutboxKind.LEADERS_DIGEST)
    assert {row.state for kind in kinds for row in town.outbox(kind)} <= {OutboxState.SENT, OutboxState.SKIPPED}


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_replicas_write_one_of_each(database_url: str) -> None:
    """Two replicas that plan and deliver at the same moment, again and again, post one weekly digest, one digest before
    the review and one to the coach.
    """
    with open_town(database_url) as town, replica(town) as other:
        begins(town)
        for look in ((2026, 11, 30, 8, 0), (2026, 12, 7, 8, 0), (2026, 12, 24, 15, 0)):
            town.move(*look)
            at_once([town.makegood, other] * 2, work)
        said = [words(one) for one in posted(town)]
        assert [sum(part in one for one in said) for part in ("the week since", "Until now")] == [3, 1]
        assert to(town, "U0ADA", "The quarter until") == ["24 Dec"]


def work(makegood: Makegood) -> None:
    """Plan what is due, and deliver it."""
    makegood.tick()
    makegood.courier.deliver_due(patience=timedelta(seconds=0.5))
