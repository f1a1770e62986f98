"""The end of a brief: what happened since the last one to commitments that concern the reader, and what is overdue
without a mention today.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from handlers import ids
from handlers.briefs.views import NOTHING_BELOW, Below
from handlers.commitments import listing, lists
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName, count
from handlers.slack.words import Mrkdwn, agreed_how, brief_date, escape, shortened, times
from store import commitments, outbox, people, stakeholders
from store.commitments import Page, Wanted, When
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY, WEEK
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.rules.text import quoted
from store.rules.transitions import Verb
from store.tables import FORMER, Commitment, OutboxKind, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.briefs.views import Line
    from store.commitments import News
    from store.rules.nudging.news import Deed, Story
    from store.tables import Outbox, Person

# The news that stands in the brief itself; the rest is behind a button.
MOST = 5
# The titles in its notification.
_TITLES = 3
# Characters of an action and of a reason.
_ACTION, _REASON = 60, 120
_STATES = {
    Verb.FINISH: "done", Verb.CANCEL: "cancelled", Verb.REOPEN: "reopened", Verb.BLOCK: "blocked",
    Verb.UNBLOCK: "free again", Verb.ACCEPT: "accepted",
}  # fmt: skip


def below(tx: Session, row: Outbox, reader: Person, lines: Sequence[Line], today: date) -> Below:
    """The end of the brief of that row to `reader`, as it stands on their `today`; a bundle has none."""
    if row.kind != OutboxKind.BRIEF:
        return NOTHING_BELOW
    news = commitments.news_of_brief(tx, reader, row)
    blocks = [*_section(tx, row, news, reader, today), *_overdue(tx, reader, lines, today)]
    shown = [(one.commitment, Occasion(OccasionKind.SINCE)) for one in news[:MOST]]
    return Below(blocks, shown, f"News: {_titles(news)}" if news else "")


def page(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """All news of a brief to the viewer, with their buttons, from `ref.start`."""
    row = outbox.brief_to(tx, viewer, count(ref.extra))
    news = commitments.news_of_brief(tx, viewer, row) if row else []
    start = min(ref.start, max(0, (len(news) - 1) // lists.PAGE * lists.PAGE))
    part = news[start : start + lists.PAGE]
    names, today = _names(tx, part), local_day(now, viewer.zone)
    said = {one.commitment.id: _said(one.story, viewer, names, today) for one in part}
    items = [one.commitment for one in part]
    return lists.page_of(
        Page(items, start, len(news)), viewer, commitments.relations(tx, viewer, items, now), today,
        title="What happened", empty="Nothing happened.", view=ref.at(0), notes=said,
    )  # fmt: skip


def _section(tx: Session, row: Outbox, news: Sequence[News], reader: Person, today: date) -> list[Block]:
    if not news:
        return []
    names = _names(tx, news[:MOST])
    told = [
        f"• *#{one.commitment.number}* {escape(shortened(one.commitment.action, _ACTION))}{_account(one.commitment)}"
        f" – {_said(one.story, reader, names, today)}"
        for one in news[:MOST]
    ]
    more = [f"… and {len(news) - MOST} more"] if len(news) > MOST else []
    ref = Ref(view=ViewName.NEWS, extra=str(row.id))
    words = "Show it" if len(news) == 1 else f"Show all {len(news)}"
    button = b.button(words, ids.OPEN_LIST, ref.encode())
    return [b.section(Mrkdwn("\n".join([f"*{_since(news, reader, today)}*", *told, *more]))), b.actions(button)]


def _account(commitment: Commitment) -> Mrkdwn:
    return Mrkdwn(f" · {escape(commitment.account.name)}") if commitment.account else Mrkdwn("")


def _since(news: Sequence[News], reader: Person, today: date) -> str:
    """The heading of the news in a brief that is drawn `today`: since the first thing happened."""
    since = local_day(min(one.began_at for one in news), reader.zone)
    if today - since <= DAY:
        return "Since yesterday"
    return f"Since {since:%A}" if today - since < WEEK else f"Since {brief_date(since, today)}"


def _titles(news: Sequence[News]) -> str:
    first = [one.commitment for one in news[:_TITLES]]
    some = "; ".join(f"#{one.number} {escape(shortened(one.action, _ACTION))}" for one in first)
    return some + (f"; {len(news) - _TITLES} more" if len(news) > _TITLES else "")


class _Names(NamedTuple):
    """The names of colleagues and of the client's people in some news, by id."""

    people: Mapping[int, str]
    clients: Mapping[int, str]


def _names(tx: Session, news: Sequence[News]) -> _Names:
    agreed = {one.story.agreed.changes["agreed_by_id"][1] for one in news if one.story.agreed}
    return _Names(
        people.names(tx, set().union(*(one.story.people for one in news))), stakeholders.names(tx, agreed)
    )  # fmt: skip


def _said(story: Story, reader: Person, names: _Names, day: date) -> Mrkdwn:
    """“moved twice: 26 Nov → 4 Dec, Ana Souza: “waits for legal””, and what else happened."""

    def name(person_id: int) -> str:
        return "you" if person_id == reader.id else str(escape(names.people.get(person_id, "a colleague")))

    def by(deed: Deed) -> str:
        return name(deed.actor_id) + (f": {escape(quoted(deed.reason, _REASON))}" if deed.reason else "")

    parts = []
    if story.moved:
        days = (brief_date(date.fromisoformat(one), day) for one in (story.from_day, story.to_day))
        often = f"moved {times(story.moves)}: " if story.moves > 1 else "moved "
        parts.append(f"{often}{' → '.join(days)}, {by(story.moved)}")
    if story.given:
        how = "handed back" if story.given.verb == Verb.HAND_BACK else "handed on"
        parts.append(f"{how}: {name(story.from_owner)} → {name(story.to_owner)}, {by(story.given)}")
    if story.state:
        parts.append(f"{_state(story.state, day)}, {by(story.state)}")
    if story.agreed:
        changes = story.agreed.changes
        client = escape(names.clients.get(changes["agreed_by_id"][1], FORMER))
        says = "" if story.agreed.client_id else f", {by(story.agreed)}"
        parts.append(f"{client} agreed {agreed_how(Way(changes['agreed_how'][1]))}{says}")
    if story.comment:
        often = f"{story.comments} comments, the last by" if story.comments > 1 else "comment by"
        parts.append(f"{often} {by(story.comment)}")
    return Mrkdwn("; ".join(parts))


def _state(deed: Deed, day: date) -> str:
    if deed.verb == Verb.NEED_UNTIL:
        return f"needed until {brief_date(date.fromisoformat(deed.changes['blocked_until'][1]), day)}"
    return _STATES[deed.verb]


def _overdue(tx: Session, reader: Person, lines: Sequence[Line], today: date) -> list[Block]:
    """The reader's own overdue commitments that the brief does not repeat, as a number and a button."""
    shown = [line.subject.id for line in lines if isinstance(line.subject, Commitment)]
    number = commitments.overdue_besides(tx, reader, shown, today)
    if not number:
        return []
    ref = listing.ref_to(Wanted(owner_id=reader.id, when=When.OVERDUE))
    said = f":red_circle: {number} more of yours {'is' if number == 1 else 'are'} overdue. Today I don't repeat them."
    return [b.context(Mrkdwn(said)), b.actions(b.button("Show all that is overdue", ids.OPEN_LIST, ref.encode()))]
