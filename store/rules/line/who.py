"""The people of a line: its owners, whose side it is, and a person named behind the action."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from store.rules.line.words import SEPARATORS, Span, Tail, is_mention, last_words, tail_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|(@[^\W_](?:(?:[\w.\-]|['’](?!s\b))*\w)?)(?=[\s,:;&+]|/<?@|$)")
# The separators between the owners, and after them.
_BETWEEN = re.compile(r"[\s,:;]*(?:(?:(?:and|und|et|y)\s+|(?:&amp;|[&+/])\s*)(?=<?@))?")
_GREETING = re.compile(
    r"(?:(?:please|pls|plz|hey|hi|hello|could|can|bitte|hallo|kann|könnte|svp|stp|bonjour|peux|hola|puede|podría|todo"
    r"|owner|zuständig|verantwortlich|responsable)[\s,:]+){1,2}(?=<[@!#]|@[^\W_])",
    re.IGNORECASE,
)
_EVERYBODY = frozenset({"@here", "@channel", "@everyone"})
_GROUP = re.compile(
    r"<!subteam\^[^<>|]*(?:\|(?P<group>[^<>]*))?>|(?:<!|@)(?P<all>here|channel|everyone)\b(?:[^<>\s]*>)?"
    r"|<#[CG][A-Z0-9]+(?:\|(?P<channel>[^<>]*))?>"
)
_MARKED = re.compile(
    r"(?:theirs|(?:(?:the|le|la|el|der|die)\s+)?(?:client|customer|kunde|kundin|cliente)(?:\s+side)?)\s*:\s*|theirs\s+",
    re.IGNORECASE,
)
# "Client" also begins "client references": the client acts only if a verb follows, or something comes to us.
_THEY_ACT = re.compile(
    r"they\b|(?:the\s+)?(?:client|customer)\s+(?:(?:will|shall|must|should|to|can|has|have|is|are|needs|sends|signs"
    r"|gives|provides|confirms|shares|delivers|pays|approves|returns|names|introduces|orders|decides)\b"
    r"|\w+\s+(?:us|me)\b)"
    r"|(?:(?:der|die)\s+)?kund(?:e|in)\s+(?:(?:muss|soll|will|wird|kann|hat|schickt|sendet|liefert|zahlt|bezahlt"
    r"|unterschreibt|bestätigt|nennt|gibt|prüft|entscheidet|meldet|stellt|bestellt)\b|\w+\s+(?:uns|mir)\b)"
    r"|sie\s+\w+\s+uns\b"
    r"|(?:(?:le|la|el)\s+)?cliente?\s+(?:(?:nous|nos|me)\s|m['’])"
    r"|(?:le\s+)?client\s+(?:doit|va|envoie|signe|confirme|paie|livre|valide|fournit|donne|décide|renvoie|commande)\b"
    r"|(?:el\s+|la\s+)?cliente\s+(?:debe|va|envía|envia|firma|confirma|paga|entrega|aprueba|da|manda|decide|devuelve)\b"
    r"|ils\s+nous\b|ell[oa]s\s+nos\b",
    re.IGNORECASE,
)
# A person is the receiver and no owner after one of these: "send it to @ana", "with Dana and @ana".
_RECEIVING = frozenset(
    {
        "to",
        "with",
        "for",
        "and",
        "or",
        "of",
        "from",
        "by",
        "about",
        "cc",
        "via",
        "an",
        "mit",
        "für",
        "und",
        "von",
        "bei",
    }
    | {"à", "avec", "pour", "et", "de", "chez", "a", "con", "para", "y", "&", "+", "than", "&amp;"}
)
# A mention after fewer words is the object of a verb: "call @ana".
_WORDS_BEFORE = 2


class Mention(NamedTuple):
    """A person named behind the action; `sure`: beside the date or the account, so nothing but the owner."""

    person: str
    span: Span
    sure: bool


def group_at_start(text: str) -> str | None:
    """The group or the channel that a line begins with, as people read it; None if it begins with none."""
    greeting = _GREETING.match(text)
    found = _GROUP.match(text, greeting.end() if greeting else 0)
    if found is None:
        return None
    if found["all"]:
        return f"@{found['all']}"
    return f"#{found['channel']}" if found["channel"] else found["group"] or "a group"


def who(text: str) -> tuple[tuple[str, ...], bool, str]:
    """The owners that a line begins with, whether it is the client's commitment (in either order), and the rest."""
    owners: dict[str, None] = {}
    theirs, at = False, len(text) - len(text.lstrip())
    if (greeting := _GREETING.match(text, at)) and _MENTION.match(text, greeting.end()):
        at = greeting.end()
    while True:
        if (found := _MENTION.match(text, at)) and found[0].casefold() not in _EVERYBODY:
            owners[found[1] or found[2]] = None
        elif not theirs and (found := _MARKED.match(text, at)):
            theirs = True
        else:
            break
        at = _BETWEEN.match(text, found.end()).end()  # type: ignore[union-attr] # it also matches no characters
    return tuple(owners), theirs or _THEY_ACT.match(text, at) is not None, text[at:]


def before_mention(said: str, end: int) -> Tail:
    """The tail before a mention at the end: "by Friday @ana"; with it if the mention belongs to the action."""
    tail = tail_of(said, end)
    if len(tail.words) > _WORDS_BEFORE and is_mention(tail.words[-1].typed) and not _receives(tail.words[-2].typed):
        return tail_of(said, tail.words[-1].start)
    return tail


def late_mention(said: str, cuts: Sequence[Span]) -> Mention | None:
    """The only person named in a line that does not begin with one, if the person may own the commitment."""
    mentions = [found for found in islice(_MENTION.finditer(said), 3) if found[0].casefold() not in _EVERYBODY]
    if len(mentions) != 1 or (mentions[0].start() and not said[mentions[0].start() - 1].isspace()):
        return None
    found = mentions[0]
    span, person = Span(*found.span()), found[1] or found[2]
    if any(cut.end <= span.start and not said[cut.end : span.start].strip(SEPARATORS) for cut in cuts):
        return Mention(person, span, sure=True)
    before = last_words(said, span.start)
    ends = [*(cut.start for cut in cuts if cut.start >= span.end), len(said)]
    if said[span.end : min(ends)].strip(SEPARATORS) or len(before) < _WORDS_BEFORE or _receives(before[-1].typed):
        return None
    return Mention(person, span, sure=False)


def _receives(word: str) -> bool:
    return word.casefold().strip(".,;:()") in _RECEIVING
