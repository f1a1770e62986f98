"""The `markdown` block → safe HTML: the part of Markdown that Slack translates, not CommonMark to the letter.

Headings, paragraphs, lists, tasks, quotes, fences, rules, tables; bold, italic, strike, code, links.
HTML in the text stays text.
"""

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from sandbox import emoji
from sandbox.mrkdwn import Held, bare_links, item, link, styled, without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE: Final = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_LINK: Final = re.compile(r"!?\[([^\]\n]*)\]\(\s*<?([^\s()<>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_AUTO: Final = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_STYLED: Final = re.compile(r"(?<!\w)(\*\*|__|\*|_|~~)(?=\S)((?:(?!\1).)+?)(?<=\S)\1(?!\w)")
_TAGS: Final = {"**": "strong", "__": "strong", "*": "em", "_": "em", "~~": "s"}

_HEADING: Final = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_RULE: Final = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_FENCE: Final = re.compile(r"^\s*(```|~~~)")
_ITEM: Final = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$")
_TASK: Final = re.compile(r"^\[([ xX])\]\s+")
_QUOTE: Final = re.compile(r"^(?:\s*>)+ ?")
_DELIMITER: Final = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_CELL: Final = re.compile(r"(?<!\\)\|")


def inline(text: str) -> Markup:
    """The text of a paragraph."""
    held = Held()
    text = _CODE.sub(lambda code: held.keep(Markup("<code>{}</code>").format(code[2].strip())), text)
    text = _ESCAPED.sub(lambda mark: held.keep(escape(mark[1])), text)
    text = _LINK.sub(lambda found: held.keep(link(found[2], emoji.replace(found[1]))), text)
    text = _AUTO.sub(lambda found: held.keep(link(found[1], found[1])), text)
    text = bare_links(text, held)
    return held.put_back(styled(str(escape(emoji.replace(text))), _STYLED, _TAGS))


class _Lines:
    """The lines not read yet."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._lines)

    def peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._lines[at] if at < len(self._lines) else ""

    def take(self) -> str:
        self._at += 1
        return self._lines[self._at - 1]

    def while_matching(self, pattern: re.Pattern[str]) -> "Iterator[str]":
        while self and pattern.match(self.peek()):
            yield self.take()


def _fence(lines: _Lines) -> Markup:
    mark = lines.take().strip()[:3]
    code = []
    while lines and not lines.peek().strip().startswith(mark):
        code.append(lines.take())
    if lines:
        lines.take()
    return Markup("<pre><code>{}</code></pre>").format("\n".join(code))


def _item(text: str) -> Markup:
    task = _TASK.match(text)
    box = ("☐ " if task[1] == " " else "☑ ") if task else ""
    return Markup("{}{}").format(box, inline(text[task.end() :] if task else text))


def _list(lines: _Lines) -> Markup:
    """Items in a row. Depth is shown by indentation, two spaces a step, and not by nesting lists."""
    html = Markup()
    for line in lines.while_matching(_ITEM):
        found = _ITEM.match(line)
        if found is None:  # pragma: no cover (while_matching yields nothing else)
            continue
        mark = found[2] if found[2][0].isdigit() else "•"
        html += item(min(len(found[1]) // 2, 3), mark, _item(found[3]))
    return html


def _cells(line: str, tag: str) -> Markup:
    inside = line.strip().removeprefix("|").removesuffix("|")
    cells = (inline(cell.strip().replace("\\|", "|")) for cell in _CELL.split(inside))
    return Markup().join(Markup("<{0}>{1}</{0}>").format(tag, cell) for cell in cells)


def _table(lines: _Lines) -> Markup:
    head = _cells(lines.take(), "th")
    lines.take()
    body = Markup()
    while lines and "|" in lines.peek():
        body += Markup("<tr>{}</tr>").format(_cells(lines.take(), "td"))
    return Markup('<div class="sheet"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>').format(
        head, body
    )


def _quote(lines: _Lines) -> Markup:
    """Quoted lines. Quotes within quotes are drawn as one, so that no text can nest without end."""
    inside = "\n".join(_QUOTE.sub("", line) for line in lines.while_matching(_QUOTE))
    return Markup("<blockquote>{}</blockquote>").format(markdown(inside))


def _starts_block(lines: _Lines) -> bool:
    line = lines.peek()
    shapes = (_HEADING, _RULE, _FENCE, _ITEM, _QUOTE)
    return not line.strip() or any(shape.match(line) for shape in shapes) or _is_table(lines)


def _is_table(lines: _Lines) -> bool:
    return "|" in lines.peek() and "-" in lines.peek(1) and bool(_DELIMITER.match(lines.peek(1)))


def _paragraph(lines: _Lines) -> Markup:
    html = inline(lines.take())
    while lines and not _starts_block(lines):
        html += Markup("<br>") + inline(lines.take())
    return Markup("<p>{}</p>").format(html)


def _block(lines: _Lines) -> Markup:
    line = lines.peek()
    heading = _HEADING.match(line)
    if heading:
        lines.take()
        return Markup('<p class="heading">{}</p>').format(inline(heading[2]))
    if _RULE.match(line):
        lines.take()
        return Markup("<hr>")
    for shape, draw in ((_FENCE, _fence), (_ITEM, _list), (_QUOTE, _quote)):
        if shape.match(line):
            return draw(lines)
    return _table(lines) if _is_table(lines) else _paragraph(lines)


def markdown(text: object) -> Markup:
    """A whole `markdown` block's text."""
    lines = _Lines(without_marks(str(text or "")))
    html = Markup()
    while lines:
        if lines.peek().strip():
            html += _block(lines)
        else:
            lines.take()
    return html
