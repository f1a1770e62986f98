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
from store.tables import SectionRow, Subject, Verb
from tests.conftest import NOW
from tests.store.plan_sections import SECTIONS, add_others, good

if TYPE_CHECKING:
    from store.plan.section import Section
    from tests.conftest import SmallTeam

_GESTURES = itertools.count()
# Of five verbs three are edits.
_VERBS = (Verb.EDIT, Verb.EDIT, Verb.EDIT, Verb.ARCHIVE, Verb.RESTORE)

# The course of the verbs is the same on both.
ON_EITHER = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)

TEXTS = st.sampled_from(["", "a", "Globex <@U0ANA>", "*x*\n> y", "  ", "é" * 90])
VALUES: dict[Kind, st.SearchStrategy[str]] = {
    Kind.LINE: TEXTS,
    Kind.TEXT: TEXTS,
    Kind.UNIT: TEXTS,
    Kind.DAY: st.sampled_from(["", "2026-11-20", "2026-12-01", "2027-02-28"]),
    Kind.PERSON: st.sampled_from(["", "U0ANA", "U0BEN", "U0ADA"]),
    Kind.NUMBER: st.sampled_from(["", "0", "12.5", "-3", "1.5m", "40 %", "1,500", "soon"]),
    Kind.MONEY: st.sampled_from(["", "0", "12.5", "1.5m", "€ 120k", "$5"]),
    Kind.YEAR: st.sampled_from(["2024", "2025", "2026", "", "26"]),
    Kind.QUARTER: st.sampled_from(["Q1 2026", "2026-Q2", "T3/26", "4Q25", "", "2026"]),
    Kind.STAKEHOLDER: st.sampled_from(["", "new:Dana Reed", "new:Marcus", "new:", "me"]),
    **dict.fromkeys((Kind.OBJECTIVE, Kind.OPPORTUNITY), st.sampled_from(["", "1", "2", "99", "soon"])),
    Kind.OFFERING: st.sampled_from(["new:Training", "new:Support", "new:", "", "Analytics"]),
    Kind.STAKEHOLDERS: st.sampled_from(["", "new:Dana Reed", "new:Marcus", "new:Marcus,new:Bo%2C Jr"]),
    Kind.PEOPLE: st.sampled_from(["", "U0ANA", "U0BEN,U0ADA"]),
    Kind.LINK: st.sampled_from(["", "https://crm.example/17", "mailto:dana@acme.example", "crm"]),
    Kind.COUNT: st.sampled_from(["", "1", "12", "0", "-1", "1.5", "many"]),
}


def values_of(field: Field) -> st.SearchStrategy[str]:
    choices = [value for value, _ in field.choices]
    if field.kind == Kind.SEVERAL:
        return st.lists(st.sampled_from(choices)).map(",".join)
    return st.sampled_from(choices) if choices else VALUES[field.kind]


def forms_of(one: Section[Any]) -> st.SearchStrategy[dict[str, str]]:
    """The values that a form may carry: all fields, or some of them."""
    return st.fixed_dictionaries({}, optional={field.name: values_of(field) for field in one.fields})


# Kinds of the field that is changed beside another.
_BESIDE = {Kind.LINE, Kind.TEXT, Kind.UNIT, Kind.MONEY}


def columns(one: Section[Any], row: SectionRow) -> dict[str, Any]:
    """All that an edit may change: the fields, and the column that follows them."""
    names = [field.column for field in one.fields] + [name for name in ("agreed_until",) if hasattr(row, name)]
    return {name: history.plain(getattr(row, name)) for name in names}


