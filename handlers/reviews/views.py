"""A review in Slack: the coming ones, the page of one, its items with their verdicts, and its forms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from handlers import ids
from handlers.calendars.files import add_button
from handlers.commitments import items
from handlers.energy import charts
from handlers.energy import views as energy
from handlers.letters import views as letter_words
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import (
    STANDINGS,
    clock_time,
    escape,
    first_date,
    full_date,
    plural,
    quotation,
    shortened,
    when,
)
from store.agreements import Standing, is_wish, mark
from store.reviews import Reach
from store.rules.calendar.brief_times import local_day
from store.rules.energy import Quarter
from store.rules.kept import Kept
from store.rules.reviews import ON_EVENT
from store.tables import Habit, Question, ReviewState, State, Subject, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slackblocks import Block, Element

    from store.letters import Written
    from store.reviews import Decision, InCalendar, Item, Value
    from store.tables import Account, Commitment, Letter, Minutes, Person, Review, ReviewAnswer, ReviewPerson

# Items on a page: with the longest actions they still fit into a message.
PAGE = 10
# Rows of the last review, and answers, that the page shows; characters of each.
_DECISIONS, _ACTION, _ANSWER = 5, 120, 300
# Figures that the page and the minutes show.
_FIGURES = 8
# Lines of the minutes.
_LINES = 30

QUESTIONS: dict[Question, str] = {
    Question.GAINED: "What have they gained from us since the last review, in their words?",
    Question.GOALS: "What are their goals now?",
    Question.PEOPLE: "Whom do we not know yet: above, below, in other units?",
    Question.ENOUGH: "Are the open opportunities enough for the objective?",
    Question.DARK_SIDE: "What if a competitor had held these meetings? What could we lose?",
    Question.ASK: "What do we ask of them next?",
    Question.FROM_US: "What comes from our company that they should know of?",
    Question.STOP: "What yields nothing, and should end?",
}
HABITS: dict[Habit, str] = {
    Habit.CONNECTED: "We have action plans to stay in touch with their senior people.",
    Habit.WRITTEN: "We follow up discussions and agreements in writing.",
    Habit.BETTER_LIVES: "We ask what would make their professional lives better.",
    Habit.EXPECTATION: "We say that we expect more business.",
}
# Fewer points than these are a warning.
_GOOD, FULL_SCORE = 10, 16
VERDICTS: dict[str, str] = {
    Verdict.KEEP: "Keep",
    Verdict.DONE: "Done",
    ids.LATER: "Keep, not before …",
    Verdict.REVAMP: "Revamp …",
    Verdict.SPLIT: "Split …",
    Verdict.TERMINATE: "Terminate …",
}
PAST = {
    Verdict.KEEP: "carried over", Verdict.DONE: "done", Verdict.REVAMP: "revamped", Verdict.SPLIT: "split",
    Verdict.TERMINATE: "terminated", None: "new",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """The data of the page of an account's review. `last` is the newest review that was held, with its `decisions`."""

    account: Account
    review: Review | None
    people: Sequence[ReviewPerson]
    items: Sequence[Item]
    answers: Sequence[ReviewAnswer]
    scores: Mapping[Habit, int]
    last: Review | None
    decisions: Sequence[Decision]
    last_score: int | None
    written: Written
    may_change: bool
    # The people of the session's actions, or of those of the last review.
    calendars: Sequence[InCalendar] = ()
    # Of a session: the value delivered.
    value: Value | None = None


def page_ref(account: Account) -> Ref:
    """The reference to the page of the account's review."""
    return Ref(Subject.REVIEW, view=ViewName.REVIEW, extra=str(account.id))


# ---- the coming reviews --------------------------------------------------------------------------------


def coming(rows: Sequence[Review], names: Mapping[int, Sequence[str]], viewer: Person, *, start: int) -> list[Block]:
    """The reviews that are planned or open; `names` has their people, by the review's id."""
    view = Ref(view=ViewName.REVIEWS, start=start)
    if not rows:
        return [b.section("*Reviews*\nNone is planned. `/review Acme on 12 Jan 10:00` books one.")]
    blocks: list[Block] = [b.section(f"*Reviews*  ·  {plural(len(rows), 'account')}")]
    for row in rows[start : start + PAGE]:
        there = ", ".join(names.get(row.id, ()))
        said = f"*{escape(row.account.name)}*\n{when_held(row, viewer)}" + (f" · {escape(there)}" if there else "")
        button = b.button("Open", ids.REVIEW_OPEN, page_ref(row.account).encode(), label=f"Open {row.account.name}")
        blocks.append(b.section(said, accessory=button))
    return [*blocks, *turn(view, start, len(rows), PAGE)]


