"""A person of the client is erased, or leaves: their name and words go, and the facts stay."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, commitments, history, stakeholders
from store.clients import proposals
from store.plan import erasing, expectations, section
from store.plan.people import SECTION, merge
from store.tables import Base, Commitment, Letter, Side, Stakeholder
from tests.journeys.clients import Dana, has_dana, made_page, promised
from tests.journeys.clients import read as text_of
from tests.journeys.conftest import read, words, words_of
from tests.journeys.plan_sections import form, open_list, press

if TYPE_CHECKING:
    from sandbox import Message
    from tests.journeys.conftest import BotInWorkspace

pytestmark = pytest.mark.both_databases
NAME = "Dana Whitfield"


def has_a_life(town: BotInWorkspace) -> Dana:
    """Dana has a page on which she agreed and asked, a relationship plan, a letter, and a row that was merged."""
    has_dana(town)
    with town.makegood.ledger.read() as tx:
        person = tx.scalars(sa.select(Stakeholder)).one()
    promised(town, "sign the order", side=Side.THEIRS, stakeholder=person)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        twin = section.add(tx, eva, SECTION, acme, {"name": "Dana W. Whitfield"}, origin_key="twin", now=now)
        merge(tx, eva, twin.id, 1, version=twin.version, origin_key="merge", now=now)
        row = section.get(tx, eva, SECTION, 1)
        given = {"title": "CFO of zqx", "note": "likes zqx", "been": "zqx", "support": "2", "name": NAME}
        section.edit(tx, eva, SECTION, 1, given, version=row.version, origin_key="edit", now=now)
        given = {"stakeholder": "1", "side": "theirs", "name": "zqx a word", "sharing": "shareable"}
        section.add(tx, eva, expectations.SECTION, acme, given, origin_key="expects", now=now)
        commitments.share(tx, eva, 1, "C0ACME", others=False, origin_key="share", now=now)
    dana = Dana(town, made_page(town))
    assert dana.send("agree", 1).status == 303
    assert dana.send("question", 1, text="zqx who signs?").status == 303
    with town.makegood.ledger.begin() as tx:
        eva, row = town.person(tx, "U0EVA"), section.get(tx, town.person(tx, "U0EVA"), SECTION, 1)
        (asked,) = proposals.waiting_of(tx, eva, row)
        now = town.box.clock.now()
        proposals.answer(tx, eva, asked.id, "zqx signs", version=asked.version, origin_key="answer", now=now)
    assert dana.send("question", 1, text="zqx and when?").status == 303
    town.settled()
    form = town.box.command("U0EVA", "C0GENERAL", ids.COMMAND_PLAN, f"Acme letter to {NAME}").view
    assert form is not None
    town.box.submit("U0EVA", form.id, {})
    close_all(town)
    return dana


def close_all(town: BotInWorkspace, user: str = "U0EVA") -> None:
    for view in reversed(town.box.modals(user)):
        town.box.close(user, view.id)


def in_channel(town: BotInWorkspace) -> Message:
    town.settled()
    found: Message = [one for one in town.box.messages("C0ACME") if one.user == town.box.seed.bot_user_id][-1]
    return found


def erases(town: BotInWorkspace, user: str = "U0ADA") -> None:
    """An admin opens the page of Dana, and presses *Erase …* there."""
    shown = town.box.command(user, "C0GENERAL", ids.COMMAND_PLAN, "Dana").messages[-1]
    asked = town.press(user, shown, ids.SECTION_ERASE).view
    assert asked is not None
    assert NAME in words_of(asked)
    done = town.submit(user, asked)
    assert (done.problem, done.errors) == (None, {})


def everything(town: BotInWorkspace) -> dict[str, str]:
    """All that the database holds, as text, by table."""
    with town.makegood.ledger.read() as tx:
        return {
            table.name: json.dumps([list(row) for row in tx.execute(sa.select(table))], default=str)
            for table in Base.metadata.sorted_tables
        }


def test_erased(town: BotInWorkspace) -> None:
    """No table and no message has the name or the words any more; who agreed, and when, stays: a former member did."""
    dana = has_a_life(town)
    assert NAME in words(in_channel(town))
    erases(town)
    assert dana.look().status == 404
    rows = everything(town)
    with town.makegood.ledger.read() as tx:
        eva = town.person(tx, "U0EVA")
        (entry,) = [one for one in history.entries(tx, eva, commitments.get(tx, eva, 1)) if one.verb == "agree"]
        assert entry.by == "a former member"
        assert tx.scalars(sa.select(Letter.body)).all() == ["(redacted)"]
        assert tx.scalars(sa.select(Commitment.agreed_by_id)).one() == 1
    assert [name for name, kept in rows.items() if "whitfield" in kept.casefold() or "zqx" in kept] == []
    assert NAME not in words(in_channel(town))
    assert "to be agreed again" in words(in_channel(town))
    told = town.box.messages(town.box.world.im("U0EVA").id)
    assert [one for one in told if "Whitfield" in words(one) or "zqx" in words(one)] == []
    assert "a former member" in read(town.item("U0EVA"))
    close_all(town, "U0ADA")
    again = town.box.command("U0ADA", "C0GENERAL", ids.COMMAND_PLAN, "Dana").messages[-1]
    assert "Whitfield" not in words(again)


def test_erased_stays_erased(town: BotInWorkspace) -> None:
    """Nobody brings an erased person back: there is no *Restore* and no *Erase …*, and a press of an old *Restore* is
    refused in words.
    """
    has_dana(town)
    open_list(town, kind="stakeholder")
    archives = form(town, "U0EVA", ids.SECTION_ARCHIVE, kind="stakeholder")
    assert town.submit("U0EVA", archives, reason="has gone").errors == {}
    assert ids.SECTION_RESTORE in json.dumps(town.box.modals("U0EVA")[-1].blocks)
    with town.makegood.ledger.begin() as tx:
        ada, now = town.person(tx, "U0ADA"), town.box.clock.now()
        version = section.get(tx, ada, SECTION, 1).version
        erasing.erase(tx, ada, 1, version=version, origin_key="erase", now=now)
    press(town, "U0EVA", ids.SECTION_RESTORE, kind="stakeholder")
    assert "This person was erased, and stays so." in words_of(town.box.modals("U0EVA")[-1])
    close_all(town)
    open_list(town, "U0ADA", kind="stakeholder")
    press(town, "U0ADA", ids.SECTION_SHOW, kind="stakeholder")
    shown = town.box.modals("U0ADA")[-1]
    assert "a former member" in words_of(shown)
    assert [one for one in (ids.SECTION_RESTORE, ids.SECTION_ERASE) if one in json.dumps(shown.blocks)] == []
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        assert section.get(tx, eva, SECTION, 1).archived_at is not None
        # A name that reads like the key of an erased one is another person.
        acme = accounts.named(tx, eva, "Acme")
        assert stakeholders.create(tx, eva, "Erased 1", account=acme, now=town.box.clock.now()).id != 1


def test_a_name_like_our_words(town: BotInWorkspace) -> None:
    """A person whose name is our words for an erased one is no erased one: they can be erased, and their page names
    them as the person who agreed.
    """
    dana = has_a_life(town)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        row = section.get(tx, eva, SECTION, 1)
        given = {"name": "a former member"}
        section.edit(tx, eva, SECTION, 1, given, version=row.version, origin_key="n", now=town.box.clock.now())
    assert "vereinbart mit a former member am" in text_of(dana.look("?lang=de"))
    open_list(town, "U0ADA", kind="stakeholder")
    press(town, "U0ADA", ids.SECTION_SHOW, kind="stakeholder")
    assert ids.SECTION_ERASE in json.dumps(town.box.modals("U0ADA")[-1].blocks)


def test_minutes_keep_a_colleague_of_the_same_name() -> None:
    """Of minutes only the names of the client's people go."""
    max_ = "Max Weber"
    kept = {"ours": [max_], "items": [{"owner": max_}], "remarks": [{"by": max_}]}
    gone = {"theirs": [max_, "Dana Reyes"], "items": [{"owner": "Eva Lindqvist", "agreed_by": max_}]}
    assert erasing._without(kept, {max_}) == kept
    assert erasing._without(gone, {max_}) == {
        "theirs": ["a former member", "Dana Reyes"],
        "items": [{"owner": "Eva Lindqvist", "agreed_by": "a former member"}],
    }


