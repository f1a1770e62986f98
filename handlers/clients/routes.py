"""The pages of the client's people: in the browser, and the buttons in Slack."""

from __future__ import annotations

from handlers import ids
from handlers.clients import actions, pages
from handlers.clients.pages import in_their_language
from handlers.routes import Routes
from handlers.web import links as web_links

ROUTES = Routes(
    actions={
        ids.CLIENT_PAGE: actions.show_page,
        ids.CLIENT_LINK: actions.make_link,
        ids.CLIENT_END: actions.end_link,
        ids.CLIENT_SEVERAL: actions.ask_several,
        ids.CLIENT_PREVIEW: web_links.give_preview,
        ids.PROPOSAL_CONFIRM: actions.confirm,
        ids.PROPOSAL_ANSWER: actions.ask_answer,
    },
    forms={ids.FORM_PROPOSAL: actions.submit_answer, ids.FORM_CLIENT_SEVERAL: actions.submit_several},
    site={
        "GET /client/<token>": in_their_language(pages.show),
        "POST /client/<token>": in_their_language(pages.act),
        "GET /client/<token>/<int:number>": in_their_language(pages.show_item),
        "POST /client/<token>/<int:number>": in_their_language(pages.act),
        "POST /client/<token>/new": in_their_language(pages.ask_new),
        "GET /plan/<int:account>/client/<int:person>": pages.preview,
    },
)
