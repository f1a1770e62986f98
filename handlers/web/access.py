"""Personal links in the browser: the page with the one button that uses the link up, and the end of a session.

A request to look changes nothing, however often it comes: mail scanners, virus scanners and previews open links.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from handlers.web.pages import render
from handlers.web.requests import Answer, check_origin
from store import accounts, people, web_access
from store.errors import NotAllowedError
from store.web_access import HOW, UnknownSessionError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from handlers.web.requests import Request
    from store.tables import Person, WebLink


def reader(tx: Session, request: Request) -> Person:
    """The person who is signed in in this browser. NotAllowedError, with the way to sign in, if nobody is."""
    found = web_access.session_person(tx, request.session, request.now) if request.session else None
    if found is None:
        raise NotAllowedError(f"You are not signed in in this browser. {HOW}")
    _check_colleague(found)
    return found


def _check_colleague(person: Person) -> None:
    if not people.is_here(person):
        raise NotAllowedError("These pages are for the members of the workspace. Ask your colleague there.")


def show_link(request: Request) -> Answer:
    """The page of a personal link."""
    with request.ledger.read() as tx:
        found, person, signed_in = _opened(tx, request)
        if signed_in is not None and signed_in.id == person.id:
            return _inside(request, found)
        web_access.check_link(found, request.now)
        if signed_in is not None:
            return _anothers(person, signed_in)
        account = accounts.get(tx, person, found.account_id)
    return Answer(render("link.html", person=person, account=account))


def use_link(request: Request) -> Answer:
    """The button of that page: sign in, and show the plan."""
    check_origin(request)
    with request.ledger.begin() as tx:
        found, person, signed_in = _opened(tx, request)
        if signed_in is not None and signed_in.id == person.id:
            return _inside(request, found)
        web_access.check_link(found, request.now)
        if signed_in is not None:
            return _anothers(person, signed_in)
        # The account may be hidden from the person since the link was made.
        accounts.get(tx, person, found.account_id)
        session = web_access.use_link(tx, found, request.now)
    return _inside(request, found, session)


def end(request: Request) -> Answer:
    """“Sign out”: end the session of this browser."""
    check_origin(request)
    with request.ledger.begin() as tx:
        web_access.end_session(tx, request.session, request.now)
    return Answer(render("problem.html", title="You are signed out", words=HOW), session="")


def _opened(tx: Session, request: Request) -> tuple[WebLink, Person, Person | None]:
    """The link, its person, and the person who is signed in in this browser."""
    web_access.check_guesses(tx, request.address, request.now)
    found, person = web_access.link(tx, request.parts["token"])
    _check_colleague(person)
    try:
        signed_in = web_access.session_person(tx, request.session, request.now) if request.session else None
    except UnknownSessionError:
        signed_in = None
    return found, person, signed_in


def _inside(request: Request, found: WebLink, session: str | None = None) -> Answer:
    """On to the plan of the link; or to a letter, or another page of the account, if the address names one."""
    letter, page, person = (request.parts.get(name) for name in ("letter", "page", "person"))
    page = f"client/{person}" if person else page
    to_account = f"/plan/{found.account_id}" + (f"/{page}" if page else "")
    return Answer(location=f"/plan/letters/{letter}" if letter else to_account, session=session)


def _anothers(person: Person, signed_in: Person) -> Answer:
    html = render("anothers.html", person=person, signed_in=signed_in)
    return Answer(html, HTTPStatus.FORBIDDEN)