def unbooked(months: int) -> str:
    """The words in place of the time where no review is booked; `months`: the rhythm."""
    return "on an event, none is booked" if months == ON_EVENT else "none is booked"


def when_held(review: Review, viewer: Person) -> str:
    """The time of a review on the viewer's clock, or its occasion."""
    if review.state == ReviewState.OPEN:
        return "*going on now*"
    if review.starts_at is None:
        return f"on this occasion: {escape(review.occasion or '')}"
    return clock_time(review.starts_at, viewer.zone)


# ---- the page ------------------------------------------------------------------------------------------


def page(shown: Shown, viewer: Person, now: datetime) -> list[Block]:
    """The review of an account: booked, going on, or none yet."""
    review = shown.review
    if review is None:
        waits = viewer.workspace.review_months(shown.account.category) == ON_EVENT
        said = "It is held on an event, and none is booked." if waits else "None is planned."
        head = [b.section(f"*{escape(shown.account.name)}: review*\n{said}"), *_book(shown)]
    elif review.state == ReviewState.OPEN:
        head = _session(shown, review, viewer)
    else:
        head = _planned(shown, review, viewer)
    return [*head, *_last(shown, viewer, local_day(now, viewer.zone)), *_elsewhere(shown, viewer)]


def _book(shown: Shown) -> list[Block]:
    value = page_ref(shown.account).encode()
    return [b.actions(b.button("Book it", ids.REVIEW_BOOK, value, style="primary"))] if shown.may_change else []


def _head(shown: Shown, review: Review, viewer: Person) -> Block:
    ours = [one.person.name for one in shown.people if one.person]
    theirs = [one.stakeholder.name for one in shown.people if one.stakeholder]
    lines = [f"*{escape(shown.account.name)}: review*", when_held(review, viewer)]
    if ours:
        lines.append(f"Ours: {escape(', '.join(ours))}")
    lines.append(f"Theirs: {escape(', '.join(theirs))}" if theirs else "Theirs: nobody yet")
    return b.section("\n".join(lines))


def _planned(shown: Shown, review: Review, viewer: Person) -> list[Block]:
    value = page_ref(shown.account).to(review, review.id).encode()
    waits = sum(one.verdict is None for one in shown.items)
    said = f"{plural(waits, 'open commitment')} of both sides will need a verdict." if waits else "Nothing is open."
    row = [
        b.button("Start review", ids.REVIEW_START, value, style="primary"),
        b.button("Change …", ids.REVIEW_BOOK, value),
        b.button("Not held …", ids.REVIEW_CALL_OFF, value),
    ]
    add = [add_button(review)] if review.starts_at else []
    last = [*(row if shown.may_change else []), *add]
    return [_head(shown, review, viewer), b.context(said), *([b.actions(*last)] if last else [])]


def _session(shown: Shown, review: Review, viewer: Person) -> list[Block]:
    """The steps of a review that is going on, each with what is done and a button."""
    value = page_ref(shown.account).to(review, review.id).encode()
    undecided = sum(one.verdict is None for one in shown.items)
    lost = sum(one.lost is not None for one in shown.items)
    promises = (
        f"*1  Promises*\n{len(shown.items) - undecided} of {plural(len(shown.items), 'item')} decided"
        + (f" · {lost} changed since, to be decided again" if lost else "")
    )  # fmt: skip
    answered = {row.question: row for row in shown.answers}
    score = sum(shown.scores.values())
    trend = f" · {shown.last_score} last time" if shown.last_score is not None else ""
    rated = f"{score} of {FULL_SCORE}{trend}" if len(shown.scores) == len(Habit) else f"not scored yet{trend}"
    warning = "\n:warning: Under 10: build plans with their executives." if 0 < score < _GOOD and shown.scores else ""
    letters = f"\n{said}" if (said := followed_up(shown.written)) else ""
    plan = Ref(view=ViewName.PLAN, extra=str(shown.account.id)).encode()
    style: Literal["primary"] | None = "primary" if undecided else None
    close: Literal["primary"] | None = None if undecided else "primary"

    def own(text: str, action_id: str, style: Literal["primary"] | None = None) -> Element | None:
        return b.button(text, action_id, value, style=style) if shown.may_change else None

    aside = [b.button("People …", ids.REVIEW_BOOK, value), b.button("Not held …", ids.REVIEW_CALL_OFF, value)]
    return [
        _head(shown, review, viewer),
        b.section(promises, accessory=b.button("Decide" if shown.may_change else "Open", ids.REVIEW_ITEMS, value,
                                               style=style)),
        b.section("*2  What has changed*\nPeople, white space, objectives, risks …",
                  accessory=b.button("Account plan", ids.PLAN_OPEN, plan)),
        *(_value(shown.account, shown.value) if shown.value is not None else []),
        b.section(f"*4  Questions*\n{len(answered)} of {len(Question)} answered",
                  accessory=own("Answer", ids.REVIEW_ANSWER)),
        *_answers(answered, value),
        b.section(f"*5  Self-check*\n{rated}{warning}{letters}", accessory=own("Score", ids.REVIEW_SCORE)),
        b.section(f"*6  Calendars*\n{in_calendars(shown.calendars, closed=False)}"),
        b.section("*7  Close*\nMinutes are written, and the next review is booked.",
                  accessory=own("Close …", ids.REVIEW_CLOSE, close)),
        *([b.actions(*aside)] if shown.may_change else []),
    ]  # fmt: skip


