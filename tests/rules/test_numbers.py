"""Numbers as people write them: five notations, scales, currencies; what has two readings is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadInputError
from store.rules.numbers import Number, read_number, typed, words


def attempt(text: str) -> tuple[Decimal | None, str | None]:
    """The number, or the words of the refusal."""
    try:
        return read_number(text, field="value").value, None
    except BadInputError as error:
        return None, error.words


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1500", "1500", None), ("0", "0", None), ("-40", "-40", None), ("\u221240", "-40", None), ("007", "7", None),
        ("1,234,567.89", "1234567.89", None), ("1.234.567,89", "1234567.89", None),
        ("1 234 567,89", "1234567.89", None), ("1'234'567.89", "1234567.89", None),
        ("12,34,567.8", "1234567.8", None), ("1,500.00", "1500", None), ("1.500,5", "1500.5", None),
        ("0.5", "0.5", None), ("0,5", "0.5", None), ("1.5", "1.5", None), ("12,25", "12.25", None),
        ("1,5000", "1.5", None), ("1 500", "1500", None), ("1\u00a0500", "1500", None),
        ("1.5m", "1500000", None), ("1,5 Mio.", "1500000", None), ("2 Mrd", "2000000000", None),
        ("3bn", "3000000000", None), ("120k", "120000", None), ("120 Tsd. €", "120000", "EUR"),
        ("€ 1.5m", "1500000", "EUR"), ("1.5m €", "1500000", "EUR"), ("$120", "120", "USD"), ("-$120", "-120", "USD"),
        ("120 EUR", "120", "EUR"), ("EUR 120", "120", "EUR"), ("12 Mio EUR", "12000000", "EUR"),
        ("CHF 2'000", "2000", "CHF"),
        ("£2 million", "2000000", "GBP"), ("40 %", "40", "%"), ("12.5%", "12.5", "%"),
    ],
)  # fmt: skip
def test_each_notation(text: str, value: str, unit: str | None) -> None:
    """The number, its scale and its unit are read exactly."""
    assert read_number(text, field="value") == Number(Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("1.500", "1.5 or 1500"),
        ("1,500", "1.5 or 1500"),
        ("€ 12.345", "12.3450 or 12345"),
        ("-1,500", "-1.5 or -1500"),
        ("1.500k", "1500 or 1500000"),
    ],
)
def test_two_readings_are_refused(text: str, both: str) -> None:
    """A number that two readers read in two ways is refused at its field, with both."""
    with pytest.raises(BadInputError) as caught:
        read_number(text, field="value")
    assert caught.value.field == "value"
    assert f"can be {both}" in caught.value.words


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "1e5", "\uff11\uff12", "1.2.3", "1,2,3", "1..5", "12 34", "1,5 Billion", "5 apples", "$5 EUR",
        "--5", "5-", "- - 5", "1/2", "5 6", "NaN", "inf", "1_000", "0x10", "5 m m", "½", "٣",
        "10000000000000", "0.00001", "1 % %",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    """Nothing is guessed from a text that is no number, too large or too fine."""
    with pytest.raises(BadInputError):
        read_number(text, field="value")


@given(
    st.decimals(min_value=0, max_value=10**11, places=2), st.sampled_from(["en_US", "de_DE", "fr_FR", "de_CH", "en_IN"])
)
def test_a_number_in_any_notation_is_read_back_or_refused(value: Decimal, locale: str) -> None:
    """A formatted number is read back; only one group of three digits without a fraction may have two readings."""
    text = format_decimal(value, format=None, locale=locale, decimal_quantization=False)
    read, error = attempt(text)
    assert read == value or (error is not None and " or " in error and value == int(value) and 1000 <= value < 10**6)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_refused_in_words(text: str) -> None:
    """No text raises anything but a refusal."""
    read, error = attempt(text)
    assert (read is None) != (error is None)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4))
def test_the_echo_says_the_whole_number(value: Decimal) -> None:
    """The words of a number have all its digits, and a form can be filled with it and saved as it is."""
    assert Decimal(words(value).replace(",", "")) == value
    assert read_number(typed(value), field="value").value == value
