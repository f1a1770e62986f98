"""The values of a section: the element of a form for each kind, and a value as markup."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from handlers.slack import fields as f
from handlers.slack.words import escape, short_date
from store.plan.values import Kind, quarter_words
from store.rules.numbers import typed, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slackblocks import Element

    from handlers.slack.words import Mrkdwn
    from store.plan.values import Field
    from store.tables import SectionRow


def element(field: Field, row: SectionRow | None) -> Element:
    """The element of a form, filled with the value of the row."""
    value = getattr(row, field.name if field.kind == Kind.PERSON else field.column) if row is not None else None
    if field.kind == Kind.DAY:
        return f.day(field.name, value)
    if field.kind == Kind.CHOICE:
        return f.menu(field.name, field.choices, value or field.choices[0][0])
    if field.kind == Kind.PERSON:
        return f.person(field.name, value.slack_id if value else None, placeholder="Choose a colleague")
    return f.text(field.name, field.limit, _filled(field, value), lines=field.kind == Kind.TEXT)


def _filled(field: Field, value: Any) -> str:  # noqa: ANN401  any column's value
    if value is None:
        return ""
    if field.kind == Kind.QUARTER:
        return quarter_words(value)
    return typed(value) if isinstance(value, Decimal) else str(value)


def markup(field: Field, value: Any, names: Mapping[int, str], currency: str | None) -> Mrkdwn:  # noqa: ANN401  any column's value
    """A value, or one that an entry keeps, as markup. `names` has the people by id; `currency` is the account's."""
    return escape("nothing" if value is None else _SHOWN[field.kind](field, value, names, currency))


def money(value: Decimal, currency: str | None) -> str:
    """“1,500,000 EUR”; the number alone for an account without a currency."""
    return f"{words(value)} {currency}" if currency else words(value)


def _day(_field: Field, value: date | str, _names: Mapping[int, str], _currency: str | None) -> str:
    return short_date(value if isinstance(value, date) else date.fromisoformat(value))


_SHOWN: dict[Kind, Callable[[Field, Any, Mapping[int, str], str | None], str]] = {
    Kind.LINE: lambda _field, value, _names, _currency: value,
    Kind.TEXT: lambda _field, value, _names, _currency: value,
    Kind.DAY: _day,
    Kind.CHOICE: lambda field, value, _names, _currency: dict(field.choices)[value],
    Kind.PERSON: lambda _field, value, names, _currency: names.get(value, "a colleague"),
    Kind.NUMBER: lambda _field, value, _names, _currency: words(Decimal(value)),
    Kind.MONEY: lambda _field, value, _names, currency: money(Decimal(value), currency),
    Kind.YEAR: lambda _field, value, _names, _currency: str(value),
    Kind.QUARTER: lambda _field, value, _names, _currency: quarter_words(value),
}