def followed_up(written: Written) -> str:
    """“3 of 4 meetings since the last review were followed by a letter.”; empty if none was held."""
    if not written.held:
        return ""
    were = "was" if written.followed == 1 else "were"
    return f"{written.followed} of {plural(written.held, 'meeting')} since the last review {were} followed by a letter."


def _value(account: Account, value: Value) -> list[Block]:
    """The balance of both sides, our deliveries since the last review, and the figures beside those of last quarter."""
    lines = [energy.words(value.balance)]
    if value.count:
        more = f" and {value.count - len(value.delivered)} more" if value.count > len(value.delivered) else ""
        lines.append(f"We delivered: {', '.join(named(one) for one in value.delivered)}{more}")
    lines += [f"• {escape(one.words)}" for one in value.figures[:_FIGURES]]
    if more_figures := len(value.figures[_FIGURES:]):
        lines.append(f"and {plural(more_figures, 'more figure')}")
    there = Ref(Subject.FIGURE, view=ViewName.SECTION, extra=str(account.id)).encode()
    return [
        b.section("\n".join(["*3  Value delivered*", *lines]), accessory=b.button("Figures", ids.SECTION_OPEN, there)),
        b.actions(energy.ask(account, Ref(view=ViewName.REVIEW, extra=str(account.id)), value.balance)),
    ]


def _answers(answered: Mapping[Question, ReviewAnswer], value: str) -> list[Block]:
    blocks: list[Block] = []
    for question, words in QUESTIONS.items():
        if question in answered:
            button = b.button("Make it a commitment", ids.REVIEW_PLAN, f"{value}.{question}")
            said = quotation(shortened(answered[question].text, _ANSWER))
            blocks.append(b.section(f"_{words}_\n{said}", accessory=button))
    return blocks


def _last(shown: Shown, viewer: Person, today: date) -> list[Block]:
    if shown.last is None or shown.last.closed_at is None:
        return []
    held = local_day(shown.last.closed_at, viewer.zone)
    lines = [f"• {decision(one, viewer, today)}" for one in shown.decisions[:_DECISIONS]]
    more = len(shown.decisions) - len(lines)
    said = [f"*Decided on {full_date(held)}*", *lines, *([f"and {more} more"] if more > 0 else [])]
    value = Ref(Subject.REVIEW, shown.last.id, view=ViewName.MINUTES).encode()
    return [b.section("\n".join(said), accessory=b.button("Minutes", ids.REVIEW_MINUTES, value))]


def names_of(found: Sequence[InCalendar], reach: Reach) -> str:
    """The names of those with that reach: “Eva Lindqvist, Ana Souza”."""
    return ", ".join(one.person.name for one in found if one.reach == reach)


def in_calendars(found: Sequence[InCalendar], *, closed: bool) -> str:
    """The sentence that says whose calendars have the actions and the next review, and whose have not."""
    parts = [(Reach.FEED, "Follows by itself"), (Reach.FILE, "Got the file"),
             (Reach.NOTHING, "Not yet" if closed else "Gets a file on closing")]  # fmt: skip
    said = [f"{words}: {escape(names)}" for reach, words in parts if (names := names_of(found, reach))]
    return "\n".join(said) or "Nobody owes anything."


def decision(one: Decision, viewer: Person, today: date) -> str:
    """A decision of an earlier review, and what became of it."""
    commitment = one.commitment
    return f"{PAST[one.verdict]}: {named(commitment)} – {standing(commitment, viewer, today)}"


def named(commitment: Commitment) -> str:
    return f"#{commitment.number} {escape(shortened(commitment.action, _ACTION))}"


