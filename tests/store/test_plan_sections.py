"""The rules of the single sections: what each refuses, and what follows from its rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from store import accounts, history
from store.errors import BadInputError
from store.plan import figures, objectives, opportunities, resources, risks, section, years
from store.tables import Aim, Level, Measure, Objective, Opportunity, Risk, Stage
from tests.conftest import NOW
from tests.store.plan_sections import SECTIONS, good

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.plan.section import Section
    from store.tables import SectionRow
    from tests.conftest import SmallTeam

# The database decides nothing here.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add(tx: Session, office: SmallTeam, one: Section[Any], key: str = "view:1", **given: str) -> SectionRow:
    eva = office.person(tx, "eva")
    account = accounts.create(tx, eva, "Acme", now=NOW)
    return section.add(tx, eva, one, account, good(one) | given, origin_key=key, now=NOW)  # type: ignore[no-any-return]


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "given", "field", "words"),
    [
        ("risk", {"name": ""}, "name", "missing"),
        ("risk", {"likelihood": "sure"}, "likelihood", "Low, Medium, High"),
        ("objective", {"today": "5", "today_on": ""}, "today_on", "needs the day"),
        ("objective", {"today": "", "today_on": "2026-11-20"}, "today", "needs the day"),
        ("objective", {"today": "5", "today_on": "2026-12-20"}, "today_on", "not come yet"),
        ("objective", {"start_on": "2026-12-20"}, "start_on", "not come yet"),
        ("objective", {"start": "", "start_on": "2026-11-20"}, "start", "true on it"),
        ("opportunity", {"objective": "99"}, "objective", "no objective of this account"),
        ("cell", {"value": "-5"}, "value", "not negative"),
        ("cell", {"offering": ""}, "offering", "missing"),
        ("cell", {"offering": "soon"}, "offering", "one of the offerings"),
        ("objective", {"start": "5", "target": "5"}, "target", "choose “Hold”"),
        ("objective", {"target": "5", "start": "1", "measure": ""}, "measure", "name the measure"),
        ("objective", {"target": "€ 5"}, "target", "without a currency"),
        ("opportunity", {"value": "-1"}, "value", "not negative"),
        ("opportunity", {"value": "$ 5"}, "value", "Acme has no currency yet"),
        ("opportunity", {"value": "40 %"}, "value", "Acme has no currency yet"),
        ("year", {"year": "1066"}, "year", "such as 2026"),
        ("year", {"revenue": "", "sales": ""}, "sales", "or both"),
        ("figure", {"quarter": "Q5 2026"}, "quarter", "such as Q3 2026"),
        ("figure", {"value": ""}, "value", "missing"),
        ("opinion", {"said_on": "2027-01-01"}, "said_on", "not come yet"),
        ("resource", {"answer": "perhaps"}, "answer", "Asked, Accepted, Declined"),
        ("competitor", {"name": "x" * 101}, "name", "100"),
    ],
)
def test_refused_at_the_field(office: SmallTeam, kind: str, given: dict[str, str], field: str, words: str) -> None:
    """Each rule refuses in words at its field."""
    one = next(one for one in SECTIONS if one.kind == kind)
    with pytest.raises(BadInputError) as caught, office.ledger.begin() as tx:
        add(tx, office, one, **given)
    assert (caught.value.field, words in caught.value.words) == (field, True), caught.value.words


@on_sqlite
def test_an_amount_is_in_the_currency_of_the_account(office: SmallTeam) -> None:
    """The account's currency may be written or left out; another one is refused, never taken for it."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        accounts.create(tx, eva, "Acme", now=NOW).currency = "EUR"
        for key, text in enumerate(("1.5m", "€ 1.5m", "1,5 Mio EUR")):
            row = add(tx, office, opportunities.SECTION, f"view:{key}", value=text)
            assert isinstance(row, Opportunity)
            assert row.value == 1_500_000
    with pytest.raises(BadInputError, match="in EUR"), office.ledger.begin() as tx:
        add(tx, office, opportunities.SECTION, "view:9", value="$5")


