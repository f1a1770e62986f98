"""The accounts' list and an account's page: reading, editing, merging, archiving, and the rights to do so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from sandbox import User
from store import accounts, commitments, stakeholders, workspaces
from store.tables import Account, Entry, KeyDate, Stakeholder
from tests.journeys.accounts import account, id_of, merged, page, shown_again
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.forms import pressed, submitted
from tests.journeys.plan_sections import open_list, press
from tests.journeys.slack_faults import says

if TYPE_CHECKING:
    from tests.journeys.slack_faults import Faults

both_databases = pytest.mark.both_databases


def test_the_list_says_what_is_open_at_each(town: BotInWorkspace) -> None:
    """The list shows a person's own accounts, with colour, category, lead and counts, and leads to the others, to a
    page and back.
    """
    globex, acme = account(town, "Globex", "U0BEN"), account(town, "Acme", category="A")
    town.has_recorded("U0EVA", ("U0EVA", "one", "2026-11-30"), ("U0ANA", "two", "2026-12-01"), account=acme)
    town.has_recorded("U0BEN", ("U0BEN", "three", "2027-02-01"), account=globex)
    town.move(2026, 12, 1, 10)
    shown = town.commit("U0EVA", "accounts").messages[-1]
    assert "Your accounts · 1 account" in " ".join(read(shown).split())
    assert "🔴 Acme  ·  Red: Nobody of theirs is on the map." in read(shown)
    assert "A · lead: you · 2 open · " in read(shown)
    assert "1 overdue" in read(shown)
    assert "Globex" not in read(shown)
    town.press("U0EVA", shown, ids.OPEN_OTHERS)
    shown = shown_again(town, "U0EVA", shown)
    assert "lead: Ben Okafor · 1 open" in read(shown)
    assert "Acme" not in read(shown)
    town.press("U0EVA", shown, ids.OPEN_ACCOUNT, f"account:{globex.id}:1:others:0:")
    opened = shown_again(town, "U0EVA", shown)
    assert "We owe (1)" in read(opened)
    town.press("U0EVA", opened, ids.OPEN_ACCOUNTS)
    assert "Your accounts" in read(shown_again(town, "U0EVA", shown))


@pytest.mark.parametrize("many", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_very_many_accounts(town: BotInWorkspace, many: int) -> None:
    """Every page of the list fits into a message, and all accounts are on it; long names and markup stay text."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        for number in range(many):
            accounts.create(tx, eva, f"{number:04} *<!channel>* & Söhne ".ljust(100, "x"), now=town.box.clock.now())
    shown = town.commit("U0BEN", "accounts").messages[-1]
    seen: set[str] = set()
    for _ in range(-(-many // 15)):
        seen |= set(re.findall(r"\b\d{4}\b(?= [*])", read(shown)))
        buttons = [e["action_id"] for b in shown.blocks for e in b.get("elements", ()) if "action_id" in e]
        if ids.PAGE_OLDER not in buttons:
            break
        town.press("U0BEN", shown, ids.PAGE_OLDER)
        shown = shown_again(town, "U0BEN", shown)
    assert len(seen) == many
    assert "*<!channel>* & Söhne" in read(page(town, "U0BEN", "0007"))


def test_the_page_shows_what_belongs_to_the_account(town: BotInWorkspace) -> None:
    """The page shows lead, coach, category, channel, people, both sides and history in short; a press shows more."""
    acme = account(town, "Acme", category="A", channel="C0ACME")
    with town.makegood.ledger.begin() as tx:
        stakeholders.create(
            tx, town.person(tx, "U0EVA"), "Dana Whitfield", account=acme, now=town.box.clock.now(), title="CFO"
        )
    town.has_recorded("U0EVA", *[("U0ANA", f"ours {n}", "2026-11-24") for n in range(7)], account=acme)
    town.has_recorded("U0EVA", ("U0EVA", "the order", "2026-11-24"), account=acme, side="theirs")
    words = read(page(town, "U0BEN", "acme"))
    for said in ("A account", "Lead: Eva Lindqvist", "Coach: nobody", "Dana Whitfield, CFO", "We owe (7)", "and 2 more",
                 "They owe us (1)", "Eva Lindqvist created it"):  # fmt: skip
        assert said in words
    everything = page(town, "U0BEN", "acme")
    town.press("U0BEN", everything, ids.PAGE_OLDER)
    assert "8 commitments" in read(shown_again(town, "U0BEN", everything))


def test_all_of_an_account_in_one_form(town: BotInWorkspace) -> None:
    """One form saves name, lead, coach, category and channel; the page and its history show them."""
    account(town, "Acme")
    shown = page(town, "U0EVA", "Acme")
    form = town.form("U0EVA", shown, ids.EDIT_ACCOUNT)
    done = town.submit(
        "U0EVA", form, name="Acme *Corporation*", owner="U0BEN", coach="U0ADA", category="B", channel="C0GENERAL"
    )
    assert done.errors == {}
    words = read(shown_again(town, "U0EVA", shown))
    for said in ("Acme *Corporation*", "B account", "Lead: Ben Okafor", "Coach: Ada Moreau",
                 "you renamed it from “Acme” to “Acme *Corporation*”", "made Ben Okafor the lead"):  # fmt: skip
        assert said in words
    assert ids.EDIT_ACCOUNT not in str(shown_again(town, "U0EVA", shown).blocks)
    kept = town.ask("U0EVA", accounts.named, "acme corporation")
    assert (kept.category, kept.channel, kept.owner.slack_id, kept.coach.slack_id) == (
        "B", "C0GENERAL", "U0BEN", "U0ADA"
    )  # fmt: skip


def test_errors_stand_at_their_fields(town: BotInWorkspace) -> None:
    """A used name, an app as lead, and the lead as coach give errors at their fields; the typed values stay."""
    account(town, "Acme")
    account(town, "Globex")
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    assert "already" in town.submit("U0EVA", form, name="GLOBEX Inc.").errors["name"]
    assert set(town.submit("U0EVA", form, name="Acme", owner="U0MAKEGOOD").errors) == {"owner"}
    assert set(town.submit("U0EVA", form, owner="U0EVA", coach="U0EVA").errors) == {"coach"}
    assert set(town.submit("U0EVA", form, coach=None, name="x" * 101).errors) == {"name"}
    assert town.submit("U0EVA", form, name="Acme Inc.", category="D").errors == {}
    assert town.ask("U0EVA", accounts.names) == ["Acme Inc.", "Globex"]


def test_the_second_editor_is_told(town: BotInWorkspace) -> None:
    """The second of two editors reads what changed meanwhile, keeps the typed text, and overwrites nothing."""
    account(town, "Acme")
    early = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    late = town.form("U0ADA", page(town, "U0ADA", "Acme"), ids.EDIT_ACCOUNT)
    assert town.submit("U0EVA", early, name="Acme Corporation").errors == {}
    told = town.submit("U0ADA", late, name="Acme Ltd", category="A").errors
    assert told["name"].startswith("Eva Lindqvist changed this meanwhile to “Acme Corporation”; you have “Acme Ltd”.")
    assert town.box.modals("U0ADA")[-1].state["name"]["name"]["value"] == "Acme Ltd"
    assert town.ask("U0EVA", accounts.names) == ["Acme Corporation"]
    assert town.submit("U0ADA", late, name="Acme", category="A").errors == {}
    kept = town.ask("U0EVA", accounts.named, "Acme Corporation")
    assert (kept.name, kept.category) == ("Acme Corporation", "A")


def test_a_rename_reaches_the_messages(town: BotInWorkspace) -> None:
    """A sent notice is updated with the account's new name."""
    account(town, "Acme")
    town.receipt("U0EVA", "@ana send it today for Acme")
    town.settled()
    assert "Acme" in read(town.box.dm("U0ANA")[-1])
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    town.submit("U0EVA", form, name="Umbrella")
    town.settled()
    assert "Umbrella" in read(town.box.dm("U0ANA")[-1])


BUTTONS = (ids.EDIT_ACCOUNT, ids.MERGE_ACCOUNT, ids.ARCHIVE_ACCOUNT, ids.RESTORE_ACCOUNT)


def test_only_those_who_may_change_it(town: BotInWorkspace) -> None:
    """Other colleagues see no button; a press on an old button changes nothing and is answered with who may."""
    acme = account(town, "Acme")
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Account, acme.id).owner_id = None
    shown = page(town, "U0BEN", "Acme")
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    assert town.submit("U0EVA", form, owner="U0EVA").errors == {}
    for button in (ids.EDIT_ACCOUNT, ids.MERGE_ACCOUNT, ids.ARCHIVE_ACCOUNT):
        town.press("U0BEN", shown, button)
        assert "Only Eva Lindqvist (its lead) or a workspace admin can change Acme" in town.told("U0BEN")
    assert town.box.modals("U0BEN") == []
    fresh = str(page(town, "U0BEN", "Acme").blocks)
    assert not any(button in fresh for button in BUTTONS)
    assert ids.EDIT_ACCOUNT in str(page(town, "U0ADA", "Acme").blocks)
    assert town.rows()["entry"] == 2


def test_an_account_without_a_lead_is_everybodys(town: BotInWorkspace) -> None:
    """The coach may change an account, and so may any colleague if it has no lead."""
    account(town, "Acme")
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    town.submit("U0EVA", form, coach="U0ANA")
    form = town.form("U0ANA", page(town, "U0ANA", "Acme"), ids.EDIT_ACCOUNT)
    assert town.submit("U0ANA", form, owner=None).errors == {}
    form = town.form("U0BEN", page(town, "U0BEN", "Acme"), ids.EDIT_ACCOUNT)
    assert town.submit("U0BEN", form, category="C").errors == {}
    assert "C account" in read(page(town, "U0EVA", "Acme"))


def test_neither_guests_nor_other_workspaces(town: BotInWorkspace) -> None:
    """A guest neither reads nor changes an account; an account of another workspace does not exist here."""
    acme = account(town, "Acme")
    with town.makegood.ledger.begin() as tx:
        other = workspaces.ensure(tx, team_id="T0OTHER", name="Other", now=town.box.clock.now())
        theirs = Account(workspace_id=other.id, name="Secret", name_key="secret", created_at=town.box.clock.now())
        tx.add(theirs)
        tx.flush()
        secret = theirs.id
    assert "Secret" not in read(town.commit("U0EVA", "accounts").messages[-1])
    assert "I don't know an account called “Secret”" in read(page(town, "U0EVA", "Secret"))
    shown = page(town, "U0EVA", "Acme")
    for button in (ids.EDIT_ACCOUNT, ids.MERGE_ACCOUNT, ids.ARCHIVE_ACCOUNT):
        parcel = pressed(town, "U0EVA", shown, button)
        parcel.payload["actions"][0]["value"] = f"account:{secret}:1:page:0:{secret}"
        for action_id in (button, ids.OPEN_ACCOUNT, ids.RESTORE_ACCOUNT):
            parcel.payload["actions"][0]["action_id"] = action_id
            town.again(parcel)
            assert "not in the ledger" in town.told("U0EVA")
    town.box.add_user(User("U0GUEST", "gus", "Gus Guest", is_restricted=True))
    town.box.world.channels["C0ACME"].members["U0GUEST"] = None
    assert "here as a guest" in read(town.commit("U0GUEST", "accounts").messages[-1])
    assert town.ask("U0EVA", accounts.get, acme.id).version == 1


def test_archived_and_restored(town: BotInWorkspace) -> None:
    """An account is archived with a reason: no menu and no line uses it, *Archived* lists it; commitments stay."""
    acme = account(town, "Acme")
    town.has_recorded("U0EVA", ("U0ANA", "send it", "2026-12-01"), account=acme)
    shown = page(town, "U0EVA", "Acme")
    form = town.form("U0EVA", shown, ids.ARCHIVE_ACCOUNT)
    assert "1 open commitment" in words_of(form)
    assert set(town.submit("U0EVA", form, reason=" ").errors) == {"reason"}
    assert town.submit("U0EVA", form, reason="they were *bought*").errors == {}
    assert "Archived on Mon 23 Nov 2026: “they were *bought*”" in read(shown_again(town, "U0EVA", shown))
    assert town.ask("U0EVA", accounts.matching, "") == []
    receipt = town.receipt("U0BEN", "call them by Friday for Acme")
    assert "“Acme” is archived. Its lead, Eva Lindqvist, or a workspace admin can restore it" in read(receipt)
    assert ids.CREATE_ACCOUNT not in str(receipt.blocks)
    listed = town.commit("U0EVA", "accounts").messages[-1]
    town.press("U0EVA", listed, ids.OPEN_ARCHIVED)
    assert "Archived accounts" in read(shown_again(town, "U0EVA", listed))
    assert "Acme" in read(shown_again(town, "U0EVA", listed))
    assert town.commitment(1).is_open
    again = page(town, "U0EVA", "Acme")
    town.press("U0EVA", again, ids.RESTORE_ACCOUNT)
    assert "you restored it" in read(shown_again(town, "U0EVA", again))
    assert "Account: Acme" in read(town.receipt("U0BEN", "call them by Friday for Acme"))


def test_a_name_of_an_archived_account_restores_it(town: BotInWorkspace) -> None:
    """The lead names an archived account in a line: the receipt offers to restore it, and one press does both."""
    acme = account(town, "Acme")
    with town.makegood.ledger.begin() as tx:
        accounts.archive(
            tx, town.person(tx, "U0EVA"), acme.id, "lost", version=1, origin_key="x", now=town.box.clock.now()
        )
    receipt = town.receipt("U0EVA", "call them by Friday for Acme")
    assert "Restore “Acme”" in read(receipt)
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    assert "Account: Acme" in read(shown_again(town, "U0EVA", receipt))
    assert town.ask("U0EVA", accounts.get, acme.id).is_live


def test_merged_with_all_that_it_has(town: BotInWorkspace) -> None:
    """A merge moves commitments with their history, and each stakeholder once; the old name finds the kept account."""
    corp, acme = account(town, "Acme Corp Europe", category="A"), account(town, "Umbrella")
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        for of, names in ((corp, ("Dana", "Marcus")), (acme, ("Dana",))):
            for name in names:
                stakeholders.create(tx, eva, name, account=of, now=now)
        dana = tx.scalars(sa.select(Stakeholder).where(Stakeholder.account_id == corp.id)).first()
    town.has_recorded("U0EVA", ("U0ANA", "send it", "2026-12-01"), account=corp, stakeholder=dana)
    town.has_recorded("U0EVA", ("U0ANA", "call", "2026-12-01"), account=acme)
    shown = page(town, "U0EVA", "Acme Corp Europe")
    form = town.form("U0EVA", shown, ids.MERGE_ACCOUNT)
    offered = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.INTO, text="")
    assert [option["text"]["text"] for option in offered] == ["Umbrella"]
    assert town.submit("U0EVA", form, into=str(acme.id)).errors == {}
    words = read(shown_again(town, "U0EVA", shown))
    for said in ("Umbrella", "A account", "We owe (2)", "Dana · Marcus", "you took in “Acme Corp Europe”",
                 "you created it (“Acme Corp Europe”)"):  # fmt: skip
        assert said in words
    moved = town.commitment(1)
    assert moved.account is not None
    assert moved.stakeholder is not None
    assert (moved.number, moved.account.name, moved.stakeholder.account_id) == (1, "Umbrella", acme.id)
    assert town.verbs(1) == ["record", "edit", "merge"]
    assert "merged its account into another" in read(town.item("U0EVA"))
    assert "changed the client's person" in read(town.item("U0EVA"))
    assert "Account: Umbrella" in read(town.receipt("U0EVA", "write by Friday for Acme Corp Europe"))
    assert "We owe (3)" in read(page(town, "U0BEN", "acme corp europe"))
    assert [one.name for one in town.ask("U0EVA", accounts.matching, "europe")] == ["Umbrella"]
    assert "1 account" in read(town.commit("U0EVA", "accounts").messages[-1])
    assert town.rows()["account"] == 2


