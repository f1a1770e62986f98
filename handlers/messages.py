"""Outbox row → message. The ledger is read again here, so that nobody is told what is no longer true."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.absences import views as absence_view
from handlers.briefs import content as briefs
from handlers.briefs import notice_views, views
from handlers.commitments import brief_items
from handlers.home import views as home_view
from handlers.home.tab import home_for
from handlers.slack import blocks as b
from handlers.slack import surfaces
from handlers.slack.refs import Ref, ViewName, numbers_in
from store import absences, accounts, commitments, notices, outbox, people
from store.errors import LedgerError
from store.rules.calendar.brief_times import local_day, morning_is_on, next_morning
from store.tables import Commitment, Lane, OutboxKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.rules.nudging.occasions import Occasion
    from store.tables import HasHistory, Outbox, Person


# The reason why an internal item is not posted in a channel that was opened to others after it was shared there.
NOT_ONLY_COLLEAGUES = "others than colleagues may read there, or the person is not in the channel"
ONLY_COLLEAGUES = "guests or people of another company read there by now"

# A planner that works looks several times within a minute; a notice that has waited gives it four of them.
A_LOOK, LOOKS = timedelta(minutes=1), 4
JUST_TOLD = "its reader has had another message within the hour"


@dataclass(frozen=True)
class Message:
    """A message for Slack to show (`text` for notifications, `blocks`), or a Home tab in `home`.

    `shown` lists the subjects in it, with the occasion of each where it is a brief. Of the notices that a brief
    has taken, by id, it tells `sent_about` and has no room for `waits`, until when. It has no room for so
    many `more` lines.
    """

    text: str = ""
    blocks: list[b.Json] = field(default_factory=list)
    shown: Sequence[tuple[HasHistory, Occasion | None]] = field(default_factory=list)
    home: b.Json | None = None
    told: frozenset[int] = frozenset()
    # The channel, and perhaps the thread, in which it is shown to its reader alone; where that is not possible they are
    # written to directly.
    aside: str | None = None
    thread_ts: str | None = None
    waits: dict[int, datetime] = field(default_factory=dict)
    more: int = 0


@dataclass(frozen=True)
class Nothing:
    """There is nothing to say any more; `reason` is for the log and doctor. `gives_back`: what a brief had taken wants
    to be told all the same.
    """

    reason: str
    gives_back: bool = False
    # The person who shared the item is told the reason.
    tells_sharer: bool = False


@dataclass(frozen=True)
class Later:
    """Its reader is not at work, or has just had another: it may go at `until`, unless a brief has told it by then."""

    until: datetime
    reason: str = "its reader is not at work"
    # Its reader is at work, and this could go now; it waits for what else there is to tell.
    joins: Message | None = None


def render(tx: Session, row: Outbox, now: datetime) -> Message | Nothing | Later:
    """Make the message for an outbox row as of `now`: for the first time, or anew where it stands already."""
    why = people.outside(row.person) if row.person is not None else None
    if why is not None and row.kind == OutboxKind.HOME and why is not people.Outside.GONE:
        # It stands in front of them with everything that it showed a colleague.
        return Message(home=home_view.closed())
    if why is not None and row.ts and why is not people.Outside.GONE:
        return _closed(tx, row)
    if why is not None:
        return Nothing(f"{_reader(row).slack_id} {why}")
    made = _KINDS[row.kind](tx, row, now)
    if isinstance(made, Message) and row.kind in notices.KINDS and not row.ts:
        return _when_at_work(tx, row, made, now)
    return made


def _when_at_work(tx: Session, row: Outbox, made: Message, now: datetime) -> Message | Later:
    """A notice goes at once to a reader who is at work, unless it follows another one within the hour; else it waits
    for their brief.
    """
    reader = _reader(row)
    if notices.has_waited(row) and row.attempts <= LOOKS and reader.next_brief_at and reader.next_brief_at <= now:
        # The program was down on their morning: the planner comes first, so that they get one message.
        return Later(now + A_LOOK, "its reader's brief is about to be planned")
    urgent = _is_urgent(tx, row, made, now)
    wait = commitments.earliest_notice_time(tx, reader, now, urgent=urgent, notice=row)
    if wait is None or (wait.joins and row.lane == Lane.ALONE):
        return made
    return Later(wait.until, JUST_TOLD, joins=made) if wait.joins else Later(wait.until)


def _is_urgent(tx: Session, row: Outbox, made: Message, now: datetime) -> bool:
    """Whether tomorrow is too late for a notice: what it tells is due today, or an absence has begun."""
    reader = _reader(row)
    if row.kind == OutboxKind.DELEGATED:
        absence = absences.as_told(tx, reader, row)
        return absence is not None and absence.first_day <= local_day(now, reader.zone)
    told_of = [one for one, _ in made.shown if isinstance(one, Commitment)]
    return any(one.is_open and commitments.is_last_day_of(one, reader, now) for one in told_of)


def _brief(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    person = _reader(row)
    day, today, news = _day(row), local_day(now, person.zone), notices.attached_to(tx, row)
    if row.ts:
        content = briefs.standing(tx, row, person, day, now, news)
    elif day != today or not morning_is_on(now, people.work_schedule(person)):
        return Nothing("its morning had passed", gives_back=True)
    elif news and not commitments.at_work(tx, [person], {person.id: day}):
        return Nothing("its reader is away by now", gives_back=True)
    else:
        content = briefs.to_send(tx, row, person, day, now, news)
    if not content:
        return Nothing("nothing was left to mention")
    more = row.details.get("more", 0) if row.ts else 0
    made = views.brief(content.lines, person, day, content.remarks, content.below, stands=bool(row.ts), more=more)
    message = _listed(row, content, made, next_morning(now, people.work_schedule(person)))
    return replace(message, more=len(content.lines) - made[2])


def _bundle(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    """Several notices in one message, as a brief shows them."""
    person, day, news = _reader(row), _day(row), notices.attached_to(tx, row)
    if row.ts:
        content = briefs.standing(tx, row, person, day, now, news)
    elif not commitments.may_hear(tx, person, now):
        return Nothing("its reader is not at work by now", gives_back=True)
    else:
        content = briefs.to_send(tx, row, person, day, now, news)
    if not content:
        return Nothing("nothing was left to tell")
    made = views.bundle(content.lines, content.remarks, stands=bool(row.ts))
    return _listed(row, content, made, now + notices.REST)


def _listed(row: Outbox, content: briefs.Content, made: tuple[str, list[b.Json], int], until: datetime) -> Message:
    """The message in these words. The notices for which it has no room wait `until` then."""
    text, blocks, count = made
    lines = [(line.subject, line.occasion) for line in content.lines[:count]]
    with_line = {(one.subject_kind, one.id) for one, _ in lines}
    below = [(one, why) for one, why in content.below.shown if (one.subject_kind, one.id) not in with_line]
    shown: list[tuple[HasHistory, Occasion | None]] = [*lines, *below]
    return Message(text, blocks, shown, told=content.told(count), waits={} if row.ts else content.waits(count, until))


def _notice(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    reader = _reader(row)
    commitment = _commitment(tx, row, reader)
    if commitment is None:
        return Nothing("its commitment is out of the reader's sight")
    if row.kind == OutboxKind.ASSIGNED and not row.ts and not (commitment.is_open and commitment.owner_id == reader.id):
        return Nothing("it was settled or given to somebody else before it could be told")
    deed = brief_items.change_told_by(tx, reader, commitment, row)
    if not row.ts and brief_items.is_settled_question(tx, deed, commitment, reader):
        return Nothing("it was answered, settled or given to somebody else before it could be asked")
    if brief_items.is_to_owner(deed) and (left := brief_items.handed_on(tx, reader, commitment)):
        text, blocks = notice_views.handed_on(left, commitment, reader, local_day(now, reader.zone))
        return _message(text, blocks, [(commitment, None)])
    relations = commitments.relations(tx, reader, [commitment], now)
    text, blocks = notice_views.notice(deed, commitment, reader, relations, local_day(now, reader.zone))
    return _message(text, blocks, [(commitment, None)])


def _shared(tx: Session, row: Outbox, now: datetime) -> Message | Nothing | Later:
    actor = outbox.actor_of(tx, row)
    commitment = _commitment(tx, row, actor)
    if commitment is None:
        return Nothing("its commitment is out of the sharer's sight")
    # Whether guests or people of another company read along; None while nobody knows.
    others = row.details["external"]
    if others is None and commitment.internal:
        return Later(now + A_LOOK, "nobody knows yet who reads the channel")
    if others and commitment.internal:
        # It was shareable when it was shared, or the channel was not open to them.
        if not row.ts:
            return Nothing(ONLY_COLLEAGUES, tells_sharer=True)
        text, blocks = notice_views.withdrawn()
        return _message(text, blocks, [(commitment, None)])
    text, blocks = notice_views.shared(commitment, actor, local_day(now, actor.zone), others=others is not False)
    return _message(text, blocks, [(commitment, None)])


def _recorded(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    del now
    commitment = _commitment(tx, row, outbox.actor_of(tx, row))
    if commitment is None or (not commitment.is_open and not row.ts):
        return Nothing("its commitment was ended before it could be told")
    if row.details.get("external") is not False and not row.ts:
        return Nothing(NOT_ONLY_COLLEAGUES)
    text, blocks = notice_views.recorded(commitment)
    return _message(text, blocks, [(commitment, None)])


def _not_shared(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    del now
    reader = _reader(row)
    commitment = _commitment(tx, row, reader)
    if commitment is None:
        return Nothing("its commitment is out of the sharer's sight")
    channel, in_doubt = row.details["channel"], row.details.get("in_doubt", False)
    text = notice_views.not_shared(commitment, channel, row.details["why"], in_doubt=in_doubt)
    return replace(_message(text, [b.section(text)], []), aside=channel)


def _delegated(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    reader = _reader(row)
    today = local_day(now, reader.zone)
    absence = absences.as_told(tx, reader, row)
    if absence is None or absence.last_day < today:
        if not row.ts:
            return Nothing("the absence was ended before it could be told")
        text, blocks = absence_view.withdrawn(outbox.actor_of(tx, row))
    else:
        text, blocks = absence_view.delegated(absence, reader, today)
    return _message(text, blocks, [])


def _answer(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    """The view that a person asked for by a message."""
    reader, ref, beside = _reader(row), Ref.decode(row.details["view"]), row.details.get("beside")
    try:
        blocks = _shown(tx, reader, ref, row, now)
    except LedgerError:
        return Nothing("what it shows is gone")
    made = b.resolved(blocks)
    shown = [] if beside else [(one, None) for one in commitments.by_numbers(tx, reader, numbers_in(made))]
    return Message(b.first_words(made), made, shown, aside=beside, thread_ts=row.details.get("thread"))


def _shown(tx: Session, reader: Person, ref: Ref, row: Outbox, now: datetime) -> list[Block]:
    if ref.view in {ViewName.RECEIPT, ViewName.NOTED} and not row.ts:
        # Only a new receipt offers accounts.
        commitment, channel = commitments.get(tx, reader, ref.id), row.details.get("beside")
        here = accounts.of_channel(tx, reader, channel) if channel else None
        return surfaces.receipt(
            tx, reader, commitment, now, unknown_account=row.details.get("named"),
            here=here if commitment.account_id and here and here.id == commitment.account_id else None,
            channel=channel is not None,
        )  # fmt: skip
    drawn = surfaces.draw(tx, reader, ref, now)
    return drawn.blocks if drawn else []


def _home(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    start, view = row.details.get("start", 0), row.details.get("view", "")
    return Message(home=home_for(tx, _reader(row), now, Ref(view=ViewName.HOME, start=start, extra=view)))


def _closed(tx: Session, row: Outbox) -> Message:
    """The text in place of a message that an outsider got as a colleague, after something in it has changed."""
    shown = outbox.contents_of(tx, row)
    known = commitments.by_ids(tx, _reader(row), [commitment_id for commitment_id, _ in shown])
    text = home_view.CLOSED
    return _message(text, [b.section(text)], [(known[one], occasion) for one, occasion in shown if one in known])


def _reader(row: Outbox) -> Person:
    if row.person is None:
        raise ValueError(f"outbox row {row.id} ({row.kind}) has no recipient")
    return row.person


def _day(row: Outbox) -> date:
    if row.day is None:
        raise ValueError(f"outbox row {row.id} ({row.kind}) has no day")
    return row.day


def _commitment(tx: Session, row: Outbox, viewer: Person) -> Commitment | None:
    """The commitment of which the message tells; None if the viewer does not see it."""
    of = row.commitment_id
    return None if of is None else commitments.by_ids(tx, viewer, [of]).get(of)


def _message(text: str, blocks: list[Block], shown: list[tuple[Commitment, Occasion | None]]) -> Message:
    return Message(text, b.resolved(blocks), shown)


_KINDS: dict[OutboxKind, Callable[[Session, Outbox, datetime], Message | Nothing | Later]] = {
    OutboxKind.BRIEF: _brief,
    OutboxKind.BUNDLE: _bundle,
    OutboxKind.ASSIGNED: _notice,
    OutboxKind.HANDED_BACK: _notice,
    OutboxKind.CANCELLED: _notice,
    OutboxKind.DELEGATED: _delegated,
    OutboxKind.TOLD: _notice,
    OutboxKind.SHARED: _shared,
    OutboxKind.NOT_SHARED: _not_shared,
    OutboxKind.ANSWER: _answer,
    OutboxKind.RECORDED: _recorded,
    OutboxKind.HOME: _home,
}
