"""The commitments for briefs, and their earlier mentions: the rules of nudging, asked for many people at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store import outbox, people
from store.commitments.facts import items_before, items_of, items_owned
from store.commitments.questions import by_ids
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY
from store.rules.nudging import escalation
from store.rules.nudging.decisions import MentionCase, PastMention, decide_mention
from store.rules.nudging.occasions import OccasionKind
from store.rules.nudging.readers import nobody_hears

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.rules.nudging.occasions import Occasion
    from store.rules.nudging.readers import CommitmentFacts, PersonFacts
    from store.tables import Commitment, Person

# Which items a question of what was said names at once; both databases take so many parameters.
_CHUNK = 500


@dataclass(frozen=True)
class EscalationDates:
    """The dates of an escalation if nothing changes: `on` is the day on which the account's lead hears, None if they do
    not; `heard` is the day on which they heard last since the count began.
    """

    on: date | None
    heard: date | None


def people_to_brief(tx: Session, people: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of those among `people` (with their workspaces) to whom a brief has something to say on their local day
    `days[id]`. A person who is away on that day is not among them.
    """
    return {look.reader.id for look, _ in _mentions(tx, people, days, besides=None)}


def items_for_brief(
    tx: Session, person: Person, day: date, *, besides: int
) -> list[tuple[Commitment, Occasion, EscalationDates | None]]:  # fmt: skip
    """The commitments in this person's brief for their local `day`, by date, each with its occasion.

    If the mention shows the escalation, it comes with the dates of that.

    `besides` is the outbox row of the brief that is being made, whose own earlier attempts do not count.
    """
    found = list(_mentions(tx, [person], {person.id: day}, besides=besides))
    shown = by_ids(tx, person, [look.item.id for look, _ in found])
    passed = _escalations(tx, [look.item for look, why in found if why.shows_escalation])
    return [(shown[look.item.id], why, passed.get(look.item.id)) for look, why in found if look.item.id in shown]


def escalations(tx: Session, ids: Collection[int], day: date) -> dict[int, EscalationDates]:
    """For each of these commitments that has somebody above its owner: when that one hears or heard of it, as it
    stands on `day`.
    """
    return _escalations(tx, list(items_of(tx, ids, from_day=day).values())) if ids else {}


def _escalations(tx: Session, items: Sequence[CommitmentFacts]) -> dict[int, EscalationDates]:
    watched = {
        item.id: (item, escalation_contact)
        for item in items
        if (escalation_contact := item.escalation_contact) is not None
    }
    heard: defaultdict[int, list[date]] = defaultdict(list)
    readers = {escalation_contact.id for _, escalation_contact in watched.values()}
    for commitment_id, person_id, occasion, _, at in _told(tx, list(watched), readers):
        item, escalation_contact = watched[commitment_id]
        # As progress counts in its owner's days, so does this.
        on = local_day(at, item.owner.work_schedule.timezone)
        is_kind = occasion is not None and occasion.kind == OccasionKind.ESCALATED
        is_escalation = person_id == escalation_contact.id and is_kind
        if is_escalation and on > escalation.counts_from(item):
            heard[commitment_id].append(on)
    return {
        one: EscalationDates(escalation.heard_on(item), max(heard[one], default=None))
        for one, (item, _) in watched.items()
    }


def unheard(tx: Session, ids: Collection[int], *, from_day: date) -> set[int]:
    """Those of these commitments of which nobody hears when they are due: see readers.nobody_hears."""
    found = items_of(tx, ids, from_day=from_day) if ids else {}
    return {one for one, item in found.items() if nobody_hears(item)}


