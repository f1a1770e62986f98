"""Messages about reviews, in the account's channel or to its lead: the digest, the prompt, the minutes.

They are internal: where guests or people of another company read, nothing of them is posted, and the lead is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers import ids
from handlers.briefs.notice_views import refusal
from handlers.reviews import digest, pages, views
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, plural, shortened
from store import reviews
from store.rules.calendar.brief_times import local_day
from store.tables import OutboxKind, Person, ReviewState, Side, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import HasHistory, Outbox, Review


@dataclass(frozen=True)
class Told:
    """A message about a review: `text` for the notification, blocks, and the subjects that it shows. `has_rest`: its
    thread has more.
    """

    text: str
    blocks: list[Block]
    shown: Sequence[HasHistory]
    has_rest: bool = False


def told(tx: Session, row: Outbox, actor: Person, review: Review, now: datetime) -> Told | str:
    """The message about the review; or the reason why there is nothing to say any more."""
    return _KINDS[row.kind](tx, row, actor, review, now)


def _digest(tx: Session, row: Outbox, actor: Person, review: Review, now: datetime) -> Told | str:
    if not row.ts and (review.state != ReviewState.PLANNED or review.starts_at is None or review.starts_at <= now):
        return "its review had begun"
    title = digest.title(review)
    if row.details.get("replies_to"):
        return _rest(tx, actor, review, title, now)
    drawn, found = digest.drawn(tx, actor, review, now, tells_admin=True)
    blocks: list[Block] = [
        b.section(f"*{title}*", accessory=b.button("Open", ids.REVIEW_OPEN, views.page_ref(review.account).encode())),
        *drawn,
    ]
    decided = [one.commitment for one in found.decisions[: digest.LINES]]
    still_open = [one for side in Side for one in found.open_items[side]]
    shown = {one.id: one for one in [*decided, *still_open, *found.wishes]}
    has_more = any(found.open_count[side] > len(found.open_items[side]) for side in Side)
    return Told(f"{title}: the digest", blocks, [review, *shown.values()], has_rest=has_more)


def _rest(tx: Session, actor: Person, review: Review, title: str, now: datetime) -> Told | str:
    """The open commitments for which the digest has no room, for its thread."""
    more, today = reviews.more_of(tx, actor, review), local_day(now, review.zone)
    if not any(more.values()):
        return "the digest shows everything"
    blocks = [
        block for side, rows in more.items() if rows for block in b.paragraphs(digest.thread(side, rows, actor, today))
    ]
    return Told(f"{title}: the rest", [*blocks], [review, *(one for rows in more.values() for one in rows)])


def _prompt(tx: Session, row: Outbox, actor: Person, review: Review, now: datetime) -> Told | str:
    waits = review.state == ReviewState.PLANNED and (review.starts_at is None or review.starts_at > now)
    if not row.ts and (waits or review.state not in {ReviewState.PLANNED, ReviewState.OPEN}):
        return "its review was moved" if waits else "its review was held already"
    name, value = escape(review.account.name), views.page_ref(review.account).to(review, review.id).encode()
    found = reviews.items(tx, actor, review)
    decided = sum(one.verdict is not None for one in found)
    if review.state == ReviewState.HELD:
        said = f"*The review of {name} is closed.*"
        row_of = [b.button("Minutes", ids.REVIEW_MINUTES, _minutes_ref(review).encode())]
    elif review.state == ReviewState.NOT_HELD:
        said, row_of = f"*The review of {name} was not held.*", []
    elif waits:
        said, row_of = f"*The review of {name} was moved: {digest.when(review)}.*", []
    elif review.state == ReviewState.OPEN:
        said = f"*The review of {name} is going on.*\n{decided} of {plural(len(found), 'item')} decided"
        row_of = [b.button("Open", ids.REVIEW_OPEN, value, style="primary")]
    else:
        said = f"*The review of {name} begins now.*\n{plural(len(found), 'open commitment')} of both sides to decide"
        row_of = [b.button("Start review", ids.REVIEW_START, value, style="primary")]
    last = _last_step(tx, actor, review)
    blocks: list[Block] = [b.section(said), *([b.actions(*row_of)] if row_of else []), *last]
    return Told(said.partition("\n")[0].strip("*"), blocks, [review])


def _last_step(tx: Session, actor: Person, review: Review) -> list[Block]:
    """The last verdicts, so that the channel sees who decides what."""
    lines = [f"{escape(who)}: {', '.join(said)}" for who, said in reviews.last_decisions(tx, actor, review)]
    return [b.context("\n".join(lines))] if lines else []


def _minutes_ref(review: Review) -> Ref:
    return Ref(Subject.REVIEW, review.id, view=ViewName.MINUTES)


def _minutes(tx: Session, row: Outbox, actor: Person, review: Review, now: datetime) -> Told | str:
    del row
    account = review.account
    blocks = pages.minutes_of(tx, actor, _minutes_ref(review), now)
    following = reviews.current(tx, actor, account)
    if following is not None:
        blocks = [*blocks, b.context(f"Next review: {digest.when(following)}")]
    shown = [one.commitment for one in reviews.decisions(tx, actor, review)]
    return Told(f"Minutes of the review of {escape(account.name)}", blocks, [review, *shown])


def _not_posted(tx: Session, row: Outbox, actor: Person, review: Review, now: datetime) -> Told | str:
    del tx, actor, now
    channel, why = row.details.get("channel", ""), row.details.get("why", "")
    said = refusal(why)
    words = (
        f":warning: I can't post about the reviews of {escape(review.account.name)} in <#{channel}>: {escape(said)}."
        " “Edit” on the account's page chooses another channel; /review shows everything meanwhile."
    )
    return Told(shortened(words, 150), [b.section(words)], [])


_KINDS: dict[OutboxKind, Callable[[Session, Outbox, Person, Review, datetime], Told | str]] = {
    OutboxKind.REVIEW_DIGEST: _digest,
    OutboxKind.REVIEW_PROMPT: _prompt,
    OutboxKind.MINUTES: _minutes,
    OutboxKind.REVIEW_NOT_POSTED: _not_posted,
}
