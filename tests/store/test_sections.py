"""Sections of an account plan on both databases: two editors, repeated gestures, rights, and a flat cost."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store import accounts, history
from store.errors import BadInputError, ChangedMeanwhileError, LedgerError, NotAllowedError, NotFoundError
from store.plan import key_dates, section
from store.plan.key_dates import SECTION
from store.tables import Account, KeyDate
from tests.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.conftest import SmallTeam

RENEWAL = {"kind": "renewal", "name": "", "day": "2027-01-29", "recurs": "never", "owner": None, "note": None}


def add(tx: Session, office: SmallTeam, by: str = "eva", key: str = "view:1", **given: Any) -> KeyDate:
    """A key date of Acme, which is Eva's."""
    account = accounts.create(tx, office.person(tx, "eva"), "Acme", now=NOW)
    return section.add(tx, office.person(tx, by), SECTION, account, RENEWAL | given, origin_key=key, now=NOW)


def edit(tx: Session, office: SmallTeam, row: KeyDate, by: str = "eva", key: str = "view:2", **given: Any) -> KeyDate:
    return section.edit(
        tx, office.person(tx, by), SECTION, row.id, RENEWAL | given, version=given.pop("version", 1),
        origin_key=key, now=NOW,
    )  # fmt: skip


def refused(office: SmallTeam, change: Callable[[Session], object]) -> LedgerError:
    """The error with which the ledger refuses a change; nothing of it stays."""
    with pytest.raises(LedgerError) as caught, office.ledger.begin() as tx:
        change(tx)
    return caught.value


def test_two_editors_of_different_fields_both_succeed(office: SmallTeam) -> None:
    """Two editors of the first version: the row has the change of each, and each is an entry."""
    with office.ledger.begin() as tx:
        row = add(tx, office, owner="U0ANA")
        edit(tx, office, row, "eva", "view:2", owner="U0ANA", day="2027-02-05")
        edit(tx, office, row, "ana", "view:3", owner="U0ANA", note="three years at once")
        assert (row.day, row.note, row.version) == (date(2027, 2, 5), "three years at once", 3)
        entries = history.entries(tx, office.person(tx, "eva"), row)
        assert [(entry.verb, list(entry.changes)) for entry in entries] == [
            ("add", []), ("edit", ["day"]), ("edit", ["note"])
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "theirs", "mine", "words"),
    [
        ("day", "2027-02-05", "2027-02-12", ["Fri 5 Feb 2027", "Fri 12 Feb 2027"]),
        ("kind", "budget", "other", ["“Budget cycle”", "“Other”"]),
        ("name", "Support", "<@U0ANA> *all*", ["“Support”", "“<@U0ANA> *all*”"]),
        ("owner", "U0BEN", "U0ADA", ["Ben Okafor", "Ada Moreau"]),
        ("note", "one", None, ["“one”", "nothing"]),
    ],
)
def test_two_editors_of_one_field(
    office: SmallTeam, field: str, theirs: str, mine: str | None, words: list[str]
) -> None:
    """The second editor is refused at that field, with both values; the same value twice is no conflict."""
    with office.ledger.begin() as tx:
        row = add(tx, office, owner="U0ANA", note="none yet", name="Contract")
        before = {"owner": "U0ANA", "note": "none yet", "name": "Contract"}
        edit(tx, office, row, "eva", **before | {field: theirs})
    error = refused(office, lambda tx: edit(tx, office, row, "ada", "view:3", **before | {field: mine}))
    assert isinstance(error, ChangedMeanwhileError)
    assert error.field == field
    assert all(word in error.words for word in ["Eva Lindqvist", *words])
    with office.ledger.begin() as tx:
        assert edit(tx, office, row, "ada", "view:3", **before | {field: theirs, "recurs": "yearly"}).recurs == "yearly"


def test_a_change_back_is_no_conflict(office: SmallTeam) -> None:
    """One moved the day and moved it back: another one's form, which is older, may move it."""
    with office.ledger.begin() as tx:
        row = add(tx, office)
        edit(tx, office, row, key="view:2", day="2027-02-05")
        edit(tx, office, row, key="view:3", version=2)
        assert row.day == date(2027, 1, 29)
        assert edit(tx, office, row, key="view:4", day="2027-03-01").day == date(2027, 3, 1)


