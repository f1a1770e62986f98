"""Files for a calendar: one commitment, one review, or what a person owes after a review and the next one.

A file does not follow changes. The message that brought it says so when something in it has changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers import ids
from handlers.calendars import events
from handlers.slack import blocks as b
from handlers.slack.refs import Ref
from handlers.slack.words import clock_time, escape, plural, short_date, shortened
from store import calendar_feeds, commitments, reviews
from store.tables import Commitment, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from store.tables import HasHistory, Outbox, Person, Review

# The reason why a message that stands is left alone.
SAME = "the entries of its file are the same"
_ACTION, _LINES = 120, 10
FOLLOWS = "A single file does not follow changes."


@dataclass(frozen=True)
class File:
    """A file that Slack gets: its name, the title that people see, its content, and what a person does with it."""

    name: str
    title: str
    content: bytes
    how: str = "open it to add the entries to your calendar."


@dataclass(frozen=True)
class Told:
    """The message with a file. Without one: it stands, and the file is outdated."""

    text: str
    blocks: list[Block]
    shown: Sequence[HasHistory]
    file: File | None


@dataclass(frozen=True)
class _Contents:
    title: str
    name: str
    commitments: Sequence[Commitment]
    reviews: Sequence[Review]


# ---- the message ---------------------------------------------------------------------------------------


def told(tx: Session, row: Outbox, reader: Person, now: datetime) -> Told | str:
    """The message of the row; or the reason why there is none, `SAME` if one stands and nothing in it has changed."""
    found = _contents(tx, row, reader)
    if found is None:
        return "its reader does not see it any more, or nothing of it is left"
    dated = calendar_feeds.dated(tx, found.reviews)
    content = events.file(found.commitments, dated, now)
    mark = hashlib.blake2b(repr(events.shown(found.commitments, found.reviews)).encode(), digest_size=16).hexdigest()
    shown = [*found.commitments, *found.reviews]
    if row.ts:
        if mark == row.details.get("content"):
            return SAME
        again = Ref(Subject.REVIEW, row.review_id or 0) if row.review_id else _ref(found.commitments[0])
        said = f"*{found.title}*\nThis has changed since the file was sent."
        button = [] if row.details.get("after_review") else [b.actions(_button("New file", again))]
        return Told(found.title, [b.section(said), *button, *follow(reader)], shown, None)
    row.details = {**row.details, "content": mark}
    lines = _lines(found, reader) if row.details.get("after_review") else []
    blocks: list[Block] = [b.section("\n".join([f"*{found.title}*", *lines])), *follow(reader)]
    return Told(found.title, blocks, shown, File(found.name, "For your calendar", content))


def _contents(tx: Session, row: Outbox, reader: Person) -> _Contents | None:
    if row.commitment_id is not None:
        one = commitments.by_ids(tx, reader, [row.commitment_id]).get(row.commitment_id)
        if one is None:
            return None
        name = f"#{one.number} {escape(shortened(one.action, _ACTION))}, due {short_date(one.due_on)}"
        return _Contents(name, f"makegood-{one.number}.ics", [one], [])
    review = reviews.find(tx, reader, row.review_id)
    if review is None:
        return None
    account, name = escape(review.account.name), f"review-{review.id}.ics"
    if not row.details.get("after_review"):
        when = f", {clock_time(review.starts_at, review.zone)}" if review.starts_at else ""
        return _Contents(f"Review of {account}{when}", name, [], [review]) if review.starts_at else None
    own, following = reviews.after_review(tx, reader, review)
    if not own and following is None:
        return None
    said = f"After the review of {account}: {plural(len(own), 'action')} of yours"
    return _Contents(said + (" and the next review" if following else ""), name, own, [following] if following else [])


def _lines(found: _Contents, reader: Person) -> list[str]:
    lines = [
        f"• #{one.number} {escape(shortened(one.action, _ACTION))} – {short_date(one.due_on)}"
        for one in found.commitments[:_LINES]
    ]
    more = len(found.commitments) - len(lines)
    next_one = [f"• next review – {clock_time(one.starts_at, reader.zone)}" for one in found.reviews if one.starts_at]
    return [*lines, *([f"and {more} more"] if more > 0 else []), *next_one]


def follow(reader: Person) -> list[Block]:
    """The words on changes, and the feed where there is one to offer."""
    if reader.workspace.public_url is None:
        return [b.context(FOLLOWS)]
    return [
        b.context(f"{FOLLOWS} Your own calendar address does: all that you owe, and your reviews."),
        b.actions(b.button("Get my calendar address", ids.CALENDAR_GIVE, "-")),
    ]


def link_blocks(file: File, link: str | None) -> list[b.Json]:
    """The block with the link that shares the file; without a link, the words for a Slack that takes no file."""
    if link is None:
        said = (
            "Slack takes no file from me here. An admin can allow it: `makegood manifest --with pictures` has the"
            " permission."
        )
        return [b.as_json(b.section(f":warning: {said}"))]
    return [b.as_json(b.section(f"<{link}|{file.name}>: {file.how}"))]


# ---- the buttons ---------------------------------------------------------------------------------------


def add_button(subject: Commitment | Review) -> Element:
    """“Add to calendar” for a commitment or a review."""
    return _button("Add to calendar", _ref(subject))


def _button(text: str, ref: Ref) -> Element:
    return b.button(text, ids.CALENDAR_ADD, ref.encode())


def _ref(subject: Commitment | Review) -> Ref:
    id_ = subject.number if isinstance(subject, Commitment) else subject.id
    return Ref().to(subject, id_)
