"""A request of a browser and its answer, and the page that says why a request is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from handlers.web.pages import render
from store import web_access
from store.errors import GoneError, LedgerError, NotAllowedError, NotFoundError, TooFastError
from store.web_access import UnknownLinkError, UnknownSessionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from store.db import Ledger


@dataclass(frozen=True)
class Request:
    """`parts` are the variable parts of the path, `session` is the token of the browser's cookie, `origin` is the site
    whose page sent the request, if the browser says it, and `address` is the network address. `form` has the values of
    a form, `language` is the one that the browser prefers, and `device` is the cookie that names a browser.
    """

    ledger: Ledger
    now: datetime
    public_url: str
    parts: Mapping[str, str] = field(default_factory=dict)
    session: str = ""
    origin: str = ""
    address: str = ""
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    device: str = ""


@dataclass(frozen=True)
class Answer:
    """A page, or another text of `media_type`; or with `location` the address of the page to go to. `session`: the new
    token of the browser's cookie, empty to remove the cookie, None to leave it as it is. `file`: the browser keeps the
    text as a file of that name. `device`: the new cookie that names the browser, if it has none.
    """

    html: str = ""
    status: HTTPStatus = HTTPStatus.OK
    location: str | None = None
    media_type: str = "text/html"
    session: str | None = None
    file: str = ""
    device: str | None = None


_STATUS = (
    (GoneError, HTTPStatus.GONE, "This link does not work any more"),
    (TooFastError, HTTPStatus.TOO_MANY_REQUESTS, "Please wait a little"),
    (NotFoundError, HTTPStatus.NOT_FOUND, "Nothing is here"),
    (NotAllowedError, HTTPStatus.FORBIDDEN, "You cannot look at this"),
    (LedgerError, HTTPStatus.BAD_REQUEST, "That did not work"),
)


def refusal(_request: Request, error: LedgerError) -> Answer:
    """The page that says why the ledger refused a request."""
    status, title = next((status, title) for kind, status, title in _STATUS if isinstance(error, kind))
    return Answer(render("problem.html", title=title, words=error.words), status)


def respond(
    page: Callable[[Request], Answer], request: Request, refuse: Callable[[Request, LedgerError], Answer] = refusal
) -> Answer:
    """The answer of the page; if the ledger refuses the request, the page of `refuse`, which says why."""
    try:
        return page(request)
    except (UnknownLinkError, UnknownSessionError) as error:
        return _after_guess(request, error, refuse)
    except LedgerError as error:
        return refuse(request, error)


def _after_guess(
    request: Request, error: LedgerError, refuse: Callable[[Request, LedgerError], Answer]
) -> Answer:  # fmt: skip
    try:
        with request.ledger.begin() as tx:
            web_access.note_guess(tx, request.address, request.now)
    except TooFastError as too_fast:
        return refuse(request, too_fast)
    return refuse(request, error)


def check_origin(request: Request) -> None:
    """NotAllowedError if another site's page sent the form."""
    if request.origin != request.public_url:
        raise NotAllowedError("That button belongs to a page of Makegood. Please open it from Slack again.")
