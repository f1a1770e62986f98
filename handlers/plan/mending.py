"""The buttons that mend a signal without a row of a section: a promise of ours, and a plan that is still true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers.commitments import forms
from handlers.people import viewer
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref
from store import accounts
from store.tables import Subject

if TYPE_CHECKING:
    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

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
