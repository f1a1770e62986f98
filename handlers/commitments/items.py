"""One commitment, as it looks in any list, brief, notice or receipt, with the buttons that act on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from handlers import ids
from handlers.calendars.files import add_button
from handlers.slack import blocks as b
from handlers.slack.refs import AccountChoice, MenuAction, Ref, ViewName
from handlers.slack.words import Mrkdwn, agreed_how, clock_time, escape, render, short_date, shortened, when
from store import people
from store.accounts import TAKEN_BACK
from store.agreements import Standing, mark
from store.rules import kept, permissions, transitions
from store.rules.calendar.brief_times import local_day
from store.rules.permissions import Relation
from store.rules.text import ACTION_LIMIT, quoted
from store.tables import FORMER, Person, State, Verb, Way

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from slackblocks import Block, Element

    from store.accounts import Proposals
    from store.commitments.relations import Relations
    from store.tables import Account, Commitment, Entry, Stakeholder, Workspace

# A history is told from its end; the beginning stands in the first promise anyway.
HISTORY_LINES = 15
# The button of each verb.
_BUTTONS: dict[Verb, tuple[str, str]] = {
    Verb.FINISH: ("Done", ids.DONE),
    Verb.MOVE: ("New date", ids.MOVE),
    Verb.BLOCK: ("Blocked", ids.BLOCK),
    Verb.UNBLOCK: ("Unblock", ids.UNBLOCK),
    Verb.SNOOZE: ("Not today", ids.SNOOZE),
    Verb.HAND_OVER: ("Hand over", ids.HAND_OVER),
    Verb.EDIT: ("Edit", ids.EDIT),
    Verb.CANCEL: ("Cancel", ids.CANCEL),
    Verb.ACCEPT: ("Accept", ids.ACCEPT),
    Verb.HAND_BACK: ("Hand back", ids.HAND_BACK),
    Verb.AGREE: ("Agreed", ids.AGREE),
    Verb.REOPEN: ("Reopen", ids.REOPEN),
    Verb.END_SERIES: ("End the series", ids.END_SERIES),
    Verb.COMMENT: ("Comment", ids.COMMENT),
    Verb.NEED_UNTIL: ("I need until …", ids.NEED_UNTIL),
    Verb.ASK: ("Ask", ids.ASK),
    Verb.HELP: ("Helpers", ids.HELP),
    Verb.FOLLOW: ("Follow", ids.FOLLOW),
    Verb.UNFOLLOW: ("Unfollow", ids.UNFOLLOW),
    Verb.TO_CLIENT: ("Also the client", ids.TO_CLIENT),
    Verb.TO_TEAM: ("Only our team", ids.TO_TEAM),
}
_ANSWER = ("Answer", ids.COMMENT)
_ASKED = "_You asked {} how it stands. The answer comes to you._"
_IS_FREE = ("It is free now", ids.UNBLOCK)
# The order of the buttons: the first stand in the row, the next ones in its menu, and all of them in the details.
_USUAL = (
    Verb.FINISH, Verb.MOVE, Verb.BLOCK, Verb.UNBLOCK, Verb.HAND_OVER, Verb.SNOOZE, Verb.REOPEN,
    Verb.COMMENT, Verb.ASK, Verb.EDIT, Verb.TO_CLIENT, Verb.TO_TEAM, Verb.CANCEL, Verb.AGREE, Verb.END_SERIES,
    Verb.HELP, Verb.FOLLOW, Verb.UNFOLLOW,
)  # fmt: skip
# A wish needs an agreement first of all, if it is not done already.
_TO_WISH = (Verb.FINISH, Verb.AGREE)
# The usual answers to a reminder: done, later, I cannot, or not today.
_TO_REMINDER = (Verb.FINISH, Verb.MOVE, Verb.BLOCK, Verb.UNBLOCK, Verb.SNOOZE)
# The first question is whether they agree; a phone has room for three buttons beside the menu.
_TO_ACCEPT = (Verb.ACCEPT, Verb.HAND_BACK, Verb.FINISH)
# The question to the colleague for whom it waits.
_TO_BLOCKER = (Verb.UNBLOCK, Verb.NEED_UNTIL)
_IN_ROW, _IN_MENU = 4, 5
_DETAILS = ("Details", ids.SHOW)
# How much of what it is blocked by an item shows. All of it is in its details.
OBSTACLE_LIMIT = 200
# Of what was recorded from a message, the newest are shown.
_RECORDED = 5
# The view of what the bot sends by itself: briefs and notices.
SENT = Ref(view=ViewName.MESSAGE)


def item(
    commitment: Commitment, viewer: Person, relations: Relations, today: date, view: Ref, *,
    limit: int = ACTION_LIMIT, obstacle: int = OBSTACLE_LIMIT, note: str = "", compact: bool = False,
    with_account: bool = True,
) -> list[Block]:  # fmt: skip
    """The item, with `limit` characters of its action, `obstacle` of what it is blocked by and a `note` (markup) below,
    and the row of buttons of a viewer with these `relations` to it; a `compact` one has a menu beside it instead.
    """
    text = item_text(commitment, viewer, today, limit, obstacle, with_account=with_account)
    if Relation.WAITING in relations[commitment.id] and commitment.is_open:
        note = "\n".join(filter(None, (note, _ASKED.format(escape(commitment.owner.name)))))
    said = f"{text}\n{note}" if note else text
    if compact:
        return [b.section(said, accessory=_menu(commitment, relations[commitment.id], view))]
    return [b.section(said), b.actions(*buttons(commitment, relations[commitment.id], view))]


def item_text(
    commitment: Commitment, viewer: Person, today: date, limit: int = ACTION_LIMIT, obstacle: int = OBSTACLE_LIMIT,
    *, told_to: str = "colleague", with_account: bool = True, workspace: Workspace | None = None,
) -> str:  # fmt: skip
    """`told_to`: a "colleague", a whole "channel" of them, which is not told the obstacle and who is in the way; or
    "others", guests and people of another company, who are not told either that there is one. To them the item names
    both sides: the account, and our own company, which is the `workspace`; left out, it is the viewer's.
    """
    ours = workspace or viewer.workspace
    return render(
        "item.j2", item=commitment, viewer=viewer, today=today, action=shortened(commitment.action, limit),
        obstacle=obstacle, told_to=told_to, with_account=with_account, when=when(commitment, today, ours),
        late=_days_late(commitment, viewer) if told_to == "colleague" else None, company=ours.name,
    )  # fmt: skip


def _days_late(commitment: Commitment, viewer: Person) -> int | None:
    """How late a commitment was done (store/rules/kept.py); None if it is not done."""
    if commitment.state != State.DONE or commitment.ended_at is None:
        return None
    owner = commitment.owner
    works = people.working_days(owner, viewer.workspace)
    return kept.days_late(commitment.due_on, local_day(commitment.ended_at, owner.zone), works)


def shared(commitment: Commitment, actor: Person, today: date, view: Ref, *, others: bool) -> list[Block]:
    """The item as it stands in a channel. Where `others` read its one button opens what only colleagues see."""
    nobody = Person(id=0, workspace_id=commitment.workspace_id)
    # Nobody knows who presses it in a channel, so there stands what its creator may do.
    row = [_details(commitment, view)] if others else buttons(commitment, frozenset({Relation.CREATOR}), view)
    text = item_text(
        commitment, nobody, today, told_to="others" if others else "channel", workspace=actor.workspace
    )  # fmt: skip
    return [b.section(text), b.actions(*row)]


def show_button(commitment: Commitment) -> Element:
    """The button that shows a commitment of which a message tells only the number."""
    return _button(commitment, SENT, "Show", ids.SHOW)


def _details(commitment: Commitment, view: Ref) -> Element:
    return _button(commitment, view, *_DETAILS)


def _button(commitment: Commitment, view: Ref, text: str, action_id: str) -> Element:
    value, label = view.to(commitment, commitment.number).encode(), f"{text}: #{commitment.number}"
    return b.button(text, action_id, value, label=label, style=_style(text, action_id))


def _style(text: str, action_id: str) -> Literal["primary"] | None:
    return "primary" if action_id == ids.ACCEPT or text == _ANSWER[0] else None


def actions_for(commitment: Commitment, relations: Collection[Relation], view: Ref) -> list[tuple[str, str]]:
    """(text, action id) of all that a viewer with these relations may do to it, the most likely first."""
    may = permissions.permitted(commitment.state, relations)
    if commitment.state == State.BLOCKED:
        may -= {Verb.BLOCK}
    # As it stands at last: a person who leaves some day has not agreed for good.
    stands = mark(commitment, date.max)
    if stands == Standing.AGREED or commitment.account is None:
        may -= {Verb.AGREE}
    if commitment.rhythm is None or (commitment.repeat_at is None and commitment.next_number is None):
        may -= {Verb.END_SERIES}
    may -= {Verb.TO_TEAM} if commitment.internal else {Verb.TO_CLIENT}
    if commitment.account is None:
        may -= {Verb.TO_CLIENT}
    is_asked = Relation.OWNER in relations and commitment.accepted_at is None
    first: tuple[Verb, ...] = _TO_ACCEPT if is_asked else _TO_REMINDER if view.view == ViewName.MESSAGE else ()
    if not is_asked and stands in {Standing.WISH, Standing.AGAIN}:
        first = (*_TO_WISH, *first)
    words = {**_BUTTONS, Verb.ASK: (f"Ask {shortened(commitment.owner.name.split()[0], 20)}", ids.ASK)}
    if not people.is_here(commitment.owner):
        may -= {Verb.ASK}
    if Relation.ASKED in relations:
        first, words[Verb.COMMENT] = (Verb.COMMENT, *first), _ANSWER
    if Relation.BLOCKER in relations and Relation.OWNER not in relations:
        first, words[Verb.UNBLOCK] = _TO_BLOCKER, _IS_FREE
    return [words[verb] for verb in dict.fromkeys((*first, *_USUAL)) if verb in may]


def _arranged(
    commitment: Commitment, relations: Collection[Relation], view: Ref
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """(text, action id) of the buttons in the row, of the entries of its menu, and of what the details hold besides."""
    found = actions_for(commitment, relations, view)
    if len(found) < _IN_ROW:
        return [*found, _DETAILS], [], []
    in_row = len(_TO_ACCEPT) if _BUTTONS[Verb.ACCEPT] in found else _IN_ROW
    last = in_row + _IN_MENU - 1
    return found[:in_row], [*found[in_row:last], _DETAILS], found[last:]


def buttons(commitment: Commitment, relations: Collection[Relation], view: Ref) -> list[Element]:
    """The buttons of a commitment: frequent actions as buttons, the others in a menu; the details hold all of them."""
    row, menu, _ = _arranged(commitment, relations, view)
    return [
        *(_button(commitment, view, *one) for one in row),
        *([_overflow(commitment, view, menu)] if menu else []),
    ]


def _menu(commitment: Commitment, relations: Collection[Relation], view: Ref) -> Element:
    """The most likely actions and the details, which hold all others, in one menu."""
    found = actions_for(commitment, relations, view)[: _IN_MENU - 1]
    return _overflow(commitment, view, [*found, _DETAILS]) if found else _details(commitment, view)


def _overflow(commitment: Commitment, view: Ref, menu: Sequence[tuple[str, str]]) -> Element:
    value = view.to(commitment, commitment.number).encode()
    return b.overflow(ids.MORE, [(text, MenuAction(action_id, value).encode()) for text, action_id in menu])


def together(view: Ref) -> list[tuple[str, str]]:
    """The entries of a menu that change several commitments of the view."""
    named = (("Done for several …", ids.FINISH_TOGETHER), ("Move several …", ids.MOVE_TOGETHER))
    return [(text, f"{action_id}|{view.encode()}") for text, action_id in named]


@dataclass(frozen=True)
class Told:
    """When the owner hears of a commitment: `on` which of their days, None if at once, or if it `joins` what else there
    is to tell; `away` if an absence is the reason, with the `stand_in` if one is there.
    """

    on: date | None = None
    away: bool = False
    joins: bool = False
    stand_in: Person | None = None


def receipt(
    commitment: Commitment,
    viewer: Person,
    today: date,
    *,
    view: Ref,
    may_undo: bool,
    proposed: Proposals | None = None,
    here: Account | None = None,
    channel: bool = True,
    reminded_on: date | None = None,
    told: Told = Told(),
) -> list[Block]:
    """The recorded commitment in full, with the buttons that still work.

    `reminded_on` is the working day before, if the due date is a day off of the owner's; `sent_about` when the owner
    hears of it. `proposed` is for an unknown account that was named, and `here` the account of the channel.
    """
    proposed = None if commitment.account else proposed
    text = render(
        "receipt.j2", item=commitment, viewer=viewer, today=today, reminded_on=reminded_on, told=told,
        proposed=proposed, here=here, taken_back=TAKEN_BACK,
    )  # fmt: skip
    if not commitment.is_open:
        return [b.section(text)]
    value = view.to(commitment, commitment.number).encode()
    row: list[Element] = [b.button("Edit", ids.EDIT, value)]
    if commitment.account:
        row.append(b.button("Another account", ids.ANOTHER_ACCOUNT, value))
    if channel and not (commitment.account and commitment.account.restricted):
        row.append(b.button("Share here", ids.SHARE, value))
    if may_undo:
        row.append(b.button("Undo", ids.UNDO, value))
    row_of_stand_in = [_give_button(commitment, viewer, told.stand_in, view)] if may_undo and told.stand_in else []
    choices = _account_choices(proposed, here, view.to(commitment, commitment.number)) if proposed else []
    # A block for each: Slack refuses two buttons of one action in a block.
    return [b.section(text), *(b.actions(choice) for choice in [*choices, *row_of_stand_in]), b.actions(*row)]


def _give_button(commitment: Commitment, viewer: Person, stand_in: Person, view: Ref) -> Element:
    """The button that makes the stand-in of an owner who is away the owner."""
    text = "I'll do it" if stand_in.id == viewer.id else f"Give it to {shortened(stand_in.name.split()[0], 20)}"
    value = replace(view.to(commitment, commitment.number), extra=stand_in.slack_id).encode()
    return b.button(text, ids.GIVE, value)


def _account_choices(proposed: Proposals, here: Account | None, ref: Ref) -> list[Element]:
    """The known accounts that may have been meant, the nearest first, the channel's account, and the creation of the
    one that was named.
    """

    def value(account: Account, stakeholder: Stakeholder | None = None, phrase: str = "") -> str:
        choice = AccountChoice(account.id, stakeholder.id if stakeholder else 0, shortened(phrase, 100))
        return replace(ref, extra=choice.encode()).encode()

    row: list[Element] = []
    if proposed.alike:
        text, chosen = f"Yes, {proposed.alike.name}", value(proposed.alike, phrase=proposed.name)
        row.append(b.button(text, ids.CHOOSE_ACCOUNT, chosen, style="primary"))
    for one in proposed.people:
        chosen = value(one.account, one)
        style: Literal["primary"] | None = None if row else "primary"
        row.append(b.button(f"{one.account.name}, {one.name}", ids.CHOOSE_ACCOUNT, chosen, style=style))
    if here and here not in (proposed.alike, *(one.account for one in proposed.people)):
        row.append(b.button(here.name, ids.CHOOSE_ACCOUNT, value(here)))
    if proposed.may_restore:
        verb = "Restore" if proposed.archived else "Create account"
        create = replace(ref, extra=shortened(proposed.name, 100)).encode()
        row.append(b.button(f"{verb} {quoted(proposed.name)}", ids.CREATE_ACCOUNT, create))
    return row


def details(
    commitment: Commitment, entries: Sequence[Entry], names: dict[str, dict[int, str]], viewer: Person,
    relations: Relations, today: date, view: Ref, helpers: Sequence[Person] = (), serves: Sequence[Block] = (),
) -> list[Block]:  # fmt: skip
    """One commitment with its first promise and its history. `names` resolves ids in the entries, and `serves` says
    which row of the account plan it serves.
    """
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.is_by(viewer) else entry.by,
            "what": told(entry, names),
            "reason": entry.reason,
        }
        for entry in entries[-HISTORY_LINES:]
    ]
    return [
        *item(commitment, viewer, relations, today, view),
        *_more(commitment, relations[commitment.id], view),
        b.section(render("details.j2", item=commitment, viewer=viewer, today=today, helpers=helpers)),
        *serves,
        b.context(history(lines, len(entries))),
        *_below(commitment, relations[commitment.id], view),
    ]


def history(lines: list[dict[str, Any]], entries: int) -> str:
    """The history, of so many entries: as many of its newest lines as fit."""
    said = render("history.j2", lines=lines, left_out=entries - len(lines))
    return said if len(said) <= b.SECTION_CHARACTERS or len(lines) == 1 else history(lines[1:], entries)


def _more(commitment: Commitment, relations: Collection[Relation], view: Ref) -> list[Block]:
    """The buttons beside the details for which the row and its menu have no room, and *Why?*."""
    _, _, rest = _arranged(commitment, relations, view)
    rest += [("Why?", ids.WHY)] if commitment.is_open else []
    return [b.actions(*(_button(commitment, view, *one) for one in rest))] if rest else []


def _below(commitment: Commitment, relations: Collection[Relation], view: Ref) -> list[Block]:
    """Rarely needed, so it stands below everything else."""
    row: list[Element] = []
    if commitment.account:
        row.append(account_button(f"Account: {commitment.account.name}", commitment.account, view))
    if commitment.is_open:
        row.append(add_button(commitment))
    if permissions.permits(Verb.REDACT, relations):
        row.append(b.button("Redact …", ids.REDACT, view.to(commitment, commitment.number).encode()))
    return [b.actions(*row)] if row else []


def in_brief(commitment: Commitment, viewer: Person, today: date) -> Block:
    """One commitment within something else, with the button that opens it."""
    text = item_text(commitment, viewer, today, limit=200, with_account=False)
    return b.section(text, accessory=_details(commitment, Ref(view=ViewName.ITEM)))


def recorded_before(commitments: Sequence[Commitment], viewer: Person, today: date) -> list[Block]:
    """The commitments that were recorded from a message already, above the form for another one."""
    if not commitments:
        return []
    shown = [
        b.section(item_text(one, viewer, today, limit=200), accessory=_details(one, Ref(view=ViewName.ITEM)))
        for one in commitments[-_RECORDED:]
    ]
    return [b.section("*This message is recorded already.* Is there another promise in it?"), *shown, b.divider()]


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
    if entry.verb == Verb.AGREE:
        return Mrkdwn(_agrees(entry, names))
    return Mrkdwn(_told(entry, names) + _agreement_in(entry, names))


def _agrees(entry: Entry, names: dict[str, dict[int, str]]) -> str:
    changes: dict[str, Any] = entry.changes
    how = agreed_how(Way(changes["agreed_how"][1]))
    if entry.client_id is not None:
        return f"agreed {how}"
    on = f" on {_day(changes['agreed_on'][1])}" if "agreed_on" in changes else ""
    return f"recorded that {_client(changes['agreed_by_id'][1], names)} agreed {how}{on}"


def _agreement_in(entry: Entry, names: dict[str, dict[int, str]]) -> str:
    """The words for an agreement in another change: “, agreed with Dana Reyes in a meeting”."""
    who, over = (entry.changes.get(name, (None, None))[1] for name in ("agreed_by_id", "agreed_until"))
    if who is not None and entry.verb in _MAY_AGREE:
        return f", agreed with {_client(who, names)} {agreed_how(Way(entry.changes['agreed_how'][1]))}"
    if over is not None:
        return ", to be agreed again"
    return ", a wish now" if "agreed_by_id" in entry.changes and who is None else ""


def _client(client_id: int, names: dict[str, dict[int, str]]) -> Mrkdwn:
    return escape(names["clients"].get(client_id, FORMER))


def _told(entry: Entry, names: dict[str, dict[int, str]]) -> str:
    changes: dict[str, Any] = entry.changes
    special = {
        Verb.SHARE: lambda: f"shared it in <#{changes['channel'][1]}>",
        Verb.MOVE: lambda: "moved it from {} to {}".format(*(_day(day) for day in changes["due_on"])),
        Verb.HAND_OVER: lambda: f"handed it over to {_name(changes['owner_id'][1], names)}",
        Verb.HAND_BACK: lambda: f"handed it back to {_name(changes['owner_id'][1], names)}",
        Verb.HELP: lambda: _helped(changes["helper_id"], names),
        Verb.NEED_UNTIL: lambda: f"needs until {_day(changes['blocked_until'][1])}",
        Verb.REPEAT: lambda: f"recorded it, as the next one after #{changes['follows'][1]}",
        Verb.SNOOZE: lambda: f"let it rest until {_day(changes['quiet_until'][1])}",
    }
    if entry.verb in special:
        return special[entry.verb]()
    if entry.verb != Verb.EDIT:
        blocker = (changes.get("blocker_id") or [None])[-1] if entry.verb == Verb.BLOCK else None
        return transitions.PAST[entry.verb] + (f", waiting for {_name(blocker, names)}" if blocker else "")
    changed = dict.fromkeys(words for field, words in _FIELDS.items() if field in changes)
    return "changed " + (", ".join(changed) or "it")


# The verbs that may say as well that the client has agreed.
_MAY_AGREE = frozenset({Verb.RECORD, Verb.REPEAT, Verb.EDIT, Verb.MOVE})
_FIELDS = {
    "action": "the wording", "account_id": "the account", "stakeholder_id": "the client's person",
    "side": "the side", "internal": "who sees it", "note": "the note", "rhythm": "how it repeats", "due_on": "the date",
    "owner_id": "the owner", "serves_id": "what it serves", "serves_kind": "what it serves",
}  # fmt: skip


def _helped(change: list[int | None], names: dict[str, dict[int, str]]) -> str:
    before, after = change
    if after is not None:
        return f"asked {_name(after, names)} to help"
    return f"took {_name(before or 0, names)} from the helpers"


def _day(iso: str) -> str:
    return short_date(date.fromisoformat(iso))


def _name(person_id: int, names: dict[str, dict[int, str]]) -> Mrkdwn:
    return escape(names["people"].get(person_id, "somebody"))
