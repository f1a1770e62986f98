"""The work grows in proportion to the text: no text that people write keeps a request busy."""

from __future__ import annotations

import time
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from bot.logs import Hide
from handlers.absences.actions import _NAMED
from handlers.commitments.command_words import read_command
from handlers.commitments.commands import _nearest
from handlers.commitments.one_liner import readable
from handlers.slack.payloads import as_typed
from handlers.slack.words import escape
from store.dates import frame
from store.dates.pauses import Pause, is_a_promise, read_pause
from store.rules.line import read_line
from store.rules.names import fold, look, match
from store.rules.statuses import Status, is_away
from store.rules.text import clean, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SmallTeam

TODAY = date(2026, 11, 23)
ASKED = frame(TODAY, "en-US", frozenset(range(5)), 1)
# Of each kind of text that begins much and ends nothing.
PIECES = [
    "<http:", "<https://a.b|", "<mailto:a@b", "<@U0ANA|", "<@U0ANA", "<#C0ACME|", "<@U0ANA>", "<", "&lt;", "&amp;",
    "@ana ", "@a.", "@ana and ", "a.b.", "a.", " ", "\t", "\n", "a\n", "> ", " \n> ", "1. ", "*a", "_", "`", "*_~`",
    "by ", "by by", "due ", "before the ", "not ", "for ", "for Acme ", "the client ", "client   us", ", ", ";", "-",
    "a", "1", "1/", "1:", "4 Dec ", "a\u0301", "\u0301", "\u200d", "\U0001f3f4", "\U000e0061", "\ufe0f", "א", "“", "”",
    "xox", "xoxb", "://", "://a:", "[parameters: ", "[parameters: ]", "vacation ", "leave  ", "from ",
]  # fmt: skip
# Beginnings of a phrase, each followed by a long repetition.
HEADS = [
    "the client",
    "the ",
    "theirs",
    "@ana and",
    "@a",
    "<@U0ANA|",
    "<http:a",
    "vacation",
    "a by",
    "by",
    "for",
    "a,",
    "“",
]
FILLS = [" ", "\t", "a", ".", "\n", "1", "-", "'", ",", "é"]
RULES: dict[str, Callable[[str], Any]] = {
    "clean": lambda text: clean(text, lines=True),
    "escape": escape,
    "as_typed": as_typed,
    "read_line": lambda text: read_line(text, today=TODAY, accounts=["Acme", "Globex"]),
    "read_pause": lambda text: read_pause(text, ASKED),
    "is_a_promise": lambda text: is_a_promise(text, Pause()),
    "named": lambda text: _NAMED.sub(" ", " ".join(text.split())),
    "nearest": _nearest,
    "read_command": read_command,
    "quoted": quoted,
    "look": look,
    "match": lambda text: match(text, ["Acme", "Globex"]),
    "fold": fold,
    "is_away": lambda text: is_away(Status(text)),
    "log": lambda text: Hide(["a-secret-of-ours"])(None, "", {"error": text}),
}
# The longer text is this many times as long. Work that grows with the square takes 64 times as long.
TIMES, AT_MOST = 8, 28
SHORT = 1_500


def grows(rule: Callable[[str], Any], piece: str, head: str = "") -> float:
    """How many times as long the long text takes, by this thread's own use of the processor.

    The shortest of up to three times counts: a pause of the interpreter is no work of the rule.
    """
    shortest = {SHORT: float("inf"), TIMES * SHORT: float("inf")}
    for n in range(3):
        for length, best in shortest.items():
            # Each one is another text: an answer that was kept is no work.
            text = head + (piece * (length // len(piece) + 1))[:length] + f"!{n}"
            before = time.thread_time_ns()
            rule(text)
            shortest[length] = min(best, time.thread_time_ns() - before)
        # Shorter times than 100 µs cannot be distinguished from the clock's own resolution.
        ratio = shortest[TIMES * SHORT] / max(shortest[SHORT], 100_000)
        if ratio <= AT_MOST:
            break
    return ratio


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_work_grows_with_the_text(rule: Callable[[str], Any]) -> None:
    """Openings without ends, spaces, marks, dates and names, twelve thousand characters of each."""
    cases = [*(("", piece) for piece in PIECES), *product(HEADS, FILLS)]
    assert {case: round(ratio) for case in cases if (ratio := grows(rule, case[1], case[0])) > AT_MOST} == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_mentions_are_looked_up_together(office: SmallTeam) -> None:
    """Names for a thousand mentions in a message take as much work as their text, not a question each."""
    with office.ledger.read() as tx:
        eva = office.person(tx, "eva")
        assert readable(tx, eva, "<@U0ANA|ana> and <@U0NOBODY>") == "@Ana Souza and @U0NOBODY"
        for piece in PIECES:
            assert grows(lambda text: readable(tx, eva, text), piece) <= AT_MOST, piece
