"""Personal links in Slack: “Open as a page” on an account plan, and “End my web sessions” in the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.refs import Ref, ViewName, count, outdated
from handlers.slack.words import escape, plural
from store import accounts, web_access
from store.plan import section
from store.plan.people import SECTION
from store.rules.calendar.brief_times import zone_of
from store.tables import Subject
from store.web_access import LINK_LIVES, SESSION_LIVES

if TYPE_CHECKING:
    from slack_bolt import BoltContext

    from handlers.slack.payloads import Press
    from store.tables import Account

Ack = Callable[..., Any]
Body = dict[str, Any]


def give_link(ack: Ack, body: Body, context: BoltContext) -> None:
    """Make a personal link to the page of the plan, or of its reviews. It is the address of a button, which Slack does
    not preview.
    """
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        ref = Ref.decode(press.value)
        account = accounts.get(tx, person, count(ref.extra))
    what, page = ("the reviews", "/reviews") if ref.view == ViewName.REVIEW else ("the account plan", "")
    _give(ack, context, press, account, what, page)


def give_preview(ack: Ack, body: Body, context: BoltContext) -> None:
    """The same for what one of the client's people sees on their page."""
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        of = section.get(tx, person, SECTION, listeners.subject_of(press, Subject.STAKEHOLDER).id)
    _give(ack, context, press, of.account, f"the page as {escape(of.name)} sees it", f"/client/{of.id}")


def _give(ack: Ack, context: BoltContext, press: Press, account: Account, what: str, page: str = "") -> None:
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        public_url = person.workspace.public_url
        if public_url is None:
            raise outdated()
        token = web_access.make_link(tx, person, account, context["now"])
    until = (context["now"] + LINK_LIVES).astimezone(zone_of(person.zone))
    hours = SESSION_LIVES // timedelta(hours=1)
    text = (
        f"*{escape(account.name)}*: {what} in your browser.\n"
        f"The link is for you alone. It works once, until {until:%H:%M}. Then that browser stays signed in for"
        f" {hours} hours."
    )
    blocks = [
        b.section(text),
        b.actions(
            b.button("Open in the browser", ids.PLAN_PAGE_OPENED, "", style="primary",
                     url=f"{public_url}/plan/open/{token}{page}")
        ),
        b.context("*End my web sessions* is in your settings: `/commit settings`."),
    ]  # fmt: skip
    surfaces.open_view(context["slack"], press, b.modal("Open as a page", blocks, callback_id=ids.RECEIPT))
    ack()


def opened(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """Slack tells of each press on a button with an address; there is nothing to do."""
    del body, context
    ack()


def end_sessions(ack: Ack, body: Body, context: BoltContext) -> None:
    """End all web sessions and links of the person who asks."""
    press = payloads.press(body)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        ended = web_access.end_all(tx, person, context["now"])
    said = f"{plural(ended, 'web session')} ended" if ended else "You had no open web session"
    text = f":white_check_mark: {said}. Links that you have not used do not work any more either."
    view = b.modal("Web sessions", [b.section(text)], callback_id=ids.RECEIPT)
    surfaces.open_view(context["slack"], press, view)
    ack()
