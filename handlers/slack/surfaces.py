"""The views that show subjects, and how each view is drawn again after a change.

The courier updates its own messages. Ephemeral messages, modals, and the Home tab of the person who pressed are drawn
again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from handlers import ids
from handlers.absences import views as absence_view
from handlers.accounts import views as account_views
from handlers.commitments import brief_news, items, listing, several_views
from handlers.conversation import cards
from handlers.home.tab import home_for
from handlers.plan import pages
from handlers.slack import blocks as b
from handlers.slack.calls import failure_of, in_log, is_slacks, respond
from handlers.slack.payloads import Context, Press
from handlers.slack.refs import Ref, ViewName, count
from store import absences, accounts, commitments, history, people, stakeholders
from store.commitments import Wanted, When
from store.rules.calendar.brief_times import local_day, next_morning
from store.tables import Absence, Account, Commitment, Person, Side

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk import WebClient
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.absences import AbsenceSet

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rendered:
    """A view drawn for one person: blocks for a message or modal, or a whole Home tab."""

    blocks: list[Block]
    home: b.Json | None = None


def draw(tx: Session, viewer: Person, ref: Ref, now: datetime, *, known: Commitment | None = None) -> Rendered | None:
    """Draw the view of `ref` in its present state; None if only the courier draws it, or nobody.

    `known` is the commitment of the reference, if this transaction has loaded it already.
    """
    if ref.view == ViewName.HOME:
        return Rendered([], home_for(tx, viewer, now, ref))
    if ref.view in {ViewName.ITEM, ViewName.RECEIPT, ViewName.NOTED}:
        commitment = known or commitments.get(tx, viewer, ref.id)
        if ref.view == ViewName.ITEM:
            return Rendered(one(tx, viewer, commitment, now))
        return Rendered(receipt(tx, viewer, commitment, now, channel=ref.view == ViewName.RECEIPT))
    drawing = _VIEWS.get(ref.view)
    return Rendered(drawing(tx, viewer, ref, now)) if drawing else None


def all_accounts(
    tx: Session, viewer: Person, now: datetime, *, start: int = 0, archived: bool = False
) -> list[Block]:  # fmt: skip
    today = local_day(now, viewer.zone)
    listing = accounts.listing(tx, viewer, today=today, start=start, size=account_views.SIZE, archived=archived)
    return account_views.listing(listing, viewer, archived=archived)


def account_page(tx: Session, viewer: Person, account: Account, now: datetime) -> list[Block]:
    entries = accounts.history_of(tx, viewer, account)
    return account_views.page(
        account_views.Shown(
            account,
            ours=commitments.account_page(tx, viewer, account, start=0, size=account_views.SHOWN, side=Side.OURS),
            theirs=commitments.account_page(tx, viewer, account, start=0, size=account_views.SHOWN, side=Side.THEIRS),
            people=stakeholders.of_account(tx, viewer, account),
            entries=entries,
            names=accounts.names_in(tx, viewer, entries),
            sums=commitments.sums_of(tx, viewer, account, now),
            sections=pages.buttons(account),
        ),
        viewer,
        local_day(now, viewer.zone),
    )


def one(tx: Session, viewer: Person, commitment: Commitment, now: datetime) -> list[Block]:
    entries = history.entries(tx, viewer, commitment)
    names = {"people": commitments.names_in(tx, viewer, entries)}
    relations = commitments.relations(tx, viewer, [commitment], now)
    today = local_day(now, viewer.zone)
    helpers = commitments.helpers_of(tx, viewer, commitment)
    return items.details(commitment, entries, names, viewer, relations, today, Ref(view=ViewName.ITEM), helpers)


def receipt(
    tx: Session, viewer: Person, commitment: Commitment, now: datetime, *, unknown_account: str | None = None,
    here: Account | None = None, channel: bool = True,
) -> list[Block]:  # fmt: skip
    """`here` is the account of the channel in which it was recorded."""
    today, due_on = local_day(now, viewer.zone), commitment.due_on
    works = people.working_days(commitment.owner, viewer.workspace)
    told = _told_on(tx, viewer, commitment, now)
    # A reminder for a day off comes on the working day before (store/rules/nudging/occasions.py).
    reminded_on = None if works.works_on(due_on) else works.last_until(due_on)
    proposed = accounts.propose(tx, viewer, unknown_account) if unknown_account else None
    return items.receipt(
        commitment, viewer, today, view=Ref(view=ViewName.RECEIPT if channel else ViewName.NOTED),
        proposed=proposed, here=here,
        may_undo=commitments.may_undo(tx, viewer, commitment, now), channel=channel,
        reminded_on=reminded_on if reminded_on and reminded_on > today else None,
        told=told,
    )  # fmt: skip


def several(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The receipt of several commitments; `ref.extra` has their numbers."""
    found = [commitments.get(tx, viewer, number) for number in several_views.decoded(ref.extra)]
    may_undo = any(commitments.may_undo(tx, viewer, one, now) for one in found)
    return several_views.receipt(found, viewer, local_day(now, viewer.zone), ref, may_undo=may_undo)


def _told_on(tx: Session, viewer: Person, commitment: Commitment, now: datetime) -> items.Told:
    """The day or time at which the owner gets the notice about a new commitment, for its receipt."""
    if commitment.owner_id == viewer.id:
        return items.Told()
    owner = people.get(tx, commitment.owner_id)
    urgent = commitments.is_last_day_of(commitment, owner, now)
    wait = commitments.earliest_notice_time(tx, owner, now, urgent=urgent)
    if wait is None or wait.joins:
        return items.Told(joins=wait is not None)
    next_day = local_day(next_morning(now, people.work_schedule(owner)), owner.zone)
    away = not commitments.at_work(tx, [owner], {owner.id: next_day})
    stand_in = absences.delegate_on(tx, owner, next_day) if away else None
    return items.Told(local_day(wait.until, owner.zone), away=away, stand_in=stand_in)


