"""The account's own fields in its plan. They are edited as store/plan/section.py edits the rows of a section."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from store import accounts, history
from store.accounts import parents
from store.accounts.changing import lock_for_change, save_change
from store.accounts.naming import flush, free_name, key_of
from store.errors import BadInputError
from store.plan.section import mine
from store.plan.values import Field, Kind, Target
from store.rules.category import Worth, suggest
from store.scope import seen_by
from store.tables import Account, AccountKind, CanvasTab, Category, PlanMember, Verb

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.rules.category import Suggestion
    from store.tables import Person

KINDS = (
    (AccountKind.ENTITY, "A legal entity"),
    (AccountKind.UNIT, "A business unit"),
    (AccountKind.BUDGET, "A budget centre"),
)
# The fields of the form *Edit*, and of the form *Edit the plan's basis*.
DETAILS = (
    Field("name", "Name", Kind.LINE, required=True),
    Field("owner_id", "Lead", Kind.PERSON),
    Field("coach_id", "Coach", Kind.PERSON),
    Field("category", "Category", Kind.CHOICE, choices=tuple((letter, letter) for letter in Category)),
    Field("channel", "Channel", Kind.LINE),
    Field("canvas", "Plan in the channel", Kind.CHOICE, choices=((CanvasTab.PLAN, "A canvas tab"),)),
    Field("currency", "Currency", Kind.LINE),
)
BASIS = (
    Field("potential", "Potential a year", Kind.MONEY, hint="All that they could buy from us in a year."),
    Field("cost_to_serve", "Cost to serve a year", Kind.MONEY, hint="With the potential it suggests a category."),
    Field("full_means", "100 % penetration means", Kind.LINE),
    Field("period_start", "The plan runs from", Kind.DAY),
    Field("period_end", "The plan runs until", Kind.DAY),
    Field("target", "Sales target of the plan", Kind.MONEY),
    Field("sponsor_id", "Our executive sponsor", Kind.PERSON),
    Field("team", "Plan team", Kind.PEOPLE, hint="Beside lead, coach and sponsor."),
    Field("parent_id", "Part of", Kind.ACCOUNT),
    Field("kind", "It is", Kind.CHOICE, choices=KINDS),
    Field("strategy", "Their strategy", Kind.TEXT),
    Field("target_markets", "Their target markets", Kind.TEXT),
    Field("crm", "Address in the CRM", Kind.LINE),
    Field("note", "Note", Kind.TEXT, hint="What a colleague who takes over should know first."),
)
FIELDS = DETAILS + BASIS
# The columns that say who sees a restricted account.
_OF_ACCESS = {"owner_id", "coach_id", "sponsor_id", "team"}


# ---- questions -----------------------------------------------------------------------------------------


def get(tx: Session, viewer: Person, account_id: int) -> Account:
    """The account with its people, its sponsor and its team."""
    found = accounts.get(tx, viewer, account_id)
    options = joinedload(Account.sponsor), selectinload(Account.members).joinedload(PlanMember.person)
    query = sa.select(Account).where(seen_by(Account, viewer), Account.id == found.id)
    return tx.scalars(query.options(*accounts.WITH_PEOPLE, *options)).one()


def parent_of(tx: Session, viewer: Person, account: Account) -> Account | None:
    """The account that this one is a part of; None also for an account that the viewer does not see."""
    return tx.scalar(sa.select(Account).where(seen_by(Account, viewer), Account.id == account.parent_id))


def parts_of(tx: Session, viewer: Person, account: Account) -> Sequence[Account]:
    """The accounts in use that are parts of this one, by name."""
    query = sa.select(Account).where(seen_by(Account, viewer), accounts.LIVE, Account.parent_id == account.id)
    return tx.scalars(query.order_by(Account.name)).all()


def suggestion(tx: Session, viewer: Person, account: Account) -> Suggestion | None:
    """The category that potential and cost to serve suggest; None without one, and if the account has it already."""
    if account.potential is None or account.cost_to_serve is None or not account.is_live:
        return None
    columns = Account.potential, Account.cost_to_serve, Account.currency
    known = Account.potential.is_not(None), Account.cost_to_serve.is_not(None)
    every = [
        Worth(potential, cost, currency)
        for potential, cost, currency in tx.execute(
            sa.select(*columns).where(seen_by(Account, viewer), accounts.LIVE, *known)
        )
        if potential is not None and cost is not None
    ]
    found = suggest(Worth(account.potential, account.cost_to_serve, account.currency), every)
    return found if found and found.category != account.category else None


# ---- the verb ------------------------------------------------------------------------------------------


def edit(
    tx: Session, viewer: Person, account_id: int, given: Mapping[str, str | None], *, version: int, origin_key: str,
    now: datetime,
) -> Account:  # fmt: skip
    """Give the account those of the `given` values, text by field, that the viewer changed since they saw `version`.

    Fields that others have changed since keep the others' values. ChangedMeanwhileError at a field that both changed.
    """
    # Two accounts that become each other's parents lock each other too, so the order of their ids decides who waits.
    parent = given.get("parent") or ""
    beside = [int(parent)] if parent.isdecimal() else []
    account = lock_for_change(
        tx, viewer, account_id, version=None, origin_key=origin_key, now=now, beside=beside
    )  # fmt: skip
    if account is None:
        return get(tx, viewer, account_id)
    if given.get("currency"):
        given = {**given, "currency": f"{given['currency']}".strip().upper()}
    wanted = mine(tx, FIELDS, given, Target(viewer, account, account, now), account, version)
    if "name" in wanted and key_of(wanted["name"]) != account.name_key:
        free_name(tx, viewer, account, wanted["name"], key_of(wanted["name"]))
    changes = history.set_fields(account, wanted)
    account.name_key = key_of(account.name)
    flush(tx)
    if changes:
        _check(tx, account, changes)
        if account.restricted and not _OF_ACCESS.isdisjoint(changes):
            accounts.keep_team(tx, viewer, account, changes)
        save_change(
            tx, viewer, account, Verb.RENAME if changes.keys() == {"name"} else Verb.EDIT, changes, now, origin_key
        )
    tx.flush()
    tx.expire(account)
    return get(tx, viewer, account.id)


def _check(tx: Session, account: Account, changed: Collection[str]) -> None:
    if "currency" in changed and account.currency and not re.fullmatch("[A-Z]{3}", account.currency):
        raise BadInputError("Write the currency as its code of three letters, such as EUR.", field="currency")
    if {"owner_id", "coach_id"} & set(changed) and account.coach_id and account.coach_id == account.owner_id:
        raise BadInputError("That person is the lead. The coach is the lead's manager.", field="coach")
    for field in ("potential", "cost_to_serve", "target"):
        if field in changed and getattr(account, field) is not None and getattr(account, field) < 0:
            raise BadInputError("Write an amount that is not below 0.", field=field)
    start, end = account.period_start, account.period_end
    if {"period_start", "period_end"} & set(changed) and start and end and end < start:
        raise BadInputError("The plan ends before it starts. Choose a later day.", field="period_end")
    if "parent_id" in changed and account.parent_id is not None:
        parents.check(tx, account)
