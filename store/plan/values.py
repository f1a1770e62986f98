"""The kinds of values that a section has: how a text becomes a value, and how a value is said in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import offerings, people, stakeholders
from store.accounts import access
from store.accounts import questions as accounts
from store.errors import BadInputError, NotFoundError
from store.rules.contacts import refuse_other_links
from store.rules.numbers import read_number, words
from store.rules.text import LINK_LIMIT, NAME_LIMIT, NOTE_LIMIT, optional, quoted, required
from store.tables import Objective, Opportunity, Sharing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from sqlalchemy.orm import Session

    from store.tables import Account, HasHistory, Person

# “Q3 2026”, “3Q26”, “T3/2026”, “2026-Q3”, “2026 T3”
_QUARTER = re.compile(
    r"(?:[qt]\s*)?(?P<one>[1-4])\s*[qt]?\s*[/.\-]?\s*(?P<of>(?:20)?\d\d)|(?P<year>20\d\d)\s*[/.\-]?\s*[qt]\s*(?P<two>[1-4])",
    re.ASCII | re.IGNORECASE,
)
_ID = re.compile(r"\d{1,10}", re.ASCII)
_COUNT = re.compile(r"\d{1,4}", re.ASCII)
# Years of an account plan. Another one is a typing error.
YEARS = range(1990, 2101)


class Kind(StrEnum):
    """The kinds of values. MONEY is in the account's currency.

    A PERSON is a colleague, a STAKEHOLDER one of the account's people at the client; PEOPLE and STAKEHOLDERS are
    several of them, as a list of ids. SEVERAL are some of the choices, as a tuple; a SCALE is one of them as a number.
    A COUNT is a whole number from 1. A LINK is a web address. An OFFERING is a thing that we sell, an OBJECTIVE or
    OPPORTUNITY one of the account's. A UNIT is the name of a part of the client; forms propose those of the account.
    """

    LINE, TEXT, DAY, CHOICE, PERSON = "line", "text", "day", "choice", "person"
    NUMBER, MONEY, YEAR, QUARTER = "number", "money", "year", "quarter"
    STAKEHOLDER, SEVERAL, SCALE, COUNT = "stakeholder", "several", "scale", "count"
    PEOPLE, STAKEHOLDERS, ACCOUNT = "people", "stakeholders", "account"
    OFFERING, OBJECTIVE, OPPORTUNITY, LINK = "offering", "objective", "opportunity", "link"
    UNIT = "unit"


# Kinds whose value is the id of another row; the attribute `Field.name` of a row is that row.
REFERENCES = (Kind.PERSON, Kind.STAKEHOLDER, Kind.OFFERING, Kind.OBJECTIVE, Kind.OPPORTUNITY)
# The text of a STAKEHOLDER or an OFFERING that is not in the ledger yet begins with this; the name follows.
NEW = "new:"


@dataclass(frozen=True)
class Field:
    """One value of a row. `choices` are (value, words) of a CHOICE, SEVERAL or SCALE, and `also` are (other words,
    value); the form begins with the first choice where one is required. `most` is the largest COUNT. A field with a
    `part` is not in the form of the section, but in another one with all fields of that part.
    """

    column: str
    label: str
    kind: Kind
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str | None = None
    also: tuple[tuple[str, str], ...] = ()
    most: int = 100
    part: str = ""
    # Only our team ever sees it: no page, letter or message for the client has it.
    internal: bool = False
    # A day that is planned, and so not before the period of the account's plan.
    planned: bool = False

    @property
    def name(self) -> str:
        """The name of the form's field, and of LedgerError.field."""
        if self.column.endswith("_ids"):
            return f"{self.column.removesuffix('_ids')}s"
        return self.column.removesuffix("_id")

    @property
    def limit(self) -> int:
        return {Kind.TEXT: NOTE_LIMIT, Kind.LINK: LINK_LIMIT}.get(self.kind, NAME_LIMIT)


SHARINGS = ((Sharing.INTERNAL, "Only our team"), (Sharing.SHAREABLE, "Also the client"))
# The field of a row that the client may see on their page.
SHARING = Field("sharing", "Who sees it", Kind.CHOICE, required=True, choices=SHARINGS,
                hint="The client reads the line and the day, never the note.")  # fmt: skip


@dataclass(frozen=True)
class Target:
    """The place of a value: the row (None for a new one) of an account, the person who gives the value, and when."""

    viewer: Person
    account: Account
    row: HasHistory | None
    now: datetime


def read(tx: Session, target: Target, field: Field, text: str) -> Any:  # noqa: ANN401  any column's value
    """The value that the text says. BadInputError, in words, at the field."""
    return _READ[field.kind](tx, target, field, text)


def said(tx: Session, field: Field, plain: Any) -> str:  # noqa: ANN401  any column's value
    """A value, as an entry keeps it, in plain words."""
    return "nothing" if plain is None else _SAID[field.kind](tx, field, plain)


