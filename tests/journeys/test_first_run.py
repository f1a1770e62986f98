"""The first time: a welcome for each person who opens the bot, and one question for an admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox import User
from tests.journeys.conftest import words, words_of
from tests.journeys.forms import save

if TYPE_CHECKING:
    from sandbox import Message
    from tests.journeys.conftest import BotInWorkspace


def opened(town: BotInWorkspace, user: str, tab: str = "home") -> list[Message]:
    """The messages to this person after they have opened the bot."""
    town.box.open_home(user, tab=tab)
    town.settled()
    return town.box.dm(user)


@pytest.mark.parametrize("tab", ["home", "messages"])
def test_a_person_is_welcomed_once(town: BotInWorkspace, tab: str) -> None:
    """One message with an example and three buttons, on the first opening of either tab; nothing later."""
    (message,) = opened(town, "U0EVA", tab)
    assert "/commit @ana send" in words(message)
    labels = [element["text"]["text"] for block in message.blocks for element in block.get("elements", ())]
    assert labels == ["New commitment", "My commitments", "Help"]
    for again in ("home", "messages", "home"):
        assert len(opened(town, "U0EVA", again)) == 1
    assert len(opened(town, "U0BEN", tab)) == 1


def test_its_buttons_work(town: BotInWorkspace) -> None:
    """Each button opens its view on top, and the welcome stays."""
    (message,) = opened(town, "U0EVA")
    said = {ids.OPEN_FORM: "New commitment", ids.RUN: "Nothing is open", ids.OPEN_HELP: "Record a promise"}
    for action_id, expected in said.items():
        view = town.form("U0EVA", message, action_id)
        assert expected in words_of(view)
        town.box.close("U0EVA", view.id)
    assert town.box.dm("U0EVA")[0].blocks == message.blocks


@pytest.mark.both_databases
def test_opened_twice_at_the_same_moment(town: BotInWorkspace) -> None:
    """The database decides: of many openings at once one brings the welcome."""
    with town.post.caught() as parcels:
        town.box.open_home("U0EVA")
        town.box.open_home("U0EVA", tab="messages")
    assert {ack.status for ack in town.at_once(*parcels * 3)} == {200}
    town.settled()
    assert len(town.box.dm("U0EVA")) == 1


@pytest.mark.parametrize("about", [{"is_restricted": True}, {"team_id": "T0ACME"}, {"is_bot": True}])
def test_outsiders_get_no_welcome(town: BotInWorkspace, about: dict[str, object]) -> None:
    """A guest, a person of another company and an app hear nothing."""
    town.box.add_user(User("U0OTHER", "other", "Otto Ther", **about))  # type: ignore[arg-type]
    for tab in ("home", "messages"):
        town.box.open_home("U0OTHER", tab=tab)
    town.settled()
    assert town.outbox() == []


def test_an_admin_is_asked_once_for_the_workspace(town: BotInWorkspace) -> None:
    """The first admin who opens the bot is asked for country and working week; its button opens the form
    of both.
    """
    welcome, question = opened(town, "U0ADA")
    assert "/commit" in words(welcome)
    assert "Monday to Friday" in words(question)
    form = town.form("U0ADA", question, ids.OPEN_WORKSPACE_SETTINGS)
    saved = town.submit("U0ADA", form, workspace_region="")
    assert "Saved for the whole workspace" in words_of(saved.view)
    assert len(opened(town, "U0ADA")) == 2
    town.box.change_user("U0BEN", is_admin=True)
    assert len(opened(town, "U0BEN")) == 1


def test_with_a_country_nobody_is_asked(town: BotInWorkspace) -> None:
    """If the workspace has its holidays already, there is no question."""
    save(town, "U0ADA", workspace_region="Germany")
    assert len(opened(town, "U0ADA")) == 1
