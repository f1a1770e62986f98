"""Typing into a menu of names: the names that fit, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute

# Options of a menu, by Slack's limit.
MOST = 100


def fits(key: InstrumentedAttribute[str], wanted: str) -> list[sa.ColumnElement[bool]]:
    """The conditions for the names that contain each word of `wanted`. `key` and `wanted` are in the form for
    comparison (store/rules/names.py).
    """
    return [key.contains(word, autoescape=True) for word in wanted.split()]


def rank(key: InstrumentedAttribute[str], wanted: str) -> sa.ColumnElement[Any]:
    """The order of the names that fit, the best first: those that are the text, begin with it, have a word that begins
    with it, and the others.
    """
    return sa.case(
        (key == wanted, 0),
        (key.startswith(wanted, autoescape=True), 1),
        (key.contains(f" {wanted}", autoescape=True), 2),
        else_=3,
    )
