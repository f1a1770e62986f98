"""Pictures of an account plan: what they show, what they leave out and say so, and that the PNG has words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from handlers.pictures.drawing import fitted, fitted_name, width_of
from handlers.pictures.relationship_map import MapPerson, relationship_map
from handlers.pictures.three_years import YearFigures, compact, three_years
from handlers.pictures.white_space import Cell, Share, white_space

if TYPE_CHECKING:
    from handlers.pictures.drawing import Picture

SVG = "{http://www.w3.org/2000/svg}"
MARKUP = '<script>alert("1")</script> & ]]> \x1b'


def texts(picture: Picture) -> list[str]:
    """The texts that are drawn. It also shows that the picture is well-formed XML."""
    return [each.text or "" for each in ET.fromstring(picture.svg).iter(f"{SVG}text")]


def some(name: str = "Dana Flores") -> list[Picture]:
    """One of each picture, with that name in it."""
    return [
        relationship_map(name, [MapPerson(name, 5, 4, 12, "Ana")]),
        white_space(name, [name], [name], {(0, 0): Cell(Share.OPEN, "120k")}),
        three_years(name, [YearFigures(2025, Decimal(100), Decimal(10)), YearFigures(2026, Decimal(120), None)], "EUR"),
    ]


@pytest.mark.parametrize("kind", range(3))
def test_a_rendered_word_is_not_blank(kind: int) -> None:
    """Another name gives another PNG: without a font resvg leaves out all words and does not say so."""
    png = some("Dana")[kind].png()
    assert png.startswith(b"\x89PNG")
    assert png != some("Olga")[kind].png()
    assert png == some("Dana")[kind].png()


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("name", [MARKUP, "田中 太郎", "🙂🙂", "فاطمة", "W" * 300, "a\nb", "", " "])
def test_any_name_is_drawn_as_text(kind: int, name: str) -> None:
    """A name with markup is escaped; one that the font lacks, one without end and none at all give a picture too."""
    picture = some(name)[kind]
    assert "<script" not in picture.svg
    root = ET.fromstring(picture.svg)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "desc", "rect", "text", "circle", "line", "polyline",
    }  # fmt: skip
    assert picture.png().startswith(b"\x89PNG")
    assert all(width_of(each, 10.5) < 390 for each in texts(picture))


@pytest.mark.parametrize("kind", range(3))
def test_a_picture_says_in_words_what_it_shows(kind: int) -> None:
    """A screen reader reads title and description; both are also text for a message."""
    picture = some()[kind]
    root = ET.fromstring(picture.svg)
    title, description = (root.find(f"{SVG}{each}") for each in ("title", "desc"))
    assert title is not None
    assert description is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == picture.title
    assert description.text == "; ".join(picture.words)
    assert "Dana Flores" in picture.title


def test_the_page_allows_every_attribute() -> None:
    """The pages' Content-Security-Policy allows neither inline style nor script, so a picture has none."""
    for picture in some():
        assert "style" not in picture.svg
        assert not any(
            name.startswith("on") or name.endswith("href")
            for each in ET.fromstring(picture.svg).iter()
            for name in each.attrib
        )


def test_the_map_places_people() -> None:
    """Influence is upwards and support to the right; a ring is a person never met, or longer ago than agreed."""
    picture = relationship_map("Acme", [
        MapPerson("Dana", 5, 5, 12, "Ana"), MapPerson("Ben", 1, 1), MapPerson("Cleo", 5, 1, 130, "Ana", late=True),
        MapPerson("Nobody Knows", None, 3),
    ])  # fmt: skip
    dots = {
        each.get("cy"): each.get("fill")
        for each in ET.fromstring(picture.svg).iter(f"{SVG}circle")
        if each.get("r") == "7"
    }
    assert len(dots) == 2
    assert picture.words == (
        "1. Dana: champions us, influence high, met 12 days ago, Ana is responsible",
        "2. Cleo: against, influence high, met 130 days ago, longer ago than agreed, Ana is responsible",
        "3. Ben: against, influence low, never met, nobody of ours is responsible",
        "Without influence or stance: Nobody Knows",
    )
    assert {"12 d · Ana", "130 d · Ana", "never met", "1 person without influence or stance"} <= set(texts(picture))


