"""The surfaces that people use. NOUNS has the routing table: the listener for each kind of request from Slack."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from handlers import ids, people
from handlers.absences import routes as absences
from handlers.accounts import routes as accounts
from handlers.commitments import routes as commitments
from handlers.conversation import routes as conversation
from handlers.home import routes as home
from handlers.plan import routes as plan
from handlers.routes import Listener, Routes, joined
from handlers.settings import routes as settings
from handlers.slack import errors, payloads
from handlers.slack.refs import outdated
from handlers.web import pages as web
from store.errors import UnconfirmedError

if TYPE_CHECKING:
    from slack_bolt import App

NOUNS = (commitments, conversation, accounts, plan, absences, settings, home, people, web)


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


def register(app: App) -> None:
    """Register all routes in a Bolt app."""
    for command, listener in ROUTES.commands.items():
        app.command(command)(_with_rights(listener))
    for callback_id, listener in ROUTES.shortcuts.items():
        app.shortcut(callback_id)(_with_rights(listener))
    for action_id, listener in ROUTES.actions.items():
        app.action(action_id)(_with_rights(listener))
    for callback_id, listener in ROUTES.forms.items():
        app.view(callback_id)(_with_rights(listener))
    for action_id, listener in ROUTES.menus.items():
        app.options(action_id)(listener)
    for event, listener in ROUTES.events.items():
        app.event(event)(_with_rights(listener))
    app.error(_tell)


def _tell(error: Exception, body: dict[str, Any], context: Any) -> Any:  # noqa: ANN401  Bolt injects by name
    return errors.tell(error, body, context)
