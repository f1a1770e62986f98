"""A line that says who of the client agreed."""

from __future__ import annotations

from datetime import date

import pytest

from store.dates import Due
from store.rules.line import read_line
from store.rules.line.agreed import Stated

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("locale", "typed", "action", "agreed"),
    [
        ("en-US", "theirs: send the figures by Friday agreed with Dana", "send the figures", Stated("Dana", "")),
        ("en-US", "theirs: send the figures agreed with dana by Friday", "send the figures", Stated("dana", "")),
        ("en-US", "theirs: send the figures, agreed with Dana Reyes in a meeting, by Friday", "send the figures",
         Stated("Dana Reyes", "meeting")),
        ("en-US", "theirs: send the figures agreed with Dana Friday", "send the figures", Stated("Dana", "")),
        ("en-US", "send the sheet by Friday (agreed with Dana by phone)", "send the sheet", Stated("Dana", "call")),
        ("en-US", "they send the figures by Friday, as agreed with Dana by email", "they send the figures",
         Stated("Dana", "letter")),
        ("de-DE", "Kunde: Zahlen schicken bis Freitag, vereinbart mit Dana", "Zahlen schicken", Stated("Dana", "")),
        ("de-DE", "Kunde: Zahlen schicken bis Freitag, mit Frau Reyes vereinbart", "Zahlen schicken",
         Stated("Frau Reyes", "")),
        ("de-DE", "Kunde: Zahlen schicken bis Freitag, mit Dana abgestimmt telefonisch", "Zahlen schicken",
         Stated("Dana", "call")),
        ("fr-FR", "client: envoyer les chiffres pour vendredi, convenu avec Dana", "envoyer les chiffres",
         Stated("Dana", "")),
        ("fr-FR", "client: envoyer les chiffres vendredi, d'accord avec Dana en réunion", "envoyer les chiffres",
         Stated("Dana", "meeting")),
        ("es-ES", "cliente: enviar las cifras el viernes, acordado con Dana por teléfono", "enviar las cifras",
         Stated("Dana", "call")),
    ],
)  # fmt: skip
def test_who_agreed(locale: str, typed: str, action: str, agreed: Stated) -> None:
    """In four languages the person and the way are read, and leave the action; the date is read beside them."""
    line = read_line(typed, today=MONDAY, locale=locale)
    assert (line.action, line.agreed) == (action, agreed)
    assert isinstance(line.due, Due)
    assert line.due.on == FRIDAY
    assert line.otherwise is not None
    assert agreed.name in line.otherwise.action


@pytest.mark.parametrize(
    "typed",
    [
        "present the plan agreed with Dana by Friday",
        "get the terms agreed by Friday",
        "theirs: agreed with Dana",
        "we agreed with Dana to send it by Friday",
    ],
)
def test_no_agreement(typed: str) -> None:
    """In a line of ours "the plan agreed with Dana" is the action, and so are words without a person or an action."""
    assert read_line(typed, today=MONDAY).agreed is None
