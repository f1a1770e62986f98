"""The listeners for both sides of an account."""

from __future__ import annotations

from handlers import ids
from handlers.energy import asking
from handlers.routes import Routes

ROUTES = Routes(
    actions={ids.ENERGY_OPEN: asking.show, ids.ENERGY_ASK: asking.ask},
    forms={ids.FORM_WISH: asking.submit},
)
