"""Words: Jinja2 templates that escape every value for Slack, and dates as people read them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2

from store.agreements import WAYS, Standing, agreed_by, mark, standing
from store.people import working_days
from store.rules.calendar.brief_times import zone_of
from store.rules.kept import days_late
from store.rules.rhythm import Rhythm
from store.rules.signals import delay_words
from store.rules.text import RIGHT_TO_LEFT, isolated, one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from store.tables import Commitment, Way, Workspace

# Slack's rule for text in messages: these three characters, and no others, become entities.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack has no escape for a formatting character, so a look-alike replaces it; the ledger keeps the typed
# text. Within a word "_" formats nothing; the others would end our own formatting around the text.
_FORMATTING = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)")
_LOOK_ALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
# The mark of a quotation or a list; also at the end of the text, because our own words may follow.
_QUOTE = re.compile(r"^(\s*)(&gt;|[•◦▪▫‣–\-](?=\s|$)|\d+[.)](?=\s|$))")
_GAP = re.compile(r"\n{3,}")
_WEEK = 7
_ZERO_WIDTH = "\u200b"
# Any of the above, for a quick check: most texts have none.
_SPECIAL = re.compile(rf"[&<>*_~`]|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|{_QUOTE.pattern}|{RIGHT_TO_LEFT.pattern}")


class Mrkdwn(str):
    """Text of our own that is Slack markup already, and is not escaped again."""

    __slots__ = ()


def escape(value: Any) -> Mrkdwn:  # noqa: ANN401  any value of a template
    """`value` as plain text in Slack's markup. It stays in one line, and cannot mention, link or format.

    It also cannot change the direction of the text beside it.
    """
    if isinstance(value, Mrkdwn):
        return value
    text = str(value)
    if not _SPECIAL.search(text):
        return Mrkdwn(text)
    text = one_line(text).translate(_ENTITIES)
    text = _FORMATTING.sub(lambda found: _LOOK_ALIKES[found.group()], text)
    text = _QUOTE.sub(lambda found: f"{found.group(1)}{_ZERO_WIDTH}{found.group(2)}", text)
    return Mrkdwn(isolated(text))


def quotation(text: str) -> Mrkdwn:
    """Text of several lines, each behind Slack's bar for quotations, so that no line looks like our own."""
    return Mrkdwn("\n".join(f"> {escape(line)}" for line in text.splitlines()))


