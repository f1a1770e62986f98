"""*Done for several …* and *Move several …*: one form for the commitments of a view, each changed by its own verb.

All changes are made in one transaction. A commitment that refuses its change stays as it was, and the person reads why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.commitments import brief_items, listing
from handlers.home import tab
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack import payloads, surfaces
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, plural, short_date, shortened
from store import commitments
from store.errors import BadInputError, LedgerError, UnconfirmedError
from store.rules import permissions
from store.rules.text import REASON_LIMIT
from store.tables import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.routes import Listener
    from handlers.slack.payloads import Context, Submission
    from store.tables import Commitment, Person

Ack = Callable[..., Any]
Body = dict[str, Any]
# Makes the change of one commitment: (tx, person, form, number, version, now).
Change = Callable[["Session", "Person", "Submission", int, int, "datetime"], object]

# Slack's limit of boxes in a group, and the groups; a page of the Home tab has as many items.
_BOXES = 10
_GROUPS = (ids.CHOSEN_1, ids.CHOSEN_2, ids.CHOSEN_3)
_ACTION = 45


def asking(verb: Verb) -> Listener:
    """The listener of the entry in a menu that opens the form for `verb`."""

    def ask(ack: Ack, body: Body, context: BoltContext) -> None:
        press = payloads.press(body)
        ref = Ref.decode(press.value)
        with context["ledger"].read() as tx:
            person = viewer(tx, press.asker.team_id, press.asker.user_id)
            found = _changeable(tx, person, ref, verb, context["now"])
        if not found:
            raise BadInputError("Nothing that is shown here can be changed so. Turn the page, or choose another list.")
        known = replace(press.way_back, ref=ref, channel=press.context.channel or press.channel)
        surfaces.open_view(context["slack"], press, _form(verb, found, known))
        ack()

    return ask


def submitting(change: Change) -> Listener:
    """The listener of the form: makes `change` for each ticked commitment, and draws the view again behind it."""

    def submit(ack: Ack, body: Body, context: BoltContext) -> None:
        form = payloads.submission(body)
        directory.check(context, form.asker)
        chosen = [Ref.decode(value) for name in _GROUPS for value in sorted(form.ticked(name))]
        directory.check(context, form.asker)
        if not chosen:
            raise BadInputError("Tick at least one.", field=ids.CHOSEN_1)
        refused: list[LedgerError] = []
        with context["ledger"].begin() as tx:
            person = viewer(tx, form.asker.team_id, form.asker.user_id)
            commitments.lock_in_order(tx, person, [one.id for one in chosen])
            for one in chosen:
                try:
                    change(tx, person, form, one.id, one.version, context["now"])
                except UnconfirmedError:
                    raise
                except LedgerError as error:
                    refused.append(error)
            if len(refused) == len(chosen):
                raise refused[0]
            drawn = surfaces.draw(tx, person, form.context.ref, context["now"])
        if refused:
            ack(response_action="update", view=_result(len(chosen) - len(refused), refused))
        else:
            ack()
        surfaces.refresh_after_submit(context["slack"], form.asker.user_id, form.context, drawn)

    return submit


def finish(tx: Session, person: Person, form: Submission, number: int, version: int, now: datetime) -> None:
    commitments.finish(tx, person, number, version=version, origin_key=form.origin_key, now=now)


def move(tx: Session, person: Person, form: Submission, number: int, version: int, now: datetime) -> None:
    due_on, reason = form.day(ids.DUE), form.text(ids.REASON)
    commitments.move(tx, person, number, due_on, reason, version=version, origin_key=form.origin_key, now=now)


def _changeable(tx: Session, person: Person, ref: Ref, verb: Verb, now: datetime) -> list[Commitment]:
    """The commitments of the view, as many as the form takes, to which the person may do that."""
    found: Sequence[Commitment]
    if ref.view == ViewName.BRIEF:
        found = brief_items.shown_in(tx, person, ref)
    else:
        found = (tab.page_of if ref.view == ViewName.HOME else listing.page_of)(tx, person, ref, now).items
    relations = commitments.relations(tx, person, found, now)
    may = [one for one in found if verb in permissions.permitted(one.state, relations[one.id])]
    return may[: _BOXES * len(_GROUPS)]


def _form(verb: Verb, found: Sequence[Commitment], context: Context) -> b.Json:
    fields: list[Block] = []
    for name, start in zip(_GROUPS, range(0, len(found), _BOXES), strict=False):
        group = found[start : start + _BOXES]
        label = "Which ones?" if not start else f"{start + 1} to {start + len(group)}"
        boxes = [(Ref().to(one, one.number).encode(), _words(one)) for one in group]
        fields.append(f.field(label, f.boxes(name, boxes, ()), name, optional=True))
    if verb == Verb.FINISH:
        return b.modal(
            "Done for several", fields, callback_id=ids.FORM_FINISH_TOGETHER, metadata=context.encode(), submit="Done"
        )  # fmt: skip
    fields += [
        f.field("New date", f.day(ids.DUE, None), ids.DUE),
        f.field("Why do they move?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON),
    ]
    return b.modal(
        "Move several", fields, callback_id=ids.FORM_MOVE_TOGETHER, metadata=context.encode(), submit="Move"
    )  # fmt: skip


def _words(commitment: Commitment) -> str:
    return f"#{commitment.number} {shortened(commitment.action, _ACTION)} · {short_date(commitment.due_on)}"


def _result(changed: int, refused: Sequence[LedgerError]) -> b.Json:
    """The words for a person for whom some changes were made and others refused."""
    said = [b.section(f"*{plural(changed, 'commitment')} changed.* These were not:")]
    said += [b.section(escape(error.words)) for error in refused]
    return b.modal("Not all of them", list(said), callback_id=ids.RECEIPT)
