"""The listeners for accounts."""

from __future__ import annotations

from handlers import ids
from handlers.accounts import actions, menus
from handlers.routes import Routes

ROUTES = Routes(
    actions={
        **dict.fromkeys((ids.OPEN_ACCOUNTS, ids.OPEN_OTHERS, ids.OPEN_ARCHIVED), actions.show_all),
        ids.OPEN_ACCOUNT: actions.show,
        ids.EDIT_ACCOUNT: actions.ask_edit,
        ids.EDIT_BASIS: actions.ask_basis,
        ids.MAKE_CATEGORY: actions.make_category,
        ids.RESTRICT_ACCOUNT: actions.ask_restrict,
        ids.MERGE_ACCOUNT: actions.ask_merge,
        ids.ARCHIVE_ACCOUNT: actions.ask_why,
        ids.RESTORE_ACCOUNT: actions.restore,
        ids.ACCOUNT: menus.chosen,
        ids.STAKEHOLDER: menus.chosen,
    },
    forms={
        ids.FORM_ACCOUNT: actions.submit_edit,
        ids.FORM_BASIS: actions.submit_edit,
        ids.FORM_RESTRICT: actions.submit_restrict,
        ids.FORM_MERGE: actions.submit_merge,
        ids.FORM_ARCHIVE: actions.submit_archive,
    },
    menus={
        **dict.fromkeys((ids.ACCOUNT, ids.ROW_ACCOUNT, ids.STAKEHOLDER, ids.AGREED_BY), menus.options),
        ids.INTO: menus.options_beside,
        ids.PARENT: menus.options_beside,
    },
)
