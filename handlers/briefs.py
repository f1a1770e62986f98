"""What stands in a morning brief: what deserves a mention, and what the notices tell that waited for it. What stands
in a bundle: the latter alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handlers.views import absences as absence_view
from handlers.views.briefs import Deed, Line, in_order
from store import absences, commitments, history, notices, outbox, people
from store.rules import mentions
from store.rules.mornings import local_day
from store.tables import CANCELLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.commitments import PassedOn
    from store.tables import Commitment, Outbox, Person

    # A commitment, its occasion, and when the account's owner hears of it.
    Found = tuple[Commitment, str | None, PassedOn | None]

# For so many colleagues at most somebody is asked in one brief to stand in; more are told on the next morning.
MOST_ASKED = 5


@dataclass(frozen=True)
class Content:
    """The lines of a brief, and for whom its reader was asked to stand in, as markup; what each of them tells of the
    notices it has taken: by commitment, and by place in `asked`.
    """

    lines: list[Line]
    asked: list[str]
    rows_of: dict[int, list[int]]
    rows_asked: list[int]
    # There was no room for these.
    left: list[int]

    def told(self, shown: int) -> frozenset[int]:
        """Ids of the notices that it tells when the first `shown` of its lines are."""
        rows = (row for line in self.lines[:shown] for row in self.rows_of.get(line.commitment.id, ()))
        return frozenset([*rows, *self.rows_asked])

    def waits(self, shown: int, until: datetime) -> dict[int, datetime]:
        """Ids of those that it has no room for then, which wait until `until`."""
        rows = [row for line in self.lines[shown:] for row in self.rows_of.get(line.commitment.id, ())]
        return dict.fromkeys([*rows, *self.left], until)


def to_send(tx: Session, row: Outbox, person: Person, day: date, now: datetime) -> Content:
    """The content of a brief or bundle that is about to be posted, as of `now`."""
    news = notices.taken(tx, row)
    found: list[Found] = []
    if row.kind == notices.BRIEF:
        found += commitments.deserving(tx, person, day, besides=row.id)
    known = {one.id: one for one, _, _ in found}
    fresh = _fresh(tx, person, [one for one in news if one.kind != notices.DELEGATED])
    found = [(one, mentions.NEWS + (why or "") if one.id in fresh else why, passed) for one, why, passed in found]
    found += [(one, None, None) for one, _ in fresh.values() if one.id not in known]
    lines = _lines(tx, person, day, found, {one.id: rows[-1] for one, rows in fresh.values()})
    asked = _asked(tx, person, [one for one in news if one.kind == notices.DELEGATED], now)
    return Content(
        in_order(lines, day), [words for _, words in asked[:MOST_ASKED]],
        {commitment_id: [one.id for one in rows] for commitment_id, (_, rows) in fresh.items()},
        [row_id for row_id, _ in asked[:MOST_ASKED]], [row_id for row_id, _ in asked[MOST_ASKED:]],
    )  # fmt: skip


def standing(tx: Session, row: Outbox, person: Person, day: date, now: datetime) -> Content:
    """The content of a brief or bundle that stands in Slack: what it showed, as that is now."""
    news = notices.taken(tx, row)
    shown = outbox.shown_by(tx, row)
    known = commitments.by_ids(tx, person, [commitment_id for commitment_id, _ in shown])
    passed = commitments.passed_on(tx, [one for one, why in shown if mentions.tells_who_hears(why)], day)
    found: list[Found] = [(known[one], why, passed.get(one)) for one, why in shown if one in known]
    newest = {one.ids["commitment"]: one for one in news if one.kind != notices.DELEGATED}
    asked = _asked(tx, person, [one for one in news if one.kind == notices.DELEGATED], now, stands=True)
    return Content(_lines(tx, person, day, found, newest), [words for _, words in asked], {}, [], [])


def deed(tx: Session, reader: Person, commitment: Commitment, notice: Outbox) -> Deed:
    """What a notice tells `reader`: who did it, and the reason that they gave."""
    verb = {notices.ASSIGNED: "hand_over", notices.HANDED_BACK: "hand_back", notices.CANCELLED: "cancel"}[notice.kind]
    told = [
        entry
        for entry in history.entries(tx, reader, commitment)
        if entry.verb == verb
        and (notice.kind == notices.CANCELLED or entry.changes["owner_id"][1] == reader.id)
    ]  # fmt: skip
    return Deed(notice.kind, people.get(tx, notice.ids["actor"]), told[-1].reason if told else None)


def _fresh(tx: Session, reader: Person, rows: Sequence[Outbox]) -> dict[int, tuple[Commitment, list[Outbox]]]:
    """By commitment what is still worth telling, each with its notices, oldest first. What came and went while the
    reader was not at work is not.
    """
    known = commitments.by_ids(tx, reader, {one.ids["commitment"] for one in rows}) if rows else {}
    found: dict[int, tuple[Commitment, list[Outbox]]] = {}
    for row in rows:
        if row.ids["commitment"] in known:
            found.setdefault(row.ids["commitment"], (known[row.ids["commitment"]], []))[1].append(row)
    return {one: pair for one, pair in found.items() if _is_news(*pair, reader)}


def _is_news(commitment: Commitment, rows: Sequence[Outbox], reader: Person) -> bool:
    if rows[-1].kind != notices.CANCELLED:
        return commitment.is_open and commitment.owner_id == reader.id
    never_knew = any(row.kind != notices.CANCELLED for row in rows) and commitment.creator_id != reader.id
    return commitment.state == CANCELLED and not never_knew


def _lines(
    tx: Session, person: Person, day: date, found: Iterable[Found], told_by: Mapping[int, Outbox]
) -> list[Line]:  # fmt: skip
    """The items of the brief for `day` with what else is to be said of them. `told_by`: the newest notice of each
    commitment of which one tells.
    """
    items = list(found)
    others = {
        one.owner_id
        for one, why, _ in items
        if why and (why.startswith(mentions.STANDING_IN) or mentions.step_of(why) == mentions.ESCALATED)
    }
    away = {
        one.person_id: one.last_day
        for one in (absences.of_people(tx, others, from_day=day) if others else ())
        if one.first_day <= day
    }
    leaving = [one.id for one, why, _ in items if mentions.step_of(why or "") == mentions.LEAVING]
    unheard = commitments.unheard(tx, leaving, from_day=day)
    lines = [
        _with_word(Line(one, why, away_until=away.get(one.owner_id), unheard=one.id in unheard), passed)
        for one, why, passed in items
    ]
    return [
        replace(line, deed=deed(tx, person, line.commitment, told_by[line.commitment.id]))
        if line.commitment.id in told_by
        else line
        for line in lines
    ]


def _with_word(line: Line, passed: PassedOn | None) -> Line:
    """With word of when the account's owner hears of it, or has heard."""
    if passed is None:
        return line
    told_on = passed.on if mentions.is_warning(line.occasion) and passed.heard is None else None
    return replace(line, told_on=told_on, heard_on=passed.heard)


def _asked(
    tx: Session, reader: Person, rows: Sequence[Outbox], now: datetime, *, stands: bool = False
) -> list[tuple[int, str]]:
    """(id of the notice, markup) for each colleague for whom the reader was asked to stand in; where it `stands` in
    Slack already, also that this has ended.
    """
    today = local_day(now, reader.zone)
    found = []
    for row in rows:
        absence = absences.as_told(tx, reader, row.ids)
        if absence is not None and absence.last_day >= today:
            found.append((row.id, absence_view.delegated(absence, reader, today)[0]))
        elif stands:
            found.append((row.id, absence_view.withdrawn(people.get(tx, row.ids["actor"]))[0]))
    return found
