"""The listeners for settings."""

from __future__ import annotations

from handlers import ids
from handlers.routes import Routes
from handlers.settings import actions

ROUTES = Routes(
    actions={ids.OPEN_SETTINGS: actions.ask, ids.OPEN_WORKSPACE_SETTINGS: actions.ask_workspace},
    forms={ids.FORM_SETTINGS: actions.submit, ids.FORM_WORKSPACE_SETTINGS: actions.submit_workspace},
)
