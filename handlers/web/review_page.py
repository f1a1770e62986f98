"""The contents of the page of an account's reviews: the coming one and the minutes of the last ones, as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from handlers.reviews.views import FULL_SCORE, PAST, QUESTIONS, standing
from handlers.slack.words import STANDINGS, clock_time, full_date, plural, short_date
from store import accounts, reviews
from store.rules.calendar.brief_times import local_day
from store.tables import ReviewState, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.reviews import Decision
    from store.tables import Account, Minutes, Person, Review

# Reviews whose minutes are shown.
_MOST = 4


@dataclass(frozen=True)
class Line:
    """An item of the minutes as it was decided, and how it stands `now`."""

    number: int
    verdict: str
    action: str
    owner: str
    due: str
    now: str


@dataclass(frozen=True)
class Held:
    """The newest minutes of a review. `versions` says who wrote which of them, the newest first, and `remarks` are the
    corrections as (author, text).
    """

    name: str
    day: str
    people: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    answers: Sequence[tuple[str, str]]
    score: str
    remarks: Sequence[tuple[str, str]]
    versions: Sequence[str]


@dataclass(frozen=True)
class ReviewPage:
    """The page: `coming` says when the next review is, `people` who takes part in it, as (side, names)."""

    account: Account
    coming: str
    people: Sequence[tuple[str, str]]
    held: Sequence[Held]
    as_of: str


def read(tx: Session, viewer: Person, account_id: int, now: datetime) -> ReviewPage:
    """The reviews of the account as this viewer may see them. NotFoundError if they do not see the account."""
    account = accounts.get(tx, viewer, account_id)
    review = reviews.current(tx, viewer, account)
    there = reviews.people_of(tx, review) if review else ()
    ours = [one.person.name for one in there if one.person]
    theirs = [one.stakeholder.name for one in there if one.stakeholder]
    held = [_held(tx, viewer, one, now) for one in reviews.held(tx, viewer, account, limit=_MOST)]
    return ReviewPage(account, _coming(tx, viewer, review), _sides(ours, theirs), held, clock_time(now, viewer.zone))


def _coming(tx: Session, viewer: Person, review: Review | None) -> str:
    if review is None:
        return "None is planned"
    if review.state == ReviewState.OPEN:
        found = reviews.items(tx, viewer, review)
        return f"Going on: {sum(one.verdict is not None for one in found)} of {plural(len(found), 'item')} decided"
    return clock_time(review.starts_at, viewer.zone) if review.starts_at else f"When: {review.occasion or ''}"


def _sides(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[str, str]]:
    return [(side, ", ".join(names)) for side, names in (("Ours", ours), ("Theirs", theirs)) if names]


def _held(tx: Session, viewer: Person, review: Review, now: datetime) -> Held:
    written = reviews.minutes_of(tx, viewer, review)
    content = written[0].content
    live = {one.commitment.number: one for one in reviews.decisions(tx, viewer, review)}
    today = local_day(now, viewer.zone)
    return Held(
        f"review-{review.id}",
        full_date(local_day(written[-1].written_at, viewer.zone)),
        _sides(content["ours"], content["theirs"]),
        [_line(one, live.get(one["number"]), viewer, today) for one in content["items"]],
        [(words, content["answers"][question]) for question, words in QUESTIONS.items()
         if question in content["answers"]],
        f"{sum(content['scores'].values())} of {FULL_SCORE}" if content["scores"] else "",
        [(one["by"], one["text"]) for one in content["remarks"]],
        [_version(one, viewer) for one in written],
    )  # fmt: skip


def _line(item: dict[str, Any], live: Decision | None, viewer: Person, today: date) -> Line:
    verdict = Verdict(item["verdict"]) if item["verdict"] else None
    # Minutes of an earlier version of the program do not say how it stood with the client.
    decided = [PAST[verdict].capitalize(), *([STANDINGS[item["stands"]]] if item.get("stands") else [])]
    return Line(
        item["number"], ", ".join(decided), item["action"], item["owner"],
        short_date(date.fromisoformat(item["due_on"])), standing(live.commitment, viewer, today) if live else "",
    )  # fmt: skip


def _version(one: Minutes, viewer: Person) -> str:
    return f"Version {one.version}, {one.person.name}, {clock_time(one.written_at, viewer.zone)}"
