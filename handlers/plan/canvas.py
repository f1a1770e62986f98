"""The plan of an account as a canvas: Slack's Markdown, in which text that people wrote is nothing but text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2

from handlers.plan.pages import SECTIONS
from handlers.plan.pictures import white_space_of
from handlers.slack.words import agreement, plural, short_date, shortened
from store import accounts, commitments, offerings, outbox
from store.errors import NotFoundError
from store.plan import section as verbs
from store.rules.calendar.brief_times import local_day
from store.rules.text import one_line
from store.tables import Side, Subject

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Account, Commitment, Outbox, Person

TITLE = "Plan"
# Rows of each section, and commitments of each side.
_ROWS = 20
# A link, a channel or a person in Slack's markup.
_TOKEN = re.compile(r"<([^<>|\n]*)(?:\|([^<>\n]*))?>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
# Canvases have no escape that Slack documents, so look-alikes replace the characters that mean something to Markdown.
_FORMATTING = str.maketrans({"*": "\u2217", "_": "\u02cd", "~": "\u223c"})
_INERT = str.maketrans({
    "\\": "\u2216", "[": "\uff3b", "]": "\uff3d", "<": "\u2039", ">": "\u203a", "|": "\u2223", "`": "\u02cb",
    "#": "\uff03",
})  # fmt: skip


class Markdown(str):
    """Text of our own that is Markdown already."""

    __slots__ = ()


def inert(value: Any) -> Markdown:  # noqa: ANN401  any value of the template
    """The value as text in one line that cannot link, mention, format or begin anything."""
    return value if isinstance(value, Markdown) else Markdown(_inert(str(value).translate(_FORMATTING)))


def _inert(text: str) -> str:
    # A bare address becomes no link with an invisible character in it.
    return one_line(text).translate(_INERT).replace("://", ":\u200b//").replace("@", "@\u200b")


def from_mrkdwn(text: str) -> Markdown:
    """A line of Slack's markup, whose texts of people are escaped, as Markdown."""
    found, end = "", 0
    for token in _TOKEN.finditer(text):
        found += _plain(text[end : token.start()]) + _plain(token[2] or token[1])
        end = token.end()
    return Markdown(found + _plain(text[end:]))


def _plain(text: str) -> str:
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", _inert(text)))


def draw(tx: Session, row: Outbox, now: datetime) -> tuple[Markdown, str]:
    """The content of the canvas, and the reason why it shows no plan; "" if it shows one."""
    actor = outbox.actor_of(tx, row)
    try:
        account = accounts.get(tx, actor, row.account_id or 0)
    except NotFoundError:
        return _empty("", row), "its account is out of sight"
    why = _withheld(account, row)
    if why:
        return _empty(why, row), why
    viewer = account.owner or actor
    today = local_day(now, viewer.zone)
    sections = [
        (words.section.title, said[:_ROWS], len(said) - _ROWS)
        for kind, words in SECTIONS.items()
        if (live := _live(tx, viewer, words.section, account, now))
        for said in [_lines(tx, viewer, account, kind, live, today)]
    ]
    sides = [
        (title, found.items, found.total - len(found.items))
        for title, side in (("We owe", Side.OURS), ("They owe us", Side.THEIRS))
        if (found := commitments.account_page(tx, viewer, account, start=0, size=_ROWS, side=side)).total
    ]
    return _render("canvas.j2", account=account, sections=sections, sides=sides, today=today, key=key_of(row)), ""


def key_of(row: Outbox) -> str:
    """The words in the last heading by which the canvas is found again."""
    return f"Kept by Makegood · {row.message_key[:12]}"


def _live(tx: Session, viewer: Person, section: Any, account: Account, now: datetime) -> list[Any]:  # noqa: ANN401  rows of any section
    rows = verbs.of_account(tx, viewer, section, account, today=local_day(now, viewer.zone))
    return [one for one in rows if one.archived_at is None]


def _lines(tx: Session, viewer: Person, account: Account, kind: str, rows: list[Any], today: date) -> list[Markdown]:
    """A line for each row; of the white space one for each offering."""
    if kind != Subject.CELL:
        return [from_mrkdwn(SECTIONS[kind].line(one, today)) for one in rows]
    said = [line.partition(": ") for line in white_space_of(account, rows, offerings.all_of(tx, viewer)).words]
    return [Markdown(f"**{inert(name)}**: {inert(cells)}") for name, _, cells in said]


def _withheld(account: Account, row: Outbox) -> str:
    if row.details.get("external") is not False:
        return "people read this channel who may not see the plan"
    if account.id != row.account_id or not account.is_live:
        return "the account is not in use any more"
    if account.restricted:
        return "the account is restricted to its team"
    if account.canvas is None or account.channel != row.channel:
        return "it was switched off for this channel"
    return ""


def _empty(why: str, row: Outbox) -> Markdown:
    return _render("canvas_empty.j2", why=why, key=key_of(row))


def _render(template: str, **values: Any) -> Markdown:  # noqa: ANN401  any value of the template
    return Markdown(_environment().get_template(template).render(values).strip())


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(  # noqa: S701  a canvas is no HTML; `inert` escapes
        loader=jinja2.PackageLoader("handlers", "templates"),
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    environment.filters |= {"shortened": shortened, "short_date": short_date, "plural": plural}
    environment.globals["agreement"] = _agreement
    return environment


def _agreement(commitment: Commitment, today: date) -> Markdown:
    return from_mrkdwn(agreement(commitment, today))
