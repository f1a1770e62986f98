"""Block elements: their parts, where each may stand, and what a person's choice is called in a payload."""

from collections.abc import Mapping
from typing import Any

from sandbox import limits
from sandbox.models import Json
from sandbox.shapes import (
    Check,
    anything,
    both,
    choice,
    complain,
    day,
    either,
    flag,
    integer,
    items,
    plain,
    shape,
    string,
    text,
    time_of_day,
    typed,
)

_ACTION_ID = string(limits.ACTION_ID_MAX_LENGTH, 1)
_URL = string(limits.BUTTON_URL_MAX_LENGTH, 1)
_PLACEHOLDER = plain(limits.SELECT_PLACEHOLDER_MAX_LENGTH)
_ID = string(255, 1)
_EPOCH = integer(0, 9_999_999_999)

CONFIRM = shape(
    {
        "title": plain(limits.CONFIRMATION_TITLE_MAX_LENGTH),
        "text": either(limits.CONFIRMATION_TEXT_MAX_LENGTH),
        "confirm": plain(limits.CONFIRMATION_CONFIRM_MAX_LENGTH),
        "deny": plain(limits.CONFIRMATION_DENY_MAX_LENGTH),
    },
    {"style": choice({"primary", "danger"})},
)


def _option(*, formatted: bool = False) -> Check:
    kinds = ("plain_text", "mrkdwn") if formatted else ("plain_text",)
    return shape(
        {
            "text": text(*kinds, most=limits.OPTION_TEXT_MAX_LENGTH),
            "value": string(limits.OPTION_VALUE_MAX_LENGTH, 1),
        },
        {
            "description": text(*kinds, most=limits.OPTION_DESCRIPTION_MAX_LENGTH),
            "url": string(limits.OPTION_URL_MAX_LENGTH, 1),
        },
    )


_OPTION = _option()
_FORMATTED_OPTION = _option(formatted=True)
OPTIONS = items(_OPTION, limits.SELECT_OPTIONS_MAX_ITEMS)
OPTION_GROUPS = items(
    shape(
        {
            "label": plain(limits.OPTION_GROUP_LABEL_MAX_LENGTH),
            "options": items(_OPTION, limits.OPTION_GROUP_OPTIONS_MAX_ITEMS, 1),
        },
        {},
    ),
    limits.SELECT_OPTION_GROUPS_MAX_ITEMS,
)

_COMMON: Mapping[str, Check] = {"action_id": _ACTION_ID, "confirm": CONFIRM, "focus_on_load": flag}
_SELECT: Mapping[str, Check] = {**_COMMON, "placeholder": _PLACEHOLDER}
_TYPE: Mapping[str, Check] = {"type": anything}


def _plain_parts(most: int = 3000) -> Mapping[str, Check]:
    return {
        "action_id": _ACTION_ID,
        "focus_on_load": flag,
        "placeholder": _PLACEHOLDER,
        "initial_value": string(most),
        "dispatch_action_config": shape(
            {},
            {"trigger_actions_on": items(choice({"on_enter_pressed", "on_character_entered"}), 2, 1)},
        ),
    }


