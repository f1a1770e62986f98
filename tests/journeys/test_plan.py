"""The account plan: from nothing to a filled plan in Slack alone, its command, and who may see and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.plan.pages import SECTIONS
from handlers.slack.refs import ViewName
from store import accounts
from store.plan import section
from store.tables import Account, KeyDate
from tests.journeys import invariants
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import form, has_account, open_plan, press, values

if TYPE_CHECKING:
    from sandbox import Message, View

# The text that is typed into a menu that asks the bot.
TYPED = {ids.OFFERING: "Analytics", ids.OPPORTUNITY: ""}
MARKUP = "<!channel> *now* <@U0ANA> `x`"
# A row of each section as a person types it, and the words of its line.
ROWS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "stakeholder": (
        {"name": "Dana Whitfield", "title": "CFO", "roles": ["decision_maker", "economic_buyer"], "support": "5",
         "influence": "4", "owner": "U0ANA", "link": "https://crm.example/17"},
        ("*Dana Whitfield*, CFO", "decision maker, economic buyer", "champions us", "rather high influence",
         "Ana Souza"),
    ),
    "meeting": (
        {"day": "2026-11-20", "name": "They want the API by May", "colleagues": ["U0ANA"]},
        ("Fri 20 Nov 2026", "*Bo Chen* with Ana Souza", "They want the API by May"),
    ),
    "expectation": (
        {"side": "theirs", "name": "One person who answers", "agreed_on": "2026-11-20", "agreed_how": "meeting"},
        ("*Bo Chen*", "they expect: One person who answers", "agreed on Fri 20 Nov 2026 in a meeting"),
    ),
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
    "resource": (
        {"name": "Two engineers for the pilot", "department": "Services", "needed_on": "2027-01-15", "owner": "U0BEN"},
        ("*Two engineers for the pilot*", "asked", "Services", "Ben Okafor", "needed by Fri 15 Jan 2027"),
    ),
    "opinion": (
        {"feeling": "annoys", "name": "Invoices are late", "source": "Dana", "said_on": "2026-11-20"},
        (":red_circle: It annoys them: *“Invoices are late”*", "Dana, Fri 20 Nov 2026"),
    ),
    "figure": (
        {"name": "Uptime", "quarter": "Q3 2026", "value": "99.95", "unit": "%", "source": "monitoring",
         "owner": "U0ANA"},
        ("*Uptime*", "Q3 2026: 99.95 %", "monitoring", "Ana Souza"),
    ),
    "cell": (
        {"offering": "new:Analytics", "unit": "Lyon", "state": "open", "value": "140k", "note": "scrap of the presses"},
        ("*Analytics*", "Lyon", ":large_yellow_circle: open", "140,000 EUR"),
    ),
    "buyer": (
        {"opportunity": "1", "roles": ["economic_buyer", "champion"]},
        ("*Analytics add-on*", "Bo Chen: economic buyer, champion"),
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
    """The answer to `/plan text`, which comes at once or a moment later."""
    plan(town, text, user)
    return town.box.messages("C0ACME", viewer=user)[-1]


def fill(town: BotInWorkspace, kind: str) -> None:
    """Add the row of ROWS from the plan."""
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind=kind)
    people = offer(town, opened, ROWS[kind][0])
    done = town.submit("U0EVA", opened, **ROWS[kind][0] | people)
    assert (done.problem, done.errors) == (None, {})


def offer(town: BotInWorkspace, opened: View, given: dict[str, Any]) -> dict[str, Any]:
    """Type into the menus whose options the bot provides, units as they are `given`; the required people of the client,
    by field.
    """
    for block in opened.blocks:
        action_id = (block.get("element") or {}).get("action_id")
        if action_id == ids.UNIT and (unit := given.get(block["block_id"])):
            assert town.box.suggestions(
                "U0EVA", view_id=opened.id, action_id=action_id, text=unit, block_id=block["block_id"]
            )
        if action_id in TYPED:
            assert town.box.suggestions("U0EVA", view_id=opened.id, action_id=action_id, text=TYPED[action_id])
    people: dict[str, Any] = {}
    for block in opened.blocks:
        action_id = (block.get("element") or {}).get("action_id")
        if action_id in {ids.CLIENT_PERSON, ids.CLIENT_PEOPLE} and not block.get("optional"):
            name = block["block_id"]
            found = town.box.suggestions(
                "U0EVA", view_id=opened.id, action_id=action_id, text="Bo Chen", block_id=name
            )  # fmt: skip
            people[name] = found[-1]["value"] if action_id == ids.CLIENT_PERSON else [found[-1]["value"]]
    return people


def open_rows(town: BotInWorkspace, kind: str) -> None:
    """From the plan to the rows of a section; from its grid to them, if it has one."""
    press(town, "U0EVA", ids.SECTION_OPEN, kind=kind)
    if SECTIONS[kind].view == ViewName.GRID:
        press(town, "U0EVA", ids.SECTION_OPEN, kind=kind)


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
    assert "None yet" not in words_of(town.box.modals("U0EVA")[-1])
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
        ("Acme deals", "opportunity"), ("Acme expansions", "opportunity"), ("Acme outcomes", "objective"),
        ("Acme success plan", "objective"), ("Acme why they stay", "opinion"),
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
    assert "*Deep Risks*\nLead:" in words(shown(town, "Deep Risks"))
    assert "Deep Risks: Risks" in words(shown(town, "Deep Risks risks"))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Acme add risk late delivery", "late delivery"), ("Acme neues Risiko späte Lieferung", "späte Lieferung"),
        ("Acme ajouter un risque retard", "retard"), ("Acme añadir riesgo retraso", "retraso"),
        ("add risk late delivery for Acme", "late delivery"), ("add risk late delivery", "late delivery"),
    ],
)  # fmt: skip
def test_the_words_after_the_section_begin_its_form(town: BotInWorkspace, typed: str, name: str) -> None:
    """The form of a new row begins with the words after the section, whose account is named or the channel's."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(channel="C0ACME"))
    view: View = plan(town, typed).view
    assert town.submit("U0EVA", view).errors == {}
    assert f"*{name}*" in words_of(town.box.modals("U0EVA")[-1])