def test_the_plan_moves_with_a_merge(town: BotInWorkspace) -> None:
    """After a merge a key date is on the kept account's page, and its history says why."""
    old = account(town, "Acme Old")
    account(town, "Umbrella")
    with town.makegood.ledger.begin() as tx:
        today = town.box.clock.now()
        tx.add(KeyDate(workspace_id=old.workspace_id, account_id=old.id, name="Renewal", kind="renewal",
                       day=today.date(), recurs="never", origin_key="k", created_at=today))  # fmt: skip
    town.submit("U0EVA", merged(town, "U0EVA", "Acme Old", "Umbrella"), into=id_of(town, "Umbrella"))
    listed = open_list(town, "U0EVA", "Umbrella")
    assert "Renewal" in words_of(listed)
    press(town, "U0EVA", ids.SECTION_SHOW)
    assert "merged its account into another" in words_of(town.box.modals("U0EVA")[-1])


def test_the_kept_account_may_take_the_old_name(town: BotInWorkspace) -> None:
    """The kept account takes the name of the merged account; both names still find it."""
    account(town, "Acme Old")
    account(town, "Umbrella")
    town.submit("U0EVA", merged(town, "U0EVA", "Acme Old", "Umbrella"), into=id_of(town, "Umbrella"))
    form = town.form("U0EVA", page(town, "U0EVA", "Umbrella"), ids.EDIT_ACCOUNT)
    assert town.submit("U0EVA", form, name="ACME old").errors == {}
    for name in ("Acme Old", "Umbrella"):
        assert "Account: ACME old" in read(town.receipt("U0EVA", f"send {name} it by Friday for {name}"))


