"""The text that people type, made fit to keep: nothing invisible, nothing that a database or a screen chokes on."""

from __future__ import annotations

import re
import unicodedata

from store.errors import BadInputError

# An action is one thing one person does by one day; what is longer belongs into the note.
ACTION_LIMIT = 500
# Slack's own limit for a text field (plain_text_input max_length).
NOTE_LIMIT = 3000
REASON_LIMIT = 500
NAME_LIMIT = 100

# Every character that ends a line somewhere: in Slack, in a terminal, in a browser.
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls (Unicode's Cc) but tab and line break, halves of surrogate pairs (Cs), and noncharacters.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
# Direction marks, embeddings, overrides and isolates reach beyond the text that holds them and can make a line read
# as another. Right-to-left letters need none of them.
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
# Unicode's Default_Ignorable_Code_Point without the two lists around it: characters that show nothing.
_IGNORABLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufffc"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
)
_UNFIT = re.compile(f"[{_CONTROLS}{_DIRECTION}{_IGNORABLE}]")
# Characters that show nothing by themselves and change their neighbours: they stay where they have one to change.
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_CHANGES_ITS_NEIGHBOUR = re.compile(f"[{_JOINERS}{_SELECTORS}{_TAGS}]")
_SELECTOR = re.compile(f"[{_SELECTORS}]")
# The flags of England, Scotland, Wales: a black flag, the letters of its region, an end.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f")
# Scripts whose letters change their form beside a joiner: Arabic, Syriac, Indic, Tibetan, Burmese, Khmer, Mongolian.
_JOINING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff]"
)
_HAN = re.compile("[\u2e80-\u2fdf\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Categories of emoji. Cn (unassigned): newer emoji than this Python knows.
_PICTURES = frozenset({"So", "Sm", "Sk", "Cn"})
_BREAKS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
# Two single marks side by side look like a double one.
_SINGLE = "'`\u00b4\u02b9-\u02bc\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\u275b\u275c\uff07"
_DOUBLE = '"\u00ab\u00bb\u02ba\u02dd\u02ee\u201c-\u201f\u2033\u2034\u2036\u2037\u2057\u275d\u275e\u301d-\u301f\uff02'
_ONE_SINGLE = re.compile(f"[{_SINGLE}]")
_MARKS_OF_QUOTATION = re.compile(f"[{_SINGLE}{_DOUBLE}]+")
# UTS #39, 5.4: more marks than these on one letter are no language's, and cover the lines above and below.
_MARKS = 4


def printable(text: str) -> str:
    """Return `text` composed (NFC) and without characters that show nothing or reach beyond their text.

    Every kind of line break becomes a line feed, a blank of braille a space. Joiners, selectors and marks stay where a
    language or an emoji uses them.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNFIT.sub("", _LINE_BREAK.sub("\n", text)).replace("\u2800", " ")
    if text.isascii():
        return text
    if _CHANGES_ITS_NEIGHBOUR.search(text):
        text = _with_neighbours(text)
    return _without_heaps(unicodedata.normalize("NFC", text))


def _with_neighbours(text: str) -> str:
    """Keep those of _CHANGES_ITS_NEIGHBOUR that have a neighbour to change."""
    in_flags = {place for flag in _FLAG.finditer(text) for place in range(*flag.span())}
    kept = [""]
    for place, character in enumerate(text):
        if (
            _CHANGES_ITS_NEIGHBOUR.match(character) is None
            or place in in_flags
            or _belongs(kept[-1], character, text[place + 1 : place + 2])
        ):
            kept.append(character)
    return "".join(kept)


def _belongs(before: str, character: str, after: str) -> bool:
    """Whether a joiner or selector has something to do between these two characters ("": none)."""
    if not before or before.isspace():
        return False
    return _joins(before, character, after) if character in _JOINERS else _selects(before, character, after)


def _joins(before: str, joiner: str, after: str) -> bool:
    if _JOINING.match(before):
        return True
    pictures = before in "\ufe0f\U000e007f" or unicodedata.category(before) in _PICTURES
    return joiner == "\u200d" and pictures and bool(after) and unicodedata.category(after) in _PICTURES


def _selects(before: str, selector: str, after: str) -> bool:
    if before in "#*0123456789":
        return after == "\u20e3"
    if selector in "\ufe0e\ufe0f":
        return unicodedata.category(before) in {*_PICTURES, "Po", "Pd"} or before == "\u2139"
    return _SELECTOR.match(selector) is not None and bool(_HAN.match(before) or _JOINING.match(before))


def _without_heaps(text: str) -> str:
    """At most _MARKS marks on a letter; none where there is no letter to carry it."""
    kept: list[str] = []
    marks = _MARKS
    for character in text:
        if _CHANGES_ITS_NEIGHBOUR.match(character):
            kept.append(character)
            continue
        is_mark = unicodedata.category(character) in {"Mn", "Me"}
        marks = marks + 1 if is_mark else _MARKS if character.isspace() else 0
        if not is_mark or marks <= _MARKS:
            kept.append(character)
    return "".join(kept)


def clean(text: str, *, lines: bool = False) -> str:
    """`printable` with spaces folded.

    With `lines` line breaks are kept (three in a row become two), otherwise they become spaces.
    """
    text = printable(text)
    if not lines:
        return " ".join(text.split())
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def one_line(text: str) -> str:
    """`text` with each run of line breaks as one space: for a place within a line."""
    return _BREAKS.sub(" ", text)


def quoted(text: str, limit: int = NAME_LIMIT) -> str:
    """The beginning of `text` in quotation marks that it cannot close: the marks in it are single ones."""
    line = one_line(text)
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return f"“{_MARKS_OF_QUOTATION.sub(_single, line)}”"


def _single(found: re.Match[str]) -> str:
    return found[0] if _ONE_SINGLE.fullmatch(found[0]) else "’"


def required(text: str | None, *, field: str, what: str, limit: int, lines: bool = False) -> str:
    """Clean `text`; raise BadInputError at `field` if nothing remains or more than `limit` characters do.

    `what` names it for the person: "The action", "A reason".
    """
    kept = clean(text or "", lines=lines)
    if not kept:
        raise BadInputError(f"{what} is missing. Please write it in a few words.", field=field)
    if len(kept) > limit:
        raise BadInputError(f"{what} has {len(kept):,} characters; {limit:,} fit. Please shorten it.", field=field)
    return kept


def optional(text: str | None, *, field: str, what: str, limit: int, lines: bool = False) -> str | None:
    """Like `required`, but nothing is a fine answer and gives None."""
    if not clean(text or "", lines=lines):
        return None
    return required(text, field=field, what=what, limit=limit, lines=lines)
