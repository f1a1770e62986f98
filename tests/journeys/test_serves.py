"""A commitment serves a row of its account's plan: from the row, in the form of *Edit*, and on both pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, commitments, stakeholders
from store.commitments import Draft
from store.errors import BadInputError
from store.plan import section
from store.plan.opportunities import SECTION as OPPORTUNITIES
from store.plan.resources import SECTION as RESOURCES
from store.plan.risks import SECTION as RISKS
from store.tables import Account, Resource, Risk
from tests.journeys.accounts import account, merged
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import form, open_plan, press, values

if TYPE_CHECKING:
    from sandbox import View
    from store.tables import SectionRow

FREEZE = {"name": "Budget freeze", "likelihood": "high", "impact": "high"}
ADD_ON = {"name": "Analytics add-on", "stage": "lead"}


def risk(town: BotInWorkspace, name: str = "Budget freeze", at: str = "Acme") -> Risk:
    """A risk of that account."""
    return _row(town, RISKS, FREEZE | {"name": name}, at)  # type: ignore[return-value]


def _row(town: BotInWorkspace, of: Any, given: dict[str, str], at: str) -> SectionRow:
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        its = accounts.create(tx, eva, at, now=now)
        row: SectionRow = section.add(tx, eva, of, its, given, origin_key=f"{at}:{given['name']}", now=now)
        return row


def details_of(town: BotInWorkspace, kind: str = "risk") -> View:
    """The details of the first row of the section, in a modal."""
    open_plan(town)
    press(town, "U0EVA", ids.SECTION_OPEN, kind=kind)
    press(town, "U0EVA", ids.SECTION_SHOW, kind=kind)
    return top(town)


def top(town: BotInWorkspace) -> View:
    view: View = town.box.modals("U0EVA")[-1]
    return view


def plan_an_action(town: BotInWorkspace, action: str = "call their CFO", due: str = "2026-12-04", **more: str) -> None:
    """From the details of a risk."""
    opened = form(town, "U0EVA", ids.SECTION_PLAN, kind="risk")
    done = town.submit("U0EVA", opened, action=action, due=due, **more)
    assert (done.problem, done.errors) == (None, {})


def served(town: BotInWorkspace, number: int = 1) -> str | None:
    """The name of the row that the commitment serves."""
    row = town.ask("U0EVA", commitments.row_of, town.commitment(number))
    return row.name if row is not None else None


def edit_form(town: BotInWorkspace, number: int = 1) -> View:
    return town.form("U0EVA", town.item("U0EVA", number), ids.EDIT)


def offered(town: BotInWorkspace, view: View, typed: str = "") -> list[str]:
    found = town.box.suggestions("U0EVA", view_id=view.id, action_id=ids.SERVES, text=typed)
    return [option["text"]["text"] for option in found]


def choose(town: BotInWorkspace, view: View, text: str) -> str:
    found = town.box.suggestions("U0EVA", view_id=view.id, action_id=ids.SERVES, text="")
    value: str = next(option["value"] for option in found if option["text"]["text"] == text)
    return value


def test_an_action_of_a_row_serves_it(town: BotInWorkspace) -> None:
    """*Plan an action* records a commitment that serves the row; the row lists it with date and state, also when it is
    done, and the list of the section says the next one.
    """
    risk(town)
    shown = details_of(town)
    assert "*Actions*\nNone yet" in words_of(shown)
    plan_an_action(town)
    assert served(town) == "Budget freeze"
    details = words_of(next(one for one in town.box.modals("U0EVA") if one.id == shown.id))
    assert "*Actions*  ·  1" in details
    assert "*call their CFO*" in details
    assert "due *Fri 4 Dec 2026*" in details
    town.commit("U0EVA", "done 1")
    assert ":white_check_mark: ~call their CFO~" in words_of(details_of(town))


def plan_and_list(town: BotInWorkspace) -> list[str]:
    """The words of the plan, and of its risks."""
    return [words(town.box.command("U0EVA", "C0ACME", "/plan", text).messages[-1]) for text in ("Acme", "Acme risks")]


def test_the_lists_say_the_next_action(town: BotInWorkspace) -> None:
    """A risk says its next action, the nearest of them, or that there is none yet; so do list and plan."""
    row = risk(town)
    for text in (
        words_of(open_plan(town)),
        words(town.box.command("U0EVA", "C0ACME", "/plan", "Acme risks").messages[-1]),
    ):
        assert "_no action yet_" in text
    acme = town.ask("U0EVA", accounts.named, "Acme")
    town.has_recorded(
        "U0EVA", ("U0BEN", "call", "2026-12-11"), ("U0ANA", "ask", "2026-12-04"), account=acme, serves=row
    )
    for text in (
        words_of(open_plan(town)),
        words(town.box.command("U0EVA", "C0ACME", "/plan", "Acme risks").messages[-1]),
    ):
        assert "next: #2 Ana, Fri 4 Dec" in text
        assert "no action yet" not in text
    town.commit("U0EVA", "done 2")
    assert "next: #1 Ben, Fri 11 Dec" in words_of(open_plan(town))
    town.move(2026, 12, 14, 9)
    assert ":red_circle: next: #1 Ben, Fri 11 Dec" in words_of(open_plan(town))


def test_from_the_commitment_to_the_row_and_back(town: BotInWorkspace) -> None:
    """The details of a commitment say what it serves; a button opens the row, and from there the commitment again."""
    risk(town)
    details_of(town)
    plan_an_action(town)
    message = town.item("U0EVA")
    assert "Serves the risk *Budget freeze*" in words(message)
    view = town.press("U0EVA", message, ids.SECTION_SHOW).view
    assert "likelihood high" in words_of(view)
    assert view is not None
    (value,) = values(view.blocks, ids.SHOW)
    assert town.box.press("U0EVA", action_id=ids.SHOW, value=value, view_id=view.id).problem is None
    assert "Serves the risk *Budget freeze*" in words_of(top(town))


def test_edit_changes_and_clears_it(town: BotInWorkspace) -> None:
    """*Edit* offers the rows of the account, section by section, and the choice can be cleared; history says it."""
    risk(town)
    risk(town, "Reorganisation")
    _row(town, OPPORTUNITIES, ADD_ON, "Acme")
    risk(town, "Strike", at="Globex")
    town.receipt("U0EVA", "call their CFO by Friday for Acme")
    opened = edit_form(town)
    assert offered(town, opened) == ["Analytics add-on", "Budget freeze", "Reorganisation"]
    assert offered(town, opened, "reorg") == ["Reorganisation"]
    assert town.submit("U0EVA", opened, serves=choose(town, opened, "Reorganisation")).errors == {}
    assert served(town) == "Reorganisation"
    assert "changed what it serves" in words(town.item("U0EVA"))
    assert town.submit("U0EVA", edit_form(town), note="soon").errors == {}
    assert served(town) == "Reorganisation"
    assert town.submit("U0EVA", edit_form(town), serves=None).errors == {}
    assert served(town) is None


def test_another_account_empties_the_choice(town: BotInWorkspace) -> None:
    """When the account changes in the form, the row of the former one is taken out, and the new one's are offered."""
    risk(town)
    risk(town, "Strike", at="Globex")
    details_of(town)
    plan_an_action(town)
    opened = edit_form(town)
    found = town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.ACCOUNT, text="Globex")
    assert town.box.press("U0EVA", action_id=ids.ACCOUNT, value=found[0]["value"], view_id=opened.id).problem is None
    assert offered(town, top(town)) == ["Strike"]
    assert town.submit("U0EVA", top(town)).errors == {}
    assert served(town) is None


