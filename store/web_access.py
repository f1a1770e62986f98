"""The access to web pages: a personal link works once within five minutes and opens a session of twelve hours.

A token has 256 random bits, and only its SHA-256 is stored: a copy of the database opens nothing. Only a POST uses a
link up, because mail scanners and previews open each address that they see.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store.errors import GoneError, NotAllowedError, NotFoundError, TooFastError
from store.tables import Account, Person, WebGuess, WebLink, WebSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LINK_LIVES = timedelta(minutes=5)
SESSION_LIVES = timedelta(hours=12)
# So long after its end a link can still say why it does not work.
KEPT = timedelta(days=7)
# Wrong tokens from one address within this time, before the address has to wait.
MOST_GUESSES, GUESSES_WITHIN = 20, timedelta(minutes=10)
# An owner of an IPv6 network has all addresses that begin with these bits.
_IPV6_NETWORK = 64

_AGAIN = "Press “Open as a page” in Slack again for a fresh link."
_USED = f"This link was used already, and it works once. {_AGAIN}"


HOW = "In Slack type /plan and the account, and press “Open as a page”."


class UnknownLinkError(NotFoundError):
    """The token of a link that nobody was given."""


class UnknownSessionError(NotAllowedError):
    """The token of a session that nobody was given."""


# ---- links ---------------------------------------------------------------------------------------------


def make_link(tx: Session, viewer: Person, account: Account, now: datetime) -> str:
    """Make a personal link to the plan of an account that the viewer sees. Returns its token."""
    token = new_token()
    tx.add(
        WebLink(
            workspace_id=viewer.workspace_id, person_id=viewer.id, account_id=account.id, token_hash=hash_of(token),
            created_at=now, expires_at=now + LINK_LIVES,
        )
    )  # fmt: skip
    return token


def link(tx: Session, token: str) -> tuple[WebLink, Person]:
    """The link of a token, used or not, and its person with their workspace. UnknownLinkError if there is none."""
    found = tx.scalar(sa.select(WebLink).where(WebLink.token_hash == hash_of(token)))
    if found is None:
        raise UnknownLinkError(f"This link is not in the ledger: it is wrong, or more than a week old. {_AGAIN}")
    return found, _person(tx, found.person_id)


def check_link(found: WebLink, now: datetime) -> None:
    """GoneError, in words, if the link does not work any more."""
    if found.revoked_at is not None:
        raise GoneError(f"This link was ended from Slack. {_AGAIN}")
    if found.used_at is not None:
        raise GoneError(_USED)
    if now >= found.expires_at:
        minutes = LINK_LIVES // timedelta(minutes=1)
        raise GoneError(f"This link has expired: it works for {minutes} minutes. {_AGAIN}")


def use_link(tx: Session, found: WebLink, now: datetime) -> str:
    """Use the link up and open a session for its person. Returns the token of the session.

    GoneError if it does not work any more. Of two requests at once one opens a session.
    """
    check_link(found, now)
    used = sa.update(WebLink).where(WebLink.id == found.id, WebLink.used_at.is_(None), WebLink.revoked_at.is_(None))
    if tx.scalar(used.values(used_at=now).returning(WebLink.id)) is None:
        raise GoneError(_USED)
    token = new_token()
    tx.add(
        WebSession(
            workspace_id=found.workspace_id, person_id=found.person_id, token_hash=hash_of(token), created_at=now,
            expires_at=now + SESSION_LIVES,
        )
    )  # fmt: skip
    return token


# ---- sessions ------------------------------------------------------------------------------------------


def session_person(tx: Session, token: str, now: datetime) -> Person | None:
    """The person of a session, with their workspace; None if the session is over. UnknownSessionError if there is
    none.

    The caller checks that the person is still a colleague.
    """
    found = tx.scalar(sa.select(WebSession).where(WebSession.token_hash == hash_of(token)))
    if found is None:
        raise UnknownSessionError(f"You are not signed in in this browser. {HOW}")
    return None if found.ended_at is not None or now >= found.expires_at else _person(tx, found.person_id)


def sessions(tx: Session, person: Person, now: datetime) -> int:
    """The number of browsers in which the person is signed in."""
    live = WebSession.person_id == person.id, WebSession.ended_at.is_(None), WebSession.expires_at > now
    return tx.scalar(sa.select(sa.func.count()).select_from(WebSession).where(*live)) or 0


def end_session(tx: Session, token: str, now: datetime) -> None:
    """End the session of this token, if there is one."""
    its = WebSession.token_hash == hash_of(token), WebSession.ended_at.is_(None)
    tx.execute(sa.update(WebSession).where(*its).values(ended_at=now))


def end_all(tx: Session, person: Person, now: datetime) -> int:
    """End all sessions of the person, and their links. Returns how many sessions were open."""
    ended = sessions(tx, person, now)
    open_ = WebSession.person_id == person.id, WebSession.ended_at.is_(None)
    tx.execute(sa.update(WebSession).where(*open_).values(ended_at=now))
    unused = WebLink.person_id == person.id, WebLink.used_at.is_(None), WebLink.revoked_at.is_(None)
    tx.execute(sa.update(WebLink).where(*unused).values(revoked_at=now))
    return ended


# ---- guesses -------------------------------------------------------------------------------------------


def check_guesses(tx: Session, address: str, now: datetime) -> None:
    """TooFastError if this address has sent too many wrong tokens lately."""
    lately = WebGuess.address == network(address), WebGuess.at > now - GUESSES_WITHIN
    if (tx.scalar(sa.select(sa.func.count()).select_from(WebGuess).where(*lately)) or 0) >= MOST_GUESSES:
        minutes = GUESSES_WITHIN // timedelta(minutes=1)
        raise TooFastError(
            f"Your network sent too many links that are not in the ledger. Please wait {minutes} minutes."
        )


def note_guess(tx: Session, address: str, now: datetime) -> None:
    """Record a token that nobody was given. TooFastError, and nothing is recorded, as `check_guesses` raises it."""
    check_guesses(tx, address, now)
    tx.add(WebGuess(address=network(address), at=now))


def sweep(tx: Session, now: datetime) -> None:
    """Delete links and sessions that ended a week ago, and guesses that count no more."""
    for table in (WebLink, WebSession):
        tx.execute(sa.delete(table).where(table.expires_at < now - KEPT))
    tx.execute(sa.delete(WebGuess).where(WebGuess.at < now - GUESSES_WITHIN))


def network(address: str) -> str:
    """The address, or of an IPv6 address its network; of anything else nothing."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))


def new_token() -> str:
    """A secret of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """The SHA-256 of a token, which is all that the ledger keeps of it."""
    return sha256(token.encode()).hexdigest()


def _person(tx: Session, person_id: int) -> Person:
    return tx.scalars(sa.select(Person).where(Person.id == person_id).options(joinedload(Person.workspace))).one()
