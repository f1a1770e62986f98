"""The page of one of the client's people in a browser, without a login and without a script.

To look changes nothing but the days on which it was opened. Each form is a POST that checks that it came from the page.
"""

from __future__ import annotations

import itertools
import re
import secrets
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from handlers.clients.words import LANGUAGES, words_of
from handlers.slack.refs import count
from handlers.web.access import reader
from handlers.web.pages import render
from handlers.web.requests import Answer, check_origin, respond
from store import people as ours
from store.clients import links, page, proposals
from store.clients.links import EndedLinkError, WhoError
from store.clients.proposals import RefusedError
from store.errors import GoneError, LedgerError, NotAllowedError, NotFoundError, TooFastError
from store.plan import section
from store.plan.people import SECTION
from store.rules.calendar.brief_times import local_day, zone_of
from store.tables import ProposalKind, Side
from store.web_access import UnknownLinkError, check_guesses, new_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from handlers.clients.words import Words
    from handlers.web.requests import Request
    from store.clients.page import Contents
    from store.tables import ClientLink, Stakeholder

# The names that robots give themselves. Mail scanners and previews open each link that they see.
_ROBOTS = re.compile(
    r"bot|crawl|spider|scan|preview|prefetch|fetch|monitor|headless|curl|wget|python|java/|http", re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOST_CHARACTERS = 20_000


@dataclass(frozen=True)
class Shown:
    """A page as its template shows it. `base` is its address; a preview has none, and its buttons do nothing."""

    person: Stakeholder
    contact: str
    contents: Contents
    today: date
    review_at: str
    base: str


# ---- to look -------------------------------------------------------------------------------------------


def show(request: Request) -> Answer:
    """The page of a link."""
    with request.ledger.read() as tx:
        check_guesses(tx, request.address, request.now)
        link = links.read(tx, request.parts["token"], request.now, _who(request))
        words = _words(request, link.stakeholder)
        shown = _of_link(tx, link, request, words)
        is_new = _is_open(request) and not (request.device and links.is_counted(tx, link, request.device, request.now))
    given = None
    if is_new:
        device = request.device or new_token()
        given = None if request.device else device
        with request.ledger.begin() as tx:
            links.note_open(tx, link, device, request.now)
    return Answer(_page("client.html", request, words, shown=shown), device=given)


def show_item(request: Request) -> Answer:
    """One commitment with the forms for another date and for a question."""
    with request.ledger.read() as tx:
        check_guesses(tx, request.address, request.now)
        link = links.read(tx, request.parts["token"], request.now, _who(request))
        words = _words(request, link.stakeholder)
        item = proposals.shared_item(tx, link, count(request.parts["number"]))
        shown = _of_link(tx, link, request, words)
    return Answer(_item(request, words, shown, item.number))


def preview(request: Request) -> Answer:
    """The page of a person as they see it, for a colleague who is signed in."""
    with request.ledger.read() as tx:
        viewer = reader(tx, request)
        person = section.get(tx, viewer, SECTION, count(request.parts["person"]))
        if person.account_id != count(request.parts["account"]):
            raise NotFoundError("That person is not in the ledger. Please look at the account again.")
        words = _words(request, person)
        shown = _shown(tx, person, local_day(request.now, viewer.zone), request, words)
    return Answer(_page("client.html", request, words, shown=shown))


def _of_link(tx: Session, link: ClientLink, request: Request, words: Words) -> Shown:
    base = f"/client/{request.parts['token']}"
    return _shown(tx, link.stakeholder, links.today_of(link, request.now), request, words, base)


def _shown(
    tx: Session, person: Stakeholder, today: date, request: Request, words: Words, base: str = ""
) -> Shown:  # fmt: skip
    contents, at = page.read(tx, person, today, request.now), ""
    if (review := contents.review) is not None:
        at = words.at(review.starts_at.astimezone(zone_of(review.zone))) if review.starts_at else review.occasion or ""
    return Shown(person, _contact(person), contents, today, at, base)


def _contact(person: Stakeholder) -> str:
    """The name of the one of ours who looks after them, or else of the account's lead."""
    contact = ours.first_here(person.owner, person.account.owner)
    return contact.name if contact is not None else ""


def _is_open(request: Request) -> bool:
    """Whether a person opens the page: a browser says so, and its name is no robot's."""
    headers = request.headers
    return (
        request.method == "GET"
        and headers.get("Sec-Fetch-Dest") == "document"
        and "prefetch" not in headers.get("Sec-Purpose", "")
        and not _ROBOTS.search(headers.get("User-Agent", "bot"))
    )


# ---- to do ---------------------------------------------------------------------------------------------


def act(request: Request) -> Answer:
    """A button or a form of the page. The answer is the page again."""
    check_origin(request)
    form = request.form
    number = count(request.parts["number"]) if "number" in request.parts else None
    do = _DO.get(form.get("act", ""))
    if do is None:
        raise NotFoundError("That button is not here.")
    with request.ledger.begin() as tx:
        check_guesses(tx, request.address, request.now)
        link = links.read(tx, request.parts["token"], request.now, _who(request), to_change=True)
        words = _words(request, link.stakeholder)
        # A form that is refused counts too.
        links.count_post(tx, link, request.address, request.now)
    try:
        with request.ledger.begin() as tx:
            link = links.read(tx, request.parts["token"], request.now, _who(request), to_change=True)
            do(tx, link, number, form, request.now)
    except RefusedError as error:
        return _again(request, words, number, error)
    anchor = f"#n{number}" if number is not None and form.get("act") in {"agree", "done"} else "#said"
    if form.get("act") == "expect":
        anchor = "#expected"
    return Answer(location=f"/client/{request.parts['token']}?lang={words.code}{_as_who(request)}{anchor}")


def _again(request: Request, words: Words, number: int | None, error: RefusedError) -> Answer:
    """The form again, with what was typed and the reason of the refusal."""
    problem = words.of(f"no_{error.why}")
    with request.ledger.read() as tx:
        link = links.read(tx, request.parts["token"], request.now, _who(request))
        shown = _of_link(tx, link, request, words)
    known = number is not None and any(one.number == number for one in shown.contents.items)
    html = (
        _item(request, words, shown, number or 0, problem)
        if known
        else _page("client.html", request, words, shown=shown, problem=problem)
    )
    return Answer(html, HTTPStatus.BAD_REQUEST)


def ask_new(request: Request) -> Answer:
    """“Ask for a new one”, on the page of a link that has ended."""
    check_origin(request)
    with request.ledger.begin() as tx:
        check_guesses(tx, request.address, request.now)
        link = links.read(tx, request.parts["token"], request.now, _who(request), ended=True, to_change=True)
        words = _words(request, link.stakeholder)
        links.count_post(tx, link, request.address, request.now)
        if links.has_ended(tx, link, request.now):
            proposals.propose(tx, link, ProposalKind.LINK, gesture=_gesture(request.form), now=request.now)
    return Answer(_page("client_problem.html", request, words, title=words.gone, said=words.asked_new, ask=""))


def _agree(tx: Session, link: ClientLink, number: int | None, form: Any, now: datetime) -> None:  # noqa: ANN401
    proposals.agree(tx, link, number or 0, version=count(form.get("version", "")), gesture=_gesture(form), now=now)


def _expect(tx: Session, link: ClientLink, _number: int | None, form: Any, now: datetime) -> None:  # noqa: ANN401
    row_id, version = count(form.get("row", "")), count(form.get("version", ""))
    proposals.agree_to_expected(tx, link, row_id, version=version, gesture=_gesture(form), now=now)


def _proposing(kind: ProposalKind) -> Callable[..., None]:
    def propose(tx: Session, link: ClientLink, number: int | None, form: Any, now: datetime) -> None:  # noqa: ANN401
        side = Side.THEIRS if form.get("side") == "you" else Side.OURS
        proposals.propose(
            tx, link, kind, number=number, text=form.get("text", "")[:_MOST_CHARACTERS],
            due_on=_day(form.get("day", "")), side=side if kind == ProposalKind.COMMITMENT else None,
            gesture=_gesture(form), now=now,
        )  # fmt: skip

    return propose


_DO: dict[str, Callable[..., None]] = {
    "agree": _agree,
    "expect": _expect,
    "done": _proposing(ProposalKind.DONE),
    "date": _proposing(ProposalKind.DATE),
    "question": _proposing(ProposalKind.QUESTION),
    "commitment": _proposing(ProposalKind.COMMITMENT),
}


def _gesture(form: Any) -> str:  # noqa: ANN401  the values of a form
    """The name of the form that was sent; a form of no page of ours has a new one."""
    given = str(form.get("gesture", ""))
    return given if re.fullmatch(r"[\w-]{16,64}", given, re.ASCII) else new_token()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


# ---- as HTML -------------------------------------------------------------------------------------------


def _words(request: Request, person: Stakeholder | None = None) -> Words:
    """The words in the language that the switch on the page says, or else that of our letters to the person, or else
    the browser's.
    """
    asked = request.query.get("lang", "")
    return words_of(asked if asked in LANGUAGES else (person and person.language) or request.language)


def _who(request: Request) -> int:
    """The id of the person, where several share the link."""
    said = request.query.get("who", "")
    return int(said) if re.fullmatch(r"\d{1,15}", said, re.ASCII) else 0


def _as_who(request: Request) -> str:
    """The same for an address; empty where it does not say it."""
    return f"&who={_who(request)}" if _who(request) else ""


def _item(request: Request, words: Words, shown: Shown, number: int, problem: str = "") -> str:
    item = next((one for one in shown.contents.items if one.number == number), None)
    if item is None:
        raise NotFoundError("That commitment does not stand on this page.")
    return _page("client_item.html", request, words, shown=shown, item=item, problem=problem)


def _page(template: str, request: Request, words: Words, **values: Any) -> str:  # noqa: ANN401  as the template shows
    values = {"problem": "", **values}
    # Each form has a name of its own. A random one for each would take a tenth of the time of a page.
    nonce, forms = secrets.token_urlsafe(16), itertools.count()
    return render(
        template, words=words, languages=LANGUAGES, Side=Side, Kind=ProposalKind, typed=request.form,
        gesture=lambda: f"{nonce}-{next(forms)}", who=_as_who(request), **values,
    )  # fmt: skip


# ---- refusals ------------------------------------------------------------------------------------------


def in_their_language(listener: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """The listener of a page; a refusal of the ledger becomes a page in the language of its reader."""

    def answer(request: Request) -> Answer:
        return respond(listener, request, _refused)

    return answer


def _refused(request: Request, error: LedgerError) -> Answer:
    words = _words(request, error.link.stakeholder if isinstance(error, EndedLinkError) else None)
    if isinstance(error, EndedLinkError):
        html = _page("client_problem.html", request, words, title=words.gone, said=words.gone_words,
                     ask=f"/client/{request.parts['token']}/new?lang={words.code}{_as_who(request)}")  # fmt: skip
        return Answer(html, HTTPStatus.GONE)
    if isinstance(error, WhoError):
        base = f"/client/{request.parts['token']}"
        return Answer(_page("client_who.html", request, words, people=error.people, base=base))
    status, title, said = next(
        (status, title, said) for kind, status, title, said in _refusals(words) if isinstance(error, kind)
    )
    return Answer(_page("client_problem.html", request, words, title=title, said=said, ask=""), status)


def _refusals(words: Words) -> list[tuple[type[LedgerError], HTTPStatus, str, str]]:
    missing, title, said = HTTPStatus.NOT_FOUND, words.unknown, words.unknown_words
    return [
        (TooFastError, HTTPStatus.TOO_MANY_REQUESTS, words.wait, words.wait_words),
        (UnknownLinkError, missing, title, said),
        (GoneError, HTTPStatus.GONE, words.gone, words.gone_words),
        (NotFoundError, missing, title, said),
        (RefusedError, HTTPStatus.BAD_REQUEST, words.refused, words.no_over),
        (NotAllowedError, HTTPStatus.FORBIDDEN, words.refused, words.elsewhere),
        (LedgerError, HTTPStatus.BAD_REQUEST, words.refused, words.no_over),
    ]
