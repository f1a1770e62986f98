"""One commitment, as it looks in any list, brief, notice or receipt, with the buttons that act on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from handlers import ids
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, render, short_date, shortened
from store import people
from store.accounts import TAKEN_BACK
from store.commitments import may_redact
from store.rules import kept, transitions
from store.rules.calendar.brief_times import local_day
from store.rules.text import ACTION_LIMIT, quoted
from store.tables import Person, State, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, Element

    from store.accounts import Proposals
    from store.tables import Account, Commitment, Entry

# A history is told from its end; the beginning stands in the first promise anyway.
HISTORY_LINES = 15
_DETAILS = ("Details", ids.SHOW)
_NOT_TODAY = ("Not today", ids.SNOOZE)
_WHY = ("Why?", ids.WHY)
# How much of what it is blocked by an item shows. All of it is in its details.
OBSTACLE_LIMIT = 200
# The view of what the bot sends by itself: briefs and notices.
SENT = Ref(view=ViewName.MESSAGE)


def item(
    commitment: Commitment, viewer: Person, today: date, view: Ref, *, limit: int = ACTION_LIMIT,
    obstacle: int = OBSTACLE_LIMIT, note: str = "",
) -> list[Block]:  # fmt: skip
    """The item, with `limit` characters of its action, `obstacle` of what it is blocked by and a `note` (markup) below,
    and its row of buttons. An ended one can be reopened.
    """
    text = item_text(commitment, viewer, today, limit, obstacle)
    return [b.section(f"{text}\n{note}" if note else text), b.actions(*buttons(commitment, viewer, view))]


def item_text(
    commitment: Commitment, viewer: Person, today: date, limit: int = ACTION_LIMIT, obstacle: int = OBSTACLE_LIMIT,
    *, told_to: str = "colleague",
) -> str:  # fmt: skip
    """`told_to`: a "colleague", a whole "channel" of them, which is not told the obstacle and who is in the way; or
    "others", guests and people of another company, who are not told either that there is one.
    """
    return render(
        "item.j2", item=commitment, viewer=viewer, today=today, action=shortened(commitment.action, limit),
        obstacle=obstacle, told_to=told_to, late=_days_late(commitment, viewer) if told_to == "colleague" else None,
    )  # fmt: skip


def _days_late(commitment: Commitment, viewer: Person) -> int | None:
    """How late a commitment was done (store/rules/kept.py); None if it is not done."""
    if commitment.state != State.DONE or commitment.ended_at is None:
        return None
    owner = commitment.owner
    works = people.working_days(owner, viewer.workspace)
    return kept.days_late(commitment.due_on, local_day(commitment.ended_at, owner.zone), works)


def shared(commitment: Commitment, today: date, view: Ref, *, others: bool) -> list[Block]:
    """The item as it stands in a channel. Where `others` read its one button opens what only colleagues see."""
    nobody = Person(id=0, workspace_id=commitment.workspace_id)
    row = [_details(commitment, view)] if others else buttons(commitment, nobody, view)
    text = item_text(commitment, nobody, today, told_to="others" if others else "channel")
    return [b.section(text), b.actions(*row)]


def _details(commitment: Commitment, view: Ref) -> Element:
    value = view.to(commitment, commitment.number).encode()
    return b.button("Details", ids.SHOW, value, label=f"Details of #{commitment.number}")


def buttons(commitment: Commitment, viewer: Person, view: Ref) -> list[Element]:
    """The buttons of a commitment: frequent actions as buttons, the others in a menu of five at most."""
    value = view.to(commitment, commitment.number).encode()
    about = f"#{commitment.number}"
    if not commitment.is_open:
        return [b.button("Reopen", ids.REOPEN, value, label=f"Reopen {about}"), _details(commitment, view)]
    block = ("Unblock", ids.UNBLOCK) if commitment.state == State.BLOCKED else ("Blocked", ids.BLOCK)
    if commitment.accepted_at is None and commitment.owner_id == viewer.id:
        # The first question is whether they agree; a phone has room for three buttons beside it.
        shown = [("Accept", ids.ACCEPT), ("Hand back", ids.HAND_BACK), ("Done", ids.DONE)]
        more = [("New date", ids.MOVE), block, ("Hand over", ids.HAND_OVER), ("Cancel", ids.CANCEL), _DETAILS]
    elif commitment.owner_id != viewer.id:
        shown = [("Done", ids.DONE), ("New date", ids.MOVE), block, ("Hand over", ids.HAND_OVER)]
        more = [("Edit", ids.EDIT), ("Cancel", ids.CANCEL), _WHY, _DETAILS]
    elif view.view == ViewName.MESSAGE:
        # The usual answers to a reminder: done, later, I cannot, or not today.
        shown = [("Done", ids.DONE), ("New date", ids.MOVE), block, _NOT_TODAY]
        more = [("Hand over", ids.HAND_OVER), ("Edit", ids.EDIT), ("Cancel", ids.CANCEL), _WHY, _DETAILS]
    else:
        shown = [("Done", ids.DONE), ("New date", ids.MOVE), block, ("Hand over", ids.HAND_OVER)]
        more = [_NOT_TODAY, ("Edit", ids.EDIT), ("Cancel", ids.CANCEL), _WHY, _DETAILS]
    row: list[Element] = [
        b.button(text, action, value, label=f"{text}: {about}", style="primary" if action == ids.ACCEPT else None)
        for text, action in shown
    ]
    return [*row, b.overflow(ids.MORE, [(text, f"{action}|{value}") for text, action in more])]


@dataclass(frozen=True)
class Told:
    """When the owner hears of a commitment: `on` which of their days, None if at once, or if it `joins` what else there
    is to tell; `away` if an absence is the reason.
    """

    on: date | None = None
    away: bool = False
    joins: bool = False


def receipt(
    commitment: Commitment,
    viewer: Person,
    today: date,
    *,
    view: Ref,
    may_undo: bool,
    proposed: Proposals | None = None,
    channel: bool = True,
    reminded_on: date | None = None,
    told: Told = Told(),
) -> list[Block]:
    """The recorded commitment in full, with the buttons that still work.

    `reminded_on` is the working day before, if the due date is a day off of the owner's; `sent_about` when the owner
    hears of it. `proposed` is for an unknown account that was named.
    """
    proposed = None if commitment.account else proposed
    text = render(
        "receipt.j2", item=commitment, viewer=viewer, today=today, reminded_on=reminded_on, told=told,
        proposed=proposed, taken_back=TAKEN_BACK,
    )  # fmt: skip
    if not commitment.is_open:
        return [b.section(text)]
    value = view.to(commitment, commitment.number).encode()
    row: list[Element] = [b.button("Edit", ids.EDIT, value)]
    if channel:
        row.append(b.button("Share here", ids.SHARE, value))
    if may_undo:
        row.append(b.button("Undo", ids.UNDO, value))
    choices = _account_choices(proposed, view.to(commitment, commitment.number)) if proposed else []
    return [b.section(text), *([b.actions(*choices)] if choices else []), b.actions(*row)]


def _account_choices(proposed: Proposals, ref: Ref) -> list[Element]:
    """The known accounts that may have been meant, the nearest first, and the creation of the one that was named."""

    def value(extra: str) -> str:
        return replace(ref, extra=extra).encode()

    row: list[Element] = []
    if proposed.alike:
        text, chosen = f"Yes, {proposed.alike.name}", value(str(proposed.alike.id))
        row.append(b.button(text, ids.CHOOSE_ACCOUNT, chosen, style="primary"))
    for one in proposed.people:
        chosen = value(f"{one.account_id}:{one.id}")
        style: Literal["primary"] | None = None if row else "primary"
        row.append(b.button(f"{one.account.name}, {one.name}", ids.CHOOSE_ACCOUNT, chosen, style=style))
    if proposed.may_restore:
        verb = "Restore" if proposed.archived else "Create account"
        create = value(shortened(proposed.name, 100))
        row.append(b.button(f"{verb} {quoted(proposed.name)}", ids.CREATE_ACCOUNT, create))
    return row


def details(
    commitment: Commitment, entries: Sequence[Entry], names: dict[str, dict[int, str]], viewer: Person,
    today: date, view: Ref,
) -> list[Block]:  # fmt: skip
    """One commitment with its first promise and its history. `names` resolves ids in the entries."""
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.actor_id == viewer.id else entry.actor.name,
            "what": told(entry, names),
            "reason": entry.reason,
        }
        for entry in entries[-HISTORY_LINES:]
    ]
    return [
        *item(commitment, viewer, today, view),
        *_more(commitment, viewer, view),
        b.section(render("details.j2", item=commitment, viewer=viewer)),
        b.context(history(lines, len(entries))),
        *_below(commitment, viewer, view),
    ]


def history(lines: list[dict[str, Any]], entries: int) -> str:
    """The history, of so many entries: as many of its newest lines as fit."""
    said = render("history.j2", lines=lines, left_out=entries - len(lines))
    return said if len(said) <= b.SECTION_CHARACTERS or len(lines) == 1 else history(lines[1:], entries)


def _more(commitment: Commitment, viewer: Person, view: Ref) -> list[Block]:
    """The buttons beside the details that the menu of an item has no room for before the item is accepted."""
    if not (commitment.is_open and commitment.accepted_at is None and commitment.owner_id == viewer.id):
        return []
    value = view.to(commitment, commitment.number).encode()
    return [b.actions(*(b.button(text, action, value) for text, action in (_NOT_TODAY, ("Edit", ids.EDIT), _WHY)))]


def _below(commitment: Commitment, viewer: Person, view: Ref) -> list[Block]:
    """Rarely needed, so it stands below everything else."""
    row: list[Element] = []
    if commitment.account:
        row.append(account_button(f"Account: {commitment.account.name}", commitment.account, view))
    if may_redact(viewer, commitment):
        row.append(b.button("Redact …", ids.REDACT, view.to(commitment, commitment.number).encode()))
    return [b.actions(*row)] if row else []


def account_button(text: str, account: Account, view: Ref, *, label: str | None = None) -> Element:
    """The button that opens the page of an account."""
    return b.button(text, ids.OPEN_ACCOUNT, view.to(account, account.id).encode(), label=label)


def reasons(commitment: Commitment, sentences: Sequence[str]) -> list[Block]:
    """Why somebody hears of it, or does not: plain sentences."""
    return [about(commitment), *(b.section(escape(sentence)) for sentence in sentences)]


def about(commitment: Commitment) -> Block:
    """Which one it is."""
    return b.section(f"*#{commitment.number}* {escape(commitment.action)}")


def told(entry: Entry, names: dict[str, dict[int, str]]) -> Mrkdwn:
    """The words of an entry, as the end of a sentence that begins with its actor."""
    changes: dict[str, Any] = entry.changes
    special = {
        Verb.SHARE: lambda: f"shared it in <#{changes['channel'][1]}>",
        Verb.MOVE: lambda: "moved it from {} to {}".format(*(_day(day) for day in changes["due_on"])),
        Verb.HAND_OVER: lambda: f"handed it over to {_name(changes['owner_id'][1], names)}",
        Verb.HAND_BACK: lambda: f"handed it back to {_name(changes['owner_id'][1], names)}",
        Verb.SNOOZE: lambda: f"let it rest until {_day(changes['quiet_until'][1])}",
    }
    if entry.verb in special:
        return Mrkdwn(special[entry.verb]())
    if entry.verb != Verb.EDIT:
        blocker = (changes.get("blocker_id") or [None])[-1] if entry.verb == Verb.BLOCK else None
        return Mrkdwn(transitions.PAST[entry.verb] + (f", waiting for {_name(blocker, names)}" if blocker else ""))
    changed = [words for field, words in _FIELDS.items() if field in changes]
    return Mrkdwn("changed " + (", ".join(changed) or "it"))


_FIELDS = {
    "action": "the wording", "account_id": "the account", "stakeholder_id": "the client's person",
    "side": "the side", "internal": "the sharing", "note": "the note", "due_on": "the date",
    "owner_id": "the owner",
}  # fmt: skip


def _day(iso: str) -> str:
    return short_date(date.fromisoformat(iso))


def _name(person_id: int, names: dict[str, dict[int, str]]) -> Mrkdwn:
    return escape(names["people"].get(person_id, "somebody"))
