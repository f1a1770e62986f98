"""The digest before a review: its words, which a workspace may replace, from the facts of store/reviews/digest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.commitments import items
from handlers.energy import views as energy
from handlers.plan.signals import COLOURS, MENDED, NEW
from handlers.reviews import views
from handlers.slack import blocks as b
from handlers.slack.templates import Template, say
from handlers.slack.words import Mrkdwn, clock_time, escape, full_date, plural
from store import reviews
from store.plan import figures, objectives, opportunities, white_space
from store.plan.values import quarter_words
from store.rules.calendar.brief_times import local_day
from store.rules.text import quoted
from store.tables import Person, Side, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.plan.section import Section
    from store.reviews import Digest
    from store.reviews.digest import Burden
    from store.reviews.plan_changes import Change, Row
    from store.tables import Commitment, RaisedSignal, Review, ReviewPerson

# Characters of an action and of a name; decisions, signals, changes and people that are shown.
_ACTION, _NAME, LINES = 120, 60, 5
_MOST, _PEOPLE = 8, 12
_SIDES = {Side.OURS: ("Ours", "We owe them"), Side.THEIRS: ("Theirs", "They owe us")}
_SECTIONS: dict[Subject, Section[Any]] = {
    Subject.OBJECTIVE: objectives.SECTION, Subject.OPPORTUNITY: opportunities.SECTION,
    Subject.FIGURE: figures.SECTION, Subject.CELL: white_space.SECTION,
}  # fmt: skip

_SIDE = {
    "name": "Ours", "heading": "We owe them", "done": 4, "on_time": 3, "new": 3, "moved": 2, "moves": 3, "cancelled": 1,
    "kept": 3, "total": 4, "open": 7, "items": ["#12 Send the price list"], "more": 6,
}  # fmt: skip
TEMPLATE = Template(
    "review_digest.j2",
    samples=(
        {
            "account": "Acme", "when": "Mon 14 Dec 2026, 10:00", "last_on": "Monday 14 September 2026",
            "decisions": ["carried over: #3 Send the price list – done"], "more_decisions": 2, "sides": [_SIDE, _SIDE],
            "wishes": {"open": 3, "items": ["#14 Send the figures"], "more": 2},
            "energy": "We have delivered 7 and received 1: ask for something.",
            "new_signals": ["Red: the review is overdue"], "mended_signals": ["roles were missing on the map"],
            "changes": ["Seats in use: 120 → 150"], "more_changes": 1,
            "bring": [{"name": "Eva Lindqvist", "words": "3 promises, 1 overdue"}],
        },
        {
            "account": "Acme", "when": "Mon 14 Dec 2026, 10:00", "last_on": None, "decisions": [], "more_decisions": 0,
            "sides": [], "wishes": {"open": 0, "items": [], "more": 0}, "energy": None, "new_signals": [],
            "mended_signals": [], "changes": [],
            "more_changes": 0, "bring": [],
        },
    ),
)  # fmt: skip


def drawn(
    tx: Session, reader: Person, review: Review, now: datetime, *, tells_admin: bool
) -> tuple[list[Block], Digest]:
    """The digest below its title, as of `now`, for the rights of the reader; and its facts. `tells_admin`: of a
    template that does not work, in a transaction that may write.
    """
    found = reviews.digest_of(tx, reader, review, now)
    values = values_of(found, review, reader, now)
    said = say(
        tx if tells_admin else None, reader, TEMPLATE, now, account=review.account.name, when=when(review), **values
    )  # fmt: skip
    return [*b.paragraphs(said), *energy.kept(found.balance.ours.quarters, found.balance.theirs.quarters)], found


def title(review: Review) -> str:
    """The title of a digest, as markup."""
    name = escape(review.account.name)
    return f"Review of {name} on {when(review)}" if review.closed_at is None else f"Review of {name}"


def when(review: Review) -> Mrkdwn:
    """The time of a review on the clock on which it was agreed, or its occasion."""
    if review.starts_at is None:
        return Mrkdwn(f"this occasion: {escape(review.occasion or '')}")
    return Mrkdwn(clock_time(review.starts_at, review.zone))


def values_of(found: Digest, review: Review, actor: Person, now: datetime) -> dict[str, Any]:
    """The variables of the template but for the account's name and the time."""
    today = local_day(now, review.zone)
    held = found.last.closed_at if found.last else None
    shown, changes = found.decisions[:LINES], found.changes[:_MOST]
    return {
        "last_on": full_date(local_day(held, actor.zone)) if held else None,
        "decisions": [Mrkdwn(views.decision(one, actor, today)) for one in shown],
        "more_decisions": len(found.decisions) - len(shown),
        "sides": [_side(found, side, actor, today) for side in Side],
        "wishes": {
            "open": found.wish_count,
            "items": [line(one, actor, today) for one in found.wishes],
            "more": found.wish_count - len(found.wishes),
        },
        "energy": None if found.balance.is_empty else found.balance.words,
        "new_signals": [_signal(one) for one in found.new_signals[:_MOST]],
        "mended_signals": [MENDED[one.kind] for one in found.mended_signals[:_MOST]],
        "changes": [_moved(one) for one in changes],
        "more_changes": len(found.changes) - len(changes),
        "bring": [_bring(found, one, review) for one in found.people[:_PEOPLE]] + _asked(found, review),
    }


