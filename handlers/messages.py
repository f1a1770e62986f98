"""Outbox row → message. The ledger is read again here, so that nobody is told what is no longer true."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.absences import views as absence_view
from handlers.accounts import views as account_views
from handlers.briefs import content as briefs
from handlers.briefs import notice_views, views
from handlers.calendars import files as calendar_files
from handlers.clients import messages as client_messages
from handlers.clients import views as client_views
from handlers.commitments import brief_items
from handlers.digests import leaders, weekly
from handlers.home import views as home_view
from handlers.letters import files as letter_files
from handlers.plan import canvas
from handlers.plan import pictures as plan_pictures
from handlers.reviews import messages as review_messages
from handlers.slack import blocks as b
from handlers.slack import surfaces
from handlers.slack.refs import Ref, ViewName, accounts_in, count, numbers_in
from handlers.slack.words import escape, plural
from store import absences, accounts, commitments, letters, notices, outbox, people, reviews
from store.digests import weekly as digests
from store.errors import LedgerError
from store.rules.calendar.brief_times import local_day, morning_is_on, next_morning
from store.rules.reviews import USUAL_TIME, begins_at
from store.tables import Commitment, Lane, OutboxKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.calendars.files import File
    from handlers.pictures.drawing import Picture
    from store.rules.nudging.occasions import Occasion
    from store.tables import Account, HasHistory, Outbox, Person


# The reason why an internal item is not posted in a channel that was opened to others after it was shared there.
NOT_ONLY_COLLEAGUES = "others than colleagues may read there, or the person is not in the channel"
ONLY_COLLEAGUES = "guests or people of another company read there by now"

# A planner that works looks several times within a minute; a notice that has waited gives it four of them.
A_LOOK, LOOKS = timedelta(minutes=1), 4
JUST_TOLD = "its reader has had another message within the hour"
# A message of these kinds to one person waits for their working hours. None of them joins a brief.
_IN_HOURS = frozenset({
    OutboxKind.REVIEW_DIGEST, OutboxKind.REVIEW_NOT_POSTED, OutboxKind.LEADERS_DIGEST, OutboxKind.WEEKLY_NOT_POSTED,
    OutboxKind.CANVAS_REFUSED, OutboxKind.TEMPLATE_BROKEN,
})  # fmt: skip


# In place of what its reader does not see any more.
HIDDEN = "This is not shown any more."


@dataclass(frozen=True)
class Canvas:
    """The content of a canvas. `withheld`: it shows no plan, because its readers may not see it."""

    markdown: str
    withheld: bool = False


@dataclass(frozen=True)
class Message:
    """A message for Slack to show (`text` for notifications, `blocks`), a Home tab in `home`, or a canvas.

    `shown` lists the subjects in it, with the occasion of each where it is a brief. Of the notices that a brief
    has taken, by id, it tells `sent_about` and has no room for `waits`, until when. It has no room for so
    many `more` lines.
    """

    text: str = ""
    blocks: list[b.Json] = field(default_factory=list)
    shown: Sequence[tuple[HasHistory, Occasion | None]] = field(default_factory=list)
    home: b.Json | None = None
    canvas: Canvas | None = None
    # Uploaded and shown below the first block.
    picture: Picture | None = None
    # Uploaded and shared with the reader by its link.
    file: File | None = None
    told: frozenset[int] = frozenset()
    # The channel, and perhaps the thread, in which it is shown to its reader alone; where that is not possible they are
    # written to directly.
    aside: str | None = None
    thread_ts: str | None = None
    waits: dict[int, datetime] = field(default_factory=dict)
    more: int = 0
    # A reply in its thread has what it has no room for.
    has_rest: bool = False


@dataclass(frozen=True)
class Nothing:
    """There is nothing to say any more; `reason` is for the log and doctor. `gives_back`: what a brief had taken wants
    to be told all the same.
    """

    reason: str
    gives_back: bool = False
    # The person who shared the item is told the reason.
    tells_sharer: bool = False
    # The lead of the account is told the reason.
    tells_lead: bool = False


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
    if isinstance(made, Message) and row.kind in _IN_HOURS and row.person is not None and not row.ts:
        wait = commitments.earliest_notice_time(tx, row.person, now, urgent=True)
        return Later(wait.until) if wait else made
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
    hidden = _out_of_sight(tx, row, person)
    if not content:
        return _gone(row, "nothing was left to mention")
    more = row.details.get("more", 0) if row.ts else 0
    made = views.brief(
        content.lines, person, day, content.remarks, content.below, stands=bool(row.ts), more=more,
        menu=brief_items.together(row, content.lines),
    )  # fmt: skip
    message = _listed(row, content, made, next_morning(now, people.work_schedule(person)), hidden)
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
    hidden = _out_of_sight(tx, row, person)
    if not content:
        return _gone(row, "nothing was left to tell")
    made = views.bundle(content.lines, content.remarks, stands=bool(row.ts))
    return _listed(row, content, made, now + notices.REST, hidden)


def _out_of_sight(tx: Session, row: Outbox, reader: Person) -> int:
    """How many lines of a brief or bundle in Slack its reader does not see any more."""
    before = row.details.get("hidden", 0)
    found = before + (outbox.out_of_sight(tx, row, reader) if row.ts else 0)
    if found != before:
        row.details = {**row.details, "hidden": found}
    return found


def _gone(row: Outbox, reason: str) -> Message | Nothing:
    """Nothing is left that the reader of the message may see: it is not posted, or says so where it stands."""
    return _message(HIDDEN, [b.section(HIDDEN)], []) if row.ts else Nothing(reason)


def _listed(
    row: Outbox, content: briefs.Content, made: tuple[str, list[b.Json], int], until: datetime, hidden: int
) -> Message:
    """The message in these words. The notices for which it has no room wait `until` then. So many lines of it are
    `hidden` by now.
    """
    text, blocks, count = made
    if hidden:
        blocks = [
            *blocks,
            b.as_json(
                b.context(
                    f"{plural(hidden, 'line')} of this message {'is' if hidden == 1 else 'are'} not shown any more."
                )
            ),
        ]
    lines = [(line.subject, line.occasion) for line in content.lines[:count]]
    with_line = {(one.subject_kind, one.id) for one, _ in lines}
    below = [(one, why) for one, why in content.below.shown if (one.subject_kind, one.id) not in with_line]
    shown: list[tuple[HasHistory, Occasion | None]] = [*lines, *below]
    return Message(text, blocks, shown, told=content.told(count), waits={} if row.ts else content.waits(count, until))


def _notice(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    reader = _reader(row)
    commitment = _commitment(tx, row, reader)
    if commitment is None:
        return _gone(row, "its commitment is out of the reader's sight")
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


def _proposed(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    """One of the client's people proposed it on their page."""
    del now
    proposal = client_messages.of_notice(tx, row, _reader(row))
    if proposal is None:
        return _gone(row, "its account is out of the reader's sight")
    if not client_views.is_told(proposal) and not row.ts:
        return Nothing("it was answered before it could be told")
    blocks = client_views.blocks_of(proposal, client_messages.SENT)
    return Message(escape(client_views.title(proposal)), b.resolved(blocks), [(proposal, None)])


