"""Numbers as people write them: “1,234.50”, “1.234,50”, “1 234,50”, “1’234.50”, “€ 1.5m”, “12 Mio. EUR”, “40 %”.

A text is read in the notation of each of these languages. If two of them give different numbers, the text is refused:
“1.500” is one and a half for one reader and fifteen hundred for another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.numbers import NumberFormatError, parse_decimal

from store.errors import BadInputError
from store.rules.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

# The five notations: points and commas in their two roles, spaces, apostrophes, and India's groups.
_NOTATIONS = ("en_US", "de_DE", "fr_FR", "de_CH", "en_IN")
# The characters that Babel takes for the group separator of French and of Swiss German.
_SPACE, _APOSTROPHE = "\u202f", "\u2019"
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d)")
_APOSTROPHES = re.compile(r"(?<=\d)['\u2019\u02bc](?=\d)")
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"))

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
_SCALES = {
    "k": 3, "tsd": 3, "thousand": 3, "tausend": 3, "mille": 3, "mil": 3,
    "m": 6, "mn": 6, "mio": 6, "million": 6, "millions": 6, "millionen": 6, "millones": 6,
    "bn": 9, "mrd": 9, "md": 9, "milliard": 9, "milliards": 9, "milliarde": 9, "milliarden": 9,
}  # fmt: skip
_NUMBER = re.compile(
    rf"(?P<minus>-)?\s*(?P<before>[€$£¥₹]|[A-Z]{{3}}\b)?\s*(?P<minus2>-)?\s*"
    rf"(?P<digits>\d[\d.,{_SPACE}{_APOSTROPHE}]*)\s*"
    r"(?P<scale>[^\W\d_]{1,9})?\.?\s*(?P<after>[€$£¥₹%]|[A-Z]{3}\b)?",
    re.ASCII,
)
# 10¹² with four digits after the point: the largest and the finest number that the ledger keeps.
LARGEST = Decimal(10) ** 12
_FINEST = 4
_GROUP = 3


@dataclass(frozen=True)
class Number:
    """A number as it was read. `unit` is the code of its currency, "%" or None."""

    value: Decimal
    unit: str | None = None


def read_number(text: str, *, field: str) -> Number:
    """The number that the text says, exactly.

    BadInputError at `field` for a text that is no number, that has two readings, or that is too large or too fine.
    """
    parts = _parts(text.strip())
    if parts is None:
        raise BadInputError(f"{quoted(text, 60)} is not a number. Write it as 1500, 1.5m or 40 %.", field=field)
    sign = -1 if parts.negative else 1
    readings = sorted({sign * value * 10**parts.scale for value in _readings(parts.digits)}, key=abs)
    if len(readings) > 1:
        both = " or ".join(typed(each) for each in readings)
        raise BadInputError(f"{quoted(text, 60)} can be {both}. Please write one of these.", field=field)
    if not readings:
        raise BadInputError(f"{quoted(text, 60)} is not a number. Write it as 1500, 1.5m or 40 %.", field=field)
    found = readings[0]
    if abs(found) >= LARGEST or found != round(found, _FINEST):
        raise BadInputError("That is more than a number here can hold: at most 12 digits, and 4 after the point.",
                            field=field)  # fmt: skip
    return Number(found, parts.unit)


def words(value: Decimal) -> str:
    """The number in full: “1,500,000”, “0.5”, “-40”."""
    whole, _, fraction = f"{value:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def typed(value: Decimal) -> str:
    """The number as a person types it so that it has one reading.

    It has no separators, and never three digits after the point, which could be a group of thousands.
    """
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) == _GROUP:
        fraction += "0"
    return f"{whole}.{fraction}" if fraction else whole


@dataclass(frozen=True)
class _Parts:
    negative: bool
    digits: str
    scale: int
    unit: str | None


def _parts(text: str) -> _Parts | None:
    """The sign, digits, scale and unit of the text; None if it has more, or two units."""
    text = _APOSTROPHES.sub(_APOSTROPHE, _SPACES.sub(_SPACE, text.translate(_MINUS)))
    found = _NUMBER.fullmatch(text)
    if found is None or (found["minus"] and found["minus2"]):
        return None
    scale, after = found["scale"] or "", found["after"]
    if scale and scale.casefold() not in _SCALES:
        # “5 EUR”: three letters without a scale before them are the currency's code.
        if after or not re.fullmatch("[A-Z]{3}", scale):
            return None
        scale, after = "", scale
    units = {_SIGNS.get(each, each) for each in (found["before"], after) if each}
    if len(units) > 1:
        return None
    negative = bool(found["minus"] or found["minus2"])
    return _Parts(negative, found["digits"], _SCALES.get(scale.casefold(), 0), next(iter(units), None))


def _readings(digits: str) -> Iterable[Decimal]:
    for locale in _NOTATIONS:
        try:
            yield parse_decimal(digits, locale=locale, strict=True)
        except NumberFormatError:
            continue
