"""The weekly digest in an account's channel: once, with what happened since the last one, and never on a day off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, commitments
from store.digests import weekly
from store.errors import NotAllowedError
from store.tables import Account, OutboxKind, OutboxState, Workspace
from tests.journeys.conftest import words, words_of
from tests.journeys.digests import has_channel, in_thread, kept_last_quarter, posted, to_lead
from tests.journeys.reviews import promises

if TYPE_CHECKING:
    from sandbox import Outcome
    from tests.journeys.conftest import BotInWorkspace

# Mondays at nine in Berlin. The town begins on Monday 23 November, at ten in Berlin.
FIRST, SECOND = (2026, 11, 30, 8, 0), (2026, 12, 7, 8, 0)


def begins(town: BotInWorkspace, count: int = 3) -> None:
    """Acme with its channel and so many promises, due on Friday 4 December; the planner knows the account."""
    has_channel(town)
    promises(town, count)
    town.makegood.tick()


def digests(town: BotInWorkspace) -> list[str]:
    return [words(one) for one in posted(town) if "the week since" in words(one)]


def test_it_says_what_happened_since_the_last_one(town: BotInWorkspace) -> None:
    """Due, done, moved and overdue; a second one begins where the first ended; and it stays true."""
    begins(town)
    town.jump(2026, 11, 30, 7, 59)
    assert digests(town) == []
    town.jump(*FIRST)
    (first,) = digests(town)
    assert "Acme: the week since Monday 23 November 2026" in first
    assert "Due within a week*  ·  3" in first
    assert "Done" not in first
    assert "Late" not in first
    town.jump(2026, 12, 1, 9, 0)
    town.commit("U0EVA", "done 1")
    assert "Done*  ·  1" in digests(town)[0]
    with town.makegood.ledger.begin() as tx:
        eva, two = town.person(tx, "U0EVA"), town.commitment(2)
        commitments.move(tx, eva, 2, date(2026, 12, 18), "holidays", version=two.version, origin_key="m",
                         now=town.box.clock.now())  # fmt: skip
    town.jump(*SECOND)
    second = digests(town)[1]
    for part in ("the week since Monday 30 November", "Done*  ·  1", "Moved later*  ·  1", "once since the last one",
                 "Overdue*  ·  1"):  # fmt: skip
        assert part in second
    assert "Due within a week" not in second


def test_nothing_when_there_is_nothing(town: BotInWorkspace) -> None:
    """An account of which nothing is to say has no message, however many weeks pass."""
    has_channel(town)
    town.makegood.tick()
    for when in (FIRST, SECOND):
        town.jump(*when)
    assert digests(town) == []
    assert {row.state for row in town.outbox(OutboxKind.WEEKLY_DIGEST)} == {OutboxState.SKIPPED}


@pytest.mark.parametrize("refused", [False, True])
def test_a_chart_takes_no_digest_with_it(bare_town: BotInWorkspace, refused: bool) -> None:
    """The promises kept on time by quarter are a chart with its figures in the text, from the second quarter on. Where
    Slack answers invalid_blocks to a chart, the digest goes without it, in the same delivery.
    """
    town = bare_town
    begins(town)
    kept_last_quarter(town, 4)
    town.commit("U0EVA", "done 1")
    if refused:
        town.box.world.unknown_blocks = frozenset({"data_visualization"})
    town.jump(*FIRST)
    (digest,) = posted(town)
    assert "Promises kept on time, by quarter" in words(digest)
    assert "We: Jul–Sep 26 100 %, Oct–Dec 26 100 %" in words(digest)
    types = [block["type"] for block in digest.blocks]
    assert types.count("data_visualization") == (0 if refused else 1)
    assert types[-1] == "actions"
    (row,) = town.outbox(OutboxKind.WEEKLY_DIGEST)[:1]
    assert (row.state, row.attempts) == (OutboxState.SENT, 1)


@pytest.mark.parametrize("category", ["C", "D"])
def test_other_categories_have_none(town: BotInWorkspace, category: str) -> None:
    """It comes by itself for A and B alone."""
    begins(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(category=category))
    town.jump(*FIRST)
    assert digests(town) == []


@pytest.mark.both_databases
def test_planned_many_times_written_once(town: BotInWorkspace) -> None:
    """Planner after planner writes one; after three days down it comes once, and says that it is late."""
    begins(town)
    town.move(2026, 12, 3, 8, 0)
    for _ in range(4):
        town.makegood.tick()
    (late,) = digests(town)
    assert "Late: it was to come on Monday 30 November 2026" in late
    town.jump(*SECOND)
    assert len(digests(town)) == 2


def test_after_weeks_down_there_is_one(town: BotInWorkspace) -> None:
    """It is the one of the last week."""
    begins(town)
    town.jump(2026, 12, 16, 8, 0)
    (one,) = digests(town)
    assert "Late: it was to come on Monday 14 December" in one


def test_never_on_a_day_off(town: BotInWorkspace) -> None:
    """A holiday moves it to the next working day, and a standstill until Saturday to Monday."""
    begins(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Workspace).values(working_week="1234"))
    town.jump(*FIRST)
    assert digests(town) == []
    town.jump(2026, 12, 1, 8, 0)
    assert len(digests(town)) == 1
    town.jump(2026, 12, 12, 9, 0)
    assert len(digests(town)) == 1
    town.jump(2026, 12, 15, 8, 0)
    assert len(digests(town)) == 2


def change(town: BotInWorkspace, user: str, **fields: str) -> str:
    """Press *Change or stop* below the last digest and fill in the form; the answer."""
    form = town.form(user, posted(town)[-1], ids.DIGEST_CHANGE)
    outcome = town.submit(user, form, **fields)
    assert outcome.view is not None
    return words_of(outcome.view)


def test_change_and_stop(town: BotInWorkspace) -> None:
    """A member of the channel chooses Wednesday at two, and then stops it; one who is elsewhere is refused."""
    begins(town)
    town.jump(*FIRST)
    assert "comes on Wednesdays at 14:00" in change(town, "U0ANA", rhythm="on", day="2", time="14")
    town.jump(2026, 12, 2, 12, 59)
    assert len(digests(town)) == 1
    town.jump(2026, 12, 2, 13, 0)
    assert len(digests(town)) == 2
    assert "is stopped" in change(town, "U0ANA", rhythm="off", day="2", time="14")
    town.jump(2026, 12, 9, 14, 0)
    assert len(digests(town)) == 2


def test_who_may_not_change_it(town: BotInWorkspace) -> None:
    """A colleague who is neither in the channel nor on the team is refused; the second of two editors is told."""
    begins(town)
    town.jump(*FIRST)
    message = posted(town)[-1]
    first, second = (town.form(user, message, ids.DIGEST_CHANGE) for user in ("U0EVA", "U0ANA"))
    town.submit("U0EVA", first, rhythm="on", day="1", time="9")
    assert "changed the weekly digest" in told_to("U0ANA", town, town.submit("U0ANA", second, rhythm="off"))
    del town.box.world.channels["C0ACME"].members["U0BEN"]
    assert town.press("U0BEN", message, ids.DIGEST_CHANGE).view is None
    acme = town.ask("U0EVA", accounts.named, "Acme")
    with pytest.raises(NotAllowedError, match="members of its channel"):
        town.ask("U0BEN", weekly.check_right, acme, in_channel=False)


def test_slack_is_not_asked_in_vain(town: BotInWorkspace) -> None:
    """A guest is refused, and the lead gets the form, without a look at the members of the channel."""
    begins(town)
    town.jump(*FIRST)
    message = posted(town)[-1]
    town.box.change_user("U0BEN", is_restricted=True)
    for user, title in (("U0BEN", None), ("U0EVA", "Weekly digest")):
        before = len(town.box.calls)
        view = town.press(user, message, ids.DIGEST_CHANGE).view
        assert [call.method for call in town.box.calls[before:] if call.method.startswith("conversations.")] == []
        assert (view.title if view else None) == title


def told_to(user: str, town: BotInWorkspace, outcome: Outcome) -> str:
    """The error that the person reads: at a field, or in a message or modal."""
    shown = [words(one) for one in outcome.messages] + [words_of(one) for one in town.box.modals(user)]
    return " ".join([*map(str, outcome.errors.values()), *shown])


@pytest.mark.parametrize("fault", ["another company", "archived", "gone", "restricted"])
def test_where_it_cannot_stand(bare_town: BotInWorkspace, fault: str) -> None:
    """Nothing internal stands where another company reads; the lead is told once how to mend it."""
    begins(bare_town)
    channel = bare_town.box.world.channels["C0ACME"]
    if fault == "another company":
        channel.is_ext_shared = True
    elif fault == "archived":
        channel.is_archived = True
    elif fault == "gone":
        del bare_town.box.world.channels["C0ACME"]
    else:
        acme = bare_town.ask("U0EVA", accounts.named, "Acme")
        with bare_town.makegood.ledger.begin() as tx:
            accounts.restrict(tx, bare_town.person(tx, "U0EVA"), acme.id, known=[], origin_key="x",
                              now=bare_town.box.clock.now())  # fmt: skip
    bare_town.jump(*FIRST)
    bare_town.jump(*SECOND)
    told = [one for one in to_lead(bare_town) if "can't post the weekly digest of Acme" in one]
    assert len(told) == (0 if fault == "restricted" else 1)
    if fault != "gone":
        assert digests(bare_town) == []


def test_a_thousand_items(town: BotInWorkspace) -> None:
    """It keeps Slack's limits, and the thread has the rest."""
    begins(town, 1000)
    town.jump(*FIRST)
    (digest,) = posted(town)
    assert "Due within a week*  ·  1000" in words(digest).replace(",", "")
    assert "and 995 more" in words(digest)
    (rest,) = in_thread(town, digest)
    assert "the rest" in rest
