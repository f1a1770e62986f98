"""The rules of the single sections: what each refuses, and what follows from its rows."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from store import accounts
from store.errors import BadInputError
from store.plan import figures, objectives, opportunities, risks, section, years
from store.tables import Aim, Level, Objective, Opportunity, Risk
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
