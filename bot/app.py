"""The composition root: ledger, clock, Slack clients, Bolt app, agenda and courier are put together here only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from slack_bolt.authorization import AuthorizeResult

from bot import agenda, bolt
from bot.courier import Courier, Times
from bot.roster import Roster
from bot.slack import ANSWER_TIMEOUT, AnsweringClient, posting_client
from handlers.people import ensure_people
from handlers.slack import payloads
from store import outbox, workspaces
from store.db import ANSWER_WITHIN, Ledger
from store.errors import NotAllowedError

if TYPE_CHECKING:
    from slack_bolt import BoltRequest
    from slack_sdk import WebClient

    from bot.settings import Settings

log = structlog.get_logger(__name__)

# Somebody whom Slack does not know yet is asked about again after this.
_ASK_AGAIN = timedelta(minutes=1)
# People whom Slack does not know, kept in memory.
_MOST_UNKNOWN = 1000
# Slack bears one message a second in a conversation. What takes a hundred a second altogether is not Slack.
ONE_SECOND, A_STAND_IN = timedelta(seconds=1), 6000

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The time on the wall, aware UTC. Read here and nowhere else."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Identity:
    """Who we are in Slack, as auth.test says. `url`: the workspace's address, with a slash at its end."""

    team_id: str
    team: str
    bot_id: str
    bot_user_id: str
    url: str = ""


class Makegood:
    """The bot, put together and not yet started."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock, times: Times | None = None) -> None:
        self.settings = settings
        self.ledger = ledger
        self.clock = clock
        self.identity: Identity | None = None
        self._token = settings.slack_bot_token.get_secret_value()
        pace = timedelta(minutes=1) / settings.posts_per_minute
        times = times or Times(apart=ONE_SECOND if settings.posts_per_minute < A_STAND_IN else 4 * pace)
        self.courier = Courier(ledger, self._client_of, clock, served=self.served, pace=pace, times=times)
        ledger.on_outbox_change = self.courier.wake
        self._posting = posting_client(self._token, settings.slack_api_url, timeout=times.post)
        self._answering = AnsweringClient(self._token, settings.slack_api_url)
        self._asked = ledger.with_timeout(ANSWER_WITHIN)
        self._roster = Roster(ledger, self._posting, clock)
        self._known: set[tuple[str, str]] = set()
        self._served: frozenset[int] = frozenset()
        # Who is known to nobody, and when Slack said so.
        self._unknown: dict[tuple[str, str], datetime] = {}
        client = posting_client(None, settings.slack_api_url, timeout=ANSWER_TIMEOUT)
        self.bolt = bolt.build(client, self._authorize, self._prepare)

    def connect(self) -> None:
        """Ask Slack who we are and who works here, and write it down: of a long list of people the first page.

        Raises SlackApiError where Slack refuses us and OSError where it cannot be reached.
        """
        answer = self._posting.auth_test()
        self.identity = Identity(
            answer["team_id"], answer["team"], str(answer.get("bot_id", "")), answer["user_id"],
            str(answer.get("url") or ""),
        )  # fmt: skip
        with self.ledger.begin() as tx:
            workspaces.ensure(tx, team_id=self.identity.team_id, name=self.identity.team, now=self.clock())
        self._roster.read_on(self.identity.team_id, pages=1)
        self._say_who_is_not_served()

    def sync_people(self) -> None:
        """Begin to bring the ledger's people up to date with Slack's, all of them."""
        self._roster.begin()
        self.read_people()

    def read_people(self) -> None:
        """Go on with that, as far as Slack's limits allow. Nothing to do once all are read."""
        if self.identity is not None:
            self._roster.read_on(self.identity.team_id)

    def _say_who_is_not_served(self) -> None:
        """Several installations may share a database; each process serves the workspace of its token."""
        team_id = self.identity.team_id if self.identity else ""
        with self.ledger.read() as tx:
            others = outbox.waiting_besides(tx, team_id)
        if others:
            teams, waiting = [team for team, _, _ in others], sum(waits for _, _, waits in others)
            log.warning("workspaces_not_served", team=team_id, teams=teams, waiting=waiting)

    def served(self) -> frozenset[int]:
        """Ids of the workspaces whose token this process has: that of its own team, once Slack has said which."""
        if not self._served and self.identity is not None:
            with self.ledger.read() as tx:
                own = workspaces.by_team(tx, self.identity.team_id)
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

    def _client_of(self, workspace_id: int) -> WebClient:
        # One token serves the one workspace that this process was set up for.
        del workspace_id
        return self._posting

    def _authorize(self) -> AuthorizeResult | None:
        """Who we are, for Bolt; None before we know."""
        if self.identity is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self.identity.team_id,
            bot_token=self._token,
            bot_id=self.identity.bot_id,
            bot_user_id=self.identity.bot_user_id,
        )

    def _prepare(self, incoming: BoltRequest) -> None:
        """Give listeners what they need. Bolt makes a client per request, so ours travels in the context."""
        now, context = self.clock(), incoming.context
        context["ledger"] = self._asked
        context["slack"] = slack = self._answering.for_request()
        context["now"] = now
        context["team_url"] = self.identity.url if self.identity else ""
        asker = payloads.asker(incoming.body)
        key = (asker.team_id, asker.user_id)
        if self.identity and asker.team_id not in {"", self.identity.team_id}:
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
            # Forgotten too early, a person is only asked about once more.
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
