"""Properties of every phrase: the languages agree, no date is wrong or out of reach, nothing is slow."""

from __future__ import annotations

import time
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.dates import Due, Unclear, read_due

SAT = date(2026, 11, 21)
WED, FRI, SUN = (date(2026, 11, day) for day in (25, 27, 22))
LOCALES = ("en-US", "en-GB", "en", "", "de-DE", "de-AT", "fr-FR", "fr-CA", "es-ES", "es-LA", "pt-BR", "ja-JP")


def _told(answer: Due | Unclear) -> str:
    if isinstance(answer, Due):
        return answer.on.isoformat()
    return f"? {answer.suggestion}" if answer.suggestion else "?"


TRANSLATIONS = [
    ("today", "heute", "aujourd'hui", "hoy"),
    ("tomorrow", "morgen", "demain", "mañana"),
    ("day after tomorrow", "übermorgen", "après-demain", "pasado mañana"),
    ("Monday", "Montag", "lundi", "lunes"),
    ("Wednesday", "Mittwoch", "mercredi", "miércoles"),
    ("Saturday", "Samstag", "samedi", "sábado"),
    ("this Friday", "diesen Freitag", "ce vendredi", "este viernes"),
    ("next Friday", "nächsten Freitag", "vendredi prochain", "el próximo viernes"),
    ("end of the month", "Ende des Monats", "fin du mois", "fin de mes"),
    ("end of the quarter", "Ende des Quartals", "fin du trimestre", "fin del trimestre"),
    ("end of the year", "Ende des Jahres", "fin de l'année", "fin de año"),
    ("end of next month", "Ende nächsten Monats", "fin du mois prochain", "fin del próximo mes"),
    ("next month", "nächsten Monat", "le mois prochain", "el próximo mes"),
    ("in 2 weeks", "in 2 Wochen", "dans 2 semaines", "en 2 semanas"),
    ("in one month", "in einem Monat", "dans un mois", "en un mes"),
    ("in 3 days", "in 3 Tagen", "dans 3 jours", "en 3 días"),
    ("4 December", "4. Dezember", "4 décembre", "4 de diciembre"),
    ("29 February", "29. Februar", "29 février", "29 de febrero"),
    ("1 March 2027", "1. März 2027", "1er mars 2027", "1 de marzo de 2027"),
    ("end of February", "Ende Februar", "fin février", "fin de febrero"),
]  # fmt: skip


@pytest.mark.parametrize("phrases", TRANSLATIONS, ids=lambda phrases: phrases[0])
def test_the_four_languages_agree_on_every_day(phrases: tuple[str, ...]) -> None:
    """On each of 800 days a phrase and its translations give one answer, suggestions included."""
    for n in range(800):
        today = SAT + timedelta(days=n)
        told = {
            _told(read_due(phrase, today=today, locale=locale))
            for phrase, locale in zip(phrases, ("en-GB", "de-DE", "fr-FR", "es-ES"), strict=True)
        }
        assert len(told) == 1, (today, told)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_the_first_one_ahead(today: date, weekday: int) -> None:
    """A weekday lies one to six days ahead; said on itself it is refused for today or in a week."""
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[weekday]
    answer = read_due(f"by {name}", today=today)
    if today.weekday() == weekday:
        assert isinstance(answer, Unclear)
        assert answer.suggestion == today + timedelta(days=7)
    else:
        assert isinstance(answer, Due)
        assert answer.on.weekday() == weekday
        assert 1 <= (answer.on - today).days <= 6


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.dates(date(2019, 1, 1), date(2095, 1, 1)))
def test_a_full_date_is_itself_or_refused(today: date, day: date) -> None:
    """Every spelling of a full date gives that date, exactly if it lies within two years from today."""
    try:
        limit = today.replace(year=today.year + 2)
    except ValueError:
        limit = date(today.year + 2, 2, 28)
    spellings = [
        (day.isoformat(), "en-US"),
        (f"{day.day}.{day.month}.{day.year}", "de-DE"),
        (f"{day.month}/{day.day}/{day.year}", "en-US"),
        (f"{day.day}/{day.month}/{day.year}", "en-GB"),
        (f"{day:%A}, {day.day} {day:%B} {day.year}", "en-US"),
    ]
    for spelling, locale in spellings:
        answer = read_due(spelling, today=today, locale=locale)
        assert isinstance(answer, Due) == (today <= day <= limit), (spelling, answer)
        assert not isinstance(answer, Due) or answer.on == day


