"""The verbs that change a commitment. Each one checks, changes the row and appends an entry, in one step.

Every verb takes the viewer who acts and `now`, raises LedgerError in the viewer's words, and leaves in the
outbox what others must hear. `version` is the one that the viewer saw when they decided; None where the
step is safe whatever happened meanwhile. `origin_key` names the gesture: repeated, it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import outbox, people
from store.commitments.questions import get, history
from store.commitments.recording import append, write_down
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError
from store.rules import transitions
from store.rules.mornings import local_day, zone_of
from store.rules.text import ACTION_LIMIT, NOTE_LIMIT, REASON_LIMIT, optional, required
from store.tables import (
    BLOCKED,
    CANCELLED,
    DONE,
    OPEN,
    OURS,
    Account,
    Commitment,
    Entry,
    Person,
    Stakeholder,
    as_read,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

UNDO_WITHIN = timedelta(minutes=10)
# Nobody plans an account's actions further ahead; a later date is a slip of the pen.
FARTHEST = timedelta(days=731)


@dataclass(frozen=True)
class Draft:
    """What somebody wants recorded. `due_on` is a plain local date."""

    action: str
    owner: Person
    due_on: date
    account: Account | None = None
    stakeholder: Stakeholder | None = None
    side: str = OURS
    internal: bool = True
    note: str | None = None
    permalink: str | None = None


# What a commitment that has just been recorded does not have, as the database leaves it.
_NOTHING_YET = dict.fromkeys(("ended_at", "blocked_by", "blocker_id", "blocker", "quiet_until", "touched_at"))


def record(tx: Session, viewer: Person, draft: Draft, *, origin_key: str, now: datetime) -> Commitment:
    """Record a commitment. The same gesture delivered twice gives the commitment it recorded first.

    An owner who is somebody else hears of it by DM. BadInputError at action, due or note.
    """
    action = required(draft.action, field="action", what="The action", limit=ACTION_LIMIT)
    due_on = check_due(draft.due_on, viewer, now)
    by_self = draft.owner.id == viewer.id
    values = {
        "workspace_id": viewer.workspace_id, "side": draft.side, "state": OPEN,
        "action": action, "first_action": action, "due_on": due_on, "first_due_on": due_on,
        "owner_id": draft.owner.id, "creator_id": viewer.id, "internal": draft.internal,
        "account_id": draft.account.id if draft.account else None,
        "stakeholder_id": draft.stakeholder.id if draft.stakeholder else None,
        "note": optional(draft.note, field="note", what="The note", limit=NOTE_LIMIT, lines=True),
        "permalink": draft.permalink, "origin_key": origin_key, "created_at": now,
        "accepted_at": now if by_self else None, "slips": 0, "version": 1,
    }  # fmt: skip
    added = write_down(tx, viewer, draft.owner, values, now)
    if added is None:
        return _recorded_as(tx, viewer, origin_key)
    around = {
        "creator": viewer, "owner": draft.owner, "account": draft.account, "stakeholder": draft.stakeholder,
    }  # fmt: skip
    commitment = as_read(Commitment, {**values, **added, **around, **_NOTHING_YET})
    if not by_self:
        _tell(tx, commitment, draft.owner, "assigned", viewer, now)
    return commitment


def edit(
    tx: Session, viewer: Person, number: int, draft: Draft, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """Change wording, account, client's person, side, sharing and note, as the form shows them.

    Owner and date have verbs of their own; within the undo window, while nothing else has happened, the
    creator may correct them here too, and the correction does not count as a slip.
    """
    commitment = _begin(tx, viewer, number, "edit", version=version, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    fresh = may_undo(tx, viewer, commitment, now)
    if not fresh and (draft.due_on != commitment.due_on or draft.owner.id != commitment.owner_id):
        raise BadInputError("Use “New date” or “Hand over” to change the date or the owner.", field="due")
    wanted: dict[str, Any] = {
        "action": required(draft.action, field="action", what="The action", limit=ACTION_LIMIT),
        "account_id": draft.account.id if draft.account else None,
        "stakeholder_id": draft.stakeholder.id if draft.stakeholder else None,
        "side": draft.side,
        "internal": draft.internal,
        "note": optional(draft.note, field="note", what="The note", limit=NOTE_LIMIT, lines=True),
    }
    if draft.due_on != commitment.due_on:
        wanted["due_on"] = check_due(draft.due_on, viewer, now)
    if draft.owner.id != commitment.owner_id:
        wanted |= {"owner_id": draft.owner.id, "accepted_at": now if draft.owner.id == viewer.id else None}
    before = commitment.owner
    changes = _apply(commitment, wanted)
    if not changes:
        return commitment
    commitment = _finish_change(tx, viewer, commitment, "edit", changes, now, origin_key)
    if before.id != commitment.owner_id:
        people.expect_brief(tx, commitment.owner, viewer.workspace, now)
        outbox.keep_true(tx, commitment, {before.id}, now)
        if commitment.owner_id != viewer.id:
            _tell(tx, commitment, commitment.owner, "assigned", viewer, now)
    return commitment


def finish(
    tx: Session, viewer: Person, number: int, *, version: int | None = None, origin_key: str, now: datetime
) -> Commitment:
    """It is done. Whoever comes second hears who was first."""
    return _end(tx, viewer, number, "finish", DONE, None, version, origin_key, now)


def cancel(
    tx: Session, viewer: Person, number: int, reason: str, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """It will not be done, for a reason. The creator and the owner hear of it unless they did it."""
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = _end(tx, viewer, number, "cancel", CANCELLED, reason, version, origin_key, now)
    for person in {p.id: p for p in (commitment.creator, commitment.owner)}.values():
        if person.id != viewer.id:
            _tell(tx, commitment, person, "cancelled", viewer, now)
    return commitment


def undo(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """Take back what one has just recorded. It stays in the ledger as cancelled, and says so."""
    commitment = get(tx, viewer, number, to_change=True)
    if _is_repeat(tx, viewer, commitment, origin_key):
        return commitment
    if not may_undo(tx, viewer, commitment, now):
        raise NotAllowedError(
            f"#{number} can't be undone any more: only its creator can, within ten minutes and before anything"
            " happened to it. “Cancel” ends it with a reason."
        )
    changes = _apply(commitment, {"state": CANCELLED, "ended_at": now})
    return _finish_change(tx, viewer, commitment, "undo", changes, now, origin_key)


def reopen(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """It was ended by mistake."""
    commitment = _begin(tx, viewer, number, "reopen", version=None, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    changes = _apply(commitment, {"state": OPEN, "ended_at": None, "blocked_by": None})
    people.expect_brief(tx, commitment.owner, viewer.workspace, now)
    return _finish_change(tx, viewer, commitment, "reopen", changes, now, origin_key)


def move(
    tx: Session, viewer: Person, number: int, due_on: date, reason: str, *, version: int, origin_key: str,
    now: datetime,
) -> Commitment:  # fmt: skip
    """Give it a new date, with a reason. Later than before counts as a slip; the first date stays."""
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = _begin(tx, viewer, number, "move", version=version, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    due_on = check_due(due_on, viewer, now)
    if due_on == commitment.due_on:
        raise BadInputError("That is the date it already has. Choose another one.", field="due")
    slips = commitment.slips + (due_on > commitment.due_on)
    changes = _apply(commitment, {"due_on": due_on, "slips": slips})
    return _finish_change(tx, viewer, commitment, "move", changes, now, origin_key, reason)


def block(
    tx: Session, viewer: Person, number: int, blocked_by: str, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """It cannot go on, because of something that is named."""
    blocked_by = required(blocked_by, field="reason", what="What blocks it", limit=REASON_LIMIT, lines=True)
    commitment = _begin(tx, viewer, number, "block", version=version, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    changes = _apply(commitment, {"state": BLOCKED, "blocked_by": blocked_by})
    return _finish_change(tx, viewer, commitment, "block", changes, now, origin_key, blocked_by)


def unblock(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """It can go on."""
    commitment = _begin(tx, viewer, number, "unblock", version=None, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    changes = _apply(commitment, {"state": OPEN, "blocked_by": None})
    return _finish_change(tx, viewer, commitment, "unblock", changes, now, origin_key)


def hand_over(
    tx: Session, viewer: Person, number: int, to: Person, note: str | None, *, version: int, origin_key: str,
    now: datetime,
) -> Commitment:  # fmt: skip
    """Make somebody else accountable. They hear of it and may hand it back."""
    note = optional(note, field="reason", what="The note", limit=REASON_LIMIT, lines=True)
    commitment = _begin(tx, viewer, number, "hand_over", version=version, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    if to.id == commitment.owner_id:
        raise BadInputError(f"{to.name} already owns it. Choose somebody else.", field="owner")
    return _give(tx, viewer, commitment, to, "hand_over", note, origin_key, now)


def accept(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """The owner, committed by somebody else, says yes."""
    commitment = _begin(tx, viewer, number, "accept", version=None, origin_key=origin_key, only_owner=True)
    if commitment is None or commitment.accepted_at is not None:
        return commitment or get(tx, viewer, number)
    changes = _apply(commitment, {"accepted_at": now})
    return _finish_change(tx, viewer, commitment, "accept", changes, now, origin_key)


def hand_back(
    tx: Session, viewer: Person, number: int, reason: str | None, *, origin_key: str, now: datetime
) -> Commitment:
    """The owner gives it back to whoever gave it to them, who hears why."""
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = _begin(tx, viewer, number, "hand_back", version=None, origin_key=origin_key, only_owner=True)
    if commitment is None:
        return get(tx, viewer, number)
    giver = next(
        (e.actor for e in reversed(history(tx, viewer, commitment)) if e.verb in {"record", "hand_over", "edit"}
         and e.actor_id != viewer.id and e.actor.is_active),
        None,
    )  # fmt: skip
    account_owner = commitment.account.owner if commitment.account else None
    to = giver or (account_owner if account_owner and account_owner.id != viewer.id else None)
    if to is None:
        raise BadInputError("Nobody gave it to you. “Hand over” makes somebody else its owner.")
    return _give(tx, viewer, commitment, to, "hand_back", reason, origin_key, now)


def set_account(
    tx: Session, viewer: Person, number: int, account: Account, *, origin_key: str, now: datetime
) -> Commitment:
    """Say whose commitment it is, where that was left open."""
    commitment = _begin(tx, viewer, number, "edit", version=None, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    changes = _apply(commitment, {"account_id": account.id})
    if not changes:
        return commitment
    return _finish_change(tx, viewer, commitment, "edit", changes, now, origin_key)


def share(
    tx: Session, viewer: Person, number: int, channel: str, *, external: bool, origin_key: str, now: datetime
) -> Commitment:
    """Post it to a channel. An internal one is never posted where another company reads along."""
    commitment = get(tx, viewer, number)
    if external and commitment.internal:
        raise NotAllowedError(
            f"#{number} is internal, and people of another company read this channel. “Edit” it to be shareable"
            " first, or share it elsewhere."
        )
    # The same state is posted to a channel once, however often the button is pressed.
    key = f"share:{commitment.id}:{commitment.version}:{channel}"
    ids = {"commitment": commitment.id, "actor": viewer.id, "external": external}
    if outbox.intend(tx, workspace_id=viewer.workspace_id, key=key, kind="shared", now=now, channel=channel, ids=ids):
        append(tx, viewer, commitment.id, "share", {"channel": [None, channel]}, now=now, origin_key=origin_key)
    return commitment


def may_change(viewer: Person, commitment: Commitment) -> bool:
    """Owner, creator, the account's owner and workspace admins may change it."""
    account_owner = commitment.account.owner_id if commitment.account else None
    return viewer.is_admin or viewer.id in {commitment.owner_id, commitment.creator_id, account_owner}


