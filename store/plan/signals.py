"""The signals that stand: which are new and which are mended, and who reads of them in a brief.

A signal is derived (store/rules/signals.py). Once on each working day of an account's lead, and soon after a change,
the signals that hold are compared with those that stood, so that a new one is told once.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from store import outbox, people
from store.accounts.questions import LIVE, WITH_PEOPLE
from store.commitments.facts import hearing, person_facts
from store.plan.health import facts_of, of_accounts
from store.plan.people import request_updates
from store.rules.calendar.brief_times import local_day, zone_of
from store.rules.calendar.working_days import DAY, WEEK
from store.rules.nudging.occasions import OccasionKind
from store.rules.signals import Colour, health_of
from store.scope import seen_by
from store.tables import (
    Account,
    Commitment,
    Mention,
    Outbox,
    OutboxState,
    Person,
    RaisedSignal,
    Stakeholder,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from store.rules.signals import Health, Signal

# Accounts in one transaction of `compare_due`.
BATCH = 100
# The most signals in a lead's brief, and accounts in a coach's; the worst come first. Signals wait for the next brief.
IN_BRIEF = 5
_WITH_ACCOUNT = contains_eager(RaisedSignal.account).options(*WITH_PEOPLE)


# ---- what is new ---------------------------------------------------------------------------------------


def compare_due(tx: Session, now: datetime, *, workspaces: Collection[int] | None = None) -> int | None:
    """Compare the signals of at most BATCH accounts that are due. Returns how many; None if no account is due.

    On PostgreSQL accounts that another process has locked are skipped; on SQLite there is one writer.
    """
    due = list(
        tx.scalars(
            sa.select(Account)
            .where(
                Account.next_check_at <= now,
                sa.true() if workspaces is None else Account.workspace_id.in_(list(workspaces)),
            )
            .order_by(Account.next_check_at)
            .limit(BATCH)
            .options(joinedload(Account.owner).joinedload(Person.workspace))
            .with_for_update(of=Account, skip_locked=True, key_share=True)
        )
    )
    if not due:
        return None
    holds = {one.id: _kept(health_of(one)) for one in facts_of(tx, [one.id for one in due if one.is_live], now)}
    stood, new = _standing(tx, [one.id for one in due]), list[dict[str, Any]]()
    _keep_agreements_true(tx, due, now)
    for account in due:
        today = _day_of(account, now)
        found = _compare(tx, holds.get(account.id, {}), stood[account.id], today, now)
        new += [_row_of(account, signal, today) for signal in found]
        account.next_check_at = _next_check(account, today) if account.is_live else None
    tx.flush()
    if new:
        tx.execute(sa.insert(RaisedSignal), new)
    return len(due)


def _day_of(account: Account, at: datetime) -> date:
    """The local day of the account's lead at that instant."""
    return local_day(at, account.owner.zone if account.owner else "UTC")


def _keep_agreements_true(tx: Session, accounts: Sequence[Account], now: datetime) -> None:
    """The client's people who have left since the check before: from that day on what they agreed to is to be agreed
    again, and the messages of those commitments are due for an update.

    The check before was on the last working day of the lead, or later. Those of one working day more are updated again:
    the day begins later for readers west of the lead.
    """
    since = {one.id: _two_working_days_before(one, _day_of(one, one.next_check_at or now)) for one in accounts}
    today = {one.id: _day_of(one, now) for one in accounts}
    lately = Stakeholder.left_on > min(since.values()), Stakeholder.left_on <= max(today.values())
    those = sa.select(Stakeholder).where(Stakeholder.account_id.in_(since), *lately)
    for person in tx.scalars(those.order_by(Stakeholder.id)):
        of = person.account_id
        if person.left_on is not None and since[of] < person.left_on <= today[of]:
            request_updates(tx, person, now, Commitment.ended_at.is_(None))


def _two_working_days_before(account: Account, day: date) -> date:
    if account.owner is None:
        return day - 2 * DAY
    days = people.working_days(account.owner)
    return days.last_until(days.last_until(day - DAY) - DAY)


