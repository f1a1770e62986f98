"""The pages of reviews, read from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.reviews import digest, views
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName, count
from store import accounts, letters, reviews
from store.errors import NotFoundError
from store.rules.calendar.brief_times import local_day
from store.tables import ReviewState

if TYPE_CHECKING:
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Account, Person, Review


# Letters below the minutes.
_LETTERS = 5


def coming(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The reviews that are planned or open, from row `ref.start`."""
    del now
    rows = reviews.coming(tx, viewer)
    names = reviews.names_of(tx, rows[ref.start : ref.start + views.PAGE])
    return views.coming(rows, names, viewer, start=ref.start)


def page_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The review of the account `ref.extra`."""
    account = accounts.get(tx, viewer, count(ref.extra.partition(".")[0]))
    review, last = reviews.current(tx, viewer, account), reviews.last_held(tx, viewer, account)
    return views.page(
        views.Shown(
            account, review,
            people=reviews.people_of(tx, review) if review else (),
            items=reviews.items(tx, viewer, review) if review else (),
            answers=reviews.answers_of(tx, review) if review else (),
            scores=reviews.scores_of(tx, review) if review else {},
            last=last,
            decisions=reviews.decisions(tx, viewer, last) if last else (),
            last_score=sum(reviews.scores_of(tx, last).values()) if last else None,
            written=letters.since_last_review(tx, viewer, account),
            may_change=reviews.may_change(tx, viewer, account, review),
            calendars=reviews.in_calendars(tx, viewer, review) if review and review.state == ReviewState.OPEN else (),
            value=reviews.value_of(tx, viewer, account, last, now)
            if review and review.state == ReviewState.OPEN else None,
        ),
        viewer,
        now,
    )  # fmt: skip


def items_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The items of the review that `ref.extra` begins with."""
    review = reviews.get(tx, viewer, count(ref.extra.partition(".")[0]))
    return views.items_page(
        review, reviews.items(tx, viewer, review), viewer, local_day(now, viewer.zone), start=ref.start,
        may_change=reviews.may_change(tx, viewer, review.account, review),
    )  # fmt: skip


def minutes_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The minutes of the review of `ref`."""
    del now
    review = reviews.get(tx, viewer, ref.id)
    written, decided = reviews.minutes_of(tx, viewer, review), reviews.decisions(tx, viewer, review)
    if not written:
        raise NotFoundError("This review has no minutes.")
    is_last = reviews.last_held(tx, viewer, review.account) is review
    # Older actions are those of a later review.
    calendars = reviews.in_calendars(tx, viewer, review) if is_last else ()
    sent = letters.sent_about(tx, viewer, review.subject_kind, review.id, size=_LETTERS)
    may_change = reviews.may_change(tx, viewer, review.account, review)
    return views.minutes(review, written, decided, calendars, sent, viewer, may_change=may_change)


def digest_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The digest of the review of `ref` as it stands now, with all that the viewer sees; the page of its account once
    the review has begun or is over.
    """
    review = reviews.get(tx, viewer, ref.id)
    page = views.page_ref(review.account)
    if review.state != ReviewState.PLANNED:
        return page_of(tx, viewer, page, now)
    drawn, _ = digest.drawn(tx, viewer, review, now, tells_admin=False)
    every = Ref(view=ViewName.ACCOUNT, extra=str(review.account_id))
    below = b.actions(
        b.button("Review", ids.REVIEW_OPEN, page.encode()), b.button("Commitments", ids.PAGE_OLDER, every.encode())
    )
    return [b.section(f"*{digest.title(review)}*"), *b.fitting(drawn), below]


def account_of(tx: Session, viewer: Person, ref: Ref) -> tuple[Account, Review | None]:
    """The account of a reference to a review, and its review that is planned or open."""
    account = accounts.get(tx, viewer, count(ref.extra.partition(".")[0]))
    return account, reviews.current(tx, viewer, account)
