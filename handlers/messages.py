"""Outbox row → message. The ledger is read again here, so that nobody is told what is no longer true."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from handlers.views import absences as absence_view
from handlers.views import blocks as b
from handlers.views import briefs
from handlers.views import home as home_view
from store import absences, commitments, outbox, people
from store.rules import mentions
from store.rules.mornings import local_day, morning_is_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Commitment, Outbox, Person


@dataclass(frozen=True)
class Message:
    """What Slack is to show: a message (`text` for notifications, `blocks`), or a Home tab in `home`.

    `shown` lists the commitments in it, with the occasion of each where it is a brief.
    """

    text: str = ""
    blocks: list[b.Json] = field(default_factory=list)
    shown: list[tuple[Commitment, str | None]] = field(default_factory=list)
    home: b.Json | None = None


@dataclass(frozen=True)
class Nothing:
    """There is nothing to say any more; `reason` is for the log and doctor."""

    reason: str


def render(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    """Make the message for an outbox row as of `now`: for the first time, or anew where it stands already."""
    if row.person is not None and not row.person.is_active:
        return Nothing(f"{row.person.slack_id} has left the workspace")
    return _KINDS[row.kind](tx, row, now)


def _brief(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    person = _reader(row)
    day, today = date.fromisoformat(row.ids["day"]), local_day(now, person.zone)
    if row.ts:
        lines = _lines(tx, person, day, _again(tx, row, person))
    elif day != today or not morning_is_on(now, people.habits(person)):
        return Nothing("its morning had passed")
    else:
        found = commitments.deserving(tx, person, day, besides=row.id)
        lines = briefs.in_order(_lines(tx, person, day, found), day)
    if not lines:
        return Nothing("nothing was left to mention")
    text, blocks, count = briefs.brief(lines, person, day, today)
    return Message(text, blocks, [(line.commitment, line.occasion) for line in lines[:count]])


def _lines(tx: Session, person: Person, day: date, found: Sequence[tuple[Commitment, str | None]]) -> list[briefs.Line]:
    """The items of the brief for `day` with what else is to be said of them."""
    covered = {one.owner_id for one, occasion in found if (occasion or "").startswith(mentions.STANDING_IN)}
    away = {
        one.person_id: one.last_day
        for one in (absences.of_people(tx, covered, from_day=day) if covered else ())
        if one.first_day <= day
    }
    return [
        briefs.Line(
            one,
            occasion,
            away_until=away.get(one.owner_id),
            next_day=people.working_days(one.owner, person.workspace).next_after(day)
            if mentions.is_warning(occasion)
            else None,
        )
        for one, occasion in found
    ]


def _notice(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    reader = _reader(row)
    commitment = commitments.by_ids(tx, reader, [row.ids["commitment"]]).get(row.ids["commitment"])
    if commitment is None:
        return Nothing("its commitment is out of the reader's sight")
    if row.kind == "assigned" and not row.ts and not (commitment.is_open and commitment.owner_id == reader.id):
        return Nothing("it was settled or given to somebody else before it could be told")
    actor = people.get(tx, row.ids["actor"])
    reason = _reason(tx, reader, commitment, row)
    text, blocks = briefs.notice(row.kind, commitment, actor, reader, local_day(now, reader.zone), reason=reason)
    return _message(text, blocks, [(commitment, None)])


def _shared(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    actor = people.get(tx, row.ids["actor"])
    commitment = commitments.by_ids(tx, actor, [row.ids["commitment"]]).get(row.ids["commitment"])
    if commitment is None:
        return Nothing("its commitment is out of the sharer's sight")
    if row.ids.get("external") and commitment.internal:
        # Another company reads along there: what became internal since is withdrawn, also from what stands.
        text, blocks = briefs.withdrawn()
        return _message(text, blocks, [(commitment, None)])
    text, blocks = briefs.shared(commitment, actor, local_day(now, actor.zone))
    return _message(text, blocks, [(commitment, None)])


def _delegated(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    reader = _reader(row)
    today = local_day(now, reader.zone)
    absence = absences.as_told(tx, reader, row.ids)
    if absence is None or absence.last_day < today:
        if not row.ts:
            return Nothing("the absence was ended before it could be told")
        text, blocks = absence_view.withdrawn(people.get(tx, row.ids["actor"]))
    else:
        text, blocks = absence_view.delegated(absence, reader, today)
    return _message(text, blocks, [])


def _home(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    return Message(home=home_for(tx, _reader(row), now, start=row.ids.get("start", 0)))


def home_for(tx: Session, viewer: Person, now: datetime, *, start: int = 0) -> b.Json:
    """The viewer's Home tab as of `now`, from item `start`."""
    today = local_day(now, viewer.zone)
    away = home_view.Away(absences.coming(tx, viewer, today=today), absences.stood_in_for(tx, viewer, today=today))
    return home_view.home(commitments.home(tx, viewer), viewer, today, away, start=start)


def _reader(row: Outbox) -> Person:
    if row.person is None:
        raise ValueError(f"outbox row {row.id} ({row.kind}) has no recipient")
    return row.person


def _again(tx: Session, row: Outbox, person: Person) -> list[tuple[Commitment, str | None]]:
    shown = outbox.shown_by(tx, row)
    found = commitments.by_ids(tx, person, [commitment_id for commitment_id, _ in shown])
    return [(found[commitment_id], why) for commitment_id, why in shown if commitment_id in found]


def _reason(tx: Session, reader: Person, commitment: Commitment, row: Outbox) -> str | None:
    verb = {"assigned": "hand_over", "handed_back": "hand_back", "cancelled": "cancel"}[row.kind]
    told = [
        entry
        for entry in commitments.history(tx, reader, commitment)
        if entry.verb == verb and (row.kind == "cancelled" or entry.changes["owner_id"][1] == reader.id)
    ]
    return told[-1].reason if told else None


def _message(text: str, blocks: list[Block], shown: list[tuple[Commitment, str | None]]) -> Message:
    return Message(text, b.resolved(blocks), shown)


_KINDS: dict[str, Callable[[Session, Outbox, datetime], Message | Nothing]] = {
    "brief": _brief,
    "assigned": _notice,
    "handed_back": _notice,
    "cancelled": _notice,
    "shared": _shared,
    absences.NOTICE: _delegated,
    outbox.HOME: _home,
}
