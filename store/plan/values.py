"""The kinds of values that a section has: how a text becomes a value, and how a value is said in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from store import people
from store.errors import BadInputError
from store.rules.numbers import read_number, words
from store.rules.text import NAME_LIMIT, NOTE_LIMIT, optional, quoted, required

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from store.tables import Account, Person, SectionRow

# “Q3 2026”, “3Q26”, “T3/2026”, “2026-Q3”, “2026 T3”
_QUARTER = re.compile(
    r"(?:[qt]\s*)?(?P<one>[1-4])\s*[qt]?\s*[/.\-]?\s*(?P<of>(?:20)?\d\d)|(?P<year>20\d\d)\s*[/.\-]?\s*[qt]\s*(?P<two>[1-4])",
    re.ASCII | re.IGNORECASE,
)
# Years of an account plan. Another one is a typing error.
YEARS = range(1990, 2101)


class Kind(StrEnum):
    """The kinds of values. MONEY is in the account's currency."""

    LINE, TEXT, DAY, CHOICE, PERSON = "line", "text", "day", "choice", "person"
    NUMBER, MONEY, YEAR, QUARTER = "number", "money", "year", "quarter"


@dataclass(frozen=True)
class Field:
    """One value of a row. `choices` are (value, words) of a CHOICE; a form begins with the first one."""

    column: str
    label: str
    kind: Kind
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str | None = None

    @property
    def name(self) -> str:
        """The name of the form's field, and of LedgerError.field."""
        return self.column.removesuffix("_id")

    @property
    def limit(self) -> int:
        return NOTE_LIMIT if self.kind == Kind.TEXT else NAME_LIMIT


@dataclass(frozen=True)
class Target:
    """The place of a value: the row (None for a new one) of an account, and the person who gives the value."""

    viewer: Person
    account: Account
    row: SectionRow | None


def read(tx: Session, target: Target, field: Field, text: str) -> Any:  # noqa: ANN401  any column's value
    """The value that the text says. BadInputError, in words, at the field."""
    return _READ[field.kind](tx, target, field, text)


def said(tx: Session, field: Field, plain: Any) -> str:  # noqa: ANN401  any column's value
    """A value, as an entry keeps it, in plain words."""
    return "nothing" if plain is None else _SAID[field.kind](tx, field, plain)


def quarter_words(quarter: str) -> str:
    """“Q3 2026” of “2026-Q3”."""
    year, _, number = quarter.partition("-")
    return f"{number} {year}"


# ---- one kind each -------------------------------------------------------------------------------------


def _text(_tx: Session, _target: Target, field: Field, text: str) -> str | None:
    keep = required if field.required else optional
    return keep(text, field=field.name, what=f"The {field.label.lower()}", limit=field.limit,
                lines=field.kind == Kind.TEXT)  # fmt: skip


def _day(_tx: Session, _target: Target, field: Field, text: str) -> date | None:
    if not text and not field.required:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInputError("Choose a date.", field=field.name) from None


def _choice(_tx: Session, _target: Target, field: Field, text: str) -> str | None:
    if not text and not field.required:
        return None
    if text not in dict(field.choices):
        raise BadInputError(f"Choose one of these: {', '.join(words for _, words in field.choices)}.", field=field.name)
    return text


def _person(tx: Session, target: Target, field: Field, text: str) -> int | None:
    """The id of the person; the text is their id in Slack. A person who has left stays until another one is chosen."""
    if not text and not field.required:
        return None
    current: int | None = getattr(target.row, field.column) if target.row is not None else None
    if current is not None and people.get(tx, current).slack_id == text:
        return current
    return people.as_owner(tx, target.viewer, text, field=field.name).id


def _number(_tx: Session, target: Target, field: Field, text: str) -> Decimal | None:
    if _is_empty(field, text):
        return None
    found = read_number(text, field=field.name)
    allowed = target.account.currency if field.kind == Kind.MONEY else "%"
    if found.unit in {None, allowed}:
        return found.value
    if field.kind == Kind.NUMBER:
        raise BadInputError("Write the number alone, without a currency.", field=field.name)
    name = target.account.name
    raise BadInputError(
        f"The amounts of {name} are in {allowed}. Please convert it."
        if allowed
        else f"{name} has no currency yet. Choose one with “Edit” on its page, or write the number alone.",
        field=field.name,
    )


def _year(_tx: Session, _target: Target, field: Field, text: str) -> int | None:
    if _is_empty(field, text):
        return None
    if not re.fullmatch(r"\d{4}", text.strip(), re.ASCII) or int(text) not in YEARS:
        raise BadInputError("Write a year, such as 2026.", field=field.name)
    return int(text)


def _quarter(_tx: Session, _target: Target, field: Field, text: str) -> str | None:
    if _is_empty(field, text):
        return None
    found = _QUARTER.fullmatch(text.strip())
    if found is None:
        raise BadInputError("Write a quarter, such as Q3 2026.", field=field.name)
    year = found["of"] or found["year"]
    return f"{year if len(year) == len('2026') else f'20{year}'}-Q{found['one'] or found['two']}"


def _is_empty(field: Field, text: str) -> bool:
    if field.required and not text.strip():
        raise BadInputError(f"The {field.label.lower()} is missing.", field=field.name)
    return not text.strip()


def _say_day(_tx: Session, _field: Field, plain: str) -> str:
    day = date.fromisoformat(plain)
    return f"{day:%a} {day.day} {day:%b %Y}"


_READ: dict[Kind, Callable[[Session, Target, Field, str], Any]] = {
    Kind.LINE: _text, Kind.TEXT: _text, Kind.DAY: _day, Kind.CHOICE: _choice, Kind.PERSON: _person,
    Kind.NUMBER: _number, Kind.MONEY: _number, Kind.YEAR: _year, Kind.QUARTER: _quarter,
}  # fmt: skip
_SAID: dict[Kind, Callable[[Session, Field, Any], str]] = {
    Kind.LINE: lambda _tx, _field, plain: quoted(plain),
    Kind.TEXT: lambda _tx, _field, plain: quoted(plain),
    Kind.DAY: _say_day,
    Kind.CHOICE: lambda _tx, field, plain: f"“{dict(field.choices)[plain]}”",
    Kind.PERSON: lambda tx, _field, plain: people.get(tx, plain).name,
    Kind.NUMBER: lambda _tx, _field, plain: words(Decimal(plain)),
    Kind.MONEY: lambda _tx, _field, plain: words(Decimal(plain)),
    Kind.YEAR: lambda _tx, _field, plain: str(plain),
    Kind.QUARTER: lambda _tx, _field, plain: quarter_words(plain),
}
