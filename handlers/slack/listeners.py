"""The parts that listeners share: the subject of a button, a change by a button, and a change by a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers.people import viewer
from handlers.slack import surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName, outdated

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Press, Submission
    from store.tables import Commitment, Person, Subject

# The change of a button: `change(tx, person, ref, origin_key=…, now=…)`. It returns the commitment that it loaded, or
# None. And the change of a form.
Change = Callable[..., "Commitment | None"]
Save = Callable[["Session", "Person", "Submission", "datetime"], object]


def subject_of(press: Press, kind: Subject) -> Ref:
    """The reference of a button; BadInputError if its subject is of another kind."""
    ref = Ref.decode(press.value)
    if ref.kind != kind:
        raise outdated()
    return ref


def act(ack: Callable[..., Any], context: BoltContext, press: Press, ref: Ref, change: Change) -> None:
    """Make the change of a button, and draw the view of the button again."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        known = change(tx, person, ref, origin_key=press.origin_key, now=context["now"])
        drawn = surfaces.draw(tx, person, ref, context["now"], known=known)
    surfaces.refresh_after_action(context["slack"], press, drawn)
    ack()


def submit(ack: Callable[..., Any], form: Submission, context: BoltContext, save: Save) -> None:
    """Store the values of a form, and draw the view again from which the form was opened.

    If a command opened the form, the view takes the form's place.
    """
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        save(tx, person, form, context["now"])
        drawn = surfaces.draw(tx, person, form.context.ref, context["now"])
    known = form.context
    by_command = known.ref.view in {ViewName.ITEM, ViewName.SECTION} and not (known.response_url or known.root_view_id)
    if drawn and by_command:
        # A command opened the form: there is no other view to show it in.
        ack(response_action="update", view=surfaces.receipt_modal(drawn.blocks, Context(channel=known.channel)))
        return
    ack()
    surfaces.refresh_after_submit(context["slack"], form.asker.user_id, known, drawn)
