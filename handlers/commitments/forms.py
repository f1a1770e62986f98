"""The modals. Block ids are the ledger's field names, so that an error finds its field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments import items
from handlers.commitments.agreeing import NOT_AGREED, NOT_YET, agreed_field
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref
from handlers.slack.words import agreement_in_full, escape, full_date, lately, shortened
from store import commitments
from store.agreements import WAYS, agreed_with, mark
from store.plan.values import SHARINGS
from store.rules.calendar.brief_times import local_day
from store.rules.rhythm import Rhythm, Unit
from store.rules.text import ACTION_LIMIT, NOTE_LIMIT, REASON_LIMIT
from store.tables import REDACTED, Commitment, Sharing, Side, Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.tables import Person

SIDES = ((Side.OURS, "We owe"), (Side.THEIRS, "They owe us"))
# The languages that read 4/12 with the month first, and with the day first.
ORDERS = ("en-US", "en-GB")
# The rhythms that the form offers; a line may have others.
ONCE = "once"
RHYTHMS = tuple(map(Rhythm, (Unit.WEEK, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR), (1, 2, 1, 1, 1)))

MOST_HELPERS = 10


@dataclass(frozen=True)
class Filled:
    """The values with which a form starts. `account` and `stakeholder` are (value, text) of the chosen option."""

    action: str = ""
    owner: str | None = None
    due: date | None = None
    account: tuple[str, str] | None = None
    stakeholder: tuple[str, str] | None = None
    side: Side = Side.OURS
    sharing: str = Sharing.INTERNAL
    note: str = ""
    helpers: Sequence[str] = ()
    remark: str | None = None
    # The two days that a date in figures may mean: with the month first, and with the day first.
    orders: tuple[date, date] | None = None
    rhythm: Rhythm | None = None
    # The way in which the client's person agreed, or NOT_AGREED.
    agreed: str = NOT_AGREED
    # The row of the account plan, as (value, text) of its option.
    serves: tuple[str, str] | None = None
    # The commitment with the same words that the remark points out.
    same: Commitment | None = None
    # The field that the remark asks about.
    asks: str = ids.ACTION


@dataclass(frozen=True)
class Given:
    """The values of a line with which the form of a change starts. `remark`: the part of the line that is not read."""

    day: date | None = None
    reason: str = ""
    person: str | None = None
    remark: str = ""

    def day_or(self, proposed: date) -> date | None:
        """The day with which a form starts: none where that of the line could not be read."""
        return self.day if self.day or self.remark else proposed


NOTHING = Given()


def new(filled: Filled, context: Context, recorded: Sequence[Block] = ()) -> b.Json:
    """The form that records a commitment. `remark` says above it what still needs an answer, and `recorded` shows what
    was recorded from the same message before.
    """
    submit = "Record it all the same" if filled.same else "Record another" if recorded else "Record"
    fields = _fields(filled, with_who_and_when=True, several=True, serves=filled.serves is not None)
    view = b.modal(
        "New commitment", [*recorded, *_remark(filled), *fields], callback_id=ids.FORM_NEW,
        metadata=_knowing(filled, context), submit=submit,
    )  # fmt: skip
    return b.with_cursor_at(view, ids.WHICH_DAY if filled.orders and filled.asks == ids.DUE else filled.asks)


def _knowing(filled: Filled, context: Context) -> str:
    same = str(filled.same.number) if filled.same else None
    return replace(context, account=filled.account[0] if filled.account else None, same=same).encode()


def _remark(filled: Filled) -> list[Block]:
    same = filled.same
    show = None
    if same:
        show = b.button(f"Show #{same.number}", ids.SHOW, Ref().to(same, same.number).encode())
    return [b.section(escape(filled.remark), accessory=show)] if filled.remark else []


def recorded_already(same: Commitment, viewer: Person, today: date) -> str:
    """“You recorded this on Tuesday as #12, due Friday 4 December 2026.”"""
    who = "You" if same.creator_id == viewer.id else same.creator.name
    recorded_on = local_day(same.created_at, viewer.zone)
    return f"{who} recorded this {lately(recorded_on, today)} as #{same.number}, due {full_date(same.due_on)}."