def shortened(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, with an ellipsis if it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


# Dates are in English, the language of the words around them, with the day before the month and no comma.


def full_date(day: date) -> str:
    """The full date, unmistakable in every country: Friday 27 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_date(day: date) -> str:
    """The date with its weekday, short: Fri 27 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def when(commitment: Commitment, today: date, workspace: Workspace) -> str:
    """How far off: "today", "tomorrow", "in 5 days", "late by 3 working days", counted in those of its owner."""
    days = (commitment.due_on - today).days
    if days >= 0:
        return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    late = days_late(commitment.due_on, today, working_days(commitment.owner, workspace))
    return delay_words(late) if late else "late, no working day since"


def lately(day: date, today: date) -> str:
    """A day of the last weeks: "today", "yesterday", "on Tuesday", "on 12 November"."""
    days = (today - day).days
    near = {0: "today", 1: "yesterday"}
    return near.get(days) or (f"on {day:%A}" if days < _WEEK else f"on {day.day} {day:%B}")


def first_date(commitment: Commitment) -> str:
    """The first date of a commitment that was moved, and its slips: “first 26 Nov · moved twice”; else empty."""
    first, slips = commitment.first_due_on, commitment.slips
    parts = [f"first {brief_date(first, commitment.due_on)}"] if first != commitment.due_on else []
    parts += [f"moved {times(slips)}"] if slips else []
    return " · ".join(parts)


_HOW = {way: words[0].lower() + words[1:] for way, words in WAYS}
STANDINGS = {Standing.WISH: "a wish", Standing.AGREED: "agreed", Standing.AGAIN: "to be agreed again"}
# The same where the client reads.
_TO_OTHERS = {**STANDINGS, Standing.WISH: "not agreed yet"}


def agreed_how(way: Way) -> str:
    """“in a meeting”"""
    return _HOW[way]


def agreement(commitment: Commitment, today: date, *, others: bool = False) -> Mrkdwn:
    """How it stands with the client, in a line of it: “a wish”, or “not agreed yet” where `others` read; empty for one
    of ours that nobody agreed to, and for one that ended without an agreement that counts.
    """
    stands = mark(commitment, today)
    if stands is None or (stands == Standing.AGAIN and not commitment.is_open):
        return Mrkdwn("")
    said = (_TO_OTHERS if others else STANDINGS)[stands]
    return Mrkdwn(f":handshake: {said}" if stands == Standing.AGREED else f"_{said}_")


def agreement_in_full(commitment: Commitment, today: date) -> str:
    """“Agreed by Dana Reyes on Fri 27 Nov 2026, in a meeting”; empty if nobody of theirs has agreed."""
    who = agreed_by(commitment)
    if who is None or commitment.agreed_on is None or commitment.agreed_how is None:
        return ""
    said = f"Agreed by {who.name} on {short_date(commitment.agreed_on)}, {_HOW[commitment.agreed_how]}"
    if standing(commitment, today) == Standing.AGREED or not commitment.is_open:
        return said
    why = "who has left since" if who.has_left(today) else "and changed since"
    return f"{said}, {why}: to be agreed again"


def rhythm(commitment: Commitment) -> str:
    """The rhythm of a series of which this is the newest: “every Friday”; else empty."""
    said = Rhythm.read(commitment.rhythm or "") if commitment.repeat_at else None
    return said.words(commitment.series_on) if said else ""


def brief_date(day: date, near: date) -> str:
    """The date as short as it can be beside another one: 26 Nov; with its year if that differs."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != near.year else "")


def times(count: int) -> str:
    """“once”, “twice”, “3 times”."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def lateness(days: int) -> str:
    """How late a commitment was done: “2 working days late”, “a day early” (a negative number of days), “on time”."""
    if not days:
        return "on time"
    unit, end = ("working day", "late") if days > 0 else ("day", "early")
    return f"a {unit} {end}" if abs(days) == 1 else f"{abs(days)} {unit}s {end}"


def clock_time(at: datetime, zone: str) -> str:
    """Day and time in that zone: Fri 27 Nov 2026, 14:05."""
    local = at.astimezone(zone_of(zone))
    return f"{short_date(local.date())}, {local:%H:%M}"


# At most so many names are listed.
_NAMED = 10


def either(names: Sequence[str]) -> str:
    """“A, B or C”; of many names the shortest, which are the most similar, and the number of the others."""
    best = sorted(names, key=len)[:_NAMED] if len(names) > _NAMED else list(names)
    last = best.pop() if len(best) == len(names) else f"{len(names) - len(best):,} others"
    return f"{', '.join(best)} or {last}" if best else last


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or _several(one)}"


def _several(noun: str) -> str:
    if noun == "person":
        return "people"
    return f"{noun[:-1]}ies" if re.search("[^aeiou]y$", noun) else f"{noun}s"


def render(template: str, **values: Any) -> str:  # noqa: ANN401  any value of the template
    """The words of handlers/templates/`template`, without the blank lines of its tags."""
    return tidied(_template(template).render(values))


def tidied(words: str) -> str:
    """The words of a template without the blank lines of its tags."""
    return _GAP.sub("\n\n", words).strip()


@cache
def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    return prepared(jinja2.Environment, escape, jinja2.PackageLoader("handlers", "templates"))


def prepared(
    kind: type[jinja2.Environment], finalize: Callable[[Any], str], loader: jinja2.BaseLoader
) -> jinja2.Environment:
    """An environment of that kind for words: each value passes through `finalize`, and dates have filters."""
    # Slack's markup is not HTML: autoescape would turn quotes into entities that Slack shows literally.
    # Instead `finalize` passes every value through our own `escape`.
    environment = kind(
        loader=loader,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    environment.filters |= {
        "full_date": full_date,
        "short_date": short_date,
        "shortened": shortened,
        "plural": plural,
        "quoted": quoted,
        "quotation": quotation,
    }
    environment.globals |= {
        "when": when, "clock_time": clock_time, "first_date": first_date, "rhythm": rhythm, "lateness": lateness,
        "agreement": agreement, "agreement_in_full": agreement_in_full,
    }  # fmt: skip
    return environment
