"""Weekdays: "Friday", "this Friday", "next Friday", "Friday next week", "Friday in two weeks"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.dates.answers import SAID, WEEKDAYS, Reading, did_you_mean, settle, spell_with_weekday, unclear
from store.dates.forms import form
from store.dates.frame import WEEK
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    import re
    from datetime import date

    from store.dates.frame import Frame

_WEEKS_ON = {"this": 0, "next": 1, "coming": 1, "next2": 2}


def named(found: re.Match[str]) -> int:
    """The weekday in the group that matched."""
    return int(next(group for group in found.groups() if group and group.isdigit()))


def either(first: date, second: date, frame: Frame, suggestion: date) -> Reading:
    days = f"{spell_with_weekday(first)} or {spell_with_weekday(second)}"
    return unclear(f"{SAID} could be {days}.", frame, "weekday", suggestion)


def _bare(found: re.Match[str], frame: Frame) -> Reading:
    weekday = named(found)
    day = frame.coming(weekday)
    if frame.today.weekday() == weekday:
        return either(frame.today, day, frame, day)
    return settle(day, frame, "weekday")


def _coming(found: re.Match[str], frame: Frame) -> Reading:
    return settle(frame.coming(named(found)), frame, "weekday")


def _this(found: re.Match[str], frame: Frame) -> Reading:
    """“This Friday” is the Friday of this week. After the end of the working week, people mean the week ahead."""
    weekday = named(found)
    day, ahead = frame.in_week(weekday, 0), frame.coming(weekday)
    if day == frame.today:
        return either(day, ahead, frame, day)
    if day > frame.today or frame.today > frame.week_end():
        return settle(ahead, frame, "weekday")
    return did_you_mean(f"{WEEKDAYS[weekday]} of this week has already passed.", frame, "weekday", ahead)


def _next(found: re.Match[str], frame: Frame) -> Reading:
    """“Next Friday” is the Friday of next week, if no other Friday comes before; otherwise it has two meanings.

    At the weekend, "next week" has two meanings as well.
    """
    weekday = named(found)
    near, next_week = frame.coming(weekday), frame.in_week(weekday, 1)
    week_over = frame.today > frame.week_end()
    if near == next_week and (not week_over or frame.today.weekday() == weekday):
        return settle(near, frame, "weekday")
    return either(near, near + WEEK, frame, next_week)


def _in_named_week(found: re.Match[str], frame: Frame) -> Reading:
    weekday, weeks = named(found), _WEEKS_ON[found["week"] or found["first"]]
    day = frame.in_week(weekday, weeks)
    if frame.week_in_doubt(weekday):
        return either(day - WEEK, day, frame, day if weeks == 1 else day - WEEK)
    if day < frame.today:
        return did_you_mean(
            f"{WEEKDAYS[weekday]} of this week has already passed.", frame, "weekday", frame.coming(weekday)
        )
    return settle(day, frame, "weekday")


def _in_weeks(found: re.Match[str], frame: Frame) -> Reading:
    """“Friday in two weeks” is counted from the coming Friday, or is the Friday of the week in two weeks."""
    weekday, weeks = int(found[1]), int(found[2])
    counted, of_week = frame.coming(weekday) + weeks * WEEK, frame.in_week(weekday, weeks)
    if counted == of_week:
        return settle(counted, frame, "weekday")
    return either(of_week, counted, frame, of_week)


def _a_week_later(found: re.Match[str], frame: Frame) -> Reading:
    """“Friday week”: a week after the coming Friday."""
    day = frame.coming(named(found))
    if frame.today.weekday() == named(found):
        return either(day, day + WEEK, frame, day)
    return settle(day + WEEK, frame, "weekday")


def every(found: re.Match[str], frame: Frame) -> Reading:
    """A weekday that may mean every week, such as "le lundi". The coming one is suggested."""
    day = frame.coming(named(found))
    return did_you_mean(f"{SAID} can be every {WEEKDAYS[day.weekday()]}.", frame, "weekday", day)


def _tomorrow(found: re.Match[str], frame: Frame) -> Reading | None:
    """“Freitag Morgen” is Friday's morning; in another language the two words name one day twice."""
    if frame.language == "de" and found[0].startswith("w"):
        return _bare(found, frame)
    day = frame.today + DAY
    return settle(day, frame, "day") if day.weekday() == named(found) else None


def _passed(_found: re.Match[str], frame: Frame) -> Reading:
    return unclear(f"{SAID} has already passed.", frame, "weekday")


FORMS = (
    form(r"w(\d)", _bare),
    form(r"this w(\d)|w(\d) this", _this),
    form(r"(?:this |next )?coming w(\d)|w(\d) coming", _coming),
    form(r"next w(\d)|w(\d) next", _next),
    form(r"w(\d) (?P<week>this|next2?) week|(?P<first>this|next2?) week w(\d)", _in_named_week),
    form(r"w(\d) in (\d) week", _in_weeks),
    form(r"w(\d) week|1 week w(\d)", _a_week_later),
    form(r"w(\d) tomorrow|tomorrow w(\d)", _tomorrow),
    form(r"last w\d|w\d last|yesterday", _passed),
)