def edit(
    commitment: Commitment, context: Context, serves: tuple[str, str] | None, today: date, *, with_who_and_when: bool
) -> b.Json:  # fmt: skip
    """The form that corrects one. Owner and date are in it only while it can still be undone. `serves`: the option
    of the row of the plan that it serves.
    """
    filled = replace(_stored(commitment), serves=serves)
    elsewhere = b.context("*New date* changes the due date, and *Hand over* the owner: others may have read them.")
    above = [] if with_who_and_when else [elsewhere]
    fields = _fields(
        filled, with_who_and_when=with_who_and_when, repeats=commitment.next_number is None, serves=True,
        agreed_now=shortened(agreement_in_full(commitment, today), 75) or NOT_YET,
    )  # fmt: skip
    return b.modal(
        f"Edit #{commitment.number}", [*above, *fields], callback_id=ids.FORM_EDIT,
        metadata=_knowing(filled, context), submit="Save",
    )  # fmt: skip


def agree(commitment: Commitment, context: Context, today: date) -> b.Json:
    """The form of an agreement. It begins with the likely person and way, so that one press is enough."""
    by = agreed_with(commitment, today)
    chosen = (str(by.id), by.name) if by else None
    fields: list[Block] = [
        items.about(commitment),
        f.field("Who of theirs agreed?", f.external(ids.AGREED_BY, "Type a name", chosen), ids.AGREED_BY),
        f.field("How?", f.radio(ids.AGREED_HOW, WAYS, Way.MEETING), ids.AGREED_HOW),
        f.field("On which day?", f.day(ids.AGREED_ON, today), ids.AGREED_ON),
        b.context(f"They agreed to these words and to {full_date(commitment.due_on)}."),
    ]
    known = replace(context, account=str(commitment.account_id))
    return _small("Agreed", fields, ids.FORM_AGREE, known, "Save")


def another_account(commitment: Commitment, context: Context) -> b.Json:
    fields = [items.about(commitment), *_client_fields(_stored(commitment), optional=False)]
    known = _knowing(_stored(commitment), context)
    return b.modal("Another account", fields, callback_id=ids.FORM_ANOTHER_ACCOUNT, metadata=known, submit="Save")


def _stored(commitment: Commitment) -> Filled:
    account, stakeholder = commitment.account, commitment.stakeholder
    return Filled(
        action=commitment.action,
        owner=commitment.owner.slack_id,
        due=commitment.due_on,
        account=(str(account.id), account.name) if account else None,
        stakeholder=(str(stakeholder.id), stakeholder.name) if stakeholder else None,
        side=commitment.side,
        sharing=Sharing.INTERNAL if commitment.internal else Sharing.SHAREABLE,
        note=commitment.note or "",
        rhythm=commitments.rhythm_of(commitment),
    )


def move(commitment: Commitment, context: Context, today: date, given: Given = NOTHING) -> b.Json:
    suggestion = max(commitment.due_on, today) + timedelta(days=7)
    fields: list[Block] = [
        *_above(commitment, given),
        f.field(
            "New date",
            f.day(ids.DUE, given.day_or(suggestion)),
            ids.DUE,
            hint=f"Now: {full_date(commitment.due_on)}",
        ),
        f.field("Why does it move?", f.text(ids.REASON, REASON_LIMIT, given.reason, lines=True), ids.REASON),
        *_agrees_to_move(commitment, today),
    ]
    return _small("New date", fields, ids.FORM_MOVE, context, "Move")


def _above(commitment: Commitment, given: Given) -> list[Block]:
    """The commitment that the form changes, and the remark about the line."""
    return [items.about(commitment), *([b.section(escape(given.remark))] if given.remark else [])]


def _agrees_to_move(commitment: Commitment, today: date) -> list[Block]:
    """The question whether the client has agreed to the new date, where it matters."""
    who = agreed_with(commitment, today)
    if who is None or mark(commitment, today) is None:
        return []
    return [
        f.field(
            f"Has {shortened(who.name, 40)} agreed to it?", f.menu(ids.AGREED_HOW, [(NOT_AGREED, NOT_YET), *WAYS],
            NOT_AGREED), ids.AGREED_HOW, hint="Until then the new date is a wish.",
        )
    ]  # fmt: skip


def block(commitment: Commitment, context: Context, given: Given = NOTHING) -> b.Json:
    fields: list[Block] = [
        items.about(commitment),
        f.field("What blocks it?", f.text(ids.REASON, REASON_LIMIT, given.reason, lines=True), ids.REASON),
        f.field(
            "Is a colleague in the way?",
            f.person(ids.BLOCKER, placeholder="Nobody, or choose"),
            ids.BLOCKER,
            hint="Whom it waits for. It stays with its owner.",
            optional=True,
        ),
    ]
    return _small("Blocked", fields, ids.FORM_BLOCK, context, "Mark as blocked")


