"""What people do with a commitment: press, fill in, submit. Each listener parses, opens, acts and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import channels, ids, payloads, places
from handlers import people as directory
from handlers.explaining import explain
from handlers.payloads import Context, ItemRef, Press, Submission
from handlers.people import viewer
from handlers.recording import draft
from handlers.views import blocks as b
from handlers.views import forms, items
from store import accounts, commitments, people
from store.errors import BadInputError
from store.rules.mornings import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from slack_sdk import WebClient
    from sqlalchemy.orm import Session

    from store.tables import Commitment, Person

Ack = Callable[..., Any]
Body = dict[str, Any]


# ---- buttons that act at once --------------------------------------------------------------------------


def _act(ack: Ack, body: Body, context: BoltContext, verb: Callable[..., Commitment]) -> None:
    press = payloads.press(body)
    ref = ItemRef.decode(press.value)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        verb(tx, person, ref.number, origin_key=press.origin_key, now=context["now"])
        drawn = places.draw(tx, person, ref.place, ref.number, context["now"])
    places.after_press(context["slack"], press, drawn)
    ack()


def finish(ack: Ack, body: Body, context: BoltContext) -> None:
    _act(ack, body, context, commitments.finish)


def reopen(ack: Ack, body: Body, context: BoltContext) -> None:
    _act(ack, body, context, commitments.reopen)


def unblock(ack: Ack, body: Body, context: BoltContext) -> None:
    _act(ack, body, context, commitments.unblock)


def accept(ack: Ack, body: Body, context: BoltContext) -> None:
    _act(ack, body, context, commitments.accept)


def undo(ack: Ack, body: Body, context: BoltContext) -> None:
    _act(ack, body, context, commitments.undo)


def create_account(ack: Ack, body: Body, context: BoltContext) -> None:
    """The account that a line named does not exist; the person says that it shall."""
    press = payloads.press(body)
    value, _, name = press.value.partition("|")
    ref = ItemRef.decode(value)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        account = accounts.create(tx, person, name, now=context["now"])
        commitments.set_account(tx, person, ref.number, account, origin_key=press.origin_key, now=context["now"])
        drawn = places.draw(tx, person, ref.place, ref.number, context["now"])
    places.after_press(context["slack"], press, drawn)
    ack()


def share(ack: Ack, body: Body, context: BoltContext) -> None:
    """Post the item where the person is. Slack is asked first who reads there."""
    press = payloads.press(body)
    ref = ItemRef.decode(press.value)
    ledger, now, asker = context["ledger"], context["now"], press.asker
    channel = press.context.channel or press.channel
    if not channel:
        raise BadInputError("There is no channel here to share it in. Use /commit in the channel.")
    directory.check(context, asker)
    readers = channels.check(ledger, context["slack"], asker.team_id, asker.user_id, channel, now)
    with ledger.begin() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        commitments.share(tx, person, ref.number, channel, others=readers.others, origin_key=press.origin_key, now=now)
    ack()


# ---- buttons that open a form --------------------------------------------------------------------------


def _ask(
    ack: Ack, body: Body, context: BoltContext, verb: str,
    form: Callable[[Session, Person, Commitment, Context], b.Json],
) -> None:  # fmt: skip
    """Open the form for `verb`, unless the verb would be refused whatever is filled in."""
    press = payloads.press(body)
    ref = ItemRef.decode(press.value)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        commitment = commitments.get(tx, person, ref.number)
        commitments.check_verb(tx, person, commitment, verb, context["now"])
        known = replace(
            press.way_back, place=ref.place, number=commitment.number, version=commitment.version,
            channel=press.context.channel or press.channel,
        )  # fmt: skip
        view = form(tx, person, commitment, known)
    places.open_view(context["slack"], press, view)
    ack()


def ask_date(ack: Ack, body: Body, context: BoltContext) -> None:
    now = context["now"]
    _ask(
        ack, body, context, "move", lambda _tx, who, item, known: forms.move(item, known, who, local_day(now, who.zone))
    )


def ask_blocker(ack: Ack, body: Body, context: BoltContext) -> None:
    _ask(ack, body, context, "block", lambda _tx, _who, item, known: forms.block(item, known))


def ask_until(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Not today”."""
    _ask(ack, body, context, "put_off", _put_off_form(context["now"]))


def _put_off_form(now: datetime) -> Callable[[Session, Person, Commitment, Context], b.Json]:
    def form(_tx: Session, person: Person, commitment: Commitment, known: Context) -> b.Json:
        today = local_day(now, person.zone)
        tomorrow = people.working_days(person).next_after(today)
        return forms.put_off(
            commitment, known, person, tomorrow, commitments.quiet_until_at_most(commitment, person, today)
        )

    return form


def ask_new_owner(ack: Ack, body: Body, context: BoltContext) -> None:
    _ask(ack, body, context, "hand_over", lambda _tx, _who, item, known: forms.hand_over(item, known))


