"""Admin rights are read when they matter: the bot asks Slack only if the answer decides something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from handlers.settings.views import Part
from tests.journeys.conftest import words_of
from tests.journeys.forms import open_part

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

HOUSE = {
    ids.WORKSPACE_HOUR: "8", ids.WORKSPACE_WEEK: ["0", "1"], ids.WORKSPACE_REGION: "DE", ids.HONOURS_STATUS: ["yes"],
    ids.FISCAL_YEAR_START: "7",
}  # fmt: skip


def demoted(town: BotInWorkspace) -> None:
    """Ada is no longer an admin, and no event has told the bot."""
    ada = town.box.world.users["U0ADA"]
    town.box.world.put_user(replace(ada, is_admin=False, is_owner=False))


def asked(town: BotInWorkspace) -> int:
    return sum(call.method == "users.info" for call in town.box.calls)


def pressed(town: BotInWorkspace, action_id: str) -> str:
    """Ada presses a button of Eva's commitment; the text that she reads."""
    item = town.item("U0ADA", 1, "C0GENERAL")
    view = town.press("U0ADA", item, action_id).view
    return words_of(view) if view else town.told("U0ADA", "C0GENERAL")


def of_the_house(town: BotInWorkspace) -> dict[str, str]:
    """Ada submits the form with the workspace's days; returns the errors."""
    return dict(town.submit("U0ADA", open_part(town, "U0ADA", Part.DAYS), **HOUSE).errors)


@pytest.mark.parametrize("action", [ids.DONE, ids.MOVE, ids.BLOCK, ids.HAND_OVER, ids.CANCEL, ids.EDIT])
def test_a_demoted_admin_is_refused(town: BotInWorkspace, action: str) -> None:
    """A former admin is refused another person's commitment before the next sync, and without an event."""
    town.receipt("U0EVA", "send it by Friday")
    town.pass_by(minutes=2)
    demoted(town)
    assert "Only Eva Lindqvist" in pressed(town, action)
    assert town.verbs(1) == ["record"]


def test_a_demoted_admin_does_not_change_the_workspace(town: BotInWorkspace) -> None:
    """A former admin's open form gets an error at a field; nothing is stored."""
    form = open_part(town, "U0ADA", Part.DAYS)
    town.pass_by(minutes=2)
    demoted(town)
    errors = town.submit("U0ADA", form, **HOUSE).errors
    assert "Only admins" in str(errors)
    assert ids.OPEN_WORKSPACE_SETTINGS not in str(town.commit("U0ADA", "settings", "C0GENERAL").view)


def test_an_admin_is_asked_about_once_a_minute(town: BotInWorkspace) -> None:
    """An admin's act asks Slack once a minute about the right; acts that need no admin ask nothing."""
    town.receipt("U0EVA", "send it by Friday")
    town.receipt("U0ADA", "call them by Friday", "C0GENERAL")
    town.pass_by(minutes=2)
    before = asked(town)
    town.press("U0ADA", town.item("U0ADA", 2, "C0GENERAL"), ids.DONE)
    assert asked(town) == before
    assert of_the_house(town) == {}
    town.press("U0ADA", town.item("U0ADA", 1, "C0GENERAL"), ids.DONE)
    assert town.verbs(1) == ["record", "finish"]
    assert asked(town) == before + 1


def test_slack_cannot_be_asked(bare_town: BotInWorkspace) -> None:
    """If Slack cannot be asked, the act is refused in words and nothing is done; changes of one's own items work."""
    town = bare_town
    town.receipt("U0EVA", "send it by Friday")
    town.receipt("U0ADA", "call them by Friday", "C0GENERAL")
    town.pass_by(minutes=2)
    town.box.faults.fail("users.info", "drop")
    assert "Slack does not tell me right now" in pressed(town, ids.DONE)
    assert town.verbs(1) == ["record"]
    assert "Slack does not tell me right now" in words_of(open_part(town, "U0ADA", Part.DAYS))
    town.press("U0ADA", town.item("U0ADA", 2, "C0GENERAL"), ids.DONE)
    assert town.verbs(2) == ["record", "finish"]
    town.box.faults.stop()
    pressed(town, ids.DONE)
    assert town.verbs(1) == ["record", "finish"]


def test_a_new_admin_waits_for_nobody(town: BotInWorkspace) -> None:
    """A new admin's rights work at once after Slack's event."""
    town.box.change_user("U0BEN", is_admin=True)
    town.receipt("U0EVA", "send it by Friday")
    town.press("U0BEN", town.item("U0BEN"), ids.DONE)
    assert town.verbs(1) == ["record", "finish"]
