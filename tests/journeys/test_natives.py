"""Tables, charts and uploaded pictures that a workspace does not know yet take no message with them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.slack import AnsweringClient, posting_client
from handlers.slack import blocks as b
from handlers.slack import natives
from handlers.slack.calls import respond
from tests.journeys.conftest import TOKEN, BotInWorkspace

if TYPE_CHECKING:
    from sandbox import Sandbox

NEW = frozenset({"data_table", "data_visualization"})


def blocks(*more: Any) -> list[Any]:
    """A message with a table and a chart, whose names look like markup."""
    return [
        b.section("The plan"),
        natives.table("Deals", ["Name", "Value"], [["<!channel> *x*", Decimal(1500)], ["y" * 500, None]]),
        natives.lines("Years", ["2024", "2025"], {"Our sales": [Decimal("1.5"), Decimal(2)]}),
        *more,
    ]


def posted(box: Sandbox, shown: list[b.Json]) -> list[b.Json]:
    posting_client(TOKEN, box.api_url).chat_postMessage(channel="C0ACME", text="The plan", blocks=shown)
    return list(box.messages("C0ACME")[-1].blocks)


def published(box: Sandbox, shown: list[b.Json]) -> list[b.Json]:
    AnsweringClient(TOKEN, box.api_url).views_publish(user_id="U0EVA", view={"type": "home", "blocks": shown})
    home = box.home("U0EVA")
    assert home is not None
    return list(home.blocks)


def answered(box: Sandbox, shown: list[b.Json]) -> list[b.Json]:
    respond(box.response_url("U0EVA", "C0ACME"), text="The plan", blocks=shown)
    return list(box.messages("C0ACME", viewer="U0EVA")[-1].blocks)


@pytest.mark.parametrize("way", [posted, published, answered])
def test_without_them_where_they_are_refused(bare_town: BotInWorkspace, way: Any) -> None:
    """Slack shows the table and the chart where it knows them; where it does not, the same message goes without the
    chart, and with the table's text.
    """
    shown = b.resolved(blocks())
    assert [block["type"] for block in way(bare_town.box, shown)] == ["section", "data_table", "data_visualization"]
    bare_town.box.world.unknown_blocks = NEW
    plain = way(bare_town.box, shown)
    assert [block["type"] for block in plain] == ["section", "section"]
    assert plain[1]["text"]["text"].startswith("*Name*  ·  *Value*\n• &lt;!channel&gt; ")
    assert "1,500" in plain[1]["text"]["text"]


@pytest.mark.parametrize("way", [posted, published, answered])
def test_any_other_fault_stays_one(bare_town: BotInWorkspace, way: Any) -> None:
    """A block that is wrong in itself is refused as before, and is not tried again without it."""
    wrong = {"type": "section", "block_id": "x", "text": {"type": "mrkdwn", "text": ""}}
    with pytest.raises((SlackApiError, SlackRequestError)):
        way(bare_town.box, [wrong])
    assert len([call for call in bare_town.box.calls if call.error]) <= 1
