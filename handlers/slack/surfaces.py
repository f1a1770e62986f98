"""The views that show subjects, and how each view is drawn again after a change.

The courier updates its own messages. Ephemeral messages, modals, and the Home tab of the person who pressed are drawn
again here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from handlers import ids
from handlers.absences import views as absence_view
from handlers.accounts import basis as account_basis
from handlers.accounts import views as account_views
from handlers.clients import overview as client_overview
from handlers.commitments import brief_news, items, listing, several_views
from handlers.conversation import cards
from handlers.energy import pages as energy
from handlers.energy import views as energy_views
from handlers.home import views as home_views
from handlers.home.look import Look, Tab
from handlers.home.tab import home_for
from handlers.offerings import views as offering_views
from handlers.plan import pages, serving
from handlers.reviews import pages as reviews
from handlers.slack import blocks as b
from handlers.slack import natives
from handlers.slack.calls import failure_of, in_log, is_slacks, respond
from handlers.slack.payloads import Context, Press
from handlers.slack.refs import NOWHERE, Ref, ViewName, count
from store import absences, accounts, commitments, history, offerings, outbox, people, stakeholders
from store.accounts import Whose
from store.commitments import Wanted, When
from store.errors import NotFoundError
from store.plan import basis, health
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
    """A view drawn for one person: blocks for a message or modal, or a whole Home tab. `title`: of the modal."""

    blocks: list[Block]
    home: b.Json | None = None
    title: str = "Makegood"


_ID = re.compile(r"\d+", re.ASCII)
# The titles of modals; of a section it is the section's, and of one commitment its number.
_TITLES = {
    ViewName.PLAN: "Account plan", ViewName.ACCOUNT_PAGE: "Account", ViewName.CLIENT: "Page for the client",
    **dict.fromkeys((ViewName.ACCOUNTS, ViewName.OTHERS, ViewName.ARCHIVED), "Accounts"),
    ViewName.ENERGY: energy_views.TITLE, ViewName.OFFERINGS: "What we sell", ViewName.REVIEWS: "Reviews",
    **dict.fromkeys((ViewName.REVIEW, ViewName.REVIEW_ITEMS, ViewName.REVIEW_DIGEST, ViewName.MINUTES), "Review"),
}  # fmt: skip
# The pages that the Home tab shows in place, below its tabs.
_AT_HOME = {
    ViewName.PLAN, ViewName.SECTION, ViewName.ROW, ViewName.ACCOUNT_PAGE, ViewName.ACCOUNT, ViewName.LIST,
    ViewName.GRID, ViewName.ENERGY, ViewName.ARCHIVED, ViewName.OTHERS, ViewName.ACCOUNTS,
}  # fmt: skip
# Of these, those that show an account: `extra` begins with its id.
_OF_ACCOUNT = _AT_HOME - {ViewName.LIST, ViewName.ARCHIVED, ViewName.OTHERS, ViewName.ACCOUNTS}


def draw(
    tx: Session, viewer: Person, ref: Ref, now: datetime, *, known: Commitment | None = None, at_home: bool = False
) -> Rendered | None:  # fmt: skip
    """Draw the view of `ref` in its present state; None if only the courier draws it, or nobody.

    `known` is the commitment of the reference, if this transaction has loaded it already. `at_home`: the person is on
    the Home tab, which shows the pages of accounts in place.
    """
    if at_home:
        ref = on_home(tx, viewer, ref)
    if ref.view == ViewName.HOME:
        return Rendered([], _home(tx, viewer, ref, now))
    if ref.view in {ViewName.ITEM, ViewName.RECEIPT, ViewName.NOTED}:
        commitment = known or commitments.get(tx, viewer, ref.id)
        if ref.view == ViewName.ITEM:
            # The words of a message are for the commitment as it was then.
            above = cards.opens_form(ref) if ref.extra and ref.version == commitment.version else []
            return Rendered([*above, *one(tx, viewer, commitment, now)], title=f"Commitment #{commitment.number}")
        return Rendered(receipt(tx, viewer, commitment, now, channel=ref.view == ViewName.RECEIPT))
    drawing = _VIEWS.get(ref.view)
    return Rendered(drawing(tx, viewer, ref, now), title=_title(ref)) if drawing else None


def _title(ref: Ref) -> str:
    if ref.view in {ViewName.SECTION, ViewName.ROW, ViewName.GRID} and ref.kind in pages.SECTIONS:
        return pages.SECTIONS[ref.kind].section.title
    return _TITLES.get(ref.view, Rendered.title)


def on_home(tx: Session, viewer: Person, ref: Ref) -> Ref:
    """The reference to the Home tab with that page open on it. Any other view, such as one of the Home tab's own, stays
    as it is.
    """
    if ref.view not in _AT_HOME:
        return ref
    look = replace(Look.decode(outbox.home_of(tx, viewer).get("view", "")), tab=Tab.ACCOUNTS)
    if ref.view == ViewName.ACCOUNTS:
        return Ref(view=ViewName.HOME, start=ref.start, extra=replace(look, inside=NOWHERE).encode())
    return Ref(view=ViewName.HOME, extra=replace(look, inside=ref).encode())


def account_on(tx: Session, viewer: Person, ref: Ref) -> Account | None:
    """The account that stands open on the Home tab of `ref`, if one does and the viewer sees it."""
    inside = Look.decode(ref.extra).inside
    its = _ID.match(inside.extra) if inside.view in _OF_ACCOUNT else None
    try:
        return accounts.get(tx, viewer, count(its[0])) if its else None
    except NotFoundError:
        return None


def _home(tx: Session, viewer: Person, ref: Ref, now: datetime) -> b.Json:
    look = Look.decode(ref.extra)
    if look.inside.view in _AT_HOME:
        try:
            return home_views.with_page(_VIEWS[look.inside.view](tx, viewer, look.inside, now), look)
        except NotFoundError:
            # The viewer does not see the account any more.
            ref = Ref(view=ViewName.HOME, extra=replace(look, inside=NOWHERE).encode())
    return home_for(tx, viewer, now, ref)


def account_list(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """A page of the list of accounts of `ref`, each with its colour."""
    whose = {ViewName.OTHERS: Whose.OTHERS, ViewName.ARCHIVED: Whose.ARCHIVED}.get(ref.view, Whose.MINE)
    today = local_day(now, viewer.zone)
    found = accounts.listing(tx, viewer, today=today, start=ref.start, size=account_views.SIZE, whose=whose)
    states = health.of_accounts(tx, viewer, [row.account for row in found.rows], now)
    return account_views.listing(found, viewer, states)


def basis_of(tx: Session, viewer: Person, account: Account) -> account_basis.Basis:
    return account_basis.Basis(
        basis.get(tx, viewer, account.id),
        basis.parent_of(tx, viewer, account),
        basis.parts_of(tx, viewer, account),
        basis.suggestion(tx, viewer, account),
    )


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
            basis=basis_of(tx, viewer, account),
            figures=pages.figures_of(tx, viewer, account, now),
            sections=pages.buttons(account),
            signals=pages.signals_of(tx, viewer, account, now),
        ),
        viewer,
        local_day(now, viewer.zone),
    )


def one(tx: Session, viewer: Person, commitment: Commitment, now: datetime) -> list[Block]:
    entries = history.entries(tx, viewer, commitment)
    names = {"people": commitments.names_in(tx, viewer, entries), "clients": commitments.clients_in(tx, entries)}
    relations = commitments.relations(tx, viewer, [commitment], now)
    today = local_day(now, viewer.zone)
    helpers = commitments.helpers_of(tx, viewer, commitment)
    serves = serving.below(tx, viewer, commitment)
    return items.details(commitment, entries, names, viewer, relations, today, Ref(view=ViewName.ITEM), helpers, serves)


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


def all_offerings(tx: Session, viewer: Person, ref: Ref, _now: datetime) -> list[Block]:
    may_change = offerings.may_change(tx, viewer)
    return offering_views.listing(offerings.all_of(tx, viewer), start=ref.start, may_change=may_change)


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
    ViewName.GROUPED: listing.draw,
    ViewName.NEWS: brief_news.page,
    ViewName.SEVERAL: several,
    ViewName.PLAN: pages.plan_of,
    ViewName.SECTION: pages.section_of,
    ViewName.ROW: pages.row_of,
    ViewName.PERSON: pages.person_of,
    ViewName.CLIENT: client_overview.page_of,
    ViewName.GRID: pages.grid_of,
    ViewName.ENERGY: energy.page_of,
    ViewName.ACCOUNTS: account_list,
    ViewName.OTHERS: account_list,
    ViewName.ARCHIVED: account_list,
    ViewName.ACCOUNT_PAGE: lambda tx, viewer, ref, now: account_page(
        tx, viewer, accounts.get(tx, viewer, count(ref.extra)), now
    ),
    ViewName.REVIEWS: reviews.coming,
    ViewName.REVIEW: reviews.page_of,
    ViewName.REVIEW_ITEMS: reviews.items_of,
    ViewName.MINUTES: reviews.minutes_of,
    ViewName.REVIEW_DIGEST: reviews.digest_of,
    ViewName.OFFERINGS: all_offerings,
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


def replace_form(slack: WebClient, view_id: str, view: b.Json) -> None:
    """Replace an open form with this drawing of it; typed values stay. Never raises: the change is stored."""
    _log_failure(failure_of(lambda: slack.views_update(view_id=view_id, view=view)))


def _redraw(drawn: Rendered | None, show: Callable[[Rendered], None]) -> None:
    _log_failure(failure_of(lambda: show(drawn)) if drawn is not None else None)


def _log_failure(failure: Exception | None) -> None:
    if failure is not None:
        log.warning("view_not_redrawn", **in_log(failure))


def _show(
    slack: WebClient, user_id: str, drawn: Rendered, context: Context, view_id: str | None, response_url: str | None
) -> None:
    if drawn.home is not None:
        slack.views_publish(user_id=user_id, view=drawn.home)
    elif view_id:
        slack.views_update(view_id=view_id, view=receipt_modal(drawn.blocks, context, drawn.title))
    elif response_url:
        respond(response_url, text="Makegood", blocks=b.resolved(drawn.blocks), replace_original=True)


def receipt_modal(blocks: list[Block], context: Context, title: str = "Makegood") -> b.Json:
    return b.modal(title, natives.plain(blocks), callback_id=ids.RECEIPT, metadata=context.encode())
