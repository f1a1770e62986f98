"""The client's person whom a line names. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from store.rules.names import fold_person

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Mentions of colleagues, and Slack's markup.
_OTHERS = re.compile(r"<[^<>]*>|@[^\W_]\w*(?: [A-Z]\w*)?")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# Behind one of these words a part of a name is a name, also without its capital.
_BEFORE = frozenset(
    {"with", "for", "to", "from", "of", "by", "and", "ask", "call", "mit", "fur", "an", "von", "bei", "und"}
    | {"avec", "pour", "a", "de", "chez", "et", "con", "para", "y"}
)
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "herr", "frau", "mme", "sra", "sr", "von", "van", "de", "der"})
_ENDS = ".!?:\n"


class _Said(NamedTuple):
    """A word, folded; `names`: it stands where a part of a name can mean a person."""

    folded: str
    names: bool


def person_in(text: str, names: Sequence[str]) -> int | None:
    """The place in `names` of the only person whom the text names; None if it names nobody, or if two people fit.

    A person is named in full, or by a part of the name behind "with", "for" and the like, or with a capital within a
    sentence.
    """
    words = list(_words(text))
    folded = [fold_person(name).split() for name in names]
    found = {place for place, name in enumerate(folded) if name and _has(words, name)}
    if not found:
        parts = {word.folded for word in words if word.names} - _TITLES
        found = {place for place, name in enumerate(folded) if parts & {part for part in name if len(part) > 1}}
    return found.pop() if len(found) == 1 else None


def _words(text: str) -> Iterator[_Said]:
    text = _OTHERS.sub(lambda mention: " " * len(mention[0]), text)
    before, end = "", 0
    for word in _WORD.finditer(text):
        begins = not text[:end].strip() or any(mark in text[end : word.start()] for mark in _ENDS)
        named = before in _BEFORE or (word[0][0].isupper() and not begins)
        for part in fold_person(word[0]).split():
            yield _Said(part, named)
            before = part
        end = word.end()


def _has(words: Sequence[_Said], name: Sequence[str]) -> bool:
    return any([word.folded for word in words[at : at + len(name)]] == name for at in range(len(words)))
