"""Any section under any course of its verbs: the history is complete, and the row can be rebuilt from it."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import accounts, history
from store.errors import BadInputError, ChangedMeanwhileError
from store.plan import section
from store.plan.values import Field, Kind
from store.tables import SectionRow
from tests.conftest import NOW
from tests.store.plan_sections import SECTIONS, good

if TYPE_CHECKING:
    from store.plan.section import Section
    from tests.conftest import SmallTeam

_GESTURES = itertools.count()

TEXTS = st.sampled_from(["", "a", "Globex <@U0ANA>", "*x*\n> y", "  ", "é" * 90])
VALUES: dict[Kind, st.SearchStrategy[str]] = {
    Kind.LINE: TEXTS,
    Kind.TEXT: TEXTS,
    Kind.DAY: st.sampled_from(["", "2026-11-20", "2026-12-01", "2027-02-28"]),
    Kind.PERSON: st.sampled_from(["", "U0ANA", "U0BEN", "U0ADA"]),
    Kind.NUMBER: st.sampled_from(["", "0", "12.5", "-3", "1.5m", "40 %", "1,500", "soon"]),
    Kind.MONEY: st.sampled_from(["", "0", "12.5", "1.5m", "€ 120k", "$5"]),
    Kind.YEAR: st.sampled_from(["2024", "2025", "2026", "", "26"]),
    Kind.QUARTER: st.sampled_from(["Q1 2026", "2026-Q2", "T3/26", "4Q25", "", "2026"]),
}


def values_of(field: Field) -> st.SearchStrategy[str]:
    if field.kind == Kind.CHOICE:
        return st.sampled_from([value for value, _ in field.choices])
    return VALUES[field.kind]


def forms_of(one: Section[Any]) -> st.SearchStrategy[dict[str, str]]:
    """The values that a form may carry: all fields, or some of them."""
    return st.fixed_dictionaries({}, optional={field.name: values_of(field) for field in one.fields})


# Kinds of the field that is changed beside another.
_BESIDE = {Kind.LINE, Kind.TEXT, Kind.MONEY}


def columns(one: Section[Any], row: SectionRow) -> dict[str, Any]:
    return {field.column: history.plain(getattr(row, field.column)) for field in one.fields}


@pytest.mark.parametrize("one", SECTIONS, ids=lambda one: one.kind)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, phases=[Phase.generate])
@given(data=st.data())
def test_the_row_can_be_rebuilt_from_its_entries(office: SmallTeam, one: Section[Any], data: st.DataObject) -> None:
    """Any forms of any people: each entry has every change, from the value before to the value after, and nothing else
    changes the row; the version counts the entries.
    """
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        account.currency = "EUR"
        # A new gesture for each example: the database is the same for all of them.
        key = next(_GESTURES)
        row = section.add(tx, eva, one, account, good(one), origin_key=f"{key}", now=NOW)
        first = columns(one, row)
        for step in range(data.draw(st.integers(1, 4))):
            form, by = data.draw(forms_of(one)), office.person(tx, data.draw(st.sampled_from(["eva", "ada"])))
            with contextlib.suppress(BadInputError, ChangedMeanwhileError), tx.begin_nested():
                section.edit(tx, by, one, row.id, form, version=row.version, origin_key=f"{key}:{step}", now=NOW)
        row = section.get(tx, eva, one, row.id)
        entries = history.entries(tx, eva, row)
        assert row.version == len(entries)
        rebuilt = dict(first)
        for entry in entries:
            for column, (before, after) in entry.changes.items():
                assert rebuilt[column] == before
                rebuilt[column] = after
        assert rebuilt == columns(one, row)
        section.archive(tx, eva, one, row.id, "the next example", origin_key=f"{key}:end", now=NOW)


@pytest.mark.parametrize("one", SECTIONS, ids=lambda one: one.kind)
def test_two_editors_of_every_field_of_every_form(office: SmallTeam, one: Section[Any]) -> None:
    """For each field of each form: another editor's change is never overwritten unseen, and a change of another field
    beside it is stored.
    """
    with office.ledger.begin() as tx:
        eva, ada = office.person(tx, "eva"), office.person(tx, "ada")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        row = section.add(tx, eva, one, account, good(one) | {"owner": "U0ANA"}, origin_key="first", now=NOW)
        for field in one.fields:
            version, before = row.version, section_form(one, row)
            theirs, mine = other_values(field, before[field.name])
            beside = next(f for f in one.fields if f.name != field.name and f.kind in _BESIDE)
            key = f"{field.name}:{{}}"
            section.edit(tx, ada, one, row.id, before | {field.name: theirs}, version=version,
                         origin_key=key.format("theirs"), now=NOW)  # fmt: skip
            if mine is not None:
                with pytest.raises(ChangedMeanwhileError) as caught, tx.begin_nested():
                    section.edit(tx, eva, one, row.id, before | {field.name: mine}, version=version,
                                 origin_key=key.format("mine"), now=NOW)  # fmt: skip
                assert caught.value.field == field.name
                assert "Ada Moreau" in caught.value.words
            said = other_values(beside, before[beside.name])[0] + "1"
            row = section.edit(tx, eva, one, row.id, before | {beside.name: said}, version=version,
                               origin_key=key.format("beside"), now=NOW)  # fmt: skip
            after = section_form(one, row)
            assert (after[beside.name], after[field.name]) == (said, theirs)


def section_form(one: Section[Any], row: SectionRow) -> dict[str, str]:
    """The form as it shows the row."""
    filled = {}
    for field in one.fields:
        value = row.owner.slack_id if field.kind == Kind.PERSON and row.owner else getattr(row, field.column)
        plain = history.plain(value)
        filled[field.name] = "" if plain is None else str(plain)
    return filled


def other_values(field: Field, now: str) -> tuple[str, str | None]:
    """Two values that the field can take beside this one; the second is None where a choice has no third."""
    if field.kind == Kind.CHOICE:
        others: list[str | None] = [value for value, _ in field.choices if value != now]
        return str(others[0]), [*others, None][1]
    return {
        Kind.LINE: ("theirs", "mine"), Kind.TEXT: ("theirs", "mine"), Kind.PERSON: ("U0BEN", "U0ADA"),
        Kind.DAY: ("2026-11-10", "2026-11-11") if field.column in {"today_on", "said_on"}
        else ("2027-01-11", "2027-01-12"),
        Kind.NUMBER: ("34", "56"), Kind.MONEY: ("34", "56"), Kind.YEAR: ("2021", "2022"),
        Kind.QUARTER: ("2021-Q1", "2022-Q1"),
    }[field.kind]  # fmt: skip


def test_every_section_is_here() -> None:
    """A new section is held to this file."""
    assert {one.table for one in SECTIONS} == set(SectionRow.__subclasses__())


@pytest.mark.parametrize("one", SECTIONS, ids=lambda one: one.kind)
def test_no_row_is_ever_deleted(office: SmallTeam, one: Section[Any]) -> None:
    """The database itself refuses to delete a row of any section."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        section.add(tx, eva, one, account, good(one), origin_key="view:1", now=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="cannot be rewritten"), office.ledger.begin() as tx:
        tx.execute(sa.delete(one.table))