def test_only_admins_erase(town: BotInWorkspace) -> None:
    """The lead of the account sees no button, and a second admin who comes later reads that it is done."""
    has_dana(town)
    shown = town.box.command("U0EVA", "C0GENERAL", ids.COMMAND_PLAN, "Dana").messages[-1]
    assert ids.SECTION_ERASE not in json.dumps(shown.blocks)
    shown = town.box.command("U0ADA", "C0GENERAL", ids.COMMAND_PLAN, "Dana").messages[-1]
    asked = town.press("U0ADA", shown, ids.SECTION_ERASE).view
    assert asked is not None
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        section.edit(tx, eva, SECTION, 1, {"title": "CFO"}, version=1, origin_key="e", now=town.box.clock.now())
    town.submit("U0ADA", asked)
    assert "This person has changed meanwhile" in words_of(town.box.modals("U0ADA")[-1])
    with town.makegood.ledger.read() as tx:
        assert tx.scalars(sa.select(Stakeholder.name)).one() == NAME


def test_the_messages_when_they_leave(town: BotInWorkspace) -> None:
    """The day on which Dana leaves is written down: what stands in the channel is to be agreed again at once."""
    has_a_life(town)
    assert "agreed" in words(in_channel(town))
    assert "again" not in words(in_channel(town))
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        row = section.get(tx, eva, SECTION, 1)
        yesterday = (now - timedelta(days=1)).date().isoformat()
        section.edit(tx, eva, SECTION, 1, {"left_on": yesterday}, version=row.version, origin_key="l", now=now)
    assert "to be agreed again" in words(in_channel(town))


