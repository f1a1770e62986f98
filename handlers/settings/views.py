"""The form of settings: a person's own, and for admins also the workspace's."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from handlers import ids
from handlers.absences.views import button
from handlers.offerings import views as offerings
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import NOWHERE, Ref, ViewName
from handlers.slack.words import clock_time, escape, plural, render
from store.plan.people import ROLES
from store.rules.reviews import BETWEEN_REVIEWS, ON_EVENT
from store.rules.text import NAME_LIMIT
from store.settings import (
    DIGEST_BEFORE,
    ESCALATION,
    HOURS,
    LANGUAGES,
    MONTH_NAMES,
    WEEKDAYS,
    changes_in_words,
    in_words,
    weekdays,
)
from store.tables import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.tables import Entry, Person, Workspace


class Part(StrEnum):
    """A part of the workspace's settings, with a form of its own."""

    DAYS, CATEGORIES, OVERDUE, MESSAGES = "days", "categories", "overdue", "messages"


# The value of the option for "as the workspace has it".
DEFAULT = "default"
WEEKLY = "weekly"
NO_REVIEWS = "none"
# Changes of the workspace's settings that its form shows, the newest.
_CHANGES = 3
_RHYTHMS = (
    ("daily", "On every working morning, if something is due"),
    (WEEKLY, "Once a week, on its first working morning"),
)
_BOXES = [(str(day), name) for day, name in enumerate(WEEKDAYS)]
_REGIONS = "A country or region: Germany, DE-BY, GB-ENG, US-CA."


def form(
    person: Person, entries: Sequence[Entry], now: datetime, context: Context, above: Sequence[Block] = ()
) -> b.Json:  # fmt: skip
    """The form with the person's present settings, below the blocks `above`; for an admin also with the parts of the
    workspace's, each with the button of its form, and their history.
    """
    blocks = [*above, *_own(person, now)]
    if person.is_admin:
        blocks += [*_workspace(person.workspace), *_history(entries, person)]
    return b.modal("Settings", blocks, callback_id=ids.FORM_SETTINGS, metadata=context.encode(), submit="Save")


def part_form(part: Part, workspace: Workspace, context: Context) -> b.Json:
    """The form of a part of the workspace's settings."""
    title, _, fields = _PARTS[part]
    return b.modal(
        title, fields(workspace), callback_id=ids.FORM_WORKSPACE_SETTINGS, metadata=context.encode(), submit="Save"
    )  # fmt: skip


def _own(person: Person, now: datetime) -> list[Block]:
    workspace = person.workspace
    there = clock_time(now, person.zone)
    zone = f"Your time zone is Slack's: {escape(person.zone)}. There it is {there}."
    hour = DEFAULT if person.send_hour is None else str(person.send_hour)
    region = "none" if person.holidays_region == "" else person.holidays_region or ""
    return [
        b.context(zone),
        f.field("When your morning brief comes", f.menu(ids.SEND_HOUR, [
            (DEFAULT, f"{_from(workspace.send_hour)}, as the workspace has it"), *_hours(person.send_hour),
        ], hour), ids.SEND_HOUR),
        f.field("How often", f.radio(ids.RHYTHM, _RHYTHMS, WEEKLY if person.weekly else "daily"), ids.RHYTHM),
        f.field("Your working days", f.boxes(ids.WEEKDAYS, _BOXES, person.working_week or workspace.working_week),
                ids.WEEKDAYS, hint=f"The workspace works {weekdays(workspace.working_week)}."),
        f.field("Your public holidays", f.text(ids.HOLIDAYS_REGION, NAME_LIMIT, region), ids.HOLIDAYS_REGION,
                hint=f"{_REGIONS} Empty: the workspace's ({workspace.holidays_region or 'none'}). Or type “none”.",
                optional=True),
        f.field("The dates that you type are in", f.menu(ids.DATE_LANGUAGE, [
            (DEFAULT, "Your language in Slack"), *LANGUAGES.items(),
        ], person.date_language or DEFAULT), ids.DATE_LANGUAGE),
        b.actions(button(NOWHERE), *_end_sessions(workspace)),
    ]  # fmt: skip


def _end_sessions(workspace: Workspace) -> list[Element]:
    if workspace.public_url is None:
        return []
    return [b.button("End my web sessions", ids.PLAN_END_SESSIONS, NOWHERE.encode())]