@pytest.mark.parametrize(
    ("start", "phrase", "meant"),
    [
        (1, "EOQ", "2026-12-31"),
        (2, "EOQ", "2027-01-31"),
        (4, "Q4", "2027-03-31"),
        (4, "Q3", "2026-12-31"),
        (4, "end of next quarter", "2027-03-31"),
        (2, "last working day of the quarter", "2027-01-29"),
        (7, "Q2", "2026-12-31"),
        (10, "Q1", "2026-12-31"),
        (4, "end of fiscal year", "2027-03-31"),
        (4, "EOY", "? 2026-12-31"),
        (4, "end of calendar year", "2026-12-31"),
        (4, "Q4 2026", "? 2027-03-31"),
    ],
)
def test_quarters_follow_the_fiscal_year(start: int, phrase: str, meant: str) -> None:
    """Quarters are counted from the fiscal year's month; a labelled year that two conventions read is refused."""
    assert _told(read_due(phrase, today=SAT, fiscal_year_start=start)) == meant


@pytest.mark.parametrize(
    ("today", "phrase", "meant"),
    [
        (WED, "EOW", "2026-11-26"),
        (SUN, "end of week", "2026-11-26"),
        (FRI, "end of week", "? 2026-12-03"),
        (WED, "in 3 business days", "2026-11-30"),
        (SUN, "Thursday next week", "2026-12-03"),
        (WED, "last working day of the month", "2026-11-30"),
    ],
)
def test_the_working_week_may_begin_on_sunday(today: date, phrase: str, meant: str) -> None:
    """Where Sunday to Thursday are worked, the week ends on Thursday and Sunday begins it."""
    week = frozenset({6, 0, 1, 2, 3})
    assert _told(read_due(phrase, today=today, working_week=week)) == meant


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("3 March 2026", "3 March 2026 has already passed. Did you mean 3 March 2027?"),
        ("3 Nov", "3 November has already passed. Did you mean 3 November 2027?"),
        ("next month", "“next month” can be any day in December 2026."),
        ("31 Feb", "There is no 31 February. Did you mean 28 February 2027?"),
        ("4 Dec 2030", "4 December 2030 is more than two years away."),
        ("Thursday, 4 Dec", "4 December 2026 is a Friday, not a Thursday."),
        ("before the QBR", "“before the QBR” is not a date that can be read here. Please pick one."),
        ("next Friday", "“next Friday” could be Friday 27 November 2026 or Friday 4 December 2026."),
    ],
)
def test_a_refusal_says_why(phrase: str, words: str) -> None:
    """The reason is a sentence for the person who wrote the phrase."""
    answer = read_due(phrase, today=SAT)
    assert isinstance(answer, Unclear)
    assert answer.reason == words
    assert answer.phrase == phrase


def test_a_reason_quotes_only_what_can_be_shown() -> None:
    """A long or unprintable phrase is shortened and cleaned in the reason, and kept whole beside it."""
    said = "before \x00the\u202e " + "very " * 100 + "end"
    answer = read_due(said, today=SAT)
    assert isinstance(answer, Unclear)
    assert answer.phrase == said
    assert len(answer.reason) < 150
    assert all(c.isprintable() for c in answer.reason)


def test_settings_that_cannot_be_are_refused() -> None:
    """A week without days and a thirteenth month are errors of the program, not of the person."""
    with pytest.raises(ValueError, match="working week"):
        read_due("today", today=SAT, working_week=frozenset())
    with pytest.raises(ValueError, match="fiscal year"):
        read_due("today", today=SAT, fiscal_year_start=13)