def standing(commitment: Commitment, viewer: Person, today: date) -> str:
    """How a commitment of a review stands today, as plain text."""
    if commitment.state == State.DONE:
        return "done"
    if commitment.state == State.CANCELLED:
        return "ended"
    stands = mark(commitment, today)
    parts = [when(commitment, today, viewer.workspace), first_date(commitment), STANDINGS[stands] if stands else ""]
    return " · ".join(filter(None, parts))


def _elsewhere(shown: Shown, viewer: Person) -> list[Block]:
    there = Ref(view=ViewName.ACCOUNT, extra=str(shown.account.id)).encode()
    return [
        b.actions(
            b.button("Commitments", ids.PAGE_OLDER, there),
            b.button("All reviews", ids.REVIEW_ALL, "-"),
            *_open_as_page(shown.account, viewer),
        )
    ]


def _open_as_page(account: Account, viewer: Person) -> list[Element]:
    """The button that opens the reviews of the account in a browser, where the server has a public address."""
    if viewer.workspace.public_url is None:
        return []
    value = Ref(view=ViewName.REVIEW, extra=str(account.id)).encode()
    return [b.button("Open as a page", ids.PLAN_PAGE, value)]


# ---- the items -----------------------------------------------------------------------------------------


def items_page(
    review: Review, found: Sequence[Item], viewer: Person, today: date, *, start: int, may_change: bool
) -> list[Block]:
    """One page of the items of a review: those without a verdict first, and of these the promises before the wishes."""
    rows = sorted(found, key=lambda one: _GROUPS.index(_group(one)))
    view = Ref(view=ViewName.REVIEW_ITEMS, start=start, extra=f"{review.id}")
    left = sum(one.verdict is None for one in rows)
    head = f"*{escape(review.account.name)}: promises*  ·  " + (f"{left} to decide" if left else "all decided")
    back = b.button("Back to the review", ids.REVIEW_OPEN, page_ref(review.account).encode())
    several = [b.button("Decide several …", ids.REVIEW_SEVERAL, view.encode())] if left > 1 and may_change else []
    shown: list[Block] = []
    for group, those in itertools.groupby(rows[start : start + PAGE], key=_group):
        shown += [b.section(f"*{group}*")] if any(_group(one) == _WISHES for one in rows) else []
        shown += [
            b.section(_item(one, viewer, today), accessory=_menu(one, view, today) if may_change else None)
            for one in those
        ]
    return [b.section(head), b.actions(*several, back), *shown, *turn(view, start, len(rows), PAGE)]


_PROMISES, _WISHES, _DECIDED = "Promises", "Wishes, to which they have not agreed", "Decided"
_GROUPS = (_PROMISES, _WISHES, _DECIDED)


def _group(one: Item) -> str:
    if one.verdict is not None:
        return _DECIDED
    return _WISHES if is_wish(one.commitment) else _PROMISES


def _item(one: Item, viewer: Person, today: date) -> str:
    said = items.item_text(one.commitment, viewer, today, limit=_ACTION, with_account=False)
    if one.verdict is not None and one.verdict.verdict is not None:
        waits = f", not before {full_date(one.verdict.not_before)}" if one.verdict.not_before else ""
        return (
            f"{said}\n:heavy_check_mark: *{PAST[one.verdict.verdict]}*{waits} by {escape(one.verdict.decided_by.name)}"
        )
    if one.lost is not None and one.lost.verdict is not None:
        return f"{said}\n:warning: it was {PAST[one.lost.verdict]}, and changed since. Please decide again."
    return said


def _menu(one: Item, view: Ref, today: date) -> Element:
    """The menu of the verdicts; the present one is chosen. A commitment without an agreement may be agreed there."""
    asks = mark(one.commitment, today) in {Standing.WISH, Standing.AGAIN} and one.commitment.is_open
    offered = {**({ids.AGREED: "Agreed …"} if asks else {}), **VERDICTS}
    seen = one.verdict.verdict if one.verdict else None
    values = {
        name: Ref(Subject.COMMITMENT, one.commitment.number, one.commitment.version, view.view, view.start,
                  f"{view.extra}.{name}.{seen or ''}").encode()
        for name in offered
    }  # fmt: skip
    options = [(values[name], words) for name, words in offered.items()]
    return f.menu(ids.VERDICT, options, values[seen] if seen else None, placeholder="Verdict")


# ---- minutes -------------------------------------------------------------------------------------------


