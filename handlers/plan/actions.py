"""The actions on sections of an account plan: look, add, edit, archive, restore, and plan an action.

The listeners serve every section: the reference of a button or form says which one it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts.menus import people_of
from handlers.commitments import forms
from handlers.people import viewer
from handlers.plan import serving, views
from handlers.plan.pages import SECTIONS, account_in, person_in, words_of
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName, outdated
from store import accounts, people
from store.plan import section as verbs
from store.plan import white_space
from store.plan.people import SECTION as PEOPLE
from store.plan.values import Kind
from store.rules.calendar.brief_times import local_day
from store.rules.names import fold
from store.rules.text import NAME_LIMIT, clean
from store.tables import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Submission, Suggestion
    from store.tables import Account, Person

Ack = Callable[..., Any]
Body = dict[str, Any]


# ---- buttons -------------------------------------------------------------------------------------------


def open_section(ack: Ack, body: Body, context: BoltContext) -> None:
    """The list of a section."""
    press = payloads.press(body)
    listeners.show_page(ack, context, press, Ref.decode(press.value))


def open_plan(ack: Ack, body: Body, context: BoltContext) -> None:
    """The whole plan of an account."""
    press = payloads.press(body)
    listeners.show_page(ack, context, press, Ref.decode(press.value))


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """One row in full."""
    press = payloads.press(body)
    listeners.show_page(ack, context, press, replace(Ref.decode(press.value), view=ViewName.ROW))


def restore(ack: Ack, body: Body, context: BoltContext) -> None:
    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        verbs.restore(tx, person, words_of(ref).section, ref.id, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, Ref.decode(press.value), change)


def take_step(ack: Ack, body: Body, context: BoltContext) -> None:
    """A button that gives a field of the row one value, such as *Accepted*."""
    press = payloads.press(body)
    pressed = Ref.decode(press.value)
    account_id, _, step = pressed.extra.partition(".")
    field, _, value = step.partition(".")

    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        verbs.edit(tx, person, words_of(ref).section, ref.id, {field: value}, version=ref.version, **gesture)

    listeners.act(ack, context, press, replace(pressed, extra=account_id), change)


# ---- buttons that open a form --------------------------------------------------------------------------


def ask_new(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words, account = words_of(ref), accounts.get(tx, person, account_in(ref))
        verbs.check_change(person, words.section, account, now)
        of = person_in(ref)
        first = words.first(verbs.get(tx, person, PEOPLE, of) if of else None, local_day(now, person.zone))
        return views.form(words, account, None, replace(known, ref=replace(ref, id=0)), first=first)

    listeners.open_form(ack, body, context, form)


def ask_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words = words_of(ref)
        row = verbs.get(tx, person, words.section, ref.id)
        verbs.check_change(person, words.section, row.account, now, row)
        # The form shows the row as it is now; the button may have shown an older version.
        return views.form(words, row.account, row, replace(known, ref=ref.to(row, row.id)))

    listeners.open_form(ack, body, context, form)


def ask_edit_part(ack: Ack, body: Body, context: BoltContext) -> None:
    """The form of a part of a row."""
    action_id = payloads.press(body).action_id

    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words = words_of(ref)
        if action_id not in words.parts:
            raise outdated()
        row = verbs.get(tx, person, words.section, ref.id)
        verbs.check_change(person, words.section, row.account, now, row)
        return views.form(words, row.account, row, replace(known, ref=ref.to(row, row.id)), words.parts[action_id])

    listeners.open_form(ack, body, context, form)


def ask_why(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Archive …”"""

    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        words = words_of(ref)
        row = verbs.get(tx, person, words.section, ref.id)
        verbs.check_change(person, words.section, row.account, now, row)
        return views.archive(words, row, local_day(now, person.zone), replace(known, ref=ref))

    listeners.open_form(ack, body, context, form)


