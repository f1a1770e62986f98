"""Agreements of the client's people: what takes them back, who may say so, and what counts as a promise."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from store import accounts, agreements, commitments, history, stakeholders
from store.agreements import Agreement, Standing
from store.commitments import Draft
from store.errors import BadInputError, ChangedMeanwhileError, LedgerError, NotAllowedError, NotFoundError
from store.plan import expectations, people, section
from store.rules.kept import Kept
from store.tables import Account, Commitment, Expectation, Side, Verb, Way
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.commitments import Sums
    from store.tables import Person, Stakeholder
    from tests.conftest import SmallTeam

# The database decides nothing here, but where a test says so.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
_GESTURES = itertools.count()


def gesture(now: datetime = NOW) -> dict[str, Any]:
    return {"origin_key": f"gesture:{next(_GESTURES)}", "now": now}


def acme(tx: Session, office: SmallTeam) -> tuple[Person, Account, Stakeholder]:
    eva = office.person(tx, "eva")
    account = accounts.create(tx, eva, "Acme", **gesture())
    return eva, account, stakeholders.create(tx, eva, "Dana Reyes", account=account, now=NOW)


def theirs(tx: Session, office: SmallTeam, **draft: Any) -> Commitment:
    """A commitment of theirs, agreed with Dana in a meeting unless `agreed` says otherwise."""
    eva, account, dana = acme(tx, office)
    given: dict[str, Any] = {"side": Side.THEIRS, "account": account, "internal": False, "agreed": in_meeting(dana)}
    given |= draft
    return commitments.record(tx, eva, Draft("send the figures", eva, FRIDAY, **given), **gesture())


def in_meeting(by: Stakeholder) -> Agreement:
    return Agreement(by, TODAY, Way.MEETING)


def stands(tx: Session, office: SmallTeam, number: int, today: date = TODAY) -> Standing:
    return agreements.standing(commitments.get(tx, office.person(tx, "eva"), number), today)


def draft_of(one: Commitment, **changed: Any) -> Draft:
    same = Draft(one.action, one.owner, one.due_on, one.account, one.stakeholder, one.side, one.internal, one.note)
    return replace(same, **changed)


@on_sqlite
@pytest.mark.parametrize(
    ("side", "agreed", "mark"),
    [
        (Side.THEIRS, False, Standing.WISH),
        (Side.THEIRS, True, Standing.AGREED),
        (Side.OURS, False, None),
        (Side.OURS, True, Standing.AGREED),
    ],
)
def test_theirs_is_a_wish_until_agreed(office: SmallTeam, side: Side, agreed: bool, mark: Standing | None) -> None:
    """Theirs without an agreement is a wish, ours is simply ours, and both may be agreed when they are recorded."""
    with office.ledger.begin() as tx:
        _, _, dana = acme(tx, office)
        one = theirs(tx, office, side=side, agreed=in_meeting(dana) if agreed else None)
        assert agreements.mark(one, TODAY) == mark


def reword(tx: Session, eva: Person, one: Commitment) -> Commitment:
    return commitments.edit(
        tx, eva, one.number, draft_of(one, action="send all figures"), version=one.version,
        **gesture(NOW + timedelta(hours=1)),
    )  # fmt: skip


def postpone(tx: Session, eva: Person, one: Commitment) -> Commitment:
    later = FRIDAY + timedelta(days=7)
    return commitments.move(tx, eva, one.number, later, "holidays", version=one.version, **gesture())


def note(tx: Session, eva: Person, one: Commitment) -> Commitment:
    return commitments.edit(tx, eva, one.number, draft_of(one, note="by mail"), version=one.version, **gesture())


def leave(tx: Session, eva: Person, one: Commitment) -> None:
    assert one.agreed_by_id is not None
    section.edit(
        tx, eva, people.SECTION, one.agreed_by_id, {"left_on": TODAY.isoformat()}, version=1, **gesture()
    )  # fmt: skip


@on_sqlite
@pytest.mark.parametrize(
    ("change", "after"),
    [
        (reword, Standing.AGAIN),
        (postpone, Standing.AGAIN),
        (leave, Standing.AGAIN),
        (note, Standing.AGREED),
    ],
)
def test_new_words_or_a_new_date_are_to_be_agreed_again(
    office: SmallTeam, change: Callable[..., object], after: Standing
) -> None:
    """New wording, a new date and the leaving of the person who agreed take the agreement back; a note does not."""
    with office.ledger.begin() as tx:
        one = theirs(tx, office)
        change(tx, office.person(tx, "eva"), one)
    with office.ledger.begin() as tx:
        assert stands(tx, office, one.number) == after


@on_sqlite
def test_a_change_may_say_that_it_was_agreed(office: SmallTeam) -> None:
    """A move and an edit that name who agreed to them leave it agreed, and the history says with whom and how."""
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        one, later = theirs(tx, office), FRIDAY + timedelta(days=7)
        call = Agreement(dana, TODAY, Way.CALL)
        one = commitments.move(
            tx, eva, one.number, later, "holidays", version=one.version, agreed=call, **gesture()
        )  # fmt: skip
        assert stands(tx, office, one.number) == Standing.AGREED
        words = draft_of(one, action="send all figures", agreed=call)
        one = commitments.edit(tx, eva, one.number, words, version=one.version, **gesture())
        assert stands(tx, office, one.number) == Standing.AGREED
        entries = history.entries(tx, eva, one)
        assert [entry.changes["agreed_by_id"][1] for entry in entries] == [dana.id] * 3
        assert [entry.changes["agreed_how"][1] for entry in entries] == [Way.MEETING, Way.CALL, Way.CALL]


@on_sqlite
def test_a_correction_at_once_keeps_the_agreement(office: SmallTeam) -> None:
    """A slip of the pen that its writer corrects at once, before others know it, takes no agreement back."""
    with office.ledger.begin() as tx:
        one = theirs(tx, office)
        words = draft_of(one, action="send the figures of May")
        commitments.edit(tx, office.person(tx, "eva"), one.number, words, version=1, **gesture())
        assert stands(tx, office, one.number) == Standing.AGREED


@on_sqlite
def test_another_account_has_not_agreed(office: SmallTeam) -> None:
    """A commitment that goes to another account is a wish there, and its people cannot agree at this one."""
    with office.ledger.begin() as tx:
        eva, account, _ = acme(tx, office)
        initech = accounts.create(tx, eva, "Initech", **gesture())
        bill = stakeholders.create(tx, eva, "Bill", account=initech, now=NOW)
        one = theirs(tx, office)
        with pytest.raises(BadInputError, match="Bill belongs to another account"):
            commitments.agree(tx, eva, one.number, in_meeting(bill), version=1, **gesture())
        commitments.choose_account(tx, eva, one.number, initech, **gesture())
        assert stands(tx, office, one.number) == Standing.WISH
        assert account.id != initech.id


@on_sqlite
def test_agreed_again(office: SmallTeam) -> None:
    """A new agreement is to the words and the date of its day, so a commitment that changed is agreed again."""
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        one = postpone(tx, eva, theirs(tx, office))
        commitments.agree(tx, eva, one.number, in_meeting(dana), version=one.version, **gesture())
        assert stands(tx, office, one.number) == Standing.AGREED


@on_sqlite
def test_agreements_that_cannot_be(office: SmallTeam) -> None:
    """A day to come, a person who has left, a colleague without the right and a stale form are refused in words."""
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        one = theirs(tx, office, agreed=None)

        def agree(viewer: Person, agreement: Agreement, version: int = 1) -> None:
            commitments.agree(tx, viewer, one.number, agreement, version=version, **gesture())

        with pytest.raises(BadInputError, match="has not come yet"):
            agree(eva, Agreement(dana, FRIDAY, Way.CALL))
        with pytest.raises(NotAllowedError, match=r"Only Eva Lindqvist \(its owner"):
            agree(office.person(tx, "ben"), in_meeting(dana))
        with pytest.raises(ChangedMeanwhileError):
            agree(eva, in_meeting(dana), version=2)
        leave(tx, eva, theirs(tx, office))
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        with pytest.raises(BadInputError, match="Dana Reyes has left"):
            agree(eva, in_meeting(dana))


@on_sqlite
def test_they_agree_on_their_page(office: SmallTeam) -> None:
    """The client's person agrees without a right in Slack: the history names them, and the owner reads it as news."""
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        one = theirs(tx, office, agreed=None)
        key = gesture()
        for _ in range(2):
            # A form that is sent twice agrees once.
            commitments.agree_on_page(tx, dana, office.person(tx, "ben"), one.number, version=1, **key)
        entry = history.entries(tx, eva, one)[-1]
        assert (entry.verb, entry.by, entry.is_by(office.person(tx, "ben"))) == (Verb.AGREE, "Dana Reyes", False)
        assert (stands(tx, office, one.number), len(history.entries(tx, eva, one))) == (Standing.AGREED, 2)


