"""The first content of the demo's ledger: two accounts of a software vendor, in the middle of their quarter.

Everything is recorded through the verbs of the ledger, as of the days on which it is said to have happened,
so that what the demo shows could have come about in no other way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.demo import plan, review
from bot.demo.plan import ACME, GLOBEX
from bot.schedule import record_heartbeat
from store import accounts, commitments, migrate, outbox, people, stakeholders
from store.agreements import Agreement
from store.clients import links
from store.errors import LedgerError
from store.outbox import claiming
from store.plan import section
from store.plan.people import SECTION
from store.rules.calendar.brief_times import local_day, morning_is_on
from store.tables import Heartbeat, Side, Way

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.tables import Account, Commitment, Person, Stakeholder

EVA, ANA, BEN = "U0EVA", "U0ANA", "U0BEN"
ACME_CHANNEL = "C0ACME"
DANA, MARCUS, PRIYA = "Dana Whitfield", "Marcus Reed", "Priya Nair"
# The row of the heartbeat's table that says: this ledger is a demo's.
_MARK = "demo"


@dataclass(frozen=True)
class Promise:
    """A commitment as it was recorded. `ago` and `due` count days from today, `due` forward. `serves`: the name of the
    row of the plan that it serves. `agreed`: how the client's person agreed when it was recorded.
    """

    ago: float
    by: str
    action: str
    due: int
    owner: str = ""
    account: str = ACME
    client: str | None = None
    side: Side = Side.OURS
    internal: bool = True
    note: str | None = None
    serves: str | None = None
    agreed: Way | None = None
    then: tuple[Step, ...] = field(default=())


@dataclass(frozen=True)
class Step:
    """A later change of the commitment, `ago` days ago: a verb and its arguments."""

    ago: float
    verb: str
    by: str
    words: str = ""
    due: int = 0


PROMISES = (
    Promise(24, EVA, "Publish the migration plan", -12, client=MARCUS, internal=False, then=(
        Step(13, "move", EVA, "Marcus asked for a dry run first", -5),
        Step(6, "move", EVA, "The dry run found two old clients", 2),
    )),
    Promise(20, BEN, "Answer the security questionnaire", -6, owner=ANA, client=MARCUS, internal=False, then=(
        Step(19.9, "accept", ANA),
        Step(7, "finish", ANA),
    )),
    Promise(18, EVA, "Offer an on-site training", -2, client=MARCUS, then=(
        Step(9, "cancel", EVA, "Acme prefers the recorded one"),
    )),
    Promise(15, EVA, "Send the SOC 2 report", -4, owner=ANA, client=MARCUS, internal=False,
            note="Audit has to sign it first; they sit on Tuesdays.", then=(Step(14.8, "accept", ANA),)),
    Promise(14, EVA, "Name the sponsor of the rollout", -7, client=DANA, side=Side.THEIRS, internal=False,
            agreed=Way.MEETING, then=(
        Step(8, "finish", EVA),
    )),
    Promise(10, EVA, "Send the usage numbers before the quarterly review", -2, client=MARCUS, side=Side.THEIRS,
            internal=False, agreed=Way.CALL),
    Promise(8, BEN, "Get the 15 % discount approved", 5, client=DANA, note="Walk-away price: 12 %.",
            serves="Analytics for the plants", then=(
        Step(3, "block", BEN, "Finance closes the quarter first"),
    )),
    Promise(12, BEN, "Set up the test system", -6, account=GLOBEX, client=PRIYA, internal=False, then=(
        Step(6, "finish", BEN),
    )),
    Promise(11, BEN, "Send the roll-out plan", -5, account=GLOBEX, client=PRIYA, internal=False),
    Promise(7, BEN, "Return the signed order form", -1, account=GLOBEX, client=PRIYA, side=Side.THEIRS, internal=False),
    Promise(6, EVA, "Write the agenda of the quarterly review", 0, client=DANA, internal=False),
    Promise(5, EVA, "Confirm the migration weekend", 1, client=MARCUS, internal=False,
            serves="Roll out to all plants"),
    Promise(4, EVA, "Sign the data processing agreement", 7, client=DANA, side=Side.THEIRS, internal=False),
    Promise(4, BEN, "Send the pricing sheet", 4, account=GLOBEX, client=PRIYA, internal=False),
    Promise(3, EVA, "Send the pricing sheet for the renewal", 3, client=DANA, internal=False),
    Promise(2, EVA, "Draft next year's account plan", 14,
            note="Whitespace: support, training.\nRisk: the CIO leaves in spring."),
    Promise(1, EVA, "Show the new audit log to their security team", 9, client=MARCUS, internal=False),
)  # fmt: skip


def take(ledger: Ledger, now: datetime) -> None:
    """Bring the ledger up to date for the demo, and mark it as a demo's.

    LedgerError for a database that holds anything and is not marked; nothing in it is touched then.
    """
    with ledger.read() as tx:
        tables = sa.inspect(tx.connection()).get_table_names()
        is_ours = Heartbeat.__tablename__ in tables and tx.get(Heartbeat, _MARK) is not None
    if tables and not is_ours:
        raise LedgerError(
            "This database is not a demo's, so the demo leaves it alone: give --database a new file, or leave it out."
        )
    migrate.upgrade(ledger)
    record_heartbeat(ledger, _MARK, now)


def fill(ledger: Ledger, team_id: str, now: datetime) -> bool:
    """Write the demo's story into an empty ledger, ending at `now`; False where it holds accounts already."""
    with ledger.begin() as tx:
        if accounts.names(tx, _person(tx, team_id, EVA)):
            return False
        story = _Story(tx, team_id, now)
        story.add_plans()
        last = story.tell()
        _skip_old_messages(tx, now)
        story.hand_over(last)
        story.wait_for_tomorrow()
    return True


