"""A small grammar for JSON shapes. A check appends its complaints, in Slack's words and with Slack's
JSON pointers, to a list; nothing here knows what a block is.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TypeAlias

Check: TypeAlias = Callable[[object, str, list[str]], None]

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def complain(problems: list[str], pointer: str, words: str) -> None:
    problems.append(f"{words} [json-pointer:{pointer}]")


def anything(value: object, pointer: str, problems: list[str]) -> None:
    """No check: the sandbox ignores this part."""


def flag(value: object, pointer: str, problems: list[str]) -> None:
    if not isinstance(value, bool):
        complain(problems, pointer, "must be a boolean")


def day(value: object, pointer: str, problems: list[str]) -> None:
    """A calendar day that exists, YYYY-MM-DD."""
    try:
        date.fromisoformat(value if isinstance(value, str) and len(value) == len("2026-12-04") else "")
    except ValueError:
        complain(problems, pointer, "must be a valid date in the format YYYY-MM-DD")


def time_of_day(value: object, pointer: str, problems: list[str]) -> None:
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        complain(problems, pointer, "must be a valid time in the format HH:mm")


def string(most: int, least: int = 0) -> Check:
    """A string of `least` to `most` code points."""

    def check(value: object, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            complain(problems, pointer, "must be a string")
        elif len(value) > most:
            complain(problems, pointer, f"must be less than {most + 1} characters")
        elif len(value) < least:
            complain(problems, pointer, f"must be more than {least - 1} characters")

    return check


def choice(allowed: Collection[str]) -> Check:
    def check(value: object, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, str) or value not in allowed:
            complain(problems, pointer, f"must be one of: {', '.join(sorted(allowed))}")

    return check


def integer(least: int, most: int) -> Check:
    def check(value: object, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            complain(problems, pointer, "must be an integer")
        elif not least <= value <= most:
            complain(problems, pointer, f"must be between {least} and {most}")

    return check


def number(above: float | None = None) -> Check:
    """A finite number, greater than `above`."""

    def check(value: object, pointer: str, problems: list[str]) -> None:
        finite = math.isfinite(value) if isinstance(value, float) else isinstance(value, int)
        if not finite or isinstance(value, bool):
            complain(problems, pointer, "must be a number")
        elif above is not None and isinstance(value, int | float) and value <= above:
            complain(problems, pointer, f"must be greater than {above:g}")

    return check


def items(each: Check, most: int, least: int = 0) -> Check:
    """A list of `least` to `most` values, each of which passes `each`."""

    def check(value: object, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            complain(problems, pointer, "must provide an array")
            return
        if len(value) > most:
            complain(problems, pointer, f"no more than {most} items allowed")
        if len(value) < least:
            complain(problems, pointer, f"no fewer than {least} items allowed")
        for index, item in enumerate(value):
            each(item, f"{pointer}/{index}", problems)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with these parts and no others."""
    known = {**required, **optional}

    def check(value: object, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            complain(problems, pointer, "must provide an object")
            return
        for name in required:
            if value.get(name) is None:
                complain(problems, pointer, f"missing required field: {name}")
        for name, part in value.items():
            if name not in known:
                complain(problems, pointer, f"invalid additional property: {name}")
            elif part is not None:
                known[name](part, f"{pointer}/{name}", problems)

    return check


def typed(table: Mapping[str, Check]) -> Check:
    """An object whose `type` says which check of the table applies."""

    def check(value: object, pointer: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            complain(problems, pointer, "must provide an object")
        elif "type" not in value:
            complain(problems, pointer, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in table:
            complain(problems, f"{pointer}/type", f"unsupported type: {value['type']}")
        else:
            table[value["type"]](value, pointer, problems)

    return check


def both(*checks: Check) -> Check:
    """All of several checks."""

    def check(value: object, pointer: str, problems: list[str]) -> None:
        for one in checks:
            one(value, pointer, problems)

    return check


def text(*kinds: str, most: int, least: int = 1) -> Check:
    """A text object of one of `kinds` ("plain_text", "mrkdwn")."""
    parts: Mapping[str, Mapping[str, Check]] = {
        "plain_text": {"emoji": flag},
        "mrkdwn": {"verbatim": flag},
    }
    length = string(most, least)
    return typed({kind: shape({"type": anything, "text": length}, parts[kind]) for kind in kinds})


def plain(most: int) -> Check:
    return text("plain_text", most=most)


def either(most: int) -> Check:
    """plain_text or mrkdwn."""
    return text("plain_text", "mrkdwn", most=most)
