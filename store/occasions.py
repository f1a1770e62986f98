"""The occasions of a brief: for each noun a function that finds the people to mention it to on a morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import commitments
from store.digests import leaders
from store.plan import key_dates, signals
from store.reviews import occasions as reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

# Each takes people with their workspaces, and each person's local day by id. It returns the ids of the people with
# something to mention on that day, and reads only the rows of these people.
OCCASIONS: tuple[Callable[[Session, Sequence[Person], Mapping[int, date]], set[int]], ...] = (
    commitments.people_to_brief,
    key_dates.worth_a_brief,
    signals.worth_a_brief,
    leaders.worth_a_brief,
)


def worth_a_brief(tx: Session, people: Sequence[Person], days: Mapping[int, date], now: datetime) -> set[int]:
    """Ids of those among `people` who get a brief at `now`, on their local day `days[id]`: for an occasion of that day,
    or for what happened since their last one.
    """
    mentions = set().union(*(occasion(tx, people, days) for occasion in OCCASIONS))
    mentions |= reviews.worth_a_brief(tx, people, days, now)
    return mentions | commitments.people_with_news(tx, people, days, now)
