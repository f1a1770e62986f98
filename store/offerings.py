"""Offerings: the products and services that we sell, one list for the whole workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from store import history, people, type_ahead
from store.accounts.questions import LIVE
from store.db import insert_once
from store.errors import BadInputError, NotAllowedError, NotFoundError
from store.rules.names import fold_person, nearest
from store.rules.text import NAME_LIMIT, REASON_LIMIT, required
from store.scope import seen_by
from store.tables import Account, Offering, Verb

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.errors import ChangedMeanwhileError
    from store.tables import Person

# Options of a menu, by Slack's limit.
MOST = 100
_IN_USE = Offering.archived_at.is_(None)
_PAST = {
    Verb.CREATE: "added it", Verb.RENAME: "renamed it", Verb.ARCHIVE: "archived it", Verb.RESTORE: "restored it",
}  # fmt: skip


# ---- questions -----------------------------------------------------------------------------------------


def get(tx: Session, viewer: Person, offering_id: int) -> Offering:
    found = tx.scalar(sa.select(Offering).where(seen_by(Offering, viewer), Offering.id == offering_id))
    if found is None:
        raise NotFoundError("That offering is not in the ledger. Please choose another.", field="offering")
    return found


def all_of(tx: Session, viewer: Person) -> list[Offering]:
    """All offerings by name, the archived ones last."""
    archived = sa.case((_IN_USE, 0), else_=1)
    query = sa.select(Offering).where(seen_by(Offering, viewer))
    return list(tx.scalars(query.order_by(archived, sa.func.lower(Offering.name), Offering.id)))


def names(tx: Session, ids: Collection[int]) -> dict[int, str]:
    """The names of the offerings of these ids, which come from rows that the viewer sees."""
    if not ids:
        return {}
    rows = tx.execute(sa.select(Offering.id, Offering.name).where(Offering.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def matching(tx: Session, viewer: Person, typed: str = "") -> list[Offering]:
    """The offerings in use whose name contains each word of the typed text, the best first: names that are the text,
    begin with it, have a word that begins with it, and the others. Of a text in no name, the names like it.
    """
    wanted = fold_person(typed)
    query = sa.select(Offering).where(seen_by(Offering, viewer), _IN_USE)
    key = Offering.name_key
    query = query.where(*type_ahead.fits(key, wanted)).order_by(type_ahead.rank(key, wanted), key, Offering.id)
    found = list(tx.scalars(query.limit(type_ahead.MOST)))
    return found or [one for one in alike(tx, viewer, typed) if one.archived_at is None]


def alike(tx: Session, viewer: Person, name: str) -> list[Offering]:
    """The offerings, also archived ones, that a new one of this name might be: one name has all words of the other, or
    is spelt almost like it. The most similar comes first.
    """
    wanted = fold_person(name)
    if not wanted:
        return []
    known = {one.name: one for one in all_of(tx, viewer)}
    words = set(wanted.split())
    found = [
        one for one in known.values()
        if (theirs := set(one.name_key.split())) and (theirs <= words or words <= theirs)
    ]  # fmt: skip
    near = nearest(name, list(known))
    return found if near is None or known[near] in found else [known[near], *found]


# ---- rights --------------------------------------------------------------------------------------------


def may_change(tx: Session, viewer: Person) -> bool:
    """Whether the viewer may change the list: as an admin, or as the lead or coach of an account in use."""
    return viewer.is_admin or _leads(tx, viewer)


def _leads(tx: Session, viewer: Person) -> bool:
    own = sa.or_(Account.owner_id == viewer.id, Account.coach_id == viewer.id)
    return tx.scalar(sa.select(sa.exists().where(seen_by(Account, viewer), LIVE, own))) is True


def check_change(tx: Session, viewer: Person, now: datetime) -> None:
    """NotAllowedError if the viewer may not change the list of offerings."""
    if not (_leads(tx, viewer) or people.acts_as_admin(viewer, now)):
        raise NotAllowedError(
            "Only leads of accounts and workspace admins can change what we sell. You can ask one of them.",
            field="offering",
        )


# ---- verbs ---------------------------------------------------------------------------------------------


def create(tx: Session, viewer: Person, name: str, *, now: datetime, origin_key: str | None = None) -> Offering:
    """Add the offering of that name; an existing one is returned, and restored if it is archived."""
    name = required(name, field="offering", what="The name of the offering", limit=NAME_LIMIT)
    key = fold_person(name)
    which = seen_by(Offering, viewer), Offering.name_key == key
    known = tx.scalar(sa.select(Offering).where(*which))
    if known is not None and known.archived_at is None:
        return known
    check_change(tx, viewer, now)
    values = {"workspace_id": viewer.workspace_id, "name": name, "name_key": key, "created_at": now}
    is_new = insert_once(tx, Offering, values, keys=("workspace_id", "name_key")) is not None
    found = tx.scalars(sa.select(Offering).where(*which)).one()
    if is_new:
        history.append(tx, viewer, found, Verb.CREATE, now=now, origin_key=origin_key)
    elif found.archived_at is not None:
        _set_aside(tx, viewer, found.id, None, origin_key=origin_key or f"restore:{found.version}", now=now)
    return found


def rename(
    tx: Session, viewer: Person, offering_id: int, name: str, *, version: int, origin_key: str, now: datetime
) -> Offering:
    """Give it another name. BadInputError at `offering` if another offering has that name."""
    name = required(name, field="offering", what="The name of the offering", limit=NAME_LIMIT)
    found = _begin(tx, viewer, offering_id, origin_key, now)
    if found is None:
        return get(tx, viewer, offering_id)
    if found.version != version:
        raise _changed_meanwhile(tx, viewer, found)
    changes = history.set_fields(found, {"name": name})
    found.name_key = fold_person(name)
    try:
        tx.flush()
    except IntegrityError:
        raise BadInputError(
            "Another offering has that name already. Please choose another.", field="offering"
        ) from None
    if changes:
        _finish(tx, viewer, found, Verb.RENAME, changes, origin_key=origin_key, now=now)
    return found


def archive(
    tx: Session, viewer: Person, offering_id: int, reason: str | None, *, origin_key: str, now: datetime
) -> Offering:
    """Take it out of use, with a reason. White space that names it stays."""
    why = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    return _set_aside(tx, viewer, offering_id, why, origin_key=origin_key, now=now)


def restore(tx: Session, viewer: Person, offering_id: int, *, origin_key: str, now: datetime) -> Offering:
    return _set_aside(tx, viewer, offering_id, None, origin_key=origin_key, now=now)


def _set_aside(
    tx: Session, viewer: Person, offering_id: int, reason: str | None, *, origin_key: str, now: datetime
) -> Offering:
    found = _begin(tx, viewer, offering_id, origin_key, now)
    if found is None:
        return get(tx, viewer, offering_id)
    if (found.archived_at is None) == (reason is None):
        raise _changed_meanwhile(tx, viewer, found)
    found.archived_at, found.archive_reason = (now if reason else None), reason
    verb = Verb.ARCHIVE if reason else Verb.RESTORE
    _finish(tx, viewer, found, verb, {}, origin_key=origin_key, now=now, reason=reason)
    return found


def _begin(tx: Session, viewer: Person, offering_id: int, origin_key: str, now: datetime) -> Offering | None:
    """The offering, locked; None if this very gesture has changed it already."""
    get(tx, viewer, offering_id)
    query = sa.select(Offering).where(seen_by(Offering, viewer), Offering.id == offering_id)
    (found,) = history.lock(tx, Offering, query)
    if history.is_repeat(tx, viewer, found, origin_key):
        return None
    check_change(tx, viewer, now)
    return found


def _finish(
    tx: Session, viewer: Person, offering: Offering, verb: Verb, changes: dict[str, Any], *, origin_key: str,
    now: datetime, reason: str | None = None,
) -> None:  # fmt: skip
    offering.version += 1
    history.save(tx, viewer, offering, verb, changes, people=(), now=now, origin_key=origin_key, reason=reason)


def _changed_meanwhile(tx: Session, viewer: Person, offering: Offering) -> ChangedMeanwhileError:
    return history.changed_meanwhile(tx, viewer, offering, offering.name, _PAST, look="/plan offerings")
