"""The `rich_text` block → safe HTML. Its structure is data, so nothing in it is ever parsed for marks."""

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from sandbox import emoji
from sandbox.mrkdwn import broadcast, channel, link, person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.reader import Reader

_STYLES: Final = {"bold": "strong", "italic": "em", "strike": "s", "underline": "u", "code": "code"}


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _date(part: "Mapping[str, Any]", reader: "Reader") -> Markup:
    try:
        words = reader.dated(float(part.get("timestamp", "")), str(part.get("format", "")))
    except ValueError:
        words = str(part.get("fallback", ""))
    return link(part["url"], words) if part.get("url") else Markup("<time>{}</time>").format(words)


_PARTS: "Final[dict[str, Callable[[Mapping[str, Any], Reader], Markup]]]" = {
    "text": lambda part, _: _lines(str(part.get("text", ""))),
    "link": lambda part, _: link(str(part.get("url", "")), str(part.get("text") or part.get("url", ""))),
    "emoji": lambda part, _: escape(emoji.character(str(part.get("name", "")))),
    "user": lambda part, reader: person(str(part.get("user_id", "")), reader),
    "channel": lambda part, reader: channel(str(part.get("channel_id", "")), reader),
    "usergroup": lambda part, _: broadcast(str(part.get("usergroup_id", ""))),
    "broadcast": lambda part, _: broadcast(str(part.get("range", ""))),
    "color": lambda part, _: Markup("<code>{}</code>").format(part.get("value", "")),
    "date": _date,
}


def _part(part: "Mapping[str, Any]", reader: "Reader") -> Markup:
    say = _PARTS.get(str(part.get("type")))
    html = say(part, reader) if say else Markup()
    for style, tag in _STYLES.items():
        if (part.get("style") or {}).get(style):
            html = Markup(f"<{tag}>{{}}</{tag}>").format(html)  # noqa: S704 (the tag comes from the table above)
    return html


def _parts(parts: "Sequence[Mapping[str, Any]]", reader: "Reader") -> Markup:
    return Markup().join(_part(part, reader) for part in parts)


def _list(element: "Mapping[str, Any]", reader: "Reader") -> Markup:
    items = Markup().join(Markup("<li>{}</li>").format(_inside(item, reader)) for item in element["elements"])
    tag = "ol" if element.get("style") == "ordered" else "ul"
    depth = min(int(element.get("indent", 0)), 8)
    start = Markup(' start="{}"').format(int(element["offset"]) + 1) if element.get("offset") else ""
    return Markup('<{0} class="depth-{1}"{2}>{3}</{0}>').format(tag, depth, start, items)


def _inside(element: "Mapping[str, Any]", reader: "Reader") -> Markup:
    return _parts(element.get("elements") or (), reader)


_ELEMENTS: "Final[dict[str, Callable[[Mapping[str, Any], Reader], Markup]]]" = {
    "rich_text_section": lambda part, reader: Markup("<div>{}</div>").format(_inside(part, reader)),
    "rich_text_quote": lambda part, reader: Markup("<blockquote>{}</blockquote>").format(_inside(part, reader)),
    "rich_text_preformatted": lambda part, reader: Markup("<pre><code>{}</code></pre>").format(_inside(part, reader)),
    "rich_text_list": _list,
}


def rich_text(block: "Mapping[str, Any]", reader: "Reader") -> Markup:
    """A `rich_text` block, or a table's cell of that type."""
    html = Markup()
    for element in block.get("elements") or ():
        draw = _ELEMENTS.get(str(element.get("type")))
        html += draw(element, reader) if draw else Markup()
    return html