def comment(commitment: Commitment, context: Context) -> b.Json:
    field = f.field(
        "How does it stand?", f.text(ids.WORDS, REASON_LIMIT, lines=True), ids.WORDS,
        hint="Date and state stay. Your colleagues read it; it is never shown to the client.",
    )  # fmt: skip
    return _small("Comment", [items.about(commitment), field], ids.FORM_COMMENT, context, "Comment")


def help_(commitment: Commitment, context: Context, helpers: Sequence[str]) -> b.Json:
    return _small("Helpers", [items.about(commitment), _helpers(helpers)], ids.FORM_HELP, context, "Save")


def _helpers(slack_ids: Sequence[str]) -> Block:
    return f.field(
        "Helpers", f.persons(ids.HELPERS, slack_ids, placeholder="Nobody, or choose", most=MOST_HELPERS), ids.HELPERS,
        hint="Colleagues who help. They are told, and not reminded; the owner answers for it.", optional=True,
    )  # fmt: skip


def need_until(commitment: Commitment, context: Context, today: date) -> b.Json:
    """The colleague for whom it waits says until when they need."""
    suggestion = commitment.blocked_until or today + timedelta(days=7)
    fields: list[Block] = [
        items.about(commitment),
        f.field(
            "Until when do you need?", f.day(ids.UNTIL, suggestion), ids.UNTIL,
            hint=f"{commitment.owner.name} reads it. The due date stays.",
        ),
        f.field("Anything they should know", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON, optional=True),
    ]  # fmt: skip
    return _small("I need until …", fields, ids.FORM_NEED_UNTIL, context, "Tell them")


def snooze(
    commitment: Commitment, context: Context, tomorrow: date, last: date, given: Given = NOTHING
) -> b.Json:  # fmt: skip
    """Not today: until `tomorrow`, the next working day, or any day up to `last`."""
    due = full_date(commitment.due_on)
    latest = full_date(last)
    rest = (
        f"At the latest on {latest}, the day it is due."
        if last == commitment.due_on
        else f"It is due already, so it can rest for one working day: until {latest}."
    )
    fields: list[Block] = [
        *_above(commitment, given),
        f.field("Ask me again on", f.day(ids.UNTIL, given.day_or(tomorrow)), ids.UNTIL, hint=rest),
        b.context(f"The due date stays {due}. Nobody is told; its history keeps it."),
    ]
    return _small("Not today", fields, ids.FORM_SNOOZE, context, "Let it rest")


def redact(commitment: Commitment, context: Context) -> b.Json:
    """Every text of it goes; what it says from now on starts empty, as today's wording may be what has to go."""
    fields: list[Block] = [
        items.about(commitment),
        b.section(
            f"Every wording, note and reason of #{commitment.number} is removed for good: here, in its history, and in"
            " all messages of mine that show them. In an archived channel Slack lets me change none: restore it first."
            " Who did what and when stays. It can’t be undone."
        ),
        f.field(
            "What shall it say instead?", f.text(ids.ACTION, ACTION_LIMIT), ids.ACTION, optional=True,
            hint=f"Left empty, it says “{REDACTED}”. A message that it was made from stays: delete that in Slack.",
        ),
    ]  # fmt: skip
    return _small("Redact", fields, ids.FORM_REDACT, context, "Remove the words")


def cancel(commitment: Commitment, context: Context, given: Given = NOTHING) -> b.Json:
    comes = " The next one comes all the same, unless you “End the series” first." if commitment.repeat_at else ""
    field = f.field(
        "Why will it not be done?", f.text(ids.REASON, REASON_LIMIT, given.reason, lines=True), ids.REASON,
        hint="It stays in the ledger with this reason. Its creator and its owner are told." + comes,
    )  # fmt: skip
    return _small("Cancel", [items.about(commitment), field], ids.FORM_CANCEL, context, "End it")