def chosen_words(field: Field, values: Iterable[str]) -> str:
    """The words of SEVERAL choices: “Decision maker, Champion”."""
    words = dict(field.choices)
    return ", ".join(words[value] for value in values)


def quarter_words(quarter: str) -> str:
    """“Q3 2026” of “2026-Q3”."""
    year, _, number = quarter.partition("-")
    return f"{number} {year}"


# ---- one kind each -------------------------------------------------------------------------------------


def _text(_tx: Session, _target: Target, field: Field, text: str) -> str | None:
    keep = required if field.required else optional
    return keep(text, field=field.name, what=f"The {field.label.lower()}", limit=field.limit,
                lines=field.kind == Kind.TEXT)  # fmt: skip


def _link(tx: Session, target: Target, field: Field, text: str) -> str | None:
    found = _text(tx, target, field, text)
    refuse_other_links(found, field=field.name)
    return found


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
    return _chosen(field, text)


def _several(_tx: Session, _target: Target, field: Field, text: str) -> tuple[str, ...] | None:
    """Some of the choices, each once and in their order. The text has commas between them."""
    given = {_chosen(field, one) for one in text.split(",") if one.strip()}
    if not given and field.required:
        raise _choose(field)
    return tuple(value for value, _ in field.choices if value in given) or None


def _scale(tx: Session, target: Target, field: Field, text: str) -> int | None:
    chosen = _choice(tx, target, field, text)
    return None if chosen is None else int(chosen)


def _chosen(field: Field, text: str) -> str:
    """The choice whose value or words the text has; other words are understood too."""
    if text in dict(field.choices):
        return text
    known = {words.casefold(): value for value, words in field.choices} | dict(field.also)
    found = known.get(" ".join(text.casefold().split()))
    if found is None:
        raise _choose(field)
    return found


def _choose(field: Field) -> BadInputError:
    words = ", ".join(words for _, words in field.choices)
    return BadInputError(f"Choose one of these: {words}.", field=field.name)


def _person(tx: Session, target: Target, field: Field, text: str) -> int | None:
    """The id of the person; the text is their id in Slack. A person who has left stays until another one is chosen."""
    if not text and not field.required:
        return None
    current: int | None = getattr(target.row, field.column) if target.row is not None else None
    if current is not None and people.get(tx, current).slack_id == text:
        return current
    person = people.as_owner(tx, target.viewer, text, field=field.name)
    if target.row is not target.account:
        access.refresh(tx, target.account, lock=True)
        access.check_team(tx, target.account, [person], field=field.name)
    return person.id


def _stakeholder(tx: Session, target: Target, field: Field, text: str) -> int | None:
    """The id of the client's person; the text is their id, or NEW with the name of one who is added with this value."""
    if not text and not field.required:
        return None
    if text.startswith(NEW):
        name = text.removeprefix(NEW)
        return stakeholders.create(
            tx, target.viewer, name, account=target.account, field=field.name, now=target.now
        ).id  # fmt: skip
    if not _ID.fullmatch(text):
        raise BadInputError("Choose one of the client’s people.", field=field.name)
    return stakeholders.get(tx, target.viewer, int(text), account=target.account, field=field.name).id


# The tables of the kinds that name another row of the account's plan.
ROWS: dict[Kind, type[Objective | Opportunity]] = {Kind.OBJECTIVE: Objective, Kind.OPPORTUNITY: Opportunity}


def _row(tx: Session, target: Target, field: Field, text: str) -> int | None:
    """The id of a row of the account's plan; the text is its id."""
    if _is_empty(field, text):
        return None
    table = ROWS[field.kind]
    which = table.id == (int(text) if _ID.fullmatch(text) else 0), table.account_id == target.account.id
    if tx.scalar(sa.select(table.id).where(*which)) is None:
        raise BadInputError(f"Choose one from the list: it is no {field.kind} of this account.", field=field.name)
    return int(text)


def row_names(tx: Session, ids: Collection[int], kind: Kind) -> dict[int, str]:
    """The names of the rows of these ids, which come from rows that the viewer sees."""
    if not ids:
        return {}
    table = ROWS[kind]
    rows = tx.execute(sa.select(table.id, table.name).where(table.id.in_(ids)))
    return {row[0]: row[1] or "" for row in rows}


def _people(tx: Session, target: Target, field: Field, text: str) -> list[int]:
    """The ids of the people, in order. The text has their ids in Slack with commas between. A person who has left stays
    until they are taken out.
    """
    chosen = [one for one in text.split(",") if one]
    known = getattr(target.row, field.column) if target.row is not None else ()
    current = {people.get(tx, id_).slack_id: id_ for id_ in known}
    new = people.as_helpers(tx, target.viewer, set(chosen) - current.keys(), field=field.name)
    return sorted({person.id for person in new} | {current[one] for one in chosen if one in current})


