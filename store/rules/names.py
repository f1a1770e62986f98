"""Account names as people write them: comparison of names, and the known name that is meant. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A legal form does not tell companies apart. "Corporation" and "Company" are not in this list, because people say
# them: "Acme" is close to "Acme Corporation", but not the same name.
_LEGAL_FORMS = """
    inc incorporated ltd limited llc llp lp plc pty pte pvt gmbh ggmbh mbh ag kg kgaa ohg ug eg se
    sa sas sasu sarl eurl sca snc sl slu sau srl spa bv nv cv bvba ab as asa aps oy oyj sro doo kk bhd sdn
"""
_LEGAL = frozenset(_LEGAL_FORMS.split())
# "GmbH & Co. KG": these two belong to the legal form only in front of a legal suffix.
_LEGAL_LINKS = frozenset({"co", "and"})
# Words that may follow a known name and still name the same company: "Acme Group" if "Acme" is known.
_GENERIC = frozenset({"corporation", "company", "group", "holding", "holdings"})
_SPELT_OUT = {"corp": "corporation", "co": "company", "grp": "group", "intl": "international"}
# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"})
# Letters of Cyrillic, Greek and Armenian that look like Latin letters. A name with one of them, typed by mistake or
# on purpose, reads like another name.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u043a\u0456\u0455\u0458\u04bb\u0501\u051b\u051d\u04cf"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0405\u0408\u04ae"
    "\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c5\u03c7\u03f2"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f9"
    "\u0585\u0555\u057d\u0570\u0261",
    "aeopcyxkisjhdqwlABEKMHOPCTYXISJYaikvopuxcABEZHIKMNOPTYXCoOuhg",
)
# \w is what str.isalnum accepts, and the underscore.
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"(?<![^\W_])((?:[^\W_]\.){2,})")

# One typing error is accepted in a word of at least this many letters (in the longer of both spellings), and two in
# a name. In shorter words another letter often means another company or country ("Acme UK", "Acme US").
_WORD_FOR_TYPO = 6
_TYPOS_IN_NAME = 2
# The beginning of a name has at least this many letters: a single letter fits too many names.
_PREFIX = 2
# The least similarity, of 100, for "Did you mean …?".
_ALIKE = 80
# At most so many similar names of people.
_MOST_ALIKE = 5
# Characters that are compared. No account name is longer, and longer texts would cost time.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Exact:
    """`name` is the known name that was written. Case, accents, punctuation and legal form may differ."""

    name: str


@dataclass(frozen=True, slots=True)
class Close:
    """`name` is the only known name that was probably meant.

    The person wrote its first words, made a typing error, added a word such as "Group", or used letters of another
    alphabet that look like its own.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Several:
    """More than one known name fits; `names` holds them in the order in which they were given."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """No known name fits."""


Match: TypeAlias = Exact | Close | Several | Unknown


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """`name` in the form for comparison: lower case, without accents, punctuation and legal suffixes.

    Never empty for a name with a visible character: "AG" alone stays "ag", and a name of symbols only stays as it is
    written, in lower case.
    """
    return " ".join(_without_legal_form(_words(name))) or " ".join(name.casefold().split())


def fold_person(name: str) -> str:
    """`fold` for people: a surname like Sá stays, although it looks like a legal form."""
    return " ".join(_words(name)) or " ".join(name.casefold().split())


def given_name(name: str) -> str:
    """The first word of a person's name; the whole name if that is a title or an initial ("Dr. Eva Lindqvist")."""
    first = name.split(maxsplit=1)[0] if name.strip() else name
    return name if first.endswith(".") else first.rstrip(",")


@lru_cache(maxsize=8192)
def look(name: str) -> str:
    """`fold` with Latin letters in place of letters that look like them: names with the same result read the same."""
    return fold(unicodedata.normalize("NFD", name).translate(_LOOK_ALIKES))


