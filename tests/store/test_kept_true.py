"""Sent messages are kept up to date: marked when a shown value changes, and updated once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store import commitments, outbox
from store.commitments import Draft
from store.outbox import KEPT_TRUE_FOR
from store.outbox.claiming import LEASE, PACE, Claimed
from store.tables import Mention, Outbox, OutboxState
from tests.conftest import NOW, SmallTeam
from tests.store.outbox_steps import HOUR, row, sent, settle, take, taken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Told:
    """Ana's message about commitment #1 has been sent, or is about to be."""

    def __init__(self, office: SmallTeam) -> None:
        self.ledger = office.ledger
        self.office = office
        with self.ledger.begin() as tx:
            draft = Draft("send it", office.person(tx, "ana"), date(2026, 11, 27))
            self.made = commitments.record(tx, office.person(tx, "eva"), draft, origin_key="k", now=NOW)
        self.claimed = taken(self.ledger)

    def show(self, claimed: Claimed | None = None) -> None:
        """Render the message: its contents are saved before it is posted."""
        with self.ledger.begin() as tx:
            message = outbox.load(tx, (claimed or self.claimed).id)
            shown = commitments.get(tx, self._eva(tx), 1)
            outbox.save_contents(tx, message, [(shown, None)])

    def change(self, at: datetime = NOW) -> None:
        with self.ledger.begin() as tx:
            number, eva = self.made.number, self._eva(tx)
            commitment = commitments.get(tx, eva, number)
            verb = commitments.unblock if commitment.state == "blocked" else _block
            verb(tx, eva, number, origin_key=f"change:{commitment.version}", now=at)

    def due(self) -> datetime | None:
        return row(self.ledger, self.claimed.id).not_before

    def _eva(self, tx: Session) -> Any:
        return self.office.person(tx, "eva")


def _block(tx: Session, viewer: Any, number: int, *, origin_key: str, now: datetime) -> None:
    version = commitments.get(tx, viewer, number).version
    commitments.block(tx, viewer, number, "no data", version=version, origin_key=origin_key, now=now)


@pytest.fixture
def told(office: SmallTeam) -> Told:
    return Told(office)


def test_a_change_between_rendering_and_settling_is_made_up_for(told: Told) -> None:
    """A message that was posted with old values is due for an update as soon as it is marked as sent, once."""
    told.show()
    told.change()
    assert told.due() == NOW + LEASE
    assert sent(told.ledger, told.claimed)
    assert told.due() == NOW
    update = taken(told.ledger, NOW + PACE)
    assert (update.id, update.posted, update.unknown_since) == (told.claimed.id, True, None)
    told.show(update)
    assert sent(told.ledger, update)
    assert told.due() is None


def test_many_changes_are_one_update(told: Told) -> None:
    """Any number of changes makes one update, with the last state; no change makes none."""
    told.show()
    sent(told.ledger, told.claimed)
    assert told.due() is None
    for minute in range(1, 6):
        told.change(NOW + timedelta(minutes=minute))
    at = NOW + HOUR
    update = taken(told.ledger, at)
    told.show(update)
    sent(told.ledger, update, at)
    assert told.due() is None
    assert take(told.ledger, at + HOUR) is None


def test_a_change_while_the_update_is_on_its_way(told: Told) -> None:
    """A change during an update causes one more update, for every result of the first."""
    told.show()
    sent(told.ledger, told.claimed)
    told.change()
    update = taken(told.ledger, NOW + PACE)
    told.show(update)
    told.change(NOW + PACE)
    sent(told.ledger, update, NOW + PACE)
    assert told.due() is not None
    last = taken(told.ledger, NOW + HOUR)
    told.show(last)
    sent(told.ledger, last, NOW + HOUR)
    assert told.due() is None


def test_an_update_that_fails_leaves_the_message_standing(told: Told) -> None:
    """After a skipped or refused update the row is still a sent message, with its first place and time."""
    told.show()
    sent(told.ledger, told.claimed)
    for verb, reason in ((outbox.mark_skipped, "reason"), (outbox.mark_failed, "error")):
        told.change(NOW + HOUR)
        update = taken(told.ledger, NOW + HOUR, pace=timedelta())
        assert settle(told.ledger, verb, update, now=NOW + HOUR, **{reason: "why"})
        found = row(told.ledger, told.claimed.id)
        assert (found.state, found.ts, found.last_error, found.not_before) == (OutboxState.SENT, "1.0", "why", None)


def test_old_messages_and_those_never_sent_are_left_alone(told: Told) -> None:
    """After two weeks a message is history; what was skipped stays skipped; another workspace hears nothing."""
    told.show()
    sent(told.ledger, told.claimed)
    told.change(NOW + KEPT_TRUE_FOR + timedelta(seconds=1))
    assert told.due() is None
    told.change(NOW + KEPT_TRUE_FOR - timedelta(seconds=1))
    assert told.due() is not None
    settle(told.ledger, outbox.mark_skipped, taken(told.ledger, NOW + 2 * KEPT_TRUE_FOR), reason="x", now=NOW)
    with told.ledger.begin() as tx:
        tx.execute(sa.update(Outbox).values(state=OutboxState.SKIPPED))
    told.change(NOW + timedelta(minutes=1))
    assert told.due() is None


def test_a_home_tab_is_watched_once_and_follows_its_people(office: SmallTeam) -> None:
    """A Home tab that is opened twice is one row, with its last page; only changes for its person mark it."""
    with office.ledger.begin() as tx:
        for start in (0, 20):
            outbox.track_home(tx, office.person(tx, "ben"), start=start, now=NOW)
    assert (take(office.ledger), row(office.ledger, 1).details) == (None, {"start": 20, "view": ""})
    told = Told(office)
    told.change()
    assert row(office.ledger, 1).not_before is None
    with office.ledger.begin() as tx:
        commitments.hand_over(tx, office.person(tx, "eva"), 1, office.person(tx, "ben"), None, version=2,
                              origin_key="over", now=NOW)  # fmt: skip
    assert row(office.ledger, 1).not_before == NOW


def test_an_update_remembers_the_date_that_the_message_spoke_of(told: Told) -> None:
    """Brought up to date after a new date it has still not said anything about the new one."""
    told.show()
    assert sent(told.ledger, told.claimed)
    with told.ledger.begin() as tx:
        eva = told.office.person(tx, "eva")
        commitments.move(tx, eva, 1, date(2026, 12, 4), "later", version=1, origin_key="move", now=NOW)
    update = taken(told.ledger, NOW + PACE)
    told.show(update)
    with told.ledger.read() as tx:
        shown = tx.execute(sa.select(Mention.due_on, Mention.version)).all()
    assert [tuple(one) for one in shown] == [(date(2026, 11, 27), 2)]