def check_change(viewer: Person, commitment: Commitment) -> None:
    """NotAllowedError, naming who can, if the viewer may not change it."""
    if not may_change(viewer, commitment):
        raise NotAllowedError(f"Only {_who_may(commitment)} can change #{commitment.number}. You can ask them.")


def may_undo(tx: Session, viewer: Person, commitment: Commitment, now: datetime) -> bool:
    """Its creator, within ten minutes, if nothing happened to it since."""
    if viewer.id != commitment.creator_id or commitment.version != 1 or not commitment.is_open:
        return False
    if now - commitment.created_at > UNDO_WITHIN:
        return False
    if commitment.created_at == now:
        # Recorded in this very request: nothing can have happened to it.
        return True
    count = sa.select(sa.func.count()).where(Entry.commitment_id == commitment.id)
    return tx.scalar(count) == 1


def check_due(due_on: date, viewer: Person, now: datetime) -> date:
    """Return `due_on`; BadInputError at `due` if it has passed where the viewer is, or is absurdly far."""
    today = local_day(now, viewer.zone)
    if due_on < today:
        raise BadInputError(
            f"{due_on:%A} {due_on.day} {due_on:%B %Y} has already passed. Choose today or a later day.",
            field="due",
        )
    if due_on > today + FARTHEST:
        raise BadInputError("That is more than two years away. Choose an earlier day.", field="due")
    return due_on


