"""Every surface that a person touches. This page is the routing table: what Slack sends → who answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers import absences, accounts, commands, commitments, errors, home, ids, payloads, people, recording, settings
from store.errors import UnconfirmedError

if TYPE_CHECKING:
    from slack_bolt import App

Listener = Callable[..., Any]

COMMANDS: dict[str, Listener] = {ids.COMMAND: commands.commit}

SHORTCUTS: dict[str, Listener] = {
    ids.SHORTCUT_NEW: recording.new_from_anywhere,
    ids.SHORTCUT_FROM_MESSAGE: recording.new_from_message,
}

PRESSES: dict[str, Listener] = {
    ids.DONE: commitments.finish,
    ids.REOPEN: commitments.reopen,
    ids.UNBLOCK: commitments.unblock,
    ids.ACCEPT: commitments.accept,
    ids.UNDO: commitments.undo,
    ids.SHARE: commitments.share,
    ids.CREATE_ACCOUNT: commitments.create_account,
    ids.MOVE: commitments.ask_date,
    ids.BLOCK: commitments.ask_blocker,
    ids.HAND_OVER: commitments.ask_new_owner,
    ids.HAND_BACK: commitments.ask_why_back,
    ids.CANCEL: commitments.ask_why_cancel,
    ids.EDIT: commitments.ask_edit,
    ids.PUT_OFF: commitments.ask_until,
    ids.REDACT: commitments.ask_wording,
    ids.SHOW: commitments.show,
    ids.WHY: commitments.why,
    ids.OPEN_FORM: recording.new_from_anywhere,
    ids.OPEN_AWAY: absences.ask,
    ids.END_ABSENCE: absences.end,
    ids.OPEN_SETTINGS: settings.ask,
    ids.PAGE_OLDER: home.turned,
    ids.PAGE_NEWER: home.turned,
}

FORMS: dict[str, Listener] = {
    ids.FORM_NEW: recording.submit_new,
    ids.FORM_EDIT: commitments.submit_edit,
    ids.FORM_MOVE: commitments.submit_move,
    ids.FORM_BLOCK: commitments.submit_block,
    ids.FORM_HAND_OVER: commitments.submit_hand_over,
    ids.FORM_HAND_BACK: commitments.submit_hand_back,
    ids.FORM_CANCEL: commitments.submit_cancel,
    ids.FORM_PUT_OFF: commitments.submit_put_off,
    ids.FORM_REDACT: commitments.submit_redact,
    ids.FORM_AWAY: absences.submit,
    ids.FORM_SETTINGS: settings.submit,
}


def _more(ack: Listener, body: dict[str, Any], context: Any) -> None:  # noqa: ANN401  Bolt injects by name
    """The "…" menu of an item: what was chosen says which button it stands for."""
    chosen = payloads.chosen(body)
    listener = PRESSES.get(chosen["actions"][0]["action_id"])
    if listener is None:
        raise payloads.outdated()
    listener(ack, chosen, context)


PRESSES[ids.MORE] = _more

MENUS: dict[str, Listener] = {ids.ACCOUNT: accounts.options, ids.STAKEHOLDER: accounts.options}

EVENTS: dict[str, Listener] = {
    ids.EVENT_HOME_OPENED: home.opened,
    ids.EVENT_USER_CHANGED: people.changed,
    ids.EVENT_USER_JOINED: people.changed,
}


def _with_rights(listener: Listener) -> Listener:
    """The listener. Where it turns on rights that Slack must confirm, it has changed nothing, and runs again then."""

    @functools.wraps(listener)
    def run(**given: Any) -> Any:  # noqa: ANN401  Bolt injects by name
        try:
            return listener(**given)
        except UnconfirmedError:
            people.confirm_rights(given["context"], payloads.asker(given["body"]))
            return listener(**given)

    return run


def register(app: App) -> None:
    """Put the whole table into a Bolt app."""
    for command, listener in COMMANDS.items():
        app.command(command)(_with_rights(listener))
    for callback_id, listener in SHORTCUTS.items():
        app.shortcut(callback_id)(_with_rights(listener))
    for action_id, listener in PRESSES.items():
        app.action(action_id)(_with_rights(listener))
    for callback_id, listener in FORMS.items():
        app.view(callback_id)(_with_rights(listener))
    for action_id, listener in MENUS.items():
        app.options(action_id)(listener)
    for event, listener in EVENTS.items():
        app.event(event)(listener)
    app.error(_tell)


def _tell(error: Exception, body: dict[str, Any], context: Any) -> Any:  # noqa: ANN401  Bolt injects by name
    return errors.tell(error, body, context)
