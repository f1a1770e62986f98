"""The listeners for the sections of an account plan."""

from __future__ import annotations

from handlers import ids
from handlers.plan import actions, commands
from handlers.routes import Routes

ROUTES = Routes(
    commands={ids.COMMAND_PLAN: commands.plan},
    actions={
        ids.PLAN_OPEN: actions.open_plan,
        ids.SECTION_OPEN: actions.open_section,
        ids.SECTION_SHOW: actions.show,
        ids.SECTION_ADD: actions.ask_new,
        ids.SECTION_EDIT: actions.ask_edit,
        ids.SECTION_ARCHIVE: actions.ask_why,
        ids.SECTION_RESTORE: actions.restore,
        ids.SECTION_PLAN: actions.ask_action,
    },
    forms={ids.FORM_SECTION: actions.submit, ids.FORM_SECTION_ARCHIVE: actions.submit_archive},
)
