"""Links to the pages of the client's people. A link works without a login, for 180 days, until a colleague ends it.

A token has 256 random bits, and only its SHA-256 is stored. Each request reads the row, so a link that was ended or
renewed works on no replica. To look changes nothing but the days on which the page was opened.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store.db import insert_once
from store.errors import BadInputError, GoneError, LedgerError, TooFastError
from store.plan import section
from store.plan.people import SECTION
from store.rules.calendar.brief_times import local_day
from store.tables import Account, ClientLink, ClientOpen, ClientPost, Person, Stakeholder
from store.web_access import UnknownLinkError, hash_of, network, new_token

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

LIVES = timedelta(days=180)
# Forms from one link, and from one network address, within an hour.
MOST_OF_LINK, MOST_OF_ADDRESS, WITHIN = 30, 60, timedelta(hours=1)
# The people around a link.
_WITH_PEOPLE = (
    joinedload(ClientLink.creator).joinedload(Person.workspace),
    joinedload(ClientLink.stakeholder).options(
        joinedload(Stakeholder.owner),
        joinedload(Stakeholder.account).options(joinedload(Account.owner), joinedload(Account.coach)),
    ),
)
# Browsers of one day that are counted.
_MOST_DEVICES = 20


class EndedLinkError(GoneError):
    """The `link` of one of the client's people that does not work any more."""

    def __init__(self, link: ClientLink) -> None:
        super().__init__("This link does not work any more.")
        self.link = link


class WhoError(LedgerError):
    """Several people share the link, and the request does not say which of these it is from."""

    def __init__(self, people: Sequence[Stakeholder]) -> None:
        super().__init__("Choose who you are.")
        self.people = people


@dataclass(frozen=True)
class Opens:
    """The days on which a page was opened, the newest first, each with its browsers, and the browsers of all days."""

    days: Sequence[tuple[date, int]]
    devices: int


# ---- by colleagues -------------------------------------------------------------------------------------


def make(
    tx: Session, viewer: Person, person: Stakeholder, now: datetime, *, also: Sequence[Stakeholder] = ()
) -> str:  # fmt: skip
    """Make a link to the page of this person, which people of the same account may share `also`, and end the earlier
    ones of all of these. Returns its token.

    NotAllowedError, naming who can, if the viewer may not change one of these; GoneError for a person without a page.
    """
    token, readers = new_token(), [person, *(one for one in also if one.id != person.id)]
    for one in readers:
        section.check_change(viewer, SECTION, one.account, now, one)
        if one.account_id != person.account_id:
            raise BadInputError(f"{one.name} belongs to another account.", field="shared_with")
        if not may_have_page(one, local_day(now, viewer.zone)):
            raise GoneError(f"{one.name} has left, or is archived. Nobody is given that page.")
        end_for_all(tx, one, now)
    for one in readers:
        tx.add(
            ClientLink(
                workspace_id=one.workspace_id, stakeholder_id=one.id, creator_id=viewer.id,
                token_hash=hash_of(token), created_at=now, expires_at=now + LIVES,
            )
        )  # fmt: skip
    tx.flush()
    return token


def end(tx: Session, viewer: Person, person: Stakeholder, now: datetime) -> None:
    """End the link to the page of this person. NotAllowedError as `make` raises it."""
    section.check_change(viewer, SECTION, person.account, now, person)
    end_for_all(tx, person, now)


def end_for_all(tx: Session, person: Stakeholder, now: datetime) -> None:
    """End the link of the person, also for those who share it."""
    live = ClientLink.ended_at.is_(None)
    tokens = tx.scalars(sa.select(ClientLink.token_hash).where(ClientLink.stakeholder_id == person.id, live)).all()
    tx.execute(sa.update(ClientLink).where(ClientLink.token_hash.in_(tokens), live).values(ended_at=now))


def shared_links(tx: Session, account: Account, now: datetime) -> list[list[Stakeholder]]:
    """The links that work and that several people of this account share, each as its people by name. The viewer sees
    the account.
    """
    found: defaultdict[str, dict[int, ClientLink]] = defaultdict(dict)
    rows = tx.scalars(
        sa.select(ClientLink)
        .join(Stakeholder, Stakeholder.id == ClientLink.stakeholder_id)
        .where(Stakeholder.account_id == account.id, ClientLink.ended_at.is_(None), ClientLink.expires_at > now)
        .options(*_WITH_PEOPLE)
        .order_by(Stakeholder.name_key, Stakeholder.id)
    )
    for link in rows:
        found[link.token_hash][link.stakeholder_id] = link
    groups = [list(links.values()) for links in found.values()]
    return [
        [one.stakeholder for one in links]
        for links in groups
        if len(links) > 1 and all(_works(one, now) for one in links)
    ]


def beside(shared: Sequence[Sequence[Stakeholder]], people: Collection[Stakeholder]) -> list[Stakeholder]:
    """The others who share a link with one of these people: they lose it when a new one is made for these alone."""
    ids = {one.id for one in people}
    return list({
        one.id: one for group in shared if ids & {each.id for each in group} for one in group if one.id not in ids
    }.values())  # fmt: skip


def of_person(tx: Session, person: Stakeholder, now: datetime) -> ClientLink | None:
    """The link to the page of this person, whom the viewer sees; None if there is none that works."""
    link, _ = with_others(tx, person, now)
    return link


