"""Cleaning of typed text: removes invisible characters and those that a database or a screen cannot handle."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from store.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable

# An action is one task of one person for one day; a longer text belongs in the note.
ACTION_LIMIT = 500
# Slack's own limit for a text field (plain_text_input max_length).
NOTE_LIMIT = 3000
REASON_LIMIT = 500
NAME_LIMIT = 100
LINK_LIMIT = 500

# Every character that ends a line in Slack, in a terminal or in a browser.
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls (Unicode's Cc) except tab and line breaks, halves of surrogate pairs (Cs), and noncharacters.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
# Direction marks, embeddings, overrides and isolates also change the text after them, and can make a line read as
# another line. Right-to-left letters need none of them.
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
# Invisible characters: Unicode's Default_Ignorable_Code_Point without _DIRECTION and _CHANGES_ITS_NEIGHBOUR.
_IGNORABLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufffc"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
)
_UNFIT = re.compile(f"[{_CONTROLS}{_DIRECTION}{_IGNORABLE}]")
# Invisible characters that change the character beside them. They stay only beside a character that they can change.
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_CHANGES_ITS_NEIGHBOUR = re.compile(f"[{_JOINERS}{_SELECTORS}{_TAGS}]")
_SELECTOR = re.compile(f"[{_SELECTORS}]")
# The flags of England, Scotland and Wales: a black flag, the letters of the region, an end tag.
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
# Two single quotation marks side by side look like a double one.
_SINGLE = "'`\u00b4\u02b9-\u02bc\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\u275b\u275c\uff07"
_DOUBLE = '"\u00ab\u00bb\u02ba\u02dd\u02ee\u201c-\u201f\u2033\u2034\u2036\u2037\u2057\u275d\u275e\u301d-\u301f\uff02'
_ONE_SINGLE = re.compile(f"[{_SINGLE}]")
_MARKS_OF_QUOTATION = re.compile(f"[{_SINGLE}{_DOUBLE}]+")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# “First strong isolate” and “pop directional isolate”, and text between these two within a line.
_FIRST, _POP = "\u2068", "\u2069"
_ISOLATED = re.compile(f"{_FIRST}([^{_CONTROLS}{_DIRECTION}\t-\r\x85\u2028\u2029]+){_POP}")
# In their place while a text is cleaned: Unicode leaves these two to private use, and nobody types them.
_KEPT = {ord(_FIRST): 0xE000, ord(_POP): 0xE001}
# Marks on one letter, at most (UTS #39, 5.4): no language has more, and more cover the lines above and below.
_MARKS = 4


def printable(text: str) -> str:
    """Return `text` composed (NFC), without controls, direction marks and invisible characters.

    Every kind of line break becomes a line feed, and a braille blank becomes a space. Joiners, selectors and marks stay
    where a language or an emoji uses them.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNFIT.sub("", _LINE_BREAK.sub("\n", text)).replace("\u2800", " ")
    if text.isascii():
        return text
    while (cleaned := _cleaned(text)) != text:
        # A mark that went may have been the neighbour of a joiner, and a joiner may have parted two that compose.
        text = cleaned
    return text


def _cleaned(text: str) -> str:
    if _CHANGES_ITS_NEIGHBOUR.search(text):
        text = _with_neighbours(text)
    return _without_heaps(unicodedata.normalize("NFC", text))


def _with_neighbours(text: str) -> str:
    """Remove the characters of _CHANGES_ITS_NEIGHBOUR that have no character beside them to change."""
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
    """Whether a joiner or selector has an effect between these two characters ("" if there is no character)."""
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
    """Keep at most _MARKS marks on a character; remove marks at the start of the text and after a space."""
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
    """`printable` with each run of spaces as one space, and none at the ends.

    With `lines`, line breaks stay (three or more in a row become two); otherwise they become spaces.
    """
    text = printable(text)
    if not lines:
        return " ".join(text.split())
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def one_line(text: str) -> str:
    """`text` with each run of line breaks as one space, for use within a line."""
    return _BREAKS.sub(" ", text)


def isolated(text: str) -> str:
    """`text`, set apart from the words beside it if it has letters from right to left: neither orders the other anew.
    It is the text itself otherwise.
    """
    return f"{_FIRST}{text}{_POP}" if RIGHT_TO_LEFT.search(text) else text


def keeping_isolates(cleaned: Callable[[str], str], text: str) -> str:
    """`text` as `cleaned` gives it, where `isolated` texts stay set apart. A mark without its partner in the same line
    goes, as all marks of direction do.
    """
    kept = text.translate(dict.fromkeys(_KEPT.values()))
    kept = cleaned(_ISOLATED.sub(lambda found: isolated(found[1]).translate(_KEPT), kept))
    return kept.translate({there: mark for mark, there in _KEPT.items()})


def quoted(text: str, limit: int = NAME_LIMIT) -> str:
    """The beginning of `text` in double quotation marks. Marks inside become single: none closes the quotation."""
    line = one_line(text)
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return f"“{_MARKS_OF_QUOTATION.sub(_single, line)}”"


def _single(found: re.Match[str]) -> str:
    return found[0] if _ONE_SINGLE.fullmatch(found[0]) else "’"


def required(text: str | None, *, field: str, what: str, limit: int, lines: bool = False) -> str:
    """Clean `text`; raise BadInputError at `field` if nothing remains or more than `limit` characters do.

    `what` is the name of the text in the message to the person: "The action", "A reason".
    """
    kept = clean(text or "", lines=lines)
    if not kept:
        raise BadInputError(f"{what} is missing. Please write it in a few words.", field=field)
    if len(kept) > limit:
        raise BadInputError(f"{what} has {len(kept):,} characters; {limit:,} fit. Please shorten it.", field=field)
    return kept


def optional(text: str | None, *, field: str, what: str, limit: int, lines: bool = False) -> str | None:
    """Like `required`, but an empty text is allowed and gives None."""
    if not clean(text or "", lines=lines):
        return None
    return required(text, field=field, what=what, limit=limit, lines=lines)


def a_or_an(noun: str) -> str:
    """The noun with its article: “a risk”, “an objective”."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
