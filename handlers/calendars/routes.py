"""The listeners for calendars."""

from __future__ import annotations

from handlers import ids
from handlers.calendars import actions, feeds
from handlers.routes import Routes

ROUTES = Routes(
    actions={
        ids.CALENDAR_GIVE: feeds.give_on_press,
        ids.CALENDAR_END: feeds.stop,
        ids.CALENDAR_ADD: actions.add,
        ids.CALENDAR_SEND: actions.send,
    },
    site={"GET /calendar/<token>.ics": feeds.show},
)
