"""The listeners of the Home tab."""

from __future__ import annotations

from handlers import ids
from handlers.home import actions
from handlers.routes import Routes

ROUTES = Routes(
    actions=dict.fromkeys((ids.PAGE_OLDER, ids.PAGE_NEWER, ids.PAGE_OPEN, ids.PAGE_DONE, ids.PAGE_ALL), actions.turned),
    events={ids.EVENT_HOME_OPENED: actions.opened},
)