def page_of_client(ledger: Ledger, team_id: str, now: datetime) -> str | None:
    """The path of Dana's page, by a new link of Eva's; None where the demo's people have changed that account."""
    with ledger.begin() as tx:
        eva = _person(tx, team_id, EVA)
        acme = accounts.named(tx, eva, ACME)
        found = stakeholders.matching(tx, eva, DANA, account=acme) if acme else []
        dana = section.get(tx, eva, SECTION, found[0].id) if len(found) == 1 else None
        if dana is None or not links.may_have_page(dana, local_day(now, eva.zone)):
            return None
        return f"/client/{links.make(tx, eva, dana, now)}"


class _Story:
    def __init__(self, tx: Session, team_id: str, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._recorded: dict[int, Commitment] = {}
        self._people = {who: _person(tx, team_id, who) for who in (EVA, ANA, BEN)}
        self._today = local_day(now, self._people[EVA].zone)
        began = self._at(30)
        self._accounts = {
            ACME: self._account(ACME, EVA, "A", began, channel=ACME_CHANNEL),
            GLOBEX: self._account(GLOBEX, BEN, "B", began),
        }
        self._clients = {
            DANA: self._client(DANA, "CFO", ACME, EVA, began),
            MARCUS: self._client(MARCUS, "Head of IT", ACME, EVA, began),
            PRIYA: self._client(PRIYA, "COO", GLOBEX, BEN, began),
        }

    def tell(self) -> Commitment:
        """Let everything happen in its order; the newest commitment."""
        events: list[tuple[float, Callable[[], object]]] = []
        for number, promise in enumerate(PROMISES):
            events.append((promise.ago, partial(self._record, number, promise)))
            for place, step in enumerate(promise.then):
                events.append((step.ago, partial(self._take, number, step, f"demo:{number}:{place}")))
        events.append((review.HELD_AGO, partial(review.hold, self._tx, self._accounts[ACME], self._today, self._now)))
        for _, happens in sorted(events, key=lambda one: -one[0]):
            happens()
        return self._recorded[len(PROMISES) - 1]

    def _record(self, number: int, promise: Promise) -> None:
        key, by = f"demo:{number}", self._people[promise.by]
        client = self._clients[promise.client] if promise.client else None
        day = local_day(self._at(promise.ago), by.zone)
        draft = commitments.Draft(
            action=promise.action,
            owner=self._people[promise.owner or promise.by],
            due_on=self._day(promise.due),
            account=self._accounts[promise.account],
            stakeholder=client,
            side=promise.side,
            internal=promise.internal,
            note=promise.note,
            serves=self._rows[promise.serves] if promise.serves else None,
            agreed=Agreement(client, day, promise.agreed) if client and promise.agreed else None,
        )
        self._recorded[number] = commitments.record(self._tx, by, draft, origin_key=key, now=self._at(promise.ago))

    def add_plans(self) -> None:
        self._rows = plan.fill(self._tx, self._accounts, self._today, self._now)

    def hand_over(self, commitment: Commitment) -> None:
        """Hand a commitment over: its notice is the only message at the beginning of the demo."""
        commitments.hand_over(
            self._tx,
            self._people[EVA],
            commitment.number,
            self._people[ANA],
            "You know the audit log best.",
            version=commitment.version,
            origin_key="demo:handed-over",
            now=self._now,
        )

    def wait_for_tomorrow(self) -> None:
        """Give everybody their next morning, so that no brief comes before the clock is moved."""
        for known in self._people.values():
            person = people.get(self._tx, known.id)
            is_on = morning_is_on(self._now, people.work_schedule(person))
            people.schedule_next_brief(person, self._now, looked_at=local_day(self._now, known.zone) if is_on else None)

    def _take(self, of: int, step: Step, key: str) -> None:
        tx, by, number, now = self._tx, self._people[step.by], self._recorded[of].number, self._at(step.ago)
        commitment = commitments.get(tx, by, number)
        verbs: dict[str, Callable[[], Commitment]] = {
            "accept": lambda: commitments.accept(tx, by, number, origin_key=key, now=now),
            "finish": lambda: commitments.finish(tx, by, number, origin_key=key, now=now),
            "cancel": lambda: commitments.cancel(
                tx, by, number, step.words, version=commitment.version, origin_key=key, now=now
            ),
            "block": lambda: commitments.block(
                tx, by, number, step.words, version=commitment.version, origin_key=key, now=now
            ),
            "move": lambda: commitments.move(
                tx, by, number, self._day(step.due), step.words,
                version=commitment.version, origin_key=key, now=now,
            ),
        }  # fmt: skip
        verbs[step.verb]()

    def _account(self, name: str, owner: str, category: str, at: datetime, *, channel: str | None = None) -> Account:
        return accounts.create(self._tx, self._people[owner], name, now=at, category=category, channel=channel)

    def _client(self, name: str, title: str, account: str, owner: str, at: datetime) -> Stakeholder:
        return stakeholders.create(
            self._tx, self._people[owner], name, account=self._accounts[account], now=at, title=title
        )

    def _at(self, days_ago: float) -> datetime:
        return self._now - timedelta(days=days_ago)

    def _day(self, days_on: int) -> date:
        return self._today + timedelta(days=days_on)


def _person(tx: Session, team_id: str, slack_id: str) -> Person:
    person = people.viewer(tx, team_id, slack_id)
    if person is None:
        raise RuntimeError(f"{slack_id} is not in this workspace: connect first")
    return person


def _skip_old_messages(tx: Session, now: datetime) -> None:
    """Skip the messages that the story left in the outbox: their news is days old."""
    while claimed := claiming.claim(tx, now, pace=timedelta()):
        outbox.mark_skipped(tx, claimed, reason="it was said before the demo began", now=now)