def test_another_accounts_row_is_refused_in_words(town: BotInWorkspace) -> None:
    """A form whose account changed before its menu could follow is refused at that field, and so is a row that was
    archived while the form was open.
    """
    risk(town)
    other = risk(town, "Reorganisation")
    account(town, "Globex")
    details_of(town)
    plan_an_action(town)
    opened = edit_form(town)
    found = town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.ACCOUNT, text="Globex")
    refused = town.submit("U0EVA", opened, account=found[0]["value"]).errors
    assert refused == {"serves": "That belongs to the plan of Acme. Choose that account, or a row of this one."}
    assert served(town) == "Budget freeze"
    opened = edit_form(town)
    value = choose(town, opened, "Reorganisation")
    with town.makegood.ledger.begin() as tx:
        now = town.box.clock.now()
        section.archive(tx, town.person(tx, "U0EVA"), RISKS, other.id, "over", origin_key="view:9", now=now)
    assert "archived in the plan" in town.submit("U0EVA", opened, serves=value).errors["serves"]


def test_an_archived_row_keeps_its_commitments(town: BotInWorkspace) -> None:
    """A commitment stays with a row that is archived, says so, and can be edited as before."""
    row = risk(town)
    details_of(town)
    plan_an_action(town)
    with town.makegood.ledger.begin() as tx:
        now = town.box.clock.now()
        section.archive(tx, town.person(tx, "U0EVA"), RISKS, row.id, "over", origin_key="view:9", now=now)
    assert "Serves the risk *Budget freeze*, which is archived" in words(town.item("U0EVA"))
    assert town.submit("U0EVA", edit_form(town), note="all the same").errors == {}
    assert served(town) == "Budget freeze"


def test_a_merge_keeps_it(town: BotInWorkspace) -> None:
    """When the account is merged, row and commitment move together: the plan of the kept account says the action."""
    risk(town)
    account(town, "Globex")
    details_of(town)
    plan_an_action(town)
    view = merged(town, "U0EVA", "Acme", "Globex")
    globex = town.ask("U0EVA", accounts.named, "Globex")
    assert town.submit("U0EVA", view, into=str(globex.id)).errors == {}
    assert served(town) == "Budget freeze"
    assert "next: #1 Eva, Fri 4 Dec" in words_of(open_plan(town, name="Globex"))


