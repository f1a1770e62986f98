"""Sentences that follow from the rows of a plan: enough opportunities, an objective's figures, the years."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from handlers import ids
from store import accounts
from store.plan import buyers, competitors, objectives, opportunities, section, years
from store.tables import Account
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import form, has_account, open_plan, press

if TYPE_CHECKING:
    from sandbox import Message
    from store.plan.section import Section


def has_row(town: BotInWorkspace, one: Section[Any], key: str, **given: str) -> None:
    """A row of Acme's plan, added by its lead."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        section.add(tx, eva, one, account, given, origin_key=key, now=town.box.clock.now())


def has_goal(town: BotInWorkspace) -> None:
    """Acme's plan has an objective in money, of which 120,000 EUR are missing, and what Acme could buy in a year."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(currency="EUR", potential=Decimal(1_200_000)))
    has_row(town, objectives.SECTION, "goal", name="Grow to 500k", aim="grow", unit="money", measure="sales a year",
            start="300k", start_on="2026-01-01", start_source="invoices", target="500k", today="380k",
            today_on="2026-11-20", source="CRM")  # fmt: skip


def shown(town: BotInWorkspace, text: str) -> Message:
    outcome = town.box.command("U0EVA", "C0ACME", "/plan", text)
    assert outcome.problem is None, outcome
    message: Message = town.box.messages("C0ACME", viewer="U0EVA")[-1]
    return message


def account_page(town: BotInWorkspace) -> Message:
    town.commit("U0EVA", "account Acme")
    message: Message = town.box.messages("C0ACME", viewer="U0EVA")[-1]
    return message


def test_enough_opportunities(town: BotInWorkspace) -> None:
    """The head of the section says for each objective whether its open opportunities are enough; the form has the
    account's objectives.
    """
    has_goal(town)
    open_plan(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="opportunity")
    (offered,) = town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.OBJECTIVE, text="grow")
    assert town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.OBJECTIVE, text="shrink") == []
    town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.OFFERING, text="Cloud")
    done = town.box.submit("U0EVA", opened.id, {
        "name": {"name": "Second region"}, "value": {"value": "80k"},
        "objective": {ids.OBJECTIVE: offered["value"]}, "offering": {ids.OFFERING: "new:Cloud"},
    })  # fmt: skip
    assert (done.problem, done.errors) == (None, {})
    has_row(town, opportunities.SECTION, "aside", name="Training", stage="lead")
    said = words(shown(town, "Acme opportunities"))
    assert ":warning: Not enough for “Grow to 500k”: 1 open, worth 80,000 EUR; 120,000 EUR are missing" in said
    assert "1 open opportunity serves none of these objectives." in said
    assert "*Second region*  ·  lead  ·  Cloud  ·  80,000 EUR" in said
    has_row(town, opportunities.SECTION, "more", name="More seats", stage="qualified", value="40k", objective="1")
    assert ":white_check_mark: Enough for “Grow to 500k”: 2 open, worth 120,000 EUR" in words(shown(town, "Acme"))
    press(town, "U0EVA", ids.SECTION_OPEN, kind="opportunity")
    press(town, "U0EVA", ids.SECTION_SHOW, nth=0, kind="opportunity")
    details = words_of(town.box.modals("U0EVA")[-1])
    assert "Objective that it serves: Grow to 500k" in details
    assert "Offering: Cloud" in details


def test_the_buyers_of_an_opportunity(town: BotInWorkspace) -> None:
    """A person has roles of their own in each opportunity, once; the details of the opportunity name them."""
    has_goal(town)
    for number, name in enumerate(("Second region", "Training"), start=1):
        has_row(town, opportunities.SECTION, name, name=name, stage="lead")
        given = {
            "opportunity": str(number),
            "stakeholder": "new:Dana Reed",
            "roles": ("economic_buyer", "user")[number - 1],
        }
        has_row(town, buyers.SECTION, f"dana {name}", **given)
    said = words(shown(town, "Acme buyers"))
    assert "*Second region*  ·  Dana Reed: economic buyer" in said
    assert "*Training*  ·  Dana Reed: user" in said
    opened = town.box.command("U0EVA", "C0ACME", "/plan", "Acme add buyer").view
    assert opened is not None
    for action_id, text in ((ids.OPPORTUNITY, "train"), (ids.CLIENT_PERSON, "dana")):
        town.box.suggestions("U0EVA", view_id=opened.id, action_id=action_id, text=text)
    refused = town.submit("U0EVA", opened, opportunity="2", stakeholder="1")
    assert "the same person already" in refused.errors["stakeholder"]
    town.box.close("U0EVA", opened.id)
    open_plan(town)
    press(town, "U0EVA", ids.SECTION_OPEN, kind="opportunity")
    press(town, "U0EVA", ids.SECTION_SHOW, kind="opportunity")
    assert "*Buyers*\n• Dana Reed: economic buyer" in words_of(town.box.modals("U0EVA")[-1])


def test_the_figures_of_an_objective(town: BotInWorkspace) -> None:
    """The details have each figure with its day and its source, also those that an edit has replaced."""
    has_goal(town)
    open_plan(town)
    press(town, "U0EVA", ids.SECTION_OPEN, kind="objective")
    press(town, "U0EVA", ids.SECTION_SHOW, kind="objective")
    edit = form(town, "U0EVA", ids.SECTION_EDIT, kind="objective")
    assert town.submit("U0EVA", edit, today="400k", today_on="2026-11-23").errors == {}
    details = words_of(town.box.modals("U0EVA")[-1])
    assert (
        "*Figures so far*\n• 300,000 EUR  ·  Thu 1 Jan 2026  ·  invoices\n• 380,000 EUR  ·  Fri 20 Nov 2026  ·  CRM\n"
        "• 400,000 EUR  ·  Mon 23 Nov 2026  ·  CRM"
    ) in details


def test_three_years_and_the_share_of_account(town: BotInWorkspace) -> None:
    """A sentence says how the years went, on the plan and on the account's page, with our share as of the last year."""
    has_goal(town)
    for year, sales, revenue in (("2023", "300k", "1bn"), ("2024", "330k", "1bn"), ("2025", "420k", "900m")):
        has_row(town, years.SECTION, year, year=year, sales=sales, revenue=revenue)
    grown = "Our sales grew by 40 % from 2023 to 2025. Their revenue fell by 10 % from 2023 to 2025."
    share = "Share of account 35 %: 420,000 of 1,200,000 EUR that they could buy from us in a year (as of 2025)."
    for message in (shown(town, "Acme"), shown(town, "Acme years"), account_page(town)):
        assert grown in words(message)
        assert share in words(message)


def test_a_form_says_what_stays_with_us(town: BotInWorkspace) -> None:
    """The fields that no client may ever see say so."""
    has_goal(town)
    has_row(town, competitors.SECTION, "rival", name="Contoso", strength="low")
    open_plan(town)
    press(town, "U0EVA", ids.SECTION_OPEN, kind="competitor")
    edit = form(town, "U0EVA", ids.SECTION_EDIT, kind="competitor")
    hints = {block["block_id"]: str(block.get("hint")) for block in edit.blocks}
    said = {name for name, hint in hints.items() if "Only our team sees it." in hint}
    assert said == {"landmines", "landmines_of_theirs", "would_win"}
