"""Slack's message markup → safe HTML: the text is escaped first, and only marks known here become tags.

Written after Slack's "Formatting text for app surfaces": `*bold*`, `_italic_`, `~strike~`, `` `code` ``,
fences, `>` quotes, `<url|label>`, `<@U…>`, `<#C…>`, `<!here>`, `<!date^…>`, and the three entities
`&amp;` `&lt;` `&gt;`, which are the only way to write those characters.
"""

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from sandbox import emoji

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.reader import Reader

SCHEMES: Final = frozenset({"http", "https", "mailto", "slack"})

_FILE: Final = re.compile(r"https://[\w-]+\.slack\.com/files/\w+/(\w+)/\S*", re.ASCII)
_FENCE: Final = re.compile(r"```\n?(.*?)\n?```\n?", re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_TOKEN: Final = re.compile(r"<([^<>\n]+)>")
_BARE: Final = re.compile(r"https?://[^\s<>|\"\ue000\ue001]*[^\s<>|\".,;:!?')\]\ue000\ue001]")
_STYLED: Final = re.compile(r"(?<![\w*_~])([*_~])(?=\S)((?:(?!\1).)+?)(?<=\S)\1(?!\w)")
_TAGS: Final = {"*": "strong", "_": "em", "~": "s"}
_QUOTE: Final = re.compile(r"^(?:>|&gt;) ?")
_ITEM: Final = re.compile(r"^(\s*)([•◦▪▫‣\u2013-]|\d{1,3}[.)])\s+(?=\S)")
_HELD: Final = re.compile("\ue000(\\d+)\ue001")
_FENCEPOSTS: Final = {0xE000: 0xFFFD, 0xE001: 0xFFFD}


class Held:
    """Finished pieces of HTML set aside behind private-use marks, while the text around them is worked on."""

    def __init__(self) -> None:
        self._pieces: list[Markup] = []

    def keep(self, piece: Markup) -> str:
        self._pieces.append(piece)
        return f"\ue000{len(self._pieces) - 1}\ue001"

    def put_back(self, html: str) -> Markup:
        return Markup(_HELD.sub(lambda mark: self._pieces[int(mark[1])], html))  # noqa: S704 (pieces are Markup, the rest was escaped)


def without_marks(text: str) -> str:
    """`text` without the private-use characters that `Held` relies on."""
    return text.translate(_FENCEPOSTS)


def entities(text: str) -> str:
    """The three entities as characters; nothing else that looks like one."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def safe_url(url: object) -> str | None:
    """`url` if it may stand in a link, else None: a page must not follow `javascript:` or `data:`."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    # A mail may begin without an address.
    has_target = parts.netloc or parts.path or (parts.scheme.lower() == "mailto" and parts.query)
    return url.strip() if parts.scheme.lower() in SCHEMES and has_target else None


def link(url: str, label: str) -> Markup:
    """A link that opens beside the page, or the bare label when the address is not one to follow."""
    address = safe_url(url)
    if address is None:
        return escape(label)
    if uploaded := _FILE.fullmatch(address):
        return Markup('<a href="/file/{}">{}</a>').format(uploaded[1], label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(address, label)


def person(user: str, reader: "Reader", fallback: str = "") -> Markup:
    """A mention of a person; one's own stands out."""
    name = reader.people.get(user) or fallback.lstrip("@") or "unknown user"
    own = " me" if user == reader.user else ""
    return Markup('<span class="mention{}">@{}</span>').format(own, name)


def channel(ident: str, reader: "Reader", fallback: str = "") -> Markup:
    """A mention of a channel: a link if the reader can see it. Others do not see the name of a private channel."""
    name = reader.channels.get(ident)
    if name is None:
        return Markup('<span class="mention">#{}</span>').format(fallback or "private channel")
    return Markup('<a class="mention" href="/?as={}&amp;in={}">#{}</a>').format(reader.user, ident, name)


def broadcast(who: str) -> Markup:
    return Markup('<span class="mention me">@{}</span>').format(who)


def _date(body: str, fallback: str, reader: "Reader") -> Markup:
    epoch, _, rest = body.partition("^")
    pattern, _, address = rest.partition("^")
    try:
        words = reader.dated(float(epoch), entities(pattern))
    except ValueError:
        words = fallback
    return link(address, words) if address else Markup("<time>{}</time>").format(words)


def _special(body: str, fallback: str, reader: "Reader") -> Markup:
    if body.startswith("date^"):
        return _date(body.removeprefix("date^"), fallback, reader)
    if body.startswith("subteam^"):
        return broadcast(fallback.lstrip("@") or body.removeprefix("subteam^"))
    return broadcast(body) if body in {"here", "channel", "everyone"} else escape(fallback or f"<!{body}>")


def _token(body: str, reader: "Reader") -> Markup:
    """The HTML of what stands between `<` and `>`; what Slack does not know is shown as it was written."""
    target, _, label = body.partition("|")
    target, label = entities(target), emoji.replace(entities(label))
    if target.startswith("@"):
        return person(target[1:], reader, label)
    if target.startswith("#"):
        return channel(target[1:], reader, label)
    if target.startswith("!"):
        return _special(target[1:], label, reader)
    if safe_url(target):
        return link(target, label or target.removeprefix("mailto:"))
    return escape(f"<{entities(body)}>")


def bare_links(text: str, held: Held) -> str:
    """Set aside the web addresses that stand in `text` without brackets."""
    return _BARE.sub(lambda found: held.keep(link(entities(found[0]), entities(found[0]))), text)


def styled(html: str, pattern: re.Pattern[str] = _STYLED, tags: "dict[str, str]" = _TAGS) -> str:
    """Marks → tags in escaped text. Recursive, so tags nest properly in any order of the marks."""
    done, last = [], 0
    for found in pattern.finditer(html):
        tag = tags[found[1]]
        done += [html[last : found.start()], f"<{tag}>", styled(found[2], pattern, tags), f"</{tag}>"]
        last = found.end()
    return "".join([*done, html[last:]])


def inline(line: str, reader: "Reader") -> Markup:
    """A line of markup."""
    held = Held()
    text = _CODE.sub(lambda found: held.keep(Markup("<code>{}</code>").format(_verbatim(found[1]))), line)
    text = _TOKEN.sub(lambda found: held.keep(_token(found[1], reader)), text)
    text = bare_links(text, held)
    return held.put_back(styled(str(escape(emoji.replace(entities(text))))))


def _verbatim(code: str) -> str:
    """Code as it reads: no marks inside, and links by their address."""
    return entities(_TOKEN.sub(lambda found: _bare(found[0], found[1].partition("|")[0]), code))


def _bare(written: str, target: str) -> str:
    return target if target[:1] in "@#!" or safe_url(entities(target)) else written


def item(depth: int, mark: str, words: Markup) -> Markup:
    """A line that hangs by its bullet or number, `depth` steps in."""
    return Markup('<span class="item depth-{}"><span class="mark">{}</span><span>{}</span></span>').format(
        depth, mark, words
    )


def lines(text: str, say: "Callable[[str], Markup]") -> Markup:
    """Lines, where those that begin with a bullet or a number hang by their mark."""
    html: list[Markup] = []
    breakable = False
    for line in text.split("\n"):
        mark = _ITEM.match(line)
        if mark:
            depth = min(len(mark[1]) // 2, 3)
            html.append(item(depth, mark[2], say(line[mark.end() :])))
        else:
            html += [Markup("<br>")] * breakable + [say(line)]
        breakable = not mark
    return Markup("").join(html)


def _prose(text: str, reader: "Reader") -> Markup:
    """Text between fences: quoted lines together, the others as they stand."""
    html: list[Markup] = []
    run: list[str] = []
    quoted = False

    def flush() -> None:
        if run:
            body = lines("\n".join(run), lambda line: inline(line, reader))
            html.append(Markup("<blockquote>{}</blockquote>").format(body) if quoted else body)
            run.clear()

    for line in text.split("\n"):
        is_quote = bool(_QUOTE.match(line))
        if is_quote != quoted:
            flush()
        quoted = is_quote
        run.append(_QUOTE.sub("", line))
    flush()
    return Markup("").join(html)


def mrkdwn(text: object, reader: "Reader") -> Markup:
    """A whole text in Slack's markup."""
    html: list[Markup] = []
    for index, part in enumerate(_FENCE.split(without_marks(str(text or "")))):
        if index % 2:
            html.append(Markup("<pre><code>{}</code></pre>").format(_verbatim(part)))
        elif part:
            html.append(_prose(part, reader))
    return Markup("").join(html)
