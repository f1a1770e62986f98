"""The listeners for letters."""

from __future__ import annotations

from handlers import ids
from handlers.letters import actions, page
from handlers.routes import Routes

ROUTES = Routes(
    actions={
        ids.LETTER: actions.ask,
        ids.LETTER_SHOW: actions.show,
        ids.LETTER_EDIT: actions.ask_edit,
        ids.LETTER_FILE: actions.send_file,
        ids.LETTER_PAGE: actions.give_page,
        ids.LETTER_SENT: actions.mark_sent,
        **dict.fromkeys((ids.LETTER_READER, ids.LETTER_LANGUAGE), actions.rewrite),
    },
    forms={ids.FORM_LETTER: actions.submit},
    site={"GET /plan/letters/<int:letter>": page.show},
)