def flat_options(element: Mapping[str, Any]) -> list[Json]:
    """The options of an element, those in groups included."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def _initial_is_offered(value: object, pointer: str, problems: list[str]) -> None:
    if not isinstance(value, dict):
        return
    part = "initial_options" if "initial_options" in value else "initial_option"
    try:
        offered = [(option["value"], option["text"]["text"]) for option in flat_options(value)]
        wanted = value.get("initial_options") or [value["initial_option"]] if part in value else []
        missing = [option for option in wanted if (option["value"], option["text"]["text"]) not in offered]
    except (KeyError, TypeError):
        return  # the shape has already been complained about
    if missing:
        complain(problems, f"{pointer}/{part}", "must match exactly one of the provided options")


def _has_options(value: object, pointer: str, problems: list[str]) -> None:
    if isinstance(value, dict) and not (value.get("options") or value.get("option_groups")):
        complain(problems, pointer, "missing required field: options")


def _static(initial: str, check: Check, **more: Check) -> Check:
    parts = {**_SELECT, "options": OPTIONS, "option_groups": OPTION_GROUPS, initial: check, **more}
    return both(shape(_TYPE, parts), _has_options, _initial_is_offered)


def _external(initial: str, check: Check, **more: Check) -> Check:
    parts = {**_SELECT, initial: check, "min_query_length": integer(0, 3000), **more}
    return shape({**_TYPE, "action_id": _ACTION_ID}, parts)


def _some(check: Check) -> Check:
    return items(check, 100)


_MULTI: Mapping[str, Check] = {"max_selected_items": integer(1, 100)}
_FILTER = shape(
    {},
    {
        "include": items(choice({"im", "mpim", "private", "public"}), 4, 1),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
_CONVERSATION: Mapping[str, Check] = {
    "default_to_current_conversation": flag,
    "filter": _FILTER,
}
_ANSWERABLE: Mapping[str, Check] = {"response_url_enabled": flag}


def _picked(most: int) -> Check:
    required = {**_TYPE, "options": items(_FORMATTED_OPTION, most, 1)}
    return both(
        shape(
            required,
            {**_COMMON, "initial_option": _FORMATTED_OPTION, "initial_options": _some(_FORMATTED_OPTION)},
        ),
        _initial_is_offered,
    )


_BUTTON_PARTS: Mapping[str, Check] = {
    "action_id": _ACTION_ID,
    "url": _URL,
    "value": string(limits.BUTTON_VALUE_MAX_LENGTH),
    "style": choice({"primary", "danger"}),
    "confirm": CONFIRM,
    "accessibility_label": string(limits.BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH),
    "agent_prompt": string(limits.BUTTON_AGENT_PROMPT_MAX_LENGTH),
    "agent_prompt_display": anything,
    "visible_to_user_ids": _some(_ID),
}

ELEMENTS: Mapping[str, Check] = {
    "button": shape({**_TYPE, "text": plain(limits.BUTTON_TEXT_MAX_LENGTH)}, _BUTTON_PARTS),
    "workflow_button": shape(
        {**_TYPE, "text": plain(limits.WORKFLOW_BUTTON_TEXT_MAX_LENGTH), "workflow": anything},
        {k: _BUTTON_PARTS[k] for k in ("action_id", "style", "accessibility_label")},
    ),
    "icon_button": shape(
        {**_TYPE, "icon": string(50, 1), "text": plain(limits.BUTTON_TEXT_MAX_LENGTH)},
        {k: _BUTTON_PARTS[k] for k in ("action_id", "value", "confirm", "accessibility_label", "visible_to_user_ids")},
    ),
    "feedback_buttons": shape({**_TYPE, "positive_button": anything, "negative_button": anything}, _COMMON),
    "overflow": shape(
        {**_TYPE, "options": items(_OPTION, limits.OVERFLOW_OPTIONS_MAX_ITEMS, 1)},
        {"action_id": _ACTION_ID, "confirm": CONFIRM},
    ),
    "static_select": _static("initial_option", _OPTION),
    "multi_static_select": _static("initial_options", _some(_OPTION), **_MULTI),
    "external_select": _external("initial_option", _OPTION),
    "multi_external_select": _external("initial_options", _some(_OPTION), **_MULTI),
    "users_select": shape(_TYPE, {**_SELECT, "initial_user": _ID}),
    "multi_users_select": shape(_TYPE, {**_SELECT, **_MULTI, "initial_users": _some(_ID)}),
    "conversations_select": shape(_TYPE, {**_SELECT, **_CONVERSATION, **_ANSWERABLE, "initial_conversation": _ID}),
    "multi_conversations_select": shape(
        _TYPE, {**_SELECT, **_MULTI, **_CONVERSATION, "initial_conversations": _some(_ID)}
    ),
    "channels_select": shape(_TYPE, {**_SELECT, **_ANSWERABLE, "initial_channel": _ID}),
    "multi_channels_select": shape(_TYPE, {**_SELECT, **_MULTI, "initial_channels": _some(_ID)}),
    "datepicker": shape(_TYPE, {**_SELECT, "initial_date": day}),
    "timepicker": shape(_TYPE, {**_SELECT, "initial_time": time_of_day, "timezone": _ID}),
    "datetimepicker": shape(_TYPE, {**_COMMON, "initial_date_time": _EPOCH}),
    "checkboxes": _picked(limits.CHECKBOXES_OPTIONS_MAX_ITEMS),
    "radio_buttons": _picked(limits.RADIO_BUTTONS_OPTIONS_MAX_ITEMS),
    "plain_text_input": shape(
        _TYPE,
        {
            **_plain_parts(),
            "multiline": flag,
            "min_length": integer(0, limits.PLAIN_TEXT_INPUT_MIN_LENGTH_MAX),
            "max_length": integer(1, limits.PLAIN_TEXT_INPUT_MAX_LENGTH_MAX),
        },
    ),
    "email_text_input": shape(_TYPE, _plain_parts()),
    "url_text_input": shape(_TYPE, _plain_parts()),
    "number_input": shape(
        {**_TYPE, "is_decimal_allowed": flag},
        {**_plain_parts(), "min_value": string(100), "max_value": string(100)},
    ),
    "rich_text_input": shape(
        _TYPE,
        {
            **_plain_parts(),
            "initial_value": anything,
            "min_lines": integer(1, limits.RICH_TEXT_INPUT_MIN_LINES_MAX),
            "max_lines": integer(1, limits.RICH_TEXT_INPUT_MAX_LINES_MAX),
        },
    ),
    "file_input": shape(
        _TYPE,
        {
            "action_id": _ACTION_ID,
            "filetypes": _some(_ID),
            "max_files": integer(1, limits.FILE_INPUT_MAX_FILES_MAX),
        },
    ),
}

IMAGE = both(
    shape(
        {**_TYPE, "alt_text": string(limits.IMAGE_ELEMENT_ALT_TEXT_MAX_LENGTH, 1)},
        {"image_url": string(limits.IMAGE_ELEMENT_IMAGE_URL_MAX_LENGTH, 1), "slack_file": anything},
    ),
)

_SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MULTIS = tuple(f"multi_{name}" for name in _SELECTS)
_BOTH = ("button", "workflow_button", "overflow", "datepicker", "timepicker", "checkboxes", "radio_buttons")
_TYPED = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)


def _among(*names: str, **more: Check) -> Check:
    return typed({**{name: ELEMENTS[name] for name in names}, **more})


IN_SECTION = _among(*_BOTH, *_SELECTS, *_MULTIS, image=IMAGE)
IN_ACTIONS = _among(*_BOTH, *_SELECTS, "datetimepicker")
IN_INPUT = _among(
    *_SELECTS, *_MULTIS, *_TYPED, "datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"
)
IN_CONTEXT_ACTIONS = _among("feedback_buttons", "icon_button")
BUTTON = _among("button")

# Names of the values: type → (part of the value object, part with the initial value).
VALUES: Mapping[str, tuple[str, str]] = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "initial_files"),
}


def initial_value(element: Mapping[str, Any]) -> Json:
    """The value object of an element before a person changes it."""
    kind = element["type"]
    part, initial = VALUES[kind]
    value = element.get(initial)
    if value is None and part.endswith("s") and kind != "rich_text_input":
        value = []
    return {"type": kind, part: value}
