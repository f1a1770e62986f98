"""The Home tab: drawn when a person opens it. From then on the courier updates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from handlers.home import welcome
from handlers.home.look import Look
from handlers.home.tab import home_for
from handlers.people import viewer
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.calls import error_name
from handlers.slack.refs import Ref, ViewName
from store import outbox

if TYPE_CHECKING:
    from slack_bolt import BoltContext

    from handlers.slack.payloads import Asker
    from store.tables.outbox import Details


def opened(body: dict[str, Any], context: BoltContext) -> None:
    """A person opens the bot, on its Home tab or its Messages tab. The first time they get a welcome.

    The Home tab is drawn for a new visit: the first tab without a filter, grouped as before. If they have pressed a
    button on it meanwhile, what they chose stays.
    """
    asker = payloads.asker(body)
    if body["event"].get("tab", "home") != "home":
        _opened_messages(context, asker)
        return
    with context["ledger"].begin() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        kept = welcome.greet(tx, person, context["now"])
        before = Look.decode(kept.get("view", ""))
        look = Look(by_account=before.by_account, since=int(context["now"].timestamp()))
        ref = Ref(view=ViewName.HOME, extra=look.encode())
        # The courier updates it from now on.
        outbox.track_home(tx, person, view=ref.extra, now=context["now"])
        view = home_for(tx, person, context["now"], ref, is_visit=True)
    try:
        context["slack"].views_publish(user_id=asker.user_id, view=view, hash=payloads.opened_view(body))
    except SlackApiError as error:
        if error_name(error) != "hash_conflict":
            raise
        _keep(context, asker, ref, kept)


def _keep(context: BoltContext, asker: Asker, ref: Ref, kept: Details) -> None:
    """The Home tab was drawn meanwhile, and stays. The ledger forgets the visit, unless a press has replaced it."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        if kept and outbox.home_of(tx, person).get("view") == ref.extra:
            outbox.track_home(
                tx, person, start=kept.get("start", 0), view=kept.get("view", ""), now=context["now"]
            )  # fmt: skip


def _opened_messages(context: BoltContext, asker: Asker) -> None:
    with context["ledger"].read() as tx:
        is_known = welcome.is_known(tx, viewer(tx, asker.team_id, asker.user_id))
    if not is_known:
        with context["ledger"].begin() as tx:
            welcome.greet(tx, viewer(tx, asker.team_id, asker.user_id), context["now"])


def turned(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  Bolt's ack is a callable
    """Show another page or view of the Home tab, or another page of a list."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    if press.surface == "home":
        listeners.turn_home(context, press, ref)
        return ack()  # type: ignore[no-any-return]
    stays = press.surface == "message" and press.channel and press.ts
    with context["ledger"].begin() if stays else context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        drawn = surfaces.draw(tx, person, ref, context["now"])
        if press.surface == "message" and press.channel and press.ts:
            # The courier draws the message again after each change: at this page.
            outbox.turn_answer(tx, person, press.channel, press.ts, ref.encode(), context["now"])
    surfaces.refresh_after_action(context["slack"], press, drawn)
    return ack()  # type: ignore[no-any-return]