def test_the_account_of_the_channel(town: BotInWorkspace) -> None:
    """Where none is named the account of the channel is meant; elsewhere the person is asked which."""
    has_account(town)
    has_account(town, "Globex")
    assert "Your accounts" in words(shown(town, ""))
    assert "Whose risks?" in words(shown(town, "risks"))
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).where(Account.name == "Acme").values(channel="C0ACME"))
    assert "Acme: Risks" in words(shown(town, "Risiken"))
    opened = shown(town, "")
    assert "*Acme*" in words(opened)
    town.press("U0EVA", opened, ids.OPEN_ACCOUNTS)
    assert "Your accounts" in words(town.box.messages("C0ACME", viewer="U0EVA")[-1])
    assert "Your accounts" in words(shown(town, "all"))
    assert "Globex: Risks" in words(shown(town, "Globex risks"))


def test_a_misspelt_name_is_one_press_away(town: BotInWorkspace) -> None:
    """Accounts with a similar name are offered, each with the button that does there what was asked for."""
    has_account(town, "Initech")
    has_account(town, "Initrode")
    offered = shown(town, "Inytecch add risk late delivery")
    assert "Did you mean one of these?" in words(offered)
    form_ = town.press("U0EVA", offered, ids.SECTION_ADD, values(offered.blocks, ids.SECTION_ADD)[0]).view
    assert form_ is not None
    assert "Initech" in words_of(form_)
    offered = shown(town, "Inytecch")
    opened = town.press("U0EVA", offered, ids.PLAN_OPEN, values(offered.blocks, ids.PLAN_OPEN)[0]).view
    assert "*Initech*" in words_of(opened)
    offered = shown(town, "Ini risks")
    assert "I don't know “Ini”" in words(offered)
    opened = town.press("U0EVA", offered, ids.SECTION_OPEN, values(offered.blocks, ids.SECTION_OPEN)[1]).view
    assert "Initrode: Risks" in words_of(opened)
    assert "I don't know" in words(shown(town, "Zzz"))


