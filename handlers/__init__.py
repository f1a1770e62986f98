"""The surfaces that people use. NOUNS has the routing table: the listener for each kind of request from Slack."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from handlers import ids, people
from handlers.absences import routes as absences
from handlers.accounts import routes as accounts
from handlers.calendars import routes as calendars
from handlers.clients import routes as clients
from handlers.commitments import routes as commitments
from handlers.conversation import routes as conversation
from handlers.digests import routes as digests
from handlers.energy import routes as energy
from handlers.home import routes as home
from handlers.letters import routes as letters
from handlers.offerings import routes as offerings
from handlers.plan import routes as plan
from handlers.reviews import routes as reviews
from handlers.routes import Listener, Routes, joined
from handlers.settings import routes as settings
from handlers.slack import errors, payloads
from handlers.slack.refs import outdated
from handlers.web import routes as web
from store.errors import UnconfirmedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import App

NOUNS = (
    commitments,
    conversation,
    accounts,
    plan,
    energy,
    reviews,
    clients,
    digests,
    offerings,
    letters,
    absences,
    calendars,
    settings,
    home,
    people,
    web,
)


def _more(ack: Listener, body: dict[str, Any], context: Any) -> None:  # noqa: ANN401  Bolt injects by name
    """Run the listener of the button for which the chosen option of the "…" menu stands."""
    chosen = payloads.chosen(body)
    listener = ROUTES.actions.get(chosen["actions"][0]["action_id"])
    if listener is None:
        raise outdated()
    listener(ack, chosen, context)


ROUTES = joined([*(noun.ROUTES for noun in NOUNS), Routes(actions={ids.MORE: _more})])


def _with_rights(listener: Listener) -> Listener:
    """Wrap a listener: if Slack must confirm the person's rights first, the listener runs again after that.

    The first run has changed nothing.
    """

    @functools.wraps(listener)
    def run(**given: Any) -> Any:  # noqa: ANN401  Bolt injects by name
        try:
            return listener(**given)
        except UnconfirmedError:
            people.confirm_rights(given["context"], payloads.asker(given["body"]))
            return listener(**given)

    return run


def _by_id(table: Mapping[str, Listener], id_of: Callable[[dict[str, Any]], str]) -> Listener:
    """The listener that hands a request on to the one for its id."""

    def run(ack: Listener, body: dict[str, Any], context: Any) -> Any:  # noqa: ANN401  Bolt injects by name
        return table[id_of(body)](ack, body, context)

    return run


def register(app: App) -> None:
    """Register all routes in a Bolt app: one listener for each kind of request, because Bolt asks all its listeners in
    turn whether a request is theirs, and there are two hundred routes.
    """
    app.command(_one_of(ROUTES.commands))(_with_rights(_by_id(ROUTES.commands, lambda body: body["command"])))
    app.shortcut(_one_of(ROUTES.shortcuts))(_with_rights(_by_id(ROUTES.shortcuts, lambda body: body["callback_id"])))
    app.action(_one_of(ROUTES.actions))(
        _with_rights(_by_id(ROUTES.actions, lambda body: body["actions"][0]["action_id"]))
    )
    app.view(_one_of(ROUTES.forms))(_with_rights(_by_id(ROUTES.forms, lambda body: body["view"]["callback_id"])))
    app.options(_one_of(ROUTES.menus))(_by_id(ROUTES.menus, lambda body: body["action_id"]))
    for event, listener in ROUTES.events.items():
        app.event(event)(_with_rights(listener))
    app.error(_tell)


def _one_of(table: Mapping[str, Listener]) -> re.Pattern[str]:
    return re.compile(rf"\A(?:{'|'.join(map(re.escape, table))})\Z")


def _tell(error: Exception, body: dict[str, Any], context: Any) -> Any:  # noqa: ANN401  Bolt injects by name
    return errors.tell(error, body, context)
