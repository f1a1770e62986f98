"""The page's requests, without a browser: what they refuse, and whom they show what."""

import re
from typing import Any

import httpx
import pytest

from sandbox import Sandbox
from sandbox.page.page_model import PageBuilder
from sandbox.tests.page.app import PageApp


def act(box: Sandbox, **wish: Any) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{box.url}/act", json={"as": "U0EVA", **wish}).json()
    return answer


def test_the_page_allows_no_script_but_its_own(box: Sandbox) -> None:
    """Should a text ever escape the escaping, the browser still refuses to run it."""
    policy = httpx.get(box.url).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_only_json_makes_a_gesture(box: Sandbox) -> None:
    """A form on another site cannot act for a person: its content types are refused."""
    wish = '{"kind": "say", "as": "U0EVA", "channel": "C0ACME", "text": "forged"}'
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = httpx.post(f"{box.url}/act", content=wish, headers={"Content-Type": content_type})
        assert answer.status_code == 415
    assert all(said.text != "forged" for said in box.messages("C0ACME"))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"kind": "nonesuch"}, "unknown"),
        ({"kind": "say", "channel": "C0ACME"}, "“text” is missing"),
        ({"kind": "say", "channel": "C0NOWHERE", "text": "x"}, "no channel C0NOWHERE"),
        ({"kind": "command", "channel": "C0ACME", "text": "/dance now"}, "/dance is not a valid command"),
        ({"kind": "command", "channel": "C0ACME", "text": "/plan x", "thread": "1.2"}, "not supported in threads"),
        ({"kind": "press", "action": "done", "channel": "C0ACME", "ts": "1.2"}, "sees no message"),
        ({"kind": "clock", "to": "yesterday"}, "Choose a date and a time."),
        ({"kind": "fail", "method": "chat.update", "fault": "earthquake", "often": "1"}, "no fault earthquake"),
        ({"kind": "fail", "method": "chat.update", "fault": "drop", "often": "never"}, "how often"),
        ({"kind": "fail", "method": "chat.update", "fault": "drop", "often": "2"}, "share of the calls"),
        ({"kind": "fail", "fault": "drop", "often": "1"}, "“method” is missing"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(box: Sandbox, app: PageApp, wish: dict[str, Any], words: str) -> None:
    """A refused gesture answers with words for the person and changes nothing."""
    before = box.world.revision
    answer = act(box, **wish)
    assert not answer["ok"]
    assert words in answer["notice"]
    assert box.world.revision == before


def test_a_button_that_has_gone_says_so(box: Sandbox) -> None:
    """A press on a changed message gives a notice in plain words."""
    shown = box.messages("C0ACME")[-1]
    answer = act(box, kind="press", channel="C0ACME", ts=shown.ts, action="done", block="of-yesterday")
    assert answer == {"ok": False, "notice": "That has changed meanwhile. Look again."}


@pytest.mark.parametrize("where", ["G0DEALS", "C0NOWHERE", "D0EVA", ""])
def test_a_person_sees_only_their_conversations(box: Sandbox, where: str) -> None:
    """Ana cannot open a private channel or direct messages of others: the page shows her first channel."""
    page = httpx.get(f"{box.url}/", params={"as": "U0ANA", "in": where}).text
    assert 'data-in="C0ACME"' in page
    assert "deal-desk" not in page


def test_news_come_with_the_next_change(box: Sandbox) -> None:
    """A request for news is answered when the workspace differs, with each region drawn anew."""
    since = box.world.revision
    box.say("U0BEN", "C0ACME", "Dana called")
    news = httpx.get(f"{box.url}/news", params={"as": "U0EVA", "in": "C0ACME", "since": since}).json()
    assert news["revision"] > since
    assert "Dana called" in news["regions"]["main"]
    assert set(news["regions"]) == {"side", "clock", "head", "main", "thread", "modals"}


def test_what_comes_while_a_page_is_drawn_is_news(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message posted between the look at the workspace and the answer reaches the page by its next request."""
    look = PageBuilder.build

    def look_then_hear(builder: PageBuilder, *where: Any) -> Any:
        model = look(builder, *where)
        monkeypatch.undo()
        box.say("U0BEN", "C0ACME", "Dana called")
        return model

    monkeypatch.setattr(PageBuilder, "build", look_then_hear)
    asked = {"as": "U0EVA", "in": "C0ACME"}
    page = httpx.get(f"{box.url}/", params=asked).text
    assert "Dana called" not in page
    drawn_at = re.search(r'data-revision="(\d+)"', page)
    assert drawn_at
    news = httpx.get(f"{box.url}/news", params={**asked, "since": drawn_at[1]}, timeout=30).json()
    assert "Dana called" in news["regions"]["main"]


def test_a_long_channel_shows_its_latest(box: Sandbox) -> None:
    """Two hundred messages are drawn, the earlier ones counted."""
    for number in range(201):
        box.world.post("C0SHARED", "U0BEN", f"line {number}")
    page = httpx.get(f"{box.url}/", params={"as": "U0EVA", "in": "C0SHARED"}).text
    assert "2 earlier messages are not shown." in page
    assert page.count("<article") == 200
