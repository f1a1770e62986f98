"""The parts of a typed text that are kept, and the parts that are left out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.errors import BadInputError
from store.rules.text import clean, isolated, keeping_isolates, printable, required

KEPT = [
    "👩‍👩‍👧‍👦 family", "❤️‍🔥 🏳️‍🌈 🧔‍♂️ 👩🏽‍💻", "1️⃣ #️⃣ \u2139\ufe0f ™️ ↔️ ‼️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪", "🫨",
    "می‌خواهم", "क्‍ष श्रीलङ्का", "ශ්‍රී ලංකා", "שָׁלוֹם", "أرسل العقد", "葛󠄀城", "Việt Nam", "བསྒྲུབས", "ภาษาไทย ที่นี่",
    "zażółć gęślą jaźń", "x² ½ ‰ – — … “”",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_languages_and_emoji_stay_whole(text: str) -> None:
    """Joiners, selectors, tags and marks that a script or an emoji needs stay where they are."""
    assert clean(text) == unicodedata.normalize("NFC", text)


INVISIBLE = [
    "\u200b", "\u2060\ufeff", "\u2800\u2800", "\u3164", "\u115f\u1160\uffa0", "\ufe0f", "\u200d\u200c", "\u00ad",
    "\u034f\u0301", "\u0301\u0302", "\u202e\u2066", "\U000e0041\U000e0042", "\x1b\x00", "\u00a0\u3000\u2028", "\ufffc",
]  # fmt: skip


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
def test_what_shows_nothing_is_nothing(text: str) -> None:
    """A text that shows nothing counts as missing, in the words for a field that was left empty."""
    assert clean(text) == clean(text, lines=True) == ""
    with pytest.raises(BadInputError, match="A reason is missing"):
        required(text, field="reason", what="A reason", limit=500)


@pytest.mark.parametrize(
    "inside", [*INVISIBLE[:1], "\u2060", "\ufeff", "\u200d", "\ufe0f", "\u00ad", "\U000e0041"], ids=ascii
)
def test_nothing_hides_in_a_word(inside: str) -> None:
    """Two names that read the same are the same."""
    assert clean(f"Glo{inside}bex") == "Globex"


SHALOM = "\u05e9\u05dc\u05d5\u05dd"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"for {isolated(SHALOM)} and {isolated(SHALOM + ' 12')}",
            f"for {isolated(SHALOM)} and {isolated(SHALOM + ' 12')}",
        ),
        (f"for \u2068{SHALOM} and", f"for {SHALOM} and"),
        (f"for {SHALOM}\u2069 and", f"for {SHALOM} and"),
        (f"for \u2068{SHALOM}\nand\u2069", f"for {SHALOM}\nand"),
        (f"\u2068for {isolated(SHALOM)}", f"for {isolated(SHALOM)}"),
        ("for \u2068Dana\u2069", "for Dana"),
        ("\u2068\u200b\u2069\u202e", ""),
        (f"\u2067{isolated(SHALOM)}\u2069 \ue000and\ue001", f"{isolated(SHALOM)} and"),
    ],
    ids=ascii,
)
def test_pairs_of_isolates_are_kept(text: str, kept: str) -> None:
    """Text from right to left stays set apart; half a pair, a pair over two lines and one around Latin letters go."""
    assert keeping_isolates(lambda one: clean(one, lines=True), text) == kept


def test_marks_do_not_pile_up() -> None:
    """Four marks on a letter are language; two hundred cover the lines above and below."""
    heap = clean("a" + "\u0301\u0302\u0303\u0304" * 50 + "b")
    assert len(unicodedata.normalize("NFD", heap)) <= 7
    assert heap.endswith("b")
    assert clean("a" + "\u0301\u0302\u0303\u0304\ufe0f" * 50) == clean("a" + "\u0301\u0302\u0303\u0304" * 50)


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_every_line_break_is_one(break_: str) -> None:
    """Each kind of line break is a line break in a note and a space in an action."""
    assert clean(f"one{break_}two", lines=True) == "one\ntwo"
    assert clean(f"one{break_}two") == "one two"


ODD = "".join(KEPT + INVISIBLE) + "\u180b\ufe0e\U000e007f\U000e0101\ud800\ufdd0"


@example("\u094d\u200c")
@example("e\u200c\u0301")
@given(st.one_of(st.text(), st.text(st.sampled_from(ODD))))
def test_clean_is_clean(text: str) -> None:
    """Cleaning a clean text changes nothing; nothing in it ends a line but a line break, none leaves the text."""
    for lines in (False, True):
        kept = clean(text, lines=lines)
        assert clean(kept, lines=lines) == kept
        assert len(kept.splitlines()) <= 1 + kept.count("\n") * lines
    assert not {"\x1b", "\u202e", "\u2066", "\u200b"} & set(printable(text))
