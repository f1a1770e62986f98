"""The web pages, and the buttons in Slack that lead to them."""

from __future__ import annotations

from handlers import ids
from handlers.routes import Routes
from handlers.web import access, energy, links, pages, plan

ROUTES = Routes(
    actions={
        ids.PLAN_PAGE: links.give_link,
        ids.PLAN_PAGE_OPENED: links.opened,
        ids.PLAN_END_SESSIONS: links.end_sessions,
    },
    pages={"/": pages.start},
    site={
        "GET /plan": plan.index,
        "GET /plan/<int:account>": plan.show,
        "GET /plan/<int:account>/promises.csv": energy.show_file,
        "GET /plan/<int:account>/reviews": plan.show_reviews,
        "GET /plan/open/<token>": access.show_link,
        "POST /plan/open/<token>": access.use_link,
        "GET /plan/open/<token>/letter/<int:letter>": access.show_link,
        "POST /plan/open/<token>/letter/<int:letter>": access.use_link,
        # The same link, which leads to the reviews.
        "GET /plan/open/<token>/<any(reviews):page>": access.show_link,
        "POST /plan/open/<token>/<any(reviews):page>": access.use_link,
        "GET /plan/open/<token>/client/<int:person>": access.show_link,
        "POST /plan/open/<token>/client/<int:person>": access.use_link,
        "POST /plan/end": access.end,
    },
)
