"""Reviews in the ledger: booked once, every open item decided, closed with minutes."""

from __future__ import annotations

import contextlib
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import accounts, commitments, history, reviews, stakeholders
from store.commitments import Draft
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError
from store.reviews import Choice, Next, NotReadyError
from store.tables import Habit, Minutes, Question, Review, ReviewItem, ReviewState, Side, State, Verb, Verdict
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from store.tables import Account, Commitment, Person
    from tests.conftest import SmallTeam

SOON, LATER = date(2026, 12, 1), date(2027, 1, 15)
_GESTURES = itertools.count()


def promised(tx: Session, by: Person, account: Account, action: str, side: Side = Side.OURS) -> Commitment:
    draft = Draft(action, by, SOON, account, side=side)
    yesterday = NOW - timedelta(days=1)
    return commitments.record(tx, by, draft, origin_key=f"promise:{next(_GESTURES)}", now=yesterday)


def opened(tx: Session, by: Person, account: Account) -> Review:
    review = reviews.book(
        tx, by, account, NOW + timedelta(days=7), origin_key=f"book:{next(_GESTURES)}", now=NOW
    )  # fmt: skip
    return reviews.start(tx, by, review.id, origin_key=f"start:{next(_GESTURES)}", now=NOW)


def decided(tx: Session, by: Person, review: Review, *choices: Choice) -> Review:
    return reviews.decide_several(tx, by, review.id, choices, origin_key=f"decide:{next(_GESTURES)}", now=NOW)


def at_once(number: int, act: Callable[[int], None]) -> None:
    """Run `act` that many times at the same moment; raises the errors that it raises."""
    together = threading.Barrier(number)

    def one(place: int) -> None:
        together.wait()
        act(place)

    with ThreadPoolExecutor(number) as threads:
        list(threads.map(one, range(number)))


def verdicts(tx: Session, by: Person, review: Review) -> dict[str, Verdict | None]:
    return {
        one.commitment.action: one.verdict.verdict if one.verdict else None for one in reviews.items(tx, by, review)
    }


def test_an_account_has_one_review_at_a_time(office: SmallTeam) -> None:
    """Booking again moves the planned review; the same gesture books once; lead and coach take part."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        first = reviews.book(tx, eva, account, NOW + timedelta(days=7), origin_key="a", now=NOW)
        again = reviews.book(tx, eva, account, NOW + timedelta(days=7), origin_key="a", now=NOW)
        moved = reviews.book(tx, eva, account, NOW + timedelta(days=9), origin_key="b", now=NOW)
        assert first.id == again.id == moved.id
        assert moved.starts_at == NOW + timedelta(days=9)
        assert [one.person.name for one in reviews.people_of(tx, moved) if one.person] == [eva.name]
        assert [entry.verb for entry in history.entries(tx, eva, moved)] == [Verb.ADD, Verb.EDIT]


def test_two_who_book_at_once_book_one(office: SmallTeam) -> None:
    """Four people who book the same account's review at the same moment: one review, the others move it."""
    with office.ledger.begin() as tx:
        accounts.create(tx, office.person(tx, "eva"), "Acme", now=NOW)

    def book(number: int) -> None:
        with office.ledger.begin() as tx:
            eva = office.person(tx, "eva")
            account = accounts.named(tx, eva, "Acme")
            assert account is not None
            reviews.book(tx, eva, account, NOW + timedelta(days=7 + number), origin_key=f"{number}", now=NOW)

    at_once(4, book)
    with office.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Review)) == 1


