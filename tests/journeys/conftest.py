"""The real bot in front of a workspace in a box: requests are signed and go over HTTP, both ways."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot import settings
from bot.app import Makegood, compose
from bot.manifest import EVENTS_PATH, for_address
from bot.service import Parts, Service
from sandbox import Clock, Sandbox
from store import people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Message
    from store.tables import Commitment, Person

# A Monday, eleven in Berlin, five in the morning in New York.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOKEN, SECRET = "xoxb-journeys-0123456789", "journeys-signing-secret-0123456789"


class Town:
    """A workspace in a box with the bot at work in it."""

    def __init__(self, box: Sandbox, makegood: Makegood, service: Service) -> None:
        self.box = box
        self.makegood = makegood
        self.service = service

    def commit(self, user: str, text: str, channel: str = "C0ACME") -> Any:
        return self.box.command(user, channel, "/commit", text)

    def receipt(self, user: str, text: str) -> Message:
        """Record a line; the ephemeral receipt."""
        outcome = self.commit(user, text)
        assert outcome.ok, outcome
        assert outcome.messages, outcome
        return outcome.messages[-1]

    def settled(self) -> None:
        """Everything that waits in the outbox for now is delivered."""
        self.makegood.courier.deliver_due()

    def jump(self, *instant: int) -> None:
        """Move the workspace's clock to that UTC instant; what is due then is planned and delivered."""
        self.box.clock.move_to(datetime(*instant, tzinfo=UTC))  # type: ignore[misc]
        self.makegood.tick()
        self.settled()

    def ask(self, user: str, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What the ledger says to a person."""
        with self.makegood.ledger.read() as tx:
            return question(tx, self.person(tx, user), *args, **kwargs)

    def person(self, tx: Any, user: str) -> Person:
        found = people.viewer(tx, self.box.seed.team_id, user)
        assert found is not None
        return found

    def commitment(self, number: int) -> Commitment:
        from store import commitments

        found: Commitment = self.ask("U0EVA", commitments.get, number)
        return found


@contextmanager
def open_town(database_url: str, *, work: bool = False, **more: Any) -> Iterator[Town]:
    """A town on that database. With `work` scheduler and courier run by themselves."""
    clock = Clock()
    clock.move_to(more.pop("now", MONDAY))
    manifest = for_address("https://bot.makegood.example")
    with Sandbox(manifest, app_url=None, signing_secret=SECRET, bot_token=TOKEN, clock=clock, **more) as box:
        given = settings.given(
            slack_bot_token=TOKEN,
            slack_signing_secret=SECRET,
            slack_api_url=box.api_url,
            database_url=database_url,
            host="127.0.0.1",
            port=0,
            posts_per_minute=60_000,
        )
        makegood = compose(given, clock=box.clock.now)
        service = Service(makegood, Parts(web=True, work=work))
        service.start()
        box.app_url = f"http://127.0.0.1:{service.port}{EVENTS_PATH}"
        try:
            yield Town(box, makegood, service)
        finally:
            service.stop()


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """The default workspace, with delivery done by `settled` in the test's own thread."""
    with open_town(database_url) as town:
        yield town


def words(message: Message) -> str:
    """Everything a person reads in a message, blocks and buttons included."""
    return " ".join([message.text, *texts(message.blocks)])


def texts(blocks: Any) -> list[str]:
    """Every text in blocks, in order."""
    if isinstance(blocks, dict):
        own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return own + [text for key, value in blocks.items() if key != "text" or not own for text in texts(value)]
    if isinstance(blocks, list | tuple):
        return [text for block in blocks for text in texts(block)]
    return []
