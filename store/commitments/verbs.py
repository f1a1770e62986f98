"""The verbs that change a commitment. Each one checks, changes the row and appends an entry, in one step.

Every verb takes the viewer who acts and `now`, raises LedgerError in the viewer's words, and enqueues the notices for
other people. `version` is the one that the viewer saw; None for a step that is safe at any version. `origin_key` names
the gesture: a repeated gesture changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import accounts, agreements, history, outbox, people
from store.commitments import serving
from store.commitments.agreeing import agreed_in
from store.commitments.blocking import UNBLOCKED
from store.commitments.changing import (
    check_due,
    check_move,
    check_right,
    check_team,
    lock_for_change,
    may_undo,
    notify,
    save_change,
    sees,
)
from store.commitments.questions import get
from store.commitments.recording import write_down
from store.commitments.series import beginning, record_next, rhythm_of
from store.errors import BadInputError, NotAllowedError
from store.history import set_fields
from store.rules.calendar.brief_times import local_day
from store.rules.line.account import without_account
from store.rules.text import ACTION_LIMIT, NOTE_LIMIT, REASON_LIMIT, optional, required
from store.tables import Account, Commitment, OutboxKind, Person, Side, Stakeholder, State, Verb

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.agreements import Agreement
    from store.rules.rhythm import Rhythm
    from store.tables import Details, SectionRow

# The columns to which the client agrees.
_AGREED_TO = ("action", "due_on", "side")


@dataclass(frozen=True)
class Draft:
    """A commitment to record. `due_on` is a plain local date."""

    action: str
    owner: Person
    due_on: date
    account: Account | None = None
    stakeholder: Stakeholder | None = None
    side: Side = Side.OURS
    internal: bool = True
    note: str | None = None
    permalink: str | None = None
    rhythm: Rhythm | None = None
    serves: SectionRow | None = None
    # None: nobody of theirs has agreed; in an edit: nobody has agreed anew.
    agreed: Agreement | None = None
    # In an edit: nobody has agreed after all.
    is_wish: bool = False


def record(tx: Session, viewer: Person, draft: Draft, *, origin_key: str, now: datetime) -> Commitment:
    """Record a commitment. The same gesture delivered twice gives the commitment it recorded first.

    An owner who is somebody else hears of it by DM. BadInputError at action, due, note,
    serves or stakeholder.
    """
    action = required(draft.action, field="action", what="The action", limit=ACTION_LIMIT)
    due_on = check_due(draft.due_on, viewer, now)
    accounts.check_team(tx, draft.account, [draft.owner], field="owner")
    account_id = draft.account.id if draft.account else None
    agreements.check(draft.agreed, account_id, local_day(now, viewer.zone), field="stakeholder")
    by_self = draft.owner.id == viewer.id
    values = {
        "workspace_id": viewer.workspace_id, "side": draft.side, "state": State.OPEN,
        "action": action, "first_action": action, "due_on": due_on, "first_due_on": due_on,
        "owner_id": draft.owner.id, "creator_id": viewer.id, "internal": draft.internal,
        "account_id": draft.account.id if draft.account else None,
        "stakeholder_id": draft.stakeholder.id if draft.stakeholder else None,
        "note": optional(draft.note, field="note", what="The note", limit=NOTE_LIMIT, lines=True),
        **_served(draft), "permalink": draft.permalink, "origin_key": origin_key, "created_at": now,
        "accepted_at": now if by_self else None, "slips": 0, "version": 1,
        **beginning(draft.rhythm, due_on, draft.owner, now), **agreements.columns(draft.agreed),
    }  # fmt: skip
    added = write_down(tx, values)
    if added is None:
        return _recorded_as(tx, viewer, origin_key)
    # To look at: it is in the database, and belongs to no session.
    commitment = Commitment(
        **values, **added, creator=viewer, owner=draft.owner, account=draft.account, stakeholder=draft.stakeholder,
        agreed_by=draft.agreed.by if draft.agreed else None,
    )  # fmt: skip
    changes = agreed_in(values) if draft.agreed else {}
    history.append(tx, viewer, commitment, Verb.RECORD, changes, now=now, origin_key=origin_key)
    concerned = {viewer.id, draft.owner.id}
    outbox.mark_homes(tx, viewer.workspace_id, concerned, now, account_id=commitment.account_id)
    if not by_self:
        notify(tx, commitment, draft.owner, OutboxKind.ASSIGNED, viewer, now)
    return commitment


def edit(
    tx: Session, viewer: Person, number: int, draft: Draft, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """Change wording, account, client's person, side, sharing, note, rhythm and the row of the plan that it serves, as
    the form shows them. A rhythm begins on the due date; only the newest occurrence of a series has one to change.

    Owner and date have verbs of their own; within the undo window, while nothing else has happened, the
    creator may correct them here too, and the correction does not count as a slip.
    """
    commitment = lock_for_change(tx, viewer, number, Verb.EDIT, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    fresh = may_undo(tx, viewer, commitment, now)
    if not fresh and (draft.due_on != commitment.due_on or draft.owner.id != commitment.owner_id):
        raise BadInputError("Use “New date” or “Hand over” to change the date or the owner.", field="due")
    account_id = draft.account.id if draft.account else None
    wanted: dict[str, Any] = {
        "action": required(draft.action, field="action", what="The action", limit=ACTION_LIMIT),
        "account_id": account_id,
        "stakeholder_id": draft.stakeholder.id if draft.stakeholder else None,
        "side": draft.side,
        # To share it with one client was not to share it with another.
        "internal": draft.internal or (account_id != commitment.account_id and not commitment.internal),
        "note": optional(draft.note, field="note", what="The note", limit=NOTE_LIMIT, lines=True),
        **_served(draft, commitment),
    }
    if draft.due_on != commitment.due_on:
        wanted |= {"due_on": check_due(draft.due_on, viewer, now), "quiet_until": None}
    if commitment.next_number is None and (draft.rhythm != rhythm_of(commitment) or "due_on" in wanted):
        wanted |= beginning(draft.rhythm, draft.due_on, draft.owner, now)
    if draft.owner.id != commitment.owner_id:
        accepted = now if draft.owner.id == viewer.id else None
        wanted |= {"owner_id": draft.owner.id, "accepted_at": accepted, "quiet_until": None}
    check_move(tx, commitment, draft.account, draft.owner)
    corrects = fresh and not outbox.others_know(tx, viewer, commitment)
    wanted |= _agreed(viewer, commitment, draft, wanted, now, corrects=corrects)
    before = commitment.owner
    changes = set_fields(commitment, wanted)
    if not changes:
        return commitment
    if corrects:
        _promise_anew(commitment)
    changes = agreements.stated(draft.agreed, changes)
    commitment = save_change(tx, viewer, commitment, Verb.EDIT, changes, now, origin_key)
    if before.id != commitment.owner_id:
        outbox.request_updates_for(tx, commitment, {before.id}, now)
        if commitment.owner_id != viewer.id:
            notify(tx, commitment, commitment.owner, OutboxKind.ASSIGNED, viewer, now)
    return commitment


def give(
    tx: Session, viewer: Person, number: int, to: Person, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """Make another person the owner of what one has just recorded: a correction while it can be undone, then as
    `hand_over`.
    """
    found = get(tx, viewer, number)
    if not may_undo(tx, viewer, found, now):
        return hand_over(tx, viewer, number, to, None, version=version, origin_key=origin_key, now=now)
    draft = Draft(
        found.action, to, found.due_on, found.account, found.stakeholder, found.side, found.internal, found.note,
        rhythm=rhythm_of(found), serves=serving.row_of(tx, viewer, found),
    )  # fmt: skip
    return edit(tx, viewer, number, draft, version=version, origin_key=origin_key, now=now)


def _served(draft: Draft, current: Commitment | None = None) -> dict[str, Any]:
    """The columns that say what the draft serves; BadInputError at `serves` if it belongs to another account, or is
    archived and not what the `current` commitment serves already.
    """
    row = draft.serves
    if row is not None and (draft.account is None or row.account_id != draft.account.id):
        raise BadInputError(
            f"That belongs to the plan of {row.account.name}. Choose that account, or a row of this one.",
            field="serves",
        )
    wanted = serving.columns(row)
    is_new = current is None or wanted != {column: getattr(current, column) for column in wanted}
    if row is not None and row.archived_at is not None and is_new:
        raise BadInputError("That is archived in the plan. Restore it first, or choose another row.", field="serves")
    return wanted


def _agreed(
    viewer: Person, commitment: Commitment, draft: Draft, wanted: dict[str, Any], now: datetime, *, corrects: bool
) -> dict[str, Any]:
    """The columns of the agreement after an edit to the values `wanted`. New words or a new date are to be agreed
    again, unless the edit `corrects` what only the viewer knows, or says itself that it was agreed. Another account's
    people have not agreed.
    """
    today = local_day(now, viewer.zone)
    agreements.check(draft.agreed, wanted["account_id"], today, field="stakeholder")
    if draft.agreed is not None:
        return agreements.columns(draft.agreed)
    if draft.is_wish or wanted["account_id"] != commitment.account_id:
        return agreements.columns(None)
    differs = any(one in wanted and wanted[one] != getattr(commitment, one) for one in _AGREED_TO)
    return agreements.again(commitment, today) if differs and not corrects else {}


def _promise_anew(commitment: Commitment) -> None:
    """A correction that nobody else has seen the words before: the first wording and date are the corrected ones."""
    commitment.first_action, commitment.first_due_on = commitment.action, commitment.due_on


def finish(
    tx: Session, viewer: Person, number: int, *, version: int | None = None, origin_key: str, now: datetime
) -> Commitment:
    """It is done. The second person hears who was first."""
    return _end(tx, viewer, number, Verb.FINISH, State.DONE, None, version, origin_key, now)


def cancel(
    tx: Session, viewer: Person, number: int, reason: str, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """It will not be done, for a reason. The creator and the owner hear of it unless they did it."""
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = _end(tx, viewer, number, Verb.CANCEL, State.CANCELLED, reason, version, origin_key, now)
    for person in {p.id: p for p in (commitment.creator, commitment.owner)}.values():
        if person.id != viewer.id:
            notify(tx, commitment, person, OutboxKind.CANCELLED, viewer, now)
    return commitment


def undo(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """Take back what one has just recorded. It stays in the ledger as cancelled, and says so.

    An account that was created with it and has nothing else goes with it.
    """
    commitment = get(tx, viewer, number, to_change=True)
    if history.is_repeat(tx, viewer, commitment, origin_key):
        return commitment
    if not may_undo(tx, viewer, commitment, now):
        raise NotAllowedError(
            f"#{number} can't be undone any more: only its creator can, within ten minutes and before anything"
            f" happened to it. /commit cancel {number} ends it with a reason."
        )
    changes = set_fields(commitment, {"state": State.CANCELLED, "ended_at": now})
    commitment.repeat_at, commitment.taken_back = None, True
    commitment = save_change(tx, viewer, commitment, Verb.UNDO, changes, now, origin_key)
    if commitment.account is None:
        return commitment
    accounts.take_back(tx, viewer, commitment, origin_key=origin_key, now=now)
    return get(tx, viewer, number)


def reopen(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """It was ended by mistake."""
    commitment = lock_for_change(tx, viewer, number, Verb.REOPEN, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    check_move(tx, commitment, commitment.account, commitment.owner)
    changes = set_fields(commitment, UNBLOCKED | {"ended_at": None})
    commitment.taken_back = False
    return save_change(tx, viewer, commitment, Verb.REOPEN, changes, now, origin_key)


def move(
    tx: Session, viewer: Person, number: int, due_on: date, reason: str, *, version: int, origin_key: str,
    now: datetime, agreed: Agreement | None = None,
) -> Commitment:  # fmt: skip
    """Give it a new date, with a reason. Later than before counts as a slip; the first date stays. It is to be agreed
    again, unless the new date is `agreed`.
    """
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = lock_for_change(tx, viewer, number, Verb.MOVE, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    due_on = check_due(due_on, viewer, now)
    if due_on == commitment.due_on:
        raise BadInputError("That is the date it already has. Choose another one.", field="due")
    slips, today = commitment.slips + (due_on > commitment.due_on), local_day(now, viewer.zone)
    agreements.check(agreed, commitment.account_id, today, field="agreed_how")
    stands = agreements.columns(agreed) if agreed else agreements.again(commitment, today)
    changes = set_fields(commitment, {"due_on": due_on, "slips": slips, "quiet_until": None, **stands})
    changes = agreements.stated(agreed, changes)
    return save_change(tx, viewer, commitment, Verb.MOVE, changes, now, origin_key, reason)


def hand_over(
    tx: Session, viewer: Person, number: int, to: Person, note: str | None, *, version: int, origin_key: str,
    now: datetime,
) -> Commitment:  # fmt: skip
    """Make somebody else accountable. They hear of it and may hand it back."""
    note = optional(note, field="reason", what="The note", limit=REASON_LIMIT, lines=True)
    commitment = lock_for_change(tx, viewer, number, Verb.HAND_OVER, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    if to.id == commitment.owner_id:
        raise BadInputError(f"{to.name} already owns it. Choose somebody else.", field="owner")
    return _give(tx, viewer, commitment, to, Verb.HAND_OVER, note, origin_key, now)


def accept(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """The owner, committed by somebody else, says yes."""
    commitment = lock_for_change(tx, viewer, number, Verb.ACCEPT, version=None, origin_key=origin_key, now=now)
    if commitment is None or commitment.accepted_at is not None:
        return commitment or get(tx, viewer, number)
    changes = set_fields(commitment, {"accepted_at": now})
    return save_change(tx, viewer, commitment, Verb.ACCEPT, changes, now, origin_key)


def hand_back(
    tx: Session, viewer: Person, number: int, reason: str | None, *, origin_key: str, now: datetime
) -> Commitment:
    """The owner gives the commitment back to the person who gave it to them; if that person has left, to the account's
    lead, its coach or an admin. That person hears the reason.
    """
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = lock_for_change(tx, viewer, number, Verb.HAND_BACK, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    givers = [
        entry.actor
        for entry in reversed(history.entries(tx, viewer, commitment))
        if entry.verb in {Verb.RECORD, Verb.REPEAT, Verb.HAND_OVER, Verb.EDIT} and entry.actor_id != viewer.id
    ]
    account = commitment.account
    others = [*givers, account.owner, account.coach] if account else givers
    here = (
        one
        for one in others
        if one is not None and one.id != viewer.id and people.is_here(one) and sees(tx, commitment, one)
    )
    admin = people.first_admin(tx, viewer.workspace_id, but=viewer) if givers else None
    to = next(here, admin if admin is not None and sees(tx, commitment, admin) else None)
    if to is None:
        raise BadInputError("Nobody gave it to you. “Hand over” makes somebody else its owner.")
    return _give(tx, viewer, commitment, to, Verb.HAND_BACK, reason, origin_key, now)


def choose_account(
    tx: Session, viewer: Person, number: int, account: Account, stakeholder: Stakeholder | None = None, *,
    phrase: str = "", origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    """Say whose commitment it is, and to which of the client's people, where that was left open. "For" and the
    `phrase` that named the account leave the action.
    """
    commitment = lock_for_change(tx, viewer, number, Verb.CHOOSE_ACCOUNT, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    check_move(tx, commitment, account, commitment.owner)
    fresh = may_undo(tx, viewer, commitment, now) and not outbox.others_know(tx, viewer, commitment)
    wanted = {
        "account_id": account.id,
        "stakeholder_id": stakeholder.id if stakeholder else None,
        "action": without_account(commitment.action, phrase),
    }
    if account.id != commitment.account_id:
        # Another client would see it, and its people have not agreed.
        wanted |= serving.columns(None) | agreements.columns(None) | {"internal": True}
    changes = set_fields(commitment, wanted)
    if not changes:
        return commitment
    if fresh:
        _promise_anew(commitment)
    return save_change(tx, viewer, commitment, Verb.CHOOSE_ACCOUNT, changes, now, origin_key)


def to_client(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """The client may see it too: on their page, and where people of theirs read."""
    return _set_sharing(tx, viewer, number, Verb.TO_CLIENT, origin_key, now, internal=False)


def to_team(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """Only our team sees it from now on."""
    return _set_sharing(tx, viewer, number, Verb.TO_TEAM, origin_key, now, internal=True)


def _set_sharing(
    tx: Session, viewer: Person, number: int, verb: Verb, origin_key: str, now: datetime, *, internal: bool
) -> Commitment:
    commitment = lock_for_change(tx, viewer, number, verb, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    changes = set_fields(commitment, {"internal": internal})
    if changes:
        # Messages in channels of theirs follow. It is no progress of the commitment itself.
        commitment.version += 1
        return save_change(tx, viewer, commitment, verb, changes, now, origin_key, progress=False)
    return commitment


def share(
    tx: Session, viewer: Person, number: int, channel: str, *, others: bool | None, origin_key: str, now: datetime
) -> Commitment:
    """Post it to a channel. An internal one is never posted where `others`, guests or people of another company, read
    along; None: nobody knows yet whether they do.
    """
    commitment = get(tx, viewer, number)
    check_right(tx, viewer, commitment, Verb.EDIT, now)
    if history.is_repeat(tx, viewer, commitment, origin_key):
        return commitment
    if commitment.account is not None and commitment.account.restricted:
        raise NotAllowedError(
            f"{commitment.account.name} is restricted to its team, so nothing of it is posted in a channel."
        )
    if others and commitment.internal:
        raise NotAllowedError(
            f"#{number} is for our team only, and guests or people of another company read this channel. Choose “Also"
            " the client” in “Edit” first, or share it elsewhere."
        )
    if others is None and commitment.internal:
        raise NotAllowedError(
            f"#{number} is for our team only, and I don't know yet everybody who reads this channel. Please press"
            " again in a few minutes."
        )
    # The same state is posted to a channel once, however often the button is pressed; after a refusal once more.
    key = f"share:{commitment.id}:{commitment.version}:{channel}"
    details: Details = {"external": others}
    new_id = outbox.enqueue(
        tx, workspace_id=viewer.workspace_id, key=key, kind=OutboxKind.SHARED, now=now, channel=channel,
        commitment_id=commitment.id, actor_id=viewer.id, details=details,
    )  # fmt: skip
    if new_id or outbox.try_again(tx, viewer.workspace_id, key, actor_id=viewer.id, details=details, now=now):
        history.append(tx, viewer, commitment, Verb.SHARE, {"channel": [None, channel]}, now=now, origin_key=origin_key)
    return commitment


def reply_to_message(
    tx: Session, viewer: Person, commitment: Commitment, channel: str, ts: str, thread: str, now: datetime
) -> None:
    """Reply in the thread of the message from which the commitment was made: once for each message, if the workspace
    wants it.
    """
    is_restricted = commitment.account is not None and commitment.account.restricted
    if viewer.workspace.replies_in_threads and not is_restricted:
        outbox.enqueue(
            tx, workspace_id=viewer.workspace_id, key=f"{OutboxKind.RECORDED}:{channel}:{ts}",
            kind=OutboxKind.RECORDED, now=now, channel=channel, commitment_id=commitment.id, actor_id=viewer.id,
            details={"replies_to": thread},
        )  # fmt: skip


def _end(
    tx: Session, viewer: Person, number: int, verb: Verb, state: State, reason: str | None, version: int | None,
    origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    commitment = lock_for_change(tx, viewer, number, verb, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    # Before the rest: it locks the counter of the workspace, for which all recordings wait.
    record_next(tx, commitment, viewer.workspace, now)
    changes = set_fields(commitment, {"state": state, "ended_at": now})
    return save_change(tx, viewer, commitment, verb, changes, now, origin_key, reason)


def _give(
    tx: Session, viewer: Person, commitment: Commitment, to: Person, verb: Verb, reason: str | None,
    origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    check_team(tx, commitment, [to], field="owner")
    before = commitment.owner_id
    accepted = now if to.id == viewer.id or verb == Verb.HAND_BACK else None
    changes = set_fields(commitment, {"owner_id": to.id, "accepted_at": accepted, "quiet_until": None})
    commitment = save_change(tx, viewer, commitment, verb, changes, now, origin_key, reason)
    if to.id != viewer.id:
        kind = OutboxKind.HANDED_BACK if verb == Verb.HAND_BACK else OutboxKind.ASSIGNED
        notify(tx, commitment, to, kind, viewer, now)
    outbox.request_updates_for(tx, commitment, {before}, now)
    return commitment


def _recorded_as(tx: Session, viewer: Person, origin_key: str) -> Commitment:
    number = tx.scalars(
        sa.select(Commitment.number).where(
            Commitment.workspace_id == viewer.workspace_id, Commitment.origin_key == origin_key
        )
    ).one()
    return get(tx, viewer, number)