def test_a_crowded_cell_stays_readable() -> None:
    """Twenty-five people in one cell have their own lines; more than that are counted."""
    people = [MapPerson(f"Person {number:02}", 3, 3, number) for number in range(33)]
    picture = relationship_map("Acme", people)
    heights = sorted(
        float(each.get("cy", "")) for each in ET.fromstring(picture.svg).iter(f"{SVG}circle") if each.get("r") == "7"
    )
    assert len(heights) == 25
    assert min(after - before for before, after in pairwise(heights)) > 25
    assert "8 more people with less influence" in texts(picture)
    assert picture.words[-1] == "8 more people with less influence"


def test_an_empty_plan_has_pictures() -> None:
    """Nothing is drawn, and the picture says so."""
    assert "Nobody is on the map yet" in texts(relationship_map("Acme", []))
    assert "No offerings yet" in texts(white_space("Acme", [], [], {}))
    assert texts(three_years("Acme", [])).count("not known yet") == 2


def test_the_heat_map_is_not_by_colour_alone() -> None:
    """Each state has its own symbol, and the legend names all of them."""
    shares = list(Share)
    picture = white_space(
        "Acme", ["Monitoring"], [*(f"Unit {share}" for share in shares), "Unknown"],
        {(0, column): Cell(share, "1m") for column, share in enumerate(shares)},
    )  # fmt: skip
    assert {"✓", "○", "✕", "–", "?", "has it", "open", "a competitor has it", "never", "not known yet"} <= set(
        texts(picture)
    )
    (words,) = picture.words
    assert words == (
        "Monitoring: has it Unit has (1m); open Unit open (1m); a competitor has it Unit competitor (1m);"
        " never Unit never (1m)"
    )


def test_a_large_heat_map_says_what_it_leaves_out() -> None:
    """More than 12 offerings or 10 units are counted; the words have them all."""
    picture = white_space("Acme", [f"Offering {n}" for n in range(13)], [f"Unit {n}" for n in range(12)], {})
    assert "Not in the picture: 1 more offering and 2 more units" in texts(picture)
    assert sum(each.startswith("Offering") for each in texts(picture)) == 12
    assert sum(each.startswith("Unit") for each in texts(picture)) == 10
    assert [each.partition(":")[0] for each in picture.words[:-1]] == [f"Offering {n}" for n in range(13)]


def test_the_lines_show_the_newest_three_years() -> None:
    """Growth counts from the year before; a year without a figure has no point."""
    picture = three_years("Acme", [
        YearFigures(2026, Decimal(1_100_000), Decimal(90)), YearFigures(2023, Decimal(5), Decimal(5)),
        YearFigures(2025, Decimal(1_000_000), Decimal(100)), YearFigures(2024, None, Decimal(0)),
    ], "EUR")  # fmt: skip
    assert {"1m", "1.1m", "2026 · +10 %", "2026 · \u221210 %", "2025", "2024"} <= set(texts(picture))
    assert picture.words == (
        "Revenue of the client in EUR: 2025 1m, 2026 1.1m",
        "Our sales to them in EUR: 2024 0, 2025 100, 2026 90",
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "0"), ("950", "950"), ("999.6", "1k"), ("1000", "1k"), ("340000", "340k"), ("999999", "1m"),
        ("1240000000", "1.24bn"), ("-12500000", "-12.5m"), ("100000000", "100m"), ("999999999999", "1000bn"),
    ],
)  # fmt: skip
def test_an_amount_in_three_digits(amount: str, words: str) -> None:
    """An amount as short as a picture needs it."""
    assert compact(Decimal(amount)) == words


def test_names_are_shortened_as_people_do() -> None:
    """The initial of the last name goes before the end of the first one."""
    assert fitted_name("Dana Flores", 200, 10) == "Dana Flores"
    assert fitted_name("Dana Maria Flores", 45, 10) == "Dana F."
    assert fitted_name("Dana Flores", 30, 10) == "Dana"
    assert fitted_name("Maximiliana", 40, 10).endswith("…")
    assert fitted("Security review", 60, 10) == fitted("Security\nreview", 60, 10)
