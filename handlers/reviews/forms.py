"""The forms of a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.reviews.views import HABITS, QUESTIONS, VERDICTS, followed_up, named, names_of
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref
from handlers.slack.words import escape
from store.plan.values import SHARINGS
from store.reviews import Reach
from store.rules.calendar.brief_times import zone_of
from store.rules.reviews import USUAL_TIME
from store.rules.text import ACTION_LIMIT, NAME_LIMIT, NOTE_LIMIT, REASON_LIMIT
from store.tables import Habit, Question, ReviewState, Sharing, Subject, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, time

    from slackblocks import Block

    from handlers.slack.payloads import Context
    from store.letters import Written
    from store.reviews import InCalendar
    from store.tables import Account, Commitment, Person, Review, ReviewPerson, Stakeholder

# People of a review.
_MOST = 50
_SCORES = ((4, "4 – always"), (3, "3 – most times"), (2, "2 – usually"), (1, "1 – sometimes"), (0, "0 – never"))
# Slack's limit of boxes in a group, and the groups.
_BOXES = 10
# The only box of a form.
_SEND = "send"
GROUPS = (ids.CHOSEN_1, ids.CHOSEN_2, ids.CHOSEN_3)


# ---- forms ---------------------------------------------------------------------------------------------


def booking(
    account: Account, review: Review | None, people: Sequence[ReviewPerson], known: Sequence[Stakeholder],
    proposed: date | None, viewer: Person, context: Context,
) -> b.Json:  # fmt: skip
    """The form that books a review, or changes its time and its people. `known`: the account's people; `proposed`: the
    day by its rhythm.
    """
    starts = review.starts_at.astimezone(zone_of(viewer.zone)) if review and review.starts_at else None
    ours = [one.person.slack_id for one in people if one.person]
    theirs = {str(one.stakeholder.id) for one in people if one.stakeholder}
    fields: list[Block] = [b.section(f"*{escape(account.name)}*")]
    if review is None or review.state == ReviewState.PLANNED:
        fields += [
            f.field("Day", f.day(ids.DAY, starts.date() if starts else proposed), ids.DAY, optional=True),
            f.field("Time", f.clock(ids.TIME, starts.time() if starts else USUAL_TIME), ids.TIME, optional=True),
            f.field("Or on this occasion", f.text(ids.OCCASION, NAME_LIMIT, review.occasion or "" if review else ""),
                    ids.OCCASION, hint="Instead of a day, such as “when the new plant opens”.", optional=True),
        ]  # fmt: skip
    fields += [
        f.field("Colleagues who take part", f.persons(ids.PEOPLE, ours or [viewer.slack_id], most=_MOST), ids.PEOPLE,
                optional=True),
    ]  # fmt: skip
    if known:
        choices = [(str(one.id), one.name) for one in known]
        fields.append(
            f.field("Their people", f.several(ids.THEIR_PEOPLE, choices, theirs), ids.THEIR_PEOPLE, optional=True)
        )
    sharing = review.sharing if review else Sharing.INTERNAL
    fields.append(
        f.field("Who sees it", f.radio(ids.SHARING, SHARINGS, sharing), ids.SHARING,
                hint="The client reads the day and a short agenda on their page.")
    )  # fmt: skip
    title = "Book a review" if review is None else "Change the review"
    return b.modal(title, fields, callback_id=ids.FORM_REVIEW, metadata=context.encode(), submit="Save")


def call_off(review: Review, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(f"The review of *{escape(review.account.name)}* is noted as not held. Another one can be booked."),
        f.field("Why?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON),
    ]
    return b.modal("Not held", fields, callback_id=ids.FORM_CALL_OFF, metadata=context.encode(), submit="Save")


def verdict(commitment: Commitment, name: str, context: Context) -> b.Json:
    """The form of a verdict that needs more than a press: `name` is a Verdict, or ids.LATER."""
    fields: list[Block] = [b.section(f"*{named(commitment)}*")]
    if name == ids.LATER:
        fields.append(
            f.field("Not before", f.day(ids.NOT_BEFORE, None), ids.NOT_BEFORE,
                    hint="Its owner does not hear of it until then. The due date stays.")
        )  # fmt: skip
    elif name == Verdict.REVAMP:
        fields += [
            f.field(
                "New words",
                f.text(ids.ACTION, ACTION_LIMIT, commitment.action, lines=True),
                ids.ACTION,
                hint=None if commitment.internal else "The client does not see new words until you share them.",
            ),
            f.field("Due", f.day(ids.DUE, commitment.due_on), ids.DUE),
            f.field("Why is the date new?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON, optional=True),
        ]
    elif name == Verdict.SPLIT:
        fields.append(
            f.field("The parts", f.text(ids.PARTS, NOTE_LIMIT, lines=True), ids.PARTS,
                    hint="One in each line. Each keeps owner and date; change them afterwards.")
        )  # fmt: skip
    else:
        fields.append(f.field("Why does it end?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON))
    title = VERDICTS[name].removesuffix(" …")
    return b.modal(title, fields, callback_id=ids.FORM_VERDICT, metadata=context.encode(), submit="Save")


def several(found: Sequence[Commitment], context: Context) -> b.Json:
    """The form that gives one verdict to several items."""
    choices = [(Ref(Subject.COMMITMENT, one.number, one.version).encode(), named(one)) for one in found]
    groups = [choices[start : start + _BOXES] for start in range(0, len(choices), _BOXES)][: len(GROUPS)]
    fields: list[Block] = [
        f.field("Verdict", f.radio(ids.SHARED_VERDICT, [(Verdict.KEEP, "Keep"), (Verdict.DONE, "Done")], Verdict.KEEP),
                ids.SHARED_VERDICT),
        *(
            f.field("Items" if not place else "More items", f.boxes(name, group, [value for value, _ in group]), name,
                    optional=True)
            for place, (name, group) in enumerate(zip(GROUPS, groups, strict=False))
        ),
    ]  # fmt: skip
    return b.modal("Decide several", fields, callback_id=ids.FORM_VERDICTS, metadata=context.encode(), submit="Decide")


def answers(there: Mapping[Question, str], context: Context) -> b.Json:
    fields: list[Block] = [
        f.field(words, f.text(question, NOTE_LIMIT, there.get(question, ""), lines=True), question, optional=True)
        for question, words in QUESTIONS.items()
    ]
    return b.modal("Questions", fields, callback_id=ids.FORM_ANSWERS, metadata=context.encode(), submit="Save")


def scores(there: Mapping[Habit, int], written: Written, context: Context) -> b.Json:
    """The form of the self-check. The letters answer the question whether we follow up in writing."""
    choices = [(str(points), words) for points, words in _SCORES]
    proposed = {Habit.WRITTEN: written.score} if written.held else {}
    hints = {Habit.WRITTEN: followed_up(written)}
    found = {**proposed, **there}
    fields: list[Block] = [
        f.field(words, f.radio(habit, choices, str(found[habit]) if habit in found else None), habit,
                hint=hints.get(habit) or None)
        for habit, words in HABITS.items()
    ]  # fmt: skip
    return b.modal("Self-check", fields, callback_id=ids.FORM_SCORES, metadata=context.encode(), submit="Save")


def closing(
    review: Review, lacks: Sequence[str], proposed: date | None, at: time, calendars: Sequence[InCalendar],
    context: Context,
) -> b.Json:  # fmt: skip
    """The form that closes a review; what is missing stands above it, and then it cannot be submitted. `calendars`:
    the people of its actions.
    """
    if lacks:
        said = "\n".join(f"• {escape(one)}" for one in lacks)
        return b.modal("Not yet", [b.section(f"*Before the review can be closed:*\n{said}")], callback_id=ids.RECEIPT)
    fields: list[Block] = [
        b.section(f"*{escape(review.account.name)}*: every promise has a verdict."),
        f.field("Next review", f.day(ids.DAY, proposed), ids.DAY, optional=True),
        f.field("Time", f.clock(ids.TIME, at), ids.TIME, optional=True),
        f.field("Or on this occasion", f.text(ids.OCCASION, NAME_LIMIT), ids.OCCASION, optional=True),
    ]
    without = names_of(calendars, Reach.NOTHING)
    if without:
        box = f.boxes(ids.CALENDARS, [(_SEND, "Send a file with their actions and the next review")], {_SEND})
        fields.append(f.field("Calendars", box, ids.CALENDARS, hint=f"To {without}.", optional=True))
    if follows := names_of(calendars, Reach.FEED):
        fields.append(b.context(f"The calendar of {escape(follows)} follows by itself."))
    return b.modal("Close the review", fields, callback_id=ids.FORM_CLOSE, metadata=context.encode(), submit="Close")


def correction(context: Context) -> b.Json:
    fields: list[Block] = [
        f.field("What is to be corrected?", f.text(ids.REMARK, NOTE_LIMIT, lines=True), ids.REMARK,
                hint="The minutes stay as they were written; this is added, with your name."),
    ]  # fmt: skip
    return b.modal("Correct the minutes", fields, callback_id=ids.FORM_CORRECT, metadata=context.encode(), submit="Add")