@on_sqlite
def test_they_agree_to_what_they_see_only(office: SmallTeam) -> None:
    """An internal commitment, another account's, and words that changed since are not theirs to agree to."""
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        initech = accounts.create(tx, eva, "Initech", **gesture())
        bill = stakeholders.create(tx, eva, "Bill", account=initech, now=NOW)
        hidden, one = theirs(tx, office, internal=True, agreed=None), theirs(tx, office, agreed=None)
        for client, number in ((dana, hidden.number), (bill, one.number)):
            with pytest.raises(NotFoundError):
                commitments.agree_on_page(tx, client, eva, number, version=1, **gesture())
        postpone(tx, eva, one)
        with pytest.raises(ChangedMeanwhileError):
            commitments.agree_on_page(tx, dana, eva, one.number, version=1, **gesture())


@pytest.mark.parametrize("on_page", [False, True])
def test_agree_and_edit_at_the_same_moment(office: SmallTeam, on_page: bool) -> None:
    """Of an agreement and new words for the same version one wins: nobody has agreed to words that they did not see."""
    with office.ledger.begin() as tx:
        one = theirs(tx, office, agreed=None)
    start, outcomes = threading.Barrier(2), []

    def agree(tx: Session) -> None:
        eva, _, dana = acme(tx, office)
        if on_page:
            commitments.agree_on_page(tx, dana, eva, one.number, version=1, **gesture())
        else:
            commitments.agree(tx, eva, one.number, in_meeting(dana), version=1, **gesture())

    def edit(tx: Session) -> None:
        eva = office.person(tx, "eva")
        words = draft_of(commitments.get(tx, eva, one.number), action="send all figures")
        commitments.edit(tx, eva, one.number, words, version=1, **gesture())

    def act(step: Callable[[Session], None]) -> None:
        start.wait()
        try:
            with office.ledger.begin() as tx:
                step(tx)
            outcomes.append(step.__name__)
        except LedgerError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=act, args=(step,)) for step in (agree, edit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["ChangedMeanwhileError", "agree"], ["ChangedMeanwhileError", "edit"])
    with office.ledger.read() as tx:
        found = commitments.get(tx, office.person(tx, "eva"), one.number)
        assert (found.action == "send the figures") == (found.agreed_on is not None)


