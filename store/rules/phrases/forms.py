"""A form: a whole line of codes, and what it means to a person on a given day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.rules.phrases.answers import Reading
    from store.rules.phrases.frame import Frame


class Form(NamedTuple):
    """`pattern` must match the whole line; `meaning` answers, or gives None to leave it to later forms."""

    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str], Frame], Reading | None]


def form(pattern: str, meaning: Callable[[re.Match[str], Frame], Reading | None]) -> Form:
    return Form(re.compile(pattern, re.ASCII), meaning)