def look_alikes(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """The `known` names that read like `name` but are other names."""
    looking = _by_look(tuple(known)).get(look(name[:_LONGEST]), ())
    return tuple(one for one in looking if fold(one) != fold(name[:_LONGEST]))


def is_slip(typed: str, known: str) -> bool:
    """Whether `typed` can mean `known` only by a typing error.

    False for the same name, its first words, a name of the same look, and the name with "Group" or "Company" after it.
    """
    wanted, folded = fold(typed[:_LONGEST]), fold(known[:_LONGEST])
    same = wanted == folded or look(typed[:_LONGEST]) == look(known[:_LONGEST])
    return not (same or _begins(wanted, folded) or _extended(wanted, folded))


def nearest(typed: str, known: Sequence[str]) -> str | None:
    """The `known` name that is most similar, for the question "Did you mean …?"; None if no name is similar enough."""
    return next(iter(near(typed, known, most=1)), None)


def near(typed: str, known: Sequence[str], *, most: int) -> list[str]:
    """At most so many `known` names that are similar enough, the most similar first."""
    folded = [fold(name[:_LONGEST]) for name in known]
    found = process.extract(fold(typed[:_LONGEST]), folded, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=most)
    return [known[place] for _, _, place in found]


def similar_people(typed: str, known: Sequence[str]) -> list[int]:
    """The places of at most five `known` names of people that are similar to the typed one, the most similar first."""
    folded = [fold_person(name[:_LONGEST]) for name in known]
    wanted = fold_person(typed[:_LONGEST])
    found = process.extract(wanted, folded, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE, limit=_MOST_ALIKE)
    return [place for _, _, place in found]


def _words(name: str) -> list[str]:
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_LETTERS)
        text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    text = _INITIALS.sub(lambda initials: initials[1].replace(".", ""), text)
    text = text.replace("'", "").replace("\u2019", "").replace("&", " and ").replace("+", " plus ")
    return _BETWEEN_WORDS.sub(" ", text).split()


def _without_legal_form(words: list[str]) -> list[str]:
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in _LEGAL or (len(kept) < len(words) and kept[-1] in _LEGAL_LINKS)):
        kept.pop()
    if len(kept) > 1 and kept[0] == "the":
        kept = kept[1:]
    return [_SPELT_OUT.get(word, word) if n else word for n, word in enumerate(kept)]


def match(name: str, known: Sequence[str]) -> Match:
    """Find the `known` name that is meant by `name`, without a guess.

    The steps, in this order: the same name; a name that reads the same in another alphabet; the first whole words of
    a name; a known name with "Group" or "Company" after it; a typing error in a long word. Two candidates at the same
    step are `Several`.
    """
    wanted = fold(name[:_LONGEST])
    if not wanted or not known:
        return Unknown()
    index = _index(tuple(known))
    if same := index.get(wanted):
        return _the_same(name, same)
    if alike := look_alikes(name, known):
        return Close(alike[0]) if len(alike) == 1 else Several(alike)
    for step in (_begins, _extended, _slips):
        found = [original for folded, names in index.items() if step(wanted, folded) for original in names]
        if found:
            return Close(found[0]) if len(found) == 1 else Several(tuple(found))
    return Unknown()


@lru_cache(maxsize=64)
def _index(known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return _grouped(known, fold)


@lru_cache(maxsize=64)
def _by_look(known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return _grouped(known, look)


def _grouped(known: tuple[str, ...], by: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(known):
        key = by(name[:_LONGEST])
        groups[key] = (*groups.get(key, ()), name)
    return groups


def _the_same(name: str, same: tuple[str, ...]) -> Match:
    """The account among names that differ in their legal form alone: only the full name decides."""
    if len(same) == 1:
        return Exact(same[0])
    written = " ".join(name.casefold().split())
    literal = [known for known in same if " ".join(known.casefold().split()) == written]
    return Exact(literal[0]) if len(literal) == 1 else Several(same)


def _begins(wanted: str, folded: str) -> bool:
    return len(wanted) >= _PREFIX and folded.startswith(wanted + " ")


def _extended(wanted: str, folded: str) -> bool:
    return wanted.startswith(folded + " ") and set(wanted[len(folded) :].split()) <= _GENERIC


def _slips(wanted: str, folded: str) -> bool:
    """Whether the names differ by a space, or by one typing error in each of at most two long words without digits."""
    if max(len(wanted), len(folded)) < _WORD_FOR_TYPO or abs(len(wanted) - len(folded)) > _TYPOS_IN_NAME:
        return False
    if wanted.replace(" ", "") == folded.replace(" ", ""):
        return True
    ours, theirs = wanted.split(), folded.split()
    if len(ours) != len(theirs):
        return False
    slips = [_slip(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    return all(slips) and len(slips) <= _TYPOS_IN_NAME


def _slip(ours: str, theirs: str) -> bool:
    """Whether one letter of a long word is missing, added, swapped or wrong. The first letter must be right."""
    return (
        max(len(ours), len(theirs)) >= _WORD_FOR_TYPO
        and ours[0] == theirs[0]
        and ours.isalpha()
        and theirs.isalpha()
        and OSA.distance(ours, theirs, score_cutoff=1) <= 1
    )