@pytest.mark.parametrize(
    ("days", "occasion", "words"),
    [
        (-1, None, "already passed"),
        (1500, None, "four years"),
        (None, None, "Choose a day"),
        (None, " ", "Choose a day"),
    ],
)
def test_a_day_that_cannot_be(office: SmallTeam, days: int | None, occasion: str | None, words: str) -> None:
    """The past, a day far away, and neither day nor occasion are refused at the day."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        starts = None if days is None else NOW + timedelta(days=days)
        with pytest.raises(BadInputError, match=words) as caught:
            reviews.book(tx, eva, account, starts, occasion=occasion, origin_key="a", now=NOW)
        assert caught.value.field == "day"


def test_who_may(office: SmallTeam) -> None:
    """Lead, coach and who takes part may; another colleague is told who can."""
    with office.ledger.begin() as tx:
        eva, ana, ben = (office.person(tx, name) for name in ("eva", "ana", "ben"))
        account = accounts.create(tx, eva, "Acme", now=NOW)
        review = reviews.book(tx, eva, account, NOW + timedelta(days=7), origin_key="a", now=NOW)
        dana = stakeholders.create(tx, eva, "Dana", account=account, now=NOW)
        reviews.change_people(tx, eva, review.id, [eva, ana], [dana], origin_key="p", now=NOW)
        with pytest.raises(NotAllowedError, match=eva.name):
            reviews.start(tx, ben, review.id, origin_key="s1", now=NOW)
        assert reviews.start(tx, ana, review.id, origin_key="s2", now=NOW).state == ReviewState.OPEN


def test_who_may_decide(office: SmallTeam) -> None:
    """In the session, coach and who takes part decide about the promises of others, also of a lead who has left."""
    with office.ledger.begin() as tx:
        eva, ana, ben = (office.person(tx, name) for name in ("eva", "ana", "ben"))
        account = accounts.create(tx, eva, "Acme", now=NOW)
        account.coach_id = ben.id
        first, second, third = (promised(tx, eva, account, name) for name in ("first", "second", "third"))
        review = opened(tx, eva, account)
        reviews.change_people(tx, eva, review.id, [eva, ana], [], origin_key="p", now=NOW)
        eva.is_active = False
        decided(tx, ben, review, Choice(first.number, first.version, Verdict.KEEP))
        decided(tx, ana, review, Choice(second.number, second.version, Verdict.TERMINATE, reason="over"))
        decided(tx, ana, review, Choice(third.number, third.version, Verdict.DONE))
        after = [commitments.get(tx, ben, one.number).state for one in (first, second, third)]
        assert after == [State.OPEN, State.CANCELLED, State.DONE]
        other = promised(tx, ana, accounts.create(tx, ana, "Globex", now=NOW), "other")
        with pytest.raises(NotAllowedError):
            commitments.finish(tx, ben, other.number, version=1, origin_key="o", now=NOW)


def test_another_accounts_person_takes_no_part(office: SmallTeam) -> None:
    """A person of another client is refused by name."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        acme, globex = (accounts.create(tx, eva, name, now=NOW) for name in ("Acme", "Globex"))
        review = reviews.book(tx, eva, acme, NOW + timedelta(days=7), origin_key="a", now=NOW)
        marge = stakeholders.create(tx, eva, "Marge", account=globex, now=NOW)
        with pytest.raises(BadInputError, match="Marge belongs to another account"):
            reviews.change_people(tx, eva, review.id, [eva], [marge], origin_key="p", now=NOW)


def test_each_verdict_does_what_it_says(office: SmallTeam) -> None:
    """Done ends it, keep leaves it, revamp keeps its first words, split records parts, terminate cancels it."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        a, b, c, d, e = (promised(tx, eva, account, action) for action in ("done", "keep", "revamp", "split", "end"))
        review = opened(tx, eva, account)
        parts = [Draft(f"part {n}", eva, LATER, account) for n in (1, 2)]
        decided(
            tx, eva, review,
            Choice(a.number, a.version, Verdict.DONE),
            Choice(b.number, b.version, Verdict.KEEP, not_before=SOON),
            Choice(c.number, c.version, Verdict.REVAMP, action="revamp well", due_on=LATER, reason="they reorganise"),
            Choice(d.number, d.version, Verdict.SPLIT, parts=parts),
            Choice(e.number, e.version, Verdict.TERMINATE, reason="nobody needs it"),
        )  # fmt: skip
        seen = {one.number: commitments.get(tx, eva, one.number) for one in (a, b, c, d, e)}
        assert seen[a.number].state == State.DONE
        assert (seen[b.number].state, seen[b.number].due_on, seen[b.number].quiet_until) == (State.OPEN, SOON, SOON)
        revamped = seen[c.number]
        assert (revamped.action, revamped.first_action, revamped.due_on) == ("revamp well", "revamp", LATER)
        assert (revamped.first_due_on, revamped.slips) == (SOON, 1)
        assert seen[d.number].state == seen[e.number].state == State.CANCELLED
        assert set(verdicts(tx, eva, review).values()) == set(Verdict)
        made = [one.commitment.action for one in reviews.decisions(tx, eva, review) if one.verdict is None]
        assert made == ["part 1", "part 2"]
        split = history.entries(tx, eva, seen[d.number])[-1].reason
        assert split is not None
        assert split.startswith("Split into #")


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"verdict": Verdict.TERMINATE}, "reason"),
        ({"verdict": Verdict.REVAMP}, "action"),
        ({"verdict": Verdict.REVAMP, "due_on": LATER}, "reason"),
        ({"verdict": Verdict.SPLIT}, "parts"),
        ({"verdict": Verdict.KEEP, "not_before": date(2026, 11, 1)}, "not_before"),
        ({"verdict": Verdict.KEEP, "not_before": LATER}, "not_before"),
    ],
)
def test_a_verdict_that_lacks_something(office: SmallTeam, choice: dict[str, object], field: str) -> None:
    """A verdict without what it needs is refused at its field, and nothing is stored of it."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        item = promised(tx, eva, account, "send the price")
        review = opened(tx, eva, account)
        with pytest.raises(BadInputError) as caught, tx.begin_nested():
            decided(tx, eva, review, Choice(item.number, item.version, **choice))  # type: ignore[arg-type]
        assert caught.value.field == field
        assert verdicts(tx, eva, review) == {"send the price": None}