def test_what_cannot_be_merged(town: BotInWorkspace) -> None:
    """A merge into itself or into an archived account, or without the right on both, is refused and moves nothing."""
    acme, globex, initech = account(town, "Acme"), account(town, "Globex", "U0BEN"), account(town, "Initech")
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        with pytest.raises(Exception, match="into itself"):
            accounts.merge(tx, eva, acme.id, acme.id, version=1, origin_key="m", now=now)
    form = merged(town, "U0EVA", "Acme", "")
    told = town.submit("U0EVA", form, into=str(globex.id))
    assert "Only Ben Okafor (its lead) or a workspace admin can change Globex" in " ".join(told.errors.values())
    with town.makegood.ledger.begin() as tx:
        accounts.archive(tx, town.person(tx, "U0EVA"), initech.id, "x", version=1, origin_key="a", now=now)
    told = town.submit("U0EVA", form, into=str(initech.id))
    assert "Initech is archived" in told.errors["into"]
    assert town.ask("U0EVA", accounts.get, acme.id).version == 1


@both_databases
def test_two_merges_at_once(town: BotInWorkspace) -> None:
    """Two people merge A into B and B into A at once: one merge counts, nothing is lost, and there is no circle."""
    account(town, "Acme")
    account(town, "Globex")
    for name in ("Acme", "Globex"):
        town.receipt("U0EVA", f"send it by Friday for {name}")
    forms = [merged(town, "U0EVA", "Acme", "Globex"), merged(town, "U0ADA", "Globex", "Acme")]
    first = submitted(town, "U0EVA", forms[0], into=id_of(town, "Globex"))
    second = submitted(town, "U0ADA", forms[1], into=id_of(town, "Acme"))
    acks = town.at_once(first, second)
    assert sum("errors" in str(ack.body) for ack in acks) == 1
    with town.makegood.ledger.read() as tx:
        rows = tx.scalars(sa.select(Account)).all()
        assert sorted(one.merged_into_id is None for one in rows) == [False, True]
    (kept,) = [one for one in rows if one.merged_into_id is None]
    assert {town.commitment(number).account_id for number in (1, 2)} == {kept.id}


