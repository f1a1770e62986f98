"""The listeners for messages to the bot."""

from __future__ import annotations

from handlers import ids
from handlers.conversation import actions, heard, reactions
from handlers.routes import Routes

ROUTES = Routes(
    actions={
        ids.OPEN_LINE: actions.open_line,
        ids.OPEN_MESSAGE: actions.open_message,
        ids.OPEN_HELP: actions.open_help,
    },
    events={ids.EVENT_MESSAGE: heard.written, ids.EVENT_MENTION: heard.mentioned, ids.EVENT_REACTION: reactions.added},
)
