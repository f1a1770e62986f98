"""The actions on a commitment: a table of buttons that act at once, and a table of buttons that open a form.

A new button is a row in one of them, an id in handlers/ids.py and a place in handlers/commitments/items.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts.menus import chosen_account, chosen_stakeholder
from handlers.commitments import forms, items
from handlers.commitments.agreeing import agreed_in
from handlers.commitments.recording import draft
from handlers.commitments.why import explain
from handlers.people import viewer
from handlers.plan import serving
from handlers.slack import blocks as b
from handlers.slack import channels, listeners, payloads, surfaces
from handlers.slack.refs import AccountChoice, Ref, ViewName
from store import accounts, commitments, people, stakeholders
from store.agreements import agreed_with
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.tables import Commitment, Subject, Verb

if TYPE_CHECKING:
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.routes import Listener
    from handlers.slack.payloads import Context, Press, Submission
    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]


# ---- buttons that act at once --------------------------------------------------------------------------

AT_ONCE: dict[str, Callable[..., Commitment]] = {
    ids.DONE: commitments.finish,
    ids.REOPEN: commitments.reopen,
    ids.UNBLOCK: commitments.unblock,
    ids.ACCEPT: commitments.accept,
    ids.UNDO: commitments.undo,
    ids.ASK: commitments.ask,
    ids.FOLLOW: commitments.follow,
    ids.UNFOLLOW: commitments.unfollow,
    ids.END_SERIES: commitments.end_series,
    ids.TO_CLIENT: commitments.to_client,
    ids.TO_TEAM: commitments.to_team,
}


def acting(verb: Callable[..., Commitment]) -> Listener:
    """The listener of a button that does `verb` at once."""

    def act(ack: Ack, body: Body, context: BoltContext) -> None:
        def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> Commitment:  # noqa: ANN401  key and now
            return verb(tx, person, ref.id, **gesture)

        press = payloads.press(body)
        listeners.act(ack, context, press, _decoded(press), change)

    return act


def create_account(ack: Ack, body: Body, context: BoltContext) -> None:
    """The account that a line named does not exist, or is archived; the person says that it shall be there."""

    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> Commitment:  # noqa: ANN401  key and now
        account = accounts.create(tx, person, ref.extra, **gesture)
        return commitments.choose_account(tx, person, ref.id, account, phrase=ref.extra, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, _decoded(press), change)


def choose_account(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Did you mean …?”: an account, and perhaps one of its people."""

    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> Commitment:  # noqa: ANN401  key and now
        chosen = AccountChoice.decode(ref.extra)
        account = accounts.get(tx, person, chosen.account_id, to_use=True)
        of = chosen.stakeholder_id
        stakeholder = stakeholders.get(tx, person, of, account=account) if of else None
        return commitments.choose_account(tx, person, ref.id, account, stakeholder, phrase=chosen.phrase, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, _decoded(press), change)


