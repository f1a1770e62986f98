"""Comments, and the colleague for whom a blocked commitment waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.working_lives import account

if TYPE_CHECKING:
    from sandbox import Message

SAID = "sent the draft, waits for their OK"


def blocked(town: BotInWorkspace) -> Message:
    """Ana's commitment, recorded by Eva, waits for Ben; as Ben sees it."""
    town.receipt("U0EVA", "@ana send it by Friday")
    form = town.form("U0ANA", town.item("U0ANA"), ids.BLOCK)
    assert town.submit("U0ANA", form, reason="the figures are missing", blocker="U0BEN").errors == {}
    return town.item("U0BEN")


@pytest.mark.both_databases
def test_a_comment_changes_nothing_else(town: BotInWorkspace) -> None:
    """A comment from the form or in one line is an entry, stands in the item's line, and is no progress."""
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    form = town.form("U0ANA", town.item("U0ANA"), ids.COMMENT)
    assert town.submit("U0ANA", form, comment="  ").errors
    assert town.submit("U0ANA", form, comment="asked *Dana* <!channel>").errors == {}
    town.again()
    kept = town.commitment(1)
    assert (kept.version, kept.touched_at, kept.due_on.isoformat(), kept.state) == (1, None, "2026-11-27", "open")
    assert "Ana Souza: “asked *Dana* <!channel>”" in read(town.item("U0EVA"))
    town.settled()
    assert "You: “asked *Dana*" in read(town.box.dm("U0ANA")[0])
    shown = read(town.commit("U0EVA", f"note 1 {SAID}").messages[-1])
    assert f"You: “{SAID}”" in shown
    assert f"you commented: “{SAID}”" in shown
    assert "Ana Souza commented: “asked *Dana*" in shown
    assert f"Eva Lindqvist: “{SAID}”" in read(town.commit("U0ANA", "mine").messages[-1])
    assert town.verbs(1) == ["record", "comment", "comment"]
    town.press("U0ANA", town.item("U0ANA"), ids.DONE)
    done = read(town.item("U0EVA"))
    assert f"Last comment, you: “{SAID}”" in done
    assert done.count(SAID) == 2


def test_a_comment_in_one_line(town: BotInWorkspace) -> None:
    """`note 1` alone opens the form; a mention pings nobody; an unknown number is said to be one."""
    town.receipt("U0EVA", "send it by Friday")
    assert "How does it stand?" in words_of(town.commit("U0EVA", "note 1").view)
    assert "@Ana Souza has it" in read(town.commit("U0EVA", "comment #1: @ana has it").messages[-1])
    assert "no commitment #7" in read(town.commit("U0EVA", "note 7 sent it").messages[-1])
    assert "500 fit" in read(town.commit("U0EVA", f"note 1 {'x' * 501}").messages[-1])
    assert town.verbs(1) == ["record", "comment"]


def test_who_may_comment(town: BotInWorkspace) -> None:
    """The account's coach and the colleague in the way may comment; other people read who may."""
    acme = account(town, "U0EVA")
    with town.makegood.ledger.begin() as tx:
        acme = tx.merge(acme)
        acme.coach_id = town.person(tx, "U0BEN").id
    town.has_recorded("U0ANA", ("U0ANA", "send it", "2026-11-27"), account=acme)
    assert f"You: “{SAID}”" in read(town.commit("U0BEN", f"note 1 {SAID}").messages[-1])
    town.has_recorded("U0ANA", ("U0ANA", "send that", "2026-11-27"))
    assert "Only Ana Souza" in read(town.commit("U0BEN", f"note 2 {SAID}").messages[-1])
    assert town.verbs(2) == ["record"]


def test_a_channel_reads_no_comment(town: BotInWorkspace) -> None:
    """A comment is internal: a shared item does not show it, and a redaction takes it away."""
    receipt = town.receipt("U0EVA", "send it by Friday")
    town.press("U0EVA", receipt, ids.SHARE)
    town.commit("U0EVA", "note 1 they pay 80 thousand")
    town.settled()
    posts = [one for one in town.box.messages("C0ACME") if not one.ephemeral_for]
    assert "80 thousand" not in str([one.blocks for one in posts])
    form = town.form("U0EVA", town.item("U0EVA"), ids.REDACT)
    assert town.submit("U0EVA", form, action="send it").errors == {}
    assert "80 thousand" not in read(town.item("U0EVA"))
    assert town.commitment(1).comment is None


def test_the_colleague_in_the_way_frees_it(town: BotInWorkspace) -> None:
    """The person whom a blocked commitment names sees it on their Home, with *It is free now*, which unblocks it."""
    shown = blocked(town)
    town.box.open_home("U0BEN")
    assert "You hold up (1)" in words_of(town.box.home("U0BEN"))
    assert "It is free now" in str(shown.blocks)
    town.press("U0BEN", shown, ids.UNBLOCK)
    assert town.commitment(1).state == "open"
    assert "Ben Okafor unblocked it" in read(town.item("U0ANA"))
    town.settled()
    assert "You hold up" not in words_of(town.box.home("U0BEN"))
    assert ids.UNBLOCK not in str(town.item("U0BEN").blocks)


def test_the_colleague_in_the_way_needs_time(town: BotInWorkspace) -> None:
    """*I need until …* gives a day that the owner reads; the due date stays, and the day goes with the obstacle."""
    shown = blocked(town)
    form = town.form("U0BEN", shown, ids.NEED_UNTIL)
    assert "already passed" in str(town.submit("U0BEN", form, until="2026-11-20").errors)
    assert town.submit("U0BEN", form, until="2026-12-02", reason="the audit ends then").errors == {}
    assert "waiting for Ben Okafor, who needs until Wed 2 Dec 2026" in read(town.item("U0ANA"))
    assert "Ben Okafor needs until Wed 2 Dec 2026: “the audit ends then”" in read(town.item("U0ANA"))
    assert "waiting for you, who need until" in read(town.item("U0BEN"))
    kept = town.commitment(1)
    assert (kept.due_on.isoformat(), kept.state) == ("2026-11-27", "blocked")
    late = town.form("U0BEN", town.item("U0BEN"), ids.NEED_UNTIL)
    town.press("U0ANA", town.item("U0ANA"), ids.UNBLOCK)
    assert town.commitment(1).blocked_until is None
    assert "does not wait for you" in str(town.submit("U0BEN", late, until="2026-12-03").errors)
