"""The news for briefs: what happened since a person's last brief to the commitments that concern them.

News is read from the history; the rules are in store/rules/nudging/news.py. A person's last brief is the last one that
was sent, so the news of a brief that came to nothing is in the next one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import outbox
from store.commitments.changing import told_key
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
from store.scope import seen_by_reader
from store.tables import (
    Account,
    Around,
    Commitment,
    CommitmentPerson,
    Entry,
    Outbox,
    OutboxKind,
    OutboxState,
    Subject,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

_ITEMS, _ACCOUNTS, _AROUND = core(Commitment), core(Account), core(CommitmentPerson)
_ENTRIES, _ROWS = core(Entry), core(Outbox)
# Both databases take so many parameters.
_CHUNK = 500


@dataclass(frozen=True)
class News:
    """The news of a commitment for one reader; `is_promise`: they own it or asked for it."""

    commitment: Commitment
    story: Story
    is_promise: bool
    began_at: datetime


# (reader, commitment) → what the reader has not read of, oldest first, and the people whose promise it is.
_Found = dict[tuple[int, int], tuple[list[Deed], Parties]]


def people_with_news(tx: Session, people: Sequence[Person], days: Mapping[int, date], now: datetime) -> set[int]:
    """Ids of those among `people` (with their workspaces) to whom a brief comes on their local day `days[id]` for what
    happened since their last one.

    News of what one leads, helps with or follows, and news that can wait, makes a brief on the first working morning of
    a week only.
    """
    if not people:
        return set()
    since = _last_briefs(tx, [one.id for one in people], now)
    found = _news(tx, people, since, now - LAG)
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
    found = _news(tx, [person], since, brief.created_at - LAG)
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


def _news(tx: Session, readers: Iterable[Person], since: Mapping[int, datetime], until: datetime) -> _Found:
    """The news of each reader since that instant, up to `until`."""
    concerned = _touched(tx, since)
    deeds = _deeds(tx, {one for _, one in concerned}, min(since.values()), until)
    fresh: _Found = {}
    for (reader_id, one), (parties, begin) in concerned.items():
        unread = [deed for deed in deeds.get(one, ()) if deed.at > begin and is_news(deed, reader_id, parties)]
        if unread:
            fresh[reader_id, one] = unread, parties
    found = _without_notices(tx, {one.workspace_id for one in readers}, fresh)
    came_and_went = _never_told(tx, found)
    return {pair: news for pair, news in found.items() if pair not in came_and_went}


def _without_notices(tx: Session, workspaces: Collection[int], found: _Found) -> _Found:
    """The news that no notice has told its reader: who asks how it stands, for one, has got the answer."""

    def key(reader_id: int, one: int, deed: Deed) -> str:
        return told_key(one, deed.actor_id, deed.origin_key or "", reader_id)

    keys = sorted({key(*pair, deed) for pair, (deeds, _) in found.items() for deed in deeds})
    told = {
        row.dedupe_key
        for start in range(0, len(keys), _CHUNK)
        for row in tx.execute(
            sa.select(_ROWS.c.dedupe_key).where(
                _ROWS.c.workspace_id.in_(workspaces), _ROWS.c.dedupe_key.in_(keys[start : start + _CHUNK])
            )
        )
    }
    untold = {
        pair: ([deed for deed in deeds if key(*pair, deed) not in told], parties)
        for pair, (deeds, parties) in found.items()
    }
    return {pair: news for pair, news in untold.items() if news[0]}


def _never_told(tx: Session, found: _Found) -> set[tuple[int, int]]:
    """Those whose owner got them from another person and never heard of them before they ended."""
    given = {
        (reader_id, one)
        for (reader_id, one), (deeds, parties) in found.items()
        if reader_id == parties.owner_id != parties.creator_id and _has_ended(deeds)
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


def _has_ended(deeds: Iterable[Deed]) -> bool:
    state = story(deeds).state
    return state is not None and state.verb in ENDS


def _touched(tx: Session, since: Mapping[int, datetime]) -> dict[tuple[int, int], tuple[Parties, datetime]]:
    """The commitments with a change or comment since then, by reader and id, and the instant from which on the reader
    reads of it.
    """
    earliest = min(since.values())
    # No person has the id 0.
    room = 1 << (len(since) - 1).bit_length()
    readers = [*since.items(), *[(0, earliest)] * (room - len(since))]
    given: dict[str, Any] = {"earliest": earliest}
    for place, (reader_id, at) in enumerate(readers):
        given |= {f"reader_{place}": reader_id, f"since_{place}": at}
    found: dict[tuple[int, int], tuple[Parties, datetime]] = {}
    for row in tx.execute(_touched_since(room), given):
        # Several ways can lead to the same commitment.
        _, begin = found.get((row.reader_id, row.id), (None, row.begin))
        found[row.reader_id, row.id] = Parties(row.owner_id, row.creator_id), min(begin, row.begin)
    return found


@cache
def _touched_since(readers: int) -> sa.CompoundSelect[Any]:
    """The statement for that many readers, built once: it is long, and each brief asks it.

    Each way from an owner, creator or account has two indexes, which end with the time of the last progress and with
    that of the last comment. A person reads what happened after they began to help or follow.
    """
    reader = sa.union_all(
        *(
            sa.select(
                sa.bindparam(f"reader_{place}", type_=sa.BigInteger).label("id"),
                sa.bindparam(f"since_{place}", type_=UtcDateTime()).label("since"),
            )
            for place in range(readers)
        )
    ).cte("reader")
    earliest = sa.bindparam("earliest", type_=UtcDateTime())
    who, begin = reader.c.id.label("reader_id"), reader.c.since
    began = sa.case((_AROUND.c.since > begin, _AROUND.c.since), else_=begin)
    of_row = sa.select(*_PARTY, who, begin.label("begin"))
    ways = (
        of_row.join(reader, _ITEMS.c.owner_id == reader.c.id),
        of_row.join(reader, _ITEMS.c.creator_id == reader.c.id),
        of_row.join(_ACCOUNTS, _ACCOUNTS.c.id == _ITEMS.c.account_id).join(reader, _ACCOUNTS.c.owner_id == reader.c.id),
    )
    around = (
        sa.select(*_PARTY, who, began.label("begin"))
        .join(_AROUND, _AROUND.c.commitment_id == _ITEMS.c.id)
        .join(reader, _AROUND.c.person_id == reader.c.id)
        .where(
            _AROUND.c.part.in_((Around.HELPER, Around.FOLLOWER)),
            seen_by_reader(_ITEMS.c.account_id, reader.c.id),
            sa.or_(_ITEMS.c.touched_at > began, _ITEMS.c.commented_at > began),
        )
    )
    # PostgreSQL cannot guess how few rows `begin` leaves; the plain instant tells it, and it takes the index.
    changed = (
        way.where(at > begin, at > earliest, seen_by_reader(_ITEMS.c.account_id, reader.c.id))
        for way in ways
        for at in (_ITEMS.c.touched_at, _ITEMS.c.commented_at)
    )
    return sa.union_all(*changed, around)


_PARTY: Any = (_ITEMS.c.id, _ITEMS.c.owner_id, _ITEMS.c.creator_id)


def _deeds(tx: Session, ids: Iterable[int], since: datetime, until: datetime) -> dict[int, list[Deed]]:
    """The entries of these commitments in that time that are news to a person, oldest first."""
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
            deed = Deed(
                row.verb, row.at, row.actor_id, row.changes, row.reason, row.origin_key, row.client_id or 0
            )  # fmt: skip
            found[row.subject_id].append(deed)
    return found
