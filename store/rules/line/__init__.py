"""One line that records a commitment: "@ana send the pricing sheet to Dana by Friday for Acme".

The parts of a line are its owners, the action, the due date, the account and the side. Words stay in the action
unless they are certainly a date or an account: people can read a word too many, but the bot acts on a wrong date.
Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from store.dates import Due, Unclear, frame
from store.dates.answers import spell_with_weekday
from store.rules.line.account import Named, account_at_end
from store.rules.line.agreed import agreement_in
from store.rules.line.due import Dated, date_at_end, date_at_start, date_inside, not_a_date
from store.rules.line.neighbours import without_verbs
from store.rules.line.repeats import Repeats, repeats_in
from store.rules.line.who import before_mention, group_at_start, late_mention, who
from store.rules.line.words import SEPARATORS, SEPARATORS_BEFORE, Span, Tail, courtesy_at, without_quotations
from store.rules.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from store.dates import Frame
    from store.rules.line.agreed import Stated
    from store.rules.names import Match
    from store.rules.rhythm import Rhythm

# Characters of a rhythm that a question quotes; places of a line where a first day may be named.
_QUOTED, _TRIED = 60, 3
# A day behind one of these words may be the last one of a series.
_ENDS = re.compile(r"\b(?:until|till|bis|jusqu|hasta|through)\b", re.IGNORECASE)
# … and behind one of these its first one, in a way that is not read.
_BEGINS = re.compile(
    r"\b(?:start(?:s|ing)?|begin(?:s|ning)?|first|erstmals|beginnend)\b"
    # "From Dana" is no day.
    r"|\b(?:from|as of|after|ab|à partir|a partir|dès|desde)\s+(?:[^\W\d_]+\s+){0,2}"
    r"(?:\d|now|then|today|tomorrow|next|mid|end|jetzt|heute|morgen|nächst|kommend|anfang|mitte|ende|prochain|demain|début"
    r"|mi-|fin|próxim|proxim|mañana|principios|mediados|finales|mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|sam|son"
    r"|lun|mar|mer|mié|jeu|jue|ven|vie|dim|dom|jan|feb|fév|apr|avr|abr|ma[iy]|jun|jul|jui|aug|aoû|ago|sep|o[ck]t|nov"
    r"|de[cz]|déc|dic|ene)",
    re.IGNORECASE,
)
# Words before the first day of a series: "every Friday, first on 4 Dec", "jeden Freitag ab 4.12.".
_FIRST_DAY = re.compile(
    r"(?:^|[,;(]?\s+)(?:first (?:on|by)|start(?:s|ing)(?: on| from)?|begin(?:s|ning)(?: on| from)?|from|as of"
    r"|erstmals(?: am)?|beginnend(?: am| mit)?|ab(?: dem)?|à partir du|dès le|a partir del?|desde el)\s+(?=\S)",
    re.IGNORECASE,
)
# The small word of each language before the day itself.
_ON = {"en": "on", "de": "am", "fr": "le", "es": "el"}
_MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of a line.

    `owners`: Slack user ids, or "@handle" if Slack resolved no id. `perhaps_owner`: a person who is named behind the
    action ("send deck @ana by Friday"), and may own it or receive it; the words stay in the action.
    `action`: the words without the owners, a date that was read and an account that is known; Slack's mentions and
    links in it stay as Slack wrote them.
    `due` is Unclear if a date was certainly meant but not read, or if the line comes again and again and does not say
    on which day first. Words that are no date ("before the QBR") then stay in `action`. `rhythm`: how it comes again.
    `hour` is the phrase of the date if it names an hour, which a due date does not keep.
    `account_phrase` is the name of the account as written; it and `account` are None without an account.
    `group`: a group or a channel that the line begins with and that cannot own it, as people read it; the words stay in
    the action.
    `agreed`: who of the client agreed; `otherwise`: the line with those words, in case that they name nobody.
    """

    owners: tuple[str, ...]
    action: str
    due: Due | Unclear | None
    account: Match | None
    account_phrase: str | None
    theirs: bool
    hour: str | None = None
    perhaps_owner: str | None = None
    rhythm: Rhythm | None = None
    group: str | None = None
    agreed: Stated | None = None
    otherwise: Line | None = None


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
    owners, theirs, rest = who(text)
    said = rest.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    asked = frame(today, locale, frozenset(working_week), fiscal_year_start)
    group = group_at_start(rest)
    line = replace(_what(said, asked, accounts, owners, theirs=theirs), group=group)
    stated = agreement_in(said, asked, theirs=theirs)
    if stated is None:
        return line
    agreed, rest = stated
    return replace(_what(rest, asked, accounts, owners, theirs=theirs), group=group, agreed=agreed, otherwise=line)


