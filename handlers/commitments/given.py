"""The values that a line such as "move 17 to Friday: legal is slow" gives to the form of the change."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments.command_words import BECAUSE
from handlers.commitments.forms import Given
from handlers.commitments.one_liner import facts_for, readable
from handlers.slack.payloads import unescaped
from handlers.slack.words import shortened
from store import commitments, people
from store.dates import Due, frame, read
from store.dates.answers import settle
from store.errors import BadInputError, NotFoundError
from store.rules.line import read_line
from store.rules.line.words import courtesy_at
from store.rules.text import NAME_LIMIT, quoted

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from handlers.commitments.command_words import Act
    from store.dates import Frame, Reading
    from store.tables import Person

# Where the reason may begin behind a date.
_REASON = re.compile(rf"(?: ?[:;,]| [-–—])\s+|\s+{BECAUSE}\s+", re.IGNORECASE)
# A length of time by which a date moves.
_LENGTH = re.compile(
    r"(?:(?:by|for|um|für|de|pour|por)\s+|d['’])?(?P<length>.+?)(?:\s+(?:later|später|plus tard|más tarde))?",
    re.IGNORECASE,
)
_QUOTED = 60
_NO_REASON = "Letting it rest takes no reason. “Comment” on the commitment keeps words."


def given(tx: Session, person: Person, asked: Act, line: str, now: datetime) -> Given | None:
    """The values that the words of `asked` give to its form; None if the line is a commitment, by what they say."""
    if asked.action_id in {ids.MOVE, ids.SNOOZE}:
        return _dated(tx, person, asked, line, now) if asked.text else Given()
    reason = unescaped(readable(tx, person, asked.text))
    if not asked.who:
        return Given(reason=reason)
    try:
        owner = people.as_owner(tx, person, person_named(tx, person, asked.who).slack_id)
    except (BadInputError, NotFoundError) as error:
        return Given(reason=reason, remark=error.words) if asked.sure else None
    return Given(reason=reason, person=owner.slack_id)


def person_named(tx: Session, person: Person, said: str) -> Person:
    """The person of that Slack id, @handle or @name; NotFoundError if there is none, or several."""
    if said.startswith("@"):
        found = people.named(tx, person, said) or people.called(tx, person, said)
    else:
        found = next(iter(people.by_slack_ids(tx, person.workspace, [said])), None)
    if found is None:
        raise NotFoundError(f"I don't know who {shortened(said, NAME_LIMIT) if said.startswith('@') else 'that'} is.")
    return found


def _dated(tx: Session, person: Person, asked: Act, line: str, now: datetime) -> Given | None:
    """The day, and the reason behind it. Words that are no date leave the day to the person, unless the line has a date
    elsewhere: "move 2 to Berlin by Friday".
    """
    facts = facts_for(tx, person, now)
    frame_ = frame(
        facts["today"], facts["locale"], frozenset(facts["working_week"]), facts["fiscal_year_start"]
    )  # fmt: skip
    words = asked.text[: courtesy_at(asked.text)].strip(" .,;!")
    cuts = list(_REASON.finditer(words))
    since = frame_.today
    if asked.action_id == ids.MOVE:
        since = commitments.get(tx, person, int(asked.number)).due_on
    # The longest part that is a date: "Friday, 4 Dec, legal is slow".
    for cut in (None, *reversed(cuts)):
        phrase, reason = (words, "") if cut is None else (words[: cut.start()], words[cut.end() :])
        reading = _read(phrase, frame_, since)
        if reading.kind:
            break
    else:
        if not asked.sure or read_line(line, **facts).due is not None:
            return None
    reason = unescaped(readable(tx, person, reason))
    answer = reading.answer(phrase)
    if isinstance(answer, Due):
        remark = _NO_REASON if reason and asked.action_id == ids.SNOOZE else ""
        return Given(answer.on, reason, remark=remark)
    if reading.kind and reading.kind != "bare":
        return Given(reason=reason, remark=answer.reason)
    said = quoted(unescaped(readable(tx, person, phrase)), _QUOTED)
    return Given(reason=reason, remark=f"{said} names no day that I can read. Choose it here.")


def _read(phrase: str, asked: Frame, since: date) -> Reading:
    """The reading of a day, or of a length of time after `since`: "by a week", "two days later"."""
    reading, found = read(phrase, asked), _LENGTH.fullmatch(phrase)
    if found is None or reading.kind not in {None, "bare"}:
        return reading
    # “In” is understood in all languages.
    counted = read(f"in {found['length']}", replace(asked, today=since))
    if counted.on is not None and counted.kind == "duration":
        return settle(counted.on, asked, "duration")
    return counted if counted.kind == "vague" else reading
