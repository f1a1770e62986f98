"""The real bot in front of the sandbox: requests are signed and go over HTTP, both ways."""

from __future__ import annotations

import gc
import html
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import structlog

from bot import app, logs, settings, slack
from bot.app import Makegood, compose
from bot.manifest import EVENTS_PATH, for_address
from bot.service import Parts, Service
from handlers import ids
from sandbox import Clock, Sandbox
from sandbox import render as page
from sandbox.delivery import Ack
from sandbox.reader import Reader
from store import commitments, db, history, people
from store.commitments import Draft
from store.tables import Commitment, Outbox
from tests.bot.conftest import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Message, Outcome, View
    from sandbox.delivery import Parcel, Transport
    from store.tables import Person
    from tests.journeys.slack_faults import Faults

# A Monday, eleven in Berlin, five in the morning in New York.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
# Seconds after which a test gives up waiting for an answer.
PATIENCE = 60.0
# The address of the bot's web pages, by which a browser reaches it through a proxy.
PUBLIC_URL = "https://pages.makegood.example"
TOKEN, SECRET = "xoxb-journeys-0123456789", "journeys-signing-secret-0123456789"


class Post:
    """The sandbox's connection to the bot, with a record of all requests."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.parcels: list[Parcel] = []

        self._keeps = False

    def send(self, parcel: Parcel, seconds: float) -> Ack:
        self.parcels.append(parcel)
        return Ack(200) if self._keeps else self._transport.send(parcel, seconds)

    @contextmanager
    def caught(self) -> Iterator[list[Parcel]]:
        """Holds back the requests that arrive during the `with` block; the list holds them, to be sent later."""
        before, self._keeps = len(self.parcels), True
        caught: list[Parcel] = []
        try:
            yield caught
        finally:
            self._keeps = False
            caught += self.parcels[before:]

    def stop(self) -> None:
        self._transport.stop()


class BotInWorkspace:
    """A sandbox workspace with the bot at work in it."""

    def __init__(self, box: Sandbox, makegood: Makegood, service: Service) -> None:
        self.box = box
        self.makegood = makegood
        self.service = service
        self.post = Post(box.core.transport)
        box.core.transport = self.post

    def open(self) -> None:
        """The bot starts, and Slack learns its address."""
        self.service.start()
        self.box.app_url = f"http://127.0.0.1:{self.service.port}{EVENTS_PATH}"

    # -- what people do ---------------------------------------------------------------------------------

    def commit(self, user: str, text: str, channel: str = "C0ACME") -> Any:
        """Type `/commit text`. For any text the bot gives an answer that Slack accepts."""
        outcome = self.box.command(user, channel, "/commit", text)
        assert outcome.problem is None, outcome
        return outcome

    def write(self, user: str, text: str) -> Message:
        """Write to the bot in its Messages tab; returns its answer."""
        channel = self.box.world.im(user).id
        self.box.say(user, channel, text)
        self.settled()
        return self.box.messages(channel)[-1]

    def mention(self, user: str, text: str, channel: str = "C0ACME", *, thread_ts: str | None = None) -> Message:
        """Write a message that mentions the bot; returns the newest message that this person sees then."""
        self.box.say(user, channel, f"@makegood {text}", thread_ts=thread_ts)
        self.settled()
        return self.box.messages(channel, viewer=user)[-1]

    def receipt(self, user: str, text: str, channel: str = "C0ACME") -> Message:
        """Records a line; returns the ephemeral receipt."""
        outcome = self.commit(user, text, channel)
        assert outcome.ok, outcome
        assert outcome.messages, outcome
        shown: Message = outcome.messages[-1]
        assert "Recorded as #" in words(shown)
        return shown

    def press(self, user: str, message: Message, action_id: str, value: object = None) -> Outcome:
        """Press an action of a message: a button, or an entry of the item's "…" menu."""
        elements = (e for b in message.blocks for e in (*b.get("elements", ()), b.get("accessory") or {}))
        options = (o["value"] for e in elements for o in e.get("options", ()))
        in_menu = next((option for option in options if option.startswith(f"{action_id}|")), None)
        if in_menu is not None and value is None:
            action_id, value = ids.MORE, in_menu
        outcome = self.box.press(user, action_id=action_id, value=value, channel=message.channel, ts=message.ts)
        assert outcome.problem is None, outcome
        return outcome

    def form(self, user: str, message: Message, action_id: str) -> View:
        """Press a button that opens a form; return the form."""
        view = self.press(user, message, action_id).view
        assert view is not None
        return view

    def submit(self, user: str, form: View, **fields: Any) -> Outcome:
        """Fill in the given fields and submit."""
        ids_of = {block["block_id"]: block["element"]["action_id"] for block in form.blocks if block.get("element")}
        return self.box.submit(user, form.id, {name: {ids_of.get(name, name): said} for name, said in fields.items()})

    def item(self, user: str, number: int = 1, channel: str = "C0ACME") -> Message:
        """The commitment as this person sees it now."""
        shown: Message = self.commit(user, str(number), channel).messages[-1]
        return shown

    def again(self, parcel: Parcel | None = None) -> Ack:
        """Send the same request again, the same bytes with a new signature: a double click, or Slack's retry."""
        return self.box.send(parcel or self.post.parcels[-1])

    def at_once(self, *parcels: Parcel) -> list[Ack]:
        """Send all of these at the same moment, each from a thread of its own."""
        together = threading.Barrier(len(parcels))

        def one(parcel: Parcel) -> Ack:
            together.wait()
            return self.box.send(parcel)

        with ThreadPoolExecutor(len(parcels)) as threads:
            return list(threads.map(one, parcels))

    def told(self, user: str, channel: str = "C0ACME") -> str:
        """The newest message that this person reads in the channel."""
        return words(self.box.messages(channel, viewer=user)[-1])

    # -- time ---------------------------------------------------------------------------------------------

    def settled(self) -> None:
        """Delivers all outbox rows that are due now. Rows to be tried again later stay."""
        self.makegood.courier.deliver_due(patience=timedelta(seconds=0.5))

    def move(self, *instant: int) -> None:
        """Move the workspace's clock to that UTC instant. Nothing is planned or delivered yet."""
        self.box.clock.move_to(datetime(*instant, tzinfo=UTC))  # type: ignore[misc,arg-type]

    def pass_by(self, **time: float) -> None:
        """Move the workspace's clock forward (arguments of a timedelta). Nothing is planned or delivered yet."""
        self.box.clock.move_to(self.box.clock.now() + timedelta(**time))

    def jump(self, *instant: int) -> None:
        """Move the workspace's clock to that UTC instant; plan and deliver all that is due then."""
        self.move(*instant)
        self.makegood.tick()
        self.settled()

    # -- what the ledger says -----------------------------------------------------------------------------

    def ask(self, user: str, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The ledger's answer to a question that a person asks."""
        with self.makegood.ledger.read() as tx:
            return question(tx, self.person(tx, user), *args, **kwargs)

    def person(self, tx: Any, user: str) -> Person:
        found = people.viewer(tx, self.box.seed.team_id, user)
        assert found is not None
        return found

    def commitment(self, number: int) -> Commitment:
        found: Commitment = self.ask("U0EVA", commitments.get, number)
        return found

    def verbs(self, number: int) -> list[str]:
        """The verbs of a commitment's history, in order."""
        return [entry.verb for entry in self.ask("U0EVA", history.entries, self.commitment(number))]

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        with self.makegood.ledger.read() as tx:
            tables = Commitment.metadata.sorted_tables
            return {table.name: tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}

    def outbox(self, kind: str | None = None) -> list[Outbox]:
        """The outbox, oldest first."""
        with self.makegood.ledger.read() as tx:
            found = tx.scalars(sa.select(Outbox).order_by(Outbox.id)).all()
        return [row for row in found if kind in {None, row.kind}]

    def has_recorded(self, user: str, *promises: tuple[str, str, str], **more: Any) -> None:
        """Records commitments of `user` without Slack, so there can be many: (owner, action, ISO due date).

        `more` are other fields of the draft; `at` is the time of recording, by default now.
        """
        at = more.pop("at", None) or self.box.clock.now()
        with self.makegood.ledger.begin() as tx:
            viewer = self.person(tx, user)
            for owner, action, due in promises:
                draft = Draft(action=action, owner=self.person(tx, owner), due_on=date.fromisoformat(due), **more)
                key = f"earlier:{action}:{owner}:{due}:{len(tx.new)}"
                commitments.record(tx, viewer, draft, origin_key=key, now=at)


@contextmanager
def open_town(database_url: str, *, work: bool = False, connect: bool = True, **more: Any) -> Iterator[BotInWorkspace]:
    """A town on that database. With `work` scheduler and courier run by themselves; without `connect` the ledger knows
    no person yet, and no request is served.
    """
    clock = Clock()
    clock.move_to(more.pop("now", MONDAY))
    public_url = more.pop("public_url", PUBLIC_URL)
    manifest = for_address("https://bot.makegood.example", ids.FEATURES)
    with Sandbox(manifest, app_url=None, signing_secret=SECRET, bot_token=TOKEN, clock=clock, **more) as box:
        # The answers must not depend on how busy the machine is. sandbox/tests hold the three seconds.
        box.core.ack_seconds = box.triggers.lifetime = PATIENCE
        # The bot runs in this process, whose heap grows to a gigabyte over a thousand tests: a collection of all of it
        # would stop the bot for seconds, as long as it waits for its database.
        gc.freeze()
        makegood = compose(given_for(box, database_url, public_url), clock=box.clock.now)
        service = Service(makegood, Parts(web=True, work=work))
        town = BotInWorkspace(box, makegood, service)
        if connect:
            town.open()
        try:
            yield town
        finally:
            if not work:
                # A test that delivered by itself may have left its thread's connection open.
                makegood.courier.stop()
            service.stop()


@contextmanager
def patience() -> Iterator[None]:
    """The bot waits for its database and for Slack as long as it takes: no answer depends on how busy the machine is.

    The bare town keeps the product's limits, for the tests of those limits.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (db, app):
            patch.setattr(module, "ANSWER_WITHIN", PATIENCE)
        for name in ("ANSWER_TIMEOUT", "ANSWER_BUDGET"):
            patch.setattr(slack, name, PATIENCE)
        yield


def given_for(
    box: Sandbox, database_url: str, public_url: str | None = PUBLIC_URL, **secret: str
) -> settings.Settings:  # fmt: skip
    """The settings of a bot for this sandbox: over HTTP, unless `secret` holds another one than HTTP's."""
    return settings.given(
        slack_bot_token=TOKEN,
        **(secret or {"slack_signing_secret": SECRET}),
        slack_api_url=box.api_url,
        database_url=database_url,
        host="127.0.0.1",
        port=0,
        posts_per_minute=60_000,
        public_url=public_url,
    )


@pytest.fixture
def log() -> Iterator[Log]:
    """The bot's log, as JSON."""
    kept = Log()
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    logs.configure(level="info", style="json", secrets=[TOKEN, SECRET], stream=kept.stream)
    yield kept
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def town(database_url: str, log: Log) -> Iterator[BotInWorkspace]:
    """The default workspace, with delivery done by `settled` in the test's own thread.

    After each test, invariants.py checks: no traceback, no call that Slack refuses for its form, nobody pinged,
    no markup that people wrote.
    """
    with patience(), open_town(database_url) as town:
        yield town
        from tests.journeys import invariants

        invariants.hold(town.box, log)


@pytest.fixture
def bare_town(database_url: str, log: Log) -> Iterator[BotInWorkspace]:
    """Like `town`, without the checks of invariants.py, for tests that break something on purpose."""
    with open_town(database_url) as town:
        yield town


@pytest.fixture
def faults(bare_town: BotInWorkspace) -> Faults:
    """The faults of the bare town's Slack."""
    from tests.journeys.slack_faults import Faults

    return Faults(bare_town)


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A workspace that uses the machine's clock, as the process does. On a busy machine it waits for the answers."""
    manifest = for_address("https://bot.makegood.example")
    with Sandbox(manifest, app_url=None, signing_secret=SECRET, bot_token=TOKEN) as box:
        box.core.ack_seconds = box.triggers.lifetime = PATIENCE
        yield box


def words(message: Message) -> str:
    """Everything a person reads in a message, blocks and buttons included."""
    return " ".join([message.text, *texts(message.blocks)])


def words_of(view: View | None) -> str:
    """Everything a person reads in a view."""
    assert view is not None
    return " ".join([view.title, *texts(view.blocks)])


# Look-alikes that replace a formatting character where it must not format, and the marks that keep texts apart.
_ALIKE = str.maketrans("\u2217\u223c\u02cb\u02cd", "*~`_", "\u200a\u200b\u2060\u2068\u2069")


def read(message: Message) -> str:
    """The text of a message as a person sees it, after Slack has rendered the markup."""
    reader = Reader(message.ephemeral_for or "U0EVA", ZoneInfo("Europe/Berlin"), MONDAY)
    drawn = str(page.blocks(message.blocks, page.Surface(reader, key="read"))) or str(page.words(message.text, reader))
    seen = re.sub(r"<[^>]*>", "", drawn.replace("<br>", "\n"))
    return html.unescape(seen).translate(_ALIKE)


def texts(blocks: Any) -> list[str]:
    """Every text in blocks, in order."""
    if isinstance(blocks, dict):
        own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return own + [text for key, value in blocks.items() if key != "text" or not own for text in texts(value)]
    if isinstance(blocks, list | tuple):
        return [text for block in blocks for text in texts(block)]
    return []
