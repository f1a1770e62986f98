"""Block Kit → safe HTML. Every text passes Jinja's autoescape or one of the three text modules.

The templates `blocks.html` and `elements.html` hold the markup. Interactive elements carry what a
gesture needs (`data-action`, `data-block`, `data-value`); the page's script reads it from there.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from markupsafe import Markup, escape

from sandbox import emoji
from sandbox.data_blocks import chart_table
from sandbox.markdown import markdown
from sandbox.mrkdwn import mrkdwn, safe_url
from sandbox.reader import short_day
from sandbox.rich_text import rich_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sandbox.reader import Reader

_TEMPLATES: Final = Path(__file__).parent / "templates"
_IMAGE_SCHEMES: Final = ("http://", "https://")
_ODD: Final = re.compile(r"[^A-Za-z0-9-]")
# The conversations of a conversations_select without a filter.
_EVERY_KIND: Final = ("public", "private", "im")


@dataclass(frozen=True)
class Choice:
    """An option of a select, radio group, checkbox group or overflow menu."""

    value: str
    label: Markup | str
    description: Markup | str = ""
    url: str | None = None


@dataclass(frozen=True)
class Place:
    """A conversation as the selects offer it; `kind` is public, private or im."""

    id: str
    name: str
    kind: str = "public"


@dataclass(frozen=True)
class Bar:
    """A value of a chart, with the length of its bar: 100 for the largest value."""

    text: str
    length: int


@dataclass(frozen=True)
class Surface:
    """The surface of blocks: a message, a modal or a Home tab, and its reader.

    `key` is unique on the page and becomes the prefix of DOM ids. `state` are values filled in
    already, as in `view.state.values`; `errors` maps block ids to what is wrong with them.
    """

    reader: "Reader"
    key: str
    people: "Sequence[Choice]" = ()
    places: "Sequence[Place]" = ()
    state: "Mapping[str, Mapping[str, Mapping[str, Any]]]" = field(default_factory=dict)
    errors: "Mapping[str, str]" = field(default_factory=dict)

    def text(self, composition: object) -> Markup:
        """A text object (`plain_text` or `mrkdwn`), or a bare string as plain text."""
        if not isinstance(composition, dict):
            return escape(composition or "")
        words = composition.get("text")
        if composition.get("type") == "mrkdwn":
            return mrkdwn(words, self.reader)
        return Markup("<br>").join(escape(line) for line in self.plain(composition).split("\n"))

    @staticmethod
    def plain(composition: object) -> str:
        """A text object's words, for a title or an attribute; the template escapes them."""
        words = composition.get("text") if isinstance(composition, dict) else composition
        return emoji.replace(str(words or ""))

    def rich(self, block: "Mapping[str, Any]") -> Markup:
        return rich_text(block, self.reader)

    @staticmethod
    def markdown(text: str) -> Markup:
        return markdown(text)

    def cell(self, cell: "Mapping[str, Any]") -> Markup:
        """A table's cell."""
        if cell.get("type") == "rich_text":
            return rich_text(cell, self.reader)
        words = cell.get("text") or cell.get("value") or ""
        return self.text(words) if isinstance(words, dict) else escape(emoji.replace(str(words)))

    @staticmethod
    def chart(chart: "Mapping[str, Any]") -> "tuple[Sequence[str], Sequence[tuple[str, Sequence[Bar]]]]":
        """A chart as a table: the names of the series, and for each category or segment its bars."""
        names, rows = chart_table(chart)
        largest = max(abs(value) for _, values in rows for value in values) or 1
        return names, [
            (label, [Bar(f"{value:,.15g}", round(100 * abs(value) / largest)) for value in values])
            for label, values in rows
        ]

    def filled(self, block: str, element: "Mapping[str, Any]") -> "Mapping[str, Any] | None":
        """The value object already filled in for an element, or None where its initial value counts."""
        return (self.state.get(block) or {}).get(str(element.get("action_id")))

    def value(self, block: str, element: "Mapping[str, Any]") -> str:
        """The text, date, time, person or conversation that a single-valued element shows."""
        filled = self.filled(block, element)
        names = _FILLED if filled is not None else _INITIAL
        source = filled if filled is not None else element
        found = next((source[name] for name in names if source.get(name) is not None), "")
        if isinstance(found, dict):
            return str(found.get("value", ""))
        return self._clock_value(found) if element.get("type") == "datetimepicker" else str(found)

    def _clock_value(self, epoch: object) -> str:
        try:
            moment = datetime.fromtimestamp(int(str(epoch)), UTC)
        except (ValueError, OverflowError, OSError):
            return ""
        return self.reader.local(moment).strftime("%Y-%m-%dT%H:%M")

    def picked(self, block: str, element: "Mapping[str, Any]") -> str:
        """The words on a picker that stands among buttons; empty while nothing is chosen."""
        value = self.value(block, element)
        try:
            return short_day(date.fromisoformat(value)) if element.get("type") == "datepicker" else value
        except ValueError:
            return value

    def values(self, block: str, element: "Mapping[str, Any]") -> list[str]:
        """The chosen values of an element that takes several."""
        filled = self.filled(block, element)
        names = _FILLED_MANY if filled is not None else _INITIAL_MANY
        source = filled if filled is not None else element
        found: Iterable[Any] = next((source[name] for name in names if source.get(name)), ())
        return [str(one.get("value", "")) if isinstance(one, dict) else str(one) for one in found]

    def shown_option(self, block: str, element: "Mapping[str, Any]") -> str:
        """The label of an external select's chosen option, which no list on the page holds."""
        filled = self.filled(block, element)
        chosen = (filled or {}).get("selected_option") if filled is not None else element.get("initial_option")
        return self.plain((chosen or {}).get("text"))

    def shown_options(self, block: str, element: "Mapping[str, Any]") -> list[Choice]:
        """The chosen options of an external select that takes several."""
        filled = self.filled(block, element)
        chosen = (filled or {}).get("selected_options") if filled is not None else element.get("initial_options")
        return [self._choice(option) for option in chosen or ()]

    def choices(self, element: "Mapping[str, Any]") -> list[Choice]:
        """The choices of an element, without option groups."""
        kind = str(element.get("type", "")).removeprefix("multi_")
        if kind == "users_select":
            return list(self.people)
        if kind == "channels_select":
            return [Choice(place.id, f"#{place.name}") for place in self.places if place.kind == "public"]
        if kind == "conversations_select":
            return self._conversations(element.get("filter") or {})
        return [self._choice(option) for option in element.get("options") or ()]

    def groups(self, element: "Mapping[str, Any]") -> list[tuple[str, list[Choice]]]:
        """Option groups by their label."""
        return [
            (self.plain(group.get("label")), [self._choice(option) for option in group.get("options") or ()])
            for group in element.get("option_groups") or ()
        ]

    def _choice(self, option: "Mapping[str, Any]") -> Choice:
        return Choice(
            value=str(option.get("value", "")),
            label=self.text(option.get("text")),
            description=self.text(option.get("description")),
            url=safe_url(option.get("url")),
        )

    def _conversations(self, wanted: "Mapping[str, Any]") -> list[Choice]:
        kinds = wanted.get("include") or _EVERY_KIND
        return [
            Choice(place.id, place.name if place.kind == "im" else f"#{place.name}")
            for place in self.places
            if place.kind in kinds
        ]

    @staticmethod
    def slug(ident: object) -> str:
        """An app's id as part of a DOM id, where a space would end it; different ids stay different."""
        return _ODD.sub(lambda odd: f"_{ord(odd[0]):x}_", str(ident or ""))

    @staticmethod
    def link(url: object) -> str | None:
        return safe_url(url)

    @staticmethod
    def image(part: "Mapping[str, Any]") -> str | None:
        """The address of a picture: an uploaded one is shown by the page, another one if it may be loaded."""
        if isinstance(part.get("slack_file"), dict):
            return f"/file/{_ODD.sub('', str(part['slack_file'].get('id')))}"
        address = safe_url(part.get("image_url"))
        return address if address and address.startswith(_IMAGE_SCHEMES) else None