@both_databases
def test_the_same_merge_by_two_people(town: BotInWorkspace) -> None:
    """Two people merge the same account at once: it is merged once, and the second person reads who was first."""
    account(town, "Acme")
    globex = account(town, "Globex")
    town.receipt("U0EVA", "send it by Friday for Acme")
    forms = {user: merged(town, user, "Acme", "Globex") for user in ("U0EVA", "U0ADA")}
    acks = town.at_once(*(submitted(town, user, form, into=str(globex.id)) for user, form in forms.items()))
    told = " ".join(str(ack.body) for ack in acks)
    assert "Acme has changed meanwhile" in told
    assert "merged it into another" in told
    assert town.verbs(1) == ["record", "merge"]


@both_databases
def test_recorded_while_its_account_is_merged(town: BotInWorkspace) -> None:
    """Lines for an account that is merged at the same moment all belong to the kept account afterwards."""
    account(town, "Acme")
    globex = account(town, "Globex")
    form = merged(town, "U0EVA", "Acme", "Globex")
    with town.post.caught() as lines:
        for number in range(6):
            town.box.command("U0EVA", "C0ACME", "/commit", f"send {number} by Friday for Acme")
    town.at_once(*lines[:3], submitted(town, "U0EVA", form, into=str(globex.id)), *lines[3:])
    assert {town.commitment(number).account_id for number in range(1, 7)} == {globex.id}


