"""The account plan: from nothing to a filled plan in Slack alone, its command, and who may see and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.plan.pages import SECTIONS
from store.tables import Account
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import form, has_account, open_plan, press, values

if TYPE_CHECKING:
    from sandbox import Message, View

MARKUP = "<!channel> *now* <@U0ANA> `x`"
# A row of each section as a person types it, and the words of its line.
ROWS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "objective": (
        {"name": "Roll out to all plants", "measure": "seats in use", "start": "120", "target": "300", "today": "180",
         "today_on": "2026-11-20", "due_on": "2027-03-31", "owner": "U0ANA"},
        ("*Roll out to all plants*", "seats in use: 120 → 300, now 180 (33 %)", "by Wed 31 Mar 2027", "Ana Souza"),
    ),
    "opportunity": (
        {"name": "Analytics add-on", "stage": "qualified", "value": "1,5 Mio €", "expected_on": "2027-02-26"},
        ("*Analytics add-on*", "qualified", "1,500,000 EUR", "expected Fri 26 Feb 2027"),
    ),
    "risk": (
        {"name": "Budget freeze", "likelihood": "high", "impact": "high"},
        (":red_circle: *Budget freeze*", "likelihood high, impact high"),
    ),
    "competitor": (
        {"name": "Contoso", "strength": "medium", "place": "plant in Lyon", "landmines": "Ask for their uptime."},
        ("*Contoso*", "medium strength", "plant in Lyon"),
    ),
    "key_date": ({"kind": "renewal", "day": "2027-01-29"}, ("*Renewal*", "Fri 29 Jan 2027")),
    "opinion": (
        {"feeling": "annoys", "name": "Invoices are late", "source": "Dana", "said_on": "2026-11-20"},
        (":red_circle: It annoys them: *“Invoices are late”*", "Dana, Fri 20 Nov 2026"),
    ),
    "figure": (
        {"name": "Uptime", "quarter": "Q3 2026", "value": "99.95", "unit": "%", "source": "monitoring"},
        ("*Uptime*", "Q3 2026: 99.95 %", "monitoring"),
    ),
    "year": ({"year": "2025", "sales": "420k", "revenue": "1.2 bn"},
             ("*2025*", "our sales 420,000 EUR", "their revenue 1,200,000,000 EUR")),
}  # fmt: skip


def plan(town: BotInWorkspace, text: str, user: str = "U0EVA") -> Any:
    """Type `/plan text`."""
    outcome = town.box.command(user, "C0ACME", "/plan", text)
    assert outcome.problem is None, outcome
    return outcome


def shown(town: BotInWorkspace, text: str, user: str = "U0EVA") -> Message:
    message: Message = plan(town, text, user).messages[-1]
    return message


def fill(town: BotInWorkspace, kind: str) -> None:
    """Add the row of ROWS from the plan."""
    done = town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ADD, kind=kind), **ROWS[kind][0])
    assert (done.problem, done.errors) == (None, {})


def has_currency(town: BotInWorkspace) -> None:
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(currency="EUR"))


def test_from_nothing_to_a_filled_plan(town: BotInWorkspace) -> None:
    """An empty plan says what each section is for and has its button; each row appears in the plan, also with the
    command, and in its section.
    """
    has_account(town)
    has_currency(town)
    view = open_plan(town)
    assert {value.partition(":")[0] for value in values(view.blocks, ids.SECTION_ADD)} == set(SECTIONS) == set(ROWS)
    assert "what would they win if we did nothing?" in words_of(view)
    for kind, (_, lines) in ROWS.items():
        fill(town, kind)
        assert all(line in words_of(town.box.modals("U0EVA")[-1]) for line in lines), kind
    assert values(town.box.modals("U0EVA")[-1].blocks, ids.SECTION_ADD) == []
    message = shown(town, "acme")
    for kind, (_, lines) in ROWS.items():
        assert all(line in words(message) for line in lines), kind
        listed = shown(town, f"Acme {SECTIONS[kind].section.title}")
        assert all(line in words(listed) for line in lines), kind


def test_a_row_in_full(town: BotInWorkspace) -> None:
    """The details of a row show every value, and its history in words."""
    has_account(town)
    has_currency(town)
    open_plan(town)
    fill(town, "opportunity")
    press(town, "U0EVA", ids.SECTION_OPEN, kind="opportunity")
    press(town, "U0EVA", ids.SECTION_SHOW, kind="opportunity")
    edit = form(town, "U0EVA", ids.SECTION_EDIT, kind="opportunity")
    # The form shows the amount so that it can be saved as it is.
    assert town.submit("U0EVA", edit, stage="won").errors == {}
    edit = form(town, "U0EVA", ids.SECTION_EDIT, kind="opportunity")
    assert "can be 1.5 or 1500" in town.submit("U0EVA", edit, value="1.500").errors["value"]
    assert town.submit("U0EVA", edit, value="€ 2m").errors == {}
    details = words_of(town.box.modals("U0EVA")[-1])
    for line in ("Stage: Won", "Value: 2,000,000 EUR", "stage from Qualified to Won",
                  "value from 1,500,000 EUR to 2,000,000 EUR", "you added it"):  # fmt: skip
        assert line in details


def test_an_amount_without_a_currency(town: BotInWorkspace) -> None:
    """An account has no currency at first: the form says where one is chosen, and keeps what was typed."""
    has_account(town)
    open_plan(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="opportunity")
    refused = town.submit("U0EVA", opened, **ROWS["opportunity"][0])
    assert "Acme has no currency yet" in refused.errors["value"]
    edit = town.press("U0EVA", town.commit("U0EVA", "account Acme").messages[-1], ids.EDIT_ACCOUNT).view
    assert edit is not None
    assert "three letters" in town.submit("U0EVA", edit, currency="Euro").errors["currency"]
    assert town.submit("U0EVA", edit, currency="eur").errors == {}
    assert "changed the currency from none to EUR" in words(town.commit("U0EVA", "account Acme").messages[-1])


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Acme risks", "risk"), ("acme Risk", "risk"), ("ACME competition", "competitor"),
        ("Acme deals", "opportunity"),
        ("Acme key dates", "key_date"), ("Acme their opinion", "opinion"), ("Acme numbers", "figure"),
    ],
)  # fmt: skip
def test_straight_to_a_section(town: BotInWorkspace, typed: str, kind: str) -> None:
    """The name of an account and the words for a section open that section, by title, noun or another word."""
    has_account(town)
    listed = shown(town, typed)
    assert f"Acme: {SECTIONS[kind].section.title}" in words(listed)
    assert values(listed.blocks, ids.SECTION_ADD)[0].startswith(f"{kind}:")


@pytest.mark.parametrize("typed", ["Acme add risk", "acme add a risk", "add risk to Acme", "add a risk Acme"])
def test_straight_to_the_form(town: BotInWorkspace, typed: str) -> None:
    """`add` opens the form; afterwards the section stands in its place."""
    has_account(town)
    view: View = plan(town, typed).view
    assert town.submit("U0EVA", view, name="Budget freeze").errors == {}
    assert "Budget freeze" in words_of(town.box.modals("U0EVA")[-1])


def test_names_that_look_like_commands(town: BotInWorkspace) -> None:
    """An account whose name ends with the word for a section is found by its whole name."""
    has_account(town, "Deep Risks")
    assert "Deep Risks*: account plan" in words(shown(town, "Deep Risks"))
    assert "Deep Risks: Risks" in words(shown(town, "Deep Risks risks"))


def test_other_lines(town: BotInWorkspace) -> None:
    """Without a name: the accounts. An unknown name is answered with a proposal, and creates nothing."""
    has_account(town, "Acme Corporation")
    assert "Acme Corporation" in words(shown(town, ""))
    assert "/plan Acme add risk" in words(shown(town, "help"))
    assert "Did you mean Acme Corporation?" in words(shown(town, "Acmee Corporation"))
    assert "I don't know" in words(shown(town, "Initech risks"))
    assert town.rows()["account"] == 1


def test_others_may_look_and_not_change(town: BotInWorkspace) -> None:
    """A colleague sees the plan without buttons that would be refused; `add` says who can. A guest sees nothing."""
    has_account(town)
    message = shown(town, "Acme", "U0BEN")
    assert values(message.blocks, ids.SECTION_ADD) == []
    assert "Nothing yet: objectives" in words(message)
    assert "Only Eva Lindqvist (who leads Acme)" in words(shown(town, "Acme add risk", "U0BEN"))
    town.box.change_user("U0BEN", is_restricted=True)
    assert "here as a guest" in words(shown(town, "Acme", "U0BEN"))


def test_what_people_write_stays_text(town: BotInWorkspace) -> None:
    """Names and texts of a row are no markup and mention nobody, in the plan and in the details."""
    has_account(town)
    open_plan(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="risk")
    assert town.submit("U0EVA", opened, name=MARKUP, note=MARKUP).errors == {}
    press(town, "U0EVA", ids.SECTION_OPEN, kind="risk")
    press(town, "U0EVA", ids.SECTION_SHOW, kind="risk")
    for view in (shown(town, "Acme"), town.box.modals("U0EVA")[-1]):
        assert "<!channel>" not in str(view.blocks)
        assert "<@U0ANA>" not in str(view.blocks)


def test_the_longest_texts_fit(town: BotInWorkspace) -> None:
    """Slack accepts the plan and each section with more rows than are shown, all with the longest texts."""
    has_account(town)
    open_plan(town)
    for kind, (given, _) in ROWS.items():
        opened = form(town, "U0EVA", ids.SECTION_ADD, kind=kind)
        long = {f.name: "&" * f.limit for f in SECTIONS[kind].section.fields if f.kind in {"line", "text"}}
        amounts = {f.name: "999999999999" for f in SECTIONS[kind].section.fields if f.kind == "money"}
        assert town.submit("U0EVA", opened, **given | long | amounts).errors == {}
        press(town, "U0EVA", ids.SECTION_OPEN, kind=kind)
        for number in range(3):
            opened = form(town, "U0EVA", ids.SECTION_ADD, kind=kind)
            other = {"year": str(2000 + number), "quarter": f"Q1 20{10 + number}"}
            again = {name: value for name, value in other.items() if name in given}
            assert town.submit("U0EVA", opened, **given | long | amounts | again).errors == {}
        press(town, "U0EVA", ids.SECTION_SHOW, kind=kind)
        open_plan_from(town)
    assert "and 1 more" in words(shown(town, "Acme"))


def open_plan_from(town: BotInWorkspace) -> None:
    """From the details back to the plan, which stays one modal."""
    view = town.box.modals("U0EVA")[-1]
    (back,) = values(view.blocks, ids.SECTION_OPEN)
    town.box.press("U0EVA", action_id=ids.SECTION_OPEN, value=back, view_id=view.id)
    view = town.box.modals("U0EVA")[-1]
    (whole,) = values(view.blocks, ids.PLAN_OPEN)
    assert town.box.press("U0EVA", action_id=ids.PLAN_OPEN, value=whole, view_id=view.id).problem is None
