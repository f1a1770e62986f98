"""The plan of an account as a canvas tab of its channel: kept as the ledger stands, by one canvas, for colleagues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from handlers.plan.canvas import from_mrkdwn, inert
from handlers.slack.words import escape
from store import accounts, offerings
from store.plan import risks, section, white_space
from tests.journeys.accounts import account, id_of, page
from tests.journeys.conftest import open_town, patience, words, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Reply
    from sandbox.files import Canvas
    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

EVIL = "![](@U0ANA) [x](http://evil.example) **b** <!channel> `c` | # h _i_ ~s~ \\"


@pytest.fixture
def acme(town: BotInWorkspace) -> BotInWorkspace:
    """Acme with its channel, led by Eva, whose plan is kept there."""
    account(town, "Acme", channel="C0ACME")
    switch(town, "plan")
    town.settled()
    return town


def switch(town: BotInWorkspace, canvas: str, **more: Any) -> None:
    form = town.form("U0EVA", page(town, "U0EVA", "Acme"), ids.EDIT_ACCOUNT)
    outcome = town.submit("U0EVA", form, canvas=canvas, **more)
    assert outcome.errors == {}


def tab(town: BotInWorkspace, channel: str = "C0ACME") -> Canvas:
    (found,) = town.box.world.cabinet.tabs(channel)
    return found


def later(town: BotInWorkspace, **time: float) -> None:
    """That time has passed, and all that is due was planned and delivered."""
    town.pass_by(**time)
    town.makegood.tick()
    town.settled()


def risk(town: BotInWorkspace, account_name: str, name: str) -> None:
    """Eva adds a risk to the account's plan."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        found = accounts.named(tx, eva, account_name)
        assert found is not None
        given = {"name": name, "likelihood": "high", "impact": "high"}
        section.add(tx, eva, risks.SECTION, found, given, origin_key=name[:50], now=now)


def calls(town: BotInWorkspace, method: str) -> int:
    return sum(call.method == method and call.ok for call in town.box.calls)


def warnings(town: BotInWorkspace) -> list[str]:
    """The warnings about the canvas that Eva got."""
    return [words(said) for said in town.box.dm("U0EVA") if "is not kept in" in words(said)]


def test_it_is_off_unless_somebody_wants_it(town: BotInWorkspace) -> None:
    """An account with a channel has no canvas."""
    account(town, "Acme", channel="C0ACME")
    town.receipt("U0EVA", "send the deck by Friday for Acme")
    later(town, days=1)
    assert town.box.world.cabinet.canvases == {}


def test_the_plan_is_a_tab_of_the_channel(acme: BotInWorkspace) -> None:
    """It has the sections of the plan and what both sides owe, and follows each change."""
    assert tab(acme).title == "Plan"
    assert "# Acme: account plan" in tab(acme).markdown
    acme.receipt("U0EVA", "send the deck by Friday for Acme")
    risk(acme, "Acme", "Their budget is frozen")
    later(acme, seconds=30)
    text = tab(acme).markdown
    assert "## We owe\n- **No. 1** send the deck – Fri 27 Nov 2026 – Eva Lindqvist" in text
    assert "## Risks\n- :red_circle: **Their budget is frozen**" in text
    later(acme, days=5)
    assert "– **overdue** –" in tab(acme).markdown


def test_the_white_space_has_a_line_for_each_offering(acme: BotInWorkspace) -> None:
    """As the picture says it, with the units of each state together."""
    with acme.makegood.ledger.begin() as tx:
        eva, now = acme.person(tx, "U0EVA"), acme.box.clock.now()
        found = accounts.named(tx, eva, "Acme")
        assert found is not None
        offering = offerings.create(tx, eva, "Monitoring", now=now)
        for unit, state in (("Lyon", "open"), ("Porto", "open"), ("Graz", "has")):
            given = {"offering": str(offering.id), "unit": unit, "state": state, "value": "120000"}
            section.add(tx, eva, white_space.SECTION, found, given, origin_key=unit, now=now)
    later(acme, seconds=30)
    assert "- **Monitoring**: has it Graz (120k); open Lyon (120k), Porto (120k)\n" in tab(acme).markdown


def test_fifty_changes_leave_one_copy(acme: BotInWorkspace) -> None:
    """Changes of one moment are one edit, and without a change there is none."""
    for number in range(50):
        acme.pass_by(seconds=3)
        acme.receipt("U0EVA", f"promise number {number} by Friday for Acme")
        acme.settled()
    later(acme, seconds=30)
    assert tab(acme).markdown.count("**No. ") == 20
    assert "and 30 more commitments" in tab(acme).markdown
    assert calls(acme, "canvases.create") == 1
    edits = calls(acme, "canvases.edit")
    assert 1 <= edits <= 9
    before = len(acme.box.calls)
    later(acme, minutes=5)
    assert calls(acme, "canvases.edit") == edits
    assert len(acme.box.calls) == before


