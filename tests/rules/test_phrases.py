"""Phrases that people write for a due date, and the day they mean: right or refused, never wrong."""

from __future__ import annotations

from datetime import date

import pytest

from store.dates import Due, Unclear, read_due

SAT = date(2026, 11, 21)
MON, WED, THU, FRI, SUN = (date(2026, 11, day) for day in (23, 25, 26, 27, 22))
NEW_YEARS_EVE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)
LEAP_EVE, LEAP_DAY = date(2028, 2, 28), date(2028, 2, 29)
# The clocks change: Europe, the United States, and both again in spring.
CLOCKS = (date(2026, 10, 25), date(2026, 11, 1), date(2027, 3, 14), date(2027, 3, 28))

# (today, locale, phrase, the day it means; "?" refused, with the day suggested)
ROWS = [
    # days
    (SAT, "en-US", "today", "2026-11-21"),
    (SAT, "en-US", "tomorrow", "2026-11-22"),
    (SAT, "en-US", "day after tomorrow", "2026-11-23"),
    (SAT, "en-US", "the day after tomorrow", "2026-11-23"),
    (SAT, "en-US", "Tomorrow!", "2026-11-22"),
    (NEW_YEARS_EVE, "en-US", "tomorrow", "2027-01-01"),
    (LEAP_EVE, "en-US", "tomorrow", "2028-02-29"),
    (SAT, "en-US", "tonight", "2026-11-21"),
    (SAT, "en-US", "EOD", "2026-11-21"),
    (SAT, "en-US", "end of day tomorrow", "2026-11-22"),
    (SAT, "en-US", "close of business Friday", "2026-11-27"),
    (SAT, "de-DE", "heute", "2026-11-21"),
    (SAT, "de-DE", "morgen", "2026-11-22"),
    (SAT, "de-DE", "bis übermorgen", "2026-11-23"),
    (SAT, "fr-FR", "aujourd’hui", "2026-11-21"),
    (SAT, "fr-FR", "demain", "2026-11-22"),
    (SAT, "fr-FR", "après-demain", "2026-11-23"),
    (SAT, "es-ES", "hoy", "2026-11-21"),
    (SAT, "es-ES", "mañana", "2026-11-22"),
    (SAT, "es-ES", "pasado mañana", "2026-11-23"),
    # weekdays
    (SAT, "en-US", "Friday", "2026-11-27"),
    (SAT, "en-US", "by fri.", "2026-11-27"),
    (SAT, "en-US", "Sunday", "2026-11-22"),
    (FRI, "en-US", "Friday", "? 2026-12-04"),
    (THU, "en-US", "Friday", "2026-11-27"),
    (FRI, "en-US", "this Friday", "? 2026-11-27"),
    (MON, "en-US", "this Friday", "2026-11-27"),
    (SAT, "en-US", "this Friday", "2026-11-27"),
    (WED, "en-US", "this Tuesday", "? 2026-12-01"),
    (MON, "en-US", "next Friday", "? 2026-12-04"),
    (SAT, "en-US", "next Friday", "? 2026-11-27"),
    (FRI, "en-US", "next Friday", "2026-12-04"),
    (FRI, "en-US", "next Monday", "2026-11-30"),
    (MON, "en-US", "coming Friday", "2026-11-27"),
    (MON, "en-US", "Friday next week", "2026-12-04"),
    (MON, "en-US", "Friday of next week", "2026-12-04"),
    (SUN, "en-US", "Friday next week", "? 2026-11-27"),
    (SUN, "en-GB", "Friday next week", "2026-11-27"),
    (MON, "en-US", "Friday week", "2026-12-04"),
    (MON, "en-US", "Friday in two weeks", "2026-12-11"),
    (SAT, "en-US", "Friday in two weeks", "? 2026-12-04"),
    (SAT, "en-US", "last Friday", "?"),
    (SAT, "en-US", "on a Friday", "?"),
    (SAT, "en-US", "after tomorrow", "?"),
    (SAT, "en-US", "yesterday", "?"),
    (SAT, "en-US", "Friday or Monday", "?"),
    (SAT, "en-US", "Mon-Wed", "?"),
    (MON, "de-DE", "Freitag", "2026-11-27"),
    (MON, "de-DE", "bis Fr.", "2026-11-27"),
    (MON, "de-DE", "Sonnabend", "2026-11-28"),
    (MON, "de-DE", "diesen Freitag", "2026-11-27"),
    (MON, "de-DE", "nächsten Freitag", "? 2026-12-04"),
    (MON, "de-DE", "kommenden Freitag", "2026-11-27"),
    (MON, "de-DE", "Freitag nächster Woche", "2026-12-04"),
    (MON, "de-DE", "Freitag Morgen", "?"),
    (MON, "fr-FR", "d’ici vendredi", "2026-11-27"),
    (MON, "fr-FR", "pour vendredi", "2026-11-27"),
    (MON, "fr-FR", "vendredi prochain", "? 2026-12-04"),
    (MON, "fr-FR", "vendredi de la semaine prochaine", "2026-12-04"),
    (SAT, "fr-FR", "d'ici à vendredi", "2026-11-27"),
    (SAT, "fr-FR", "le lundi", "? 2026-11-23"),
    (SAT, "fr-FR", "sam", "?"),
    (SAT, "es-ES", "los lunes", "? 2026-11-23"),
    (MON, "en-US", "next week on Friday", "2026-12-04"),
    (MON, "es-ES", "para el viernes", "2026-11-27"),
    (MON, "es-ES", "miércoles", "2026-11-25"),
    (MON, "es-ES", "este viernes", "2026-11-27"),
    (MON, "es-ES", "el viernes que viene", "? 2026-12-04"),
    (MON, "es-ES", "el viernes de la próxima semana", "2026-12-04"),
    # ends of periods, and periods
    (WED, "en-US", "EOW", "2026-11-27"),
    (FRI, "en-US", "end of week", "2026-11-27"),
    (SAT, "en-US", "end of the week", "? 2026-11-27"),
    (MON, "en-US", "end of next week", "2026-12-04"),
    (MON, "en-US", "next week", "? 2026-12-04"),
    (MON, "en-US", "this week", "? 2026-11-27"),
    (MON, "en-US", "the week after next", "? 2026-12-11"),
    (MON, "en-US", "this weekend", "? 2026-11-27"),
    (SAT, "en-US", "eom", "2026-11-30"),
    (SAT, "en-US", "by the end of the month", "2026-11-30"),
    (SAT, "en-US", "month end", "2026-11-30"),
    (SAT, "en-US", "before the end of the month", "2026-11-30"),
    (SAT, "en-US", "end of next month", "2026-12-31"),
    (date(2027, 1, 31), "en-US", "end of next month", "2027-02-28"),
    (SAT, "en-US", "next month", "? 2026-12-31"),
    (SAT, "en-US", "last working day of the month", "2026-11-30"),
    (SAT, "en-US", "first Monday of December", "2026-12-07"),
    (SAT, "en-US", "end of December", "2026-12-31"),
    (NEW_YEAR, "en-US", "end of December", "? 2027-12-31"),
    (SAT, "en-US", "mid-December", "? 2026-12-15"),
    (SAT, "en-US", "December", "? 2026-12-31"),
    (SAT, "en-US", "December 2026", "? 2026-12-31"),
    (SAT, "en-US", "EOQ", "2026-12-31"),
    (SAT, "en-US", "end of next quarter", "2027-03-31"),
    (SAT, "en-US", "Q4 2026", "2026-12-31"),
    (SAT, "en-US", "Q1", "2027-03-31"),
    (SAT, "en-US", "end of Q2 2027", "2027-06-30"),
    (SAT, "en-US", "Q3", "? 2027-09-30"),
    (SAT, "en-US", "Q3 2026", "?"),
    (NEW_YEAR, "en-US", "EOQ", "2027-03-31"),
    (SAT, "en-US", "eoy", "2026-12-31"),
    (SAT, "en-US", "year-end", "2026-12-31"),
    (NEW_YEARS_EVE, "en-US", "end of year", "2026-12-31"),
    (SAT, "en-US", "next year", "? 2027-12-31"),
    (SAT, "en-US", "2027", "?"),
    (WED, "de-DE", "bis Ende der Woche", "2026-11-27"),
    (SAT, "de-DE", "Monatsende", "2026-11-30"),
    (SAT, "de-DE", "Ende nächsten Monats", "2026-12-31"),
    (SAT, "de-DE", "Ende Dezember", "2026-12-31"),
    (SAT, "de-DE", "Quartalsende", "2026-12-31"),
    (SAT, "de-DE", "2. Quartal 2027", "2027-06-30"),
    (SAT, "de-DE", "am Wochenende", "? 2026-11-27"),
    (SAT, "de-DE", "KW 49", "? 2026-12-04"),
    (SAT, "de-DE", "Ende KW 49", "2026-12-04"),
    (WED, "fr-FR", "d'ici la fin de la semaine", "2026-11-27"),
    (SAT, "fr-FR", "fin du mois", "2026-11-30"),
    (SAT, "fr-FR", "fin décembre", "2026-12-31"),
    (SAT, "fr-FR", "T1 2027", "2027-03-31"),
    (SAT, "fr-FR", "mi-décembre", "? 2026-12-15"),
    (SAT, "fr-FR", "la semaine prochaine", "? 2026-11-27"),
    (SAT, "es-ES", "fin de semana", "? 2026-11-27"),
    (SAT, "es-ES", "fin de mes", "2026-11-30"),
    (SAT, "es-ES", "a finales de mes", "? 2026-11-30"),
    (SAT, "es-ES", "fin de año", "2026-12-31"),
    (SAT, "es-ES", "la semana que viene", "? 2026-11-27"),
    # so long from now
    (SAT, "en-US", "in 2 weeks", "2026-12-05"),
    (SAT, "en-US", "in 3 days", "2026-11-24"),
    (SAT, "en-US", "in 10d", "2026-12-01"),
    (SAT, "en-US", "in 5 business days", "2026-11-27"),
    (FRI, "en-US", "in 5 working days", "2026-12-04"),
    (SAT, "en-US", "within a week", "2026-11-28"),
    (SAT, "en-US", "a week from Tuesday", "2026-12-01"),
    (MON, "en-US", "a week from Tuesday", "2026-12-01"),
    (MON, "en-US", "a week from Monday", "? 2026-11-30"),
    (SAT, "en-US", "two weeks from today", "2026-12-05"),
    (SAT, "en-US", "3 weeks from today", "2026-12-12"),
    (SAT, "en-US", "in a fortnight", "2026-12-05"),
    (SAT, "en-US", "in a month", "2026-12-21"),
    (date(2027, 1, 31), "en-US", "in a month", "? 2027-02-28"),
    (LEAP_DAY, "en-US", "in a year", "? 2029-02-28"),
    (SAT, "en-US", "in 3 years", "?"),
    (SAT, "en-US", "in a few days", "? 2026-11-23"),
    (SAT, "en-US", "3 weeks", "? 2026-12-12"),
    (SAT, "en-US", "3 days ago", "?"),
    (SAT, "en-US", "in 48 hours", "?"),
    (SAT, "de-DE", "in zwei Wochen", "2026-12-05"),
    (SAT, "de-DE", "in 14 Tagen", "2026-12-05"),
    (SAT, "de-DE", "in 8 Tagen", "? 2026-11-28"),
    (SAT, "de-DE", "in 5 Arbeitstagen", "2026-11-27"),
    (SAT, "de-DE", "in 5 Werktagen", "? 2026-11-27"),
    (SAT, "de-DE", "heute in einer Woche", "2026-11-28"),
    (SAT, "de-DE", "vor 3 Tagen", "?"),
    (SAT, "fr-FR", "dans deux semaines", "2026-12-05"),
    (SAT, "fr-FR", "dans quinze jours", "? 2026-12-05"),
    (SAT, "fr-FR", "d'ici 3 jours", "2026-11-24"),
    (SAT, "fr-FR", "dans 5 jours ouvrés", "2026-11-27"),
    (SAT, "fr-FR", "dans 5 jours ouvrables", "? 2026-11-27"),
    (SAT, "fr-FR", "il y a 3 jours", "?"),
    (SAT, "es-ES", "en dos semanas", "2026-12-05"),
    (SAT, "es-ES", "dentro de 3 días", "2026-11-24"),
    (SAT, "es-ES", "en 5 días hábiles", "2026-11-27"),
    (SAT, "es-ES", "hace 3 días", "?"),
    # days of the calendar by name
    (SAT, "en-US", "4 Dec", "2026-12-04"),
    (SAT, "en-US", "Dec 4th", "2026-12-04"),
    (SAT, "en-US", "December 4, 2026", "2026-12-04"),
    (SAT, "en-US", "the 4th of December", "2026-12-04"),
    (SAT, "en-US", "4-Dec-2026", "2026-12-04"),
    (SAT, "en-US", "4 Dec '26", "2026-12-04"),
    (SAT, "en-US", "Dec 4, 26", "?"),
    (SAT, "en-US", "Friday, 4 December", "2026-12-04"),
    (SAT, "en-US", "Thursday, 4 December", "? 2026-12-04"),
    (SAT, "en-US", "by 21 Nov", "2026-11-21"),
    (SAT, "en-US", "4 Mar", "2027-03-04"),
    (SAT, "en-US", "3 Nov", "? 2027-11-03"),
    (SAT, "en-US", "20 Oct", "2027-10-20"),
    (NEW_YEAR, "en-US", "20 Dec", "? 2027-12-20"),
    (SAT, "en-US", "3 Nov 2026", "? 2027-11-03"),
    (SAT, "en-US", "4 Dec 2030", "?"),
    (SAT, "en-US", "31 Feb", "? 2027-02-28"),
    (SAT, "en-US", "29 Feb", "? 2027-02-28"),
    (date(2027, 11, 21), "en-US", "29 Feb", "2028-02-29"),
    (LEAP_EVE, "en-US", "29 Feb", "2028-02-29"),
    (SAT, "en-US", "the 25th", "2026-11-25"),
    (SAT, "en-US", "the 15th", "? 2026-12-15"),
    (SAT, "en-US", "Fri 27", "2026-11-27"),
    (SAT, "en-US", "15", "? 2026-12-15"),
    (SAT, "en-US", "4-6 Dec", "?"),
    (SAT, "en-US", "Dec 4-26", "?"),
    (SAT, "en-US", "before Friday", "? 2026-11-26"),
    (SAT, "en-US", "before Q1", "? 2027-03-31"),
    (SAT, "en-US", "no later than Dec 4", "2026-12-04"),
    (SAT, "de-DE", "4. Dezember", "2026-12-04"),
    (SAT, "de-DE", "bis zum 4. Dezember 2026", "2026-12-04"),
    (SAT, "de-DE", "Freitag, den 4. Dezember", "2026-12-04"),
    (SAT, "de-DE", "4. Jänner", "2027-01-04"),
    (SAT, "de-DE", "3. März", "2027-03-03"),
    (SAT, "fr-FR", "4 décembre", "2026-12-04"),
    (SAT, "fr-FR", "le 1er décembre", "2026-12-01"),
    (SAT, "fr-FR", "pour le 4 déc. 2026", "2026-12-04"),
    (SAT, "fr-FR", "avant le 4 décembre", "? 2026-12-03"),
    (SAT, "fr-FR", "mar. 5", "?"),
    (SAT, "fr-FR", "mardi 8", "2026-12-08"),
    (SAT, "es-ES", "4 de diciembre", "2026-12-04"),
    (SAT, "es-ES", "antes del 4 de diciembre", "? 2026-12-03"),
    (SAT, "es-ES", "1 de enero", "2027-01-01"),
    (SAT, "es-ES", "mar 5", "?"),
    (SAT, "es-ES", "3 ago", "2027-08-03"),
    # hours are not kept
    (SAT, "en-US", "Friday 5pm", "? 2026-11-27"),
    (SAT, "en-US", "tomorrow at 10:30", "? 2026-11-22"),
    (SAT, "en-US", "17:00", "?"),
    (SAT, "en-US", "Friday afternoon", "2026-11-27"),
    (SAT, "de-DE", "am Freitag um 17 Uhr", "? 2026-11-27"),
    (SAT, "de-DE", "am Morgen", "?"),
    (SAT, "fr-FR", "demain à 10h", "? 2026-11-22"),
    (SAT, "es-ES", "en la mañana", "?"),
    (SAT, "es-ES", "mañana por la mañana", "?"),
    # no dates at all
    (SAT, "en-US", "the QBR", "?"),
    (SAT, "en-US", "asap", "?"),
    (SAT, "en-US", "by Christmas", "?"),
    (SAT, "en-US", "4 foo", "?"),
    (SAT, "en-US", "mon tue", "?"),
    (SAT, "en-US", "by", "?"),
    (SAT, "en-US", "", "?"),
    (SAT, "en-US", "🎉", "?"),
    (SAT, "en-US", "\u202e4 Dec\u202c", "?"),
    (SAT, "en-US", "4\u200b Dec", "2026-12-04"),
    (SAT, "en-US", "٤ Dec", "?"),
    # dates around a change of the clocks are days like others
    (CLOCKS[0], "de-DE", "in einer Woche", "2026-11-01"),
    (CLOCKS[0], "de-DE", "morgen", "2026-10-26"),
    (CLOCKS[1], "en-US", "tomorrow", "2026-11-02"),
    (CLOCKS[2], "en-US", "in 2 weeks", "2027-03-28"),
    (CLOCKS[3], "fr-FR", "dans 3 jours", "2027-03-31"),
]  # fmt: skip

