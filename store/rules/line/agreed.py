"""The agreement that a line states: "…, agreed with Dana", "mit Dana vereinbart". Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from store.rules.line.words import SEPARATORS, SEPARATORS_BEFORE, codes_of

if TYPE_CHECKING:
    from store.dates import Frame

# The words of a name: its first one as people type it, the others with a capital.
_NAME = r"[^\W\d_][\w'’-]*(?:\s+[A-ZÀ-ÖØ-Þ][\w'’-]*){0,2}"
_AGREED_WITH = (
    r"(?:as\s+)?agreed\s+(?:with|by)|(?:wie\s+)?(?:vereinbart|abgestimmt|abgesprochen|ausgemacht)\s+mit"
    r"|(?:comme\s+)?(?:convenue?s?|d['’]accord|en\s+accord)\s+avec"
    r"|(?:como\s+)?(?:acordad[oa]s?|convenid[oa]s?|de\s+acuerdo)\s+con"
)
# How they agreed, by the word that the ledger keeps.
_WAYS = {
    "meeting": r"(?:in|at)\s+(?:a|the|our)\s+meeting|im\s+(?:meeting|termin)|(?:en|à\s+la)\s+réunion"
    r"|en\s+(?:la\s+|una\s+)?reunión",
    "call": r"(?:in|on)\s+(?:a|the|our)\s+(?:phone\s+)?call|(?:by|on\s+the|over\s+the)\s+phone|am\s+telefon|telefonisch"
    r"|(?:par|au)\s+téléphone|por\s+teléfono",
    "letter": r"by\s+(?:letter|e?-?mail)|in\s+writing|per\s+(?:brief|e?-?mail)|schriftlich"
    r"|par\s+(?:lettre|courrier|écrit|e?-?mail)|por\s+(?:carta|correo|escrito|e?-?mail)",
    "page": r"on\s+(?:their|her|his)\s+page",
}
_HOW = "|".join(f"(?P<{way}>{words})" for way, words in _WAYS.items())
_PATTERN = re.compile(
    rf"(?<!\w)(?:(?i:{_AGREED_WITH})\s+(?P<behind>{_NAME})"
    rf"|(?i:mit)\s+(?P<before>{_NAME})\s+(?i:vereinbart|abgestimmt|abgesprochen|ausgemacht)\b)"
    rf"(?:\s+(?i:{_HOW})(?!\w))?"
)
_PUNCTUATION = (",", ";", "(", "–", "—", "-", ".")


class Stated(NamedTuple):
    """The agreement of a line: the `name` as it was typed, and the `way`, "" where the line does not say it."""

    name: str
    way: str


def agreement_in(said: str, asked: Frame, *, theirs: bool) -> tuple[Stated, str] | None:
    """The agreement that the line states, and the line without it.

    In a line of ours "the plan agreed with Dana" may be the action: it states an agreement behind punctuation only.
    """
    found = _PATTERN.search(said)
    if found is None:
        return None
    before = said[: found.start()].rstrip()
    if not before or not (theirs or before.endswith(_PUNCTUATION)):
        return None
    place = "behind" if found["behind"] else "before"
    name, end = found[place], found.end()
    if place == "behind" and (kept := _without_date(name, asked)) != name:
        # "agreed with Dana Friday"
        name, end = kept, found.start(place) + len(kept)
    way = next((way for way in _WAYS if found[way]), "") if end == found.end() else ""
    after = said[end:].lstrip()
    if before.endswith("(") and after.startswith(")"):
        after = after[1:]
    before, after = before.rstrip(SEPARATORS_BEFORE + "("), after.lstrip(SEPARATORS)
    return Stated(name, way), f"{before} {after}".strip()


def _without_date(name: str, asked: Frame) -> str:
    """The name without the words of a date that follow it."""
    words = name.split()
    while len(words) > 1 and codes_of(words[-1].casefold(), asked):
        words.pop()
    return name if len(words) == len(name.split()) else " ".join(words)
