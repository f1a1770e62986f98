"""Several lines at once: the minutes of a meeting, a list, or promises with ";" between them. Pure.

Two promises are never read as one. A line that holds no promise, such as a heading, is told apart and not dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from store.dates import Unclear, frame, read
from store.rules.line import read_line
from store.rules.line.repeats import repeats_in
from store.rules.line.words import QUOTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.dates import Frame

# Lines that one list shows for review.
AT_MOST = 20
# Characters of one line; a longer one is cut in two. Slack's limit for a text field (plain_text_input max_length).
LONGEST = 3000

# "- ", "• ", "* ", "[ ] ", "1) ", "2. ", "a) " before a line, or several of them: "- [x] ".
_BULLET = re.compile(r"(?:[-–—*•◦▪▫‣·]\s+|\[[ xX]?\]\s+|[☐☑✓✔]\s*|\d{1,3}\)\s*|[a-zA-Z]\)\s+)+")
_NUMBERED = re.compile(r"\d{1,3}\.\s+(?=\S)")
_HEADING = re.compile(r"#{1,6}\s|\*[^*]+\*\s*:?\Z|_[^_]+_\s*:?\Z|.*:\Z", re.DOTALL)
# A semicolon between two parts; not the end of Slack's "&amp;", of an entity that a person typed, or a smiley.
_SEMICOLON = re.compile(r"(?<![&;]amp)(?<![&;]lt)(?<![&;]gt);\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One line without its bullet. `promise`: it names a date or an owner, so it is probably a commitment."""

    text: str
    promise: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """The first lines of a text, at most AT_MOST of them, and the `rest` of the text. One piece: one commitment."""

    pieces: tuple[Piece, ...]
    rest: str = ""


def may_be_several(text: str) -> bool:
    """Whether a text has more than one line, or a semicolon that may part two promises."""
    return "\n" in text or _SEMICOLON.search(text) is not None


def read_minutes(text: str, **facts: Any) -> Minutes:  # noqa: ANN401  the arguments of read_line
    """Take the lines of a text apart, as Slack sends it. `facts`: the other arguments of `read_line`."""
    asked = frame(
        facts["today"], facts.get("locale", "en-US"), frozenset(facts["working_week"]), facts["fiscal_year_start"]
    )
    if not may_be_several(text):
        return Minutes((Piece(_point(text, asked)[0], promise=True),))

    def named(line: str) -> tuple[bool, bool]:
        """Whether a line with an action names an owner or a side, and whether it names a date."""
        said = read_line(line, **facts)
        if not any(character.isalnum() for character in said.action):
            return False, False
        # "Weekly with Acme" is a heading: a rhythm alone names no date.
        only_rhythm = isinstance(said.due, Unclear) and said.due.suggestion is None and repeats_in(line) is not None
        return bool(said.owners or said.theirs or said.perhaps_owner), said.due is not None and not only_rhythm

    lines = [line.strip() for line in text.split("\n") if line.strip()]
    points = [_point(line, asked) for line in lines[: AT_MOST + 1]]
    listed = len(lines) > 1 and any(is_point for _, is_point in points)
    found: list[Piece] = []
    for said, is_point in points:
        if len(lines) > 1 and _HEADING.fullmatch(said):
            found += _cut(said, promise=False)
            continue
        for part in _parts(said, named):
            owned, dated = named(part)
            found += _cut(part, promise=owned or (dated and (is_point or not listed)))
    if not listed and not any(piece.promise for piece in found[1:]) and len(found) <= AT_MOST:
        # One promise, or none, and more words about it.
        return Minutes((Piece(text, promise=True),))
    if not any(piece.promise for piece in found):
        # A list without dates and owners: its points are what is to be done.
        found = [piece for said, is_point in points for piece in _cut(said, promise=is_point)]
    left = [f"- {piece.text}" if piece.promise else piece.text for piece in found[AT_MOST:]] + lines[AT_MOST + 1 :]
    return Minutes(tuple(found[:AT_MOST]), "\n".join(left))


def _point(line: str, asked: Frame) -> tuple[str, bool]:
    """The line without its bullet, and whether it has one. "4. Dezember" begins with a day and no number."""
    bullet = _BULLET.match(line)
    if bullet is None and (numbered := _NUMBERED.match(line)):
        day = " ".join(line.split(maxsplit=2)[:2]).rstrip(",:")
        bullet = numbered if read(day, asked).kind is None else None
    return (line[bullet.end() :].strip(), True) if bullet else (line, False)


def _parts(line: str, named: Callable[[str], tuple[bool, bool]]) -> Iterator[str]:
    """The promises of one line, parted at a semicolon if both sides name a date, or the next one an owner."""
    start = 0
    quoted = [found.span() for found in QUOTED.finditer(line)]
    for found in islice(_SEMICOLON.finditer(line), AT_MOST):
        if any(first < found.start() < end for first, end in quoted):
            continue
        (owned, dated), (owned_next, dated_next) = named(line[start : found.start()]), named(line[found.end() :])
        if (dated and dated_next) or (owned_next and (owned or dated)):
            yield line[start : found.start()]
            start = found.end()
    yield line[start:]


def _cut(line: str, *, promise: bool) -> list[Piece]:
    return [Piece(line[at : at + LONGEST], promise) for at in range(0, len(line), LONGEST)]
