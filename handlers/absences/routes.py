"""The listeners for absences."""

from __future__ import annotations

from handlers import ids
from handlers.absences import actions
from handlers.routes import Routes

ROUTES = Routes(
    actions={ids.OPEN_AWAY: actions.ask, ids.END_ABSENCE: actions.end}, forms={ids.FORM_AWAY: actions.submit}
)
