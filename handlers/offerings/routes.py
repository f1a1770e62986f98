"""The listeners for what we sell."""

from __future__ import annotations

from handlers import ids
from handlers.offerings import actions
from handlers.routes import Routes

ROUTES = Routes(
    actions={
        ids.OPEN_OFFERINGS: actions.show,
        ids.OFFERING_NEW: actions.ask_new,
        ids.OFFERING_RENAME: actions.ask_rename,
        ids.OFFERING_ARCHIVE: actions.ask_why,
        ids.OFFERING_RESTORE: actions.restore,
    },
    menus={ids.OFFERING: actions.options},
    forms={
        ids.FORM_OFFERING_NEW: actions.submit_new,
        ids.FORM_OFFERING: actions.submit_rename,
        ids.FORM_OFFERING_ARCHIVE: actions.submit_archive,
    },
)
