"""Values that a person picks or types in an element, and the checks of Slack's client."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias

from sandbox.elements import VALUES, flat_options
from sandbox.models import Json, SandboxError

Complaint: TypeAlias = Callable[[Mapping[str, Any], Any], str | None]

REQUIRED = "Please complete this required field."

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def chosen(element: Mapping[str, Any], value: object, offered: Iterable[Json] = ()) -> Json:
    """The value object for a plain value: text, a date, an id, an option's value, or a list of these.
    `offered` are the options that an external select has shown. None clears the element.
    """
    kind = element["type"]
    part = VALUES[kind][0]
    if part in {"selected_option", "selected_options"}:
        options = [*flat_options(element), *offered, *_initial_options(element)]
        return {"type": kind, part: _options(kind, part, value, options)}
    if part in {"selected_users", "selected_conversations", "selected_channels", "files"}:
        return {"type": kind, part: list(value) if isinstance(value, (list, tuple)) else []}
    if kind == "datetimepicker" and value is not None:
        return {"type": kind, part: int(str(value))}
    if part == "rich_text_value" and isinstance(value, str):
        return {"type": kind, part: _rich(value)}
    return {"type": kind, part: value if value != "" else None}


def _initial_options(element: Mapping[str, Any]) -> list[Json]:
    one = element.get("initial_option")
    return [*(element.get("initial_options") or ()), *([one] if one else [])]


def _options(kind: str, part: str, value: object, options: list[Json]) -> object:
    by_value = {option["value"]: option for option in options}
    wanted = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    for one in wanted:
        if one not in by_value:
            raise SandboxError(f"the {kind} offers {sorted(by_value)}, not {one!r}")
    picked = [by_value[one] for one in wanted]
    if part == "selected_options":
        return picked
    if len(picked) > 1:
        raise SandboxError(f"a {kind} takes one option, not {len(picked)}")
    return picked[0] if picked else None


def _rich(words: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [section]}


def is_empty(value: Mapping[str, Any]) -> bool:
    """Nothing filled in."""
    return value[VALUES[value["type"]][0]] in (None, "", [])


def complaint(block: Mapping[str, Any], value: Mapping[str, Any]) -> str | None:
    """The complaint of Slack's client under an input block before a submission; None for a valid value."""
    element = block["element"]
    if is_empty(value):
        return None if block.get("optional") else REQUIRED
    check: Complaint = _CHECKS.get(element["type"], _count)
    return check(element, value[VALUES[value["type"]][0]])


def _length(element: Mapping[str, Any], content: str) -> str | None:
    if len(content) > element.get("max_length", 3000):
        return f"Please enter no more than {element.get('max_length', 3000)} characters."
    if len(content) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    return None


def _number(element: Mapping[str, Any], content: str) -> str | None:
    try:
        number = float(content)
    except ValueError:
        return "Please enter a valid number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if (low is not None and number < float(low)) or (high is not None and number > float(high)):
        return f"Please enter a number between {low} and {high}."
    return None


def _email(_: Mapping[str, Any], content: str) -> str | None:
    return None if _EMAIL.fullmatch(content) else "Please enter a valid email address."


def _url(_: Mapping[str, Any], content: str) -> str | None:
    return None if _URL.fullmatch(content) else "Please enter a valid URL."


def _day(_: Mapping[str, Any], content: str) -> str | None:
    try:
        date.fromisoformat(content)
    except ValueError:
        return "Please enter a valid date."
    return None


def _count(element: Mapping[str, Any], content: object) -> str | None:
    most = element.get("max_selected_items")
    if most and isinstance(content, list) and len(content) > most:
        return f"Please select no more than {most} items."
    return None


_CHECKS: Mapping[str, Complaint] = {
    "plain_text_input": _length,
    "email_text_input": _email,
    "url_text_input": _url,
    "number_input": _number,
    "datepicker": _day,
}