@both_databases
def test_two_accounts_want_one_name(town: BotInWorkspace) -> None:
    """Two accounts are renamed to one name at once: one gets it, and the other form says that the name is used."""
    account(town, "Acme")
    account(town, "Globex")
    forms = {
        user: town.form(user, page(town, user, name), ids.EDIT_ACCOUNT)
        for user, name in (("U0EVA", "Acme"), ("U0ADA", "Globex"))
    }
    acks = town.at_once(*(submitted(town, user, form, name="Umbrella") for user, form in forms.items()))
    assert sum("name" in (ack.body or {}).get("errors", {}) for ack in acks if isinstance(ack.body, dict)) == 1
    assert sum(name == "Umbrella" for name in town.ask("U0EVA", accounts.names)) == 1


@both_databases
def test_restore_twice(town: BotInWorkspace) -> None:
    """Two presses of Restore at once make one entry; the second person is told."""
    acme = account(town, "Acme")
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        accounts.archive(tx, eva, acme.id, "x", version=1, origin_key="a", now=town.box.clock.now())
    shown = page(town, "U0EVA", "Acme")
    town.at_once(*(pressed(town, "U0EVA", shown, ids.RESTORE_ACCOUNT) for _ in range(2)))
    with town.makegood.ledger.read() as tx:
        verbs = tx.scalars(sa.select(Entry.verb).order_by(Entry.id)).all()
    assert verbs == ["create", "archive", "restore"]