def ask_action(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Plan an action”: the form of a commitment that serves the row, with its account; for an account that of a new
    commitment.
    """

    def form(tx: Session, person: Person, ref: Ref, known: Context, _now: datetime) -> b.Json:
        if ref.kind == Subject.ACCOUNT:
            account = accounts.get(tx, person, ref.id)
            filled = forms.Filled(owner=person.slack_id, account=(str(account.id), account.name))
            return forms.new(filled, Context())
        row = verbs.get(tx, person, words_of(ref).section, ref.id)
        owner = row.owner if row.owner and people.is_here(row.owner) else person
        action, due = words_of(ref).action(row)
        filled = forms.Filled(
            action=action, owner=owner.slack_id, due=due, account=(str(row.account.id), row.account.name),
            serves=serving.option_of(row),
        )  # fmt: skip
        return forms.new(filled, Context(ref=ref, root_view_id=known.root_view_id, home=known.home))

    listeners.open_form(ack, body, context, form)


# ---- menus ---------------------------------------------------------------------------------------------


def stakeholders_of(ack: Ack, body: Body, context: BoltContext) -> None:
    """The options of a menu of the client's people, for the text typed so far."""
    asked = payloads.suggestion(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        found = people_of(tx, person, _account_of(tx, person, asked), clean(asked.typed))
    if asked.action_id == ids.CLIENT_PEOPLE:
        # The values of several are joined with commas.
        found = [(value.replace(",", "%2C"), text) for value, text in found]
    ack(options=[b.as_json(b.option(text, value)) for value, text in found])


def rows_of(ack: Ack, body: Body, context: BoltContext) -> None:
    """The options of a menu of the account's objectives, or of its opportunities, for the text typed so far."""
    asked = payloads.suggestion(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        today = local_day(context["now"], person.zone)
        kind = Subject.OBJECTIVE if asked.action_id == ids.OBJECTIVE else Subject.OPPORTUNITY
        section = SECTIONS[kind].section
        rows = verbs.of_account(tx, person, section, _account_of(tx, person, asked), today=today)
    wanted = fold(asked.typed).split()
    found = [row for row in rows if row.archived_at is None and all(word in fold(row.name or "") for word in wanted)]
    ack(options=[b.as_json(b.option(row.name or "", str(row.id))) for row in found[: serving.MOST]])


def units_of(ack: Ack, body: Body, context: BoltContext) -> None:
    """The options of a menu of the account's units, for the text typed so far; the text itself is one of them."""
    asked = payloads.suggestion(body)
    typed = clean(asked.typed)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        found = white_space.named_units(tx, person, _account_of(tx, person, asked), typed)
    if typed and len(typed) <= NAME_LIMIT and fold(typed) not in map(fold, found):
        found.append(typed)
    ack(options=[b.as_json(b.option(one, one)) for one in found])


def _account_of(tx: Session, person: Person, asked: Suggestion) -> Account:
    """The account of the form in which the menu stands."""
    ref = asked.context.ref
    if ref.id:
        account: Account = verbs.get(tx, person, words_of(ref).section, ref.id).account
        return account
    return accounts.get(tx, person, account_in(ref))


# ---- forms ---------------------------------------------------------------------------------------------


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Add the row, or edit it."""
    asked = payloads.submission(body)
    directory.check(context, asked.asker)
    fields = words_of(asked.context.ref).section.fields
    named = [
        user
        for field in fields
        if field.kind in {Kind.PERSON, Kind.PEOPLE}
        for user in (asked.fields.get(field.name) or "").split(",")
        if user
    ]
    directory.ensure_people(context["ledger"], context["slack"], asked.asker.team_id, named, context["now"])

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref, gesture = form.context.ref, form.origin_key
        section = words_of(ref).section
        if ref.id:
            verbs.edit(tx, person, section, ref.id, form.fields, version=ref.version, origin_key=gesture, now=now)
        else:
            account = accounts.get(tx, person, account_in(ref))
            verbs.add(tx, person, section, account, form.fields, origin_key=gesture, now=now)

    listeners.submit(ack, asked, context, save)


def submit_archive(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref = form.context.ref
        section = words_of(ref).section
        verbs.archive(tx, person, section, ref.id, form.text(ids.REASON), origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)