@on_sqlite
@pytest.mark.parametrize(("one", "field"), [(years.SECTION, "year"), (figures.SECTION, "quarter")])
def test_the_same_year_or_quarter_stands_once(office: SmallTeam, one: Section[Any], field: str) -> None:
    """A second row for it is refused; the same gesture twice is not, and an archived row makes room."""
    with office.ledger.begin() as tx:
        row = add(tx, office, one)
        assert add(tx, office, one).id == row.id
    with pytest.raises(BadInputError) as caught, office.ledger.begin() as tx:
        add(tx, office, one, "view:2")
    assert caught.value.field == field
    with office.ledger.begin() as tx:
        section.archive(tx, office.person(tx, "eva"), one, row.id, "wrong", origin_key="press:1", now=NOW)
        assert add(tx, office, one, "view:3").id != row.id


@pytest.mark.parametrize(
    ("start", "target", "today", "percent", "reached"),
    [
        (120, 300, 180, 33, False), (120, 300, 300, 100, True), (120, 300, 100, -11, False),
        (120, 300, None, None, False),
        (50, 20, 30, 66, False), (50, 20, 10, 133, True), (None, 20, 25, None, True), (20, 20, 20, None, True),
    ],
)  # fmt: skip
def test_how_far_an_objective_is(
    start: int | None, target: int, today: int | None, percent: int | None, reached: bool
) -> None:
    """The share of the way from the start to the target, up or down; reached from the target on."""
    figures_ = {"start": start, "target": target, "today": today}
    row = Objective(aim=Aim.GROW, **{k: None if v is None else Decimal(v) for k, v in figures_.items()})
    assert (objectives.progress(row), objectives.is_reached(row)) == (percent, reached)


@on_sqlite
def test_the_heaviest_risk_comes_first(office: SmallTeam) -> None:
    """Likelihood times impact orders the list."""
    with office.ledger.begin() as tx:
        for key, (likelihood, impact) in enumerate((("low", "high"), ("high", "high"), ("medium", "low"))):
            row = add(tx, office, risks.SECTION, f"view:{key}", likelihood=likelihood, impact=impact)
        listed = section.of_account(tx, office.person(tx, "eva"), risks.SECTION, row.account, today=NOW.date())
        assert [risks.weight(one) for one in listed] == [9, 3, 2]
    assert risks.weight(Risk(likelihood=Level.HIGH, impact=Level.LOW)) == 3


@on_sqlite
@pytest.mark.parametrize(
    ("one", "field"),
    [(objectives.SECTION, "due_on"), (opportunities.SECTION, "expected_on"), (resources.SECTION, "needed_on")],
    ids=lambda one: getattr(one, "kind", one),
)
def test_a_planned_day_is_not_before_the_plan(office: SmallTeam, one: Section[Any], field: str) -> None:
    """The refusal names the plan's period. A row from before the period stays as it is when another field is edited."""
    with office.ledger.begin() as tx:
        row = add(tx, office, one, **{field: "2026-12-01"})
        row.account.period_start, row.account.period_end = date(2027, 1, 1), date(2027, 12, 31)
        section.edit(tx, office.person(tx, "eva"), one, row.id, {field: "2026-12-01", "note": "still"},
                     version=row.version, origin_key="edit:1", now=NOW)  # fmt: skip
        with pytest.raises(BadInputError) as caught:
            add(tx, office, one, "view:2", **{field: "2026-12-31"})
        assert caught.value.field == field
        assert caught.value.words == (
            "Thu 31 Dec 2026 is before the plan of Acme, which runs from Fri 1 Jan 2027 to Fri 31 Dec 2027."
        )
        assert add(tx, office, one, "view:3", **{field: "2027-01-01"}).id != row.id