def give(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Give it to …”: the stand-in of an owner who is away owns it instead."""

    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> Commitment:  # noqa: ANN401  key and now
        to = people.as_owner(tx, person, ref.extra)
        return commitments.give(tx, person, ref.id, to, version=ref.version, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, _decoded(press), change)


def share(ack: Ack, body: Body, context: BoltContext) -> None:
    """Post the item where the person is. Slack is asked first who reads there."""
    press = payloads.press(body)
    ref = _decoded(press)
    ledger, now, asker = context["ledger"], context["now"], press.asker
    channel = press.context.channel or press.channel
    if not channel:
        raise BadInputError("There is no channel here to share it in. Use /commit in the channel.")
    directory.check(context, asker)
    readers = channels.check(ledger, context["slack"], asker.team_id, asker.user_id, channel, now)
    with ledger.begin() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        commitments.share(tx, person, ref.id, channel, others=readers.others, origin_key=press.origin_key, now=now)
        drawn = surfaces.draw(tx, person, ref, now) if press.surface == "modal" else None
    if drawn is not None:
        # The form hides the channel in which it is posted.
        said = b.context(f":white_check_mark: Shared in <#{channel}>.")
        surfaces.refresh_after_action(context["slack"], press, surfaces.Rendered([*drawn.blocks, said]))
    ack()


def _decoded(press: Press) -> Ref:
    return listeners.subject_of(press, Subject.COMMITMENT)


# ---- buttons that open a view --------------------------------------------------------------------------


def show_list(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show a list, for a button of a message."""
    press = payloads.press(body)
    listeners.open_page(ack, context, press, Ref.decode(press.value))


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show one commitment in full."""
    press = payloads.press(body)
    listeners.open_page(ack, context, press, Ref(id=_decoded(press).id, view=ViewName.ITEM))


def why(ack: Ack, body: Body, context: BoltContext) -> None:
    """Say when the next mention of it comes, to whom, and why."""
    press = payloads.press(body)
    ref = _decoded(press)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        commitment = commitments.get(tx, person, ref.id)
        blocks = items.reasons(commitment, explain(tx, person, commitment, context["now"]))
    view = b.modal(f"Why #{ref.id}?", blocks, callback_id=ids.RECEIPT)
    surfaces.open_view(context["slack"], press, view)
    ack()


# ---- forms ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opening:
    """A form that is about to open for `person`, who may do what it is for. `given`: the values of a line that asks for
    it.
    """

    tx: Session
    person: Person
    commitment: Commitment
    context: Context
    now: datetime
    given: forms.Given = forms.NOTHING

    @property
    def today(self) -> date:
        return local_day(self.now, self.person.zone)


@dataclass(frozen=True)
class Form:
    """A form for one commitment: the `verb` that it is for, as the rules name it, how it looks, and the change that it
    makes (`save(tx, person, submission, now)`). `colleague`: the field in which it names one, or several.
    """

    verb: Verb
    view: Callable[[Opening], b.Json]
    save: Callable[[Session, Person, Submission, datetime], object]
    colleague: str | None = None

    def ask(self, ack: Ack, body: Body, context: BoltContext) -> None:
        """Open the form. If the verb would be refused for any input, raise the refusal instead."""
        press = payloads.press(body)
        ref = _decoded(press)
        known = replace(press.way_back, ref=ref, channel=press.context.channel or press.channel)
        with context["ledger"].read() as tx:
            person = viewer(tx, press.asker.team_id, press.asker.user_id)
            view = self.opened(tx, person, known, context["now"])
        surfaces.open_view(context["slack"], press, view)
        ack()

    def opened(
        self, tx: Session, person: Person, known: Context, now: datetime, given: forms.Given = forms.NOTHING
    ) -> b.Json:  # fmt: skip
        """The form for the commitment of `known.ref`; raises the refusal if the verb would be refused for any input."""
        commitment = commitments.get(tx, person, known.ref.id)
        commitments.check_verb(tx, person, commitment, self.verb, now)
        known = replace(known, ref=known.ref.to(commitment, commitment.number))
        return self.view(Opening(tx, person, commitment, known, now, given))

    def submit(self, ack: Ack, body: Body, context: BoltContext) -> None:
        """Store what it says, and show the view that it was opened from as it is then."""
        form = payloads.submission(body)
        named = form.ticked(self.colleague) if self.colleague else None
        if named:
            directory.ensure_people(context["ledger"], context["slack"], form.asker.team_id, named, context["now"])
        listeners.submit(ack, form, context, self.save)


def _edit_form(opening: Opening) -> b.Json:
    fresh = commitments.may_undo(opening.tx, opening.person, opening.commitment, opening.now)
    row = commitments.row_of(opening.tx, opening.person, opening.commitment)
    serves = serving.option_of(row) if row else None
    return forms.edit(opening.commitment, opening.context, serves, opening.today, with_who_and_when=fresh)


def _snooze_form(opening: Opening) -> b.Json:
    person, today = opening.person, opening.today
    tomorrow = people.working_days(person).next_after(today)
    last = commitments.latest_snooze(opening.commitment, person, today)
    return forms.snooze(opening.commitment, opening.context, tomorrow, last, opening.given)


def _edit(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    current = commitments.get(tx, person, form.context.ref.id)
    drafted = draft(tx, person, form, now, current)
    commitments.edit(tx, person, current.number, drafted, **_seen(form), now=now)


def _another_account(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    account = chosen_account(tx, person, form.text(ids.ACCOUNT), origin_key=form.origin_key, now=now)
    if account is None:
        raise BadInputError("Choose the account. “Edit” can leave it out.", field=ids.ACCOUNT)
    stakeholder = chosen_stakeholder(tx, person, form.fields.get(ids.STAKEHOLDER), account, now)
    number, gesture = form.context.ref.id, form.origin_key
    commitments.choose_account(tx, person, number, account, stakeholder, origin_key=gesture, now=now)


def _agree_form(opening: Opening) -> b.Json:
    if opening.commitment.account is None:
        raise BadInputError(f"#{opening.commitment.number} has no account. “Edit” chooses one; its people can agree.")
    return forms.agree(opening.commitment, opening.context, opening.today)


def _agree(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    commitment = commitments.get(tx, person, form.context.ref.id)
    by = chosen_stakeholder(tx, person, form.text(ids.AGREED_BY), commitment.account, now, field=ids.AGREED_BY)
    if by is None:
        raise BadInputError("Choose who of theirs agreed.", field=ids.AGREED_BY)
    agreement = agreed_in(form, by, form.day(ids.AGREED_ON))
    if agreement is None:
        raise BadInputError("Choose how they agreed.", field=ids.AGREED_HOW)
    commitments.agree(tx, person, commitment.number, agreement, **_seen(form), now=now)


def _move(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    number, due_on, today = form.context.ref.id, form.day(ids.DUE), local_day(now, person.zone)
    agreed = agreed_in(form, agreed_with(commitments.get(tx, person, number), today), today)
    commitments.move(tx, person, number, due_on, form.text(ids.REASON), **_seen(form), now=now, agreed=agreed)


def _block(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    named = form.fields.get(ids.BLOCKER)
    blocker = people.as_owner(tx, person, named, field=ids.BLOCKER) if named else None
    commitments.block(tx, person, form.context.ref.id, form.text(ids.REASON), blocker, **_seen(form), now=now)


def _put_off(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    until = form.day(ids.UNTIL)
    commitments.snooze(tx, person, form.context.ref.id, until, origin_key=form.origin_key, now=now)


def _comment(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    commitments.comment(tx, person, form.context.ref.id, form.text(ids.WORDS), origin_key=form.origin_key, now=now)


def _help_form(opening: Opening) -> b.Json:
    helpers = commitments.helpers_of(opening.tx, opening.person, opening.commitment)
    return forms.help_(opening.commitment, opening.context, [one.slack_id for one in helpers])


def _help(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    helpers = people.as_helpers(tx, person, form.ticked(ids.HELPERS), field=ids.HELPERS)
    commitments.set_helpers(tx, person, form.context.ref.id, helpers, origin_key=form.origin_key, now=now)


def _need_until(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    number, until, reason = form.context.ref.id, form.day(ids.UNTIL), form.text(ids.REASON)
    commitments.need_until(tx, person, number, until, reason, origin_key=form.origin_key, now=now)


def _redact(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    commitments.redact(tx, person, form.context.ref.id, form.text(ids.ACTION), **_seen(form), now=now)


def _cancel(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    commitments.cancel(tx, person, form.context.ref.id, form.text(ids.REASON), **_seen(form), now=now)


def _hand_over(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    to, note = people.as_owner(tx, person, form.text(ids.OWNER)), form.text(ids.REASON)
    commitments.hand_over(tx, person, form.context.ref.id, to, note, **_seen(form), now=now)


def _hand_back(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    reason = form.text(ids.REASON)
    commitments.hand_back(tx, person, form.context.ref.id, reason, origin_key=form.origin_key, now=now)


def _seen(form: Submission) -> dict[str, Any]:
    """The version that the person saw when they opened the form, and the gesture that submits it."""
    return {"version": form.context.ref.version, "origin_key": form.origin_key}


# The button that opens it, and the form.
FORMS: dict[tuple[str, str], Form] = {
    (ids.EDIT, ids.FORM_EDIT): Form(Verb.EDIT, _edit_form, _edit),
    (ids.ANOTHER_ACCOUNT, ids.FORM_ANOTHER_ACCOUNT): Form(
        Verb.CHOOSE_ACCOUNT, lambda o: forms.another_account(o.commitment, o.context), _another_account
    ),
    (ids.MOVE, ids.FORM_MOVE): Form(Verb.MOVE, lambda o: forms.move(o.commitment, o.context, o.today, o.given), _move),
    (ids.AGREE, ids.FORM_AGREE): Form(Verb.AGREE, _agree_form, _agree),
    (ids.BLOCK, ids.FORM_BLOCK): Form(
        Verb.BLOCK, lambda o: forms.block(o.commitment, o.context, o.given), _block, ids.BLOCKER
    ),
    (ids.COMMENT, ids.FORM_COMMENT): Form(Verb.COMMENT, lambda o: forms.comment(o.commitment, o.context), _comment),
    (ids.HELP, ids.FORM_HELP): Form(Verb.HELP, _help_form, _help, ids.HELPERS),
    (ids.NEED_UNTIL, ids.FORM_NEED_UNTIL): Form(
        Verb.NEED_UNTIL, lambda o: forms.need_until(o.commitment, o.context, o.today), _need_until
    ),
    (ids.SNOOZE, ids.FORM_SNOOZE): Form(Verb.SNOOZE, _snooze_form, _put_off),
    (ids.HAND_OVER, ids.FORM_HAND_OVER): Form(
        Verb.HAND_OVER, lambda o: forms.hand_over(o.commitment, o.context, o.given), _hand_over, ids.OWNER
    ),
    (ids.HAND_BACK, ids.FORM_HAND_BACK): Form(
        Verb.HAND_BACK, lambda o: forms.hand_back(o.commitment, o.context, o.given), _hand_back
    ),
    (ids.CANCEL, ids.FORM_CANCEL): Form(Verb.CANCEL, lambda o: forms.cancel(o.commitment, o.context, o.given), _cancel),
    (ids.REDACT, ids.FORM_REDACT): Form(Verb.REDACT, lambda o: forms.redact(o.commitment, o.context), _redact),
}

FORM_OF = {action_id: form for (action_id, _), form in FORMS.items()}
