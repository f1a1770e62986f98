"""The commitments in a brief or bundle: what deserves a mention, and what the notices tell of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.briefs.notice_views import Change
from handlers.commitments import items
from handlers.commitments.brief_lines import Mentioned, line
from handlers.slack.refs import Ref, ViewName, count
from handlers.slack.words import Mrkdwn, escape, short_date
from store import absences, commitments, history, outbox, people
from store.rules.calendar.brief_times import local_day
from store.rules.nudging.occasions import OccasionKind, with_news
from store.tables import Commitment, OutboxKind, State, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from handlers.briefs.views import Line
    from store.commitments import EscalationDates
    from store.rules.nudging.occasions import Occasion
    from store.tables import Outbox, Person

    # A commitment, its occasion, and when the account's owner hears of it.
    Found = tuple[Commitment, Occasion | None, EscalationDates | None]

# The verb of which each kind of notice tells.
_VERBS = {
    OutboxKind.ASSIGNED: Verb.HAND_OVER,
    OutboxKind.HANDED_BACK: Verb.HAND_BACK,
    OutboxKind.CANCELLED: Verb.CANCEL,
}
# The occasions on which its owner hears of it.
_OF_OWNERS = {
    OccasionKind.TODAY, OccasionKind.DAY_BEFORE, OccasionKind.SOON, OccasionKind.WEEK, OccasionKind.OVERDUE,
    OccasionKind.SNOOZE_ENDED, OccasionKind.BLOCKED, OccasionKind.BEFORE_ABSENCE,
}  # fmt: skip
NOTICES = (*_VERBS, OutboxKind.TOLD)


def to_send(tx: Session, row: Outbox, person: Person, day: date, now: datetime, news: Sequence[Outbox]) -> list[Line]:
    """As handlers.briefs.Source says."""
    found: list[Found] = []
    if row.kind == OutboxKind.BRIEF:
        found += commitments.items_for_brief(tx, person, day, besides=row.id)
    known = {one.id: one for one, _, _ in found}
    fresh = _fresh(tx, person, news)
    found = [(one, with_news(why) if one.id in fresh else why, passed) for one, why, passed in found]
    found += [(one, None, None) for one, _ in fresh.values() if one.id not in known]
    told_by = {one.id: rows for one, rows in fresh.values()}
    return _lines(tx, person, day, now, _mentioned(tx, person, day, found, told_by))


def standing(tx: Session, row: Outbox, person: Person, day: date, now: datetime, news: Sequence[Outbox]) -> list[Line]:
    """As handlers.briefs.Source says."""
    shown = [(one, why) for one, why in outbox.contents_of(tx, row) if why is None or why.kind != OccasionKind.SINCE]
    known = commitments.by_ids(tx, person, [commitment_id for commitment_id, _ in shown])
    passed = commitments.escalations(tx, [one for one, why in shown if why and why.shows_escalation], day)
    found: list[Found] = [(known[one], why, passed.get(one)) for one, why in shown if one in known]
    told_by: dict[int, list[Outbox]] = {}
    for one in news:
        if one.commitment_id is not None:
            told_by.setdefault(one.commitment_id, []).append(one)
    return _lines(tx, person, day, now, _mentioned(tx, person, day, found, told_by))


def together(row: Outbox, lines: Sequence[Line]) -> list[tuple[str, str]]:
    """The entries of the menu above a brief with several commitments that ask something."""
    several = sum(line.asks and isinstance(line.subject, Commitment) for line in lines) > 1
    return items.together(Ref(view=ViewName.BRIEF, extra=str(row.id))) if several else []


def shown_in(tx: Session, person: Person, ref: Ref) -> list[Commitment]:
    """The commitments in the lines of a brief to this person, in their order."""
    row = outbox.brief_to(tx, person, count(ref.extra))
    shown = outbox.contents_of(tx, row) if row else []
    known = commitments.by_ids(tx, person, [one for one, _ in shown])
    since = {one for one, why in shown if why is not None and why.kind == OccasionKind.SINCE}
    return [known[one] for one, _ in shown if one in known and one not in since]


def _lines(tx: Session, reader: Person, day: date, now: datetime, mentioned: Sequence[Mentioned]) -> list[Line]:
    relations = commitments.relations(tx, reader, [one.commitment for one in mentioned], now)
    today = local_day(now, reader.zone)
    works = people.working_days(reader)
    return [line(one, reader, relations, day, today, works) for one in mentioned]


def change_told_by(tx: Session, reader: Person, commitment: Commitment, notice: Outbox) -> Change:
    """The change of which a notice tells `reader`: its kind, its actor, and the reason that they gave."""
    if notice.kind == OutboxKind.TOLD:
        return _told_by(tx, reader, commitment, notice)
    verb = _VERBS[notice.kind]
    told = [
        entry
        for entry in history.entries(tx, reader, commitment)
        if entry.verb == verb
        and (notice.kind == OutboxKind.CANCELLED or entry.changes["owner_id"][1] == reader.id)
    ]  # fmt: skip
    return Change(notice.kind, outbox.actor_of(tx, notice), told[-1].reason if told else None)


def _told_by(tx: Session, reader: Person, commitment: Commitment, notice: Outbox) -> Change:
    """The entry of the gesture that the notice names."""
    actor, gesture = outbox.actor_of(tx, notice), notice.details["gesture"]
    entries = history.entries(tx, reader, commitment)
    entry = next(one for one in entries if one.actor_id == actor.id and one.origin_key == gesture)
    if entry.verb == Verb.ASK:
        return Change(notice.kind, actor, deed=Mrkdwn("asks how it stands"), asks=True)
    if entry.verb == Verb.HELP:
        return Change(notice.kind, actor, deed=Mrkdwn("asks you to help with this"))
    names = {"people": commitments.names_in(tx, reader, [entry]), "clients": commitments.clients_in(tx, [entry])}
    client = entry.by if entry.client_id is not None else None
    return Change(notice.kind, actor, entry.reason, deed=items.told(entry, names), client=client)


def handed_on(tx: Session, reader: Person, commitment: Commitment) -> Mrkdwn | None:
    """How the commitment left the reader, who owned it once; None if it is theirs, or never was."""
    if commitment.owner_id == reader.id:
        return None
    entries = reversed(history.entries(tx, reader, commitment))
    left = next((one for one in entries if one.changes.get("owner_id", [None])[0] == reader.id), None)
    if left is None:
        return None
    on = short_date(local_day(left.at, reader.zone))
    to = escape(commitments.names_in(tx, reader, [left])[left.changes["owner_id"][1]])
    if left.actor_id != reader.id:
        return Mrkdwn(f"*{escape(left.actor.name)}* gave it to *{to}* on {on}.")
    return Mrkdwn(f"You handed it {'back' if left.verb == Verb.HAND_BACK else 'over'} to *{to}* on {on}.")


def _fresh(tx: Session, reader: Person, rows: Sequence[Outbox]) -> dict[int, tuple[Commitment, list[Outbox]]]:
    """The news that still matters, by commitment, each with its notices, oldest first. A commitment that came and went
    while the reader was not at work is left out.
    """
    told_of = {one.commitment_id for one in rows if one.commitment_id is not None}
    known = commitments.by_ids(tx, reader, told_of) if told_of else {}
    found: dict[int, tuple[Commitment, list[Outbox]]] = {}
    for row in rows:
        if row.commitment_id in known:
            found.setdefault(row.commitment_id, (known[row.commitment_id], []))[1].append(row)
    fresh = {one: (pair[0], _news_in(tx, *pair, reader)) for one, pair in found.items()}
    return {one: pair for one, pair in fresh.items() if pair[1]}


def _news_in(tx: Session, commitment: Commitment, rows: Sequence[Outbox], reader: Person) -> list[Outbox]:
    """Those of its notices that still matter. An answer always does, and a question until it is settled."""
    changes = [row for row in rows if row.kind != OutboxKind.TOLD]
    matter = bool(changes) and _is_news(commitment, changes, reader)
    return [
        row for row in rows
        if (matter if row.kind != OutboxKind.TOLD else
            not is_settled_question(tx, change_told_by(tx, reader, commitment, row), commitment, reader))
    ]  # fmt: skip


def is_settled_question(tx: Session, change: Change, commitment: Commitment, reader: Person) -> bool:
    """Whether it is a question that nobody need ask the reader any more."""
    if not change.asks:
        return False
    # A reader who never owned it stands in for the owner.
    answers = handed_on(tx, reader, commitment) is None
    return not (commitment.is_open and answers and commitments.is_waiting(tx, change.actor, commitment))


def _is_news(commitment: Commitment, rows: Sequence[Outbox], reader: Person) -> bool:
    if rows[-1].kind != OutboxKind.CANCELLED:
        return commitment.is_open and commitment.owner_id == reader.id
    never_knew = any(row.kind != OutboxKind.CANCELLED for row in rows) and commitment.creator_id != reader.id
    return commitment.state == State.CANCELLED and not never_knew


def _mentioned(
    tx: Session, person: Person, day: date, found: Iterable[Found], told_by: Mapping[int, Sequence[Outbox]]
) -> list[Mentioned]:  # fmt: skip
    """The facts for the line of each commitment in the brief for `day`. `told_by`: its notices, oldest first."""
    pairs = list(found)
    others = {one.owner_id for one, why, _ in pairs if why and (why.stands_in or why.kind == OccasionKind.ESCALATED)}
    away = {
        one.person_id: one.last_day
        for one in (absences.of_people(tx, others, from_day=day) if others else ())
        if one.first_day <= day
    }
    leaving = [one.id for one, why, _ in pairs if why and why.kind == OccasionKind.BEFORE_ABSENCE]
    unheard = commitments.unheard(tx, leaving, from_day=day)
    mentioned = [
        Mentioned(
            one, why, away_until=away.get(one.owner_id), told_on=_told_on(why, passed),
            heard_on=passed.heard if passed else None, unheard=one.id in unheard,
            **_changes(tx, person, one, told_by.get(one.id, ())),
            news=tuple(row.id for row in told_by.get(one.id, ())),
        )
        for one, why, passed in pairs
    ]  # fmt: skip
    return [
        replace(one, handed_on=handed_on(tx, person, one.commitment)) if _was_owners(one) else one for one in mentioned
    ]


def _was_owners(one: Mentioned) -> bool:
    """Whether it was mentioned to its owner then: on an occasion of theirs, or in a notice to them."""
    if one.change is not None and is_to_owner(one.change):
        return True
    return one.occasion is not None and one.occasion.kind in _OF_OWNERS and not one.occasion.stands_in


def is_to_owner(change: Change) -> bool:
    """Whether a notice of this change goes to the owner of the commitment."""
    return change.asks or change.kind in {OutboxKind.ASSIGNED, OutboxKind.HANDED_BACK}


def _changes(tx: Session, reader: Person, commitment: Commitment, rows: Sequence[Outbox]) -> dict[str, Any]:
    """The change under whose heading its line stands, and what else the notices tell."""
    changes = [change_told_by(tx, reader, commitment, row) for row in rows]
    said = [one for one in changes if one.kind == OutboxKind.TOLD]
    done = [one for one in changes if one.kind != OutboxKind.TOLD][-1:]
    first = (done or [one for one in said if one.asks] or said[-1:])[:1]
    return {"change": first[0] if first else None, "also": tuple(one for one in said if one not in first)}


def _told_on(occasion: Occasion | None, passed: EscalationDates | None) -> date | None:
    """The day on which the account's lead hears of it, where this mention warns of that."""
    if occasion is None or not occasion.warns or passed is None or passed.heard is not None:
        return None
    return passed.on