def test_a_channel_that_was_deleted(bare_town: BotInWorkspace, faults: Faults) -> None:
    """Slack refuses a form with a deleted channel: the form comes without the channel, says so, and can be saved."""
    town = bare_town
    account(town, "Acme", channel="C0DELETED")
    shown = page(town, "U0EVA", "Acme")
    faults.on("views.open", says("invalid_arguments"))
    form = town.form("U0EVA", shown, ids.EDIT_ACCOUNT)
    assert faults.left == 0
    assert "The channel that was chosen is gone" in str(form.blocks)
    assert town.submit("U0EVA", form, category="B").errors == {}
    kept = town.ask("U0EVA", accounts.named, "Acme")
    assert (kept.channel, kept.category) == (None, "B")


def test_a_form_of_an_account_that_was_merged(town: BotInWorkspace) -> None:
    """An account's form saved after a merge changes neither account, and says who merged it."""
    account(town, "Acme")
    account(town, "Globex")
    late = town.form("U0ADA", page(town, "U0ADA", "Acme"), ids.EDIT_ACCOUNT)
    town.submit("U0EVA", merged(town, "U0EVA", "Acme", "Globex"), into=id_of(town, "Globex"))
    with town.makegood.ledger.begin() as tx:
        # The kept account has the same version as the form was opened with.
        tx.execute(sa.update(Account).where(Account.name == "Globex").values(version=1))
    told = " ".join(town.submit("U0ADA", late, name="Umbrella").errors.values())
    assert "Acme has changed meanwhile: Eva Lindqvist merged it into another" in told
    assert "Globex" in town.ask("U0EVA", accounts.names)


