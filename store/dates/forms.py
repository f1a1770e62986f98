"""Forms of the grammar. A form is a pattern for a whole line of codes, and the meaning of such a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.dates.answers import Reading
    from store.dates.frame import Frame


class Form(NamedTuple):
    """`pattern` must match the whole line. `meaning` returns the answer, or None to try the forms after this one."""

    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str], Frame], Reading | None]


def form(pattern: str, meaning: Callable[[re.Match[str], Frame], Reading | None]) -> Form:
    return Form(re.compile(pattern, re.ASCII), meaning)