def test_the_second_who_decides_otherwise_is_asked(office: SmallTeam) -> None:
    """Ana terminates what Eva has kept: she is told of it; having seen “keep”, she may."""
    with office.ledger.begin() as tx:
        eva, ana = office.person(tx, "eva"), office.person(tx, "ana")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        item = commitments.record(
            tx, eva, Draft("send the price", ana, SOON, account), origin_key="x", now=NOW
        )  # fmt: skip
        review = opened(tx, eva, account)
        reviews.change_people(tx, eva, review.id, [eva, ana], [], origin_key="p", now=NOW)
        decided(tx, eva, review, Choice(item.number, item.version, Verdict.KEEP))
        late = Choice(item.number, item.version, Verdict.TERMINATE, reason="no")
        with pytest.raises(ChangedMeanwhileError, match="got “keep” meanwhile"), tx.begin_nested():
            decided(tx, ana, review, late)
        decided(tx, ana, review, Choice(item.number, item.version, Verdict.TERMINATE, reason="no", seen=Verdict.KEEP))
        assert verdicts(tx, eva, review) == {"send the price": Verdict.TERMINATE}


def test_an_item_that_changes_loses_its_verdict(office: SmallTeam) -> None:
    """A kept item that is moved afterwards needs a new verdict, and the review cannot be closed without it."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        item = promised(tx, eva, account, "send the price")
        review = opened(tx, eva, account)
        decided(tx, eva, review, Choice(item.number, item.version, Verdict.KEEP))
        commitments.move(tx, eva, item.number, LATER, "they are away", version=1, origin_key="m", now=NOW)
        (only,) = reviews.items(tx, eva, review)
        assert only.verdict is None
        assert only.lost is not None
        assert only.lost.verdict == Verdict.KEEP
        with pytest.raises(NotReadyError, match=f"#{item.number} has no verdict"):
            reviews.close(tx, eva, review.id, Next(NOW + timedelta(days=90)), origin_key="c", now=NOW)


def test_closing_names_all_that_is_missing(office: SmallTeam) -> None:
    """Without a verdict and without a next review both are named; then it closes, and the next one is booked."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        item = promised(tx, eva, account, "send the price")
        review = opened(tx, eva, account)
        with pytest.raises(NotReadyError) as caught:
            reviews.close(tx, eva, review.id, None, origin_key="c1", now=NOW)
        assert caught.value.missing == [f"#{item.number} has no verdict.", "The next review has no day."]
        decided(tx, eva, review, Choice(item.number, item.version, Verdict.KEEP))
        answers = {Question.GAINED: "Two days less for each order."}
        reviews.answer(tx, eva, review.id, answers, seen={}, origin_key="a", now=NOW)
        reviews.score(tx, eva, review.id, {Habit.WRITTEN: 3}, origin_key="s", now=NOW)
        closed = reviews.close(tx, eva, review.id, Next(NOW + timedelta(days=90)), origin_key="c2", now=NOW)
        assert closed.state == ReviewState.HELD
        following = reviews.current(tx, eva, account)
        assert following is not None
        assert following.starts_at == NOW + timedelta(days=90)
        (minutes,) = reviews.minutes_of(tx, eva, closed)
        assert minutes.content["items"][0]["verdict"] == "keep"
        assert minutes.content["answers"] == {"gained": "Two days less for each order."}
        assert minutes.content["scores"] == {"written": 3}


