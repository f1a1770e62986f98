"""The bot is killed, loses its database, or is asked to end: confirmed changes stay, failed ones are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store.db import Ledger
from store.tables import Commitment
from tests.journeys import inside
from tests.journeys.conftest import PATIENCE, read
from tests.journeys.processes import LINE, Holding, Process, commit, down, let_the_lease_pass, recorded, states

if TYPE_CHECKING:
    from sandbox import Sandbox
    from tests.journeys.inside import Inside

pytestmark = pytest.mark.both_databases

process = inside.process


@pytest.mark.parametrize(
    "first",
    [pytest.param(False, marks=pytest.mark.slow, id="before Slack acts"), pytest.param(True, id="after Slack acted")],
)
def test_killed_while_telling(box: Sandbox, database_url: str, *, first: bool) -> None:
    """SIGKILL after the receipt and during the post to the owner: no message is lost or doubled."""
    holding = Holding(box, first=first)
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        assert holding.arrived.wait(30)
        process.kill()
    holding.released.set()
    assert len(box.dm("U0ANA")) == first
    let_the_lease_pass(database_url)
    with Process(box, database_url) as process:
        process.wait_for("delivery_found" if first else "delivered")
        assert "send the pricing sheet" in read(commit(box, "1").messages[-1])
        assert recorded(commit(box, "call them by tomorrow"))
        process.terminate()
        assert process.ended() == 0
    assert (len(box.dm("U0ANA")), holding.posts) == (1, 2 - first)
    assert states(database_url) == ["sent"]


def test_the_database_is_down(process: Inside | Process, box: Sandbox, database_url: str) -> None:
    """People who act are told within three seconds to try again, with their line; later the bot works without help."""
    assert recorded(commit(box))
    process.wait_for("delivered")
    form = commit(box, "").view
    assert form is not None
    with down(database_url):
        box.core.ack_seconds = 3.0
        for _ in range(2):
            refused = commit(box)
            assert not refused.timed_out, refused
            assert "can't be reached right now" in read(refused.messages[-1])
            assert LINE in read(refused.messages[-1]).partition("You wrote:")[2]
        fields = {"action": "call them", "owner": "U0EVA", "due": "2099-01-01"}
        late = box.submit("U0EVA", form.id, {field: {field: value} for field, value in fields.items()})
        assert not late.timed_out
        assert "can't be reached right now" in " ".join(late.errors.values())
        box.core.ack_seconds = PATIENCE
    _works_again(box)
    assert [event for event in process.events() if "exception" in event] == []
    ledger = Ledger(database_url)
    with ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) == 2
    ledger.close()


def _works_again(box: Sandbox) -> None:
    """The bot works again at the second try at the latest: a dead connection is found by using it."""
    again = commit(box)
    if not recorded(again):
        assert "can't be reached right now" in read(again.messages[-1])
        assert recorded(commit(box))
    box.wait_for(lambda box: len(box.dm("U0ANA")) == 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_database_was_restarted(process: Inside | Process, box: Sandbox, database_url: str) -> None:
    """All connections are cut while no request runs: the next person who types notices nothing."""
    assert recorded(commit(box))
    process.wait_for("delivered")
    with down(database_url):
        pass
    assert recorded(commit(box))
    box.wait_for(lambda box: len(box.dm("U0ANA")) == 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_asked_to_end(box: Sandbox, database_url: str) -> None:
    """SIGTERM: the post in progress is finished and stored, and the process ends with status 0."""
    holding = Holding(box, first=False)
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        assert holding.arrived.wait(30)
        box.api.intercept = None
        process.terminate()
        holding.released.set()
        assert process.ended() == 0
        assert process.events("stopped")[0]["finished"] is True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_asked_to_end_while_slack_hangs(box: Sandbox, database_url: str) -> None:
    """While Slack does not answer the process still ends in time, and the message is not forgotten."""
    holding = Holding(box, first=False)
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        assert holding.arrived.wait(30)
        process.terminate()
        assert process.ended() == 0
    holding.released.set()
    assert states(database_url) == ["sending"]
