"""Several lines of text: which are promises, and where one ends."""

from __future__ import annotations

from datetime import date

import pytest

from store.rules.line.minutes import AT_MOST, LONGEST, read_minutes

FACTS = {
    "today": date(2026, 11, 24), "locale": "en-GB", "working_week": frozenset(range(5)), "fiscal_year_start": 1,
    "accounts": ["Acme"],
}  # fmt: skip
ANA, BEN = "<@U0ANA>", "<@U0BEN>"

TEXTS = {
    f"{ANA} send A by 4 Dec\n{BEN} send B by 7 Dec": [f"+{ANA} send A by 4 Dec", f"+{BEN} send B by 7 Dec"],
    f"{ANA} send A by 4 Dec; {BEN} send B": [f"+{ANA} send A by 4 Dec", f"+{BEN} send B"],
    "send A by Friday\n\n\nby Monday send B": ["+send A by Friday", "+by Monday send B"],
    "send A; then B by Friday": ["+send A; then B by Friday"],
    f"send A &amp; B by Friday; cc {BEN}": [f"+send A &amp; B by Friday; cc {BEN}"],
    "@ana ask &amp;lt;b&amp;gt; &amp; R by today": ["+@ana ask &amp;lt;b&amp;gt; &amp; R by today"],
    f"{ANA} send A; then B by Friday": [f"+{ANA} send A; then B by Friday"],
    f"{ANA} '; DROP TABLE x; -- by today": [f"+{ANA} '; DROP TABLE x; -- by today"],
    "send A by Friday; send B by Thursday": ["+send A by Friday", "+send B by Thursday"],
    "rename it to `A by Friday; B by Monday`": ["+rename it to `A by Friday; B by Monday`"],
    "4. Dezember: send the plan": ["+4. Dezember: send the plan"],
    "- send A by Friday": ["+send A by Friday"],
    "send the deck by Friday\nthe long version": ["+send the deck by Friday\nthe long version"],
    "Acme weekly, 1 Dec\n1. send A by Friday\n2. we met": ["-Acme weekly, 1 Dec", "+send A by Friday", "-we met"],
    f"Actions:\n{ANA} send A": ["-Actions:", f"+{ANA} send A"],
    "*Actions*\n- theirs: send us A\n- call": ["-*Actions*", "+theirs: send us A", "-call"],
    "# Acme\n- call Dana\n- write to Marcus": ["-# Acme", "+call Dana", "+write to Marcus"],
    "Weekly with Acme\n- send A by Friday": ["-Weekly with Acme", "+send A by Friday"],
    f"{ANA} {BEN}\nsend A by Friday": [f"-{ANA} {BEN}", "+send A by Friday"],
}


@pytest.mark.parametrize(("text", "pieces"), TEXTS.items())
def test_promises_and_other_lines(text: str, pieces: list[str]) -> None:
    """A line with a date or an owner is a promise (+); a heading or a talking point is none (-); nothing is lost."""
    found = read_minutes(text, **FACTS)
    assert [("+" if one.promise else "-") + one.text for one in found.pieces] == pieces
    assert found.rest == ""


def test_no_line_is_lost() -> None:
    """Lines beyond the first twenty are the rest, and a very long line is cut in two."""
    lines = [f"- send part {number} by Friday" for number in range(AT_MOST + 7)]
    found = read_minutes("\n".join(lines), **FACTS)
    assert len(found.pieces) == AT_MOST
    assert found.rest.split("\n") == lines[AT_MOST:]
    long = read_minutes(f"{'x' * (LONGEST + 1)}\nsend A by Friday", **FACTS)
    assert [len(one.text) for one in long.pieces] == [LONGEST, 1, len("send A by Friday")]
