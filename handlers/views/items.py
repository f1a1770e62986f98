"""One commitment, as it looks in any list, brief, notice or receipt, with the buttons that act on it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.payloads import ItemRef
from handlers.views import blocks as b
from handlers.views.words import Mrkdwn, clock_time, escape, render, short_date, shortened
from store.rules.text import ACTION_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, Element

    from store.tables import Commitment, Entry, Person

# A history is told from its end; the beginning stands in the first promise anyway.
HISTORY_LINES = 15
_DETAILS = ("Details", ids.SHOW)


def item(commitment: Commitment, viewer: Person, today: date, place: str, *, limit: int = ACTION_LIMIT) -> list[Block]:
    """The item, with `limit` characters of its action, and its row of buttons. An ended one can be reopened."""
    return [b.section(item_text(commitment, viewer, today, limit)), b.actions(*buttons(commitment, viewer, place))]


def item_text(commitment: Commitment, viewer: Person, today: date, limit: int = ACTION_LIMIT) -> str:
    return render("item.j2", item=commitment, viewer=viewer, today=today, action=shortened(commitment.action, limit))


def buttons(commitment: Commitment, viewer: Person, place: str) -> list[Element]:
    """What can be done with it; the two frequent things as buttons, the rest in a menu that fits a phone."""
    value = ItemRef(commitment.number, commitment.version, place).encode()
    about = f"#{commitment.number}"
    details = b.button("Details", ids.SHOW, value, label=f"Details of {about}")
    if not commitment.is_open:
        return [b.button("Reopen", ids.REOPEN, value, label=f"Reopen {about}"), details]
    block = ("Unblock", ids.UNBLOCK) if commitment.state == "blocked" else ("Blocked", ids.BLOCK)
    if commitment.accepted_at is None and commitment.owner_id == viewer.id:
        # The first question is whether they agree; a phone has room for three buttons beside it.
        shown = [("Accept", ids.ACCEPT), ("Hand back", ids.HAND_BACK), ("Done", ids.DONE)]
        more = [("New date", ids.MOVE), block, ("Hand over", ids.HAND_OVER), ("Cancel", ids.CANCEL), _DETAILS]
    else:
        shown = [("Done", ids.DONE), ("New date", ids.MOVE), block, ("Hand over", ids.HAND_OVER)]
        more = [("Edit", ids.EDIT), ("Cancel", ids.CANCEL), _DETAILS]
    row: list[Element] = [
        b.button(text, action, value, label=f"{text}: {about}", style="primary" if action == ids.ACCEPT else None)
        for text, action in shown
    ]
    return [*row, b.overflow(ids.MORE, [(text, f"{action}|{value}") for text, action in more])]


def receipt(
    commitment: Commitment,
    viewer: Person,
    today: date,
    *,
    place: str,
    may_undo: bool,
    unknown_account: str | None = None,
    channel: bool = True,
) -> list[Block]:
    """What was recorded, in full, and what can still be done about it."""
    text = render(
        "receipt.j2", item=commitment, viewer=viewer, today=today,
        unknown_account=None if commitment.account else unknown_account,
    )  # fmt: skip
    if not commitment.is_open:
        return [b.section(text)]
    value = ItemRef(commitment.number, commitment.version, place).encode()
    row: list[Element] = [b.button("Edit", ids.EDIT, value)]
    if channel:
        row.append(b.button("Share here", ids.SHARE, value))
    if may_undo:
        row.append(b.button("Undo", ids.UNDO, value))
    if unknown_account and commitment.account is None:
        create = f"{value}|{shortened(unknown_account, 100)}"
        row.append(b.button(f"Create account “{unknown_account}”", ids.CREATE_ACCOUNT, create, style="primary"))
    return [b.section(text), b.actions(*row)]


def details(
    commitment: Commitment, entries: Sequence[Entry], names: dict[str, dict[int, str]], viewer: Person,
    today: date, place: str,
) -> list[Block]:  # fmt: skip
    """One commitment with its first promise and its history. `names` resolves ids in the entries."""
    shown = entries[-HISTORY_LINES:]
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.actor_id == viewer.id else entry.actor.name,
            "what": told(entry, names),
            "reason": entry.reason,
        }
        for entry in shown
    ]
    return [
        *item(commitment, viewer, today, place),
        b.section(render("details.j2", item=commitment)),
        b.context(render("history.j2", lines=lines, left_out=len(entries) - len(shown))),
    ]


def told(entry: Entry, names: dict[str, dict[int, str]]) -> Mrkdwn:
    """What an entry says, as the end of a sentence that begins with who did it."""
    changes: dict[str, Any] = entry.changes
    plain = {
        "record": "recorded it", "finish": "marked it done", "cancel": "cancelled it", "undo": "took it back",
        "block": "marked it blocked", "unblock": "unblocked it", "accept": "accepted it", "reopen": "reopened it",
    }  # fmt: skip
    if entry.verb in plain:
        return Mrkdwn(plain[entry.verb])
    if entry.verb == "share":
        return Mrkdwn(f"shared it in <#{changes['channel'][1]}>")
    if entry.verb == "move":
        before, after = (short_date(date.fromisoformat(day)) for day in changes["due_on"])
        return Mrkdwn(f"moved it from {before} to {after}")
    if entry.verb in {"hand_over", "hand_back"}:
        to = escape(names["people"].get(changes["owner_id"][1], "somebody"))
        return Mrkdwn(f"{'handed it over' if entry.verb == 'hand_over' else 'handed it back'} to {to}")
    said = {
        "action": "the wording", "account_id": "the account", "stakeholder_id": "the client's person",
        "side": "the side", "internal": "the sharing", "note": "the note", "due_on": "the date",
        "owner_id": "the owner",
    }  # fmt: skip
    changed = [words for field, words in said.items() if field in changes]
    return Mrkdwn("changed " + (", ".join(changed) or "it"))