def ask_why_back(ack: Ack, body: Body, context: BoltContext) -> None:
    _ask(ack, body, context, "hand_back", lambda _tx, _who, item, known: forms.hand_back(item, known))


def ask_why_cancel(ack: Ack, body: Body, context: BoltContext) -> None:
    _ask(ack, body, context, "cancel", lambda _tx, _who, item, known: forms.cancel(item, known))


def ask_wording(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Redact …”"""
    _ask(ack, body, context, "redact", lambda _tx, _who, item, known: forms.redact(item, known))


def ask_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    _ask(ack, body, context, "edit", _edit_form(context["now"]))


def _edit_form(now: datetime) -> Callable[[Session, Person, Commitment, Context], b.Json]:
    def form(tx: Session, person: Person, commitment: Commitment, known: Context) -> b.Json:
        fresh = commitments.may_undo(tx, person, commitment, now)
        return forms.edit(commitment, known, with_who_and_when=fresh)

    return form


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    _show(ack, payloads.press(body), context)


def _show(ack: Ack, press: Press, context: BoltContext) -> None:
    ref = ItemRef.decode(press.value)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        blocks = places.one(tx, person, commitments.get(tx, person, ref.number), context["now"])
    slack: WebClient = context["slack"]
    view = b.modal(f"Commitment #{ref.number}", blocks, callback_id=ids.RECEIPT)
    if press.surface == "modal":
        # In place: Slack stacks three views at most, and details of details lead nowhere.
        slack.views_update(view_id=press.view_id, view=view)
    else:
        slack.views_open(trigger_id=press.trigger_id, view=view)
    ack()


def why(ack: Ack, body: Body, context: BoltContext) -> None:
    """Say when the next mention of it comes, to whom, and why."""
    press = payloads.press(body)
    ref = ItemRef.decode(press.value)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        commitment = commitments.get(tx, person, ref.number)
        blocks = items.reasons(commitment, explain(tx, person, commitment, context["now"]))
    view = b.modal(f"Why #{ref.number}?", blocks, callback_id=ids.RECEIPT)
    places.open_view(context["slack"], press, view)
    ack()


# ---- forms ---------------------------------------------------------------------------------------------


def submit_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        current = commitments.get(tx, person, form.context.number)
        drafted = draft(tx, person, form, now, current)
        commitments.edit(
            tx,
            person,
            current.number,
            drafted,
            version=form.context.version,
            origin_key=form.origin_key,
            now=now,
        )

    _submit(ack, body, context, save)


def submit_move(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        commitments.move(
            tx, person, form.context.number, form.day(ids.DUE), form.text(ids.REASON),
            version=form.context.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    _submit(ack, body, context, save)


def submit_block(ack: Ack, body: Body, context: BoltContext) -> None:
    asked = payloads.submission(body)
    named = asked.fields.get(ids.BLOCKER)
    if named:
        directory.ensure_known(context["ledger"], context["slack"], asked.asker.team_id, [named], context["now"])

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        blocker = people.as_owner(tx, person, named, field=ids.BLOCKER) if named else None
        commitments.block(
            tx, person, form.context.number, form.text(ids.REASON), blocker,
            version=form.context.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    _submit(ack, body, context, save)


def submit_put_off(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        commitments.put_off(tx, person, form.context.number, form.day(ids.UNTIL), origin_key=form.origin_key, now=now)

    _submit(ack, body, context, save)


def submit_redact(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        commitments.redact(
            tx, person, form.context.number, form.text(ids.ACTION),
            version=form.context.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    _submit(ack, body, context, save)


def submit_cancel(ack: Ack, body: Body, context: BoltContext) -> None:
    _submit_reason(ack, body, context, commitments.cancel)


def submit_hand_back(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        commitments.hand_back(
            tx, person, form.context.number, form.text(ids.REASON), origin_key=form.origin_key, now=now
        )

    _submit(ack, body, context, save)


def submit_hand_over(ack: Ack, body: Body, context: BoltContext) -> None:
    asked = payloads.submission(body)
    directory.ensure_known(
        context["ledger"], context["slack"], asked.asker.team_id, [asked.text(ids.OWNER)], context["now"]
    )

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        to = people.as_owner(tx, person, form.text(ids.OWNER))
        commitments.hand_over(
            tx, person, form.context.number, to, form.text(ids.REASON),
            version=form.context.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    _submit(ack, body, context, save)


def _submit_reason(ack: Ack, body: Body, context: BoltContext, verb: Callable[..., Commitment]) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        verb(
            tx, person, form.context.number, form.text(ids.REASON),
            version=form.context.version, origin_key=form.origin_key, now=now,
        )  # fmt: skip

    _submit(ack, body, context, save)


def _submit(
    ack: Ack, body: Body, context: BoltContext,
    save: Callable[[Session, Person, Submission, datetime], None],
) -> None:  # fmt: skip
    form = payloads.submission(body)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        save(tx, person, form, context["now"])
        drawn = places.draw(tx, person, form.context.place, form.context.number, context["now"])
    ack()
    places.after_form(context["slack"], form.asker.user_id, form.context, drawn)