def _shared(tx: Session, row: Outbox, now: datetime) -> Message | Nothing | Later:
    actor = outbox.actor_of(tx, row)
    commitment = _commitment(tx, row, actor)
    if commitment is None:
        return _gone(row, "its commitment is out of the sharer's sight")
    if _is_restricted(commitment):
        return _gone(row, notice_views.RESTRICTED) if row.ts else Nothing(notice_views.RESTRICTED, tells_sharer=True)
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
    if commitment is None or _is_restricted(commitment):
        return _gone(row, notice_views.RESTRICTED)
    if not commitment.is_open and not row.ts:
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
        text, blocks = absence_view.withdrawn(outbox.actor_of(tx, row), absences.withdrawal(row))
    else:
        text, blocks = absence_view.delegated(absence, reader, today)
    return _message(text, blocks, [])


def _answer(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    """The view that a person asked for by a message."""
    reader, ref, beside = _reader(row), Ref.decode(row.details["view"]), row.details.get("beside")
    try:
        blocks = _shown(tx, reader, ref, row, now)
    except LedgerError:
        return _gone(row, "what it shows is gone")
    made = b.resolved(blocks)
    shown: list[tuple[HasHistory, Occasion | None]] = []
    if not beside:
        shown += [(one, None) for one in commitments.by_numbers(tx, reader, numbers_in(made))]
        shown += [(one, None) for one in accounts.by_ids(tx, reader, accounts_in(made))]
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


def _of_review(tx: Session, row: Outbox, now: datetime) -> Message | Nothing | Later:
    """A message about a review, in the account's channel or to its lead."""
    actor = outbox.actor_of(tx, row)
    review = reviews.find(tx, actor, row.review_id)
    if review is None:
        return _gone(row, "its review is out of the lead's sight")
    withheld = _withheld(row, review.account, now) if row.channel else None
    if withheld is not None:
        return withheld
    made = review_messages.told(tx, row, actor, review, now)
    if isinstance(made, str):
        return _gone(row, made)
    blocks = b.resolved(b.fitting(made.blocks))
    return Message(made.text, blocks, [(one, None) for one in made.shown], has_rest=made.has_rest)


def _weekly(tx: Session, row: Outbox, now: datetime) -> Message | Nothing | Later:
    """The weekly digest of an account, in its channel."""
    actor = outbox.actor_of(tx, row)
    account = _account(tx, actor, row)
    if account is None or not account.is_live:
        return _gone(row, "its account is archived, or out of the lead's sight")
    # Where the client reads it has what they may see, if a person has asked for it.
    is_theirs = row.details.get("external") is True and not account.restricted and digests.is_for_client(tx, account)
    withheld = None if is_theirs else _withheld(row, account, now)
    if withheld is not None:
        return withheld
    works, zone = digests.works_of(tx, account), digests.zone_of_account(account)
    if not row.ts and not works.works_on(local_day(now, zone)):
        return Later(begins_at(works.next_after(local_day(now, zone)), USUAL_TIME, zone), "it is a day off")
    made = weekly.digest(tx, row, actor, account, now)
    if isinstance(made, str):
        return _gone(row, made)
    blocks = b.resolved(b.fitting(made.blocks))
    return Message(made.text, blocks, [(one, None) for one in made.shown], has_rest=made.has_rest)


def _leaders(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    """The digest of a coach before the quarter ends."""
    made = leaders.digest(tx, row, _reader(row), now)
    if isinstance(made, str):
        return _gone(row, made)
    blocks = b.resolved(b.fitting(made.blocks))
    return Message(made.text, blocks, [(one, None) for one in made.shown], has_rest=made.has_rest)


def _weekly_not_posted(tx: Session, row: Outbox, _now: datetime) -> Message | Nothing:
    account = _account(tx, _reader(row), row)
    if account is None:
        return Nothing("its account is out of the reader's sight")
    made = weekly.not_posted(account, row.details["channel"], row.details["why"])
    return Message(made.text, b.resolved(made.blocks))


def _account(tx: Session, viewer: Person, row: Outbox) -> Account | None:
    """The account of which the message tells; None if the viewer does not see it."""
    try:
        return accounts.get(tx, viewer, row.account_id or 0)
    except LedgerError:
        return None


def _withheld(row: Outbox, account: Account, now: datetime) -> Message | Nothing | Later | None:
    """The answer in place of a message about an account that must not stand in its channel: it is internal, so nothing
    of it is posted where others than colleagues read. None: it may stand there.
    """
    if account.restricted:
        return _gone(row, notice_views.RESTRICTED)
    others = row.details.get("external")
    if others is None:
        return Later(now + A_LOOK, "nobody knows yet who reads the channel")
    if others and row.ts:
        return _gone(row, ONLY_COLLEAGUES)
    return Nothing(ONLY_COLLEAGUES, tells_lead=True) if others else None


def _home(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    start, view = row.details.get("start", 0), row.details.get("view", "")
    ref = Ref(view=ViewName.HOME, start=start, extra=view)
    drawn, account = surfaces.draw(tx, _reader(row), ref, now), surfaces.account_on(tx, _reader(row), ref)
    return Message(home=drawn.home if drawn else None, shown=[(account, None)] if account else [])


def _picture(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    reader, ref = _reader(row), Ref.decode(row.details["view"])
    try:
        picture = plan_pictures.draw(tx, reader, ref, now)
    except LedgerError:
        return _gone(row, "what it shows is gone")
    if row.ts:
        return Nothing("it shows the day on which it was asked for")
    blocks = plan_pictures.message(picture, local_day(now, reader.zone))
    shown = [(one, None) for one in accounts.by_ids(tx, reader, [count(ref.extra)])]
    return Message(escape(picture.title), b.resolved(blocks), shown, picture=picture)


def _calendar(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    made = calendar_files.told(tx, row, _reader(row), now)
    if isinstance(made, str):
        return Nothing(made) if made == calendar_files.SAME else _gone(row, made)
    return Message(made.text, b.resolved(made.blocks), [(one, None) for one in made.shown], file=made.file)


def _letter(tx: Session, row: Outbox, now: datetime) -> Message | Nothing:
    del now
    if row.ts:
        return Nothing("its words never change")
    try:
        letter = letters.get(tx, _reader(row), row.details["letter"])
    except LedgerError:
        return Nothing("its account is out of the reader's sight")
    text = f"The letter to {escape(letter.stakeholder.name)}"
    return Message(text, b.resolved([b.section(f"*{text}*")]), file=letter_files.file(letter))


def _canvas(tx: Session, row: Outbox, now: datetime) -> Message | Nothing | Later:
    if row.details.get("external") is None:
        return Later(now + A_LOOK, "nobody knows yet who reads the channel")
    markdown, why = canvas.draw(tx, row, now)
    if why and not row.ts:
        return Nothing(why)
    return Message(canvas=Canvas(markdown, withheld=bool(row.details["external"])))


def _canvas_refused(tx: Session, row: Outbox, _now: datetime) -> Message | Nothing:
    account = _account(tx, _reader(row), row)
    if account is None:
        return Nothing("its account is out of the reader's sight")
    text, blocks = account_views.canvas_refused(account, row.details["channel"], row.details["why"])
    return _message(text, blocks, [])


def _template_broken(_tx: Session, row: Outbox, _now: datetime) -> Message:
    name, why = escape(row.details.get("named", "")), escape(row.details.get("why", ""))
    words = (
        f":warning: The template {name} in the folder TEMPLATES_DIR cannot be used: {why}.\nMakegood uses its own"
        " meanwhile. Correct the file, or ask the person who runs Makegood: `makegood doctor` checks it."
    )
    return Message(words.partition("\n")[0], b.resolved([b.section(words)]))


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


def _is_restricted(commitment: Commitment) -> bool:
    """Whether nothing of it stands in a channel, where others than its account's people may read."""
    return commitment.account is not None and commitment.account.restricted


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
    OutboxKind.PROPOSED: _proposed,
    OutboxKind.SHARED: _shared,
    OutboxKind.NOT_SHARED: _not_shared,
    OutboxKind.ANSWER: _answer,
    OutboxKind.RECORDED: _recorded,
    OutboxKind.HOME: _home,
    OutboxKind.CALENDAR: _calendar,
    OutboxKind.LETTER: _letter,
    OutboxKind.PICTURE: _picture,
    OutboxKind.CANVAS: _canvas,
    OutboxKind.CANVAS_REFUSED: _canvas_refused,
    OutboxKind.REVIEW_DIGEST: _of_review,
    OutboxKind.REVIEW_PROMPT: _of_review,
    OutboxKind.MINUTES: _of_review,
    OutboxKind.REVIEW_NOT_POSTED: _of_review,
    OutboxKind.WEEKLY_DIGEST: _weekly,
    OutboxKind.LEADERS_DIGEST: _leaders,
    OutboxKind.WEEKLY_NOT_POSTED: _weekly_not_posted,
    OutboxKind.TEMPLATE_BROKEN: _template_broken,
}
