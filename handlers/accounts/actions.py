"""The listeners for accounts: the list, the page of an account, edit, merge, archive and restore."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts import basis, views
from handlers.home.look import Look, Tab
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.calls import failure_of
from handlers.slack.refs import Ref, ViewName, count
from store import accounts, commitments
from store.errors import BadInputError
from store.plan import basis as verbs
from store.tables import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context, Press, Submission
    from store.tables import Account, Person

Ack = Callable[..., Any]
Body = dict[str, Any]

# The fields that name people.
_PEOPLE = (ids.OWNER, ids.COACH, ids.SPONSOR, ids.TEAM)
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,63}", re.ASCII)


# ---- buttons -------------------------------------------------------------------------------------------


def show_all(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show the list of accounts: in place of the button's view, or in a modal."""
    press = payloads.press(body)
    _show(ack, context, press, Ref.decode(press.value), in_place=True)


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show an account: its plan in place of a list of accounts, or what there is about it in a modal, for a button
    beside a commitment.
    """
    press = payloads.press(body)
    ref = _decoded(press)
    if _is_in_list(ref):
        _show(ack, context, press, Ref(view=ViewName.PLAN, extra=str(ref.id)), in_place=True)
    else:
        _show(ack, context, press, Ref(view=ViewName.ACCOUNT_PAGE, extra=str(ref.id)), in_place=False)


def _is_in_list(ref: Ref) -> bool:
    if ref.view == ViewName.HOME:
        return Look.decode(ref.extra).tab == Tab.ACCOUNTS
    return ref.view in {ViewName.ACCOUNTS, ViewName.OTHERS, ViewName.ARCHIVED}


def _show(ack: Ack, context: BoltContext, press: Press, ref: Ref, *, in_place: bool) -> None:
    if not (in_place and press.surface == "ephemeral"):
        listeners.show_page(ack, context, press, ref)
        return
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        drawn = surfaces.draw(tx, person, ref, context["now"])
    surfaces.refresh_after_action(context["slack"], press, drawn)
    ack()


def _decoded(press: Press) -> Ref:
    return listeners.subject_of(press, Subject.ACCOUNT)


def restore(ack: Ack, body: Body, context: BoltContext) -> None:
    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        accounts.restore(tx, person, ref.id, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, _decoded(press), change)


def make_category(ack: Ack, body: Body, context: BoltContext) -> None:
    """The button “Make it A”. If another person has chosen a category meanwhile, theirs stays."""
    press = payloads.press(body)
    ref = _decoded(press)

    def change(tx: Session, person: Person, _page: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        verbs.edit(tx, person, ref.id, {ids.CATEGORY: ref.extra}, version=ref.version, **gesture)

    listeners.act(ack, context, press, replace(ref, extra=str(ref.id)), change)


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


def ask_basis(ack: Ack, body: Body, context: BoltContext) -> None:
    """The button “Edit the plan's basis”."""
    _ask(
        ack,
        body,
        context,
        lambda tx, person, account, known: [basis.form(surfaces.basis_of(tx, person, account), known)],
    )


def ask_restrict(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Restrict …”, or “Show to all …” of a restricted account: open the form that says who will see it."""

    def forms(tx: Session, person: Person, account: Account, known: Context) -> list[b.Json]:
        accounts.check_restrict(person, account, context["now"])
        joining = [] if account.restricted else accounts.joining(tx, account)
        return [views.restrict(account, joining, known)]

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
    """Save the form of the account, or of the basis of its plan."""
    asked = payloads.submission(body)
    named = [user for field in _PEOPLE for user in asked.ticked(field)]
    directory.ensure_people(context["ledger"], context["slack"], asked.asker.team_id, named, context["now"])

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        if (chosen := form.fields.get(ids.CHANNEL)) and not _CHANNEL.fullmatch(chosen):
            raise BadInputError("Please choose a channel.", field=ids.CHANNEL)
        given = {name: None if value == basis.NONE else value for name, value in form.fields.items()}
        # With the id of the form: the account may have been merged into another one since the form was opened.
        ref = form.context.ref
        verbs.edit(tx, person, ref.id, given, version=ref.version, origin_key=form.origin_key, now=now)

    listeners.submit(ack, asked, context, save)


def submit_restrict(ack: Ack, body: Body, context: BoltContext) -> None:
    asked = payloads.submission(body)
    ref = asked.context.ref
    action, _, known = ref.extra.partition(":")

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        if action == views.SHOW_TO_ALL:
            accounts.unrestrict(tx, person, ref.id, origin_key=form.origin_key, now=now)
        else:
            ids_ = [count(one) for one in known.split(",") if one]
            accounts.restrict(tx, person, ref.id, known=ids_, origin_key=form.origin_key, now=now)

    page = replace(asked.context, ref=replace(ref, extra=str(ref.id)))
    listeners.submit(ack, replace(asked, context=page), context, save)


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