@pytest.mark.parametrize("days", [1, 5], ids=["tuesday", "saturday"])
def test_the_messages_on_the_day_on_which_they_leave(town: BotInWorkspace, days: int) -> None:
    """Dana will leave: what stands in the channel is agreed until then, and to be agreed again on that day; after a day
    off, on the next working day.
    """
    has_a_life(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        row = section.get(tx, eva, SECTION, 1)
        leaves = (now + timedelta(days=days)).date().isoformat()
        section.edit(tx, eva, SECTION, 1, {"left_on": leaves}, version=row.version, origin_key="l", now=now)
    town.makegood.tick()
    for _ in range(1, days):
        town.pass_by(days=1)
        town.makegood.tick()
    assert "again" not in words(in_channel(town))
    for _ in range(1 if days == 1 else 3):
        town.pass_by(days=1)
        town.makegood.tick()
    assert "to be agreed again" in words(in_channel(town))


def test_redacted_with_what_was_said_on_the_page(town: BotInWorkspace) -> None:
    """A commitment is redacted: the question about it on the client's page goes, and our answer, also in history."""
    has_dana(town)
    promised(town, "send the order")
    dana = Dana(town, made_page(town))
    assert dana.send("question", 1, text="zqx who signs?").status == 303
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        (asked,) = proposals.waiting_of(tx, eva, section.get(tx, eva, SECTION, 1))
        proposals.answer(tx, eva, asked.id, "zqx signs", version=asked.version, origin_key="answer", now=now)
        version = commitments.get(tx, eva, 1).version
        commitments.redact(tx, eva, 1, None, version=version, origin_key="redact", now=now)
    assert [name for name, kept in everything(town).items() if "zqx" in kept] == []
