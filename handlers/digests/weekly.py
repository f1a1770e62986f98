"""The weekly digest of an account in its channel: its words, which a workspace may replace, and its small form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.briefs.notice_views import refusal
from handlers.energy import views as energy
from handlers.reviews.digest import line
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref
from handlers.slack.templates import Template, say
from handlers.slack.words import Mrkdwn, escape, full_date, shortened, times
from store import commitments
from store.digests import weekly
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import WEEK
from store.settings import HOURS, WEEKDAYS
from store.tables import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context
    from store.digests.weekly import Week
    from store.tables import Account, Commitment, HasHistory, Outbox, Person, WeeklyDigest

_ON, _OFF = "on", "off"
# The kinds of commitments in the order of a digest, with their headings.
_HEADINGS = {"done": "Done", "moved": "Moved later", "overdue": "Overdue", "due": "Due within a week"}

_PART = {"name": "done", "heading": "Done", "count": 7, "lines": ["#12 Send the price list"], "more": 6}
TEMPLATE = Template(
    "weekly_digest.j2",
    samples=(
        {"account": "Acme", "late_since": "Monday 7 December 2026", "since": "Monday 30 November 2026",
         "parts": [_PART, {**_PART, "name": "due", "heading": "Due within a week"}]},
        {"account": "Acme", "late_since": None, "since": "Monday 30 November 2026", "parts": [_PART]},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """The message: `text` for the notification, blocks, and the subjects that it shows."""

    text: str
    blocks: list[Block]
    shown: Sequence[HasHistory]
    has_rest: bool = False


def digest(tx: Session, row: Outbox, actor: Person, account: Account, now: datetime) -> Drawn | str:
    """The digest, or the rest of it in its thread; or the reason why there is nothing to say."""
    others = row.details.get("external") is not False
    if row.details.get("replies_to"):
        return _rest(tx, row, actor, account, now, others=others)
    today, day = local_day(now, weekly.zone_of_account(account)), row.day or now.date()
    if not row.ts and today >= day + WEEK:
        return "its week was over"
    begins = weekly.since(tx, row)
    found = weekly.week_of(tx, actor, account, begins, now, others=others)
    if found.is_empty and not row.ts:
        return "nothing had happened and nothing is due"
    since = local_day(begins, weekly.zone_of_account(account))
    is_late = local_day(row.created_at, weekly.zone_of_account(account)) > day or (not row.ts and today > day)
    said = say(
        tx, actor, TEMPLATE, now, account=account.name, late_since=full_date(day) if is_late else None,
        since=full_date(since), parts=_parts(found, actor, today, others=others),
    )  # fmt: skip
    title = f"{escape(account.name)}: the week since {full_date(since)}"
    blocks: list[Block] = [
        b.section(f"*{title}*"),
        *b.paragraphs(said),
        *([] if others else _kept(tx, actor, account, now)),
        b.actions(b.button("Change or stop", ids.DIGEST_CHANGE, Ref(Subject.ACCOUNT, account.id).encode())),
    ]
    has_rest = any(found.counts[name] > len(getattr(found, name)) for name in _HEADINGS)
    return Drawn(title, blocks, [account, *found.shown], has_rest=has_rest)


def _kept(tx: Session, actor: Person, account: Account, now: datetime) -> list[Block]:
    """The promises kept on time by quarter and side, for colleagues alone."""
    balance = commitments.balance_of(tx, actor, account, now)
    return energy.kept(balance.ours.quarters, balance.theirs.quarters)


def _parts(found: Week, actor: Person, today: date, *, others: bool) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "heading": heading,
            "count": found.counts[name],
            "lines": _lines(getattr(found, name), name, found, actor, today, others=others),
            "more": found.counts[name] - len(getattr(found, name)),
        }
        for name, heading in _HEADINGS.items()
    ]


def _lines(
    rows: Sequence[Commitment], name: str, found: Week, actor: Person, today: date, *, others: bool
) -> list[Mrkdwn]:  # fmt: skip
    lines = [line(one, actor, today, others=others) for one in rows]
    if name != "moved":
        return lines
    return [
        Mrkdwn(f"{said}\n_{times(found.moves.get(one.id, 0))} since the last one_")
        for one, said in zip(rows, lines, strict=True)
    ]


def _rest(
    tx: Session, row: Outbox, actor: Person, account: Account, now: datetime, *, others: bool
) -> Drawn | str:  # fmt: skip
    """The commitments for which the digest has no room, for its thread."""
    begins = weekly.since(tx, row)
    found = weekly.week_of(tx, actor, account, begins, now, skip=weekly.SHOWN_OF_EACH, others=others)
    today = local_day(now, weekly.zone_of_account(account))
    if not found.shown:
        return "the digest shows everything"
    blocks = [
        block
        for name, heading in _HEADINGS.items()
        if getattr(found, name)
        for block in b.paragraphs(
            "\n".join(
                [f"*{heading}*  ·  the rest", *_lines(getattr(found, name), name, found, actor, today, others=others)]
            )
        )
    ]
    return Drawn(f"{escape(account.name)}: the rest of the week", [*blocks], found.shown)


def not_posted(account: Account, channel: str, why: str) -> Drawn:
    words = (
        f":warning: I can't post the weekly digest of {escape(account.name)} in <#{channel}>: {escape(refusal(why))}."
        " “Edit” on the account's page chooses another channel."
    )
    return Drawn(shortened(words, 150), [b.section(words), b.actions(button(account))], [])


def button(account: Account) -> Element:
    """The button that opens the form of the account's digest."""
    return b.button("Weekly digest …", ids.DIGEST_CHANGE, Ref(Subject.ACCOUNT, account.id).encode())


def form(row: WeeklyDigest, context: Context) -> b.Json:
    """The form that says when the digest comes, or stops it."""
    fields: list[Block] = [
        b.section(f"*{escape(row.account.name)}*\nDone, due, overdue and moved, since the last one. Nothing when there"
                  " is nothing, and never on a day off."),
        f.field("Weekly digest", f.radio(ids.RHYTHM, [(_ON, "It comes"), (_OFF, "Stopped")],
                _ON if weekly.is_wanted(row) else _OFF), ids.RHYTHM),
        f.field("Where guests or the client read",
                f.radio(ids.FOR_CLIENT, [(_OFF, "Nothing"), (_ON, "What the client may see")],
                        _ON if row.for_client else _OFF), ids.FOR_CLIENT,
                hint="Only what is marked “Also the client”, for both sides to read."),
        f.field("Day", f.menu(ids.DAY, [(str(n), name) for n, name in enumerate(WEEKDAYS)], str(row.weekday)), ids.DAY,
                hint="On a day off it comes on the next working day of that week."),
        f.field("Hour", f.menu(ids.TIME, [(str(n), f"{n:02}:00") for n in HOURS], str(row.hour)), ids.TIME,
                hint="In the time zone of the account's lead."),
    ]  # fmt: skip
    return b.modal("Weekly digest", fields, callback_id=ids.FORM_DIGEST, metadata=context.encode(), submit="Save")


def is_on(value: str | None) -> bool:
    return value == _ON


def saved(row: WeeklyDigest) -> list[Block]:
    """The rhythm in words."""
    name = escape(row.account.name)
    if not weekly.is_wanted(row):
        return [b.section(f"The weekly digest of *{name}* is stopped.")]
    return [b.section(f"The weekly digest of *{name}* comes on {WEEKDAYS[row.weekday]}s at {row.hour:02}:00.")]
