"""The history of any subject: its entries, who changed it last, and whether a request has changed it before.

An entry is appended in the transaction of the change that it records. The database refuses to change or delete one
(store/migrations), but for a redaction.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import outbox
from store.db import UtcDateTime, read_anew
from store.errors import ChangedMeanwhileError
from store.rules.calendar.brief_times import zone_of
from store.rules.numbers import typed
from store.tables import REDACTED, Account, Entry, HasHistory, Stakeholder, Verb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

Model = TypeVar("Model", bound=HasHistory)


def lock(tx: Session, model: type[Model], wanted: sa.Select[Model], *, whole: bool = False) -> list[Model]:
    """The rows of that select, locked for this transaction and read anew.

    With `whole` no other transaction may refer to them meanwhile: nothing is recorded for an account that is merged.
    """
    # An object that this transaction has read before the lock may be outdated. Only rows of this model are read anew:
    # `populate_existing` would also strip the people around them of what was loaded with them.
    read_anew(tx, model)
    return list(tx.scalars(wanted.with_for_update(of=model, key_share=not whole)))


def save(
    tx: Session, viewer: Person, subject: HasHistory, verb: Verb, changes: dict[str, Any], *, people: Iterable[int],
    now: datetime, origin_key: str, reason: str | None = None, client_id: int | None = None,
) -> None:  # fmt: skip
    """Append the entry of a change. Messages that show the subject, and the Home tabs of `people`, are updated."""
    append(tx, viewer, subject, verb, changes, now=now, origin_key=origin_key, reason=reason, client_id=client_id)
    outbox.request_updates_for(tx, subject, people, now)


def changed_meanwhile(
    tx: Session, viewer: Person, subject: HasHistory, name: str, past: Mapping[Verb, str], *,
    but: Collection[Verb] = (), look: str,
) -> ChangedMeanwhileError:  # fmt: skip
    """The error for a viewer whose change comes too late. `name` is the subject's, `look` the command that shows it."""
    last = last_change(tx, viewer, subject, past, but=but)
    return ChangedMeanwhileError(
        f"{name} has changed meanwhile: {last}. Nothing was done twice; {look} shows how it stands."
    )


def append(
    tx: Session, actor: Person, subject: HasHistory, verb: Verb, changes: dict[str, Any] | None = None, *,
    now: datetime, origin_key: str | None, reason: str | None = None, client_id: int | None = None,
) -> None:  # fmt: skip
    """Append an entry, and request the update of canvases that show the subject. The signals of its
    account are compared soon.

    `changes` is {"field": [before, after]}, fit for JSON; `origin_key` names the gesture. `client_id`: the client's
    person who did it, on the page that the actor gave them.
    """
    tx.execute(
        sa.insert(Entry).values(
            workspace_id=subject.workspace_id, subject_kind=subject.subject_kind, subject_id=subject.id, at=now,
            actor_id=actor.id, client_id=client_id, verb=verb, changes=changes or {}, reason=reason,
            origin_key=origin_key,
        )
    )  # fmt: skip
    its = outbox.accounts_of(subject, changes or {})
    outbox.mark_canvases(tx, its, now)
    if its:
        check_soon(tx, Account.id.in_(its), now)


def check_soon(tx: Session, accounts: sa.ColumnElement[bool], now: datetime) -> None:
    """Let the planner compare the signals of the accounts that meet the condition at its next tick.

    An account that another transaction has locked is skipped, so that no verb waits here: it is compared on the next
    working day of its lead.
    """
    late = sa.or_(Account.next_check_at.is_(None), Account.next_check_at > now)
    which = sa.select(Account.id).where(accounts, late)
    tx.execute(
        sa.update(Account)
        .where(Account.id.in_(which.with_for_update(skip_locked=True, key_share=True)))
        .values(next_check_at=now)
        .execution_options(synchronize_session=False)
    )


def take_words(
    tx: Session, viewer: Person, subject: HasHistory, texts: Collection[str], *, now: datetime, origin_key: str
) -> None:  # fmt: skip
    """Take the reasons, and the values of the fields `texts`, out of all entries of the subject, for good. The entry
    that says so is written first: the database lets words go only then.
    """
    earlier = entries(tx, viewer, subject)
    append(tx, viewer, subject, Verb.REDACT, now=now, origin_key=origin_key)
    for entry in earlier:
        if entry.reason is not None:
            entry.reason = REDACTED
        if not entry.changes.keys().isdisjoint(texts):
            entry.changes = {
                field: [REDACTED, REDACTED] if field in texts else values for field, values in entry.changes.items()
            }


