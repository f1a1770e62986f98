"""The parts that listeners share: the subject of a button, a change by a button, and a change by a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers.people import viewer
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName, outdated
from store import outbox

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack import blocks as b
    from handlers.slack.payloads import Press, Submission
    from store.tables import Commitment, Person, Subject

# Makes the form of a button: (tx, person, the button's reference, the way back, now).
Form = Callable[["Session", "Person", Ref, Context, "datetime"], "b.Json"]
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
        drawn = surfaces.draw(tx, person, ref, context["now"], known=known, at_home=press.surface == "home")
    surfaces.refresh_after_action(context["slack"], press, drawn)
    ack()


def show_page(ack: Callable[..., Any], context: BoltContext, press: Press, ref: Ref) -> None:
    """Show that page: in place on the Home tab, or else as `open_page`."""
    if press.surface != "home":
        return open_page(ack, context, press, ref)
    turn_home(context, press, ref)
    return ack()  # type: ignore[no-any-return]


def open_page(ack: Callable[..., Any], context: BoltContext, press: Press, ref: Ref) -> None:
    """Show that view in a modal: in place of the modal of the button, or else on top."""
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        drawn = surfaces.draw(tx, person, ref, context["now"])
    if drawn is None:
        raise outdated()
    view = surfaces.receipt_modal(drawn.blocks, press.context, drawn.title)
    if press.surface == "modal" and not press.in_form:
        # Slack stacks three views at most, and a form opens on top of this one.
        context["slack"].views_update(view_id=press.view_id, view=view)
    else:
        surfaces.open_view(context["slack"], press, view)
    ack()


def open_form(ack: Callable[..., Any], body: dict[str, Any], context: BoltContext, form: Form) -> None:
    """Open the form of a button, on top of the modal of the button if it is in one."""
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        view = form(tx, person, Ref.decode(press.value), press.way_back, context["now"])
    surfaces.open_view(context["slack"], press, view)
    ack()


def turn_home(context: BoltContext, press: Press, ref: Ref) -> None:
    """Show another view of the Home tab, or a page on it. The courier updates it from now on."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        ref = surfaces.on_home(tx, person, ref)
        account = surfaces.account_on(tx, person, ref)
        outbox.track_home(tx, person, start=ref.start, view=ref.extra, account=account, now=context["now"])
        drawn = surfaces.draw(tx, person, ref, context["now"])
    if drawn is None or drawn.home is None:
        raise outdated()
    context["slack"].views_publish(user_id=press.asker.user_id, view=drawn.home)


def submit(ack: Callable[..., Any], form: Submission, context: BoltContext, save: Save) -> None:
    """Store the values of a form, and draw the view again from which the form was opened.

    If a command opened the form, the view takes the form's place.
    """
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        save(tx, person, form, context["now"])
        known = form.context
        drawn = surfaces.draw(tx, person, known.ref, context["now"], at_home=bool(known.home))
    by_command = known.ref.view in {ViewName.ITEM, ViewName.SECTION, ViewName.GRID} and not (
        known.response_url or known.root_view_id or known.home
    )
    if drawn and by_command:
        # A command opened the form: there is no other view to show it in.
        view = surfaces.receipt_modal(drawn.blocks, Context(channel=known.channel), drawn.title)
        ack(response_action="update", view=view)
        return
    ack()
    surfaces.refresh_after_submit(context["slack"], form.asker.user_id, known, drawn)