def _workspace(workspace: Workspace) -> list[Block]:
    return [
        b.divider(),
        b.header("For the whole workspace"),
        b.context("Only admins see this part. Each person can choose other hours, days and holidays for themselves."),
        *(
            b.section(f"*{title}*\n{escape(now(workspace))}", accessory=part_button(part, "Change", label=title))
            for part, (title, now, _) in _PARTS.items()
        ),
        b.actions(offerings.button()),
    ]


def part_button(part: Part, text: str, *, label: str | None = None, is_first: bool = False) -> Element:
    """The button that opens the form of a part of the workspace's settings; `is_first`: the main one of a message."""
    value = Ref(view=ViewName.SETTINGS, extra=part).encode()
    style: Literal["primary"] | None = "primary" if is_first else None
    return b.button(text, ids.OPEN_WORKSPACE_SETTINGS, value, label=label, style=style)


def _days_now(workspace: Workspace) -> str:
    holidays = f"holidays of {workspace.holidays_region}" if workspace.holidays_region else "no public holidays"
    briefs, starts = f"Briefs {_from(workspace.send_hour)}", MONTH_NAMES[workspace.fiscal_year_start - 1]
    return f"{briefs} · {weekdays(workspace.working_week)} · {holidays} · fiscal year from {starts}"


def _days(workspace: Workspace) -> list[Block]:
    return [
        f.field("When morning briefs come", f.menu(ids.WORKSPACE_HOUR, _hours(workspace.send_hour),
                str(workspace.send_hour)), ids.WORKSPACE_HOUR),
        f.field("Working days", f.boxes(ids.WORKSPACE_WEEK, _BOXES, workspace.working_week), ids.WORKSPACE_WEEK),
        f.field("Public holidays", f.text(ids.WORKSPACE_REGION, NAME_LIMIT, workspace.holidays_region or ""),
                ids.WORKSPACE_REGION, hint=_REGIONS, optional=True),
        f.field("Slack statuses", f.boxes(ids.HONOURS_STATUS, [
            ("yes", "People whose status says holiday or ill are away"),
        ], ["yes"] if workspace.honours_status else []), ids.HONOURS_STATUS, optional=True,
                hint="Read whenever a status changes, and once a day."),
        f.field("The fiscal year starts in", f.menu(ids.FISCAL_YEAR_START, [
            (str(number), name) for number, name in enumerate(MONTH_NAMES, start=1)
        ], str(workspace.fiscal_year_start)), ids.FISCAL_YEAR_START, hint="“End of quarter” is counted from it."),
    ]  # fmt: skip


def _overdue_now(workspace: Workspace) -> str:
    after = f"{plural(workspace.escalate_a_after, 'working day')} at A accounts, {workspace.escalate_after} at others"
    return f"The account’s lead is told after {after}"


def _overdue(workspace: Workspace) -> list[Block]:
    told = "So many working days overdue. The one who owes it is told of that beforehand."
    return [
        f.field("A accounts: tell the account's lead after", f.number(ids.ESCALATE_A_AFTER, workspace.escalate_a_after,
                ESCALATION), ids.ESCALATE_A_AFTER, hint=told),
        f.field("Other accounts: tell the account's lead after", f.number(ids.ESCALATE_AFTER, workspace.escalate_after,
                ESCALATION), ids.ESCALATE_AFTER),
    ]  # fmt: skip


def _messages_now(workspace: Workspace) -> str:
    replies = "Replies “Recorded as #16” in threads" if workspace.replies_in_threads else "No replies in threads"
    return f"{replies} · " + (f":{workspace.emoji}: makes a message a commitment" if workspace.emoji else "no emoji")


def _messages(workspace: Workspace) -> list[Block]:
    return [
        f.field("Threads", f.boxes(ids.REPLIES_IN_THREADS, [
            ("yes", "A message that was made a commitment gets a reply: “Recorded as #16”"),
        ], ["yes"] if workspace.replies_in_threads else []), ids.REPLIES_IN_THREADS, optional=True,
                hint="Never where guests or people of another company read."),
        f.field("Emoji that makes a message a commitment", f.text(ids.EMOJI, NAME_LIMIT, f":{workspace.emoji}:"
                if workspace.emoji else ""), ids.EMOJI, optional=True,
                hint="Such as :handshake:. I offer the message to the person who adds it; a :white_check_mark: on their"
                " own shared item finishes it. In channels with @Makegood. Empty: off."),
    ]  # fmt: skip