@on_sqlite
def test_merges_keep_agreements(office: SmallTeam) -> None:
    """Two rows of one person become one, and two accounts become one: what was agreed stays agreed, by the kept one."""
    with office.ledger.begin() as tx:
        eva, account, dana = acme(tx, office)
        twin = stakeholders.create(tx, eva, "D. Reyes", account=account, now=NOW)
        one = theirs(tx, office, agreed=in_meeting(twin))
        commitments.agree_on_page(tx, twin, eva, one.number, version=one.version, **gesture())
        people.merge(tx, eva, twin.id, dana.id, version=twin.version, **gesture())
        assert commitments.get(tx, eva, one.number).agreed_by_id == dana.id
        assert history.entries(tx, eva, one)[1].by == "D. Reyes"
        initech = accounts.create(tx, eva, "Initech", **gesture())
        accounts.merge(tx, eva, account.id, initech.id, version=accounts.get(tx, eva, account.id).version, **gesture())
    with office.ledger.read() as tx:
        found = commitments.get(tx, office.person(tx, "eva"), one.number)
        who = agreements.agreed_by(found)
        assert who is not None
        assert (who.name, found.account_id, who.account_id) == ("Dana Reyes", initech.id, initech.id)
        assert stands(tx, office, one.number) == Standing.AGREED


