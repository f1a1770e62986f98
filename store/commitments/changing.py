"""The parts of each verb: lock and check the row, set the fields, append the entry, and request the updates of messages
that show the commitment.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import accounts, history, notices, outbox, people
from store.commitments.questions import get
from store.commitments.relations import in_row, relations, reviews_now
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError
from store.rules import transitions
from store.rules.calendar.brief_times import local_day
from store.rules.nudging.news import Deed, Parties, is_news
from store.rules.permissions import BARRED_BY, IN_SESSION, Relation, permits
from store.scope import people_of
from store.tables import Around, CommitmentPerson, OutboxKind, Person, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from store.tables import Account, Commitment

UNDO_WITHIN = timedelta(minutes=10)
# The beginning of the origin key of an occurrence that the series recorded.
FOLLOWING = "series:"
# Nobody plans an account's actions further ahead; a later date is a slip of the pen.
FARTHEST = timedelta(days=731)
# Columns that name another row, which is loaded with the commitment.
_RELATED = {"owner_id", "account_id", "stakeholder_id", "blocker_id", "agreed_by_id"}
# Verbs that answer nobody who asked how it stands.
_NO_ANSWERS = {Verb.ASK, Verb.HELP, Verb.SNOOZE, Verb.CHOOSE_ACCOUNT, Verb.END_SERIES}
# Verbs of the owner alone.
_OF_OWNER = {Verb.ACCEPT, Verb.HAND_BACK, Verb.SNOOZE}


def check_right(tx: Session, viewer: Person, commitment: Commitment, verb: Verb, now: datetime) -> None:
    """NotAllowedError, naming who can, if the viewer may not do that with it in any state.

    UnconfirmedError where it turns on being an admin, and Slack has to be asked about that.
    """
    # The row costs nothing, so the other tables are read only where it is not enough.
    known = in_row(viewer, commitment) - {Relation.ADMIN}
    if verb not in BARRED_BY and permits(verb, known):
        return
    known = relations(tx, viewer, [commitment], now)[commitment.id]
    if permits(verb, known - {Relation.ADMIN}):
        return
    if verb in IN_SESSION and reviews_now(tx, viewer, commitment):
        return
    if not (permits(verb, known) and people.acts_as_admin(viewer, now)):
        raise NotAllowedError(_refusal(verb, commitment))


def _refusal(verb: Verb, commitment: Commitment) -> str:
    number, owner = f"#{commitment.number}", commitment.owner.name
    if verb == Verb.ASK:
        return f"You asked {owner} about {number} today already. The answer comes to you."
    if verb == Verb.NEED_UNTIL:
        return f"{number} does not wait for you any more."
    if verb in _OF_OWNER:
        return f"{number} is {owner}'s now; only they can answer for it."
    if verb == Verb.REDACT:
        here = [one.name for one in (commitment.owner, commitment.creator) if people.is_here(one)]
        who = f"{', '.join(dict.fromkeys(here))} or a workspace admin" if here else "a workspace admin"
        return f"Only {who} can redact {number}. You can ask them."
    return f"Only {_who_may(commitment)} can change {number}. You can ask them."


def may_undo(tx: Session, viewer: Person, commitment: Commitment, now: datetime) -> bool:
    """Its creator, within ten minutes, if nothing happened to it since but the choice of its account."""
    if viewer.id != commitment.creator_id or not commitment.is_open or commitment.origin_key.startswith(FOLLOWING):
        return False
    if now - commitment.created_at > UNDO_WITHIN:
        return False
    return history.is_fresh(tx, commitment, but=(Verb.CHOOSE_ACCOUNT,))


def check_due(due_on: date, viewer: Person, now: datetime, field: str = "due") -> date:
    """Return `due_on`; BadInputError at `field` if it has passed where the viewer is, or is absurdly far."""
    today = local_day(now, viewer.zone)
    if due_on < today:
        raise BadInputError(
            f"{due_on:%A} {due_on.day} {due_on:%B %Y} has already passed. Choose today or a later day.",
            field=field,
        )
    if due_on > today + FARTHEST:
        raise BadInputError("That is more than two years away. Choose an earlier day.", field=field)
    return due_on


def check_team(tx: Session, commitment: Commitment, those: Iterable[Person], *, field: str) -> None:
    """BadInputError at `field` if the account is restricted and some of those would not see what they are given. The
    commitment is locked.
    """
    if commitment.account is not None:
        accounts.refresh(tx, commitment.account)
        accounts.check_team(tx, commitment.account, those, field=field)


def sees(tx: Session, commitment: Commitment, person: Person) -> bool:
    """Whether the person sees the commitment: its account is not restricted, or they are one of its people. Admins see
    it as well, but are given nothing that only an admin sees.
    """
    account = commitment.account
    return account is None or not account.restricted or person.id in people_of(tx, [account.id])[account.id]


def check_move(tx: Session, commitment: Commitment, account: Account | None, owner: Person) -> None:
    """BadInputError at `account` if that account, which is locked, is restricted and the people who have to do with the
    commitment would not see it there: its `owner`, helpers and blocker.
    """
    if account is None or not account.restricted:
        return
    row = CommitmentPerson
    helps = row.commitment_id == commitment.id, row.part == Around.HELPER
    helpers = tx.scalars(sa.select(Person).join(row, row.person_id == Person.id).where(*helps, people.here(Person)))
    blocker = [commitment.blocker] if commitment.blocker is not None else []
    accounts.check_team(tx, account, [owner, *helpers, *blocker], field="account")


def lock_for_change(
    tx: Session, viewer: Person, number: int, verb: Verb, *, version: int | None, origin_key: str, now: datetime
) -> Commitment | None:  # fmt: skip
    """The commitment, locked and checked for `verb`; None if this very gesture already changed it."""
    commitment = get(tx, viewer, number, to_change=True)
    if history.is_repeat(tx, viewer, commitment, origin_key):
        return None
    check_verb(tx, viewer, commitment, verb, now)
    if version not in {None, commitment.version}:
        raise changed_meanwhile(tx, viewer, commitment)
    return commitment


def check_verb(tx: Session, viewer: Person, commitment: Commitment, verb: Verb, now: datetime) -> None:
    """NotAllowedError if the viewer may not do that with it; ChangedMeanwhileError if its state does not allow it."""
    check_right(tx, viewer, commitment, verb, now)
    if transitions.after(verb, commitment.state) is None:
        raise changed_meanwhile(tx, viewer, commitment)


def _who_may(commitment: Commitment) -> str:
    parts = [(commitment.owner, "its owner"), (commitment.creator, "who recorded it")]
    if commitment.account and commitment.account.owner:
        parts.append((commitment.account.owner, f"who leads {commitment.account.name}"))
    roles: dict[str, list[str]] = {}
    for person, part in parts:
        if people.is_here(person):
            roles.setdefault(person.name, []).append(part)
    named = [f"{name} ({', '.join(what)})" for name, what in roles.items()]
    return ", ".join(named) + " or a workspace admin" if named else "a workspace admin"


def changed_meanwhile(tx: Session, viewer: Person, commitment: Commitment) -> ChangedMeanwhileError:
    return history.changed_meanwhile(
        tx, viewer, commitment, f"#{commitment.number}", transitions.PAST, but=transitions.NO_PROGRESS,
        look=f"/commit {commitment.number}",
    )  # fmt: skip


def save_change(
    tx: Session, viewer: Person, commitment: Commitment, verb: Verb, changes: dict[str, Any], now: datetime,
    origin_key: str, reason: str | None = None, *, progress: bool = True, client_id: int | None = None,
) -> Commitment:  # fmt: skip
    """Append the entry of a change. Without `progress` the version stays, so no message is outdated. `client_id`: the
    client's person who did it, on the page that the viewer gave them.
    """
    if progress:
        commitment.version += 1
        commitment.touched_at = now
    blockers = {commitment.blocker_id, *changes.get("blocker_id", ())}
    homes = {commitment.owner_id, commitment.creator_id, viewer.id, *blockers} - {None}
    history.save(
        tx, viewer, commitment, verb, changes, people=homes, now=now, origin_key=origin_key, reason=reason,
        client_id=client_id,
    )  # fmt: skip
    if verb not in _NO_ANSWERS:
        _answer_askers(tx, viewer, commitment, verb, origin_key, now)
    _tell_at_once(tx, viewer, commitment, Deed(verb, now, viewer.id, changes, reason, origin_key, client_id or 0))
    if _RELATED & changes.keys():
        return get(tx, viewer, commitment.number, to_change=True)
    return commitment


def _answer_askers(
    tx: Session, viewer: Person, commitment: Commitment, verb: Verb, origin_key: str, now: datetime
) -> None:  # fmt: skip
    """Tell the people who asked how it stands what was said or done now, unless another notice tells them."""
    told = {commitment.owner_id, *([commitment.creator_id] if verb == Verb.CANCEL else [])}
    row = CommitmentPerson
    waits = row.commitment_id == commitment.id, row.part == Around.ASKER, row.waits, row.person_id != viewer.id
    for asker in tx.scalars(sa.select(row).where(*waits).options(joinedload(row.person))):
        asker.waits = False
        if asker.person_id not in told and people.is_here(asker.person):
            tell(tx, commitment, asker.person, viewer, origin_key, now)


def _tell_at_once(tx: Session, viewer: Person, commitment: Commitment, deed: Deed) -> None:
    """Tell owner, creator and the account's lead the news of what is due today, or was; a brief would come too late."""
    days = {commitment.due_on, *(date.fromisoformat(one) for one in deed.changes.get("due_on", ()))}
    parties = Parties(commitment.owner_id, commitment.creator_id)
    lead = commitment.account.owner if commitment.account else None
    for one in {one.id: one for one in (commitment.owner, commitment.creator, lead) if one is not None}.values():
        if not people.is_here(one) or not is_news(deed, one.id, parties):
            continue
        works, today = people.working_days(one, viewer.workspace), local_day(deed.at, one.zone)
        if all(works.last_until(day) != today for day in days):
            continue
        # An owner who has yet to hear that it is theirs hears that first.
        if one.id != commitment.owner_id or notices.waits_for(tx, commitment) is None:
            tell(tx, commitment, one, viewer, deed.origin_key or "", deed.at)


