"""The listeners for digests."""

from __future__ import annotations

from handlers import ids
from handlers.digests import actions
from handlers.routes import Routes

ROUTES = Routes(actions={ids.DIGEST_CHANGE: actions.ask}, forms={ids.FORM_DIGEST: actions.submit})
