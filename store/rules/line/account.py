"""The account at the end of a line: "for Acme"."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from store.dates import read
from store.rules.line.words import EVENTS, Span, Tail
from store.rules.names import Close, Exact, Match, Several, Unknown, fold, is_slip, look, match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.dates import Frame

_FOR = frozenset({"for", "fur", "fuer", "pour", "para"})
_LONGEST_NAME = 5
_LINKS = frozenset(
    {"of", "and", "the", "de", "du", "des", "der", "und", "et", "y", "von", "van", "la", "le", "di", "for", "&"}
)
# A capital does not make one of these words an account's name: "for Me", "for Everyone".
_NO_NAMES = frozenset(
    {
        "i",
        "me",
        "us",
        "you",
        "him",
        "her",
        "them",
        "it",
        "this",
        "that",
        "these",
        "those",
        "everyone",
        "everybody",
        "all",
    }
    | {"now", "mich", "uns", "dich", "ihn", "sie", "euch", "alle", "moi", "nous", "vous", "lui", "eux", "mi", "ti"}
    | {"nosotros", "ellos", "ellas", "todos", "todo", "the", "our", "my", "your", "their"}
)
_DOTTED = frozenset({"inc.", "ltd.", "co.", "corp.", "llc.", "bros."})
_MARKUP = re.compile(r"<[^<>]*>")
_SPOKEN = re.compile(r"\w+")
# Of a long message so many words are looked at.
_WORDS = 500
_PUNCTUATION = " \t\r\n,;:!?)]…"


class Named(NamedTuple):
    """An account found in a line. `attached_to`: it is certainly known, and its words leave the action."""

    match: Match
    phrase: str
    span: Span
    taken: bool


def account_at_end(said: str, before: Tail, asked: Frame, accounts: Sequence[str]) -> Named | None:
    """The account after "for" at the end of a line; None if there is none.

    A known name wins after any "for" ("for Partners for Growth"). An unknown name must look like a name.
    """
    end, tail = before
    found = []
    for word, following in pairwise(tail):
        if word.folded in _FOR:
            phrase = _named(said[following.start : end])
            meant = match(phrase, accounts)
            # "Slides for Monday" are not for Monday.com.
            if isinstance(meant, Exact) or read(phrase, asked).kind is None:
                found.append(Named(meant, phrase, Span(word.start, end), taken=True))
    for wanted in (Exact, Close, Several):
        for named in reversed(found):
            if isinstance(named.match, wanted) and _meant(named):
                return named._replace(taken=_is_sure(named))
    if found and _looks_like_a_name(found[-1].phrase, asked):
        return found[-1]._replace(match=Unknown(), taken=False)
    return None


def without_account(action: str, phrase: str) -> str:
    """The action without "for" and the phrase after it; as it is if it says nothing else, or has no such words."""
    if not phrase:
        return action
    found = list(
        re.finditer(rf"\s+(?:{'|'.join(sorted(_FOR))}|für)\s+{re.escape(phrase)}(?!\w)", action, re.IGNORECASE)
    )
    left = (action[: found[-1].start()] + action[found[-1].end() :]).strip() if found else ""
    return left or action


def accounts_within(text: str, accounts: Sequence[str]) -> tuple[str, ...]:
    """The accounts whose whole names stand in the text, with a capital where the name has one; "Acme Labs" there is
    not Acme. Names that differ in their legal form alone are left out.
    """
    known: dict[str, list[str]] = {}
    for name in accounts:
        known.setdefault(fold(name), []).append(name)
    words = _SPOKEN.findall(_MARKUP.sub(" ", text))[:_WORDS]
    folded = [fold(word) for word in words]
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        for length in range(_LONGEST_NAME, 0, -1):
            names = known.get(" ".join(folded[at : at + length]), ())
            if len(names) == 1 and (words[at][0].isupper() or not names[0][0].isupper()):
                found[names[0]] = None
                at += length - 1
                break
        at += 1
    return tuple(found)


def _named(typed: str) -> str:
    """The name without the punctuation of the sentence; the dot of "Inc." and "S.A." belongs to the name."""
    phrase = typed.strip(_PUNCTUATION)
    last = phrase[phrase.rfind(" ") + 1 :]
    return phrase if "." in last[:-1] or last.casefold() in _DOTTED else phrase.rstrip("." + _PUNCTUATION)


def _meant(named: Named) -> bool:
    """Whether the name was meant: without a capital, a similar word ("for review") is no misspelt name."""
    if isinstance(named.match, Exact) or any(c.isupper() for c in named.phrase):
        return True
    names = (named.match.name,) if isinstance(named.match, Close) else ()
    return any(fold(name).startswith(fold(named.phrase) + " ") or look(name) == look(named.phrase) for name in names)


def _is_sure(named: Named) -> bool:
    if isinstance(named.match, Close):
        return not is_slip(named.phrase, named.match.name)
    return isinstance(named.match, Exact)


def _looks_like_a_name(phrase: str, asked: Frame) -> bool:
    parts = phrase.split()
    if not parts or len(parts) > _LONGEST_NAME or any(c in phrase for c in "<>@:/"):
        return False
    if parts[0].casefold() in _NO_NAMES or (len(parts) == 1 and parts[0].casefold() in EVENTS):
        return False
    capitals = [any(c.isupper() for c in part) for part in parts]
    if not (capitals[0] and capitals[-1]):
        return False
    linked = (capital or part.casefold() in _LINKS for capital, part in zip(capitals, parts, strict=True))
    return all(linked) and read(phrase, asked).kind is None