def test_two_close_at_once(office: SmallTeam) -> None:
    """Two people close the review at the same moment: one does, the other is told, and one next review is booked."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        review_id = opened(tx, eva, accounts.create(tx, eva, "Acme", now=NOW)).id
    told: list[str] = []

    def close(number: int) -> None:
        try:
            with office.ledger.begin() as tx:
                eva = office.person(tx, "eva")
                reviews.close(
                    tx, eva, review_id, Next(NOW + timedelta(days=90)), origin_key=f"{number}", now=NOW
                )  # fmt: skip
        except ChangedMeanwhileError as error:
            told.append(error.words)

    at_once(2, close)
    assert len(told) == 1
    assert "closed it" in told[0]
    with office.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Review)) == 2
        assert tx.scalar(sa.select(sa.func.count()).select_from(Minutes)) == 1


def test_corrected_minutes_are_a_new_version(office: SmallTeam) -> None:
    """A correction adds a version with the remark; the first one stays, and two who correct at once are told."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        review = opened(tx, eva, accounts.create(tx, eva, "Acme", now=NOW))
        reviews.close(tx, eva, review.id, None, no_next="They leave.", origin_key="c", now=NOW)
        reviews.correct(tx, eva, review.id, "Dana was there too.", version=1, origin_key="r1", now=NOW)
        with pytest.raises(BadInputError, match="version 2"):
            reviews.correct(tx, eva, review.id, "So was Marcus.", version=1, origin_key="r2", now=NOW)
        newest, first = reviews.minutes_of(tx, eva, review)
        assert newest.content["remarks"] == [{"by": eva.name, "text": "Dana was there too."}]
        assert first.content["remarks"] == []


def test_two_answers_to_one_question(office: SmallTeam) -> None:
    """Another person's answer is never overwritten unseen; answers to other questions are stored beside it."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        review = opened(tx, eva, accounts.create(tx, eva, "Acme", now=NOW))
        reviews.answer(tx, eva, review.id, {Question.ASK: "a reference"}, seen={}, origin_key="1", now=NOW)
        with pytest.raises(ChangedMeanwhileError, match="a reference") as caught:
            reviews.answer(tx, eva, review.id, {Question.ASK: "an introduction"}, seen={}, origin_key="2", now=NOW)
        assert caught.value.field == Question.ASK


def test_a_review_that_was_not_held(office: SmallTeam) -> None:
    """It needs a reason, and another one can be booked; one with decisions is closed instead."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        review = reviews.book(tx, eva, account, NOW + timedelta(days=7), origin_key="a", now=NOW)
        with pytest.raises(BadInputError) as caught:
            reviews.call_off(tx, eva, review.id, " ", origin_key="n1", now=NOW)
        assert caught.value.field == "reason"
        off = reviews.call_off(tx, eva, review.id, "Dana is ill", origin_key="n2", now=NOW)
        assert off.state == ReviewState.NOT_HELD
        item = promised(tx, eva, account, "send the price")
        other = opened(tx, eva, account)
        decided(tx, eva, other, Choice(item.number, item.version, Verdict.KEEP))
        with pytest.raises(BadInputError, match="Close it"):
            reviews.call_off(tx, eva, other.id, "no time", origin_key="n3", now=NOW)


def test_a_merge_keeps_one_planned_review(office: SmallTeam) -> None:
    """Two accounts with a planned review each become one with one; the other says why it was not held, in its history
    too.
    """
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        acme, twin = (accounts.create(tx, eva, name, now=NOW) for name in ("Acme", "Acme Group"))
        for account in (acme, twin):
            reviews.book(tx, eva, account, NOW + timedelta(days=7), origin_key=account.name, now=NOW)
        accounts.merge(tx, eva, twin.id, acme.id, version=twin.version, origin_key="m", now=NOW)
        found = tx.scalars(sa.select(Review).order_by(Review.id)).all()
        assert [one.account_id for one in found] == [acme.id, acme.id]
        (ended,) = [one for one in found if one.closed_at]
        assert (ended.reason, ended.next_at) == ("merged into Acme", None)
        assert [entry.verb for entry in history.entries(tx, eva, ended)] == [Verb.ADD, Verb.CALL_OFF, Verb.MERGE]