def tell(
    tx: Session, commitment: Commitment, to: Person, by: Person, origin_key: str, now: datetime
) -> None:  # fmt: skip
    """Tell a person what `by` has just said or done: the entry of that gesture. A person who does not see it hears
    nothing.
    """
    if not (to.is_admin or sees(tx, commitment, to)):
        return
    outbox.enqueue(
        tx, workspace_id=commitment.workspace_id, key=told_key(commitment.id, by.id, origin_key, to.id),
        kind=OutboxKind.TOLD, now=now, person=to, commitment_id=commitment.id, actor_id=by.id,
        details={"gesture": origin_key},
    )  # fmt: skip


def told_key(commitment_id: int, by_id: int, origin_key: str, to_id: int) -> str:
    """The key of the notice that tells a person of that gesture."""
    return f"{OutboxKind.TOLD}:{commitment_id}:{by_id}:{origin_key}:{to_id}"


def notify(tx: Session, commitment: Commitment, to: Person, kind: OutboxKind, by: Person, now: datetime) -> None:
    if not (to.is_admin or sees(tx, commitment, to)):
        return
    outbox.enqueue(
        tx, workspace_id=commitment.workspace_id, key=f"{kind}:{commitment.id}:{commitment.version}:{to.id}",
        kind=kind, now=now, person=to, commitment_id=commitment.id, actor_id=by.id,
    )  # fmt: skip
