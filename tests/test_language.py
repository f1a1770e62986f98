"""The language of the code: docstrings and comments name their subject, and say one thing a sentence."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
# How many sentences each part may still have, at most: (with a vague word, headless). The numbers only ever go down.
ALLOWED = {
    "bench": (0, 0),
    "bot": (0, 0),
    "handlers": (0, 0),
    "sandbox": (0, 0),
    "store": (0, 0),
    "tests": (0, 0),
}
# Assembled, so that this file may be looked at too.
VAGUE = re.compile(rf"\b(?:who{'ever'}|what{'ever'}|some{'body'}'s)\b", re.IGNORECASE)
HEADLESS = re.compile(r"[\"'(]?(?:What|Who)\b")
SENTENCES = re.compile(r"(?<=[.!?:])\s+(?=[\"'(]?[A-Z])|\n\s*\n")


def written(path: Path) -> Iterator[str]:
    """The docstrings of a file, and its comments; comments on lines that follow each other are one text."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""
    comment, last = "", 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, words = token.start[0], token.string.lstrip("# ")
        is_alone = not token.line[: token.start[1]].strip()
        if is_alone and line == last + 1:
            comment += f"\n{words}"
        else:
            yield comment
            comment = words
        last = line if is_alone else 0
    yield comment


def part_of(path: Path) -> str:
    """The directory at the top that a file belongs to; tests are one part, wherever they stand."""
    parts = path.relative_to(ROOT).parts
    return "tests" if "tests" in parts else parts[0]


@cache
def sentences(part: str) -> list[str]:
    """Every sentence of the part's docstrings and comments, after the name of its file."""
    return [
        f"{path.relative_to(ROOT)}: {' '.join(sentence.split())}"
        for folder in ALLOWED
        for path in sorted((ROOT / folder).rglob("*.py"))
        if part_of(path) == part
        for text in written(path)
        for sentence in SENTENCES.split(text)
    ]


def is_headless(sentence: str) -> bool:
    """Whether the sentence begins with "What" or "Who" and is no question."""
    return bool(HEADLESS.match(sentence)) and not sentence.rstrip("\"')`").endswith("?")


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_the_language_gets_plainer(part: str) -> None:
    """No docstring or comment has a vague word for its subject, or starts a statement with a question word.

    The numbers are a ratchet. When sentences have been mended, lower the part's numbers to the new counts; zero is the
    end, and then the numbers go.
    """
    vague = [each for each in sentences(part) if VAGUE.search(each.partition(": ")[2])]
    headless = [each for each in sentences(part) if is_headless(each.partition(": ")[2])]
    most_vague, most_headless = ALLOWED[part]
    assert len(vague) <= most_vague, "\n".join(vague)
    assert len(headless) <= most_headless, "\n".join(headless)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("What a person is told.", True),
        ("Who hears of it, and when.", True),
        ("What is due?", False),
        ("The message that a person gets.", False),
        ("Whole days only.", False),
    ],
)
def test_a_headless_sentence_is_recognised(sentence: str, *, expected: bool) -> None:
    """A statement that begins with a question word is one. A question is none, and neither is "Whole days"."""
    assert is_headless(sentence) is expected
