"""A date in a line is read whole, or the person is asked: no part of a phrase is taken for the date."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.dates import Due, Unclear
from store.rules.line import Line, read_line

TUE = date(2026, 11, 24)
ACCOUNTS = ("Acme Corporation", "Globex GmbH", "Initech", "Mars", "Monday.com")
CORPUS = Path(__file__).with_name("lines.txt")
ASKED = ("ask", "none")


def line(text: str, locale: str = "en-US") -> Line:
    return read_line(text, today=TUE, locale=locale, accounts=ACCOUNTS)


def day(text: str, locale: str = "en-US") -> str:
    due = line(text, locale).due
    return due.on.isoformat() if isinstance(due, Due) else "ask"


def rows() -> list[tuple[str, str, str]]:
    """(locale, meaning, line) of each row of the corpus."""
    kept = (row for row in CORPUS.read_text(encoding="utf-8").splitlines() if row and not row.startswith("#"))
    return [(locale, meaning, text.strip()) for locale, meaning, text in (row.split(maxsplit=2) for row in kept)]


def test_no_line_of_the_corpus_is_read_wrong() -> None:
    """Of some 650 lines in four languages, none gets a day that it does not mean, or a day out of nothing."""
    wrong = [
        (locale, text, found, meaning)
        for locale, meaning, text in rows()
        if (found := day(text, locale)) != "ask" and found != meaning
    ]
    assert wrong == []


def test_nearly_all_lines_with_a_date_are_read() -> None:
    """Asking each time would be safe and useless: of the lines that mean a day, at most 3 of 100 are asked about."""
    read = Counter(day(text, locale) == meaning for locale, meaning, text in rows() if meaning not in ASKED)
    assert read.total() > 300
    assert read[False] <= 0.03 * read.total()


KINDS = [
    # a part of the phrase is read, and the rest would stay in the action
    ("en-US", "contract countersigned by Good Friday for Acme", "ask"),
    ("en-US", "get the promo live by Black Friday", "ask"),
    ("en-GB", "quote by Whit Monday", "ask"),
    ("en-GB", "quote Maundy Thursday", "ask"),
    ("en-US", "thanksgiving in 9 months", "ask"),
    ("en-US", "renewal paperwork due on the following Friday", "ask"),
    ("en-US", "plan by Friday in 2 months", "ask"),
    ("en-US", "plan by November 10th in a year", "ask"),
    ("en-US", "plan first Monday in 2 months", "ask"),
    ("en-GB", "figures w/c 30 Nov", "ask"),
    ("en-GB", "proposal by a week on Thursday", "2026-12-03"),
    # words behind the date move it
    ("de-DE", "Angebot bis Freitag nach der Messe", "ask"),
    ("de-DE", "bis Montag nach Ostern Angebot schicken", "ask"),
    ("en-US", "slides by the Monday following the QBR", "ask"),
    ("fr-FR", "devis d'ici mercredi suivant", "ask"),
    ("de-DE", "Angebot bis Donnerstag, den siebten vierten", "ask"),
    ("en-US", "ship by Friday at the earliest", "ask"),
    ("en-US", "send it by Friday 5pm PST", "ask"),
    ("en-US", "call Dana re: Friday", "ask"),
    ("en-US", "send it ~Friday", "ask"),
    ("en-US", "the contract runs out on 31 Dec", "ask"),
    ("en-US", "renew the licence that ran out on Friday", "ask"),
    # an article stands between a guarding word and the date
    ("fr-FR", "relance après le 4 décembre", "ask"),
    ("fr-FR", "chiffres entre le 1er et le 4 décembre", "ask"),
    ("es-ES", "cifras desde el viernes", "ask"),
    ("es-ES", "cifras tras el 4 de diciembre", "ask"),
    # the day belongs to a thing
    ("en-US", "extend the trial until Dec 15", "ask"),
    ("en-US", "send the offer that expires on Friday", "ask"),
    ("en-US", "the offer valid until Friday", "ask"),
    ("de-DE", "Angebot gültig bis 31.12.", "ask"),
    ("de-DE", "Sperrzeit vom 1.12. bis 4.12.", "ask"),
    ("fr-FR", "devis valable jusqu'au 31 décembre", "ask"),
    ("en-US", "forward the email Dana sent Friday", "ask"),
    ("en-US", "book flights for the kickoff on Dec 10", "ask"),
    ("de-DE", "Besuch am Freitag absagen", "ask"),
    ("fr-FR", "le salon a lieu le 10 décembre", "ask"),
    ("en-US", "escalate if no reply by Friday", "ask"),
    ("fr-FR", "relancer Dana vendredi avant midi", "2026-11-27"),
    # two deadlines
    ("en-US", "draft by Thursday, final by Monday", "ask"),
    ("de-DE", "Entwurf bis Donnerstag, Endfassung bis Montag", "ask"),
    # read whole
    ("en-US", "slides for Monday by Friday", "2026-11-27"),
    ("en-US", "don't forget to call Dana on Friday", "2026-11-27"),
    ("en-US", "let Marcus know by Friday whether we can do net 45", "2026-11-27"),
    ("de-DE", "Angebot bis 4.12. schicken", "2026-12-04"),
    ("de-DE", "morgen Dana anrufen", "2026-11-25"),
    ("en-US", "Friday - send the deck", "2026-11-27"),
    ("en-US", "follow up with Priya 12/13", "2026-12-13"),
    ("fr-FR", "devis lun 30/11", "2026-11-30"),
    ("fr-FR", "devis pour le mar. 1er décembre", "2026-12-01"),
    ("fr-FR", "devis mar. 2 décembre", "ask"),
    ("fr-FR", "relance sam 5/12", "2026-12-05"),
    ("es-ES", "propuesta mar 1/12", "2026-12-01"),
    ("es-ES", "propuesta mar 3", "ask"),
    ("fr-FR", "devis pour le 4/12 inclus", "2026-12-04"),
    ("de-DE", "Angebot bis einschließlich 4.12.", "2026-12-04"),
    ("de-DE", "Angebot bis inkl. Freitag", "2026-11-27"),
    ("en-US", "send it by Friday incl.", "2026-11-27"),
    ("en-US", "send it by 4 Dec inclusive", "2026-12-04"),
    # the word before the day belongs to the verb
    ("en-US", "send the deck over by Friday", "2026-11-27"),
    ("en-US", "send the deck over Friday", "2026-11-27"),
    ("en-US", "hand the numbers across tomorrow", "2026-11-25"),
    ("en-US", "check in Friday", "2026-11-27"),
    ("en-US", "get the order in Friday", "2026-11-27"),
    ("en-US", "send the deck over the weekend", "ask"),
    ("en-US", "not sent over Friday", "ask"),
    # the action begins with a small word, or without any
    ("de-DE", "bis Freitag bei Acme nachfragen", "2026-11-27"),
    ("de-DE", "am Freitag auf Dana zugehen", "2026-11-27"),
    ("de-DE", "bis Freitag von Dana die Freigabe holen", "2026-11-27"),
    ("de-DE", "in zwei Wochen bei Herrn Vogt nachfassen", "2026-12-08"),
    ("de-DE", "Freitag Angebot verschicken", "2026-11-27"),
    ("de-DE", "diesen Freitag bei Acme anrufen", "2026-11-27"),
    ("de-DE", "Freitag Messe vorbereiten", "ask"),
    ("de-DE", "Freitag Termin verschieben", "ask"),
    ("de-DE", "Freitag auf Montag legen", "ask"),
    ("de-DE", "am Freitag von Montag an planen", "ask"),
    ("de-DE", "Montag nach Ostern Angebot schicken", "ask"),
    # "by tom" may be a person; "hasta" says by when, or how long: the day is filled in, and the person is asked
    ("en-US", "send it by tom", "ask"),
    ("en-US", "send it by Tom", "ask"),
    ("es-ES", "enviar la oferta hasta el viernes", "ask"),
    ("es-ES", "propuesta el lunes que viene", "2026-11-30"),
]  # fmt: skip


@pytest.mark.parametrize(("locale", "text", "meant"), KINDS)
def test_a_phrase_is_read_whole_or_asked(locale: str, text: str, meant: str) -> None:
    """Each way in which a part of a phrase could be taken for the date."""
    assert day(text, locale) == meant


@pytest.mark.parametrize(
    ("text", "suggestion", "action"),
    [
        ("quote by Good Friday for Acme", date(2026, 11, 27), "quote by Good Friday"),
        ("the offer valid until Friday", date(2026, 11, 27), "the offer valid until Friday"),
        ("plan by Friday in 2 months", None, "plan by Friday in 2 months"),
        ("notes of the call we had on Thursday", None, "notes of the call we had on Thursday"),
    ],
)
def test_a_doubted_date_keeps_its_words(text: str, suggestion: date | None, action: str) -> None:
    """The words stay in the action; a likely day is suggested, and a part of a longer phrase is not."""
    read = line(text)
    assert not isinstance(read.due, Due)
    assert (read.due.suggestion if read.due else None) == suggestion
    assert read.action == action


# (locale, a phrase with "by", the phrase alone, its day)
PHRASES = [
    ("en-US", "by Friday", "on Friday", "2026-11-27"),
    ("en-US", "by Dec 4", "Dec 4", "2026-12-04"),
    ("en-US", "by tomorrow", "tomorrow", "2026-11-25"),
    ("de-DE", "bis Freitag", "am Freitag", "2026-11-27"),
    ("de-DE", "bis 4. Dezember", "am 4. Dezember", "2026-12-04"),
    ("fr-FR", "d'ici vendredi", "vendredi", "2026-11-27"),
    ("fr-FR", "d'ici le 4 décembre", "le 4 décembre", "2026-12-04"),
    ("es-ES", "para el viernes", "el viernes", "2026-11-27"),
    ("es-ES", "para el 4 de diciembre", "el 4 de diciembre", "2026-12-04"),
]
CHANGING = {
    "en": (
        ["not", "except", "since", "unless", "or", "from", "between", "after", "every", "last", "perhaps"],
        ["or Monday", "unless they object", "after the fair", "to Monday", "- Monday", "if Dana agrees", "in 2 months",
         "at the earliest", "except for Acme", "until Monday", "and Monday", "of next month", "before lunch with Dana"],
    ),
    "de": (
        ["nicht", "außer", "seit", "ab", "nach", "zwischen", "jeden", "vielleicht", "vom", "oder", "frühestens"],
        ["oder Montag", "falls Dana zusagt", "nach der Messe", "und Montag", "frühestens", "in zwei Monaten",
         "außer für Acme", "vor dem Termin", "bis Montag"],
    ),
    "fr": (
        ["pas", "sauf", "depuis", "après", "entre", "chaque", "ou", "peut-être", "dès", "vers"],
        ["ou lundi", "sauf si Dana refuse", "après le salon", "au lundi", "si Dana accepte", "dans deux mois",
         "au plus tôt", "et lundi"],
    ),
    "es": (
        ["no", "salvo", "desde", "después de", "entre", "cada", "o", "quizás", "tras", "hacia"],
        ["o el lunes", "salvo que Dana no pueda", "después de la feria", "al lunes", "si Dana acepta",
         "dentro de dos meses", "como pronto", "y el lunes"],
    ),
}  # fmt: skip


@given(st.sampled_from(PHRASES), st.data())
def test_a_changing_word_before_a_date_is_never_passed_over(
    phrase: tuple[str, str, str, str], data: st.DataObject
) -> None:
    """A word before the phrase that makes it another day, a range or no due date: never silently that day alone."""
    locale, with_by, alone, _ = phrase
    before = data.draw(st.sampled_from(CHANGING[locale[:2]][0]))
    said = data.draw(st.sampled_from([with_by, alone]))
    # "Every Friday" is a rhythm.
    assert day(f"Liste {before} {said}", locale) == "ask" or line(f"Liste {before} {said}", locale).rhythm


@given(st.sampled_from(PHRASES), st.data())
def test_a_changing_word_behind_a_date_is_never_passed_over(
    phrase: tuple[str, str, str, str], data: st.DataObject
) -> None:
    """A word behind the phrase that moves it, makes a range of it or sets a condition: never silently that day."""
    locale, with_by, alone, bare = phrase
    after = data.draw(st.sampled_from(CHANGING[locale[:2]][1]))
    said = data.draw(st.sampled_from([with_by, alone]))
    text = data.draw(st.sampled_from(["Liste {0} {1}", "{0} {1} Acme informieren"])).format(said, after)
    assert day(text, locale) != bare


@given(
    st.sampled_from(["{}", "{} deck", "the {} plan", "review {}", "upgrade to {}", "read {}", "price {}"]),
    st.sampled_from(
        ["version 12.1", "v4.12", "release 12/4", "12.50", "$12.10", "3/4", "pages 12-15", "Q4", "Q3 2026", "H1",
         "FY27", "chapter 4", "2027", "ticket 12/13", "4.12", "5%", "24/7", "9-5", "1:1", "iPhone 15"]
    ),
)  # fmt: skip
def test_figures_that_are_no_dates_never_become_one(shape: str, figures: str) -> None:
    """Prices, versions, pages, shares and the quarters in names of things have no due date without "by"."""
    assert day(shape.format(figures)) == "ask"


@pytest.mark.parametrize(
    ("text", "owners", "perhaps", "action"),
    [
        ("send the offer by Friday <@U0ANA|ana> for Acme", ("U0ANA",), None, "send the offer"),
        ("by Friday <@U0ANA|ana> send deck for Acme", ("U0ANA",), None, "send deck"),
        ("send the deck for Acme by Friday @ana :pray:", ("@ana",), None, "send the deck"),
        ("please @ana send the deck by Friday", ("@ana",), None, "send the deck"),
        ("tomorrow: @ana send deck", ("@ana",), None, "send deck"),
        ("send deck @ana by Friday", (), "@ana", "send deck @ana"),
        ("call @ana by Friday", (), None, "call @ana"),
        ("send the deck to @ana by Friday", (), None, "send the deck to @ana"),
        ("send the deck by Friday to @ana", (), None, "send the deck to @ana"),
        ("send <@U0DANA|dana> the deck by Friday", (), None, "send <@U0DANA|dana> the deck"),
        ("introduce Ben and @ana by Friday", (), None, "introduce Ben and @ana"),
        ("send deck with @ben for @ana by Friday", (), None, "send deck with @ben for @ana"),
    ],
)
def test_an_owner_may_stand_behind_the_action(
    text: str, owners: tuple[str, ...], perhaps: str | None, action: str
) -> None:
    """Beside the date a person owns it; at the end of the action perhaps; after "to", "with" or a verb they do not."""
    read = line(text)
    assert (read.owners, read.perhaps_owner, read.action) == (owners, perhaps, action)


@pytest.mark.parametrize(
    ("locale", "text", "theirs"),
    [
        ("de-DE", "Kunde schickt uns die Zahlen bis Mittwoch", True),
        ("de-DE", "der Kunde unterschreibt bis Mittwoch den Vertrag", True),
        ("de-DE", "Kundenliste bis Mittwoch", False),
        ("de-DE", "Kunde Meier anrufen bis Mittwoch", False),
        ("fr-FR", "le client nous envoie les chiffres pour mercredi", True),
        ("fr-FR", "client meeting notes pour mercredi", False),
        ("es-ES", "el cliente nos envía las cifras para el miércoles", True),
        ("es-ES", "cliente: cifras para el miércoles", True),
        ("es-ES", "cliente nuevo: preparar cifras para el miércoles", False),
    ],
)
def test_the_other_side_in_four_languages(locale: str, text: str, *, theirs: bool) -> None:
    """“The client sends us …” is theirs in each language; a word that only begins like it is not."""
    assert (line(text, locale).theirs, day(text, locale)) == (theirs, "2026-11-25")


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("send the deck by Friday 5pm", "by Friday 5pm"),
        ("send the deck at 3pm on Friday", "at 3pm on Friday"),
        ("send the deck by Friday noon for Acme, thanks!", "by Friday noon"),
        ("send the deck by Friday morning", None),
        ("send the deck by Friday", None),
    ],
)
def test_the_hour_is_kept_beside_the_day(text: str, hour: str | None) -> None:
    """The day counts, and the phrase with its hour is given back for the note."""
    read = line(text)
    assert (read.due, read.hour, read.action) == (Due(date(2026, 11, 27)), hour, "send the deck")


@pytest.mark.parametrize(
    ("text", "action", "account"),
    [
        ("send it for Acme :pray:", "send it", "Acme"),
        ("send it for Acme, thanks a lot 🙏", "send it", "Acme"),
        ("send it by Friday :pray: thanks!", "send it", None),
        ("send it, cheers", "send it", None),
        ("say thanks", "say thanks", None),
        ("thanks", "thanks", None),
        (":tada:", ":tada:", None),
        ("slides for Monday by Friday", "slides for Monday", None),
    ],
)
def test_courtesies_are_words_of_nothing(text: str, action: str, account: str | None) -> None:
    """Thanks and emoji at the end belong to neither action nor account; a line of nothing else keeps them."""
    read = line(text)
    assert (read.action, read.account_phrase) == (action, account)


@pytest.mark.parametrize(
    ("locale", "text", "suggestion"),
    [
        ("en-US", "send it by tom", date(2026, 11, 25)),
        ("es-ES", "enviar la oferta hasta el viernes", date(2026, 11, 27)),
    ],
)
def test_a_word_with_two_meanings_has_its_day_filled_in(locale: str, text: str, suggestion: date) -> None:
    """The question names the likely day, so that the person only confirms it."""
    due = line(text, locale).due
    assert isinstance(due, Unclear)
    assert due.suggestion == suggestion
    assert "Is it due" in due.reason


REPEATS = [
    ("en-US", "send figures each quarter", "None"),
    ("en-US", "standup daily until 4 Dec", "2026-12-04"),
    ("de-DE", "Bericht alle zwei Wochen bis Dienstag", "2026-12-01"),
    ("es-ES", "informe cada dos semanas", "None"),
    ("en-US", "send the report every Friday starting 5 Dec", "2026-11-27"),
]


@pytest.mark.parametrize(("locale", "text", "suggestion"), REPEATS)
def test_what_comes_again_and_again_is_asked(locale: str, text: str, suggestion: str) -> None:
    """A promise that repeats is not silently recorded once, and not from an unsure day: the likely day is suggested."""
    read = read_line(text, today=TUE, locale=locale, accounts=ACCOUNTS)
    assert isinstance(read.due, Unclear)
    assert any(words in read.due.reason for words in ("comes again and again", "Choose the first day"))
    assert str(read.due.suggestion) == suggestion


SERIES = [
    ("en-US", "send the report every Friday, first on 4 Dec", "send the report", "2026-12-04"),
    ("en-US", "send the report every Friday starting 4 Dec for Acme", "send the report", "2026-12-04"),
    ("en-US", "every Friday, starting 4 December: send the report", "send the report", "2026-12-04"),
    ("en-US", "send the report monthly from 15 Jan", "send the report", "2027-01-15"),
    ("en-US", "call Dana every Friday from the plant", "call Dana from the plant", "2026-11-27"),
    ("en-US", "every Friday: send the report", "send the report", "2026-11-27"),
    ("de-DE", "jeden Freitag ab 4.12. Bericht schicken", "Bericht schicken", "2026-12-04"),
    ("de-DE", "Bericht schicken jeden Freitag ab 4.12.", "Bericht schicken", "2026-12-04"),
    ("de-DE", "Bericht jeden Freitag, erstmals am 4. Dezember", "Bericht", "2026-12-04"),
    ("fr-FR", "envoyer le rapport chaque vendredi à partir du 4 décembre", "envoyer le rapport", "2026-12-04"),
    ("es-ES", "enviar el informe cada viernes a partir del 4 de diciembre", "enviar el informe", "2026-12-04"),
]


@pytest.mark.parametrize(("locale", "text", "action", "first"), SERIES)
def test_the_first_day_of_a_series(locale: str, text: str, action: str, first: str) -> None:
    """The day behind "first on", "starting" or "ab" is the first due date, and its words leave the action."""
    read = read_line(text, today=TUE, locale=locale, accounts=ACCOUNTS)
    assert isinstance(read.due, Due)
    assert (read.action, str(read.due.on), read.rhythm is not None) == (action, first, True)


ONCE = [
    ("en-US", "send the weekly report by Friday", "2026-11-27"),
    ("en-US", "monthly figures by Friday", "2026-11-27"),
    ("en-US", "send the quarterly by Friday", "2026-11-27"),
    ("en-US", "send every Friday report by 4 Dec", "2026-12-04"),
    ("en-US", "call every customer by Friday", "2026-11-27"),
    ("de-DE", "alle Angebote bis Freitag schicken", "2026-11-27"),
    ("es-ES", "informe el miércoles", "2026-11-25"),
    ("fr-FR", "rapport mensuel pour vendredi", "2026-11-27"),
]


@pytest.mark.parametrize(("locale", "text", "due"), ONCE)
def test_a_rhythm_in_a_name_is_none(locale: str, text: str, due: str) -> None:
    """“The weekly report” and "every customer" are things."""
    assert day(text, locale) == due