def _begin(
    tx: Session, viewer: Person, number: int, verb: str, *, version: int | None, origin_key: str,
    only_owner: bool = False,
) -> Commitment | None:  # fmt: skip
    """The commitment, locked and checked for `verb`; None if this very gesture already changed it."""
    commitment = get(tx, viewer, number, to_change=True)
    if _is_repeat(tx, viewer, commitment, origin_key):
        return None
    if only_owner and viewer.id != commitment.owner_id:
        raise NotAllowedError(f"#{number} is {commitment.owner.name}'s now; only they can answer for it.")
    check_change(viewer, commitment)
    if transitions.after(verb, commitment.state) is None or version not in {None, commitment.version}:
        raise ChangedMeanwhileError(_what_happened(tx, viewer, commitment))
    return commitment


def _is_repeat(tx: Session, viewer: Person, commitment: Commitment, origin_key: str) -> bool:
    return tx.scalar(
        sa.select(sa.exists().where(
            Entry.commitment_id == commitment.id, Entry.actor_id == viewer.id, Entry.origin_key == origin_key
        ))
    ) is True  # fmt: skip


def _who_may(commitment: Commitment) -> str:
    roles: dict[str, list[str]] = {}
    roles.setdefault(commitment.owner.name, []).append("its owner")
    roles.setdefault(commitment.creator.name, []).append("who recorded it")
    if commitment.account and commitment.account.owner:
        roles.setdefault(commitment.account.owner.name, []).append(f"who owns {commitment.account.name}")
    named = [f"{name} ({', '.join(what)})" for name, what in roles.items()]
    return ", ".join(named) + " or a workspace admin"


