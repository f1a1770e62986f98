"""The actions on sections of an account plan: look, add, edit, archive, restore, and plan an action.

The listeners serve every section: the reference of a button or form says which one it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.commitments import forms
from handlers.people import viewer
from handlers.plan import views
from handlers.plan.pages import words_of
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName, count
from store import accounts
from store.plan import section as verbs
from store.plan.values import Kind
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Press, Submission
    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]


# ---- buttons -------------------------------------------------------------------------------------------


def open_section(ack: Ack, body: Body, context: BoltContext) -> None:
    """The list of a section."""
    press = payloads.press(body)
    _look(ack, context, press, Ref.decode(press.value))


def open_plan(ack: Ack, body: Body, context: BoltContext) -> None:
    """The whole plan of an account."""
    press = payloads.press(body)
    _look(ack, context, press, Ref.decode(press.value))


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """One row in full."""
    press = payloads.press(body)
    _look(ack, context, press, replace(Ref.decode(press.value), view=ViewName.ROW))


def _look(ack: Ack, context: BoltContext, press: Press, ref: Ref) -> None:
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        title = "Account plan" if ref.view == ViewName.PLAN else words_of(ref).section.title
        drawn = surfaces.draw(tx, person, ref, context["now"])
    blocks = drawn.blocks if drawn else []
    if press.surface == "modal":
        # In place: Slack stacks three views at most, and a form opens on top of this one.
        context["slack"].views_update(view_id=press.view_id, view=surfaces.receipt_modal(blocks, press.context))
    else:
        view = b.modal(title, blocks, callback_id=ids.RECEIPT)
        context["slack"].views_open(trigger_id=press.trigger_id, view=view)
    ack()


def restore(ack: Ack, body: Body, context: BoltContext) -> None:
    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        verbs.restore(tx, person, words_of(ref).section, ref.id, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, Ref.decode(press.value), change)


# ---- buttons that open a form --------------------------------------------------------------------------


def ask_new(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words, account = words_of(ref), accounts.get(tx, person, count(ref.extra))
        verbs.check_change(person, words.section, account, now)
        return views.form(words, account, None, replace(known, ref=replace(ref, id=0)))

    _ask(ack, body, context, form)


def ask_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words = words_of(ref)
        row = verbs.get(tx, person, words.section, ref.id)
        verbs.check_change(person, words.section, row.account, now, row)
        # The form shows the row as it is now; the button may have shown an older version.
        return views.form(words, row.account, row, replace(known, ref=ref.to(row, row.id)))

    _ask(ack, body, context, form)


def ask_why(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Archive …”"""

    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words = words_of(ref)
        row = verbs.get(tx, person, words.section, ref.id)
        verbs.check_change(person, words.section, row.account, now, row)
        return views.archive(words, row, local_day(now, person.zone), replace(known, ref=ref))

    _ask(ack, body, context, form)


def ask_action(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Plan an action”: the form of a commitment, with the account of the row."""

    def form(tx: Session, person: Person, ref: Ref, _known: Context, _now: datetime) -> b.Json:
        account = verbs.get(tx, person, words_of(ref).section, ref.id).account
        return forms.new(forms.Filled(owner=person.slack_id, account=(str(account.id), account.name)), Context())

    _ask(ack, body, context, form)


def _ask(
    ack: Ack, body: Body, context: BoltContext, form: Callable[[Session, Person, Ref, Context, datetime], b.Json]
) -> None:
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        view = form(tx, person, Ref.decode(press.value), press.way_back, context["now"])
    surfaces.open_view(context["slack"], press, view)
    ack()


# ---- forms ---------------------------------------------------------------------------------------------


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Add the row, or edit it."""
    asked = payloads.submission(body)
    directory.check(context, asked.asker)
    fields = words_of(asked.context.ref).section.fields
    named = [user for field in fields if field.kind == Kind.PERSON and (user := asked.fields.get(field.name))]
    directory.ensure_people(context["ledger"], context["slack"], asked.asker.team_id, named, context["now"])

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref, gesture = form.context.ref, form.origin_key
        section = words_of(ref).section
        if ref.id:
            verbs.edit(tx, person, section, ref.id, form.fields, version=ref.version, origin_key=gesture, now=now)
        else:
            account = accounts.get(tx, person, count(ref.extra))
            verbs.add(tx, person, section, account, form.fields, origin_key=gesture, now=now)

    listeners.submit(ack, asked, context, save)


def submit_archive(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref = form.context.ref
        section = words_of(ref).section
        verbs.archive(tx, person, section, ref.id, form.text(ids.REASON), origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)