def minutes(
    review: Review, written: Sequence[Minutes], decisions: Sequence[Decision], calendars: Sequence[InCalendar],
    letters: Sequence[Letter], viewer: Person, *, may_change: bool,
) -> list[Block]:  # fmt: skip
    """The newest minutes of a review; each line opens the commitment as it is now. `calendars`: whose calendars have
    the actions. Below stand the `letters` about the review that were sent.
    """
    newest = written[0]
    content, today = newest.content, local_day(newest.written_at, viewer.zone)
    version = f" · version {newest.version}" if newest.version > 1 else ""
    there = [f"Ours: {escape(', '.join(content['ours']))}"] if content["ours"] else []
    there += [f"Theirs: {escape(', '.join(content['theirs']))}"] if content["theirs"] else []
    head = f"*{escape(review.account.name)}: minutes of {full_date(today)}*{version}"
    blocks: list[Block] = [b.section("\n".join([head, *there]))]
    known = {one.commitment.number: one.commitment for one in decisions}
    # Minutes of earlier versions of the program do not say how a commitment stood with the client.
    lines = sorted(content["items"], key=lambda line: line.get("stands") == Standing.WISH)
    for place, line in enumerate(lines[:_LINES]):
        is_first = place == 0 or lines[place - 1].get("stands") != Standing.WISH
        if line.get("stands") == Standing.WISH and is_first:
            blocks.append(b.section(f"*{_WISHES}*"))
        stands = f" · {STANDINGS[line['stands']]}" if line.get("stands") else ""
        by = f" with {escape(line['agreed_by'])}" if line.get("stands") == Standing.AGREED else ""
        said = (
            f"{PAST[line['verdict']]}: #{line['number']} {escape(shortened(line['action'], _ACTION))}\n"
            f"{escape(line['owner'])} · due {full_date(date.fromisoformat(line['due_on']))}{stands}{by}"
        )
        live = known.get(line["number"])
        blocks.append(b.section(said, accessory=items.show_button(live) if live else None))
    if more := len(content["items"]) - _LINES:
        blocks += [b.context(f"and {more} more")] if more > 0 else []
    blocks += _delivered(content.get("value"))
    for question, words in QUESTIONS.items():
        if text := content["answers"].get(question):
            ref = Ref(
                Subject.REVIEW, review.id, newest.version, ViewName.MINUTES, extra=f"{review.account_id}.{question}"
            )
            make = b.button("Make it a commitment", ids.REVIEW_PLAN, ref.encode())
            blocks.append(b.section(f"_{words}_\n{quotation(shortened(text, _ANSWER))}", accessory=make))
    if content["scores"]:
        blocks.append(b.context(f"Self-check: {sum(content['scores'].values())} of {FULL_SCORE}"))
    blocks += [
        b.context(f"Corrected by {escape(one['by'])}: {escape(shortened(one['text'], _ANSWER))}")
        for one in content["remarks"]
    ]
    if calendars:
        blocks.append(b.context(f"Calendars\n{in_calendars(calendars, closed=True)}"))
    value = Ref(Subject.REVIEW, review.id, newest.version, ViewName.MINUTES).encode()
    lacks = any(one.reach == Reach.NOTHING for one in calendars)
    send = [b.button("Send to calendars", ids.CALENDAR_SEND, value)] if lacks else []
    own = [*send, letter_words.button(Ref.decode(value)), b.button("Correct …", ids.REVIEW_CORRECT, value)]
    row = [*(own if may_change else []), *_open_as_page(review.account, viewer)]
    return [*blocks, *letter_words.sent(letters, viewer), *([b.actions(*row)] if row else [])]


def _delivered(value: dict[str, Any] | None) -> list[Block]:
    """The value delivered as the minutes keep it, with the charts of promises kept and of the self-checks."""
    if value is None:
        return []
    lines: list[str] = [escape(value["balance"])]
    if value["delivered"]:
        more = value["delivered_count"] - len(value["delivered"])
        said = ", ".join(f"#{number}" for number in value["delivered"])
        lines.append(f"We delivered: {said}" + (f" and {more} more" if more else ""))
    lines += [f"• {escape(one)}" for one in value["figures"][:_FIGURES]]
    kept = [
        tuple(Quarter(date.fromisoformat(first), kept=Kept(*side)) for side in sides)
        for first, *sides in value["kept"]
    ]  # fmt: skip
    checks = [(date.fromisoformat(day), points) for day, points in value["checks"]]
    drawn = (charts.kept([ours for ours, _ in kept], [theirs for _, theirs in kept]), charts.self_check(checks))
    return [
        b.section("\n".join(["*Value delivered*", *lines])),
        *(block for one in drawn if charts.has_news(one) for block in energy.with_figures(one)),
    ]
