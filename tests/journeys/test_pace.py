"""The limit on a person's recordings in a minute, and the answer beyond it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import ids
from store.commitments.recording import AT_MOST

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace


def test_thirty_a_minute_and_then_a_word(town: BotInWorkspace) -> None:
    """The line after thirty is refused, in the form too, and gives back the typed text; nothing of it is stored. Others
    go on, a repeated gesture gets its first answer, and a minute later the person may record again.
    """
    town.box.clock.move_to(town.box.clock.now())
    now = town.box.clock.now()
    for number in range(AT_MOST):
        town.receipt("U0EVA", f"@ana send {number} by Friday 4 Dec")
        town.box.clock.move_to(now)
    before = town.rows()
    assert town.again().status == 200
    refused = town.commit("U0EVA", "@ana send one more by Friday 4 Dec").messages[-1]
    assert "30 commitments within a minute" in refused.text
    assert "send one more by Friday 4 Dec" in refused.text
    form = town.box.global_shortcut("U0EVA", ids.SHORTCUT_NEW).view
    assert form is not None
    wrong = town.submit("U0EVA", form, action="send it", owner="U0ANA", due="2026-12-04")
    assert "Wait a minute" in str(wrong.errors)
    assert town.rows() == before
    town.receipt("U0BEN", "@ana call them by Friday 4 Dec")
    town.box.clock.move_to(now + timedelta(seconds=61))
    town.receipt("U0EVA", "@ana send one more by Friday 4 Dec")
