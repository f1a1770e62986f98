"""The changes of due dates, as the history has them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.rules.calendar.brief_times import local_day
from store.rules.kept import agreed_date
from store.tables import Entry, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Move:
    """A due date was changed on that day of its owner to the date `new`, which is later if it `slipped`."""

    on: date
    new: date
    slipped: bool


def moves_of(tx: Session, zones: Mapping[int, str], those: sa.Select[Any]) -> defaultdict[int, list[Move]]:
    """The moves of `those` commitments, whose owners are in `zones`, by id, the oldest first."""
    found: defaultdict[int, list[Move]] = defaultdict(list)
    of = Entry.subject_id.in_(those), Entry.subject_kind == Subject.COMMITMENT
    entries = sa.select(Entry.subject_id, Entry.at, Entry.changes).where(*of).order_by(Entry.id)
    for row in tx.execute(entries) if zones else ():
        if "due_on" in row.changes:
            on, new = local_day(row.at, zones[row.subject_id]), date.fromisoformat(row.changes["due_on"][1])
            found[row.subject_id].append(Move(on, new, "slips" in row.changes))
    return found


def agreed_on(first: date, moves: Sequence[Move]) -> date:
    """The date that counts for a commitment whose first date was `first` (store/rules/kept.py)."""
    return agreed_date(first, [(one.on, one.new) for one in moves])