# The same figures mean another day elsewhere.
FIGURES = [
    (SAT, "en-US", "2026-12-04", "2026-12-04"),
    (SAT, "en-US", "2026/12/04", "2026-12-04"),
    (SAT, "en-US", "2026-02-31", "?"),
    (SAT, "en-US", "2000000-01-01", "?"),
    (SAT, "en-US", "9999-12-31", "?"),
    (SAT, "en-US", "0000-00-00", "?"),
    (SAT, "en-US", "2026-12", "? 2026-12-31"),
    (SAT, "en-US", "20261204", "?"),
    (SAT, "en-US", "12/4", "2026-12-04"),
    (SAT, "en-US", "4/12", "2027-04-12"),
    (SAT, "en-US", "15/12", "2026-12-15"),
    (SAT, "en-US", "12/4/26", "2026-12-04"),
    (SAT, "en-US", "12/4/2026", "2026-12-04"),
    (SAT, "en-US", "2/31", "? 2027-02-28"),
    (SAT, "en-US", "13/13", "?"),
    (SAT, "en-US", "12-4", "? 2026-12-04"),
    (SAT, "en-US", "04.12.2026", "? 2026-12-04"),
    (SAT, "en-US", "15.12.", "? 2026-12-15"),
    (SAT, "en-GB", "4/12", "2026-12-04"),
    (SAT, "en-GB", "04/12/2026", "2026-12-04"),
    (SAT, "en-GB", "12/15", "2026-12-15"),
    (SAT, "en-GB", "27-10-28", "? 2027-10-28"),
    (SAT, "de-DE", "4.12.", "2026-12-04"),
    (SAT, "de-DE", "bis 4.12", "2026-12-04"),
    (SAT, "de-DE", "15.12.", "2026-12-15"),
    (SAT, "de-DE", "04.12.2026", "2026-12-04"),
    (SAT, "de-DE", "4. 12. 2026", "2026-12-04"),
    (SAT, "de-DE", "4.12.26", "2026-12-04"),
    (SAT, "de-DE", "Freitag, 4.12.", "2026-12-04"),
    (SAT, "de-DE", "Donnerstag, 4.12.", "? 2026-12-04"),
    (SAT, "de-DE", "31.2.", "? 2027-02-28"),
    (SAT, "de-DE", "12/4", "2027-04-12"),
    (SAT, "de-DE", "15.12. 10:30", "? 2026-12-15"),
    (SAT, "fr-FR", "4/12", "2026-12-04"),
    (SAT, "fr-FR", "4.12", "? 2026-12-04"),
    (SAT, "es-ES", "4/12/2026", "2026-12-04"),
    (SAT, "", "3/4", "? 2027-03-04"),
    (SAT, "en", "12/4/2026", "? 2026-12-04"),
    (SAT, "en-CA", "4/4", "2027-04-04"),
    (SAT, "en-US", "12/4-26", "?"),
    (SAT, "en-US", "1/2/3/4", "?"),
]  # fmt: skip

