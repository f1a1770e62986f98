"""Settings of a workspace, and the settings that a person has chosen instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from babel import Locale

from store import absences, history, outbox, people
from store.dates.frame import EITHER_ORDER
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError
from store.reviews.schedule import plan_digests
from store.rules.calendar.working_days import check_region
from store.rules.names import fold
from store.rules.reviews import BETWEEN_REVIEWS, ON_EVENT
from store.rules.text import clean
from store.tables import Account, Category, Person, Role, Verb, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

# The send hours that people may choose: none of them is at night.
HOURS = range(5, 22)
# The working days before a review on which its digest may come. Each participant reads of it on the last one.
DIGEST_BEFORE = range(2, 21)
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
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# The workspace's settings by their columns: the field of the form, and the words for it in the history.
_FIELDS = {
    "send_hour": ("workspace_hour", "when morning briefs come"),
    "working_week": ("workspace_week", "the working days"),
    "holidays_region": ("workspace_region", "the public holidays"),
    "escalate_a_after": ("escalate_a_after", "the working days until the leads of A accounts are told"),
    "escalate_after": ("escalate_after", "the working days until the leads of other accounts are told"),
    "honours_status": ("honours_status", "Slack statuses"),
    "replies_in_threads": ("replies_in_threads", "replies in threads"),
    "fiscal_year_start": ("fiscal_year_start", "the start of the fiscal year"),
    "emoji": ("emoji", "the emoji"),
    "digest_before": ("digest_before", "the working days from a digest to its review"),
    **{
        name: (name, f"{words} of {category} accounts")
        for category in Category
        for name, words in (
            (f"roles_{category.lower()}", "the roles"), (f"review_months_{category.lower()}", "the reviews")
        )
    },
}  # fmt: skip
# The numbers that these may be, and the words for one.
_RANGES = {
    "send_hour": (HOURS, "an hour"),
    "escalate_a_after": (ESCALATION, "a number of working days"),
    "escalate_after": (ESCALATION, "a number of working days"),
    "digest_before": (DIGEST_BEFORE, "a number of working days"),
    "fiscal_year_start": (MONTHS, "a month"),
}
# The words for the months between two reviews that are no number of months.
_RHYTHMS = {
    None: "no reviews", ON_EVENT: "on an event", 1: "every month", 12: "every year", 24: "every two years",
}  # fmt: skip
# A change of these may change the signals of accounts.
_OF_SIGNALS = {name for name in _FIELDS if name.startswith(("roles_", "review_months_"))} | {"fiscal_year_start"}
# A change of these may change the days on which digests of reviews come.
_OF_DIGESTS = {"digest_before", "working_week", "holidays_region"}


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


def save(tx: Session, viewer: Person, own: PersonSettings, *, version: int, now: datetime) -> Person:
    """Store the viewer's settings. `version`: that of the workspace whose settings they saw beside theirs.

    The next brief of a person whose mornings change is set again. BadInputError at the field of the same name.
    """
    person, wanted = people.get(tx, viewer.id), _checked(own)
    workspace = person.workspace
    changed = history.changed_since(tx, viewer, workspace, version)
    shown = changed["working_week"][0] if "working_week" in changed else workspace.working_week
    if wanted["working_week"] == workspace.working_week or (
        person.working_week is None and wanted["working_week"] == shown
    ):
        wanted["working_week"] = None
    if _put(person, wanted):
        people.reschedule(person, now)
    outbox.mark_homes(tx, person.workspace_id, {person.id}, now)
    tx.flush()
    return person


def check_change(viewer: Person, now: datetime) -> None:
    """NotAllowedError if the viewer may not change the workspace's settings."""
    if not people.acts_as_admin(viewer, now):
        raise NotAllowedError("Only admins of this workspace can change how it works. You can ask one of them.")


