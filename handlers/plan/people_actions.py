"""The actions on the client's people that other sections do not have: two rows of one person are merged, and a person
is erased.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.people import viewer
from handlers.plan import people
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads
from handlers.slack.refs import count
from store import stakeholders
from store.plan import erasing, section
from store.plan import people as verbs
from store.rules.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context, Submission
    from handlers.slack.refs import Ref
    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]


def ask_merge(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        row = section.get(tx, person, verbs.SECTION, ref.id)
        section.check_change(person, verbs.SECTION, row.account, now, row)
        return people.merge(row, replace(known, ref=ref.to(row, row.id)))

    listeners.open_form(ack, body, context, form)


def options_to_merge(ack: Ack, body: Body, context: BoltContext) -> None:
    """The options of the menu of people into whom a person can be merged: the others of the account."""
    asked = payloads.suggestion(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        row = section.get(tx, person, verbs.SECTION, asked.context.ref.id)
        found = stakeholders.matching(tx, person, clean(asked.typed), account=row.account)
    ack(options=[b.as_json(b.option(one.name, str(one.id))) for one in found if one.id != row.id])


def submit_merge(ack: Ack, body: Body, context: BoltContext) -> None:
    """Merge them, and show the person who stays."""
    form = payloads.submission(body)
    gone, chosen = form.context.ref, count(form.text(ids.INTO_PERSON) or "0")

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        verbs.merge(tx, person, gone.id, chosen, version=gone.version, origin_key=form.origin_key, now=now)

    shown = replace(form.context, ref=replace(gone, id=chosen))
    listeners.submit(ack, replace(form, context=shown), context, save)


def ask_erase(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, _now: datetime) -> b.Json:
        row = section.get(tx, person, verbs.SECTION, ref.id)
        return people.erase(row, replace(known, ref=ref.to(row, row.id)))

    listeners.open_form(ack, body, context, form)


def submit_erase(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref = form.context.ref
        erasing.erase(tx, person, ref.id, version=ref.version, origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)
