"""The listeners for the sections of an account plan."""

from __future__ import annotations

from handlers import ids
from handlers.plan import actions, commands, filling, mending, met, people_actions, pictures, serving
from handlers.routes import Routes

ROUTES = Routes(
    commands={ids.COMMAND_PLAN: commands.plan},
    actions={
        ids.PLAN_OPEN: actions.open_plan,
        ids.PLAN_CONFIRM: mending.confirm,
        ids.PLAN_PROMISE: mending.ask_promise,
        ids.PLAN_MEETING: mending.ask_meeting,
        ids.SECTION_OPEN: actions.open_section,
        ids.SECTION_SHOW: actions.show,
        ids.SECTION_ADD: actions.ask_new,
        ids.SECTION_EDIT: actions.ask_edit,
        **dict.fromkeys((ids.SECTION_RELATIONSHIP, ids.SECTION_LEFT), actions.ask_edit_part),
        ids.SECTION_ARCHIVE: actions.ask_why,
        ids.SECTION_RESTORE: actions.restore,
        ids.SECTION_PLAN: actions.ask_action,
        ids.SECTION_STEP: actions.take_step,
        ids.SECTION_MERGE: people_actions.ask_merge,
        ids.SECTION_ERASE: people_actions.ask_erase,
        ids.MEETING_AGREED: met.ask_agreed,
        ids.GRID_FILL: filling.ask,
        ids.PICTURE: pictures.send,
    },
    menus={
        **dict.fromkeys((ids.CLIENT_PERSON, ids.CLIENT_PEOPLE), actions.stakeholders_of),
        ids.UNIT: actions.units_of,
        ids.OBJECTIVE: actions.rows_of,
        ids.OPPORTUNITY: actions.rows_of,
        ids.INTO_PERSON: people_actions.options_to_merge,
        ids.SERVES: serving.options,
    },
    forms={
        ids.FORM_SECTION: actions.submit,
        ids.FORM_SECTION_ARCHIVE: actions.submit_archive,
        ids.FORM_GRID: filling.submit,
        ids.FORM_PERSON_MERGE: people_actions.submit_merge,
        ids.FORM_PERSON_ERASE: people_actions.submit_erase,
    },
)
