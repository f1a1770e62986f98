"""How accounts stand: the facts of many accounts, read in a fixed number of statements, and the signals that follow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import people
from store.accounts import LIVE
from store.commitments.promises import IS_PROMISE
from store.plan import meetings
from store.plan.basis import suggestion
from store.plan.key_dates import KINDS, next_day
from store.plan.objectives import is_reached
from store.plan.opportunities import ENDED
from store.plan.people import ROLES, interval_words
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import working_days_of
from store.rules.reviews import due_by
from store.rules.signals import (
    PLAN_AHEAD,
    QUARTER,
    AccountFacts,
    Broken,
    ComingDate,
    Contact,
    Health,
    SharedPage,
    health_of,
)
from store.rules.text import quoted
from store.scope import seen_by
from store.tables import (
    Account,
    Aim,
    Category,
    ClientLink,
    ClientOpen,
    Commitment,
    Entry,
    HasHistory,
    Held,
    IntervalUnit,
    KeyDate,
    KeyDateKind,
    Meeting,
    MeetingPerson,
    Objective,
    Opportunity,
    Person,
    Proposal,
    Recurs,
    Review,
    ReviewState,
    SectionRow,
    Side,
    Stakeholder,
    State,
    Subject,
    Workspace,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.plan.penetration import Penetration
    from store.rules.calendar.working_days import WorkingDays

_LEAD, _NAMED = core(Person).alias("lead"), core(Person).alias("named")
_HELD = core(Review).alias("held")
_PLANNED = (
    sa.select(sa.func.max(Meeting.day))
    .join(MeetingPerson, MeetingPerson.meeting_id == Meeting.id)
    .where(
        MeetingPerson.stakeholder_id == Stakeholder.id, Meeting.state == Held.PLANNED, Meeting.archived_at.is_(None)
    )
    .scalar_subquery()
)  # fmt: skip
_ROLES = {role: words.lower() for role, words in ROLES}
# Days of an interval's unit; None: months.
_DAYS = {IntervalUnit.WEEKS: 7, IntervalUnit.MONTHS: 31, None: 31}
_KINDS = {kind: words.lower() for kind, words in KINDS} | {KeyDateKind.OTHER: "date"}


def of_accounts(tx: Session, viewer: Person, accounts: Collection[Account], now: datetime) -> dict[int, Health]:
    """The health of these accounts as of `now`, by id; of those that the viewer may see.

    At most 1,000 accounts, which both databases take in one statement.
    """
    if not accounts:
        return {}
    found = facts_of(tx, [one.id for one in accounts], now, seen_by(Account, viewer))
    return {one.id: health_of(one) for one in found}


@dataclass(frozen=True)
class Known:
    """The parts of an account's page that its health needs too: the `penetration` of its white space, its objectives,
    and of our open commitments the `first` by date and the number of those that are `late`.
    """

    penetration: Penetration | None
    objectives: Sequence[Objective]
    first: Commitment | None
    late: int


def of_plan(tx: Session, viewer: Person, account: Account, now: datetime, known: Known) -> Health | None:
    """The health of one account with its hints; None if it is not in use."""
    read = _known_broken(known, viewer.workspace, now), _by_account(known.objectives)
    found = next(facts_of(tx, [account.id], now, seen_by(Account, viewer), LIVE, known=read), None)
    if found is None:
        return None
    suggested = suggestion(tx, viewer, account)
    return health_of(replace(
        found, penetration=known.penetration.percent if known.penetration else None,
        suggested=suggested.category if suggested else None,
    ))  # fmt: skip


def facts_of(
    tx: Session, account_ids: Collection[int], now: datetime, *which: sa.ColumnElement[bool],
    known: tuple[Mapping[int, Broken], Mapping[int, list[str]]] | None = None,
) -> Iterator[AccountFacts]:  # fmt: skip
    """The facts of the accounts of these ids that meet the conditions, each on the local day of its lead; without those
    of hints. Broken promises and names of goals that are `known` by account are not read again.
    """
    rows = _accounts(tx, account_ids, now, which)
    if not rows:
        return
    ids, zones = [row.id for row in rows], {row.id: row.zone or "UTC" for row in rows}
    today = {account_id: local_day(now, zone) for account_id, zone in zones.items()}
    (contacts, pages), dates = _contacts(tx, ids, today, zones, now), _dates(tx, ids, today, now)
    broken, growth = known or (_broken(tx, ids, now), _growth(tx, ids))
    for row in rows:
        yield AccountFacts(
            row.id,
            today[row.id],
            local_day(row.touched_at or row.created_at, zones[row.id]),
            row.category,
            tuple(_ROLES[role] for role in row.required or ()),
            tuple(contacts.get(row.id, ())),
            row.given,
            row.received,
            broken.get(row.id),
            tuple(dates.get(row.id, ())),
            tuple(growth.get(row.id, ())),
            row.open_opportunities,
            pages=tuple(pages.get(row.id, ())),
            review_due_on=local_day(row.review_at, row.review_zone) if row.review_at else None,
            review_due_by=_review_due_by(row, zones[row.id]),
            reviewed_on=local_day(row.reviewed_at, zones[row.id]) if row.reviewed_at else None,
            wishes=row.wishes,
        )


def _review_due_by(row: Any, zone: str) -> date | None:  # noqa: ANN401  a row of `_accounts`
    """The last day for the next review; None if one is booked, waits for an occasion, or goes on, or none is due."""
    if row.has_review or not row.review_months:
        return None
    return due_by(local_day(row.reviewed_at or row.created_at, zone), row.review_months, row.fiscal_year_start)


def _accounts(
    tx: Session, ids: Collection[int], now: datetime, which: Collection[sa.ColumnElement[bool]]
) -> Sequence[Any]:
    """The accounts with their numbers, what their category asks for, and the review that is planned or open: an account
    has one at most.
    """

    def promises(side: Side) -> sa.ScalarSelect[int]:
        return counted(Commitment.side == side, IS_PROMISE, _stands(now))

    def counted(*which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        of_account = Commitment.account_id == Account.id, *which
        return sa.select(sa.func.count()).where(*of_account).select_from(Commitment).scalar_subquery()

    is_open = Opportunity.account_id == Account.id, Opportunity.archived_at.is_(None), Opportunity.stage.not_in(ENDED)
    opportunities = sa.select(sa.func.count()).select_from(Opportunity).where(*is_open).scalar_subquery()
    current = sa.and_(Review.account_id == Account.id, Review.closed_at.is_(None))
    planned = Review.state == ReviewState.PLANNED
    held = _HELD.c.account_id == Account.id, _HELD.c.state == ReviewState.HELD
    last = sa.select(sa.func.max(_HELD.c.closed_at, type_=_HELD.c.closed_at.type)).where(*held).scalar_subquery()
    # More columns than the types of `select` have room for.
    columns: Any = sa.select(
        Account.id, Account.category, Account.created_at, _LEAD.c.zone, promises(Side.OURS).label("given"),
        promises(Side.THEIRS).label("received"),
        counted(sa.not_(IS_PROMISE), Commitment.ended_at.is_(None)).label("wishes"),
        opportunities.label("open_opportunities"),
        sa.case((planned, Review.starts_at)).label("review_at"), Review.zone.label("review_zone"),
        Review.id.is_not(None).label("has_review"), last.label("reviewed_at"), _TOUCHED.c.at.label("touched_at"),
        by_category("roles").label("required"), by_category("review_months").label("review_months"),
        Workspace.fiscal_year_start,
    )  # fmt: skip
    return tx.execute(
        columns.join(_LEAD, _LEAD.c.id == Account.owner_id, isouter=True)
        .join(Workspace, Workspace.id == Account.workspace_id)
        .join(Review, current, isouter=True)
        .join(_TOUCHED, _TOUCHED.c.account_id == Account.id, isouter=True)
        .where(Account.id.in_(list(ids)), *which)
        .order_by(Account.id),
        {"touched_ids": list(ids)},
    ).all()


def by_category(setting: str) -> sa.Case[Any]:
    """The workspace's setting for the account's category."""
    return sa.case(*((Account.category == one, getattr(Workspace, f"{setting}_{one.lower()}")) for one in Category))


def _contacts(
    tx: Session, ids: Sequence[int], today: Mapping[int, date], zones: Mapping[int, str], now: datetime
) -> tuple[Mapping[int, list[Contact]], Mapping[int, list[SharedPage]]]:  # fmt: skip
    """The client's people, each with the one of ours who looks after them: the account's lead, if nobody is named. And
    their pages that work: opened, shared on, proposed on or answered last.
    """
    ours = sa.case((people.here(_NAMED), _NAMED.c.name), (people.here(_LEAD), _LEAD.c.name))
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    pages: defaultdict[int, list[SharedPage]] = defaultdict(list)
    works = ClientLink.stakeholder_id == Stakeholder.id, ClientLink.ended_at.is_(None), ClientLink.expires_at > now
    # More columns than the types of `select` have room for.
    columns: Any = sa.select(
        Stakeholder.id, Stakeholder.account_id, Stakeholder.name, Stakeholder.created_at, Stakeholder.roles,
        Stakeholder.influence, Stakeholder.interval_number, Stakeholder.interval_unit, Stakeholder.next_meeting_on,
        Stakeholder.left_on, Stakeholder.successor_id, ours.label("colleague"),
        meetings.LAST_MET.label("last_met"), _PLANNED.label("planned_on"),
        ClientLink.created_at.label("link_at"), *_of_page(),
    )  # fmt: skip
    rows: Any = tx.execute(
        columns.join(Account, Account.id == Stakeholder.account_id)
        .join(_NAMED, _NAMED.c.id == Stakeholder.owner_id, isouter=True)
        .join(_LEAD, _LEAD.c.id == Account.owner_id, isouter=True)
        .join(ClientLink, sa.and_(*works), isouter=True)
        .where(Stakeholder.account_id.in_(ids), Stakeholder.archived_at.is_(None))
        .order_by(Stakeholder.id)
    )
    for row in rows:
        left_on = row.left_on if row.left_on and row.left_on <= today[row.account_id] else None
        if row.link_at and left_on is None:
            zone = zones[row.account_id]
            days = [local_day(at, zone) for at in (row.link_at, row.shared, row.said) if at is not None]
            pages[row.account_id].append(SharedPage(row.id, row.name, max([*days, *filter(None, [row.opened])])))
        found[row.account_id].append(
            Contact(
                row.id,
                row.name,
                local_day(row.created_at, zones[row.account_id]),
                frozenset(_ROLES[role] for role in row.roles or ()),
                row.influence,
                row.colleague,
                _DAYS[row.interval_unit] * row.interval_number if row.interval_number else None,
                interval_words(row),
                row.last_met,
                max(filter(None, [row.next_meeting_on, row.planned_on]), default=None),
                left_on=left_on,
                has_successor=row.successor_id is not None,
            )
        )
    return found, pages


def _of_page() -> list[sa.Label[Any]]:
    """The columns of a page that works: when it was opened, shared on, and proposed on or answered last."""
    instant = ClientLink.created_at.type
    opened = sa.select(sa.func.max(ClientOpen.day)).where(ClientOpen.link_id == ClientLink.id)
    touched = sa.func.coalesce(Commitment.touched_at, Commitment.created_at)
    shared = sa.select(sa.func.max(touched, type_=instant)).where(
        Commitment.account_id == Stakeholder.account_id, Commitment.internal.is_(False)
    )
    answered = sa.func.coalesce(Proposal.answered_at, Proposal.created_at)
    said = sa.select(sa.func.max(answered, type_=instant)).where(Proposal.stakeholder_id == Stakeholder.id)
    # Most people have no page, and need no look at the commitments.
    return [
        sa.case((ClientLink.id.is_not(None), one.scalar_subquery())).label(name)
        for name, one in (("opened", opened), ("shared", shared), ("said", said))
    ]


def _stands(now: datetime) -> sa.ColumnElement[bool]:
    """The condition for commitments that are open, or were kept within a quarter."""
    kept = sa.and_(Commitment.state == State.DONE, Commitment.ended_at >= now - QUARTER)
    return sa.or_(Commitment.ended_at.is_(None), kept)


def _broken(tx: Session, ids: Sequence[int], now: datetime) -> dict[int, Broken]:
    """Our late promises by account: the one with the earliest date, and how many there are."""
    of = Commitment.account_id
    place = sa.func.row_number().over(partition_by=of, order_by=(Commitment.due_on, Commitment.id))
    late = (
        sa.select(Commitment.id, sa.func.count().over(partition_by=of).label("number_late"), place.label("place"))
        .where(
            Commitment.account_id.in_(ids), Commitment.ended_at.is_(None), Commitment.side == Side.OURS,
            Commitment.due_on < local_day(now, "UTC"),
        )
        .subquery()
    )  # fmt: skip
    rows = tx.execute(
        sa.select(
            Commitment.account_id, Commitment.number, Commitment.action, Commitment.due_on, Commitment.slips,
            Person.zone, late.c.number_late,
            sa.func.coalesce(Person.working_week, Workspace.working_week).label("week"),
            sa.func.coalesce(Person.holidays_region, Workspace.holidays_region).label("region"),
        )
        .join(late, late.c.id == Commitment.id)
        .join(Person, Person.id == Commitment.owner_id)
        .join(Workspace, Workspace.id == Commitment.workspace_id)
        .where(late.c.place == 1)
    )  # fmt: skip
    found = {}
    for row in rows:
        works = working_days_of(row.week, row.region or None)
        days = _days_late(works, row.due_on, local_day(now, row.zone))
        if days:
            found[row.account_id] = Broken(row.number_late, row.number, row.action, days, row.slips)
    return found


def _known_broken(known: Known, workspace: Workspace, now: datetime) -> dict[int, Broken]:
    """The same of the one account of which they are known."""
    first = known.first
    if first is None or first.account_id is None:
        return {}
    days = _days_late(people.working_days(first.owner, workspace), first.due_on, local_day(now, first.owner.zone))
    if not days:
        return {}
    # The viewer's day may be the due date still.
    return {first.account_id: Broken(max(known.late, 1), first.number, first.action, days, first.slips)}


def _days_late(works: WorkingDays, due_on: date, today: date) -> int:
    """Working days from the due date to `today`; 0 if it has not passed."""
    return works.count_between(works.last_until(due_on), today) if due_on < today else 0


def _dates(
    tx: Session, ids: Sequence[int], today: Mapping[int, date], now: datetime
) -> Mapping[int, list[ComingDate]]:  # fmt: skip
    """The next day of each key date that is near, by account."""
    first, last = min(today.values()), max(today.values()) + PLAN_AHEAD
    serves = Commitment.serves_kind == Subject.KEY_DATE, Commitment.serves_id == KeyDate.id
    reads = sa.or_(KeyDate.owner_id.is_(None), KeyDate.owner_id == Account.owner_id, sa.not_(people.here(Person)))
    found: defaultdict[int, list[ComingDate]] = defaultdict(list)
    for row in tx.execute(
        sa.select(
            KeyDate.id, KeyDate.account_id, KeyDate.kind, KeyDate.name, KeyDate.day, KeyDate.recurs,
            reads.label("reminds_lead"), sa.exists().where(*serves, _stands(now)).label("is_planned"),
        )
        .join(Account, Account.id == KeyDate.account_id)
        .join(Person, Person.id == KeyDate.owner_id, isouter=True)
        .where(
            KeyDate.account_id.in_(ids), KeyDate.archived_at.is_(None),
            sa.or_(KeyDate.recurs != Recurs.NEVER, KeyDate.day.between(first, last)),
        )
        .order_by(KeyDate.id)
    ):  # fmt: skip
        day = next_day(row.day, row.recurs, today[row.account_id])
        if day is not None:
            name = f"{_KINDS[row.kind]} {quoted(row.name)}" if row.name else _KINDS[row.kind]
            coming = ComingDate(row.id, name, day, bool(row.is_planned), bool(row.reminds_lead))
            found[row.account_id].append(coming)
    return found


def _growth(tx: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """The names of the objectives that shall grow and are not reached, by account."""
    which = Objective.account_id.in_(ids), Objective.archived_at.is_(None), Objective.aim == Aim.GROW
    return _by_account(tx.scalars(sa.select(Objective).where(*which)))


def _by_account(objectives: Iterable[Objective]) -> Mapping[int, list[str]]:
    """The same, among these."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for row in sorted(objectives, key=lambda one: one.id):
        if row.archived_at is None and row.aim == Aim.GROW and not is_reached(row):
            found[row.account_id].append(row.name or "")
    return found


def _touched() -> sa.Subquery:
    """The time of the last entry of each of the accounts `touched_ids` and of the rows of its plan."""
    ids: sa.BindParameter[int] = sa.bindparam("touched_ids", expanding=True)
    tables: list[tuple[type[HasHistory], Any]] = [(Account, Account.id)]
    tables += [(one, one.account_id) for one in SectionRow.__subclasses__()]
    parts = [
        sa.select(of.label("account_id"), Entry.at)
        .join(table, sa.and_(Entry.subject_kind == table.subject_kind, Entry.subject_id == table.id))
        .where(of.in_(ids))
        for table, of in tables
    ]
    every = sa.union_all(*parts).subquery()
    last = sa.func.max(every.c.at, type_=Entry.at.type).label("at")
    return sa.select(every.c.account_id, last).group_by(every.c.account_id).subquery()


# Put together once: that takes longer than asking.
_TOUCHED = _touched()