def test_other_lines(town: BotInWorkspace) -> None:
    """Without a name: the accounts. An unknown name is answered with a proposal, and creates nothing."""
    has_account(town, "Acme Corporation")
    assert "Acme Corporation" in words(shown(town, ""))
    assert "/plan Acme add risk" in words(shown(town, "help"))
    assert "goals or outcomes, deals or expansions" in words(shown(town, "help"))
    assert "Did you mean one of these?" in words(shown(town, "Acmee Corporation"))
    assert "I don't know" in words(shown(town, "Initech risks"))
    assert town.rows()["account"] == 1


def test_others_may_look_and_not_change(town: BotInWorkspace) -> None:
    """A colleague sees the plan without buttons that would be refused; `add` says who can. A guest sees nothing."""
    has_account(town)
    message = shown(town, "Acme", "U0BEN")
    assert values(message.blocks, ids.SECTION_ADD) == []
    assert "Nothing yet: people, meetings" in words(message)
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
        for text in invariants.mrkdwn(list(view.blocks)):
            assert "<!channel>" not in text
            assert "<@U0ANA>" not in text


def test_the_longest_texts_fit(town: BotInWorkspace) -> None:
    """Slack accepts the plan and each section with more rows than are shown, all with the longest texts."""
    has_account(town)
    open_plan(town)
    for kind, (given, _) in ROWS.items():
        opened = form(town, "U0EVA", ids.SECTION_ADD, kind=kind)
        fields = [field for field in SECTIONS[kind].section.fields if not field.part]
        long = {f.name: "&" * f.limit for f in fields if f.kind in {"line", "text", "unit"}}
        amounts = {f.name: "999999999999" for f in fields if f.kind == "money"}
        people = offer(town, opened, given | long)
        assert town.submit("U0EVA", opened, **given | long | amounts | people).errors == {}
        open_rows(town, kind)
        for number in range(3):
            opened = form(town, "U0EVA", ids.SECTION_ADD, kind=kind)
            other = {"year": str(2000 + number), "quarter": f"Q1 20{10 + number}", "unit": f"{number}{'&' * 99}"}
            again = {name: value for name, value in other.items() if name in given}
            again |= {ids.OFFERING: "1"} if ids.OFFERING in given else {}
            again |= {"opportunity": str(number + 2)} if kind == "buyer" else {}
            again |= {"name": f"{number}" + long["name"][1:]} if kind == "stakeholder" else {}
            people = offer(town, opened, given | long | again)
            assert town.submit("U0EVA", opened, **given | long | amounts | again | people).errors == {}
        press(town, "U0EVA", ids.SECTION_SHOW, kind=kind)
        open_plan_from(town)
    assert "and 1 more" in words(shown(town, "Acme"))


def open_plan_from(town: BotInWorkspace) -> None:
    """From the details back to the plan, which stays one modal."""
    view = town.box.modals("U0EVA")[-1]
    *_, back = values(view.blocks, ids.SECTION_OPEN)
    town.box.press("U0EVA", action_id=ids.SECTION_OPEN, value=back, view_id=view.id)
    view = town.box.modals("U0EVA")[-1]
    (whole,) = values(view.blocks, ids.PLAN_OPEN)
    assert town.box.press("U0EVA", action_id=ids.PLAN_OPEN, value=whole, view_id=view.id).problem is None


def test_a_form_proposes_the_units_of_the_account(town: BotInWorkspace) -> None:
    """The units of cells and people, once however they are spelt, and the text itself; none of another account."""
    has_account(town)
    has_account(town, "Globex")
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        for name, unit in (("Acme", "Lyon"), ("Globex", "Lille")):
            account = accounts.named(tx, eva, name)
            assert account is not None
            given = {"offering": "new:Analytics", "unit": unit, "state": "open"}
            section.add(tx, eva, SECTIONS["cell"].section, account, given, origin_key=unit, now=now)
            for person, of in ((f"Bo {name}", unit.upper()), (f"Li {name}", f"Plant {unit}")):
                given = {"name": person, "unit": of}
                section.add(tx, eva, SECTIONS["stakeholder"].section, account, given, origin_key=person, now=now)
    open_plan(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="competitor")

    def offered(text: str) -> list[str]:
        found = town.box.suggestions(
            "U0EVA", view_id=opened.id, action_id=ids.UNIT, text=text, block_id="place"
        )  # fmt: skip
        return [one["text"]["text"] for one in found]

    assert [one.casefold() for one in offered("")] == ["lyon", "plant lyon"]
    assert offered("plan") == ["Plant Lyon", "plan"]
    assert offered("lyon")[:1] + offered("LYON")[:1] in (["Lyon"] * 2, ["LYON"] * 2)
    assert offered("Turin; spare parts") == ["Turin; spare parts"]
    fields = {"name": "Contoso", "strength": "high", "place": "Turin; spare parts"}
    assert town.submit("U0EVA", opened, **fields).errors == {}
    assert "Turin; spare parts" in words_of(town.box.modals("U0EVA")[-1])