def absence(tx: Session, viewer: Person, now: datetime) -> list[Block]:
    """The viewer's present or next absence."""
    found = absences.coming(tx, viewer, today=local_day(now, viewer.zone))
    return absence_view.nothing(Ref(view=ViewName.AWAY)) if found is None else absence_receipt(tx, viewer, found, now)


def absence_receipt(tx: Session, viewer: Person, said: Absence | AbsenceSet, now: datetime) -> list[Block]:
    """An absence with the commitments that fall due in it. An AbsenceSet also shows the changes of `set_absence`."""
    taken = said if isinstance(said, absences.AbsenceSet) else absences.AbsenceSet(said)
    back_on = people.working_days(viewer).next_after(taken.absence.last_day)
    return absence_view.receipt(
        taken.absence, viewer, local_day(now, viewer.zone), back_on, view=Ref(view=ViewName.AWAY),
        replaced=taken.replaced,
        delegate_away=taken.delegate_away, is_new=taken is said,
        meanwhile=commitments.due_during(tx, viewer, taken.absence.first_day, taken.absence.last_day, now),
    )  # fmt: skip


_VIEWS: dict[ViewName, Callable[[Session, Person, Ref, datetime], list[Block]]] = {
    ViewName.MINE: lambda tx, viewer, ref, now: listing.shown(
        tx, viewer, Wanted(owner_id=viewer.id), now, start=ref.start
    ),
    ViewName.OVERDUE: lambda tx, viewer, ref, now: listing.shown(
        tx, viewer, Wanted(when=When.OVERDUE), now, start=ref.start
    ),
    ViewName.ACCOUNT: lambda tx, viewer, ref, now: listing.shown(
        tx, viewer, Wanted(account_id=count(ref.extra)), now, start=ref.start
    ),
    ViewName.LIST: listing.draw,
    ViewName.NEWS: brief_news.page,
    ViewName.SEVERAL: several,
    ViewName.PLAN: pages.plan_of,
    ViewName.SECTION: pages.section_of,
    ViewName.ROW: pages.row_of,
    ViewName.ACCOUNTS: lambda tx, viewer, ref, now: all_accounts(tx, viewer, now, start=ref.start),
    ViewName.ARCHIVED: lambda tx, viewer, ref, now: all_accounts(tx, viewer, now, start=ref.start, archived=True),
    ViewName.ACCOUNT_PAGE: lambda tx, viewer, ref, now: account_page(
        tx, viewer, accounts.get(tx, viewer, count(ref.extra)), now
    ),
    ViewName.AWAY: lambda tx, viewer, _ref, now: absence(tx, viewer, now),
    ViewName.HELP: lambda _tx, _viewer, _ref, _now: cards.help_page(),
    ViewName.SETTINGS: lambda _tx, _viewer, _ref, _now: cards.settings(),
    ViewName.ASKS: lambda _tx, _viewer, ref, _now: cards.asks(ref),
    ViewName.PROPOSAL: lambda _tx, _viewer, ref, _now: cards.proposal(ref),
    ViewName.WELCOME: lambda _tx, _viewer, _ref, _now: cards.welcome(),
    ViewName.SETUP: lambda _tx, viewer, _ref, _now: cards.setup(viewer.workspace),
}


def open_view(slack: WebClient, press: Press, view: b.Json) -> None:
    """Open a view for this press: on top of the modal of the button, if it is in one."""
    opener = slack.views_push if press.surface == "modal" else slack.views_open
    opener(trigger_id=press.trigger_id, view=view)


def refresh_after_action(slack: WebClient, press: Press, drawn: Rendered | None) -> None:
    """Replace the view of the button with this drawing of it. Never raises: the change is stored."""
    view_id = press.view_id if press.surface == "modal" else None
    response_url = press.response_url if press.surface in {"ephemeral", "message"} else None
    _redraw(drawn, lambda shown: _show(slack, press.asker.user_id, shown, press.context, view_id, response_url))


def refresh_after_submit(slack: WebClient, user_id: str, context: Context, drawn: Rendered | None) -> None:
    """Replace the view from which a form was opened with this drawing of it. Never raises: the change is stored."""
    known, address = Context(channel=context.channel), context.response_url
    if address and not is_slacks(slack, address):
        address = None
    _redraw(drawn, lambda shown: _show(slack, user_id, shown, known, context.root_view_id, address))


def _redraw(drawn: Rendered | None, show: Callable[[Rendered], None]) -> None:
    failure = failure_of(lambda: show(drawn)) if drawn is not None else None
    if failure is not None:
        log.warning("view_not_redrawn", **in_log(failure))


def _show(
    slack: WebClient, user_id: str, drawn: Rendered, context: Context, view_id: str | None, response_url: str | None
) -> None:
    if drawn.home is not None:
        slack.views_publish(user_id=user_id, view=drawn.home)
    elif view_id:
        slack.views_update(view_id=view_id, view=receipt_modal(drawn.blocks, context))
    elif response_url:
        respond(response_url, text="Makegood", blocks=b.resolved(drawn.blocks), replace_original=True)


def receipt_modal(blocks: list[Block], context: Context) -> b.Json:
    return b.modal("Makegood", blocks, callback_id=ids.RECEIPT, metadata=context.encode())