def _row_of(account: Account, signal: Signal, today: date) -> dict[str, Any]:
    about_kind, about_id = signal.subject
    return {
        "workspace_id": account.workspace_id, "account_id": account.id, "kind": signal.kind, "weight": signal.weight,
        "about_kind": about_kind, "about_id": about_id, "since": today,
    }  # fmt: skip


def _kept(health: Health) -> dict[tuple[str, str, int], Signal]:
    """The signals that have a row, by their key."""
    return {one.key: one for one in health.all if not one.is_hint and not one.is_told}


def _standing(tx: Session, account_ids: Collection[int]) -> Mapping[int, list[RaisedSignal]]:
    which = RaisedSignal.account_id.in_(account_ids), RaisedSignal.ended_on.is_(None)
    found: defaultdict[int, list[RaisedSignal]] = defaultdict(list)
    for row in tx.scalars(sa.select(RaisedSignal).where(*which).order_by(RaisedSignal.id)):
        found[row.account_id].append(row)
    return found


def _compare(
    tx: Session, holds: Mapping[tuple[str, str, int], Signal], stood: Sequence[RaisedSignal], today: date, now: datetime
) -> list[Signal]:
    """End the signals that hold no longer, and return the new ones."""
    for row in stood:
        weight = holds[row.key].weight if row.key in holds else None
        if weight != row.weight:
            _change(tx, row, weight, today, now)
    known = {row.key for row in stood}
    return [signal for key, signal in holds.items() if key not in known]


def _change(tx: Session, row: RaisedSignal, weight: Colour | None, today: date, now: datetime) -> None:
    """Give the signal this weight; None: it is mended. Messages that show it are updated."""
    if weight is None:
        row.ended_on = today
    else:
        row.weight = weight
    row.version += 1
    tx.flush()
    outbox.request_updates_for(tx, row, (), now)


def _next_check(account: Account, today: date) -> datetime:
    """The start of the lead's next working day, where `today` is their day; of the next day, if they have left or there
    is none.
    """
    lead = account.owner
    day = people.working_days(lead).next_after(today) if lead and people.is_here(lead) else today + DAY
    return datetime.combine(day, time.min, zone_of(lead.zone if lead else "UTC")).astimezone(UTC)


# ---- who hears -----------------------------------------------------------------------------------------


