"""The modals. Block ids are the ledger's field names, so that an error finds its field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from slackblocks import (
    Block,
    DatePicker,
    Element,
    ExternalSelectMenu,
    InputBlock,
    PlainTextInput,
    RadioButtonGroup,
    UserSelectMenu,
)

from handlers import ids
from handlers.views import blocks as b
from handlers.views.words import escape, full_date, shortened
from store.rules.text import ACTION_LIMIT, NOTE_LIMIT, REASON_LIMIT
from store.tables import OURS, THEIRS, Commitment

if TYPE_CHECKING:
    from handlers.payloads import Context

SIDES = ((OURS, "We owe"), (THEIRS, "They owe us"))
SHARINGS = (("internal", "Internal"), ("shareable", "Shareable with the client"))
# A value that begins so names something that does not exist yet and is created with the form.
NEW = "new:"


@dataclass(frozen=True)
class Filled:
    """What a form starts with. `account` and `stakeholder` are (value, text) of the chosen option."""

    action: str = ""
    owner: str | None = None
    due: date | None = None
    account: tuple[str, str] | None = None
    stakeholder: tuple[str, str] | None = None
    side: str = OURS
    sharing: str = "internal"
    note: str = ""
    remark: str | None = None


def new(filled: Filled, context: Context) -> b.Json:
    """The form that records a commitment. `remark` says above it what still needs an answer."""
    remark = [b.section(escape(filled.remark))] if filled.remark else []
    return b.modal(
        "New commitment", [*remark, *_fields(filled, with_who_and_when=True)], callback_id=ids.FORM_NEW,
        metadata=context.encode(), submit="Record", close="Discard",
    )  # fmt: skip


def edit(commitment: Commitment, context: Context, *, with_who_and_when: bool) -> b.Json:
    """The form that corrects one. Owner and date are in it only while it can still be undone."""
    account, stakeholder = commitment.account, commitment.stakeholder
    filled = Filled(
        action=commitment.action,
        owner=commitment.owner.slack_id,
        due=commitment.due_on,
        account=(str(account.id), account.name) if account else None,
        stakeholder=(str(stakeholder.id), stakeholder.name) if stakeholder else None,
        side=commitment.side,
        sharing="internal" if commitment.internal else "shareable",
        note=commitment.note or "",
    )
    return b.modal(
        f"Edit #{commitment.number}", _fields(filled, with_who_and_when=with_who_and_when),
        callback_id=ids.FORM_EDIT, metadata=context.encode(), submit="Save", close="Discard",
    )  # fmt: skip


def move(commitment: Commitment, context: Context, today: date) -> b.Json:
    suggestion = max(commitment.due_on, today) + timedelta(days=7)
    fields: list[Block] = [
        _about(commitment),
        _input("New date", _date(suggestion), ids.DUE, hint=f"Now: {full_date(commitment.due_on)}"),
        _input("Why does it move?", _text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON),
    ]
    return _small("New date", fields, ids.FORM_MOVE, context, "Move")


def block(commitment: Commitment, context: Context) -> b.Json:
    field = _input("What blocks it?", _text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON)
    return _small("Blocked", [_about(commitment), field], ids.FORM_BLOCK, context, "Mark as blocked")


def cancel(commitment: Commitment, context: Context) -> b.Json:
    field = _input(
        "Why will it not be done?", _text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON,
        hint="It stays in the ledger with this reason. Its creator and its owner are told.",
    )  # fmt: skip
    return _small("Cancel", [_about(commitment), field], ids.FORM_CANCEL, context, "End it")


def hand_over(commitment: Commitment, context: Context) -> b.Json:
    fields: list[Block] = [
        _about(commitment),
        _input("To whom?", _person(None), ids.OWNER, hint="They are told, and can hand it back."),
        _input(
            "Anything they should know",
            _text(ids.REASON, REASON_LIMIT, lines=True),
            ids.REASON,
            optional=True,
        ),
    ]
    return _small("Hand over", fields, ids.FORM_HAND_OVER, context, "Hand over")


def hand_back(commitment: Commitment, context: Context) -> b.Json:
    field = _input("Why do you hand it back?", _text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON)
    return _small("Hand back", [_about(commitment), field], ids.FORM_HAND_BACK, context, "Hand back")


def _small(title: str, fields: list[Block], callback_id: str, context: Context, submit: str) -> b.Json:
    return b.modal(title, fields, callback_id=callback_id, metadata=context.encode(), submit=submit)


def _about(commitment: Commitment) -> Block:
    return b.section(f"*#{commitment.number}* {escape(commitment.action)}")


def _fields(filled: Filled, *, with_who_and_when: bool) -> list[Block]:
    who_and_when: list[Block] = [
        _input("Owner", _person(filled.owner), ids.OWNER, hint="The one person here who answers for it."),
        _input("Due date", _date(filled.due), ids.DUE),
    ]
    return [
        _input("Action", _text(ids.ACTION, ACTION_LIMIT, filled.action), ids.ACTION),
        *(who_and_when if with_who_and_when else []),
        _input("Account", _external(ids.ACCOUNT, "Type to find or create one", filled.account), ids.ACCOUNT,
               optional=True),
        _input("Client’s person", _external(ids.STAKEHOLDER, "Type a name", filled.stakeholder), ids.STAKEHOLDER,
               optional=True),
        _input("Side", _radio(ids.SIDE, SIDES, filled.side), ids.SIDE),
        _input("Sharing", _radio(ids.SHARING, SHARINGS, filled.sharing), ids.SHARING),
        _input("Note", _text(ids.NOTE, NOTE_LIMIT, filled.note, lines=True), ids.NOTE, optional=True),
    ]  # fmt: skip


def _input(label: str, element: Element, field: str, *, hint: str | None = None, optional: bool = False) -> Block:
    return InputBlock(label=label, element=element, block_id=field, hint=hint, optional=optional)


def _text(field: str, limit: int, value: str = "", *, lines: bool = False) -> PlainTextInput:
    # Longer texts are refused by the ledger in words; Slack's own limit would only stop the typing.
    return PlainTextInput(
        action_id=field, initial_value=shortened(value, limit) or None, multiline=lines, max_length=3000
    )


def _date(day: date | None) -> DatePicker:
    return DatePicker(action_id=ids.DUE, initial_date=day.isoformat() if day else None)


def _person(slack_id: str | None) -> UserSelectMenu:
    return UserSelectMenu(action_id=ids.OWNER, initial_user=slack_id)


def _external(field: str, placeholder: str, chosen: tuple[str, str] | None) -> ExternalSelectMenu:
    initial = b.option(chosen[1], chosen[0]) if chosen else None
    return ExternalSelectMenu(action_id=field, placeholder=placeholder, min_query_length=0, initial_option=initial)


def _radio(field: str, choices: tuple[tuple[str, str], ...], chosen: str) -> RadioButtonGroup:
    options = {value: b.option(text, value) for value, text in choices}
    return RadioButtonGroup(action_id=field, options=list(options.values()), initial_option=options[chosen])
