"""The verbs of the ledger, on both databases."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store import accounts, commitments, outbox
from store.commitments import Draft, HomeView
from store.errors import BadInputError, ChangedMeanwhileError, LedgerError, NotAllowedError, NotFoundError
from store.outbox import claiming
from store.tables import Commitment, Entry, Outbox
from tests.conftest import NOW, SmallTeam

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.tables import Person

FRIDAY = date(2026, 11, 27)


def recorded(office: SmallTeam, by: str = "eva", owner: str | None = None, **draft: Any) -> int:
    key = draft.pop("origin_key", f"test:{draft.get('action', 'x')}:{by}:{owner}")
    now = draft.pop("now", NOW)
    with office.ledger.begin() as tx:
        viewer = office.person(tx, by)
        draft = {"action": "send the pricing sheet", "due_on": FRIDAY, **draft}
        commitment = commitments.record(
            tx, viewer, Draft(owner=office.person(tx, owner or by), **draft), origin_key=key, now=now
        )
        return commitment.number


def act(
    office: SmallTeam, verb: Any, by: str, *args: Any, key: str = "k1", now: Any = NOW, **kwargs: Any
) -> Commitment:
    with office.ledger.begin() as tx:
        commitment: Commitment = verb(tx, office.person(tx, by), *args, origin_key=key, now=now, **kwargs)
        return commitment


def outbox_kinds(office: SmallTeam) -> list[tuple[str, str]]:
    with office.ledger.read() as tx:
        rows = tx.scalars(sa.select(Outbox).options(sa.orm.joinedload(Outbox.person)).order_by(Outbox.id))
        return [(row.kind, row.person.handle if row.person else "") for row in rows if row.kind != "home"]


def test_numbers_count_up_from_one(office: SmallTeam) -> None:
    """Each commitment gets the workspace's next number."""
    assert [recorded(office, action=f"task {n}") for n in range(3)] == [1, 2, 3]


def test_the_same_gesture_records_once(office: SmallTeam) -> None:
    """A trigger delivered twice gives the commitment it recorded first, tells its owner once, and takes no number."""
    first = recorded(office, owner="ana", origin_key="command:1")
    assert recorded(office, owner="ana", origin_key="command:1") == first
    assert outbox_kinds(office) == [("assigned", "ana")]
    with office.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) == 1
        assert tx.scalar(sa.select(sa.func.count()).select_from(Entry)) == 1
    assert recorded(office, action="another") == first + 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"action": "   "}, "action"),
        ({"action": "x" * 501}, "action"),
        ({"due_on": date(2026, 11, 22)}, "due"),
        ({"due_on": date(2029, 1, 1)}, "due"),
        ({"note": "n" * 3001}, "note"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(office: SmallTeam, draft: dict[str, Any], field: str) -> None:
    """Bad input raises at its field and stores nothing."""
    with pytest.raises(BadInputError) as refused:
        recorded(office, **draft)
    assert refused.value.field == field
    with office.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) == 0


def test_control_characters_and_overrides_are_left_out(office: SmallTeam) -> None:
    """NUL, half surrogates and direction overrides never reach the database; letters and emoji do."""
    number = recorded(
        office, origin_key="k", action="send\x00 \u202eevil\u202c 😀 مرحبا \ud800 the <!channel> price\n now"
    )
    with office.ledger.read() as tx:
        action = commitments.get(tx, office.person(tx, "eva"), number).action
    assert action == "send evil 😀 مرحبا the <!channel> price now"


def test_done_changes_once_and_the_second_hears_who_was_first(office: SmallTeam) -> None:
    """Two people press Done: one change, one entry, and words for the second."""
    number = recorded(office, owner="ana")
    act(office, commitments.finish, "ana", number, key="press:1")
    with pytest.raises(ChangedMeanwhileError, match="Ana Souza marked it done"):
        act(office, commitments.finish, "eva", number, key="press:2")
    # A double click is the same gesture delivered twice: no error, no second entry.
    assert act(office, commitments.finish, "ana", number, key="press:1").state == "done"
    with office.ledger.read() as tx:
        verbs = [entry.verb for entry in tx.scalars(sa.select(Entry).order_by(Entry.id))]
    assert verbs == ["record", "finish"]


