"""The values of a section: the element of a form for each kind, and a value as markup."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.slack import fields as f
from handlers.slack.words import escape, short_date
from store.plan.values import REFERENCES, Kind, chosen_words, quarter_words
from store.rules.numbers import typed, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slackblocks import Element

    from handlers.slack.words import Mrkdwn
    from store.plan.values import Field
    from store.tables import HasHistory

    # The names of people and offerings by kind and id (store/plan/section.py).
    Names = Mapping[tuple[Kind, int], str]


# Kinds whose element is filled from the row's attribute `Field.name`, which is another row or several.
_ROWS = {*REFERENCES, Kind.PEOPLE, Kind.STAKEHOLDERS}
# At most so many colleagues are chosen in one field.
_MOST = 20


def element(field: Field, row: HasHistory | None) -> Element:
    """The element of a form, filled with the value of the row."""
    value = getattr(row, field.name if field.kind in _ROWS else field.column) if row is not None else None
    made = _ELEMENTS.get(field.kind)
    if made is not None:
        return made(field, value)
    return f.text(field.name, field.limit, _filled(field, value), lines=field.kind == Kind.TEXT)


def _menu(field: Field, value: Any) -> Element:  # noqa: ANN401  text or number
    first = field.choices[0][0] if field.required else None
    return f.menu(field.name, field.choices, first if value is None else str(value))


_ELEMENTS: dict[Kind, Callable[[Field, Any], Element]] = {
    Kind.DAY: lambda field, value: f.day(field.name, value),
    Kind.CHOICE: _menu,
    Kind.SCALE: _menu,
    Kind.SEVERAL: lambda field, value: f.several(field.name, field.choices, value or ()),
    Kind.COUNT: lambda field, value: f.number(field.name, value, range(1, field.most + 1)),
    Kind.PERSON: lambda field, value: f.person(
        field.name, value.slack_id if value else None, placeholder="Choose a colleague"
    ),
    # Every such menu has the same action, which finds the options; the block has the name of the field.
    Kind.STAKEHOLDER: lambda _field, value: f.external(
        ids.CLIENT_PERSON, "Type a name", (str(value.id), value.name) if value else None
    ),
    Kind.OBJECTIVE: lambda _field, value: f.external(
        ids.OBJECTIVE, "Choose an objective", (str(value.id), value.name) if value else None
    ),
    Kind.UNIT: lambda _field, value: f.external(ids.UNIT, "Choose or type its name", (value, value) if value else None),
    Kind.STAKEHOLDERS: lambda _field, value: f.external_several(
        ids.CLIENT_PEOPLE, "Type a name", [(str(one.id), one.name) for one in value or ()]
    ),
    Kind.PEOPLE: lambda field, value: f.persons(
        field.name, [one.slack_id for one in value or ()], placeholder="Choose colleagues", most=_MOST
    ),
    Kind.OPPORTUNITY: lambda _field, value: f.external(
        ids.OPPORTUNITY, "Choose an opportunity", (str(value.id), value.name) if value else None
    ),
    Kind.OFFERING: lambda _field, value: f.external(
        ids.OFFERING, "Type its name", (str(value.id), value.name) if value else None
    ),
}


def _filled(field: Field, value: Any) -> str:  # noqa: ANN401  any column's value
    if value is None:
        return ""
    if field.kind == Kind.QUARTER:
        return quarter_words(value)
    return typed(value) if isinstance(value, Decimal) else str(value)


def markup(field: Field, value: Any, names: Names, currency: str | None) -> Mrkdwn:  # noqa: ANN401  any column's value
    """A value, or one that an entry keeps, as markup. `currency` is the account's."""
    return escape(plain(field, value, names, currency))


def plain(field: Field, value: Any, names: Names, currency: str | None) -> str:  # noqa: ANN401  as above
    """The same as plain text."""
    return "nothing" if value is None else _SHOWN[field.kind](field, value, names, currency)


def money(value: Decimal, currency: str | None) -> str:
    """“1,500,000 EUR”; the number alone for an account without a currency."""
    return f"{words(value)} {currency}" if currency else words(value)


def _day(_field: Field, value: date | str, _names: Names, _currency: str | None) -> str:
    return short_date(value if isinstance(value, date) else date.fromisoformat(value))


_SHOWN: dict[Kind, Callable[[Field, Any, Names, str | None], str]] = {
    Kind.LINE: lambda _field, value, _names, _currency: value,
    Kind.TEXT: lambda _field, value, _names, _currency: value,
    Kind.UNIT: lambda _field, value, _names, _currency: value,
    Kind.DAY: _day,
    Kind.CHOICE: lambda field, value, _names, _currency: dict(field.choices)[value],
    Kind.PERSON: lambda _field, value, names, _currency: names.get((Kind.PERSON, value), "a colleague"),
    Kind.STAKEHOLDER: lambda _field, value, names, _currency: names.get((Kind.STAKEHOLDER, value), "somebody there"),
    Kind.OBJECTIVE: lambda _field, value, names, _currency: names.get((Kind.OBJECTIVE, value), "an objective"),
    Kind.OPPORTUNITY: lambda _field, value, names, _currency: names.get((Kind.OPPORTUNITY, value), "an opportunity"),
    Kind.OFFERING: lambda _field, value, names, _currency: names.get((Kind.OFFERING, value), "an offering"),
    Kind.SEVERAL: lambda field, value, _names, _currency: chosen_words(field, value),
    Kind.SCALE: lambda field, value, _names, _currency: dict(field.choices)[str(value)],
    Kind.COUNT: lambda _field, value, _names, _currency: str(value),
    Kind.LINK: lambda _field, value, _names, _currency: value,
    Kind.NUMBER: lambda _field, value, _names, _currency: words(Decimal(value)),
    Kind.MONEY: lambda _field, value, _names, currency: money(Decimal(value), currency),
    Kind.YEAR: lambda _field, value, _names, _currency: str(value),
    Kind.QUARTER: lambda _field, value, _names, _currency: quarter_words(value),
    Kind.PEOPLE: lambda _field, value, names, _currency: (
        ", ".join(names.get((Kind.PERSON, one), "a colleague") for one in value) or "nobody"
    ),
    Kind.STAKEHOLDERS: lambda _field, value, names, _currency: (
        ", ".join(names.get((Kind.STAKEHOLDER, one), "somebody there") for one in value) or "nobody"
    ),
    Kind.ACCOUNT: lambda _field, value, names, _currency: names.get((Kind.ACCOUNT, value), "another account"),
}
