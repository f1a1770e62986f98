"""Socket Mode: the bot without an address of its own. People do and read the same as over HTTP."""

from __future__ import annotations

import shutil
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from bot.manifest import EVENTS_PATH, for_socket_mode
from handlers import ids
from sandbox import Sandbox
from store.tables import Commitment
from tests.journeys import invariants, processes
from tests.journeys.conftest import TOKEN, BotInWorkspace, read, texts
from tests.journeys.sockets import APP_TOKEN, WAYS, open_socket_town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Message
    from tests.bot.conftest import Log

# The kind of database makes no difference to how requests arrive.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def office(database_url: str, log: Log) -> Iterator[BotInWorkspace]:
    """A town in Socket Mode."""
    with open_socket_town(database_url) as town:
        yield town
        invariants.hold(town.box, log)


def test_a_command_is_recorded_and_answered(office: BotInWorkspace) -> None:
    """The receipt and errors in words come back through the socket."""
    receipt = office.receipt("U0EVA", "@ana send the pricing sheet to Dana by Friday")
    assert "Friday 27 November 2026" in read(receipt)
    assert office.commitment(1).owner.slack_id == "U0ANA"
    assert "There is no commitment #99" in read(office.item("U0EVA", 99))


def test_a_form_is_opened_refused_and_recorded(office: BotInWorkspace) -> None:
    """Menus get their options from the bot, errors are shown at their field, and the form turns into the receipt."""
    form = office.commit("U0EVA", "").view
    office.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text="Acme")
    values = {"action": "send it", "owner": "U0ANA", "due": "2026-11-01", "account": "new:Acme"}
    assert set(office.submit("U0EVA", form, **values).errors) == {"due"}
    assert office.submit("U0EVA", form, due="2026-12-04").errors == {}
    assert "Recorded as #1" in " ".join(texts(office.box.modals("U0EVA")[-1].blocks))
    kept = office.commitment(1)
    assert (kept.action, kept.account and kept.account.name) == ("send it", "Acme")


def test_buttons_act_and_a_double_click_acts_once(office: BotInWorkspace) -> None:
    """Accept and Done in the notice update it in place; the same envelope again changes nothing."""
    office.receipt("U0EVA", "@ana send it by Friday")
    office.settled()
    (notice,) = office.box.dm("U0ANA")
    for button in (ids.ACCEPT, ids.DONE):
        office.press("U0ANA", notice, button)
        assert office.again().ok
    office.settled()
    assert office.verbs(1) == ["record", "accept", "finish"]
    (notice,) = office.box.dm("U0ANA")
    assert "#1 · done" in read(notice)


def test_the_morning_brief_and_its_buttons(office: BotInWorkspace) -> None:
    """The brief comes on the working morning, and Done in it updates it there."""
    office.receipt("U0EVA", "call Marcus by tomorrow")
    office.jump(2026, 11, 24, 8, 45)
    (brief,) = office.box.dm("U0EVA")
    assert "Good morning, Eva" in read(brief)
    office.press("U0EVA", brief, ids.DONE)
    office.settled()
    (brief,) = office.box.dm("U0EVA")
    assert "#1 · done" in read(brief)


def test_nobody_gets_in_by_http(office: BotInWorkspace) -> None:
    """Requests are unsigned in Socket Mode, so Slack's endpoint does not exist; health and readiness do."""
    office.service.schedule.plan()
    base = f"http://127.0.0.1:{office.service.port}"
    with urllib.request.urlopen(f"{base}/readyz") as answer:
        assert b"Slack knows the bot" in answer.read()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{base}{EVENTS_PATH}", data=b"command=%2Fcommit&text=mine")
    assert refused.value.code == 404
    refused.value.close()


def test_a_large_message_is_read(office: BotInWorkspace) -> None:
    """A large message is read in any number of fragments."""
    assert office.commit("U0EVA", "x" * 1_200_000).view is not None


def test_slack_asks_for_another_connection(office: BotInWorkspace) -> None:
    """Slack asks for a new connection every few hours: it takes over, and no request is lost."""
    office.receipt("U0EVA", "send the first by Friday")
    office.box.sockets.disconnect()
    assert office.box.sockets.wait_served(2)
    assert office.box.sockets.wait_connected()
    office.receipt("U0EVA", "send the second by Friday")
    assert office.ask("U0EVA", _numbers) == [1, 2]


def _numbers(tx: Any, viewer: Any) -> list[int]:
    return list(tx.scalars(sa.select(Commitment.number).where(Commitment.owner_id == viewer.id).order_by("number")))


