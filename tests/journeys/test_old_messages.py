"""What stands in Slack from earlier: messages of items that have changed since, and buttons of other versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids

if TYPE_CHECKING:
    from tests.journeys.conftest import Town


def test_a_form_for_what_is_over_does_not_open(town: Town) -> None:
    """Each button of an old message of an item that is done says so at once, before a form is filled in vain."""
    town.receipt("U0EVA", "@ana send it by Friday")
    old = town.item("U0ANA")
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    before = town.rows()
    for action in (ids.MOVE, ids.BLOCK, ids.HAND_OVER, ids.HAND_BACK, ids.CANCEL, ids.EDIT, ids.PUT_OFF):
        outcome = town.press("U0ANA", old, action)
        assert outcome.view is None, action
        assert "Eva Lindqvist marked it done" in town.told("U0ANA"), action
    assert town.rows() == before


def test_only_the_owner_is_asked_what_only_they_can_say(town: Town) -> None:
    """*Hand back* and *Not today* in a message of somebody who no longer owns it: said before a form opens."""
    town.receipt("U0EVA", "@ana send it by Friday")
    old = town.item("U0ANA")
    form = town.form("U0EVA", town.item("U0EVA"), ids.HAND_OVER)
    assert town.submit("U0EVA", form, owner="U0BEN").ok
    for action in (ids.HAND_BACK, ids.PUT_OFF):
        assert town.press("U0ANA", old, action).view is None
        assert "is Ben Okafor's now" in town.told("U0ANA")