def line(one: Commitment, actor: Person, today: date, *, others: bool = False) -> Mrkdwn:
    """The line of a commitment in a channel of colleagues, or of `others`."""
    nobody = Person(id=0, workspace_id=actor.workspace_id)
    to = "others" if others else "channel"
    ours = actor.workspace
    return Mrkdwn(items.item_text(one, nobody, today, _ACTION, told_to=to, with_account=False, workspace=ours))


def _side(found: Digest, side: Side, actor: Person, today: date) -> dict[str, Any]:
    name, heading = _SIDES[side]
    since, count = found.since[side], found.open_count[side]
    kept = (found.balance.ours if side == Side.OURS else found.balance.theirs).quarters[-1].kept
    lines = [line(one, actor, today) for one in found.open_items[side]]
    return {
        "name": name, "heading": heading, "done": since.done, "on_time": since.on_time, "new": since.new,
        "moved": since.moved, "moves": since.slips, "cancelled": since.cancelled, "kept": kept.kept,
        "total": kept.total, "open": count, "items": lines, "more": count - len(lines),
    }  # fmt: skip


def thread(side: Side, rows: Sequence[Commitment], actor: Person, today: date) -> str:
    """The rest of a side's open commitments, for the thread."""
    lines = [line(one, actor, today) for one in rows]
    return "\n".join([f"*{_SIDES[side][1]}*  ·  the rest", *lines])


def _signal(one: RaisedSignal) -> Mrkdwn:
    return Mrkdwn(f"{COLOURS[one.weight]}: {NEW[one.kind]}")


def _named(row: Row) -> str:
    return quoted(row.name or "", _NAME)


def _moved(one: Change) -> str:
    """A change of the plan: “Seats in use”: 120 → 150."""
    row, section = one.row, _SECTIONS[one.row.kind]
    quarter = f", {quarter_words(row.state)}" if row.kind == Subject.FIGURE and row.state else ""
    said = f"{section.noun} {_named(row)}{quarter}"
    if one.is_new:
        return f"new {said}"
    if not one.column or one.column == "archived":
        return f"{said} is archived"
    field = next(each for each in section.fields if each.name == one.column)
    words = dict(field.choices)
    label = "" if one.column in {"stage", "state", "today", "value"} else f" ({field.label.casefold()})"
    before, after = ("nothing" if each is None else words.get(each, str(each)) for each in (one.before, one.after))
    return f"{said}{label}: {before} → {after}"


def _bring(found: Digest, one: ReviewPerson, review: Review) -> dict[str, Any]:
    """A person who takes part, and what they should bring."""
    if one.stakeholder is not None:
        owes = found.owed[Side.THEIRS].get(one.stakeholder.id)
        return {"name": one.stakeholder.name, "words": _owes(owes) or "what they expect of us"}
    if one.person is None:
        return {"name": "", "words": ""}
    owes, lead = found.owed[Side.OURS].get(one.person.id), review.account.owner_id
    lacks = [each.row for each in found.missing if (each.owner_id or lead) == one.person.id]
    said = ", ".join(filter(None, [_owes(owes), missing_words(lacks)]))
    return {"name": one.person.name, "words": Mrkdwn(said) if said else "what you want to ask of them"}


def _asked(found: Digest, review: Review) -> list[dict[str, Any]]:
    """The people who do not take part and are asked for something."""
    there, lead = {one.person.id for one in found.people if one.person}, review.account.owner_id
    return [
        {"name": name, "words": missing_words([one.row for one in found.missing if (one.owner_id or lead) == id_])}
        for id_, name in sorted(found.asked.items(), key=lambda each: each[1])
        if id_ not in there
    ][:_PEOPLE]


def _owes(burden: Burden | None) -> str:
    if burden is None or not burden.open:
        return ""
    late = f", {burden.late} overdue" if burden.late else ""
    return f"{plural(burden.open, 'promise')}{late}"


def missing_words(rows: Sequence[Row]) -> Mrkdwn:
    """The gaps of the plan that a person is asked to fill: “today's figure of “Seats in use””; empty without one."""
    said = [
        f"today’s figure of {escape(_named(row))}"
        if row.kind == Subject.OBJECTIVE
        else f"the day on which {escape(_named(row))} is expected"
        for row in rows[:LINES]
    ]
    more = [plural(len(rows) - LINES, "more gap")] if len(rows) > LINES else []
    return Mrkdwn(", ".join(said + more))
