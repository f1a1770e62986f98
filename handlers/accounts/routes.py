"""The listeners for accounts."""

from __future__ import annotations

from handlers import ids
from handlers.accounts import actions, menus
from handlers.routes import Routes

ROUTES = Routes(
    actions={
        ids.OPEN_ACCOUNTS: actions.show_all,
        ids.OPEN_ACCOUNT: actions.show,
        ids.EDIT_ACCOUNT: actions.ask_edit,
        ids.MERGE_ACCOUNT: actions.ask_merge,
        ids.ARCHIVE_ACCOUNT: actions.ask_why,
        ids.RESTORE_ACCOUNT: actions.restore,
        ids.ACCOUNT: menus.chosen,
        ids.STAKEHOLDER: menus.chosen,
    },
    forms={
        ids.FORM_ACCOUNT: actions.submit_edit,
        ids.FORM_MERGE: actions.submit_merge,
        ids.FORM_ARCHIVE: actions.submit_archive,
    },
    menus={
        **dict.fromkeys((ids.ACCOUNT, ids.ROW_ACCOUNT, ids.STAKEHOLDER), menus.options),
        ids.INTO: menus.options_to_merge,
    },
)
