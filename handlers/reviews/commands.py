"""`/review …`: the coming reviews, the review of an account, its minutes; or a line that books one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

from handlers import people as directory
from handlers.accounts.finding import find
from handlers.people import viewer
from handlers.reviews import views
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import unescaped
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Reply, give
from handlers.slack.words import render
from store import accounts, people, reviews, settings, stakeholders
from store.dates import Due, read_due
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.reviews import USUAL_TIME, begins_at
from store.rules.text import quoted
from store.tables import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Command
    from store.tables import Account, Person, Stakeholder

Ack = Callable[..., Any]

_HELP = frozenset({"help", "?", "hilfe", "aide", "ayuda"})
_LAST = re.compile(r"(?P<name>.+?)\s+(?:last|minutes)", re.IGNORECASE)
# “Acme on 12 Jan 10:00 with @eva and Dana”
_BOOK = re.compile(r"(?P<name>.+?)\s+(?:on|at)\s+(?P<when>.+?)(?:\s+with\s+(?P<people>.+))?", re.IGNORECASE)
_TIME = re.compile(
    r"\s*(?:\bat\s+)?\b(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>am|pm)?$", re.IGNORECASE
)
_USER = re.compile(r"<@(?P<id>[A-Z0-9]+)(?:\|[^<>]*)?>")
_NOON = 12


def review(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """The /review command."""
    command = payloads.command(body)
    named = [found["id"] for found in _USER.finditer(command.text)]
    directory.check(context, command.asker)
    directory.ensure_people(context["ledger"], context["slack"], command.asker.team_id, named, context["now"])
    give(ack, context, command, answer_to(command, context))


def answer_to(command: Command, context: BoltContext) -> Reply:
    """The view that the line asks for."""
    said, now = command.text.strip(), context["now"]
    if said.casefold() in _HELP:
        return Reply([b.section(render("review_help.j2"))], Ref(view=ViewName.HELP))
    with context["ledger"].begin() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        ref = _ref_of(tx, person, command, said, now)
        drawn = surfaces.draw(tx, person, ref, now)
    return Reply(drawn.blocks if drawn else [], ref)


def _ref_of(tx: Session, person: Person, command: Command, said: str, now: datetime) -> Ref:
    if not said:
        here = accounts.of_channel(tx, person, command.channel) if command.channel else None
        return views.page_ref(here) if here else Ref(view=ViewName.REVIEWS)
    if accounts.named(tx, person, unescaped(said)):
        # An account may be called “Working on Air”.
        return views.page_ref(find(tx, person, unescaped(said)))
    if found := _LAST.fullmatch(said):
        account = find(tx, person, unescaped(found["name"]))
        last = reviews.last_held(tx, person, account)
        if last is None:
            raise BadInputError(f"No review of {account.name} was held yet.")
        return Ref(Subject.REVIEW, last.id, view=ViewName.MINUTES)
    if found := _BOOK.fullmatch(said):
        account = find(tx, person, unescaped(found["name"]))
        wanted = _Booking.read(tx, person, account, found, now)
        booked = reviews.book(tx, person, account, wanted.starts_at, origin_key=command.origin_key, now=now)
        if found["people"]:
            reviews.change_people(
                tx, person, booked.id, wanted.ours, wanted.theirs, origin_key=f"{command.origin_key}:people", now=now
            )
        return views.page_ref(account)
    return views.page_ref(find(tx, person, unescaped(said)))


@dataclass(frozen=True)
class _Booking:
    """A line that books a review, as it was read."""

    starts_at: datetime
    ours: list[Person]
    theirs: list[Stakeholder]

    @classmethod
    def read(cls, tx: Session, person: Person, account: Account, found: re.Match[str], now: datetime) -> _Booking:
        """BadInputError, in words, for a day or a person that is not understood."""
        phrase, at = _apart(found["when"])
        ours, theirs = _people(tx, person, account, found["people"] or "")
        return cls(begins_at(_day(phrase, person, now), at, person.zone), ours, theirs)


def _apart(when: str) -> tuple[str, time]:
    """The day's phrase, and the time behind it; the usual time without one."""
    found = _TIME.search(when)
    if found is None or not (found["minute"] or found["half"] or "at" in found[0].lower()):
        return when, USUAL_TIME
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"].lower() == "pm" else 0)
    return when[: found.start()].strip(), time(hour, int(found["minute"] or 0))


def _day(phrase: str, person: Person, now: datetime) -> date:
    found = read_due(
        phrase, today=local_day(now, person.zone), locale=settings.reads_dates_as(person),
        working_week=people.working_days(person).weekdays, fiscal_year_start=person.workspace.fiscal_year_start,
    )  # fmt: skip
    if not isinstance(found, Due):
        said = found.reason if found.suggestion else f"I don't read a day in {quoted(phrase)}."
        raise BadInputError(f"{said} Write it as in /review Acme on 12 Jan 10:00, or press “Book it”.")
    return found.on


def _people(tx: Session, person: Person, account: Account, text: str) -> tuple[list[Person], list[Stakeholder]]:
    """The people whom the line names: colleagues as @name, the client's people by their name."""
    ours = people.as_helpers(tx, person, [found["id"] for found in _USER.finditer(text)], field="people")
    theirs = []
    for name in re.split(r",|\band\b|&amp;", _USER.sub(",", text)):
        if not name.strip():
            continue
        known = stakeholders.named_in(tx, person, account, unescaped(name.strip()))
        if known is None:
            raise BadInputError(
                f"I know nobody called {quoted(unescaped(name.strip()))} at {account.name}. Colleagues are written as"
                " @name; “/plan” adds the client's people."
            )
        theirs.append(known)
    return ours, theirs
