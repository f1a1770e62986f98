"""Settings of a workspace, and the settings that a person has chosen instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa
from babel import Locale

from store import absences, outbox, people
from store.dates.frame import EITHER_ORDER
from store.errors import BadInputError, NotAllowedError
from store.rules.calendar.working_days import check_region
from store.rules.names import fold
from store.rules.text import clean
from store.tables import Person, Workspace

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# The send hours that people may choose: none of them is at night.
HOURS = range(5, 22)
# Words for "no public holidays". They are stored as the empty text for a person, and as NULL for a workspace.
_NONE = frozenset({"none", "no", "keine", "aucun", "aucune", "ninguno", "ninguna", "-"})
# The languages of the dates that people type. None in a person's settings: dates are read by Slack's locale.
LANGUAGES = {
    "en-GB": "English, day first: 4/12 is 4 December",
    "en-US": "English, month first: 4/12 is 12 April",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
}
# The names that Slack allows.
_EMOJI = re.compile(r"[\w+'-]{1,100}")
# The numbers of working days overdue after which a commitment may be escalated.
ESCALATION = range(1, 61)
MONTHS = range(1, 13)


@dataclass(frozen=True)
class PersonSettings:
    """A person's settings. None, or the workspace's own week: the workspace's setting counts.

    `weekdays`: Monday 0 … Sunday 6. `holidays_region` is text as the person wrote it.
    """

    send_hour: int | None
    weekdays: frozenset[int]
    holidays_region: str | None
    date_language: str | None
    weekly: bool


@dataclass(frozen=True)
class WorkspaceSettings:
    """The workspace's settings. Both escalations are in working days; `escalate_a_after` is for A accounts.

    `fiscal_year_start` is a month. `emoji` proposes a message as a commitment; None: none does.
    """

    send_hour: int
    weekdays: frozenset[int]
    holidays_region: str | None
    escalate_a_after: int
    escalate_after: int
    honours_status: bool
    replies_in_threads: bool
    fiscal_year_start: int
    emoji: str | None = None


def save(
    tx: Session,
    viewer: Person,
    own: PersonSettings,
    workspace_settings: WorkspaceSettings | None = None,
    *,
    now: datetime,
) -> Person:
    """Store the viewer's settings, and the workspace's if `workspace_settings` is given: only admins may change those.

    The next brief of each person whose mornings change is set again. BadInputError at the field of the same name; for
    settings that both have, at workspace_hour, workspace_week and workspace_region. NotAllowedError if the viewer is no
    admin.
    """
    if workspace_settings is not None and not people.acts_as_admin(viewer, now):
        raise NotAllowedError("Only admins of this workspace can change how it works. You can ask one of them.")
    person = people.get(tx, viewer.id)
    workspace = tx.scalars(
        sa.select(Workspace).where(Workspace.id == viewer.workspace_id).execution_options(populate_existing=True)
    ).one()
    before = workspace.working_week
    checked = _checked(own), _checked_workspace(workspace_settings) if workspace_settings else None
    if checked[1] is not None and _put(workspace, checked[1]):
        if not workspace.honours_status:
            absences.forget_statuses(tx, workspace.id, now=now)
        people.reschedule_everybody(tx, workspace, now)
    wanted = checked[0]
    if wanted["working_week"] == workspace.working_week or (
        person.working_week is None and wanted["working_week"] == before
    ):
        wanted["working_week"] = None
    if _put(person, wanted):
        people.reschedule(person, now)
    outbox.mark_homes(tx, workspace.id, {person.id}, now)
    tx.flush()
    return person


def reads_dates_as(person: Person) -> str:
    """The locale for reading this person's dates: Slack's, unless the person has chosen another.

    People of one office have Slack's American or British English by chance. So Slack's English alone decides no order
    of figures: 4/12 is asked about (store/dates/frame.py).
    """
    if person.date_language:
        return person.date_language
    is_english = person.locale.partition("-")[0].casefold() == "en"
    return f"{person.locale}{EITHER_ORDER}" if is_english else person.locale


def choose_order(tx: Session, viewer: Person, language: str, *, now: datetime) -> None:
    """From now on read the figures of the viewer's dates as this language does: “always read mine as day first”."""
    if language not in LANGUAGES:
        raise BadInputError("Choose one of the languages.", field="date_language")
    person = people.get(tx, viewer.id)
    person.date_language = language
    outbox.mark_homes(tx, viewer.workspace_id, {person.id}, now)


