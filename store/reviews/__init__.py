"""Reviews of accounts: booked, opened, each open commitment decided, and closed with minutes."""

from __future__ import annotations

from store.reviews.booking import book, call_off, change_people, due_day
from store.reviews.calendars import InCalendar, Reach, after_review, in_calendars, send_to_calendars
from store.reviews.changing import may_change
from store.reviews.closing import Next, NotReadyError, close, correct, missing
from store.reviews.digest import Digest, digest_of, more_of
from store.reviews.questions import (
    Decision,
    Item,
    answers_as_of,
    answers_of,
    coming,
    current,
    decisions,
    find,
    get,
    held,
    items,
    last_decisions,
    last_held,
    minutes_of,
    names_of,
    people_of,
    scores_of,
    self_checks,
)
from store.reviews.schedule import IN_CHANNELS, claim_due, next_message, next_start, tell_lead, write_due
from store.reviews.session import Choice, answer, decide, decide_several, score, start, take_in
from store.reviews.value import Value, value_of

__all__ = [
    "IN_CHANNELS",
    "Choice",
    "Decision",
    "Digest",
    "InCalendar",
    "Item",
    "Next",
    "NotReadyError",
    "Reach",
    "Value",
    "after_review",
    "answer",
    "answers_as_of",
    "answers_of",
    "book",
    "call_off",
    "change_people",
    "claim_due",
    "close",
    "coming",
    "correct",
    "current",
    "decide",
    "decide_several",
    "decisions",
    "digest_of",
    "due_day",
    "find",
    "get",
    "held",
    "in_calendars",
    "items",
    "last_decisions",
    "last_held",
    "may_change",
    "minutes_of",
    "missing",
    "more_of",
    "names_of",
    "next_message",
    "next_start",
    "people_of",
    "score",
    "scores_of",
    "self_checks",
    "send_to_calendars",
    "start",
    "take_in",
    "tell_lead",
    "value_of",
    "write_due",
]
