"""The Home tab: drawn when a person opens it. From then on the courier updates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.home.tab import home_for
from handlers.people import viewer
from handlers.slack import payloads, surfaces
from handlers.slack.refs import Ref
from store import outbox

if TYPE_CHECKING:
    from slack_bolt import BoltContext

    from handlers.slack.blocks import Json
    from handlers.slack.payloads import Asker


def opened(body: dict[str, Any], context: BoltContext) -> None:
    if body["event"].get("tab", "home") != "home":
        return
    asker = payloads.asker(body)
    view = _view(context, asker, 0)
    context["slack"].views_publish(user_id=asker.user_id, view=view)


def turned(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  Bolt's ack is a callable
    """Show another page of the Home tab or of a list."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    if press.surface == "home":
        view = _view(context, press.asker, ref.start)
        context["slack"].views_publish(user_id=press.asker.user_id, view=view)
        return ack()  # type: ignore[no-any-return]
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        drawn = surfaces.draw(tx, person, ref, context["now"])
    surfaces.refresh_after_action(context["slack"], press, drawn)
    return ack()  # type: ignore[no-any-return]


def _view(context: BoltContext, asker: Asker, start: int) -> Json:
    """The asker's Home tab from item `start` on. The courier updates this page from now on."""
    now = context["now"]
    with context["ledger"].begin() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        outbox.track_home(tx, person, start=start, now=now)
        return home_for(tx, person, now, start=start)