def region(text: str | None, field: str) -> str | None:
    """The code of a region of public holidays from a person's text ("Germany", "de-by"); None for an empty text.

    BadInputError at `field` for an unknown region.
    """
    said = clean(text or "")
    if not said:
        return None
    try:
        return check_region(_countries().get(fold(said), said))
    except BadInputError as error:
        raise BadInputError(error.words, field=field) from None


@cache
def _countries() -> dict[str, str]:
    """The code of each country by its folded name, in each of the languages."""
    return {
        fold(name): code
        for language in {language.partition("-")[0] for language in LANGUAGES}
        for code, name in Locale(language).territories.items()
        if len(code) == len("DE") and code.isalpha()
    }


def _checked(own: PersonSettings) -> dict[str, object]:
    if own.send_hour is not None:
        _within(own.send_hour, HOURS, "send_hour", "an hour")
    if own.date_language is not None and own.date_language not in LANGUAGES:
        raise BadInputError("Choose one of the languages.", field="date_language")
    return {
        "send_hour": own.send_hour,
        "working_week": _week(own.weekdays, "weekdays"),
        "holidays_region": "" if _is_none(own.holidays_region) else region(own.holidays_region, "holidays_region"),
        "date_language": own.date_language,
        "weekly": own.weekly,
    }


def _checked_workspace(workspace_settings: WorkspaceSettings) -> dict[str, object]:
    _within(workspace_settings.send_hour, HOURS, "workspace_hour", "an hour")
    for name in ("escalate_a_after", "escalate_after"):
        _within(getattr(workspace_settings, name), ESCALATION, name, "a number of working days")
    _within(workspace_settings.fiscal_year_start, MONTHS, "fiscal_year_start", "a month")
    return {
        "send_hour": workspace_settings.send_hour,
        "working_week": _week(workspace_settings.weekdays, "workspace_week"),
        "holidays_region": None
        if _is_none(workspace_settings.holidays_region)
        else region(workspace_settings.holidays_region, "workspace_region"),
        "escalate_a_after": workspace_settings.escalate_a_after,
        "escalate_after": workspace_settings.escalate_after,
        "honours_status": workspace_settings.honours_status,
        "replies_in_threads": workspace_settings.replies_in_threads,
        "fiscal_year_start": workspace_settings.fiscal_year_start,
        "emoji": _emoji(workspace_settings.emoji),
    }


def _emoji(text: str | None) -> str | None:
    """The name of an emoji, written with its colons or without; None for an empty text."""
    name = clean(text or "").strip(":").casefold()
    if name and not _EMOJI.fullmatch(name):
        raise BadInputError("Write the name of one emoji, such as :handshake:.", field="emoji")
    return name or None


def _is_none(text: str | None) -> bool:
    return clean(text or "").casefold() in _NONE


def _within(value: int, allowed: range, field: str, what: str) -> None:
    if value not in allowed:
        raise BadInputError(f"Choose {what} from {allowed[0]} to {allowed[-1]}.", field=field)


def _week(weekdays: frozenset[int], field: str) -> str:
    if not weekdays or not weekdays <= frozenset(range(7)):
        raise BadInputError("Choose at least one working day.", field=field)
    return "".join(str(day) for day in sorted(weekdays))


def _put(row: Person | Workspace, wanted: dict[str, object]) -> bool:
    """Set the values that differ, and return whether there were any."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return bool(changed)
