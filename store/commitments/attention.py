"""What deserves a mention in somebody's brief, and what was said of it before: the rules, asked for many at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from store import outbox
from store.commitments.facts import items_before, somebodies
from store.commitments.questions import by_ids
from store.rules.attention import Look, Said, judge
from store.rules.mornings import local_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from store.rules.readers import Item, Somebody
    from store.tables import Commitment, Person

# Which items a question of what was said names at once; both databases take so many parameters.
_CHUNK = 500


def worth_a_brief(tx: Session, people: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of those among `people` (with their workspaces) to whom a brief has something to say on their local day
    `days[id]`. Whoever is away then hears nothing.
    """
    return {look.reader.id for look, _ in _mentions(tx, people, days, besides=None)}


def deserving(tx: Session, person: Person, day: date, *, besides: int) -> list[tuple[Commitment, str]]:
    """What deserves a mention to this person on their local `day`, by date, with its occasion.

    `besides` is the outbox row of the brief that is being made, whose own earlier attempts do not count.
    """
    found = [(look.item.id, why) for look, why in _mentions(tx, [person], {person.id: day}, besides=besides)]
    shown = by_ids(tx, person, [commitment_id for commitment_id, _ in found])
    return [(shown[commitment_id], why) for commitment_id, why in found if commitment_id in shown]


def said_before(
    tx: Session, items: Sequence[Item], readers: Collection[Somebody], *, besides: int | None = None
) -> dict[tuple[int, int], tuple[Said, ...]]:
    """What each of `readers` was told of these commitments, by (commitment, person), oldest first."""
    zones = {one.id: one.habits.zone for one in readers}
    found: defaultdict[tuple[int, int], list[Said]] = defaultdict(list)
    ids = [item.id for item in items]
    for start in range(0, len(ids), _CHUNK):
        told = outbox.told(tx, ids[start : start + _CHUNK], zones, besides=besides)
        for commitment_id, person_id, occasion, due_on, at in told:
            found[commitment_id, person_id].append(Said(occasion, due_on, local_day(at, zones[person_id])))
    return {key: tuple(said) for key, said in found.items()}


def around(item: Item) -> dict[int, Somebody]:
    """Everybody who may hear of it on some day, by id."""
    delegates = (away.delegate for away in item.owner.absences)
    those = (item.owner, item.account_owner, item.creator, item.admin, item.blocker, *delegates)
    return {one.id: one for one in those if one is not None}


def _mentions(
    tx: Session, people: Sequence[Person], days: Mapping[int, date], *, besides: int | None
) -> Iterator[tuple[Look, str]]:
    """Each look that ends in a mention, with its occasion."""
    if not people:
        return
    # Nothing that was said makes anything worth saying, so only what is worth it otherwise is asked about.
    looks = [look for look in _looks(items_before(tx, people, days), days) if judge(look).occasion]
    items = {look.item.id: look.item for look in looks}
    said = said_before(tx, list(items.values()), {look.reader for look in looks}, besides=besides) if looks else {}
    for look in looks:
        anew = Look(look.item, look.reader, look.today, said.get((look.item.id, look.reader.id), ()))
        occasion = judge(anew).occasion
        if occasion:
            yield anew, occasion


def _looks(items: Sequence[Item], days: Mapping[int, date]) -> Iterator[Look]:
    for item in items:
        for person_id, reader in around(item).items():
            if person_id in days:
                yield Look(item, reader, days[person_id])


__all__ = ["around", "deserving", "said_before", "somebodies", "worth_a_brief"]