def _categories_now(workspace: Workspace) -> str:
    months = ((one, workspace.review_months(one)) for one in Category)
    return "Reviews: " + ", ".join(f"{one} {in_words('review_months_a', number)}" for one, number in months)


def _categories(workspace: Workspace) -> list[Block]:
    """The needs of the accounts of each category: roles on their map, and reviews."""
    rhythms = (ON_EVENT, *BETWEEN_REVIEWS)
    choices = [(NO_REVIEWS, "No reviews"), *((str(n), in_words("review_months_a", n).capitalize()) for n in rhythms)]
    blocks: list[Block] = []
    for one in Category:
        roles, months = ids.REQUIRED_ROLES[one], ids.REVIEW_MONTHS[one]
        blocks += [
            f.field(f"{one} accounts: roles on their map", f.several(roles, ROLES, workspace.required_roles(one)),
                    roles, optional=True, hint="A role that is missing is a signal to the lead."
                    if one == Category.A else None),
            f.field(f"{one} accounts: reviews", f.menu(months, choices, str(
                NO_REVIEWS if workspace.review_months(one) is None else workspace.review_months(one))), months,
                hint="Counted from the first month of the fiscal year. On an event: the occasion is named when one is"
                " booked." if one == Category.A else None),
        ]  # fmt: skip
    before = f.number(ids.DIGEST_BEFORE, workspace.digest_before, DIGEST_BEFORE)
    blocks.append(f.field("The digest before a review comes", before, ids.DIGEST_BEFORE,
                          hint="So many working days before it, in the account's channel."))  # fmt: skip
    return blocks


# The parts of the workspace's settings: the title, their present values in words, and the fields of the form.
_PARTS: dict[Part, tuple[str, Callable[[Workspace], str], Callable[[Workspace], list[Block]]]] = {
    Part.DAYS: ("Mornings and days", _days_now, _days),
    Part.CATEGORIES: ("Roles and reviews", _categories_now, _categories),
    Part.OVERDUE: ("What stays overdue", _overdue_now, _overdue),
    Part.MESSAGES: ("Threads and emoji", _messages_now, _messages),
}


def _history(entries: Sequence[Entry], viewer: Person) -> list[Block]:
    """The last changes of the workspace's settings."""
    lines = [
        f"{clock_time(entry.at, viewer.zone)} · {escape(entry.actor.name)}: "
        f"{escape('; '.join(changes_in_words(entry.changes)))}"
        for entry in entries[-_CHANGES:]
    ]
    return [b.context("\n".join(["Last changes", *lines]))] if lines else []


def saved(person: Person, next_brief: date | None) -> list[Block]:
    """The settings of this person (loaded with their workspace), in words."""
    workspace = person.workspace
    text = render(
        "saved.j2", person=person, next_brief=next_brief,
        weekdays=weekdays(person.working_week or workspace.working_week),
        hour=_clock(workspace.send_hour if person.send_hour is None else person.send_hour),
        region=workspace.holidays_region if person.holidays_region is None else person.holidays_region,
        language=LANGUAGES.get(person.date_language or ""),
    )  # fmt: skip
    return [b.section(text)]


def saved_for_all(lacking: list[str]) -> list[Block]:
    """The answer to a change of the workspace's settings, with the permissions without which emoji have no effect."""
    saved: list[Block] = [b.section(":white_check_mark: *Saved for the whole workspace.*")]
    if not lacking:
        return saved
    return [*saved, b.section(
        f":warning: Slack does not tell me of emoji yet: I lack {', '.join(lacking)}. An admin updates the app with"
        " `makegood manifest --with reactions` and installs it again."
    )]  # fmt: skip


def _hours(chosen: int | None) -> list[tuple[str, str]]:
    also: Iterable[int] = () if chosen is None else (chosen,)
    return [(str(hour), _from(hour)) for hour in sorted({*HOURS, *also})]


def _from(hour: int) -> str:
    return f"from {_clock(hour)}"


def _clock(hour: int) -> str:
    return f"{hour:02}:00"