def save_workspace(
    tx: Session, viewer: Person, given: Mapping[str, Any], *, version: int, origin_key: str, now: datetime
) -> Workspace:  # fmt: skip
    """Give the workspace those of the `given` settings, by column, that the viewer changed since they saw `version`.
    Others keep what another admin has chosen since.

    Escalations and `digest_before` are in working days, `fiscal_year_start` is a month. The months between two reviews
    may be ON_EVENT; None means that there are none. The next brief of each person whose mornings change is set again.
    BadInputError at the field of a setting, ChangedMeanwhileError at one that two admins changed. NotAllowedError if
    the viewer is no admin.
    """
    check_change(viewer, now)
    (workspace,) = history.lock(tx, Workspace, sa.select(Workspace).where(Workspace.id == viewer.workspace_id))
    wanted = {column: _checked_setting(column, value) for column, value in given.items()}
    seen = history.changed_since(tx, viewer, workspace, version)
    for column, (before, who) in seen.items():
        if column not in wanted:
            continue
        mine, theirs = history.plain(wanted[column]), history.plain(getattr(workspace, column))
        if mine == before:
            del wanted[column]
        elif theirs not in (mine, before):
            raise ChangedMeanwhileError(
                f"{who.name} changed this meanwhile to {in_words(column, theirs)}; you have {in_words(column, mine)}."
                " Choose theirs to go on, or open the settings again to put yours in its place.",
                field=_FIELDS[column][0],
            )
    changes = history.set_fields(workspace, wanted)
    if not changes:
        return workspace
    workspace.version += 1
    history.append(tx, viewer, workspace, Verb.EDIT, changes, now=now, origin_key=origin_key)
    if not workspace.honours_status:
        absences.forget_statuses(tx, workspace.id, now=now)
    people.reschedule_everybody(tx, workspace, now)
    outbox.mark_homes(tx, workspace.id, {viewer.id}, now)
    if _OF_SIGNALS & changes.keys():
        history.check_soon(tx, Account.workspace_id == workspace.id, now)
    if _OF_DIGESTS & changes.keys():
        plan_digests(tx, workspace, now)
    tx.flush()
    return workspace


def in_words(column: str, value: Any) -> str:  # noqa: ANN401  any column's value, as an entry keeps it
    """A value of a workspace's setting: “every 3 months”, “Monday to Friday”."""
    if column.startswith("review_months_"):
        return _RHYTHMS.get(value, f"every {value} months")
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(one.replace("_", " ") for one in value) or "nothing"
    if value is None:
        return "nothing"
    shown = {
        "send_hour": lambda: f"{value:02}:00",
        "working_week": lambda: weekdays(value),
        "fiscal_year_start": lambda: MONTH_NAMES[value - 1],
    }
    return shown[column]() if column in shown else str(value)


def changes_in_words(changes: Mapping[str, Any]) -> list[str]:
    """The changes of an entry of the workspace's settings: “the reviews of A accounts: every 2 months”."""
    return [f"{_FIELDS[column][1]}: {in_words(column, after)}" for column, (_, after) in changes.items()]


def weekdays(digits: str) -> str:
    """The weekdays in words: “Monday to Friday”, “Monday, Tuesday and Thursday”."""
    days = [int(digit) for digit in digits]
    names = [WEEKDAYS[day] for day in days]
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):  # noqa: PLR2004  two days are named
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


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
        _within(own.send_hour, *_RANGES["send_hour"], "send_hour")
    if own.date_language is not None and own.date_language not in LANGUAGES:
        raise BadInputError("Choose one of the languages.", field="date_language")
    return {
        "send_hour": own.send_hour,
        "working_week": _week(own.weekdays, "weekdays"),
        "holidays_region": "" if _is_none(own.holidays_region) else region(own.holidays_region, "holidays_region"),
        "date_language": own.date_language,
        "weekly": own.weekly,
    }


def _checked_setting(column: str, value: Any) -> Any:  # noqa: ANN401  any column's value
    """A setting of the workspace as its column keeps it. BadInputError at its field."""
    field = _FIELDS[column][0]
    if column.startswith("roles_"):
        return _roles(value, field)
    if column.startswith("review_months_"):
        return _between_reviews(value, field)
    if column in _RANGES:
        _within(value, *_RANGES[column], field)
    if column == "working_week":
        return _week(value, field)
    if column == "holidays_region":
        return None if _is_none(value) else region(value, field)
    return _emoji(value) if column == "emoji" else value


def _roles(given: Collection[str], field: str) -> tuple[Role, ...] | None:
    """The roles in the order in which forms offer them; None for none."""
    if set(given) - set(Role):
        raise BadInputError("Choose from the roles.", field=field)
    return tuple(role for role in Role if role in given) or None


def _between_reviews(months: int | None, field: str) -> int | None:
    if months not in (None, ON_EVENT, *BETWEEN_REVIEWS):
        raise BadInputError(
            f"Choose how often: every 1 to {BETWEEN_REVIEWS[-1]} months, on an event, or no reviews.", field=field
        )
    return months


def _emoji(text: str | None) -> str | None:
    """The name of an emoji, written with its colons or without; None for an empty text."""
    name = clean(text or "").strip(":").casefold()
    if name and not _EMOJI.fullmatch(name):
        raise BadInputError("Write the name of one emoji, such as :handshake:.", field="emoji")
    return name or None


def _is_none(text: str | None) -> bool:
    return clean(text or "").casefold() in _NONE


def _within(value: int, allowed: range, what: str, field: str) -> None:
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