@ON_EITHER
@pytest.mark.parametrize("one", SECTIONS, ids=lambda one: one.kind)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, phases=[Phase.generate])
@given(data=st.data())
def test_the_row_can_be_rebuilt_from_its_entries(office: SmallTeam, one: Section[Any], data: st.DataObject) -> None:
    """Any verbs with any forms of any people: each entry has every change, from the value before to the value after, or
    that the row was archived or restored; nothing else changes the row, and the version counts the entries.
    """
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        account.currency = "EUR"
        add_others(tx, eva, account)
        # A new gesture for each example: the database is the same for all of them.
        key = next(_GESTURES)
        given = {"name": f"first {key}"} if one.kind == Subject.STAKEHOLDER else {}
        row = section.add(tx, eva, one, account, good(one) | given, origin_key=f"{key}", now=NOW)
        first = columns(one, row)
        for step in range(data.draw(st.integers(1, 5))):
            verb, by = data.draw(st.sampled_from(_VERBS)), office.person(tx, data.draw(st.sampled_from(["eva", "ada"])))
            gesture: dict[str, Any] = {"origin_key": f"{key}:{step}", "now": NOW}
            with contextlib.suppress(BadInputError, ChangedMeanwhileError), tx.begin_nested():
                if verb == Verb.EDIT:
                    form = data.draw(forms_of(one))
                    section.edit(tx, by, one, row.id, form, version=row.version, **gesture)
                elif verb == Verb.ARCHIVE:
                    section.archive(tx, by, one, row.id, f"reason {step}", **gesture)
                else:
                    section.restore(tx, by, one, row.id, **gesture)
        row = section.get(tx, eva, one, row.id)
        entries = history.entries(tx, eva, row)
        assert row.version == len(entries)
        rebuilt, reason = dict(first), None
        for entry in entries:
            reason = {Verb.ARCHIVE: entry.reason, Verb.RESTORE: None}.get(entry.verb, reason)
            for column, (before, after) in entry.changes.items():
                assert rebuilt[column] == before
                rebuilt[column] = after
        assert rebuilt == columns(one, row)
        assert (row.archived_at is not None, row.archive_reason) == (reason is not None, reason)
        if reason is None:
            section.archive(tx, eva, one, row.id, "the next example", origin_key=f"{key}:end", now=NOW)


@ON_EITHER
@pytest.mark.parametrize("one", SECTIONS, ids=lambda one: one.kind)
def test_two_editors_of_every_field_of_every_form(office: SmallTeam, one: Section[Any]) -> None:
    """For each field of each form: another editor's change is never overwritten unseen, and a change of another field
    beside it is stored.
    """
    with office.ledger.begin() as tx:
        eva, ada = office.person(tx, "eva"), office.person(tx, "ada")
        account = accounts.create(tx, eva, "Acme", now=NOW)
        add_others(tx, eva, account)
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
        if field.kind in {Kind.STAKEHOLDER, Kind.OFFERING} and value is not None:
            plain = f"new:{getattr(row, field.name).name}"
        elif field.kind == Kind.STAKEHOLDERS:
            plain = ",".join(f"new:{one.name}" for one in getattr(row, field.name))
        elif field.kind == Kind.PEOPLE:
            plain = ",".join(one.slack_id for one in getattr(row, field.name))
        elif field.kind == Kind.SEVERAL:
            plain = ",".join(value or ())
        filled[field.name] = "" if plain is None else str(plain)
    return filled


def other_values(field: Field, now: str) -> tuple[str, str | None]:
    """Two values that the field can take beside this one; the second is None where a choice has no third."""
    if field.choices:
        others: list[str | None] = [value for value, _ in field.choices if value != now]
        return str(others[0]), [*others, None][1]
    return {
        Kind.LINE: ("theirs", "mine"), Kind.TEXT: ("theirs", "mine"), Kind.UNIT: ("theirs", "mine"),
        Kind.PERSON: ("U0BEN", "U0ADA"),
        Kind.DAY: ("2026-11-10", "2026-11-11") if now.startswith("2026-11") else ("2027-01-11", "2027-01-12"),
        Kind.NUMBER: ("34", "56"), Kind.MONEY: ("34", "56"), Kind.YEAR: ("2021", "2022"),
        Kind.QUARTER: ("2021-Q1", "2022-Q1"), Kind.STAKEHOLDER: ("new:Dana Reed", "new:Marcus"),
        Kind.OBJECTIVE: ("1", "2"), Kind.OPPORTUNITY: ("2", "3"),
        Kind.OFFERING: ("new:Training", "new:Support"), Kind.COUNT: ("3", "4"),
        Kind.STAKEHOLDERS: ("new:Marcus", "new:Bo Chen"), Kind.PEOPLE: ("U0BEN", "U0ADA"),
        Kind.LINK: ("https://a.example/x", "https://a.example/y"),
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
        add_others(tx, eva, account)
        section.add(tx, eva, one, account, good(one), origin_key="view:1", now=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="cannot be rewritten"), office.ledger.begin() as tx:
        tx.execute(sa.delete(one.table))
