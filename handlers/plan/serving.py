"""The row of the account plan that a commitment serves: the menu in its form, and the line below its details."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.people import viewer
from handlers.plan.pages import SECTIONS, words_of
from handlers.slack import blocks as b
from handlers.slack import payloads
from handlers.slack.refs import Ref, ViewName, count, outdated
from handlers.slack.words import escape, shortened
from store import accounts, commitments
from store.plan import section as verbs
from store.rules.calendar.brief_times import local_day
from store.rules.names import fold
from store.rules.text import clean

if TYPE_CHECKING:
    from datetime import date

    from slack_bolt import BoltContext
    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from store.tables import Account, Commitment, Person, SectionRow

# Slack's limit for the options of a menu.
MOST = 100
_VALUE = re.compile(r"([a-z_]{1,20}):(\d{1,10})", re.ASCII)
# Characters of a name in the details of a commitment.
_NAME = 150


def value_of(row: SectionRow) -> str:
    """The value of the row's option."""
    return f"{row.subject_kind}:{row.id}"


def option_of(row: SectionRow) -> tuple[str, str]:
    """(value, text) of the row."""
    return value_of(row), SECTIONS[row.subject_kind].plain(row)


def chosen(tx: Session, person: Person, value: str | None) -> SectionRow | None:
    """The chosen row of a form, or None."""
    if not value:
        return None
    found = _VALUE.fullmatch(value)
    if found is None or found[1] not in SECTIONS:
        raise outdated()
    row: SectionRow = verbs.get(tx, person, SECTIONS[found[1]].section, count(found[2]))
    return row


def options(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  Bolt's ack is a callable
    """The options of the menu: the rows of the form's account, section by section, for the text typed so far."""
    asked = payloads.suggestion(body)
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        if (asked.context.account or "").isdecimal():
            account = accounts.get(tx, person, count(asked.context.account or ""))
            today = local_day(context["now"], person.zone)
            groups = offered(tx, person, account, clean(asked.typed), today)
    if not groups:
        ack(options=[])
        return
    ack(option_groups=[{"label": _label(title), "options": [_option(*one) for one in rows]} for title, rows in groups])


def _label(title: str) -> b.Json:
    return {"type": "plain_text", "text": title}


def _option(value: str, text: str) -> b.Json:
    return b.as_json(b.option(text, value))


def offered(
    tx: Session, person: Person, account: Account, typed: str, today: date
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The rows in use that contain the typed words, as (title of the section, [(value, text)]) in the plan's order.

    There are at most 100, as many of each section as there is room for.
    """
    wanted, found = fold(typed).split(), {}
    for words in SECTIONS.values():
        rows = verbs.of_account(tx, person, words.section, account, today=today)
        named = [option_of(row) for row in rows if row.archived_at is None]
        found[words.section.title] = [
            (value, text) for value, text in named if all(word in fold(text) for word in wanted)
        ]
    share = MOST // max(1, sum(bool(rows) for rows in found.values()))
    return [(title, rows[:share]) for title, rows in found.items() if rows]


def below(tx: Session, viewer: Person, commitment: Commitment) -> list[Block]:
    """The row that the commitment serves, with the button that opens it."""
    row = commitments.row_of(tx, viewer, commitment)
    if row is None:
        return []
    words = SECTIONS[row.subject_kind]
    archived = ", which is archived" if row.archived_at else ""
    text = f"Serves the {words.section.noun} *{escape(shortened(words.plain(row), _NAME))}*{archived}"
    return [b.section(text, accessory=_open(row))]


def _open(row: SectionRow) -> Element:
    ref = Ref(view=ViewName.ROW, extra=str(row.account_id)).to(row, row.id)
    noun = words_of(ref).section.noun
    return b.button("Open", ids.SECTION_SHOW, ref.encode(), label=f"Open the {noun}")