WORDS = st.sampled_from(
    [
        "by",
        "before",
        "on",
        "in",
        "the",
        "of",
        "a",
        "next",
        "this",
        "last",
        "end",
        "mid",
        "q4",
        "Friday",
        "fri",
        "mar",
        "sam",
        "Dezember",
        "décembre",
        "4",
        "4.",
        "15.12.",
        "3/4",
        "31",
        "29",
        "2026",
        "26",
        "99999",
        "february",
        "weeks",
        "days",
        "Tagen",
        "jours",
        "from",
        "ago",
        "today",
        "tomorrow",
        "morgen",
        "mañana",
        "la",
        "le",
        "or",
        "-",
        ",",
        "5pm",
        "10:30",
        "kw",
        "business",
        "week",
        "month",
        "quarter",
        "year",
        "few",
        "after",
        "hence",
        "noon",
        "am",
        "um",
        "à",
        "12-4",
        "2026-13-40",
        "1o",
        "53",
        "first",
        "letzter",
    ]
)


@given(
    st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=7).map(" ".join)),
    st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    st.sampled_from(LOCALES),
    st.integers(1, 12),
    st.sets(st.integers(0, 6), min_size=1).map(frozenset),
)
@example("\x00", SAT, "en-US", 1, frozenset({0}))
@example("½ Dec", SAT, "en-US", 1, frozenset({0}))
@example("4 ²", SAT, "de-DE", 1, frozenset({0}))
def test_no_text_gives_more_than_a_day_ahead_or_a_refusal(
    phrase: str, today: date, locale: str, start: int, week: frozenset[int]
) -> None:
    """Every phrase gives a day from today to two years ahead, or a refusal with such a suggestion or none."""
    answer = read_due(phrase, today=today, locale=locale, working_week=week, fiscal_year_start=start)
    day = answer.on if isinstance(answer, Due) else answer.suggestion
    assert day is None or today <= day <= today + timedelta(days=731)
    assert isinstance(answer, Due) or answer.reason


@given(st.sampled_from([phrase for phrases in TRANSLATIONS for phrase in phrases]), st.sampled_from(LOCALES))
def test_case_spaces_and_form_of_letters_do_not_matter(phrase: str, locale: str) -> None:
    """Capitals, doubled spaces and decomposed accents change no answer."""
    plain = _told(read_due(phrase, today=SAT, locale=locale))
    assert _told(read_due(phrase.upper(), today=SAT, locale=locale)) == plain
    assert _told(read_due(f"  {phrase.replace(' ', '   ')} ", today=SAT, locale=locale)) == plain
    assert _told(read_due(unicodedata.normalize("NFD", phrase), today=SAT, locale=locale)) == plain


LONG = [
    "4 " * 1500, "a" * 3000, "1" * 3000, "1/" * 1500, "1." * 1500, "by " * 1000, "next " * 600, ". " * 1500,
    "in 2 weeks " * 300, "'" * 3000, "é" * 3000, "\u0301" * 3000, "(" * 3000, " " * 3000 + "x", "1:" * 1500,
    "few " * 750, "a few " * 500, "end of " * 400 + "month", "1. 1. " * 500, "-" * 3000, "4\u200b" * 1500,
    "1" * 76 + " dec", "1 " * 38 + "dec", "by " * 25 + "fri", ("1." * 39) + "x", "next " * 15 + "week",
]  # fmt: skip


@pytest.mark.parametrize("phrase", LONG, ids=range(len(LONG)))
def test_long_repetitions_are_refused_at_once(phrase: str) -> None:
    """No repetition makes the reader slow: 3,000 characters take less than 50 ms, the best of three."""
    took = []
    for _ in range(3):
        begun = time.thread_time()
        answer = read_due(phrase, today=SAT, locale="de-DE")
        took.append(time.thread_time() - begun)
        assert isinstance(answer, (Due, Unclear))
    assert min(took) < 0.05


@pytest.mark.parametrize(
    ("phrase", "locale", "meant"),
    [
        ("4 novem", "en-US", "?"),
        ("4 Feber", "de-DE", "2027-02-04"),
        ("12 mars 2027", "fr-FR", "2027-03-12"),
        ("4 fr", "en-US", "?"),
        ("4 minutes", "en-US", "?"),
        ("4 Uhr", "de-DE", "?"),
        ("4 pm", "en-US", "?"),
        ("12 Acme", "en-US", "?"),
        ("may 45", "en-US", "?"),
    ],
)
def test_a_word_beside_a_day_is_a_month_or_nothing(phrase: str, locale: str, meant: str) -> None:
    """A number and a word give the day and month that were written, or no date at all."""
    assert _told(read_due(phrase, today=SAT, locale=locale)).split()[0] == meant
