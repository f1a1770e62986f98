"""Why: the answer to "when do I hear of this, and why not before?", in plain sentences.

The sentences have no markup: a caller that shows them in Slack escapes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.slack.words import full_date, short_date
from store.commitments import why
from store.rules.calendar.brief_times import zone_of
from store.rules.nudging import escalation
from store.rules.nudging.decisions import Reason
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.rules.nudging.readers import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.commitments.why import MentionForecast
    from store.tables import Commitment, Person

_ROLES = {
    Role.OWNER: "its owner",
    Role.STAND_IN: "stand-in for its owner",
    Role.LEAD: "owner of the account",
    Role.COACH: "coach of the account",
    Role.BLOCKER: "in the way",
    Role.FALLBACK_OWNER: "asked to find an owner",
}


def explain(
    tx: Session, viewer: Person, commitment: Commitment, now: datetime, *, on: date | None = None
) -> list[str]:  # fmt: skip
    """The next mention, its readers and the reason; with `on`, the mention to each reader on that local day of theirs.

    Plain sentences for the viewer, without markup: escape them where they are shown in Slack.
    """
    if on is not None:
        return of_day(why.on_day(tx, viewer, commitment, on, now), commitment, viewer, on)
    found = why.coming(tx, commitment, now) if commitment.is_open else []
    return of_next(found, commitment, viewer)


def of_next(outlooks: Sequence[MentionForecast], commitment: Commitment, viewer: Person) -> list[str]:
    """The next mention to each reader if nothing happens before, with its reason."""
    if not commitment.is_open:
        return [f"#{commitment.number} is {commitment.state}, so nobody is asked about it any more."]
    said = [_next(one, commitment, viewer) for one in outlooks if one.occasion or one.role is not None]
    return said or [f"Nobody hears of #{commitment.number} by itself."]


def of_day(outlooks: Sequence[MentionForecast], commitment: Commitment, viewer: Person, day: date) -> list[str]:
    """The mention to each reader on their local `day`, past or to come, with the reason for it or against it."""
    on = full_date(day)
    if outlooks and outlooks[0].item.created_on > day:
        return [f"#{commitment.number} was recorded later than {on}."]
    if not outlooks:
        return [f"#{commitment.number} was closed by {on}, so nobody is asked about it on that day."]
    return [_on(one, commitment, viewer, on) for one in outlooks]


def _next(one: MentionForecast, commitment: Commitment, viewer: Person) -> str:
    who = _who(one, viewer)
    if one.joins:
        return f"{who} {_verb(one, viewer, 'hear')} of it with other news, later: {_reason(one, commitment, viewer)}."
    if one.occasion is None or one.at is None:
        return f"{who} {_verb(one, viewer, 'hear')} nothing of it by itself: {_silence(one, commitment, viewer)}."
    local = one.at.astimezone(zone_of(one.person.zone))
    return (
        f"{who} {_verb(one, viewer, 'hear')} of it next on {full_date(one.day)} at"
        f" {local:%H:%M} ({one.person.zone}), unless something happens before: {_reason(one, commitment, viewer)}."
    )


def _on(one: MentionForecast, commitment: Commitment, viewer: Person, on: str) -> str:
    who = _who(one, viewer)
    if one.heard and one.occasion is None:
        return f"{who} {'were' if one.person.id == viewer.id else 'was'} told on {on} what a colleague did about it."
    if one.heard:
        return f"{who} heard of it on {on}: {_reason(one, commitment, viewer)}."
    if one.dropped is not None:
        return f"{who} did not hear of it on {on}, though {_reason(one, commitment, viewer)}: {one.dropped}."
    if one.occasion:
        return f"{who} {_verb(one, viewer, 'hear')} of it on {on}: {_reason(one, commitment, viewer)}."
    return f"{who} {_verb(one, viewer, 'hear')} nothing of it on {on}: {_silence(one, commitment, viewer)}."


def _who(one: MentionForecast, viewer: Person) -> str:
    name = "You" if one.person.id == viewer.id else one.person.name
    return f"{name} ({_ROLES[one.role]})" if one.role else name


def _is(person: Person, viewer: Person, name: str) -> str:
    return "you are" if person.id == viewer.id else f"{name} is"


def _verb(one: MentionForecast, viewer: Person, verb: str) -> str:
    return verb if one.person.id == viewer.id else f"{verb}s"


def _reason(one: MentionForecast, commitment: Commitment, viewer: Person) -> str:
    """Why it is mentioned, as the rest of a sentence."""
    occasion = one.occasion or Occasion(OccasionKind.NEWS)
    said = _step(occasion.kind, one, commitment, viewer)
    if occasion.has_news:
        given = _given(one, is_viewer=one.person.id == viewer.id)
        said = f"{given}, and {said}" if said else given
    if occasion.warns:
        told_on = escalation.heard_on(one.item)
        above = commitment.above
        role = "owner" if one.item.lead else "coach"
        hear = "you hear" if above and above.id == viewer.id else f"the {role} of the account hears"
        said += f", and {hear} of it" + (f" on {short_date(told_on)}" if told_on else " next")
    if occasion.is_last:
        said += "; after that it waits for the account's review"
    return said


def _step(kind: OccasionKind, one: MentionForecast, commitment: Commitment, viewer: Person) -> str:
    due = short_date(one.item.due_on)
    left = "is a guest now" if commitment.owner.is_active else "has left"
    reasons = {
        OccasionKind.SOON: f"it is due within a week, on {due}",
        OccasionKind.DAY_BEFORE: "it is due on the next working day",
        OccasionKind.TODAY: f"it is due on {due}",
        OccasionKind.OVERDUE: f"it is overdue since {due}",
        OccasionKind.WEEK: f"it is part of the week's summary, due on {due}",
        OccasionKind.SNOOZE_ENDED: "it was put off until then",
        OccasionKind.BEFORE_ABSENCE: f"it is due on {due}, while {_is(commitment.owner, viewer, 'its owner')} away",
        OccasionKind.BLOCKED: "it is blocked, which comes up once a week",
        OccasionKind.BLOCKS_OTHERS: f"it waits for {'you' if one.person.id == viewer.id else 'them'}, which comes up"
        " once a week",
        OccasionKind.ESCALATED: f"it stays overdue since {due} without progress; then once a week",
        OccasionKind.OWNER_LEFT: f"{commitment.owner.name} {left} and it needs an owner; then once a week",
    }
    return reasons.get(kind, "")


def _given(one: MentionForecast, *, is_viewer: bool) -> str:
    """Why the news of it comes in a brief, or with other news."""
    they, them = ("you", "you") if is_viewer else ("they", "them")
    if one.joins:
        return f"{they} had another message within the hour"
    return f"it was given to {them} while {they} were not at work"


def _silence(one: MentionForecast, commitment: Commitment, viewer: Person) -> str:
    """Why it is not mentioned, as the rest of a sentence."""
    item = one.item
    they, them = ("you", "you") if one.person.id == viewer.id else ("they", "them")

    def day(of: date | None) -> str:
        return short_date(of) if of else "some day"

    told = [said for said in one.said if said.occasion]
    reasons = {
        Reason.GONE: f"{they} {'are a guest now' if one.person.is_active else 'have left the workspace'}",
        Reason.DAY_OFF: f"it is a day off for {them}",
        Reason.AWAY: f"{they} are away until {day(one.away.last_day if one.away else None)}",
        Reason.SNOOZED: f"it was put off until {day(item.quiet_until)}",
        Reason.SAID: f"it was said already, on {day(told[-1].on if told else None)}",
        Reason.SAID_YESTERDAY: "it was said on the working day before",
        Reason.NEW: "it was recorded less than three working days before, and that was heard",
        Reason.TOUCHED: f"something happened to it on {day(item.touched_on)}",
        Reason.NOT_YET: f"it is due on {day(item.due_on)}, and nothing is due to be said then",
        Reason.BLOCKED: "it is blocked, which comes up once a week",
        Reason.IN_SUMMARY: "it comes with the summary of a week, on its first working morning",
        Reason.FOR_REVIEW: "it has been overdue for ninety working days and waits for the account's review",
        Reason.AFTER_ABSENCE: f"it is due on {day(item.due_on)}, after the absence of {commitment.owner.name}",
        Reason.NOT_THEIRS: "it is somebody else's on that day",
    }
    return reasons[one.why] if one.why is not None else ""