def with_others(tx: Session, person: Stakeholder, now: datetime) -> tuple[ClientLink | None, list[Stakeholder]]:
    """The same with the others who share the link, by name."""
    which = ClientLink.stakeholder_id == person.id, ClientLink.ended_at.is_(None), ClientLink.expires_at > now
    newest = sa.select(ClientLink.token_hash).where(*which).order_by(ClientLink.id.desc()).limit(1)
    rows = tx.scalars(
        sa.select(ClientLink)
        .join(Stakeholder, Stakeholder.id == ClientLink.stakeholder_id)
        .where(ClientLink.token_hash == newest.scalar_subquery())
        .options(*_WITH_PEOPLE)
        .order_by(Stakeholder.name_key, Stakeholder.id, ClientLink.id)
    ).all()
    # One that is shared has ended as soon as one of those people has left.
    if not all(_works(one, now) for one in rows):
        return None, []
    found = {one.stakeholder_id: one for one in rows}
    own = found.pop(person.id, None)
    return own, [one.stakeholder for one in found.values()]


def may_have_page(person: Stakeholder, today: date) -> bool:
    """Whether a page of this person (with their account) works on that day."""
    return person.archived_at is None and not person.has_left(today) and person.account.is_live


def opens_of(tx: Session, link: ClientLink) -> Opens:
    """When the page of a link was opened, and in how many browsers."""
    rows = tx.execute(
        sa.select(ClientOpen.day, sa.func.count(ClientOpen.device))
        .where(ClientOpen.link_id == link.id)
        .group_by(ClientOpen.day)
        .order_by(ClientOpen.day.desc())
    )
    devices = sa.select(sa.func.count(ClientOpen.device.distinct())).where(ClientOpen.link_id == link.id)
    return Opens([(day, count) for day, count in rows], tx.scalar(devices) or 0)


# ---- by the person of theirs ---------------------------------------------------------------------------


def read(
    tx: Session, token: str, now: datetime, who: int = 0, *, ended: bool = False, to_change: bool = False
) -> ClientLink:  # fmt: skip
    """The link of a token with its person, their account and the colleague who made it; with `to_change` locked for
    this transaction, so that the forms of one page come one after the other. `who`: the id of the person, if several
    share it; WhoError if it is none of theirs.

    UnknownLinkError if nobody was given the token; EndedLinkError if the link does not work any more, unless `ended`.
    It works for all of those who share it, or for none.
    """
    query = sa.select(ClientLink).where(ClientLink.token_hash == hash_of(token))
    query = query.options(*_WITH_PEOPLE).order_by(ClientLink.id)
    rows = tx.scalars(query.with_for_update(of=ClientLink) if to_change else query).all()
    if not rows:
        raise UnknownLinkError("This page is not here. Please ask the person who gave you the address.")
    # Rows of two people who were merged since are the same person's.
    people = {one.stakeholder_id: one for one in rows}
    found = people.get(who)
    # Those who are still there: of a link that has ended they may ask for another.
    here = {one: row for one, row in people.items() if may_have_page(row.stakeholder, today_of(row, now))} or people
    if found is None and len(here) == 1:
        (found,) = here.values()
    if not ended and not all(_works(one, now) for one in rows):
        raise EndedLinkError(found or rows[0])
    if found is None:
        raise WhoError([one.stakeholder for one in here.values()])
    return found


def has_ended(tx: Session, link: ClientLink, now: datetime) -> bool:
    """Whether the link that was read works no more, for one of those who share it."""
    shared = sa.select(ClientLink).where(ClientLink.token_hash == link.token_hash).options(*_WITH_PEOPLE)
    return not all(_works(one, now) for one in tx.scalars(shared))


def _works(link: ClientLink, now: datetime) -> bool:
    """Whether the row of a link, with its person and their account, works."""
    is_live = link.ended_at is None and now < link.expires_at
    return is_live and may_have_page(link.stakeholder, today_of(link, now))


def today_of(link: ClientLink, now: datetime) -> date:
    """The local day of the colleague who made the link. The client's own zone is not known."""
    return local_day(now, link.creator.zone)


def note_open(tx: Session, link: ClientLink, device: str, now: datetime) -> None:
    """Count that the page was opened today in the browser of that cookie."""
    day = today_of(link, now)
    of_day = ClientOpen.link_id == link.id, ClientOpen.day == day
    if (tx.scalar(sa.select(sa.func.count()).select_from(ClientOpen).where(*of_day)) or 0) >= _MOST_DEVICES:
        return
    values = {"workspace_id": link.workspace_id, "link_id": link.id, "day": day, "device": hash_of(device)}
    insert_once(tx, ClientOpen, values, keys=("link_id", "day", "device"))


def is_counted(tx: Session, link: ClientLink, device: str, now: datetime) -> bool:
    """Whether `note_open` would add nothing."""
    its = ClientOpen.link_id == link.id, ClientOpen.day == today_of(link, now), ClientOpen.device == hash_of(device)
    return tx.scalar(sa.select(sa.exists().where(*its))) is True


def count_post(tx: Session, link: ClientLink, address: str, now: datetime) -> None:
    """Count a form from a page. TooFastError if the link, or the network address, has sent too many within an hour."""
    address, lately = network(address), ClientPost.at > now - WITHIN
    counted = sa.select(sa.func.count()).select_from(ClientPost)
    of_link = tx.scalar(counted.where(ClientPost.link_id == link.id, lately)) or 0
    of_address = tx.scalar(counted.where(ClientPost.address == address, lately)) or 0
    if of_link >= MOST_OF_LINK or of_address >= MOST_OF_ADDRESS:
        raise TooFastError("That is a lot for one hour. Please go on a little later.")
    tx.add(ClientPost(link_id=link.id, address=address, at=now))
    tx.flush()


def sweep(tx: Session, now: datetime) -> None:
    """Delete what the limits count no more."""
    tx.execute(sa.delete(ClientPost).where(ClientPost.at <= now - WITHIN))