def _account(tx: Session, target: Target, field: Field, text: str) -> int | None:
    """The id of the account; the text is an id, perhaps of an account that was merged into it."""
    if not text:
        return None
    if not _ID.fullmatch(text):
        raise BadInputError("Choose an account.", field=field.name)
    try:
        return accounts.get(tx, target.viewer, int(text)).id
    except NotFoundError as error:
        raise BadInputError(error.words, field=field.name) from None


def _offering(tx: Session, target: Target, field: Field, text: str) -> int | None:
    """The id of the offering; the text is its id, or NEW with the name of one that is added with this value.

    An archived one stays until another one is chosen.
    """
    if _is_empty(field, text):
        return None
    if text.startswith(NEW):
        return offerings.create(tx, target.viewer, text.removeprefix(NEW), now=target.now).id
    if not _ID.fullmatch(text):
        raise BadInputError("Choose one of the offerings.", field=field.name)
    found = offerings.get(tx, target.viewer, int(text))
    if found.archived_at is not None and (target.row is None or found.id != getattr(target.row, field.column)):
        raise BadInputError(f"{found.name} is archived. Restore it in /plan offerings, or choose another.",
                            field=field.name)  # fmt: skip
    return found.id


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


def _stakeholders(tx: Session, target: Target, field: Field, text: str) -> list[int]:
    """The ids of the client's people, in order. The text has their texts with commas between; a comma in a new name is
    written as %2C.
    """
    chosen = [one.replace("%2C", ",") for one in text.split(",") if one.strip()]
    if field.required and not chosen:
        raise BadInputError("Choose one of the client’s people, or more.", field=field.name)
    found = {_stakeholder(tx, target, field, one) for one in chosen}
    return sorted(one for one in found if one is not None)


def _count(_tx: Session, _target: Target, field: Field, text: str) -> int | None:
    if _is_empty(field, text):
        return None
    if not _COUNT.fullmatch(text.strip()) or not 1 <= int(text) <= field.most:
        raise BadInputError(f"Write a whole number from 1 to {field.most}.", field=field.name)
    return int(text)


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


def in_words(day: date) -> str:
    """“Fri 27 Nov 2026”"""
    return f"{day:%a} {day.day} {day:%b %Y}"


_READ: dict[Kind, Callable[[Session, Target, Field, str], Any]] = {
    Kind.LINE: _text, Kind.TEXT: _text, Kind.UNIT: _text, Kind.DAY: _day, Kind.CHOICE: _choice, Kind.PERSON: _person,
    Kind.NUMBER: _number, Kind.MONEY: _number, Kind.YEAR: _year, Kind.QUARTER: _quarter,
    Kind.STAKEHOLDER: _stakeholder, Kind.SEVERAL: _several, Kind.SCALE: _scale, Kind.COUNT: _count,
    Kind.PEOPLE: _people, Kind.STAKEHOLDERS: _stakeholders, Kind.ACCOUNT: _account,
    Kind.OFFERING: _offering, Kind.OBJECTIVE: _row, Kind.OPPORTUNITY: _row, Kind.LINK: _link,
}  # fmt: skip
_SAID: dict[Kind, Callable[[Session, Field, Any], str]] = {
    Kind.LINE: lambda _tx, _field, plain: quoted(plain),
    Kind.TEXT: lambda _tx, _field, plain: quoted(plain),
    Kind.UNIT: lambda _tx, _field, plain: quoted(plain),
    Kind.DAY: lambda _tx, _field, plain: in_words(date.fromisoformat(plain)),
    Kind.CHOICE: lambda _tx, field, plain: f"“{dict(field.choices)[plain]}”",
    Kind.PERSON: lambda tx, _field, plain: people.get(tx, plain).name,
    Kind.NUMBER: lambda _tx, _field, plain: words(Decimal(plain)),
    Kind.MONEY: lambda _tx, _field, plain: words(Decimal(plain)),
    Kind.YEAR: lambda _tx, _field, plain: str(plain),
    Kind.QUARTER: lambda _tx, _field, plain: quarter_words(plain),
    Kind.STAKEHOLDER: lambda tx, _field, plain: stakeholders.names(tx, [plain])[plain],
    Kind.OFFERING: lambda tx, _field, plain: offerings.names(tx, [plain])[plain],
    **dict.fromkeys(ROWS, lambda tx, field, plain: row_names(tx, [plain], field.kind)[plain]),
    Kind.SEVERAL: lambda _tx, field, plain: f"“{chosen_words(field, plain)}”",
    Kind.SCALE: lambda _tx, field, plain: f"“{dict(field.choices)[str(plain)]}”",
    Kind.COUNT: lambda _tx, _field, plain: str(plain),
    Kind.PEOPLE: lambda tx, _field, plain: ", ".join(sorted(people.names(tx, plain).values())) or "nobody",
    Kind.STAKEHOLDERS: lambda tx, _field, plain: ", ".join(sorted(stakeholders.names(tx, plain).values())) or "nobody",
    Kind.ACCOUNT: lambda _tx, _field, _plain: "another account",
    Kind.LINK: lambda _tx, _field, plain: quoted(plain),
}