def hand_over(commitment: Commitment, context: Context, given: Given = NOTHING) -> b.Json:
    fields: list[Block] = [
        *_above(commitment, given),
        f.field("To whom?", f.person(ids.OWNER, given.person), ids.OWNER, hint="They are told, and can hand it back."),
        f.field(
            "Anything they should know",
            f.text(ids.REASON, REASON_LIMIT, given.reason, lines=True),
            ids.REASON,
            optional=True,
        ),
    ]
    return _small("Hand over", fields, ids.FORM_HAND_OVER, context, "Hand over")


def hand_back(commitment: Commitment, context: Context, given: Given = NOTHING) -> b.Json:
    why = f.text(ids.REASON, REASON_LIMIT, given.reason, lines=True)
    field = f.field("Why do you hand it back?", why, ids.REASON)
    return _small("Hand back", [items.about(commitment), field], ids.FORM_HAND_BACK, context, "Hand back")


def _small(title: str, fields: list[Block], callback_id: str, context: Context, submit: str) -> b.Json:
    return b.modal(title, fields, callback_id=callback_id, metadata=context.encode(), submit=submit)


def _which_day(orders: tuple[date, date]) -> list[Block]:
    """“12/5”: both days by name, and another one; chosen once, the order can be kept."""
    options = [(f"{order}:{day}", full_date(day)) for order, day in zip(ORDERS, orders, strict=True)]
    return [
        f.field("Due date", f.radio(ids.WHICH_DAY, options), ids.WHICH_DAY, optional=True),
        f.field("Or another day", f.day(ids.DUE, None), ids.DUE, optional=True),
        f.field("From now on", f.boxes(ids.ALWAYS, [("yes", "Always read mine in the order that I choose here")], ()),
                ids.ALWAYS, optional=True, hint="I don't ask again then. /commit settings changes it."),
    ]  # fmt: skip


def _fields(
    filled: Filled, *, with_who_and_when: bool, several: bool = False, repeats: bool = True, serves: bool = False,
    agreed_now: str = "",
) -> list[Block]:  # fmt: skip
    who_and_when: list[Block] = [
        f.field("Owner", f.person(ids.OWNER, filled.owner), ids.OWNER, hint="The one person here who answers for it."),
        *(_which_day(filled.orders) if filled.orders else [f.field("Due date", f.day(ids.DUE, filled.due), ids.DUE)]),
    ]
    return [
        f.field("Action", f.text(ids.ACTION, ACTION_LIMIT, filled.action, lines=several), ids.ACTION,
                hint="Several lines become several commitments." if several else None),
        *(who_and_when if with_who_and_when else []),
        *([_repeats(filled.rhythm)] if repeats else []),
        *_client_fields(filled),
        *([_serves(filled.serves)] if serves else []),
        f.field("Side", f.radio(ids.SIDE, SIDES, filled.side), ids.SIDE),
        agreed_field(filled.agreed, now=agreed_now),
        f.field("Who sees it", f.radio(ids.SHARING, SHARINGS, filled.sharing), ids.SHARING),
        f.field("Note", f.text(ids.NOTE, NOTE_LIMIT, filled.note, lines=True), ids.NOTE, optional=True),
        *([_helpers(filled.helpers)] if several else []),
    ]  # fmt: skip


def _serves(row: tuple[str, str] | None) -> Block:
    return f.field(
        "Serves", f.external(ids.SERVES, "Nothing, or choose", row), ids.SERVES,
        hint="A risk, an opportunity or another row of the account’s plan.", optional=True,
    )  # fmt: skip


def _repeats(rhythm: Rhythm | None) -> Block:
    return f.field(
        "Repeats", rhythm_menu(ids.RHYTHM, rhythm), ids.RHYTHM,
        hint="I record the next one when one is done or its day has come, until the series is ended.",
    )  # fmt: skip


def rhythm_menu(name: str, rhythm: Rhythm | None) -> Element:
    offered = dict.fromkeys((*RHYTHMS, *([rhythm] if rhythm else [])))
    choices = [(ONCE, "Once"), *((str(one), one.words().capitalize()) for one in offered)]
    return f.menu(name, choices, str(rhythm) if rhythm else ONCE)


def _client_fields(filled: Filled, *, optional: bool = True) -> list[Block]:
    return [
        f.field("Account", f.external(ids.ACCOUNT, "Type to find or create one", filled.account), ids.ACCOUNT,
               optional=optional, told=True),
        f.field("Client’s person", f.external(ids.STAKEHOLDER, "Type a name", filled.stakeholder), ids.STAKEHOLDER,
               optional=True, told=True),
    ]  # fmt: skip