def test_both_ways_lead_to_the_same_handlers(database_url: str, tmp_path: Path) -> None:
    """A day with every kind of request, over each transport: each person reads exactly the same."""
    lived = {}
    for way, opened in WAYS.items():
        path = shutil.copy(make_url(database_url).database or "", tmp_path / f"{way}.db")
        with opened(f"sqlite:///{path}") as town:
            lived[way] = a_day_in(town)
    assert lived["socket"] == lived["http"]
    assert len(lived["http"]) == 14


def a_day_in(town: BotInWorkspace) -> list[str]:
    """The texts that people read at each step of commands, buttons, forms, menus, shortcuts, events and a brief."""
    eva, box = "U0EVA", town.box
    seen: list[str] = []

    def reads(*messages: Message) -> None:
        seen.extend(read(message) for message in messages)

    def sees(part: Any) -> None:
        seen.append(" ".join(texts(part)))

    reads(town.receipt(eva, "@ana send the pricing sheet by tomorrow for Acme"), town.item(eva, 99))
    reads(town.commit(eva, "help").messages[-1])
    form = town.commit(eva, "").view
    sees(form.blocks)
    sees(list(box.suggestions(eva, view_id=form.id, action_id=ids.ACCOUNT, text="Ac")))
    wrong = town.submit(eva, form, action="call Marcus", owner=eva, due="2026-11-01", account="new:Ac")
    seen.append(str(dict(wrong.errors)))
    town.submit(eva, form, due="2026-11-24")
    sees(box.modals(eva)[-1].blocks)
    said = box.say("U0BEN", "C0ACME", "We owe them the report")
    shortcut = box.message_shortcut(eva, ids.SHORTCUT_FROM_MESSAGE, "C0ACME", said.ts).view
    assert shortcut is not None
    sees(shortcut.blocks)
    anywhere = box.global_shortcut(eva, ids.SHORTCUT_NEW).view
    assert anywhere is not None
    sees(anywhere.blocks)
    box.open_home(eva)
    home = box.home(eva)
    assert home is not None
    sees(home.blocks)
    box.change_user("U0ANA", real_name="Ana Souza-Lima")
    town.settled()
    town.press("U0ANA", box.dm("U0ANA")[-1], ids.ACCEPT)
    town.settled()
    reads(box.dm("U0ANA")[-1], town.item(eva, 1))
    town.jump(2026, 11, 24, 8, 45)
    reads(box.dm(eva)[-1])
    town.press(eva, box.dm(eva)[-1], ids.DONE)
    town.settled()
    reads(box.dm(eva)[-1])
    return seen


def test_the_program_itself(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`makegood run` with SLACK_APP_TOKEN: it connects by itself, answers, delivers, and ends when asked."""
    usual = processes.environment

    def environment(box: Sandbox, url: str) -> dict[str, str]:
        kept = {name: value for name, value in usual(box, url).items() if name != "SLACK_SIGNING_SECRET"}
        return kept | {"SLACK_APP_TOKEN": APP_TOKEN}

    monkeypatch.setattr(processes, "environment", environment)
    with (
        Sandbox(for_socket_mode(), app_url=None, bot_token=TOKEN, app_token=APP_TOKEN) as box,
        processes.Process(box, database_url) as bot,
    ):
        assert bot.wait_for("started")["socket"] is True
        assert box.sockets.wait_connected()
        assert box.command("U0EVA", "C0ACME", "/commit", "@ana send it tomorrow").ok
        box.wait_for(lambda box: box.dm("U0ANA"))
        bot.terminate()
        assert bot.ended(within=15) == 0


@pytest.mark.slow
def test_a_deaf_connection_is_noticed_by_the_real_process(database_url: str) -> None:
    """A connection that stays open but carries nothing: after half a minute at most people get answers again."""
    with Sandbox(for_socket_mode(), app_url=None, bot_token=TOKEN, app_token=APP_TOKEN) as box:
        with processes.Process(box, database_url, SLACK_APP_TOKEN=APP_TOKEN) as process:
            assert box.sockets.wait_connected(timeout=30)
            assert box.command("U0EVA", "C0ACME", "/commit", "call them by tomorrow").ok
            began = time.monotonic()
            assert box.sockets.go_silent() == 1
            assert box.sockets.wait_served(2, timeout=30)
            assert box.command("U0EVA", "C0ACME", "/commit", "call them again by tomorrow").ok
            assert time.monotonic() - began < 30
            process.terminate()
            assert process.ended() == 0
        assert process.events("socket_silent")