def sums(office: SmallTeam, now: datetime) -> Sums:
    with office.ledger.read() as tx:
        eva = office.person(tx, "eva")
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        return commitments.sums_of(tx, eva, account, now)[Side.THEIRS]


AFTER = NOW + timedelta(days=14)


@on_sqlite
@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (None, Kept(0, 1)),
        # Nobody has agreed to the new date or words, and nobody of theirs is there who did.
        (postpone, Kept(0, 0)),
        (reword, Kept(0, 0)),
        (leave, Kept(0, 0)),
    ],
)
def test_only_what_stands_agreed_is_broken(office: SmallTeam, change: Callable[..., object] | None, kept: Kept) -> None:
    """A late promise of theirs is a broken one if its agreement stood until it fell due, and a wish never is."""
    with office.ledger.begin() as tx:
        theirs(tx, office, agreed=None)
        one = theirs(tx, office)
        if change is not None:
            change(tx, office.person(tx, "eva"), one)
    found = sums(office, AFTER)
    assert (found.kept, found.late, found.wishes, found.open) == (kept, kept.total, 1, 2)


@on_sqlite
def test_what_was_kept_stays_kept(office: SmallTeam) -> None:
    """A promise that they kept counts also after the person who agreed has left; a wish that came true counts not."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        one, wish = theirs(tx, office), theirs(tx, office, agreed=None)
        for each in (one, wish):
            commitments.finish(tx, eva, each.number, **gesture())
    with office.ledger.begin() as tx:
        eva, _, dana = acme(tx, office)
        gone = (TODAY + timedelta(days=3)).isoformat()
        section.edit(tx, eva, people.SECTION, dana.id, {"left_on": gone}, version=1, **gesture(AFTER))
    assert sums(office, AFTER).kept == Kept(1, 1)


@on_sqlite
def test_an_expectation_in_new_words_is_to_be_agreed_again(office: SmallTeam) -> None:
    """The same holds for an expectation: new words are to be agreed again, unless the edit says that they were."""
    given = {"side": Side.OURS, "name": "an answer in a day", "agreed_on": TODAY.isoformat(), "agreed_how": "call"}

    def edit(row: Expectation, **changed: str) -> Expectation:
        return section.edit(
            tx, eva, expectations.SECTION, row.id, changed, version=row.version, **gesture()
        )  # fmt: skip

    with office.ledger.begin() as tx:
        eva, account, dana = acme(tx, office)
        row = section.add(
            tx, eva, expectations.SECTION, account, given | {"stakeholder": str(dana.id)}, **gesture()
        )  # fmt: skip
        assert agreements.standing(row, TODAY) == Standing.AGREED
        row = edit(row, note="they said")
        assert agreements.standing(row, TODAY) == Standing.AGREED
        row = edit(row, name="an answer in an hour")
        assert agreements.standing(row, TODAY) == Standing.AGAIN
        row = edit(row, agreed_how="meeting")
        assert agreements.standing(row, TODAY) == Standing.AGREED
