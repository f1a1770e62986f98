"""A password was recorded by mistake: a redaction removes the words everywhere; who did what and when stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.why import about
from handlers import ids
from sandbox.seed import ChannelSeed
from store import accounts, commitments, history
from store.commitments import Draft
from store.tables import Base
from tests.conftest import NOW, SmallTeam
from tests.journeys.conftest import BotInWorkspace, read, words, words_of

if TYPE_CHECKING:
    from sandbox import Message, View

SECRET = "hunter2"


def everything(town: BotInWorkspace) -> str:
    """All text in the database, and all that people can read in Slack."""
    with town.makegood.ledger.read() as tx:
        kept = [str(row) for table in Base.metadata.sorted_tables for row in tx.execute(sa.select(table))]
    return " ".join([*kept, *read_by_all(town)])


def read_by_all(town: BotInWorkspace) -> list[str]:
    """The text of messages, Home tabs and new answers. Slack does not keep ephemeral messages."""
    users = ("U0EVA", "U0ANA", "U0BEN", "U0ADA")
    seen = [words(one) for user in users for one in town.box.dm(user)]
    seen += [words(one) for one in town.box.messages("C0ACME", viewer="U0BEN") if not one.ephemeral_for]
    for user in users:
        town.box.open_home(user)
        seen.append(words_of(town.box.home(user)))
        seen += [words(town.commit(user, asked).messages[-1]) for asked in ("1", "mine", "overdue")]
    return seen


def spilt(town: BotInWorkspace) -> None:
    """Eva's #1 for Ana holds the secret in each of its texts, in notices, in a brief and in a channel."""
    receipt = town.receipt("U0EVA", f"@ana send {SECRET} to Dana by Friday")
    town.settled()
    edit = town.form("U0EVA", receipt, ids.EDIT)
    assert town.submit("U0EVA", edit, action=f"send {SECRET} now", note=f"it is\n{SECRET}").errors == {}
    town.press("U0EVA", receipt, ids.SHARE)
    item = town.item("U0EVA")
    assert town.submit("U0EVA", town.form("U0EVA", item, ids.MOVE), due="2026-11-26", reason=SECRET).errors == {}
    town.settled()
    town.jump(2026, 11, 24, 8, 1)
    blocked = town.form("U0ANA", town.item("U0ANA"), ids.BLOCK)
    assert town.submit("U0ANA", blocked, reason=f"no {SECRET}").errors == {}
    town.settled()
    assert everything(town).count(SECRET) > 20


def redact_form(town: BotInWorkspace, user: str) -> View:
    return town.form(user, town.item(user), ids.REDACT)


