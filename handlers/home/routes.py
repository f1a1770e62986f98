"""The listeners of the Home tab."""

from __future__ import annotations

from handlers import ids
from handlers.home import actions
from handlers.routes import Routes

ROUTES = Routes(
    actions={ids.PAGE_OLDER: actions.turned, ids.PAGE_NEWER: actions.turned},
    events={ids.EVENT_HOME_OPENED: actions.opened},
)
