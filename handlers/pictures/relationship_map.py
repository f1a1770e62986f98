"""The relationship map: the client's people on a grid, support from left to right and influence upwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from handlers.pictures.drawing import WIDTH, Picture, draw, fitted, fitted_name, width_of
from handlers.slack.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

# Support 1 to 5, and influence 1 to 5.
STANCES = ("against", "sceptical", "neutral", "for", "champions us")
INFLUENCES = ("low", "rather low", "medium", "rather high", "high")
_STEPS = (1, 2, 3, 4, 5)
# Where the columns or rows begin and how large they are, by their steps.
_Bands = dict[int, tuple[int, int]]
# More people than this are counted, not drawn.
_DRAWN = 25

_LEFT, _TOP, _RIGHT = 30, 58, 4
# A column without people is as wide as its heading, and a row without people is one line high.
_EMPTY_COLUMN, _EMPTY_ROW = 48, 22
_PERSON, _GAP = 29, 5
_NAME_SIZE, _NOTE_SIZE = 10.5, 9.5
_DOT = 8


@dataclass(frozen=True)
class MapPerson:
    """One of the client's people. Influence and support are 1 to 5, or None if nobody has said them yet.

    `met` is the number of days since the last meeting, None: never met. `late`: longer than the interval agreed.
    `ours` is the name of the colleague who is responsible.
    """

    name: str
    influence: int | None
    support: int | None
    met: int | None = None
    ours: str | None = None
    late: bool = False


class _Placed(NamedTuple):
    influence: int
    support: int
    person: MapPerson


def relationship_map(account: str, people: Sequence[MapPerson]) -> Picture:
    """The map of an account's people, the most influential ones first: at most 25 are drawn, the rest are counted."""
    placed = sorted(
        (
            _Placed(each.influence, each.support, each)
            for each in people
            if each.influence is not None and each.support is not None
        ),
        key=lambda each: (-each.influence, -each.support, each.person.name.casefold()),
    )
    drawn, more = placed[:_DRAWN], len(placed) - _DRAWN
    unplaced = [each.name for each in people if each.influence is None or each.support is None]
    title = f"Relationship map of {account}"
    words = [_words(number, each) for number, each in enumerate(drawn, 1)]
    notes = []
    if more > 0:
        notes.append(f"{plural(more, 'more person', 'more people')} with less influence")
        words += notes
    if unplaced:
        notes.append(f"{plural(len(unplaced), 'person', 'people')} without influence or stance")
        words.append(f"Without influence or stance: {', '.join(unplaced)}")
    columns, rows = _columns(drawn), _rows(drawn)
    bottom = sum(rows[1])
    svg = draw(
        "relationship_map.svg",
        name="map",
        title=title,
        words=words or ["Nobody is on the map yet"],
        heading=fitted(title, WIDTH - 20, 13),
        columns=[(left, width, STANCES[step - 1]) for step, (left, width) in columns.items()],
        rows=[(top, tall, step) for step, (top, tall) in rows.items()],
        dots=_dots(drawn, columns, rows),
        notes=notes,
        top=_TOP,
        bottom=bottom,
        height=bottom + 46 + 14 * len(notes),
    )
    return Picture(svg, title, tuple(words))


@dataclass(frozen=True)
class _Dot:
    number: int
    x: float
    y: float
    late: bool
    name: str
    note: str


def _dots(people: Sequence[_Placed], columns: _Bands, rows: _Bands) -> list[_Dot]:
    found = []
    filled: Counter[tuple[int, int]] = Counter()
    for number, (influence, support, person) in enumerate(people, 1):
        left, width = columns[support]
        above = filled[influence, support]
        filled[influence, support] += 1
        found.append(
            _Dot(
                number,
                left + 3 + _DOT,
                rows[influence][0] + _GAP + above * _PERSON + _DOT,
                person.met is None or person.late,
                fitted_name(person.name, width - 2 * _DOT - 8, _NAME_SIZE),
                _note(person, width - 6),
            )
        )
    return found


def _columns(people: Sequence[_Placed]) -> _Bands:
    """The columns by support: those with people share the width that the others leave."""
    used = {each.support for each in people} or set(_STEPS)
    wide = (WIDTH - _LEFT - _RIGHT - _EMPTY_COLUMN * (len(_STEPS) - len(used))) // len(used)
    found, left = {}, _LEFT
    for step in _STEPS:
        width = wide if step in used else _EMPTY_COLUMN
        found[step] = (left, width)
        left += width
    return found


def _rows(people: Sequence[_Placed]) -> _Bands:
    """The rows by influence, the highest first: each is as high as its fullest cell."""
    cells = Counter((each.influence, each.support) for each in people)
    found, top = {}, _TOP
    for step in reversed(_STEPS):
        most = max(cells[step, support] for support in _STEPS)
        tall = most * _PERSON + 2 * _GAP if most else _EMPTY_ROW
        found[step] = (top, tall)
        top += tall
    return found


def _note(person: MapPerson, room: float) -> str:
    """Days since the last meeting, and who of ours: “12 d · Ana S.”."""
    since = "never met" if person.met is None else f"{person.met} d" if person.met else "today"
    if not person.ours:
        return since
    since += " · "
    return fitted(since + fitted_name(person.ours, room - width_of(since, _NOTE_SIZE), _NOTE_SIZE), room, _NOTE_SIZE)


def _words(number: int, placed: _Placed) -> str:
    influence, support, person = placed
    met = "never met" if person.met is None else f"met {plural(person.met, 'day')} ago" if person.met else "met today"
    late = ", longer ago than agreed" if person.late and person.met is not None else ""
    ours = f"{person.ours} is responsible" if person.ours else "nobody of ours is responsible"
    where = f"{STANCES[support - 1]}, influence {INFLUENCES[influence - 1]}"
    return f"{number}. {person.name}: {where}, {met}{late}, {ours}"
