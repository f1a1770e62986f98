"""The form of settings: a person's own, and for admins also the workspace's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.absences.views import button
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import NOWHERE
from handlers.slack.words import clock_time, escape, render
from store.rules.text import NAME_LIMIT
from store.settings import ESCALATION, HOURS, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from slackblocks import Block

    from handlers.slack.payloads import Context
    from store.tables import Person, Workspace

# The value of the option for "as the workspace has it".
DEFAULT = "default"
WEEKLY = "weekly"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_RHYTHMS = (
    ("daily", "On every working morning, if something is due"),
    (WEEKLY, "Once a week, on its first working morning"),
)
_BOXES = [(str(day), name) for day, name in enumerate(WEEKDAYS)]
_REGIONS = "A country or region: Germany, DE-BY, GB-ENG, US-CA."


def form(person: Person, now: datetime, context: Context) -> b.Json:
    """The form with the person's present settings; for an admin also with the workspace's."""
    blocks = [*_own(person, now), *(_workspace(person.workspace) if person.is_admin else [])]
    return b.modal("Settings", blocks, callback_id=ids.FORM_SETTINGS, metadata=context.encode(), submit="Save")


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
        b.actions(button(NOWHERE)),
    ]  # fmt: skip


def _workspace(workspace: Workspace) -> list[Block]:
    overdue = "So many working days overdue. The one who owes it is told of that beforehand."
    return [
        b.divider(),
        b.header("For the whole workspace"),
        b.context("Only admins see this part. Everybody can choose otherwise for themselves, but for the last five."),
        f.field("When morning briefs come", f.menu(ids.WORKSPACE_HOUR, _hours(workspace.send_hour),
                str(workspace.send_hour)), ids.WORKSPACE_HOUR),
        f.field("Working days", f.boxes(ids.WORKSPACE_WEEK, _BOXES, workspace.working_week), ids.WORKSPACE_WEEK),
        f.field("Public holidays", f.text(ids.WORKSPACE_REGION, NAME_LIMIT, workspace.holidays_region or ""),
                ids.WORKSPACE_REGION, hint=_REGIONS, optional=True),
        f.field("A accounts: tell the account's owner after", f.number(ids.ESCALATE_A_AFTER, workspace.escalate_a_after,
                ESCALATION), ids.ESCALATE_A_AFTER, hint=overdue),
        f.field("Other accounts: tell the account's owner after", f.number(ids.ESCALATE_AFTER, workspace.escalate_after,
                ESCALATION), ids.ESCALATE_AFTER),
        f.field("Slack statuses", f.boxes(ids.HONOURS_STATUS, [
            ("yes", "Whoever's status says they are on holiday or ill is away"),
        ], ["yes"] if workspace.honours_status else []), ids.HONOURS_STATUS, optional=True,
                hint="Read whenever a status changes, and once a day."),
        f.field("Threads", f.boxes(ids.REPLIES_IN_THREADS, [
            ("yes", "A message that was made a commitment gets a reply: “Recorded as #16”"),
        ], ["yes"] if workspace.replies_in_threads else []), ids.REPLIES_IN_THREADS, optional=True,
                hint="Never where guests or people of another company read."),
        f.field("The fiscal year starts in", f.menu(ids.FISCAL_YEAR_START, [
            (str(number), name) for number, name in enumerate(MONTHS, start=1)
        ], str(workspace.fiscal_year_start)), ids.FISCAL_YEAR_START, hint="“End of quarter” is counted from it."),
        f.field("Emoji that makes a message a commitment", f.text(ids.EMOJI, NAME_LIMIT, f":{workspace.emoji}:"
                if workspace.emoji else ""), ids.EMOJI, optional=True,
                hint="Such as :handshake:. I offer the message to the person who adds it; a :white_check_mark: on their"
                " own shared item finishes it. In channels with @Makegood. Empty: off."),
    ]  # fmt: skip


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


def lacking(scopes: list[str]) -> list[Block]:
    """The sentence about permissions without which emoji have no effect."""
    if not scopes:
        return []
    return [b.section(
        f":warning: Slack does not tell me of emoji yet: I lack {', '.join(scopes)}. An admin updates the app with"
        " `makegood manifest --with reactions` and installs it again."
    )]  # fmt: skip


def weekdays(digits: str) -> str:
    """The weekdays in words: “Monday to Friday”, “Monday, Tuesday and Thursday”."""
    days = [int(digit) for digit in digits]
    names = [WEEKDAYS[day] for day in days]
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):  # noqa: PLR2004  two days are named
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _hours(chosen: int | None) -> list[tuple[str, str]]:
    also: Iterable[int] = () if chosen is None else (chosen,)
    return [(str(hour), _from(hour)) for hour in sorted({*HOURS, *also})]


def _from(hour: int) -> str:
    return f"from {_clock(hour)}"


def _clock(hour: int) -> str:
    return f"{hour:02}:00"