def test_a_merge_keeps_the_session_that_goes_on(office: SmallTeam) -> None:
    """The merged account's review is going on, and the kept one's is planned: the session stays, with its verdict."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        acme, twin = (accounts.create(tx, eva, name, now=NOW) for name in ("Acme", "Acme Group"))
        planned = reviews.book(tx, eva, acme, NOW + timedelta(days=7), origin_key="planned", now=NOW)
        item = promised(tx, eva, twin, "send the price")
        session = opened(tx, eva, twin)
        decided(tx, eva, session, Choice(item.number, item.version, Verdict.KEEP))
        kept = accounts.merge(tx, eva, twin.id, acme.id, version=twin.version, origin_key="m", now=NOW)
        going_on = reviews.current(tx, eva, kept)
        assert going_on is not None
        assert going_on.id == session.id
        assert reviews.get(tx, eva, planned.id).state == ReviewState.NOT_HELD


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "keep", "done", "terminate", "revamp", "split", "move", "finish", "reopen", "close"]),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, phases=[Phase.generate])
@given(steps=STEPS)
def test_nothing_is_lost_or_doubled(office: SmallTeam, steps: list[tuple[str, int]]) -> None:
    """After any verdicts, changes and closings each commitment has one row at most in each review, and a closed review
    has a verdict for each commitment that was open at its end, but for those that it has made.
    """
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, f"Account {next(_GESTURES)}", now=NOW)
        known = [promised(tx, eva, account, f"item {n}").number for n in range(3)]
        review = opened(tx, eva, account)
        for step, place in steps:
            number = known[place % len(known)]
            with contextlib.suppress(BadInputError, ChangedMeanwhileError, NotReadyError), tx.begin_nested():
                take(tx, eva, account, review, step, number, known)
            now_open = reviews.current(tx, eva, account)
            if now_open is not None and now_open.id != review.id:
                check_closed(tx, eva, account, review)
                review = reviews.start(tx, eva, now_open.id, origin_key=f"s{next(_GESTURES)}", now=NOW)
        rows = tx.execute(
            sa.select(ReviewItem.review_id, ReviewItem.commitment_id, sa.func.count())
            .group_by(ReviewItem.review_id, ReviewItem.commitment_id)
            .having(sa.func.count() > 1)
        ).all()
        assert rows == []
        shown = [one.commitment.id for one in reviews.items(tx, eva, review)]
        assert len(shown) == len(set(shown))


def take(tx: Session, eva: Person, account: Account, review: Review, step: str, number: int, known: list[int]) -> None:
    """One step of the course."""
    key, item = f"step:{next(_GESTURES)}", commitments.get(tx, eva, number)
    if step == "new":
        known.append(promised(tx, eva, account, f"item {next(_GESTURES)}").number)
    elif step == "move":
        due_on = item.due_on + timedelta(days=1)
        commitments.move(tx, eva, number, due_on, "later", version=item.version, origin_key=key, now=NOW)
    elif step == "finish":
        commitments.finish(tx, eva, number, origin_key=key, now=NOW)
    elif step == "reopen":
        commitments.reopen(tx, eva, number, origin_key=key, now=NOW)
    elif step == "close":
        reviews.close(tx, eva, review.id, Next(NOW + timedelta(days=90)), origin_key=key, now=NOW)
    else:
        seen = {one.commitment.number: one.verdict for one in reviews.items(tx, eva, review)}.get(number)
        parts = [Draft(f"part {key} {n}", eva, LATER, account) for n in (1, 2)] if step == "split" else []
        choice = Choice(
            number, item.version, Verdict(step), reason="agreed", action=f"new words {key}", parts=parts,
            seen=seen.verdict if seen else None,
        )  # fmt: skip
        reviews.decide(tx, eva, review.id, choice, origin_key=key, now=NOW)
        known += [
            one.commitment.number for one in reviews.decisions(tx, eva, review) if one.commitment.number not in known
        ]


def check_closed(tx: Session, eva: Person, account: Account, review: Review) -> None:
    """The minutes of a closed review have each commitment once, and every one that was open at its end."""
    (minutes,) = reviews.minutes_of(tx, eva, review)
    numbers = [line["number"] for line in minutes.content["items"]]
    assert len(numbers) == len(set(numbers))
    week = {"today": SOON, "week_ends": SOON, "start": 0, "size": 200}
    still_open = commitments.listed(tx, eva, commitments.Wanted(account_id=account.id), **week)  # type: ignore[arg-type]
    assert {one.number for one in still_open.items} <= set(numbers)
