"""The listeners of the Home tab, and of the buttons that turn the pages of any list."""

from __future__ import annotations

from handlers import ids
from handlers.home import actions
from handlers.routes import Routes

_TURNS = (
    ids.PAGE_OLDER, ids.PAGE_NEWER, ids.PAGE_OPEN, ids.PAGE_DONE, ids.PAGE_ALL, ids.PAGE_GROUPS,
    ids.HOME_MINE, ids.HOME_WAITING, ids.HOME_ACCOUNTS, ids.HOME_ACCOUNT, ids.HOME_SIDE, ids.HOME_GROUPS,
)  # fmt: skip
ROUTES = Routes(actions=dict.fromkeys(_TURNS, actions.turned), events={ids.EVENT_HOME_OPENED: actions.opened})