def _what(
    said: str, asked: Frame, accounts: Sequence[str], owners: tuple[str, ...], *, theirs: bool, once: bool = False
) -> Line:  # fmt: skip
    """Take the rhythm, then the date, the account and a mention from the end, in any order; the rest is the action."""
    written, said = said, without_quotations(said, asked)
    repeats = repeats_in(said)
    if repeats and repeats.rhythm and not once and not _ENDS.search(said):
        before, after = written[: repeats.span.start].rstrip(SEPARATORS_BEFORE), written[repeats.span.end :]
        rest = before + after if before else after.lstrip(SEPARATORS)
        line = _from_first_day(rest, asked, accounts, owners, theirs=theirs)
        return replace(line, due=_first(repeats, line.due, asked, rest), rhythm=repeats.rhythm)
    thanks = courtesy_at(said)
    tail, cuts = before_mention(said, len(said)), list[Span]()
    dated: Dated | None = None
    named: Named | None = None
    for _ in range(2):
        found: Dated | Named | None = None
        if dated is None and (dated := _date_at_end(said, tail, asked, accounts)):
            found = dated
        elif named is None and (named := account_at_end(said, tail, asked, accounts)):
            found = named
        if found is None:
            break
        cuts += [found.span] if found.taken else []
        tail = before_mention(said, found.span.start)
    if (dated is None or not dated.sure) and (surer := _date_before(said, tail.end, asked, sure=dated is not None)):
        cuts = [cut for cut in cuts if dated is None or cut != dated.span] + ([surer.span] if surer.taken else [])
        dated = surer
    if thanks < len(said) and _separate(said, thanks, cuts):
        cuts.append(Span(thanks, len(said)))
    mention = late_mention(said, cuts) if not owners else None
    if mention and mention.sure:
        owners, cuts = (mention.person,), [*cuts, mention.span]
    due = dated.due if dated else not_a_date(written, tail, asked)
    if repeats:
        due = _once(repeats, due, asked)
    return Line(
        owners=owners,
        action=_without(written, cuts),
        due=due,
        account=named.match if named else None,
        account_phrase=named.phrase if named else None,
        theirs=theirs,
        hour=said[dated.span.start : dated.span.end] if dated and dated.hour else None,
        perhaps_owner=mention.person if mention and not mention.sure else None,
    )


def _from_first_day(
    rest: str, asked: Frame, accounts: Sequence[str], owners: tuple[str, ...], *, theirs: bool
) -> Line:  # fmt: skip
    """The line without its rhythm. The day that it begins with is read as the due date of one commitment is."""
    for found in islice(_FIRST_DAY.finditer(rest), _TRIED):
        once = f"{rest[: found.start()]} {_ON.get(asked.language, 'on')} {rest[found.end() :]}"
        line = _what(once, asked, accounts, owners, theirs=theirs, once=True)
        if isinstance(line.due, Due) and rest[found.end() :].split(maxsplit=1)[0] not in line.action.split():
            return line
    return _what(rest, asked, accounts, owners, theirs=theirs, once=True)


def _first(repeats: Repeats, due: Due | Unclear | None, asked: Frame, rest: str) -> Due | Unclear:
    """The day of the first occurrence, or the question about it. `rest`: the line without the rhythm."""
    coming = asked.coming(repeats.weekday) if repeats.weekday is not None else None
    words = quoted(repeats.words, _QUOTED)
    if isinstance(due, Unclear):
        return due
    if due and coming and due.on.weekday() != repeats.weekday:
        reason = f"{words}, and first on {spell_with_weekday(due.on)}? Choose the first day."
        return Unclear(repeats.words, reason, coming)
    if due:
        return due
    if coming and not _BEGINS.search(rest):
        return Due(coming)
    return Unclear(repeats.words, f"{words} comes again and again: on which day first?", coming)


def _once(repeats: Repeats, due: Due | Unclear | None, asked: Frame) -> Unclear:
    """The question about a line that comes again and again: one commitment has one day."""
    reason = f"{quoted(repeats.words, _QUOTED)} comes again and again. I record it once, for one day:"
    if isinstance(due, Unclear):
        return Unclear(due.phrase, f"{reason} which one? {due.reason}", due.suggestion, due.orders)
    day = due.on if due else asked.coming(repeats.weekday) if repeats.weekday is not None else None
    return Unclear(repeats.words, f"{reason} {spell_with_weekday(day)}?" if day else f"{reason} which one?", day)


def _date_at_end(said: str, tail: Tail, asked: Frame, accounts: Sequence[str]) -> Dated | None:
    """The date at the end, or in German before the verbs at the end."""
    found = date_at_end(said, tail, asked, accounts)
    if found is None and asked.language == "de":
        kept = without_verbs(tail.words, asked)
        if 0 < kept < len(tail.words):
            found = date_at_end(said, Tail(tail.words[kept - 1].end, tail.words[:kept]), asked, accounts)
    return found


def _date_before(said: str, end: int, asked: Frame, *, sure: bool) -> Dated | None:
    """A date at the beginning or inside; with `sure`, only after "by" or a similar word."""
    found = date_at_start(said, asked)
    if found is None or (sure and not found.sure):
        found = date_inside(said, end, asked) or (None if sure else found)
    return found


def _separate(said: str, thanks: int, cuts: list[Span]) -> bool:
    """Whether the courtesies stand by themselves, after punctuation, a date or an account: not in "say thanks"."""
    before = said[:thanks].rstrip()
    if not said[thanks : thanks + 1].isalpha() or before[-1:] in (",", ";", ".", "!", "?", ")", "-", "–"):
        return True
    return any(cut.start < thanks and not said[cut.end : thanks].strip(SEPARATORS) for cut in cuts)


def _without(said: str, cuts: list[Span]) -> str:
    """The text outside the cuts, without the separators beside them."""
    for cut in sorted(cuts, key=lambda span: span.start, reverse=True):
        before, after = said[: cut.start].rstrip(SEPARATORS_BEFORE), said[cut.end :].lstrip(SEPARATORS)
        glue = "" if not before or not after or after[0] in ".!?)" else " "
        said = before + glue + after
    return said.strip()