_FILLED: Final = (
    "value",
    "selected_date",
    "selected_time",
    "selected_date_time",
    "selected_user",
    "selected_conversation",
    "selected_channel",
    "selected_option",
)
_INITIAL: Final = (
    "initial_value",
    "initial_date",
    "initial_time",
    "initial_date_time",
    "initial_user",
    "initial_conversation",
    "initial_channel",
    "initial_option",
)
_FILLED_MANY: Final = ("selected_options", "selected_users", "selected_conversations", "selected_channels")
_INITIAL_MANY: Final = ("initial_options", "initial_users", "initial_conversations", "initial_channels")


@cache
def environment() -> jinja2.Environment:
    """The one Jinja environment of blocks and page: everything is escaped, an undefined name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def blocks(content: "Iterable[Mapping[str, Any]]", surface: Surface) -> Markup:
    """All blocks of a message, modal or Home tab. A type that is not drawn leaves a line that says so."""
    module: Any = environment().get_template("blocks.html").module
    return Markup().join(module.block(block, surface, number) for number, block in enumerate(content))


def attachment(content: "Mapping[str, Any]", surface: Surface) -> Markup:
    """A message's attachment of the old kind: its blocks, or its title and text, beside a bar."""
    module: Any = environment().get_template("blocks.html").module
    return Markup(module.attachment(content, surface, blocks(content.get("blocks") or (), surface)))  # noqa: S704 (a template's own output)


def words(text: str, reader: "Reader") -> Markup:
    """A message's own text, where it has no blocks."""
    return mrkdwn(text, reader)


def beside(surface: Surface, key: str) -> Surface:
    """The same surface under another DOM prefix, where a page draws one thing twice (a thread's root)."""
    return replace(surface, key=key)