def test_two_presses_in_the_same_instant_change_it_once(office: SmallTeam) -> None:
    """Transactions that truly race are ordered by the database: one wins, the other is told."""
    number = recorded(office, owner="ana")
    start, outcomes = threading.Barrier(4), []

    def press(by: str, key: str) -> None:
        start.wait()
        try:
            act(office, commitments.finish, by, number, key=key)
            outcomes.append("done")
        except LedgerError as error:
            outcomes.append(type(error).__name__)

    threads = [
        threading.Thread(target=press, args=(by, f"press:{n}")) for n, by in enumerate(["ana", "eva", "ana", "eva"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ChangedMeanwhileError"] * 3 + ["done"]


def test_moving_keeps_the_first_date_and_counts_slips(office: SmallTeam) -> None:
    """A later date is a slip, an earlier one is not, and the first promise stays."""
    number = recorded(office)
    later, earlier = FRIDAY + timedelta(days=7), FRIDAY + timedelta(days=3)
    act(office, commitments.move, "eva", number, later, "legal is late", version=1, key="a")
    moved = act(office, commitments.move, "eva", number, earlier, "they hurried", version=2, key="b")
    assert (moved.due_on, moved.first_due_on, moved.slips) == (earlier, FRIDAY, 1)


def test_a_stale_form_is_refused(office: SmallTeam) -> None:
    """A form that was opened before somebody else's change does not overwrite it."""
    number = recorded(office)
    act(office, commitments.block, "eva", number, "no data", version=1, key="a")
    with pytest.raises(ChangedMeanwhileError, match="You marked it blocked"):
        act(office, commitments.move, "eva", number, FRIDAY + timedelta(days=1), "why", version=1, key="b")


def test_a_reason_is_asked(office: SmallTeam) -> None:
    """Moving, blocking, cancelling and handing back need a reason, asked at the field."""
    number = recorded(office, owner="ana")
    later = FRIDAY + timedelta(days=1)
    calls: tuple[Callable[[], Commitment], ...] = (
        lambda: act(office, commitments.move, "eva", number, later, " ", version=1),
        lambda: act(office, commitments.block, "eva", number, "", version=1),
        lambda: act(office, commitments.cancel, "eva", number, "", version=1),
        lambda: act(office, commitments.hand_back, "ana", number, ""),
    )
    for call in calls:
        with pytest.raises(BadInputError) as refused:
            call()
        assert refused.value.field == "reason"


def test_only_those_concerned_may_change_it(office: SmallTeam) -> None:
    """Owner, creator, account owner and admins may; others hear who can."""
    with office.ledger.begin() as tx:
        account = accounts.create(tx, office.person(tx, "ben"), "Acme", now=NOW)
    number = recorded(office, owner="ana")
    with pytest.raises(NotAllowedError, match=r"Ana Souza \(its owner\), Eva Lindqvist \(who recorded it\)"):
        act(office, commitments.finish, "ben", number)
    act(office, commitments.choose_account, "eva", number, account, key="acc")
    act(office, commitments.block, "ben", number, "no data", version=2, key="b")
    act(office, commitments.unblock, "ada", number, key="c")


def test_handing_over_and_back(office: SmallTeam) -> None:
    """The new owner is told and may hand the commitment back to the person who gave it, who is told why."""
    number = recorded(office)
    given = act(office, commitments.hand_over, "eva", number, _person(office, "ana"), None, version=1, key="a")
    assert (given.owner.name, given.accepted_at) == ("Ana Souza", None)
    with pytest.raises(NotAllowedError, match="only they can answer"):
        act(office, commitments.accept, "eva", number, key="b")
    back = act(office, commitments.hand_back, "ana", number, "not my field", key="c")
    assert back.owner.name == "Eva Lindqvist"
    assert outbox_kinds(office) == [("assigned", "ana"), ("handed_back", "eva")]


def test_cancelling_tells_the_creator(office: SmallTeam) -> None:
    """Cancelling ends a commitment with a reason, and the creator hears of it."""
    number = recorded(office, owner="ana")
    ended = act(office, commitments.cancel, "ana", number, "they bought elsewhere", version=1, key="a")
    assert (ended.state, ended.is_open) == ("cancelled", False)
    assert outbox_kinds(office) == [("assigned", "ana"), ("cancelled", "eva")]


def test_undo_is_for_the_creator_and_for_ten_minutes(office: SmallTeam) -> None:
    """Only the creator can undo, within ten minutes, and only if nothing else has happened."""
    number = recorded(office, owner="ana")
    with pytest.raises(NotAllowedError):
        act(office, commitments.undo, "ana", number)
    with pytest.raises(NotAllowedError):
        act(office, commitments.undo, "eva", number, now=NOW + timedelta(minutes=11))
    assert act(office, commitments.undo, "eva", number, key="a").state == "cancelled"
    other = recorded(office, action="another", owner="ana")
    act(office, commitments.accept, "ana", other, key="b")
    with pytest.raises(NotAllowedError):
        act(office, commitments.undo, "eva", other, key="c")


def test_a_correction_right_after_recording_is_no_slip(office: SmallTeam) -> None:
    """Edit may correct date and owner, also as first promised, while it can still be undone; later it may not."""
    number = recorded(office)
    draft = Draft("send the price list", _person(office, "ana"), FRIDAY + timedelta(days=7), note="v2")
    edited = act(office, commitments.edit, "eva", number, draft, version=1, key="a")
    assert (edited.due_on, edited.slips, edited.owner.handle) == (draft.due_on, 0, "ana")
    assert (edited.first_action, edited.first_due_on) == ("send the price list", draft.due_on)
    again = Draft("x", draft.owner, FRIDAY)
    with pytest.raises(BadInputError):
        act(office, commitments.edit, "eva", number, again, version=2, key="b")


def test_an_internal_item_is_not_shared_with_another_company(office: SmallTeam) -> None:
    """Internal items never go to a channel that others read; shareable ones may."""
    number = recorded(office)
    with pytest.raises(NotAllowedError, match="our team only"):
        act(office, commitments.share, "eva", number, "C1", others=True)
    act(office, commitments.share, "eva", number, "C1", others=False, key="s")
    act(office, commitments.share, "eva", number, "C1", others=False, key="s")
    assert outbox_kinds(office) == [("shared", "")]


def test_nobody_sees_another_workspace(office: SmallTeam) -> None:
    """Numbers of another workspace do not exist for the viewer."""
    number = recorded(office)
    from store import people, workspaces
    from store.people import Profile

    with office.ledger.begin() as tx:
        other = workspaces.ensure(tx, team_id="T2", name="Other", now=NOW)
        people.sync(tx, other, [Profile("U0EVA", "Eva Elsewhere")], now=NOW)
    with office.ledger.begin() as tx:
        stranger = people.viewer(tx, "T2", "U0EVA")
        assert stranger is not None
        with pytest.raises(NotFoundError):
            commitments.get(tx, stranger, number)
        day = NOW.date()
        found = commitments.home(tx, stranger, HomeView(), today=day, week_ends=day, start=0, size=9)
        assert (list(found.page.items), dict(found.counts)) == ([], {})
        with pytest.raises(NotFoundError):
            commitments.finish(tx, stranger, number, origin_key="x", now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET verb = 'finish'",
        "DELETE FROM entry",
        "DELETE FROM commitment",
        "UPDATE commitment SET first_due_on = '2030-01-01'",
        "UPDATE commitment SET first_action = 'something else'",
    ],
)
def test_the_ledger_cannot_be_rewritten(office: SmallTeam, statement: str) -> None:
    """The database itself refuses to change history and first promises."""
    recorded(office)
    with pytest.raises(sa.exc.DBAPIError, match="the ledger cannot be rewritten"), office.ledger.begin() as tx:
        tx.execute(sa.text(statement))


def test_a_change_marks_the_messages_that_show_it(office: SmallTeam) -> None:
    """A sent message that shows the item becomes due for one update, however many changes there were."""
    number = recorded(office, owner="ana")
    with office.ledger.begin() as tx:
        claimed = claiming.claim(tx, NOW)
        assert claimed is not None
        row = outbox.load(tx, claimed.id)
        outbox.save_contents(tx, row, [(commitments.get(tx, office.person(tx, "ana"), number), None)])
        assert outbox.mark_sent(tx, claimed, channel="D1", ts="1.0", now=NOW)
    later = NOW + timedelta(minutes=5)
    act(office, commitments.accept, "ana", number, key="a", now=later)
    act(office, commitments.block, "ana", number, "no data", version=2, key="b", now=later)
    with office.ledger.begin() as tx:
        update = claiming.claim(tx, later)
        assert update is not None
        assert update.posted
        assert update.id == claimed.id
    with office.ledger.begin() as tx:
        assert claiming.claim(tx, later + timedelta(seconds=10)) is None


def _person(office: SmallTeam, handle: str) -> Person:
    with office.ledger.read() as tx:
        return office.person(tx, handle)
