"""Proposals from the pages of the client's people in messages: a notice of its own, and lines of briefs and bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.briefs.views import Line
from handlers.clients import views
from handlers.slack.refs import Ref, ViewName
from store import outbox
from store.clients import proposals
from store.tables import OutboxKind, ProposalState, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Outbox, Person, Proposal

NOTICES = (OutboxKind.PROPOSED,)
HEADING = ":incoming_envelope: *From the client*"
# The view of a message.
SENT = Ref(view=ViewName.MESSAGE)
# Above the promises of the day: a client waits for the answer.
_RANK = -1


def of_notice(tx: Session, row: Outbox, reader: Person) -> Proposal | None:
    """The proposal that the notice tells; None if its reader does not see it."""
    of = row.details["proposal"]
    return proposals.by_ids(tx, reader, [of]).get(of)


def to_send(
    tx: Session, _row: Outbox, person: Person, _day: date, _now: datetime, news: Sequence[Outbox]
) -> list[Line]:  # fmt: skip
    """As handlers.briefs.Source says. An answered proposal is left out."""
    told = {one.details["proposal"]: one.id for one in news}
    found = proposals.by_ids(tx, person, told)
    return [_line(one, (told[one.id],)) for one in found.values() if views.is_told(one)]


def standing(
    tx: Session, row: Outbox, person: Person, _day: date, _now: datetime, news: Sequence[Outbox]
) -> list[Line]:  # fmt: skip
    """As handlers.briefs.Source says."""
    told = {one.details["proposal"]: one.id for one in news}
    shown = [one for one, _ in outbox.contents_of(tx, row, Subject.PROPOSAL)]
    found = proposals.by_ids(tx, person, shown)
    return [_line(found[one], (told[one],) if one in told else ()) for one in shown if one in found]


def _line(one: Proposal, news: tuple[int, ...]) -> Line:
    is_open = one.state == ProposalState.OPEN
    is_settled = not views.is_told(one)
    return Line(
        one, None, HEADING, views.title(one), (_RANK, one.id), lambda _room: views.blocks_of(one, SENT), asks=is_open,
        is_settled=is_settled, news=news,
    )  # fmt: skip