def test_the_words_go_everywhere(town: BotInWorkspace) -> None:
    """The words leave every table, message, channel, Home tab and list, also messages that are weeks old. Authors,
    acts and times stay, with one entry that says who redacted it.
    """
    spilt(town)
    before = [(entry.id, entry.verb, entry.at, entry.actor_id) for entry in entries(town)]
    town.jump(2026, 12, 14, 9, 0)
    form = redact_form(town, "U0ANA")
    assert "can’t be undone" in words_of(form)
    assert town.submit("U0ANA", form, action="send the access to Dana").errors == {}
    town.settled()
    assert SECRET not in everything(town)
    kept = town.commitment(1)
    assert (kept.action, kept.first_action, kept.note, kept.blocked_by) == (
        "send the access to Dana", "(redacted)", None, "(redacted)",
    )  # fmt: skip
    after = entries(town)
    assert [(entry.id, entry.verb, entry.at, entry.actor_id) for entry in after[:-1]] == before
    assert [(after[-1].verb, after[-1].actor.slack_id)] == [("redact", "U0ANA")]
    shown = read(town.item("U0EVA"))
    assert "First wording: “(redacted)”" in shown
    assert "moved it from Fri 27 Nov 2026 to Thu 26 Nov 2026: “(redacted)”" in shown
    assert "Ana Souza redacted its text" in shown
    shared = next(one for one in town.box.messages("C0ACME", viewer="U0BEN") if "shared a commitment" in one.text)
    for message in (town.box.dm("U0ANA")[0], shared):
        assert "send the access to Dana" in read(message)
    assert "#1 “send the access to Dana”" in str(
        about(town.makegood.ledger, "1", town.box.clock.now(), on=None, team_id=None)
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_file_holds_no_word_of_it(office: SmallTeam) -> None:
    """SQLite overwrites freed space: the words are not in the bytes of its file."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        draft = Draft(f"send {SECRET}", eva, date(2026, 11, 27), note=f"{SECRET} " * 300)
        commitments.record(tx, eva, draft, origin_key="k", now=NOW)
        commitments.block(tx, eva, 1, f"no {SECRET}", version=1, origin_key="b", now=NOW)
    with office.ledger.begin() as tx:
        commitments.redact(tx, office.person(tx, "eva"), 1, None, version=2, origin_key="r", now=NOW)
    office.ledger.close()
    path = Path(str(office.ledger.url.database))
    assert [one.name for one in path.parent.iterdir() if SECRET.encode() in one.read_bytes()] == []


def entries(town: BotInWorkspace) -> Any:
    return town.ask("U0EVA", history.entries, town.commitment(1))


def test_left_empty_it_says_so(town: BotInWorkspace) -> None:
    """Without a new wording lists show “(redacted)”; the item stays open and can be edited, done and redacted again."""
    town.receipt("U0EVA", f"send {SECRET} by Friday")
    assert town.submit("U0EVA", redact_form(town, "U0EVA")).errors == {}
    assert "(redacted)" in read(town.commit("U0EVA", "mine").messages[-1])
    edit = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
    assert town.submit("U0EVA", edit, action=f"send {SECRET} again").errors == {}
    assert town.submit("U0EVA", redact_form(town, "U0EVA"), action="send it").errors == {}
    assert SECRET not in everything(town)
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    assert town.verbs(1) == ["record", "redact", "edit", "redact", "finish"]


def test_what_has_ended_can_be_redacted(town: BotInWorkspace) -> None:
    """An item that was undone or is done can be redacted, by its creator, its owner or an admin."""
    undo = town.receipt("U0EVA", f"@ana send {SECRET} by Friday")
    town.press("U0EVA", undo, ids.UNDO)
    assert town.submit("U0ADA", redact_form(town, "U0ADA")).errors == {}
    town.settled()
    assert SECRET not in everything(town)
    assert town.commitment(1).state == "cancelled"


def test_others_are_not_offered_it(town: BotInWorkspace) -> None:
    """A colleague, the account's lead and a stand-in see no button, and a forged press is answered with who can. A form
    that was opened before a change is refused; a form that is sent twice redacts once.
    """
    with town.makegood.ledger.begin() as tx:
        eva, ana, ben = (town.person(tx, user) for user in ("U0EVA", "U0ANA", "U0BEN"))
        acme = accounts.create(tx, ben, "Acme", now=town.box.clock.now())
        draft = Draft(f"send {SECRET}", ana, date(2026, 11, 27), acme)
        commitments.record(tx, eva, draft, origin_key="k", now=town.box.clock.now())
    assert "Redact" not in words(town.item("U0BEN"))
    item = town.item("U0EVA")
    with town.post.caught() as parcels:
        town.press("U0EVA", item, ids.REDACT)
    parcels[0].payload["user"]["id"] = "U0BEN"
    parcels[0].payload["response_url"] = town.box.response_url("U0BEN", "C0ACME")
    assert town.again(parcels[0]).status == 200
    assert "Only Ana Souza, Eva Lindqvist or a workspace admin can redact #1" in town.told("U0BEN")
    town.box.change_user("U0ANA", is_restricted=True)
    parcels[0].payload["response_url"] = town.box.response_url("U0BEN", "C0ACME")
    town.again(parcels[0])
    assert "Only Eva Lindqvist or a workspace admin can redact #1" in town.told("U0BEN")
    town.box.change_user("U0ANA", is_restricted=False)
    late = redact_form(town, "U0EVA")
    town.press("U0ANA", town.item("U0ANA"), ids.ACCEPT)
    assert "has changed meanwhile: Ana Souza accepted it" in str(town.submit("U0EVA", late).errors)
    assert SECRET in town.commitment(1).action
    assert town.submit("U0EVA", redact_form(town, "U0EVA")).errors == {}
    town.again()
    assert town.verbs(1) == ["record", "accept", "redact"]


def test_a_refused_share_keeps_no_words(town: BotInWorkspace) -> None:
    """If a channel is closed to the bot, the DM about a failed share does not quote the item."""
    town.box.add_channel(ChannelSeed("C0DEALS", "deals", ("U0EVA",), private=True))
    town.press("U0EVA", town.receipt("U0EVA", f"send {SECRET} by Friday", "C0DEALS"), ids.SHARE)
    town.box.leave(town.box.seed.bot_user_id, "C0DEALS")
    town.settled()
    (told,) = town.box.dm("U0EVA")
    assert "could not share #1" in read(told)
    assert SECRET not in words(told)


def test_a_guest_keeps_no_words(town: BotInWorkspace) -> None:
    """A redaction closes the messages to a colleague who became a guest; a colleague again, they read the new text."""
    town.receipt("U0EVA", f"@ana send {SECRET} by Tuesday")
    town.settled()
    town.jump(2026, 11, 24, 8, 30)
    before = town.box.dm("U0ANA")
    assert len([one for one in before if SECRET in words(one)]) == 2
    town.box.change_user("U0ANA", is_restricted=True)
    assert town.submit("U0EVA", redact_form(town, "U0EVA"), action="send the access").errors == {}
    town.settled()
    for message in town.box.dm("U0ANA"):
        assert "for the members of this workspace" in words(message)
        assert SECRET not in words(message)
    town.box.change_user("U0ANA", is_restricted=False)
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    town.settled()
    # It is due today, so she hears at once that it is done.
    *same, news = town.box.dm("U0ANA")
    assert [one.ts for one in same] == [one.ts for one in before]
    assert all("send the access" in read(one) for one in [*same, news])


def test_an_archived_channel_keeps_the_words(town: BotInWorkspace) -> None:
    """The form warns that an archived channel keeps the words; once it is back, another redaction removes them."""
    town.press("U0EVA", town.receipt("U0EVA", f"send {SECRET} by Friday"), ids.SHARE)
    town.settled()
    town.box.archive("C0ACME")
    form = town.form("U0EVA", town.item("U0EVA"), ids.REDACT)
    assert "In an archived channel Slack lets me change none" in words_of(form)
    assert town.submit("U0EVA", form).errors == {}
    town.settled()
    assert SECRET in words(in_channel(town))
    town.box.archive("C0ACME", archived=False)
    assert town.submit("U0EVA", redact_form(town, "U0EVA"), action="send the access").errors == {}
    town.settled()
    assert "send the access" in words(in_channel(town))
    assert SECRET not in words(in_channel(town))


def in_channel(town: BotInWorkspace) -> Message:
    """The shared item in the channel, as everybody reads it."""
    (shared,) = (one for one in town.box.messages("C0ACME", viewer="U0BEN") if "shared a commitment" in one.text)
    return shared


def test_nothing_but_words_goes(town: BotInWorkspace) -> None:
    """After a redaction the database still refuses changes of history, and of words into other words."""
    spilt(town)
    assert town.submit("U0ANA", redact_form(town, "U0ANA"), action="send it").errors == {}
    for statement in (
        "UPDATE entry SET reason = 'something else'",
        "UPDATE entry SET reason = '(redacted)', verb = 'finish'",
        "UPDATE entry SET reason = NULL",
        "UPDATE entry SET changes = '{}'",
        'UPDATE entry SET changes = \'{"state": ["done", "open"]}\'',
        "UPDATE entry SET reason = '(redacted)' WHERE verb = 'redact'",
        "UPDATE commitment SET first_action = 'something else'",
        "DELETE FROM entry",
    ):
        with (
            pytest.raises(sa.exc.DBAPIError, match="the ledger cannot be rewritten"),
            town.makegood.ledger.begin() as tx,
        ):
            tx.execute(sa.text(statement))