def test_two_forms_at_the_same_moment(office: SmallTeam) -> None:
    """Two threads save the same field of one row at once: one is stored, the other is refused."""
    with office.ledger.begin() as tx:
        row = add(tx, office)
    together, ends = threading.Barrier(2), []

    def save(day: str) -> None:
        together.wait()
        try:
            with office.ledger.begin() as tx:
                edit(tx, office, row, key=f"view:{day}", day=day)
            ends.append("stored")
        except ChangedMeanwhileError:
            ends.append("refused")

    threads = [threading.Thread(target=save, args=(day,)) for day in ("2027-02-01", "2027-03-01")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["refused", "stored"]
    with office.ledger.read() as tx:
        assert section.get(tx, office.person(tx, "eva"), SECTION, row.id).version == 2


def test_each_gesture_counts_once(office: SmallTeam) -> None:
    """A form, a reason and a press that Slack delivers twice add, change, archive and restore once."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        for _ in range(2):
            row = add(tx, office)
            edit(tx, office, row, note="bring the figures")
            section.archive(tx, eva, SECTION, row.id, "bought by Globex", origin_key="view:3", now=NOW)
            section.restore(tx, eva, SECTION, row.id, origin_key="press:4", now=NOW)
        assert [entry.verb for entry in history.entries(tx, eva, row)] == ["add", "edit", "archive", "restore"]
        assert tx.scalar(sa.select(sa.func.count()).select_from(KeyDate)) == 1


def test_archived_with_a_reason_and_restored(office: SmallTeam) -> None:
    """No row is deleted, not even by SQL; an archived row is not edited, and neither verb happens twice."""
    with office.ledger.begin() as tx:
        row = add(tx, office)
        eva = office.person(tx, "eva")

    def archive(tx: Session, why: str, key: str) -> KeyDate:
        return section.archive(tx, eva, SECTION, row.id, why, origin_key=key, now=NOW)

    assert refused(office, lambda tx: archive(tx, " ", "view:2")).field == "reason"
    with office.ledger.begin() as tx:
        archive(tx, "bought by Globex", "view:2")
        assert (
            section.of_account(tx, eva, SECTION, row.account, today=NOW.date())[0].archive_reason == "bought by Globex"
        )
    for change in (lambda tx: archive(tx, "again", "view:3"), lambda tx: edit(tx, office, row, key="view:4", note="x")):
        assert "You archived it on Mon 23 Nov at 11:00" in refused(office, change).words
    with pytest.raises(sa.exc.DBAPIError, match="cannot be rewritten"), office.ledger.begin() as tx:
        tx.execute(sa.delete(KeyDate))
    with office.ledger.begin() as tx:
        again = section.restore(tx, eva, SECTION, row.id, origin_key="press:5", now=NOW)
        assert (again.archived_at, again.archive_reason) == (None, None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"day": ""}, "day"), ({"day": "soon"}, "day"), ({"day": "2026-11-22"}, "day"), ({"day": "2037-01-01"}, "day"),
        ({"day": "2001-01-01", "recurs": "yearly"}, "day"), ({"kind": "party"}, "kind"), ({"recurs": ""}, "recurs"),
        ({"kind": "show"}, "name"), ({"kind": "other", "name": " "}, "name"), ({"name": "x" * 101}, "name"),
        ({"note": "x" * 3001}, "note"), ({"owner": "U0NOBODY"}, "owner"),
    ],
)  # fmt: skip
def test_refusals_stand_at_their_field(office: SmallTeam, given: dict[str, str], field: str) -> None:
    """Each value that cannot be kept is refused in words at its field, in a new row and in an old one."""
    error = refused(office, lambda tx: add(tx, office, **given))
    assert isinstance(error, BadInputError)
    assert error.field == field
    with office.ledger.begin() as tx:
        row = add(tx, office)
    assert refused(office, lambda tx: edit(tx, office, row, **given)).field == field


def test_a_day_that_has_passed_since_stays_editable(office: SmallTeam) -> None:
    """Only a new day must lie ahead: a note can be added to a date that is over."""
    with office.ledger.begin() as tx:
        row, eva = add(tx, office), office.person(tx, "eva")
        later = NOW + timedelta(days=100)
        given = RENEWAL | {"note": "they signed"}
        changed = section.edit(tx, eva, SECTION, row.id, given, version=1, origin_key="view:2", now=later)
        assert changed.note == "they signed"


def test_who_may_change_it(office: SmallTeam) -> None:
    """The account's owner, the row's owner and admins may; others read who can. Without an owner of the account every
    colleague may. In another workspace the row does not exist.
    """
    with office.ledger.begin() as tx:
        row = add(tx, office, owner="U0ANA")
        for by in ("eva", "ana", "ada"):
            edit(tx, office, row, by, f"view:{by}", owner="U0ANA", note=by, version=row.version)
    error = refused(office, lambda tx: edit(tx, office, row, "ben", "view:ben", owner="U0ANA", note="mine", version=4))
    assert isinstance(error, NotAllowedError)
    assert "Eva Lindqvist (who leads Acme), Ana Souza (its owner) or a workspace admin" in error.words
    assert "add a key date to Acme" in refused(office, lambda tx: add(tx, office, "ben", "view:9")).words
    with office.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(coach_id=office.person(tx, "ben").id))
    with office.ledger.begin() as tx:
        row = edit(tx, office, row, "ben", "view:coach", owner="U0ANA", note="as her coach", version=4)
        assert row.note == "as her coach"
    with office.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(owner_id=None, coach_id=None))
    with office.ledger.begin() as tx:
        assert edit(tx, office, row, "ben", "view:ben", owner="U0ANA", note="mine", version=5).note == "mine"
        stranger = office.person(tx, "eva")
        tx.expunge_all()
        stranger.workspace_id = 99
        with pytest.raises(NotFoundError):
            section.get(tx, stranger, SECTION, row.id)


def test_the_question_costs_the_same_however_much_there_is(office: SmallTeam) -> None:
    """The planner's question about key dates: as many statements for two dates as for two hundred, one for none."""
    statements: list[str] = []

    def asked() -> int:
        statements.clear()
        with office.ledger.read() as tx:
            known = [office.person(tx, who) for who in ("eva", "ana", "ben", "ada")]
            statements.clear()
            found = key_dates.worth_a_brief(tx, known, {one.id: NOW.date() for one in known})
            assert len(found) == (2 if added else 0)
        return len(statements)

    sa.event.listen(office.ledger.engine, "before_cursor_execute", lambda _c, _cu, text, *_: statements.append(text))
    added = 0
    assert asked() == 1
    counts = []
    for more in (2, 198):
        with office.ledger.begin() as tx:
            for _ in range(more):
                added += 1
                add(tx, office, key=f"view:{added}", day="2027-01-15", owner="U0ANA" if added % 2 else None)
        counts.append(asked())
    assert counts[0] == counts[1] <= 5
