"""Drawing: a picture as SVG that a web page shows inline, as PNG for Slack, and its content once more as words.

A picture is 390 units wide: what fits at that width can be read on a phone. Its colours and sizes are attributes,
because the pages' Content-Security-Policy allows no inline style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import resvg_py
from markupsafe import Markup

from store.rules.text import one_line

WIDTH = 390
# Pixels for each unit of a PNG: sharp on the screens of phones. Time and size grow with the pixels, and resvg holds up
# the other threads meanwhile.
_ZOOM = 2

# Dark on white, with a contrast of 4.5 or more (WCAG AA), printed too.
INK, QUIET, LINE, PAPER = "#1d2729", "#55646a", "#d5dcde", "#ffffff"
GREEN, RED, AMBER = "#17705f", "#b3261e", "#f3c969"

# The widths of letters in the font, in its size, rounded up.
_WIDTHS = {**dict.fromkeys("ijlI.,:;'’|!()[] /-ftr", 0.36), **dict.fromkeys("mwMWOQ@%", 0.88)}
_LOWER, _UPPER = 0.56, 0.66
# Scripts that the shipped font lacks: those of East and South Asia, and emoji.
_NOT_IN_FONT = re.compile("[^\u0000-\u06ff\u1e00-\u27bf]+")
# Characters that no XML document may have, however they are written.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Picture:
    """`svg` for a page; `title` and the lines of `words` say the same where nobody sees the picture: plain text."""

    svg: Markup
    title: str
    words: tuple[str, ...]

    def png(self) -> bytes:
        """The picture as PNG. Letters that the font lacks become “…”: always show `words` beside it."""
        return resvg_py.svg_to_bytes(
            svg_string=_NOT_IN_FONT.sub("…", self.svg),
            # Without a font resvg draws no text at all and does not say so.
            skip_system_fonts=True,
            font_files=[_font()],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
            zoom=_ZOOM,
        )


def draw(template: str, **values: Any) -> Markup:  # noqa: ANN401  any value of the template
    """The SVG of handlers/pictures/templates/`template`; every value in it is escaped."""
    return Markup(_environment().get_template(template).render(values))  # noqa: S704  the template escapes


def width_of(text: str, size: float) -> float:
    """About how wide a text is, in units, in letters of that size."""
    return size * sum(_WIDTHS.get(each, _UPPER if each.isupper() else _LOWER) for each in text)


def fitted(text: str, room: float, size: float) -> str:
    """The text in one line that is `room` units wide, shortened if necessary."""
    text = one_line(text)
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def fitted_name(name: str, room: float, size: float) -> str:
    """A person's name; if there is no room for it, the first name with the initial of the last: “Dana F.”."""
    whole = one_line(name)
    first, *others = whole.split() or [""]
    shorter = [f"{first} {others[-1][0]}.", first] if others else []
    return next((each for each in (whole, *shorter) if width_of(each, size) <= room), fitted(first, room, size))


@cache
def _font() -> str:
    return str(resources.files("handlers.pictures").joinpath("fonts/DejaVuSansCondensed.ttf"))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("handlers.pictures", "templates"),
        autoescape=True,
        finalize=lambda value: _NOT_IN_XML.sub("", value) if isinstance(value, str) else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "WIDTH": WIDTH, "INK": INK, "QUIET": QUIET, "LINE": LINE, "PAPER": PAPER, "GREEN": GREEN, "RED": RED,
        "AMBER": AMBER,
    }  # fmt: skip
    return environment
