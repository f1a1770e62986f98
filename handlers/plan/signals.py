"""Signals: the colour of an account in words, the button that mends each signal, and the lines of a brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.briefs.views import Line
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, escape, plural
from store import outbox
from store.accounts import may_change
from store.plan import health, signals
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.rules.signals import Colour, Mend, SignalKind
from store.tables import OutboxKind, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.briefs.views import Room
    from store.rules.signals import Health, Signal
    from store.tables import Account, Outbox, Person, RaisedSignal

# The colours: a symbol never stands without its word.
COLOURS = {
    Colour.RED: ":red_circle: *Red*",
    Colour.AMBER: ":large_orange_circle: *Amber*",
    Colour.GREEN: ":large_green_circle: *Green*",
}
_HINT = ":bulb:"
# The kinds of signals in a few words: for one that is new, and for one that is mended.
NEW = {
    SignalKind.LEFT: "a person left, and nobody is named as successor",
    SignalKind.ONE_RELATIONSHIP: "it hangs on one relationship",
    SignalKind.KEY_DATE: "nothing is planned for a key date",
    SignalKind.REVIEW: "the review is overdue",
    SignalKind.NO_REVIEW: "no review is booked",
    SignalKind.LATE: "a promise of ours is late",
    SignalKind.ROLES: "roles are missing on the map",
    SignalKind.NO_COLLEAGUE: "nobody of ours looks after an executive",
    SignalKind.NOT_MET: "a person was not met in time",
    SignalKind.ONE_WAY: "one side alone gives",
    SignalKind.NO_OPPORTUNITY: "a goal has no open opportunity",
    SignalKind.OLD_PLAN: "nobody has touched the plan for a quarter",
    SignalKind.PAGE: "a shared page is forgotten",
}
MENDED = {
    SignalKind.LEFT: "a person left without a successor",
    SignalKind.ONE_RELATIONSHIP: "it hung on one relationship",
    SignalKind.KEY_DATE: "nothing was planned for a key date",
    SignalKind.REVIEW: "the review was overdue",
    SignalKind.NO_REVIEW: "no review was booked",
    SignalKind.LATE: "a promise of ours was late",
    SignalKind.ROLES: "roles were missing on the map",
    SignalKind.NO_COLLEAGUE: "nobody of ours looked after an executive",
    SignalKind.NOT_MET: "a person was not met in time",
    SignalKind.ONE_WAY: "one side alone gave",
    SignalKind.NO_OPPORTUNITY: "a goal had no open opportunity",
    SignalKind.OLD_PLAN: "nobody had touched the plan for a quarter",
    SignalKind.PAGE: "a shared page was forgotten",
}
HEADING, COACHED = "Signals at your accounts", "Accounts that you coach"
# Below the commitments and the key dates of a brief.
_RANK, _RANK_COACHED = 30, 31


# ---- on the page of an account -------------------------------------------------------------------------


def blocks(how: Health, account: Account, viewer: Person, view: ViewName) -> list[Block]:
    """The colour of an account with its reason, and its signals, each with the button that mends it."""
    if not how.signals:
        return [b.section(f"{COLOURS[how.colour]}: {escape(how.why)}")]
    hidden = len(how.all) - len(how.signals)
    more = [b.context(f"… and {plural(hidden, 'more signal')} when these are mended.")] if hidden else []
    return [
        b.section(headline(how)),
        *(_section(f"{_mark(one)}  ·  {escape(one.words)}", button(one, account, viewer, view)) for one in how.signals),
        *more,
    ]


def headline(how: Health) -> Mrkdwn:
    """“🔴 *Red*: 3 signals”; of a green account the reason."""
    count = sum(not one.is_hint for one in how.all)
    return Mrkdwn(f"{COLOURS[how.colour]}: {plural(count, 'signal') if count else escape(how.why)}")


def _mark(signal: Signal) -> str:
    return _HINT if signal.is_hint else COLOURS[signal.weight]


def _section(text: str, accessory: Element | None) -> Block:
    return b.section(text, accessory=accessory) if accessory is not None else b.section(text)


# ---- the button that mends -----------------------------------------------------------------------------


def button(signal: Signal, account: Account, viewer: Person, view: ViewName) -> Element | None:
    """The button of the step that mends the signal; None if the viewer may not take it."""
    made = _BUTTONS.get(signal.mend)
    if made is None or not (signal.mend in _FOR_ALL or may_change(viewer, account)):
        return None
    if signal.mend == Mend.CHANGE_CATEGORY and view == ViewName.ACCOUNT_PAGE:
        # The page has that button anyway.
        return None
    return made(signal, account, view)


def _to_row(words: str, action_id: str) -> Callable[[Signal, Account, ViewName], Element]:
    """A button about the row of the signal."""

    def made(signal: Signal, account: Account, view: ViewName) -> Element:
        kind, id_ = signal.subject
        return b.button(words, action_id, Ref(kind, id_, view=view, extra=str(account.id)).encode())

    return made


def _to_section(words: str, action_id: str, kind: str) -> Callable[[Signal, Account, ViewName], Element]:
    """A button about a section of the account."""

    def made(_signal: Signal, account: Account, view: ViewName) -> Element:
        return b.button(words, action_id, Ref(kind, view=view, extra=str(account.id)).encode())

    return made


def _to_review(words: str) -> Callable[[Signal, Account, ViewName], Element]:
    """A button that opens the review of the account."""

    def made(_signal: Signal, account: Account, _view: ViewName) -> Element:
        ref = Ref(Subject.REVIEW, view=ViewName.REVIEW, extra=str(account.id))
        return b.button(words, ids.REVIEW_OPEN, ref.encode())

    return made


def _to_account(words: str, action_id: str) -> Callable[[Signal, Account, ViewName], Element]:
    """A button about the account."""

    def made(_signal: Signal, account: Account, view: ViewName) -> Element:
        ref = Ref(view=view, extra=str(account.id)).to(account, account.id)
        return b.button(words, action_id, ref.encode())

    return made


# Everybody may promise something, and look at what is late.
_FOR_ALL = {Mend.ASK_FOR_PROMISE, Mend.PROMISE, Mend.SHOW_PROMISE, Mend.PLAN_ACTION, Mend.HOLD_REVIEW}
_BUTTONS: dict[Mend, Callable[[Signal, Account, ViewName], Element]] = {
    Mend.NAME_SUCCESSOR: _to_row("Name a successor", ids.SECTION_LEFT),
    Mend.CHOOSE_COLLEAGUE: _to_row("Choose one of us", ids.SECTION_EDIT),
    Mend.PLAN_MEETING: _to_row("Plan a meeting", ids.PLAN_MEETING),
    Mend.ADD_PERSON: _to_section("Add a person", ids.SECTION_ADD, Subject.STAKEHOLDER),
    Mend.GIVE_ROLE: _to_section("Open people", ids.SECTION_OPEN, Subject.STAKEHOLDER),
    Mend.ASK_FOR_PROMISE: _to_account("Ask for something", ids.ENERGY_ASK),
    Mend.PROMISE: _to_account("Promise something", ids.PLAN_PROMISE),
    Mend.SHOW_PROMISE: _to_row("Show it", ids.SHOW),
    Mend.ADD_OPPORTUNITY: _to_section("Add an opportunity", ids.SECTION_ADD, Subject.OPPORTUNITY),
    Mend.PLAN_ACTION: _to_row("Plan an action", ids.SECTION_PLAN),
    Mend.HOLD_REVIEW: _to_review("Open the review"),
    Mend.BOOK_REVIEW: _to_section("Book the review", ids.REVIEW_BOOK, Subject.REVIEW),
    Mend.UPDATE_PAGE: _to_row("Look at the page", ids.CLIENT_PAGE),
    Mend.CONFIRM_PLAN: _to_account("It is still true", ids.PLAN_CONFIRM),
    Mend.CHANGE_CATEGORY: _to_account("Edit the account", ids.EDIT_ACCOUNT),
}


# ---- in a brief ----------------------------------------------------------------------------------------


def to_send(tx: Session, row: Outbox, person: Person, day: date, now: datetime, _news: Sequence[Outbox]) -> list[Line]:
    """As handlers.briefs.Source says: new signals to a lead, and once a week the accounts of a coach."""
    if row.kind != OutboxKind.BRIEF:
        return []
    new = signals.new_to(tx, person, day, now, besides=row.id)
    coached = signals.coached_by(tx, person, day, now, besides=row.id)
    lines = [_line(one, signal, person, place) for place, (one, signal) in enumerate(new)]
    return [*lines, *(_coached(account, how, place) for place, (account, how) in enumerate(coached))]


def standing(
    tx: Session, row: Outbox, person: Person, _day: date, now: datetime, _news: Sequence[Outbox]
) -> list[Line]:
    """As handlers.briefs.Source says."""
    shown = [one for one, _ in outbox.contents_of(tx, row, Subject.SIGNAL)]
    known = signals.by_ids(tx, person, shown)
    found = signals.now_of(tx, person, [known[one] for one in shown if one in known], now)
    lines = [_line(one, signal, person, place) for place, (one, signal) in enumerate(found)]
    coached = [
        one for one, why in outbox.contents_of(tx, row, Subject.ACCOUNT) if why and why.kind == OccasionKind.COACHED
    ]
    accounts = signals.accounts_by_ids(tx, person, coached)
    how = health.of_accounts(tx, person, accounts, now)
    return [*lines, *(_coached(one, how[one.id], place) for place, one in enumerate(accounts))]


def _line(row: RaisedSignal, signal: Signal | None, reader: Person, place: int) -> Line:
    """The line of a signal as it is now; without one it is mended."""
    account = row.account

    def drawn(_room: Room) -> list[Block]:
        if signal is None:
            return [b.section(f"~*{escape(account.name)}*: {MENDED[row.kind]}~\n:white_check_mark: Mended.")]
        text = f"{COLOURS[signal.weight]}  ·  *{escape(account.name)}*\n{escape(signal.words)}"
        return [_section(text, button(signal, account, reader, ViewName.MESSAGE))]

    return Line(
        row, Occasion(OccasionKind.SIGNAL), heading=HEADING,
        title=f"{account.name}: {signal.words if signal else 'mended'}", rank=(_RANK, place), blocks=drawn,
        asks=signal is not None, is_settled=signal is None,
    )  # fmt: skip


def _coached(account: Account, how: Health, place: int) -> Line:
    lead = f"  ·  {escape(account.owner.name)} leads it" if account.owner else ""
    count = sum(not one.is_hint for one in how.all)
    more = f" And {plural(count - 1, 'more signal')}." if count > 1 else ""
    text = f"{COLOURS[how.colour]}  ·  *{escape(account.name)}*{lead}\n{escape(how.why)}{more}"
    value = Ref(view=ViewName.PLAN, extra=str(account.id)).encode()

    def drawn(_room: Room) -> list[Block]:
        return [b.section(text, accessory=b.button("Open the plan", ids.PLAN_OPEN, value))]

    return Line(
        account, Occasion(OccasionKind.COACHED), heading=COACHED, title=f"{account.name}: {how.why}",
        rank=(_RANK_COACHED, place), blocks=drawn, asks=False,
    )  # fmt: skip
