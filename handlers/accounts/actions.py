"""The listeners for accounts: the list, the page of an account, edit, merge, archive and restore."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts import views
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.calls import failure_of
from handlers.slack.refs import Ref, ViewName, count, outdated
from store import accounts, commitments, people
from store.errors import BadInputError
from store.tables import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context, Press, Submission
    from store.tables import Account, Person

Ack = Callable[..., Any]
Body = dict[str, Any]

_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,63}", re.ASCII)


# ---- buttons -------------------------------------------------------------------------------------------


def show_all(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show the list of accounts: in place of the button's view, or in a modal."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        drawn = surfaces.draw(tx, person, ref, context["now"])
    _show(context, press, drawn, "Accounts", in_place=press.surface != "home")
    ack()


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show the page of an account: in place of the list, or in a modal for a button beside a commitment."""
    press = payloads.press(body)
    ref = _decoded(press)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        drawn = surfaces.draw(tx, person, Ref(view=ViewName.ACCOUNT_PAGE, extra=str(ref.id)), context["now"])
    in_list = ref.view in {ViewName.ACCOUNTS, ViewName.ARCHIVED}
    _show(context, press, drawn, "Account", in_place=in_list)
    ack()


def _show(context: BoltContext, press: Press, drawn: surfaces.Rendered | None, title: str, *, in_place: bool) -> None:
    if drawn is None:
        raise outdated()
    slack = context["slack"]
    if press.surface == "modal":
        # Update the modal, because Slack stacks three views at most.
        slack.views_update(view_id=press.view_id, view=surfaces.receipt_modal(drawn.blocks, press.context))
    elif in_place and press.surface == "ephemeral":
        surfaces.refresh_after_action(slack, press, drawn)
    else:
        slack.views_open(trigger_id=press.trigger_id, view=b.modal(title, drawn.blocks, callback_id=ids.RECEIPT))


def _decoded(press: Press) -> Ref:
    return listeners.subject_of(press, Subject.ACCOUNT)


def restore(ack: Ack, body: Body, context: BoltContext) -> None:
    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        accounts.restore(tx, person, ref.id, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, _decoded(press), change)


# ---- buttons that open a form --------------------------------------------------------------------------


def _ask(
    ack: Ack, body: Body, context: BoltContext, form: Callable[[Session, Person, Account, Context], list[b.Json]]
) -> None:
    """Open a form, if the viewer may change the account. If Slack refuses one form, the next is tried."""
    press = payloads.press(body)
    ref = _decoded(press)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        account = accounts.get(tx, person, ref.id)
        accounts.check_change(person, account, context["now"])
        known = replace(press.way_back, ref=ref.to(account, account.id), channel=press.context.channel or press.channel)
        *others, last = form(tx, person, account, known)
    opens = functools.partial(surfaces.open_view, context["slack"], press)
    if not any(failure_of(functools.partial(opens, view)) is None for view in others):
        opens(last)
    ack()


def ask_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    def forms(_tx: Session, _person: Person, account: Account, known: Context) -> list[b.Json]:
        # Slack may refuse a form whose channel was deleted.
        without = [views.edit(account, known, with_channel=False)] if account.channel else []
        return [views.edit(account, known), *without]

    _ask(ack, body, context, forms)


def ask_merge(ack: Ack, body: Body, context: BoltContext) -> None:
    _ask(ack, body, context, lambda _tx, _person, account, known: [views.merge(account, known)])


def ask_why(ack: Ack, body: Body, context: BoltContext) -> None:
    """The button “Archive …”: open the form for the reason."""

    def forms(tx: Session, person: Person, account: Account, known: Context) -> list[b.Json]:
        open_ = commitments.account_page(tx, person, account, start=0, size=1)
        return [views.archive(account, known, open_.total)]

    _ask(ack, body, context, forms)


# ---- forms ---------------------------------------------------------------------------------------------


def submit_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    asked = payloads.submission(body)
    named = [user for field in (ids.OWNER, ids.COACH) if (user := asked.fields.get(field))]
    directory.ensure_people(context["ledger"], context["slack"], asked.asker.team_id, named, context["now"])

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        account = accounts.get(tx, person, form.context.ref.id)
        details = accounts.Details(
            name=form.text(ids.NAME),
            owner=_person(tx, person, form, ids.OWNER, account.owner),
            coach=_person(tx, person, form, ids.COACH, account.coach),
            category=None if form.text(ids.CATEGORY) == views.NO_CATEGORY else form.text(ids.CATEGORY),
            channel=_channel(form.fields.get(ids.CHANNEL)),
            currency=form.text(ids.CURRENCY),
        )
        # With the id of the form: the account may have been merged into another one since the form was opened.
        ref = form.context.ref
        accounts.edit(tx, person, ref.id, details, version=ref.version, origin_key=form.origin_key, now=now)

    listeners.submit(ack, asked, context, save)


def submit_merge(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        accounts.merge(
            tx, person, form.context.ref.id, count(form.text(ids.INTO)),
            version=form.context.ref.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_archive(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        accounts.archive(
            tx, person, form.context.ref.id, form.text(ids.REASON),
            version=form.context.ref.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    listeners.submit(ack, payloads.submission(body), context, save)


def _person(tx: Session, person: Person, form: Submission, field: str, current: Person | None) -> Person | None:
    """The chosen colleague of the field. A person who has left stays until another is chosen."""
    user = form.fields.get(field)
    if not user:
        return None
    return current if current and current.slack_id == user else people.as_owner(tx, person, user, field=field)


def _channel(chosen: str | None) -> str | None:
    if chosen and not _CHANNEL.fullmatch(chosen):
        raise BadInputError("Please choose a channel.", field=ids.CHANNEL)
    return chosen