def append_to_all(
    tx: Session, actor: Person, table: type[HasHistory], which: Sequence[sa.ColumnElement[bool]], verb: Verb,
    changes: dict[str, Any], *, now: datetime, origin_key: str,
) -> None:  # fmt: skip
    """Append the same entry to the history of all rows that meet the conditions `which`."""
    entry = sa.select(
        table.workspace_id, sa.literal(str(table.subject_kind)), table.id, sa.literal(now, UtcDateTime()),
        sa.literal(actor.id), sa.literal(verb.value), sa.literal(changes, sa.JSON()), sa.literal(origin_key),
    ).where(*which)  # fmt: skip
    columns = ["workspace_id", "subject_kind", "subject_id", "at", "actor_id", "verb", "changes", "origin_key"]
    tx.execute(sa.insert(Entry).from_select(columns, entry.order_by(table.id), include_defaults=False))


def set_fields(subject: HasHistory, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Set the columns that differ. Returns them as {"field": [before, after]}, fit for `append`."""
    changes = {}
    for field, value in wanted.items():
        before = getattr(subject, field)
        if before != value:
            changes[field] = [plain(before), plain(value)]
            setattr(subject, field, value)
    return changes


def entries(tx: Session, viewer: Person, subject: HasHistory) -> list[Entry]:
    """All entries of the subject with their actors, oldest first; none for a viewer of another workspace."""
    return list(
        tx.scalars(
            sa.select(Entry)
            .where(Entry.workspace_id == viewer.workspace_id, *_of(subject))
            .options(
                joinedload(Entry.actor),
                joinedload(Entry.client).load_only(Stakeholder.account_id, Stakeholder.name, raiseload=True),
            )
            .order_by(Entry.id)
        )
    )


def changed_since(
    tx: Session, viewer: Person, subject: HasHistory, version: int
) -> dict[str, tuple[Any, Person]]:  # fmt: skip
    """The columns of the subject that changed after that version: each with its value then, as an entry keeps it, and
    the person who changed it last.

    An entry holds each value before it, and every verb of the subject raises its version by one and appends one entry.
    """
    every = entries(tx, viewer, subject)
    since = every[len(every) - max(0, subject.version - version) :]
    seen = {column: change[0] for entry in reversed(since) for column, change in entry.changes.items()}
    last = {column: entry.actor for entry in since for column in entry.changes}
    return {column: (before, last[column]) for column, before in seen.items()}


def is_repeat(tx: Session, viewer: Person, subject: HasHistory, origin_key: str) -> bool:
    """Whether this very gesture of the viewer, or of a client's person on the page that the viewer gave them, has
    changed the subject before.
    """
    mine = Entry.actor_id == viewer.id, Entry.origin_key == origin_key
    return tx.scalar(sa.select(sa.exists().where(*_of(subject), *mine))) is True


def is_fresh(tx: Session, subject: HasHistory, *, but: Collection[Verb] = ()) -> bool:
    """Whether nothing has happened to the subject since it was recorded, leaving out the verbs in `but`."""
    return tx.scalar(sa.select(sa.func.count()).where(*_of(subject), Entry.verb.not_in(but))) == 1


def last_change(
    tx: Session, viewer: Person, subject: HasHistory, past: Mapping[Verb, str], *, but: Collection[Verb] = ()
) -> str:
    """The last change of the subject on the viewer's clock: “Eva Novak moved it on Mon 3 Mar at 14:05”.

    `past` has each verb in the past tense. Verbs in `but` are no changes.
    """
    last = [entry for entry in entries(tx, viewer, subject) if entry.verb not in but][-1]
    who = "You" if last.is_by(viewer) else last.by
    at = last.at.astimezone(zone_of(viewer.zone))
    return f"{who} {past[last.verb]} on {at:%a} {at.day} {at:%b at %H:%M}"


def people_named(entries: Iterable[Entry], fields: Collection[str]) -> set[int]:
    """Ids of the people whom the changes of the entries name in these fields."""
    named = [value for entry in entries for name in fields for value in entry.changes.get(name, ())]
    lists = [value if isinstance(value, list) else [value] for value in named]
    return {id_ for each in lists for id_ in each if id_ is not None}


def _of(subject: HasHistory) -> tuple[sa.ColumnElement[bool], ...]:
    return Entry.subject_kind == subject.subject_kind, Entry.subject_id == subject.id


def plain(value: Any) -> Any:  # noqa: ANN401  any column's value
    """The value as an entry keeps it, fit for JSON."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return typed(value)
    return value.isoformat() if isinstance(value, date) else value
