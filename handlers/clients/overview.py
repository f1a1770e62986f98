"""“Page for Dana”: the page of one of the client's people as the colleagues see it who give it to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.clients import views
from handlers.slack.refs import Ref, ViewName, count
from store.clients import links, proposals
from store.errors import BadInputError
from store.plan import section
from store.plan.people import SECTION
from store.tables import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Person, Stakeholder


def ref_to(person: Stakeholder) -> Ref:
    """The reference to the view of the page of this person."""
    return Ref(Subject.STAKEHOLDER, person.id, person.version, ViewName.CLIENT, extra=str(person.id))


def page_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The view of `ref`, whose `extra` is the person's id."""
    return drawn(tx, viewer, section.get(tx, viewer, SECTION, count(ref.extra)), now)


def drawn(
    tx: Session, viewer: Person, person: Stakeholder, now: datetime, *, address: str = "",
    lost: Sequence[Stakeholder] = (),
) -> list[Block]:  # fmt: skip
    """The same for this person. `address` and `lost`: of a link that was made right now, and the others whose link
    ended by that. NotAllowedError, naming who can, for a viewer who may not change them; BadInputError where the server
    has no web address.
    """
    section.check_change(viewer, SECTION, person.account, now, person)
    if viewer.workspace.public_url is None:
        raise BadInputError(views.NO_ADDRESS)
    link, sharing = links.with_others(tx, person, now)
    opens = links.opens_of(tx, link) if link is not None else None
    waiting = proposals.waiting_of(tx, viewer, person)
    return views.page(person, link, opens, waiting, viewer, address=address, sharing=sharing, lost=lost)