def test_several_lines_serve_it_too(town: BotInWorkspace) -> None:
    """Several lines in the form of *Plan an action* all serve the row."""
    risk(town)
    details_of(town)
    opened = form(town, "U0EVA", ids.SECTION_PLAN, kind="risk")
    lines = "call their CFO by Friday\nsend the case by 11 Dec"
    listed = town.submit("U0EVA", opened, action=lines, due="2026-12-04").view
    assert listed is not None
    assert town.submit("U0EVA", listed).errors == {}
    assert (served(town, 1), served(town, 2)) == ("Budget freeze", "Budget freeze")


def test_the_next_occurrence_serves_it_too(town: BotInWorkspace) -> None:
    """A series goes on to serve the row."""
    risk(town)
    details_of(town)
    plan_an_action(town, rhythm="week:1")
    town.commit("U0EVA", "done 1")
    assert served(town, 2) == "Budget freeze"


def test_another_account_on_the_receipt_lets_it_go(town: BotInWorkspace) -> None:
    """*Another account* leaves the plan of the former one."""
    risk(town)
    account(town, "Globex")
    details_of(town)
    plan_an_action(town)
    globex: Account = town.ask("U0EVA", accounts.named, "Globex")
    with town.makegood.ledger.begin() as tx:
        eva, its = town.person(tx, "U0EVA"), accounts.get(tx, town.person(tx, "U0EVA"), globex.id)
        commitments.choose_account(tx, eva, 1, its, origin_key="view:7", now=town.box.clock.now())
    assert served(town) is None


def test_the_ledger_refuses_a_row_without_its_account(town: BotInWorkspace) -> None:
    """A draft without an account serves nothing."""
    row = risk(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        draft = Draft("call", eva, now.date(), serves=section.get(tx, eva, RISKS, row.id))
        with pytest.raises(BadInputError, match="plan of Acme"):
            commitments.record(tx, eva, draft, origin_key="view:8", now=now)
    with town.makegood.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Risk)) == 1


def test_a_resource_is_sold_internally_by_one_press(town: BotInWorkspace) -> None:
    """*Accepted* says that another department gives what was asked for; its action starts with what it says, and serves
    it. A colleague who only looks has no such button, and its owner has.
    """
    given = {"name": "Two engineers", "department": "Services", "owner": "U0BEN", "needed_on": "2027-01-15"}
    _row(town, RESOURCES, given | {"answer": "asked"}, "Acme")
    message = town.box.command("U0EVA", "C0ACME", "/plan", "Acme resources").messages[-1]
    assert "*Two engineers*  ·  asked  ·  Services  ·  Ben Okafor  ·  needed by Fri 15 Jan 2027" in words(message)
    for user, sees in (("U0ANA", 0), ("U0BEN", 1)):
        theirs = town.box.command(user, "C0ACME", "/plan", "Acme resources").messages[-1]
        assert len(values(theirs.blocks, ids.SECTION_STEP)) == sees
    town.press("U0EVA", message, ids.SECTION_STEP)
    message = town.box.messages("C0ACME", viewer="U0EVA")[-1]
    assert ":white_check_mark: *Two engineers*  ·  accepted" in words(message)
    assert "_no action yet_" in words(message)
    assert values(message.blocks, ids.SECTION_STEP) == []
    details_of(town, "resource")
    opened = form(town, "U0EVA", ids.SECTION_PLAN, kind="resource")
    assert town.submit("U0EVA", opened).errors == {}
    kept = town.commitment(1)
    assert (kept.action, kept.owner.name, str(kept.due_on), served(town)) == (
        "Two engineers", "Ben Okafor", "2027-01-15", "Two engineers",
    )  # fmt: skip


def test_an_outdated_press_on_a_resource_says_so(town: BotInWorkspace) -> None:
    """Two people press at once: the second press changes nothing, and both see it accepted."""
    _row(town, RESOURCES, {"name": "Two engineers", "answer": "asked"}, "Acme")
    first = town.box.command("U0EVA", "C0ACME", "/plan", "Acme resources").messages[-1]
    town.press("U0EVA", first, ids.SECTION_STEP)
    town.again()
    assert "accepted" in words(town.box.command("U0EVA", "C0ACME", "/plan", "Acme resources").messages[-1])
    with town.makegood.ledger.read() as tx:
        assert [one.version for one in tx.scalars(sa.select(Resource))] == [2]


def test_a_person_whom_both_accounts_have_keeps_it(town: BotInWorkspace) -> None:
    """When a merge makes one person of two, the commitment that served the one serves the other."""
    for name in ("Acme", "Globex"):
        its = account(town, name)
        with town.makegood.ledger.begin() as tx:
            eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
            dana = stakeholders.create(tx, eva, "Dana Whitfield", account=its, now=now)
            draft = Draft(
                "call Dana", eva, now.date(), account=its, serves=stakeholders.get(tx, eva, dana.id, account=its)
            )
            commitments.record(tx, eva, draft, origin_key=f"earlier:{name}", now=now)
    view = merged(town, "U0EVA", "Acme", "Globex")
    globex = town.ask("U0EVA", accounts.named, "Globex")
    assert town.submit("U0EVA", view, into=str(globex.id)).errors == {}
    rows = [town.ask("U0EVA", commitments.row_of, town.commitment(number)) for number in (1, 2)]
    assert [(row.id, row.archived_at) for row in rows] == [(dana.id, None)] * 2