def worth_a_brief(tx: Session, readers: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of the `readers` (with their workspaces) who get a brief on their local day `days[id]` for a new signal at an
    account that they lead; or, on the first working morning of their week, for an account in red that they coach.
    """
    known = {one.id: one for one in readers}
    if not known:
        return set()
    leads = {row.account.owner_id for row in _new(tx, known)}
    coaches = set(tx.scalars(
        sa.select(Account.coach_id)
        .join(RaisedSignal, sa.and_(RaisedSignal.account_id == Account.id, RaisedSignal.ended_on.is_(None)))
        .where(Account.coach_id.in_(known), LIVE, RaisedSignal.weight == Colour.RED)
        .distinct()
    ))  # fmt: skip
    those = [one for one in readers if one.id in leads | coaches]
    begins = first_mornings(tx, [one for one in those if one.id in coaches], days)
    return {one for one in hearing(tx, those, days) if one in leads or one in begins}


def new_to(
    tx: Session, person: Person, day: date, now: datetime, *, besides: int
) -> list[tuple[RaisedSignal, Signal]]:  # fmt: skip
    """The signals for this lead's brief on their local `day`, the worst first: those that still hold and that no brief
    has told them. `besides` is the outbox row of the brief itself.
    """
    if person.id not in hearing(tx, [person], {person.id: day}):
        return []
    rows = _new(tx, [person.id], besides=besides)
    found = [(row, signal) for row, signal in now_of(tx, person, rows, now) if signal is not None]
    return sorted(found, key=lambda pair: (-pair[1].weight.rank, pair[0].since, pair[0].id))[:IN_BRIEF]


def coached_by(
    tx: Session, person: Person, day: date, now: datetime, *, besides: int
) -> list[tuple[Account, Health]]:  # fmt: skip
    """The accounts in amber and red that this person coaches, the worst first, for their first brief of a week."""
    if person.id not in hearing(tx, [person], {person.id: day}):
        return []
    which = seen_by(Account, person), Account.coach_id == person.id, LIVE
    accounts = {one.id: one for one in tx.scalars(sa.select(Account).where(*which).options(*WITH_PEOPLE))}
    begins = people.working_days(person).first_day_of_week(day)
    said = outbox.sent_about(tx, accounts, [person.id], besides=besides, kind=Subject.ACCOUNT) if accounts else []
    if not accounts or any(
        why is not None and why.kind == OccasionKind.COACHED and local_day(at, person.zone) >= begins
        for _, _, why, _, at in said
    ):
        return []
    how = of_accounts(tx, person, list(accounts.values()), now)
    found = [(accounts[one], health) for one, health in how.items() if health.worst is not None]
    return sorted(found, key=lambda pair: (-pair[1].colour.rank, pair[0].name))[:IN_BRIEF]


def by_ids(tx: Session, viewer: Person, ids: Collection[int]) -> dict[int, RaisedSignal]:
    """The signals of those ids at accounts that the viewer sees, with their accounts, by id."""
    if not ids:
        return {}
    query = sa.select(RaisedSignal).join(RaisedSignal.account).options(_WITH_ACCOUNT)
    which = seen_by(Account, viewer), RaisedSignal.id.in_(list(ids))
    return {row.id: row for row in tx.scalars(query.where(*which))}


def accounts_by_ids(tx: Session, viewer: Person, ids: Collection[int]) -> list[Account]:
    """The accounts of those ids that the viewer sees, with their people, in that order."""
    if not ids:
        return []
    query = sa.select(Account).where(seen_by(Account, viewer), Account.id.in_(list(ids))).options(*WITH_PEOPLE)
    found = {one.id: one for one in tx.scalars(query)}
    return [found[one] for one in ids if one in found]


def now_of(
    tx: Session, viewer: Person, rows: Sequence[RaisedSignal], now: datetime
) -> list[tuple[RaisedSignal, Signal | None]]:  # fmt: skip
    """Each of these rows (with their accounts) with its signal as it is now; None where it is mended."""
    accounts = {row.account_id: row.account for row in rows if row.account.is_live}
    holds = {one: _kept(how) for one, how in of_accounts(tx, viewer, list(accounts.values()), now).items()}
    return [(row, holds.get(row.account_id, {}).get(row.key)) for row in rows]


def _new(tx: Session, leads: Collection[int], *, besides: int = 0) -> list[RaisedSignal]:
    """The signals that stand at accounts of these leads and of which no brief has told them, with their accounts."""
    told = sa.exists().where(
        Mention.subject_kind == Subject.SIGNAL, Mention.subject_id == RaisedSignal.id,
        Mention.person_id == Account.owner_id, Mention.outbox_id != besides, Outbox.id == Mention.outbox_id,
        Outbox.state.in_((OutboxState.SENDING, OutboxState.SENT)),
    )  # fmt: skip
    return list(
        tx.scalars(
            sa.select(RaisedSignal)
            .join(RaisedSignal.account)
            .where(Account.owner_id.in_(list(leads)), LIVE, RaisedSignal.ended_on.is_(None), ~told)
            .options(_WITH_ACCOUNT)
            .order_by(RaisedSignal.id)
        )
    )


def first_mornings(tx: Session, those: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of the people for whom their day is the first working morning of a week."""
    if not those:
        return set()
    seen = person_facts(tx, those, from_day=min(days[one.id] for one in those) - WEEK)
    return {one.id for one in those if seen[one.id].summary_day(days[one.id]) == days[one.id]}
