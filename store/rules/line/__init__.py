"""One line that records a commitment: "@ana send the pricing sheet to Dana by Friday for Acme".

The parts of a line are its owners, the action, the due date, the account and the side. Words stay in the action
unless they are certainly a date or an account: people can read a word too many, but the bot acts on a wrong date.
Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.dates import Due, Unclear, frame
from store.rules.line.account import Named, account_at_end
from store.rules.line.due import Dated, date_at_end, date_inside, not_a_date
from store.rules.line.words import Span, tail_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from store.dates import Frame
    from store.rules.names import Match

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|(@[^\W_](?:[\w.\-]*\w)?)(?=[\s,:;&+]|$)")
# The separators between the owners, and after them.
_BETWEEN = re.compile(r"[\s,:;]*(?:(?:(?:and|und|et|y)\s+|(?:&amp;|[&+])\s*)(?=<?@))?")
_EVERYBODY = frozenset({"@here", "@channel", "@everyone"})
_MARKED = re.compile(
    r"(?:theirs|(?:(?:the|le|el|der)\s+)?(?:client|customer|kunde|cliente)(?:\s+side)?)\s*:\s*|theirs\s+", re.IGNORECASE
)
# "Client" also begins "client references": the client acts only if a verb follows.
_THEY_ACT = re.compile(
    r"they\b|(?:the\s+)?(?:client|customer)\s+(?:(?:will|shall|must|should|to|can|has|have|is|are|needs|sends|signs"
    r"|gives|provides|confirms|shares|delivers|pays|approves|returns|names|introduces|orders|decides)\b"
    r"|\w+\s+(?:us|me)\b)",
    re.IGNORECASE,
)
_SEPARATORS = " \t\r\n,;:-–—"
# Without the colon: before a date it may be the end of an emoji, ":smile:".
_SEPARATORS_BEFORE = _SEPARATORS.replace(":", "")
_MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of a line.

    `owners`: Slack user ids, or "@handle" if Slack resolved no id. `action`: the words without the owners, a date
    that was read and an account that is known; Slack's mentions and links in it stay as Slack wrote them. `due` is
    Unclear if a date was certainly meant but not read; words that are no date ("before the QBR") then stay in
    `action`. `account_phrase` is the name of the account as written; it and `account` are None without an account.
    """

    owners: tuple[str, ...]
    action: str
    due: Due | Unclear | None
    account: Match | None
    account_phrase: str | None
    theirs: bool


def read_line(
    text: str,
    *,
    today: date,
    locale: str = "en-US",
    working_week: frozenset[int] = _MONDAY_TO_FRIDAY,
    fiscal_year_start: int = 1,
    accounts: Sequence[str] = (),
) -> Line:
    """Read the text after the command, as Slack sends it (mentions in brackets, &, < and > escaped).

    The other arguments are those of `read_due`; `accounts` are the names that the person may see.
    """
    owners, theirs, rest = _who(text)
    said = rest.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    return _what(
        said, frame(today, locale, frozenset(working_week), fiscal_year_start), accounts, owners, theirs=theirs
    )


def _who(text: str) -> tuple[tuple[str, ...], bool, str]:
    """The owners that a line begins with, whether it is the client's commitment (in either order), and the rest."""
    owners: dict[str, None] = {}
    theirs, at = False, len(text) - len(text.lstrip())
    while True:
        if (found := _MENTION.match(text, at)) and found[0].casefold() not in _EVERYBODY:
            owners[found[1] or found[2]] = None
        elif not theirs and (found := _MARKED.match(text, at)):
            theirs = True
        else:
            break
        at = _BETWEEN.match(text, found.end()).end()  # type: ignore[union-attr] # it also matches no characters
    return tuple(owners), theirs or _THEY_ACT.match(text, at) is not None, text[at:]


def _what(said: str, asked: Frame, accounts: Sequence[str], owners: tuple[str, ...], *, theirs: bool) -> Line:
    """Take the date and the account from the end, in either order; the rest is the action."""
    tail, cuts = tail_of(said, len(said)), list[Span]()
    due: Due | Unclear | None = None
    account: Match | None = None
    phrase: str | None = None
    found: Dated | Named
    for _ in range(2):
        if due is None and (dated := date_at_end(said, tail, asked, accounts)):
            due, found = dated.due, dated
        elif account is None and (named := account_at_end(said, tail, asked, accounts)):
            account, phrase, found = named.match, named.phrase, named
        else:
            break
        cuts += [found.span] if found.taken else []
        tail = tail_of(said, found.span.start)
    if due is None and (inside := date_inside(said, tail.end, asked)):
        due = inside.due
        cuts.append(inside.span)
    return Line(
        owners=owners,
        action=_without(said, cuts),
        due=due or not_a_date(said, tail, asked),
        account=account,
        account_phrase=phrase,
        theirs=theirs,
    )


def _without(said: str, cuts: list[Span]) -> str:
    """The text outside the cuts, without the separators beside them."""
    for cut in sorted(cuts, key=lambda span: span.start, reverse=True):
        before, after = said[: cut.start].rstrip(_SEPARATORS_BEFORE), said[cut.end :].lstrip(_SEPARATORS)
        glue = "" if not before or not after or after[0] in ".!?)" else " "
        said = before + glue + after
    return said.strip()
