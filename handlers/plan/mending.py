"""The buttons that mend a signal by a step of their own: a promise of ours, a plan that is still true, a meeting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.commitments import forms
from handlers.people import viewer
from handlers.plan import meetings, views
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref
from store import accounts, people
from store.plan import section
from store.plan.people import SECTION as PEOPLE
from store.tables import Held, Meeting, MeetingPerson, Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack import blocks as b
    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]


def confirm(ack: Ack, body: Body, context: BoltContext) -> None:
    """“It is still true”: the plan was looked through."""

    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        accounts.confirm(tx, person, ref.id, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, listeners.subject_of(press, Subject.ACCOUNT), change)


def ask_promise(ack: Ack, body: Body, context: BoltContext) -> None:
    """The form of a commitment of ours at the account."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.ACCOUNT)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        account = accounts.get(tx, person, ref.id)
    filled = forms.Filled(owner=person.slack_id, account=(str(account.id), account.name))
    around = Ref(view=ref.view, extra=str(account.id))
    known = Context(ref=around, root_view_id=press.way_back.root_view_id)
    surfaces.open_view(context["slack"], press, forms.new(filled, known))
    ack()


def ask_meeting(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Plan a meeting”: the form of a planned one with the client's person and the one of ours who looks after them."""

    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        theirs = section.get(tx, person, PEOPLE, ref.id)
        section.check_change(person, meetings.WORDS.section, theirs.account, now)
        ours = theirs.owner if theirs.owner is not None and people.is_here(theirs.owner) else person
        planned = Meeting(state=Held.PLANNED, people=[MeetingPerson(stakeholder=theirs), MeetingPerson(person=ours)])
        around = Ref(Subject.MEETING, view=ref.view, extra=str(theirs.account_id))
        return views.form(meetings.WORDS, theirs.account, None, replace(known, ref=around), first=planned)

    listeners.open_form(ack, body, context, form)
