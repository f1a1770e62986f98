"""The fields of forms. The block id and the action id of a field are the same word, so that an error finds its field.

Options are given as (value, text), in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slackblocks import (
    Block,
    CheckboxGroup,
    ConversationFilter,
    ConversationSelectMenu,
    DatePicker,
    Element,
    ExternalMultiSelectMenu,
    ExternalSelectMenu,
    InputBlock,
    NumberInput,
    PlainTextInput,
    RadioButtonGroup,
    StaticMultiSelectMenu,
    StaticSelectMenu,
    TimePicker,
    UserMultiSelectMenu,
    UserSelectMenu,
)

from handlers.slack import blocks as b
from handlers.slack.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, time


def field(
    label: str, element: Element, name: str, *, hint: str | None = None, optional: bool = False, told: bool = False
) -> Block:
    """`told`: the bot hears of each choice at once, and not only when the form is submitted."""
    return InputBlock(label=label, element=element, block_id=name, hint=hint, optional=optional, dispatch_action=told)


def text(name: str, limit: int, value: str = "", *, lines: bool = False, placeholder: str | None = None) -> Element:
    # The ledger refuses a longer text in words; Slack's limit would only stop the typing.
    return PlainTextInput(
        action_id=name, initial_value=shortened(value, limit) or None, multiline=lines, max_length=3000,
        placeholder=placeholder,
    )  # fmt: skip


def day(name: str, chosen: date | None) -> Element:
    return DatePicker(action_id=name, initial_date=chosen.isoformat() if chosen else None)


def clock(name: str, chosen: time | None) -> Element:
    """A field for a time of day, on the clock of the person who fills it in."""
    return TimePicker(action_id=name, initial_time=f"{chosen:%H:%M}" if chosen else None)


def person(name: str, slack_id: str | None = None, *, placeholder: str | None = None) -> Element:
    return UserSelectMenu(action_id=name, initial_user=slack_id, placeholder=placeholder)


def persons(name: str, slack_ids: Sequence[str] = (), *, placeholder: str | None = None, most: int) -> Element:
    """A menu of which a person chooses up to `most` people."""
    return UserMultiSelectMenu(
        action_id=name, initial_users=list(slack_ids) or None, placeholder=placeholder, max_selected_items=most
    )


def channel(name: str, slack_id: str | None, *, placeholder: str) -> Element:
    """A menu of the channels of this workspace: public ones, and private ones that the person knows."""
    only = ConversationFilter(include=["public", "private"], exclude_bot_users=True)
    return ConversationSelectMenu(action_id=name, initial_conversation=slack_id, filter=only, placeholder=placeholder)


def number(name: str, value: int | None, allowed: range) -> Element:
    return NumberInput(
        is_decimal_allowed=False, action_id=name, initial_value=None if value is None else str(value),
        min_value=allowed[0], max_value=allowed[-1],
    )  # fmt: skip


def external(name: str, placeholder: str, chosen: tuple[str, str] | None = None) -> Element:
    initial = b.option(chosen[1], chosen[0]) if chosen else None
    return ExternalSelectMenu(action_id=name, placeholder=placeholder, min_query_length=0, initial_option=initial)


def external_several(name: str, placeholder: str, chosen: Sequence[tuple[str, str]] = ()) -> Element:
    initial = [b.option(text, value) for value, text in chosen]
    return ExternalMultiSelectMenu(
        action_id=name, placeholder=placeholder, min_query_length=0, initial_options=initial or None
    )


def radio(name: str, choices: Sequence[tuple[str, str]], chosen: str | None = None) -> Element:
    options = {value: b.option(words, value) for value, words in choices}
    return RadioButtonGroup(
        action_id=name, options=list(options.values()), initial_option=options[chosen] if chosen else None
    )


def menu(
    name: str, choices: Sequence[tuple[str, str]], chosen: str | None, *, placeholder: str | None = None
) -> Element:
    options = {value: b.option(words, value) for value, words in choices}
    first = options.get(chosen or "")
    return StaticSelectMenu(
        action_id=name, options=list(options.values()), initial_option=first, placeholder=placeholder
    )


def several(name: str, choices: Sequence[tuple[str, str]], chosen: Collection[str]) -> Element:
    """A menu of which a person chooses some of the options."""
    options = {value: b.option(words, value) for value, words in choices}
    picked = [option for value, option in options.items() if value in chosen]
    return StaticMultiSelectMenu(action_id=name, options=list(options.values()), initial_options=picked or None)


def several_external(name: str, placeholder: str, chosen: Sequence[tuple[str, str]] = ()) -> Element:
    """A menu of which a person chooses some options, which it asks the bot for."""
    picked = [b.option(words, value) for value, words in chosen]
    return ExternalMultiSelectMenu(
        action_id=name, placeholder=placeholder, min_query_length=0, initial_options=picked or None
    )


def boxes(name: str, choices: Sequence[tuple[str, str]], chosen: Collection[str]) -> Element:
    options = {value: b.option(words, value) for value, words in choices}
    ticked = [option for value, option in options.items() if value in chosen]
    return CheckboxGroup(action_id=name, options=list(options.values()), initial_options=ticked or None)