def test_an_escalation_goes_to_the_lead_not_to_the_coach(town: BotInWorkspace) -> None:
    """The account's lead hears of a commitment that stays overdue; a coach does not."""
    acme = account(town, "Acme", "U0EVA", category="A")
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    town.submit("U0EVA", form, coach="U0ADA")
    town.has_recorded("U0ANA", ("U0ANA", "send it", "2026-11-24"), account=acme)
    for day in (24, 25, 26, 27, 30):
        town.jump(2026, 11, day, 9)
    town.jump(2026, 12, 1, 9)
    heard = {user: any("send it" in read(m) for m in town.box.dm(user)) for user in ("U0EVA", "U0ADA")}
    assert heard == {"U0EVA": True, "U0ADA": False}


@pytest.mark.both_databases
def test_a_leads_own_delay_goes_to_the_coach(town: BotInWorkspace) -> None:
    """A lead who is late reads who will hear, and when; then the coach hears, after the lead."""
    acme = account(town, "Acme", "U0EVA", category="A")
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    town.submit("U0EVA", form, coach="U0ADA")
    town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-11-24"), account=acme)
    told: dict[str, str] = {}
    for day in ((11, 24), (11, 25), (11, 26), (11, 27), (11, 30)):
        town.jump(2026, *day, 15)
        for user in ("U0EVA", "U0ADA"):
            for message in town.box.dm(user):
                if "send it" in read(message) and (user == "U0ADA" or "Ada Moreau" in read(message)):
                    told.setdefault(user, read(message))
        assert list(told) in ([], ["U0EVA"], ["U0EVA", "U0ADA"])
    assert "Ada Moreau hears of this on Fri 27 Nov" in told["U0EVA"].replace("*", "")
    assert "Overdue at your accounts" in told["U0ADA"]
    assert "Eva Lindqvist" in told["U0ADA"]


def test_from_a_commitment_and_from_home(town: BotInWorkspace) -> None:
    """A commitment's details open its account's page, the Home tab the list; both in a modal, with working forms."""
    account(town, "Acme")
    town.receipt("U0EVA", "send it by Friday for Acme")
    modal = town.press("U0EVA", town.item("U0EVA"), ids.OPEN_ACCOUNT).view
    assert "We owe (1)" in words_of(modal)
    assert modal is not None
    outcome = town.box.press("U0EVA", action_id=ids.EDIT_ACCOUNT, view_id=modal.id)
    assert outcome.view is not None
    assert town.submit("U0EVA", outcome.view, category="D").errors == {}
    assert "D account" in words_of(town.box.modals("U0EVA")[-1])
    assert town.ask("U0EVA", commitments.get, 1).account.category == "D"