@pytest.mark.both_databases
def test_a_change_while_it_is_written_is_not_lost(acme: BotInWorkspace) -> None:
    """A commitment recorded between the reading of the ledger and the end of the edit comes with the next edit."""

    def record_meanwhile(method: str, _args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        if method == "canvases.edit":
            acme.box.api.intercept = None
            acme.receipt("U0EVA", "call Dana by Friday for Acme")
        return carry_out()

    acme.receipt("U0EVA", "send the deck by Friday for Acme")
    acme.box.api.intercept = record_meanwhile
    later(acme, seconds=30)
    assert "call Dana" not in tab(acme).markdown
    later(acme, seconds=30)
    assert "call Dana" in tab(acme).markdown
    assert calls(acme, "canvases.create") == 1


def test_what_people_wrote_stays_text(town: BotInWorkspace) -> None:
    """Text of people becomes no link, mention, heading or format."""
    account(town, "Acme", channel="C0ACME")
    switch(town, "plan", name=f"Acme {EVIL}")
    with town.makegood.ledger.read() as tx:
        (name,) = accounts.names(tx, town.person(tx, "U0EVA"))
    risk(town, name, EVIL)
    town.receipt("U0EVA", f"send {EVIL} by Friday for {name}")
    later(town, seconds=30)
    text = tab(town).markdown
    for mark in ("![", "](", "http://", "**b", "<!", "`", "|", " # h", "~s~", "_i_", "\\", "@U0ANA"):
        assert mark not in text
    assert text.count("\n# ") == 0


def test_our_own_markup_becomes_markdown() -> None:
    """Bold and struck text of ours is kept; entities are characters again."""
    assert from_mrkdwn("*Risk* ~gone~ a &amp; b") == "**Risk** ~~gone~~ a & b"
    assert from_mrkdwn(f"*{escape('2 * 3 <b> [x](y)')}*") == "**2 \u2217 3 \u2039b\u203a \uff3bx\uff3d(y)**"
    assert from_mrkdwn("<https://example.com|the page>") == "the page"
    assert inert("a\nb") == "a b"


@pytest.mark.parametrize(
    "error", ["canvas_editing_locked", pytest.param("canvas_editing_failed", marks=pytest.mark.slow)]
)
def test_a_refused_edit_is_tried_again(acme: BotInWorkspace, error: str) -> None:
    """With back-off; the lead is told once, after three days, and the canvas is right when Slack takes it again."""
    acme.receipt("U0EVA", "send the deck by Friday for Acme")
    acme.box.faults.fail("canvases.edit", error)
    for _ in range(70):
        later(acme, hours=1)
    tried = sum(call.method == "canvases.edit" for call in acme.box.calls)
    assert 20 < tried < 100
    assert warnings(acme) == []
    for _ in range(30):
        later(acme, hours=1)
    (told,) = warnings(acme)
    assert "<#C0ACME>" in told
    assert "for three days" in told
    acme.box.faults.stop()
    later(acme, hours=2)
    assert "send the deck" in tab(acme).markdown
    later(acme, days=1)
    assert len(warnings(acme)) == 1


def _archive(town: BotInWorkspace) -> None:
    town.box.archive("C0ACME")


def _remove(town: BotInWorkspace) -> None:
    town.box.leave("U0MAKEGOOD", "C0ACME")


def _delete(town: BotInWorkspace) -> None:
    del town.box.world.channels["C0ACME"]


def _switch_off(town: BotInWorkspace) -> None:
    town.box.world.cabinet.no_canvases = True


@pytest.mark.parametrize(
    ("happens", "advice"),
    [
        (_archive, "the channel is archived"), (_remove, "/invite @Makegood"), (_delete, "/invite @Makegood"),
        (_switch_off, "canvases are switched off"),
    ],
)  # fmt: skip
def test_the_lead_is_told_once_how_to_mend_it(
    acme: BotInWorkspace, happens: Callable[[BotInWorkspace], None], advice: str
) -> None:
    """The channel is archived or gone, the bot was removed, canvases are off, or the permission is missing."""
    acme.receipt("U0EVA", "send the deck by Friday for Acme", "C0GENERAL")
    happens(acme)
    for _ in range(5):
        later(acme, hours=1)
    (told,) = warnings(acme)
    assert advice in told
    button = next(said for said in acme.box.dm("U0EVA") if "is not kept in" in words(said))
    view = acme.press("U0EVA", button, ids.OPEN_ACCOUNT).view
    assert view is not None
    assert "Acme" in words_of(view)


def test_without_the_permission_the_lead_is_told(database_url: str, log: Log) -> None:
    """The words name the permission and the way to it."""
    with patience(), open_town(database_url) as town:
        town.box.manifest.scopes = tuple(ids.SCOPES)
        account(town, "Acme", channel="C0ACME")
        switch(town, "plan")
        town.settled()
        later(town, hours=3)
        (told,) = warnings(town)
        assert "canvases:write" in told
        assert "--with canvas" in told
        town.box.manifest.scopes += ("canvases:write",)
        later(town, hours=1)
        assert "# Acme: account plan" in tab(town).markdown


def test_it_goes_on_when_it_is_mended(acme: BotInWorkspace) -> None:
    """A channel that is not archived any more gets its plan, and the next trouble is told again."""
    for what in ("deck", "price"):
        acme.box.archive("C0ACME")
        acme.receipt("U0EVA", f"send the {what} by Friday for Acme", "C0GENERAL")
        later(acme, minutes=1)
        acme.box.archive("C0ACME", archived=False)
        later(acme, hours=1, minutes=1)
    assert tab(acme).markdown.count("send the ") == 2
    assert len(warnings(acme)) == 2


def test_nothing_stands_in_a_shared_channel(town: BotInWorkspace) -> None:
    """Where another company reads there is no canvas, and the lead is told."""
    account(town, "Acme", channel="C0SHARED")
    switch(town, "plan")
    town.settled()
    later(town, hours=5)
    assert town.box.world.cabinet.canvases == {}
    assert len(warnings(town)) == 1


def test_it_is_withdrawn_when_the_channel_is_opened(acme: BotInWorkspace) -> None:
    """Another company joins the channel, or a guest: the plan goes with the next look, once a day at the latest."""
    acme.receipt("U0EVA", "send the deck by Friday for Acme")
    later(acme, seconds=30)
    acme.box.world.channels["C0ACME"].is_ext_shared = True
    later(acme, days=1)
    assert "send the deck" not in tab(acme).markdown
    assert "Acme" not in tab(acme).markdown
    later(acme, days=1)
    assert len(warnings(acme)) == 1
    acme.box.world.channels["C0ACME"].is_ext_shared = False
    later(acme, days=1)
    assert "send the deck" in tab(acme).markdown


@pytest.mark.parametrize("fault", ["drop_after", "server_error_after", "fatal_error_after"])
def test_a_lost_answer_leaves_one_canvas(town: BotInWorkspace, fault: str) -> None:
    """The canvas is found again by its last heading."""
    account(town, "Acme", channel="C0ACME")
    town.box.faults.fail("canvases.create", fault, count=1)
    switch(town, "plan")
    town.settled()
    later(town, minutes=2)
    town.receipt("U0EVA", "send the deck by Friday for Acme")
    later(town, minutes=2)
    assert "send the deck" in tab(town).markdown


def test_a_deleted_canvas_comes_again(acme: BotInWorkspace) -> None:
    """A person has deleted the tab, and the plan is still wanted there."""
    acme.box.world.cabinet.canvases.clear()
    acme.receipt("U0EVA", "send the deck by Friday for Acme")
    later(acme, seconds=30)
    assert "send the deck" in tab(acme).markdown


def test_other_canvases_are_left_alone(town: BotInWorkspace) -> None:
    """Also one of the same name; on the free plan a channel has one, and the lead is told."""
    own = town.box.world.cabinet.add_canvas("Plan", "# Our own", "C0ACME")
    town.box.world.cabinet.free_plan = True
    account(town, "Acme", channel="C0ACME")
    switch(town, "plan")
    town.settled()
    assert tab(town) is own
    assert own.markdown == "# Our own"
    (told,) = warnings(town)
    assert "free plan" in told
    town.box.world.cabinet.free_plan = False
    later(town, hours=2)
    assert own.markdown == "# Our own"
    assert len(town.box.world.cabinet.tabs("C0ACME")) == 2


def test_switching_it_off_takes_the_plan_away(acme: BotInWorkspace) -> None:
    """Also another channel, and an archived account; switched on again the same canvas shows it."""
    acme.receipt("U0EVA", "send the deck by Friday for Acme")
    later(acme, seconds=30)
    switch(acme, "none")
    later(acme, seconds=30)
    assert "switched off" in tab(acme).markdown
    assert "send the deck" not in tab(acme).markdown
    switch(acme, "plan")
    later(acme, seconds=30)
    assert "send the deck" in tab(acme).markdown
    switch(acme, "plan", channel="C0GENERAL")
    later(acme, seconds=30)
    assert "send the deck" not in tab(acme).markdown
    assert "send the deck" in tab(acme, "C0GENERAL").markdown
    with acme.makegood.ledger.begin() as tx:
        eva, now = acme.person(tx, "U0EVA"), acme.box.clock.now()
        found = accounts.get(tx, eva, int(id_of(acme, "Acme")))
        accounts.archive(tx, eva, found.id, "lost", version=found.version, origin_key="archive", now=now)
    later(acme, seconds=30)
    assert "send the deck" not in tab(acme, "C0GENERAL").markdown


def test_the_lead_hears_of_it_in_their_hours(acme: BotInWorkspace) -> None:
    """A refusal at night is told on the next working morning."""
    acme.jump(2026, 11, 24, 22, 0)
    acme.box.archive("C0ACME")
    later(acme, hours=1)
    acme.receipt("U0BEN", "send the deck by Friday for Acme", "C0GENERAL")
    later(acme, minutes=1)
    assert warnings(acme) == []
    acme.jump(2026, 11, 25, 9, 0)
    assert len(warnings(acme)) == 1