def due_during(
    tx: Session, owner: Person, first: date, last: date, now: datetime
) -> list[tuple[Commitment, date | None]]:  # fmt: skip
    """The commitments of `owner` (with their workspace) that need attention while they are away from `first` to
    `last`, by date: those that are overdue or fall due then, each with the day of its escalation, if that comes then.
    """
    today, back_on = local_day(now, owner.zone), people.working_days(owner).next_after(last)
    found: dict[int, date | None] = {}
    for item in items_owned(tx, owner, last, from_day=today):
        heard_on = escalation.heard_on(item)
        told_on = heard_on if heard_on is not None and max(today + DAY, first) <= heard_on <= back_on else None
        if told_on is not None or item.due_on < today or item.owner.works.last_until(item.due_on) >= first:
            found[item.id] = told_on
    shown = by_ids(tx, owner, found)
    return [(shown[one], told_on) for one, told_on in found.items() if one in shown]


def said_before(
    tx: Session, items: Sequence[CommitmentFacts], readers: Collection[PersonFacts], *, besides: int | None = None
) -> dict[tuple[int, int], tuple[PastMention, ...]]:
    """The earlier mentions of these commitments to each of `readers`, by (commitment, person), oldest first."""
    zones = {one.id: one.work_schedule.timezone for one in readers}
    found: defaultdict[tuple[int, int], list[PastMention]] = defaultdict(list)
    for commitment_id, person_id, occasion, due_on, at in _told(tx, [item.id for item in items], zones, besides):
        found[commitment_id, person_id].append(PastMention(occasion, due_on, local_day(at, zones[person_id])))
    return {key: tuple(said) for key, said in found.items()}


def _told(
    tx: Session, ids: Sequence[int], readers: Iterable[int], besides: int | None = None
) -> Iterator[tuple[int, int, Occasion | None, date, datetime]]:
    """As outbox.sent_about, for however many commitments. News asks for nothing, so it is no mention."""
    for start in range(0, len(ids), _CHUNK):
        for told in outbox.sent_about(tx, ids[start : start + _CHUNK], readers, besides=besides):
            if told[2] is None or told[2].kind != OccasionKind.SINCE:
                yield told


def people_involved(item: CommitmentFacts) -> dict[int, PersonFacts]:
    """Everybody who may hear of it on some day, by id."""
    delegates = (away.delegate for away in item.owner.absences)
    those = (item.owner, item.account_owner, item.account_coach, item.creator, item.admin, item.blocker, *delegates)
    return {one.id: one for one in those if one is not None}


def answering(item: CommitmentFacts) -> list[PersonFacts]:
    """The owner, and those who stand in while the owner is away."""
    return [item.owner, *(away.delegate for away in item.owner.absences if away.delegate is not None)]


def owner_heard(look: MentionCase, said: Mapping[tuple[int, int], Sequence[PastMention]]) -> bool:
    """Whether a message of an earlier day told the owner of it, or a person who stood in. `said` is `said_before`."""
    told = (one for each in answering(look.item) for one in said.get((look.item.id, each.id), ()))
    return any(one.on < look.today for one in told)


def _mentions(
    tx: Session, people: Sequence[Person], days: Mapping[int, date], *, besides: int | None
) -> Iterator[tuple[MentionCase, Occasion]]:
    """Each look that ends in a mention, with its occasion."""
    if not people:
        return
    # Nothing that was said makes anything worth saying, so only what is worth it otherwise is asked about.
    looks = [look for look in _looks(items_before(tx, people, days), days) if decide_mention(look).occasion]
    items = {look.item.id: look.item for look in looks}
    readers = {look.reader for look in looks} | {one for item in items.values() for one in answering(item)}
    said = said_before(tx, list(items.values()), readers, besides=besides) if looks else {}
    for look in looks:
        anew = replace(look, said=said.get((look.item.id, look.reader.id), ()), owner_heard=owner_heard(look, said))
        occasion = decide_mention(anew).occasion
        if occasion:
            yield anew, occasion


def _looks(items: Sequence[CommitmentFacts], days: Mapping[int, date]) -> Iterator[MentionCase]:
    for item in items:
        for person_id, reader in people_involved(item).items():
            if person_id in days:
                yield MentionCase(item, reader, days[person_id])