def test_landmines_never_leave_our_side() -> None:
    """No surface for the client may show the landmines, what a competitor would win, or the notes of what is shared."""
    internal = {field.column for one in SECTIONS for field in one.fields if field.internal}
    assert internal == {"landmines", "landmines_of_theirs", "would_win", "note"}
    for one in SECTIONS:
        assert not any(field.internal for field in one.shareable)
        assert {*one.shareable} <= {*one.fields}


def objective(id_: int = 1, **given: Any) -> Objective:
    figures_ = {"start": None, "today": None, "target": None} | given
    numbers = {name: None if value is None else Decimal(value) for name, value in figures_.items() if name != "unit"}
    return Objective(id=id_, aim=Aim.GROW, unit=given.get("unit", Measure.MONEY), **numbers)


def opportunity(objective_id: int | None, value: int | None = None, stage: Stage = Stage.LEAD) -> Opportunity:
    return Opportunity(objective_id=objective_id, value=None if value is None else Decimal(value), stage=stage)


@pytest.mark.parametrize(
    ("goal", "served", "number", "value", "missing", "is_enough"),
    [
        ({"today": 380, "target": 500}, [80, 40], 2, 120, 120, True),
        ({"today": 380, "target": 500}, [80, 39], 2, 119, 120, False),
        ({"today": 380, "target": 500}, [], 0, 0, 120, False),
        ({"today": 380, "target": 500}, [None], 1, 0, 120, False),
        ({"start": 400, "target": 500}, [100], 1, 100, 100, True),
        ({"target": 500}, [400], 1, 400, 500, False),
        # Without a way in money, one open opportunity is enough.
        ({}, [None], 1, 0, None, True), ({}, [], 0, 0, None, False),
        ({"unit": Measure.NUMBER, "today": 1, "target": 9}, [5], 1, 5, None, True),
    ],
)  # fmt: skip
def test_enough(
    goal: dict[str, Any], served: list[int | None], number: int, value: int, missing: int | None, is_enough: bool
) -> None:
    """Number and value of the open opportunities that serve an objective, against what is missing to its target."""
    others = [
        opportunity(2, 999),
        opportunity(None, 999),
        opportunity(1, 999, Stage.WON),
        opportunity(1, 9, Stage.LOST),
    ]
    (found,) = opportunities.enough([objective(**goal)], [*others, *(opportunity(1, each) for each in served)])
    assert (found.number, found.value, found.is_enough) == (number, Decimal(value), is_enough)
    assert found.missing == (None if missing is None else Decimal(missing))


def test_objectives_that_need_nothing() -> None:
    """One to hold, a reached one and an archived one need no opportunity."""
    hold, reached, archived = objective(), objective(today=9, target=9), objective()
    hold.aim, archived.archived_at = Aim.HOLD, NOW
    assert opportunities.enough([hold, reached, archived], []) == []


def test_the_figures_of_an_objective_so_far(office: SmallTeam) -> None:
    """The start and each figure of today, with day and source; a corrected source replaces the wrong one."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        row = add(tx, office, objectives.SECTION, start="120", start_on="2026-09-01", start_source="contract",
                  today="150", today_on="2026-10-01", source="report")  # fmt: skip
        for number, given in enumerate((
            {"source": "usage report"}, {"note": "no figure"}, {"today": "180", "today_on": "2026-11-20"},
            {"today": "", "today_on": "", "source": ""}, {"today": "175", "today_on": "2026-11-22"},
        )):  # fmt: skip
            row = section.edit(tx, eva, objectives.SECTION, row.id, given, version=row.version,
                               origin_key=f"edit:{number}", now=NOW)  # fmt: skip
        assert isinstance(row, Objective)
        found = objectives.readings(row, history.entries(tx, eva, row))
        assert [(int(one.value), one.on and one.on.isoformat(), one.source) for one in found] == [
            (120, "2026-09-01", "contract"), (150, "2026-10-01", "usage report"), (180, "2026-11-20", "usage report"),
            (175, "2026-11-22", None),
        ]  # fmt: skip
