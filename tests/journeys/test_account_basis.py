"""The basis of an account's plan in Slack: its form, the page and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from store import accounts
from tests.journeys.accounts import account, id_of, merged, page, shown_again
from tests.journeys.conftest import BotInWorkspace, read, words, words_of

if TYPE_CHECKING:
    from sandbox import Message, View


def basis_form(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme") -> View:
    return town.form(user, page(town, user, name), ids.EDIT_BASIS)


def filled(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme", **fields: Any) -> Message:
    """Fill in the form of the basis; the page then."""
    done = town.submit(user, basis_form(town, user, name), **fields)
    assert done.errors == {}
    return page(town, user, name)


def test_all_of_the_basis_in_one_form(town: BotInWorkspace) -> None:
    """One form takes the whole basis; the page says it compactly, with amounts in full, and the history says it too."""
    account(town, "Globex Group")
    account(town, "Acme")
    town.submit("U0EVA", town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT), currency="EUR")
    form = basis_form(town)
    assert "Amounts are in EUR" in words_of(form)
    offered = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.PARENT, text="glo")
    assert [each["text"]["text"] for each in offered] == ["Globex Group"]
    done = town.submit(
        "U0EVA", form, parent=id_of(town, "Globex Group"), kind="unit", potential="1.5m", cost_to_serve="40 Tsd",
        sponsor="U0ADA", team=["U0ANA", "U0BEN"], period_start="2026-01-01", period_end="2026-12-31", target="300k",
        full_means="every *seat*", strategy="Grow in Asia\nFewer suppliers", target_markets="Hospitals",
        crm="https://crm.example/acme", note="Ask Dana first",
    )  # fmt: skip
    assert done.errors == {}
    shown = read(page(town, "U0BEN", "Acme"))
    for said in ("Part of Globex Group · a business unit", "Potential: 1,500,000 EUR a year",
                 "Cost to serve: 40,000 EUR", "100 % means every *seat*",
                 "Plan from Thu 1 Jan 2026 until Thu 31 Dec 2026 · Sales target: 300,000 EUR",
                 "Sponsor: Ada Moreau · Plan team: Ana Souza, Ben Okafor", "https://crm.example/acme",
                 "Grow in Asia", "Hospitals", "Ask Dana first",
                 "potential a year from nothing to 1,500,000 EUR", "part of from nothing to Globex Group",
                 "plan team from nobody to Ana Souza, Ben Okafor"):  # fmt: skip
        assert said in shown, said
    assert "Its parts: Acme" in read(page(town, "U0BEN", "Globex Group"))


def test_errors_stand_at_the_fields(town: BotInWorkspace) -> None:
    """A number with two readings and a plan that ends before it starts are refused at their fields; the rest stays."""
    account(town, "Acme")
    form = basis_form(town)
    assert "“1.500” can be 1.5 or 1500" in town.submit("U0EVA", form, potential="1.500").errors["potential"]
    assert town.box.modals("U0EVA")[-1].state["potential"]["potential"]["value"] == "1.500"
    late = town.submit("U0EVA", form, potential="1500", period_start="2026-06-01", period_end="2026-05-31").errors
    assert set(late) == {"period_end"}


def test_two_editors_of_the_basis(town: BotInWorkspace) -> None:
    """Two people change different fields, one in the other form: both are stored. Of one field they are asked."""
    account(town, "Acme")
    early = basis_form(town)
    details = town.form("U0ADA", page(town, "U0ADA", "Acme"), ids.EDIT_ACCOUNT)
    assert town.submit("U0ADA", details, category="B").errors == {}
    late = basis_form(town, "U0ADA")
    assert town.submit("U0EVA", early, potential="1000").errors == {}
    told = town.submit("U0ADA", late, potential="2000", crm="crm/1").errors
    assert "Eva Lindqvist changed this meanwhile to 1,000; you have 2,000" in told["potential"]
    assert town.submit("U0ADA", late, potential="", crm="crm/1").errors == {}
    kept = town.ask("U0EVA", accounts.named, "Acme")
    assert (kept.category, kept.potential, kept.crm) == ("B", 1000, "crm/1")


def test_a_form_on_an_account_that_is_gone(town: BotInWorkspace) -> None:
    """Merged while the form is open: the form says so and changes nothing."""
    account(town, "Acme")
    account(town, "Globex")
    form = basis_form(town)
    merge = merged(town, "U0ADA", "Acme", "Globex")
    assert town.submit("U0ADA", merge, into=id_of(town, "Globex")).errors == {}
    told = " ".join(town.submit("U0EVA", form, potential="5").errors.values())
    assert "Ada Moreau merged it into another" in told
    assert town.ask("U0EVA", accounts.named, "Globex").potential is None


def test_emptied_again(town: BotInWorkspace) -> None:
    """Each field can be emptied; the page says nothing of it then."""
    account(town, "Acme")
    filled(town, kind="entity", team=["U0ANA"], sponsor="U0ADA", potential="5", period_start="2026-01-01")
    shown = filled(town, kind="none", team=[], sponsor=None, potential=None, period_start=None)
    facts = read(shown).partition("History")[0]
    for said in ("legal entity", "Plan team", "Sponsor", "Potential", "Plan from"):
        assert said not in facts
    town.press("U0EVA", shown, ids.OPEN_ACCOUNTS)
    assert "1 account" in read(shown_again(town, "U0EVA", shown))


def four_accounts(town: BotInWorkspace) -> None:
    """Four accounts with figures; Acme's suggest category A."""
    for name, potential, cost in (("Acme", "1m", "10k"), ("Beta", "900k", "300k"), ("Cora", "100k", "1k"),
                                  ("Dion", "80k", "40k")):  # fmt: skip
        account(town, name)
        filled(town, name=name, potential=potential, cost_to_serve=cost)


def test_a_category_is_suggested_and_a_person_decides(town: BotInWorkspace) -> None:
    """Potential and cost to serve suggest a category; one press of those who may chooses it, once."""
    four_accounts(town)
    shown = page(town, "U0EVA", "Acme")
    assert "Among 4 accounts its potential is high, and its cost to serve low" in read(shown)
    assert "category A" in read(shown)
    assert ids.MAKE_CATEGORY not in str(page(town, "U0BEN", "Acme").blocks)
    assert "category A" in read(page(town, "U0BEN", "Acme"))
    town.press("U0EVA", shown, ids.MAKE_CATEGORY)
    again = shown_again(town, "U0EVA", shown)
    assert "A account" in read(again)
    assert "Among 4 accounts" not in read(again)
    assert "changed the category from none to A" in read(again)
    for name, category in (("Beta", "B"), ("Cora", "C"), ("Dion", "D")):
        assert f"Make it {category}" in words(page(town, "U0EVA", name))


def test_anothers_category_stays(town: BotInWorkspace) -> None:
    """A press on a button that was shown before another person chose a category changes nothing, and says so."""
    four_accounts(town)
    shown = page(town, "U0EVA", "Acme")
    form = town.form("U0ADA", page(town, "U0ADA", "Acme"), ids.EDIT_ACCOUNT)
    assert town.submit("U0ADA", form, category="B").errors == {}
    town.press("U0EVA", shown, ids.MAKE_CATEGORY)
    assert "Ada Moreau changed this meanwhile to “B”" in town.told("U0EVA")
    assert town.ask("U0EVA", accounts.named, "Acme").category == "B"