_PAST = {
    "finish": "marked it done", "cancel": "cancelled it", "undo": "took it back", "move": "gave it a new date",
    "block": "marked it blocked", "unblock": "unblocked it", "hand_over": "handed it over", "edit": "edited it",
    "hand_back": "handed it back", "accept": "accepted it", "reopen": "reopened it", "record": "recorded it",
    "share": "shared it",
}  # fmt: skip


def _what_happened(tx: Session, viewer: Person, commitment: Commitment) -> str:
    last = [e for e in history(tx, viewer, commitment) if e.verb != "share"][-1]
    who = "You" if last.actor_id == viewer.id else last.actor.name
    at = last.at.astimezone(zone_of(viewer.zone))
    return (
        f"#{commitment.number} has changed meanwhile: {who} {_PAST[last.verb]} on {at:%a} {at.day} {at:%b at %H:%M}."
        " Nothing was done twice; /commit " + str(commitment.number) + " shows how it stands."
    )


def _end(
    tx: Session, viewer: Person, number: int, verb: str, state: str, reason: str | None, version: int | None,
    origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    commitment = _begin(tx, viewer, number, verb, version=version, origin_key=origin_key)
    if commitment is None:
        return get(tx, viewer, number)
    changes = _apply(commitment, {"state": state, "ended_at": now})
    return _finish_change(tx, viewer, commitment, verb, changes, now, origin_key, reason)


def _give(
    tx: Session, viewer: Person, commitment: Commitment, to: Person, verb: str, reason: str | None,
    origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    before = commitment.owner_id
    accepted = now if to.id == viewer.id or verb == "hand_back" else None
    changes = _apply(commitment, {"owner_id": to.id, "accepted_at": accepted})
    people.expect_brief(tx, to, viewer.workspace, now)
    commitment = _finish_change(tx, viewer, commitment, verb, changes, now, origin_key, reason)
    if to.id != viewer.id:
        _tell(tx, commitment, to, "handed_back" if verb == "hand_back" else "assigned", viewer, now)
    outbox.keep_true(tx, commitment, {before}, now)
    return commitment


def _apply(commitment: Commitment, wanted: dict[str, Any]) -> dict[str, Any]:
    """Set what differs and return it as {"field": [before, after]}, fit for JSON."""
    changes = {}
    for field, value in wanted.items():
        before = getattr(commitment, field)
        if before != value:
            changes[field] = [_plain(before), _plain(value)]
            setattr(commitment, field, value)
    return changes


def _plain(value: Any) -> Any:  # noqa: ANN401  any column's value
    return value.isoformat() if isinstance(value, date) else value


def _finish_change(
    tx: Session, viewer: Person, commitment: Commitment, verb: str, changes: dict[str, Any], now: datetime,
    origin_key: str, reason: str | None = None,
) -> Commitment:  # fmt: skip
    commitment.version += 1
    commitment.touched_at = now
    append(tx, viewer, commitment.id, verb, changes, now=now, origin_key=origin_key, reason=reason)
    outbox.keep_true(tx, commitment, {commitment.owner_id, commitment.creator_id, viewer.id}, now)
    return get(tx, viewer, commitment.number, to_change=True)


def _tell(tx: Session, commitment: Commitment, to: Person, kind: str, by: Person, now: datetime) -> None:
    outbox.intend(
        tx, workspace_id=commitment.workspace_id, key=f"{kind}:{commitment.id}:{commitment.version}:{to.id}",
        kind=kind, now=now, person=to, ids={"commitment": commitment.id, "actor": by.id},
    )  # fmt: skip


def _recorded_as(tx: Session, viewer: Person, origin_key: str) -> Commitment:
    number = tx.scalars(
        sa.select(Commitment.number).where(
            Commitment.workspace_id == viewer.workspace_id, Commitment.origin_key == origin_key
        )
    ).one()
    return get(tx, viewer, number)