def test_a_person_of_the_client_in_a_form(town: BotInWorkspace) -> None:
    """The menu offers the account's people and a new one, first those of a similar name; the line names the chosen one,
    whom Edit shows again and the history names.
    """
    has_account(town)
    open_plan(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="objective")

    def offered(text: str) -> list[tuple[str, str]]:
        given = town.box.suggestions(
            "U0EVA", action_id=ids.CLIENT_PERSON, text=text, view_id=opened.id, block_id="stakeholder"
        )
        return [(option["value"], option["text"]["text"]) for option in given]

    assert offered("Dana Reed") == [("new:Dana Reed", "Create “Dana Reed”")]
    done = town.submit("U0EVA", opened, name="Roll out", stakeholder="new:Dana Reed")
    assert (done.problem, done.errors) == (None, {})
    assert "*Roll out*  ·  with Dana Reed" in words_of(town.box.modals("U0EVA")[-1])
    press(town, "U0EVA", ids.SECTION_OPEN, kind="objective")
    press(town, "U0EVA", ids.SECTION_SHOW, kind="objective")
    opened = form(town, "U0EVA", ids.SECTION_EDIT, kind="objective")
    assert [text for _, text in offered("Dana Reid")] == ["Dana Reed", "Create “Dana Reid”"]
    offered("Marcus")
    assert town.submit("U0EVA", opened, stakeholder="new:Marcus").errors == {}
    details = words_of(town.box.modals("U0EVA")[-1])
    assert "Who there shares it: Marcus" in details
    assert "who there shares it from Dana Reed to Marcus" in details


@pytest.mark.parametrize(
    ("fate", "said", "at"),
    [("merged", "", ["Globex"]), ("archived", "", ["Acme"]), ("restricted", "not in the ledger any more", [])],
)
def test_a_form_of_an_account_that_has_changed(town: BotInWorkspace, fate: str, said: str, at: list[str]) -> None:
    """The account of an open form is merged: the row belongs to the kept one. It is archived: it keeps the row. It is
    restricted, and the person has no part in it any more: they learn nothing, and nothing is stored.
    """
    for name in ("Acme", "Globex"):
        has_account(town, name)
    open_plan(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD)
    gesture: dict[str, Any] = {"origin_key": fate, "now": town.box.clock.now()}
    with town.makegood.ledger.begin() as tx:
        ada, ana = town.person(tx, "U0ADA"), town.person(tx, "U0ANA")
        acme, globex = accounts.named(tx, ada, "Acme"), accounts.named(tx, ada, "Globex")
        assert acme is not None
        assert globex is not None
        if fate == "merged":
            accounts.merge(tx, ada, acme.id, globex.id, version=acme.version, **gesture)
        elif fate == "archived":
            accounts.archive(tx, ada, acme.id, "they closed", version=acme.version, **gesture)
        else:
            acme.owner_id = ana.id
            tx.flush()
            accounts.restrict(tx, ada, acme.id, known=[], **gesture)
    errors = " ".join(town.submit("U0EVA", opened, day="2027-01-29").errors.values())
    assert (said in errors, bool(errors), "Acme" in errors) == (True, bool(said), False)
    with town.makegood.ledger.read() as tx:
        assert list(tx.scalars(sa.select(Account.name).join(KeyDate, KeyDate.account_id == Account.id))) == at
