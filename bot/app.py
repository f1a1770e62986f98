"""The composition root: ledger, clock, Slack clients, Bolt app, agenda and courier are put together here only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot import agenda, bolt
from bot.courier import Courier
from bot.installations import Installations
from bot.roster import Roster
from bot.settling import Times
from bot.slack import ANSWER_TIMEOUT, posting_client
from handlers.people import ensure_people
from handlers.slack import payloads, templates
from store import outbox, workspaces
from store.db import ANSWER_WITHIN, Ledger
from store.errors import NotAllowedError

if TYPE_CHECKING:
    from slack_bolt import BoltRequest

    from bot.settings import Settings

log = structlog.get_logger(__name__)

# Slack is asked again about a person whom it did not know after this time.
_ASK_AGAIN = timedelta(minutes=1)
# So many of the people whom Slack does not know are kept in memory.
_MOST_UNKNOWN = 1000
# Slack takes one message a second in a conversation. A server that takes a hundred a second altogether is a stand-in.
ONE_SECOND, A_STAND_IN = timedelta(seconds=1), 6000

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


class Makegood:
    """The bot, put together and not yet started. `connect` comes first."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock, times: Times | None = None) -> None:
        self.settings = settings
        self.ledger = ledger
        self.clock = clock
        templates.use(settings.templates_dir)
        pace = timedelta(minutes=1) / settings.posts_per_minute
        times = times or Times(apart=ONE_SECOND if settings.posts_per_minute < A_STAND_IN else 4 * pace)
        self.installations = Installations(settings, post_timeout=times.post)
        client_of = self.installations.client_of
        self.courier = Courier(ledger, client_of, clock, served=self.served, pace=pace, times=times)
        ledger.on_outbox_change = self.courier.wake
        self._asked = ledger.with_timeout(ANSWER_WITHIN)
        self._roster = Roster(ledger, self.installations.posting, clock)
        self._known: set[tuple[str, str]] = set()
        self._served: frozenset[int] = frozenset()
        # The people whom Slack does not know, and when it said so.
        self._unknown: dict[tuple[str, str], datetime] = {}
        client = posting_client(None, settings.slack_api_url, timeout=ANSWER_TIMEOUT)
        self.bolt = bolt.build(client, self.installations.authorize, self._prepare)

    def connect(self) -> None:
        """Ask Slack who the bot is and who works there, and write both into the ledger. The list of people is read up
        to the end of its first page.

        Raises SlackApiError where Slack refuses the token and OSError where Slack cannot be reached.
        """
        identity = self.installations.connect()
        with self.ledger.begin() as tx:
            workspace = workspaces.ensure(tx, team_id=identity.team_id, name=identity.team, now=self.clock())
            workspaces.set_public_url(workspace, self.settings.public_url)
        self._roster.read_on(identity.team_id, pages=1)
        self._say_who_is_not_served()

    def sync_people(self) -> None:
        """Begin to bring all people of the ledger up to date with Slack's list."""
        self._roster.begin()
        self.read_people()

    def read_people(self) -> None:
        """Go on with the list, as far as Slack's limits allow. Does nothing once the list is read."""
        if identity := self.installations.identity:
            self._roster.read_on(identity.team_id)

    def _say_who_is_not_served(self) -> None:
        """Log the workspaces whose messages wait for another process: each process serves its token's workspace."""
        identity = self.installations.identity
        team_id = identity.team_id if identity else ""
        with self.ledger.read() as tx:
            others = outbox.waiting_besides(tx, team_id)
        if others:
            teams, waiting = [team for team, _, _ in others], sum(waits for _, _, waits in others)
            log.warning("workspaces_not_served", team=team_id, teams=teams, waiting=waiting)

    def served(self) -> frozenset[int]:
        """Ids of the workspaces whose token this process has: that of its own team, once Slack has said which."""
        identity = self.installations.identity
        if not self._served and identity:
            with self.ledger.read() as tx:
                own = workspaces.by_team(tx, identity.team_id)
            self._served = frozenset() if own is None else frozenset([own.id])
        return self._served

    def plan(self, now: datetime) -> list[str]:
        """One planning pass as of `now`; the keys of the messages that were planned."""
        return agenda.plan(self.ledger, now, workspaces=self.served())

    def tick(self) -> None:
        """One planning pass now; the courier delivers what it planned."""
        planned = sum(map(len, agenda.in_batches(self.ledger, self.clock(), workspaces=self.served())))
        if planned:
            log.info("planned", messages=planned)
        self.courier.wake()

    def close(self) -> None:
        self.ledger.close()

    def _prepare(self, incoming: BoltRequest) -> None:
        """Put the ledger, the client and the time into the context of a request, and record the person who sent it."""
        now, context, identity = self.clock(), incoming.context, self.installations.identity
        context["ledger"] = self._asked
        context["slack"] = slack = self.installations.answering.for_request()
        context["now"] = now
        context["team_url"] = identity.url if identity else ""
        asker = payloads.asker(incoming.body)
        key = (asker.team_id, asker.user_id)
        if identity and asker.team_id not in {"", identity.team_id}:
            raise NotAllowedError(
                "Makegood is for the members of the workspace that installed it, and you are in another one. Ask your"
                " colleague there."
            )
        if asker.user_id and key not in self._known and not self._is_unknown(key, now):
            if ensure_people(self._asked, slack, asker.team_id, [asker.user_id], now):
                self._note_unknown(key, now)
            else:
                self._known.add(key)

    def _note_unknown(self, key: tuple[str, str], now: datetime) -> None:
        if len(self._unknown) >= _MOST_UNKNOWN:
            # A person who is forgotten too early costs one more question to Slack.
            self._unknown.clear()
        self._unknown[key] = now

    def _is_unknown(self, key: tuple[str, str], now: datetime) -> bool:
        """Whether Slack has said within the last minute that it does not know them."""
        asked_at = self._unknown.get(key)
        return asked_at is not None and asked_at <= now < asked_at + _ASK_AGAIN


def compose(settings: Settings, *, clock: Clock = wall_clock, times: Times | None = None) -> Makegood:
    """Put the bot together. Opens no connection and reads no environment. `times`: other than Slack's, for tests."""
    ledger = Ledger(
        settings.database_url.get_secret_value(),
        # Every thread may hold a connection.
        pool_size=settings.web_threads + settings.courier_threads + 4,
    )
    return Makegood(settings, ledger, clock, times)
