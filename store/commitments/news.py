"""The news for briefs: what happened since a person's last brief to the commitments that they wait for.

News is read from the history; the rules are in store/rules/nudging/news.py. A person's last brief is the last one that
was sent, so the news of a brief that came to nothing is in the next one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import outbox
from store.commitments.facts import person_facts
from store.commitments.questions import by_ids
from store.db import UtcDateTime
from store.rules.nudging.news import (
    AT_FIRST,
    AT_MOST,
    ENDS,
    LAG,
    NEWS,
    Deed,
    Parties,
    Story,
    is_news,
    makes_a_brief,
    story,
)
from store.tables import Account, Commitment, Entry, Outbox, OutboxKind, OutboxState, Subject, core

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

_ITEMS, _ACCOUNTS, _ENTRIES, _ROWS = core(Commitment), core(Account), core(Entry), core(Outbox)
# Both databases take so many parameters.
_CHUNK = 500


@dataclass(frozen=True)
class News:
    """The news of a commitment for one reader, who owns it, asked for it, or leads its account."""

    commitment: Commitment
    story: Story
    is_promise: bool
    began_at: datetime


# (reader, commitment) → the changes that the reader has not read of, oldest first, and the people who wait for it.
_Found = dict[tuple[int, int], tuple[list[Deed], Parties]]


def people_with_news(tx: Session, people: Sequence[Person], days: Mapping[int, date], now: datetime) -> set[int]:
    """Ids of those among `people` (with their workspaces) to whom a brief comes on their local day `days[id]` for what
    happened since their last one.

    News of accounts that one leads, and what can wait, makes a brief on the first working morning of a week only.
    """
    if not people:
        return set()
    since = _last_briefs(tx, [one.id for one in people], now)
    found = _news(tx, since, now - LAG)
    readers = {reader_id for reader_id, _ in found}
    facts = person_facts(tx, [one for one in people if one.id in readers], from_day=min(days.values()))
    urgent = {
        reader_id
        for (reader_id, _), (deeds, parties) in found.items()
        if any(makes_a_brief(deed, reader_id, parties) for deed in deeds)
    }
    wanted = set()
    for one in readers:
        is_first = facts[one].summary_day(days[one]) == days[one]
        if facts[one].hears_on(days[one]) and (is_first or (one in urgent and not facts[one].weekly)):
            wanted.add(one)
    return wanted


def news_of_brief(tx: Session, person: Person, brief: Outbox) -> list[News]:
    """The news in that brief to this person, the same whenever it is asked: the reader's own promises first, then by
    date.
    """
    since = _last_briefs(tx, [person.id], brief.created_at, before=brief.id)
    found = _news(tx, since, brief.created_at - LAG)
    known = by_ids(tx, person, [commitment_id for _, commitment_id in found]) if found else {}
    news = [
        News(known[one], story(deeds), person.id in {parties.owner_id, parties.creator_id}, deeds[0].at)
        for (_, one), (deeds, parties) in found.items()
        if one in known
    ]
    return sorted(news, key=lambda one: (not one.is_promise, one.commitment.due_on, one.commitment.id))


def _last_briefs(
    tx: Session, people: Collection[int], now: datetime, *, before: int | None = None
) -> dict[int, datetime]:  # fmt: skip
    """For each of these people the instant up to which they have read the news: that of their last brief.

    `before`: the id of a brief; later ones do not count.
    """
    sent = _ROWS.c.kind == OutboxKind.BRIEF, _ROWS.c.state == OutboxState.SENT, _ROWS.c.settled_at > now - AT_MOST
    earlier = sa.true() if before is None else _ROWS.c.id < before
    found = tx.execute(
        sa.select(_ROWS.c.person_id, sa.func.max(_ROWS.c.created_at, type_=UtcDateTime()).label("at"))
        .where(_ROWS.c.person_id.in_(list(people)), *sent, earlier)
        .group_by(_ROWS.c.person_id)
    )
    return dict.fromkeys(people, now - AT_FIRST) | {row.person_id: row.at - LAG for row in found}


def _news(tx: Session, since: Mapping[int, datetime], until: datetime) -> _Found:
    """The news of each person since that instant, up to `until`."""
    waiting = _touched(tx, since)
    deeds = _deeds(tx, {one for _, one in waiting}, min(since.values()), until)
    found: _Found = {}
    for (reader_id, one), parties in waiting.items():
        fresh = [
            deed for deed in deeds.get(one, ()) if deed.at > since[reader_id] and is_news(deed, reader_id, parties)
        ]
        if fresh:
            found[reader_id, one] = fresh, parties
    came_and_went = _never_told(tx, found)
    return {pair: news for pair, news in found.items() if pair not in came_and_went}


def _never_told(tx: Session, found: _Found) -> set[tuple[int, int]]:
    """Those whose owner got them from another person and never heard of them before they ended."""
    given = {
        (reader_id, one)
        for (reader_id, one), (deeds, parties) in found.items()
        if reader_id == parties.owner_id != parties.creator_id and deeds[-1].verb in ENDS
    }
    if not given:
        return set()
    ids, readers = sorted({one for _, one in given}), {reader_id for reader_id, _ in given}
    told = {
        (person_id, one)
        for start in range(0, len(ids), _CHUNK)
        for one, person_id, *_ in outbox.sent_about(tx, ids[start : start + _CHUNK], readers)
    }
    return given - told


def _touched(tx: Session, since: Mapping[int, datetime]) -> dict[tuple[int, int], Parties]:
    """The commitments that changed since then, by reader and id, of which the reader is a party.

    Each way to a commitment has an index that ends with the time of its last progress.
    """
    columns = sa.column("id", sa.BigInteger), sa.column("since", UtcDateTime())
    reader = sa.values(*columns, name="reader").data(list(since.items())).cte("reader")
    leads = _ACCOUNTS.c.owner_id == reader.c.id
    ways = (
        sa.select(*_PARTY, reader.c.id.label("reader_id"), sa.false().label("leads")).join(
            reader, _ITEMS.c.owner_id == reader.c.id
        ),
        sa.select(*_PARTY, reader.c.id.label("reader_id"), sa.false().label("leads")).join(
            reader, _ITEMS.c.creator_id == reader.c.id
        ),
        sa.select(*_PARTY, reader.c.id.label("reader_id"), sa.true().label("leads"))
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _ITEMS.c.account_id)
        .join(reader, leads),
    )
    rows = tx.execute(sa.union_all(*(way.where(_ITEMS.c.touched_at > reader.c.since) for way in ways)))
    found: dict[tuple[int, int], Parties] = {}
    for row in rows:
        # Several ways can lead to the same commitment.
        if row.leads or (row.reader_id, row.id) not in found:
            lead_id = row.reader_id if row.leads else None
            found[row.reader_id, row.id] = Parties(row.owner_id, row.creator_id, lead_id)
    return found


_PARTY: Any = (_ITEMS.c.id, _ITEMS.c.owner_id, _ITEMS.c.creator_id)


def _deeds(tx: Session, ids: Iterable[int], since: datetime, until: datetime) -> dict[int, list[Deed]]:
    """The changes of these commitments in that time that are news to somebody, oldest first."""
    found: defaultdict[int, list[Deed]] = defaultdict(list)
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        rows = tx.execute(
            sa.select(_ENTRIES)
            .where(
                _ENTRIES.c.subject_id.in_(wanted[start : start + _CHUNK]),
                _ENTRIES.c.subject_kind == Subject.COMMITMENT,
                _ENTRIES.c.at > since,
                _ENTRIES.c.at <= until,
                _ENTRIES.c.verb.in_(NEWS),
            )
            .order_by(_ENTRIES.c.id)
        )
        for row in rows:
            found[row.subject_id].append(Deed(row.verb, row.at, row.actor_id, row.changes, row.reason))
    return found