LOCALES = ("en-US", "en-GB", "en", "", "de-DE", "de-AT", "fr-FR", "fr-CA", "es-ES", "es-LA", "pt-BR", "ja-JP")


def _told(answer: Due | Unclear) -> str:
    if isinstance(answer, Due):
        return answer.on.isoformat()
    return f"? {answer.suggestion}" if answer.suggestion else "?"


@pytest.mark.parametrize(("today", "locale", "phrase", "meant"), ROWS + FIGURES)
def test_each_phrase_is_read_as_meant_or_refused(today: date, locale: str, phrase: str, meant: str) -> None:
    """Each row gives its day, or is refused with its suggestion."""
    assert _told(read_due(phrase, today=today, locale=locale)) == meant


def test_no_row_is_wrong_in_any_locale() -> None:
    """Wherever it is said, a phrase means the same day or is refused: no wrong date among all rows."""
    wrong = [
        (phrase, locale, answer.on)
        for today, _, phrase, meant in ROWS
        for locale in LOCALES
        if isinstance(answer := read_due(phrase, today=today, locale=locale), Due)
        and answer.on.isoformat() != meant
        and not (meant.startswith("?") and phrase in LOCAL)
    ]
    assert wrong == []
    assert len(ROWS) + len(FIGURES) >= 200


# Refused where one word has two meanings, right where it has one: "mar 5" is March in English alone, and
# "next week" begins on a Monday or a Sunday by region.
LOCAL = {"mar. 5", "mar 5", "Friday next week"}


def test_most_rows_of_meaning_are_read() -> None:
    """Refusing everything would be safe and useless: two thirds of the rows give a day."""
    read = sum(not meant.startswith("?") for _, _, _, meant in ROWS)
    assert read / len(ROWS) > 0.6
