"""*Ask for something*: the form that proposes what a client can give, and records it as a commitment of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.accounts import menus
from handlers.energy import views
from handlers.people import viewer
from handlers.plan.pages import person_in
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape
from store import accounts, commitments, people, reviews, stakeholders
from store.commitments import Draft
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.text import NAME_LIMIT
from store.tables import ReviewState, Side, Subject

if TYPE_CHECKING:
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Submission
    from store.rules.energy import Balance
    from store.tables import Account, Commitment, Person, Stakeholder

Ack = Callable[..., Any]
Body = dict[str, Any]
# The day that the form proposes: the working day after so many days.
_SOON = timedelta(days=13)


class Wish(StrEnum):
    """The things that a client can give for what they got."""

    BOSS, PEER, INFORMATION, BUSINESS, REFERENCE = "boss", "peer", "information", "business", "reference"


CHOICES = {
    Wish.BOSS: "An introduction to their boss",
    Wish.PEER: "An introduction to a colleague of theirs",
    Wish.INFORMATION: "Information: plans, budget, who decides",
    Wish.BUSINESS: "More business",
    Wish.REFERENCE: "A reference or a recommendation",
}
_ACTIONS = {
    Wish.BOSS: "Introduce us to their boss",
    Wish.PEER: "Introduce us to a colleague",
    Wish.INFORMATION: "Share information with us",
    Wish.BUSINESS: "Give us more business",
    Wish.REFERENCE: "Recommend us to others",
}


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Both sides”: the view in place on the Home tab, or in a modal."""
    press = payloads.press(body)
    listeners.show_page(ack, context, press, Ref.decode(press.value))


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Ask for something”: open the form, with the person on whose page it was pressed."""
    listeners.subject_of(payloads.press(body), Subject.ACCOUNT)

    def opened(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        account = accounts.get(tx, person, ref.id)
        theirs = stakeholders.find(tx, person, person_in(ref))
        energy = commitments.energy_of(tx, person, account, now)
        balance = energy.people.get(theirs.id, energy.account) if theirs else energy.account
        due = people.working_days(person).next_after(local_day(now, person.zone) + _SOON)
        return form(account, theirs, balance, due, Context(**{**vars(known), "ref": ref, "account": str(account.id)}))

    listeners.open_form(ack, body, context, opened)


def form(account: Account, theirs: Stakeholder | None, balance: Balance, due: date, context: Context) -> b.Json:
    """The form: what, whom, more words, and by when."""
    chosen = (str(theirs.id), theirs.name) if theirs else None
    fields: list[Block] = [
        b.section(f"*{escape(account.name)}*\n{views.words(balance)}"),
        f.field("What do we ask for?", f.radio(ids.WISH, list(CHOICES.items())), ids.WISH),
        f.field("Whom?", f.external(ids.STAKEHOLDER, "Type a name", chosen), ids.STAKEHOLDER, optional=True),
        f.field("In your words", f.text(ids.DETAIL, NAME_LIMIT, placeholder="To Ines Carvalho, before the budget"),
                ids.DETAIL, optional=True),
        f.field("By when?", f.day(ids.DUE, due), ids.DUE),
        b.context("It becomes a commitment of theirs, and stays a wish until they agree. You keep an eye on it."),
    ]  # fmt: skip
    return b.modal("Ask for something", fields, callback_id=ids.FORM_WISH, metadata=context.encode(), submit="Record")


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Record the wish. The form turns into the receipt."""
    asked, now = payloads.submission(body), context["now"]
    known = asked.context
    with context["ledger"].begin() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        draft = _draft(tx, person, asked, now)
        recorded = commitments.record(tx, person, draft, origin_key=asked.origin_key, now=now)
        commitments.check_pace(tx, person, recorded, now)
        _take_in(tx, person, known.ref, recorded, now)
    with context["ledger"].read() as tx:
        blocks = surfaces.receipt(tx, person, recorded, now, channel=False)
        around = surfaces.draw(tx, person, known.ref, now, at_home=bool(known.home))
    surfaces.refresh_after_submit(context["slack"], asked.asker.user_id, known, around)
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context()))


def _take_in(tx: Session, person: Person, ref: Ref, recorded: Commitment, now: datetime) -> None:
    """Asked in a review that is going on: the wish is one of its results, and needs no verdict."""
    if ref.view != ViewName.REVIEW or recorded.account is None:
        return
    review = reviews.current(tx, person, recorded.account)
    if review is not None and review.state == ReviewState.OPEN:
        reviews.take_in(tx, person, review, [recorded], now=now)


def _draft(tx: Session, person: Person, asked: Submission, now: datetime) -> Draft:
    account = accounts.get(tx, person, asked.context.ref.id, to_use=True)
    theirs = menus.chosen_stakeholder(tx, person, asked.fields.get(ids.STAKEHOLDER), account, now)
    try:
        wish = Wish(asked.text(ids.WISH))
    except ValueError:
        raise BadInputError("Choose what we ask for.", field=ids.WISH) from None
    action = _action(tx, person, wish, theirs)
    more = asked.text(ids.DETAIL).strip()
    return Draft(f"{action}: {more}" if more else action, person, asked.day(ids.DUE), account, theirs, Side.THEIRS)


def _action(tx: Session, person: Person, wish: Wish, theirs: Stakeholder | None) -> str:
    """The action in words; their boss by name, if the map has one."""
    boss = theirs.reports_to_id if theirs is not None and wish == Wish.BOSS else None
    named = stakeholders.find(tx, person, boss) if boss is not None else None
    return f"Introduce us to {named.name}" if named is not None else _ACTIONS[wish]
