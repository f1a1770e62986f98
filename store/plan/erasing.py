"""Erasing a person of the client: their name, what was said of them, and their page leave the ledger for good.

The row stays, as “a former member”: who agreed to what, and when, is still true. It cannot be restored. Free text of
other rows, such as the action of a commitment, is not searched for the name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import history, outbox, people
from store.clients import links
from store.errors import NotAllowedError
from store.plan import section
from store.plan.people import SECTION, request_updates
from store.rules.calendar.brief_times import local_day
from store.scope import seen_by
from store.tables import (
    FORMER,
    REDACTED,
    ClientLink,
    ClientOpen,
    ClientPost,
    Expectation,
    Letter,
    Minutes,
    Proposal,
    ProposalState,
    Review,
    Sharing,
    Stakeholder,
    erased_key,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

_PERSONAL = (
    "title", "unit", "organisation", "language", "roles", "influence", "support", "reports_to_id", "interval_number",
    "interval_unit", "next_meeting_on", "link", "been", "hope", "note", "owner_id",
)  # fmt: skip
# Of what an entry says has changed, the fields that tell of the person. The database lets these go.
_TEXTS = frozenset({
    "name", "title", "unit", "organisation", "language", "roles", "influence", "support", "link", "been", "hope",
    "note", "answer",
})  # fmt: skip

# In the content of minutes: colleagues.
_OURS = frozenset({"ours", "owner", "by"})


def erase(
    tx: Session, viewer: Person, row_id: int, *, version: int, origin_key: str, now: datetime
) -> Stakeholder:  # fmt: skip
    """Erase the person, with the rows that were merged into theirs. Only admins may. Every message that shows one of
    their commitments is due for an update, however old it is.
    """
    row = section.get(tx, viewer, SECTION, row_id, to_change=True)
    if history.is_repeat(tx, viewer, row, origin_key):
        return row
    if not people.acts_as_admin(viewer, now):
        raise NotAllowedError("Only an admin of this workspace can erase a person. You can ask one.")
    if row.version != version:
        raise section.changed_meanwhile(tx, viewer, SECTION, row)
    merged = tx.scalars(
        sa.select(Stakeholder).where(seen_by(Stakeholder, viewer), Stakeholder.merged_into_id == row.id)
    )
    rows = [row, *merged]
    names = {name for one in rows for name in _names_of(tx, viewer, one)}
    for one in rows:
        history.take_words(tx, viewer, one, _TEXTS, now=now, origin_key=origin_key)
        today = local_day(now, viewer.zone)
        left = one.left_on if one.left_on is not None and one.left_on <= today else today
        values = dict.fromkeys(_PERSONAL) | {"name": FORMER, "left_on": left, "archive_reason": "Was erased."}
        for column, value in values.items():
            setattr(one, column, value)
        # A name is unique in its account, and this one is of several people; no name is folded to capital letters. The
        # gesture that wrote a person may name them.
        one.name_key, one.origin_key = f"ERASED {one.id}", erased_key(one.id)
        one.archived_at = one.archived_at or now
        one.version += 1
    tx.flush()
    _erase_beside(tx, viewer, row, names, origin_key, now)
    tx.flush()
    outbox.request_updates_for(tx, row, (), now, however_old=True)
    return section.get(tx, viewer, SECTION, row_id, to_change=True)


def _names_of(tx: Session, viewer: Person, row: Stakeholder) -> set[str]:
    """The names that the person has now, and had before."""
    before = [name for entry in history.entries(tx, viewer, row) for name in entry.changes.get("name", ())]
    return {row.name, *(name for name in before if name)}


def _erase_beside(
    tx: Session, viewer: Person, row: Stakeholder, names: Collection[str], origin_key: str, now: datetime
) -> None:  # fmt: skip
    """Take the name and the words of the person out of their page, letters, expectations and minutes."""
    _end_page(tx, row, now)
    for proposal in tx.scalars(sa.select(Proposal).where(Proposal.stakeholder_id == row.id)):
        history.take_words(tx, viewer, proposal, _TEXTS, now=now, origin_key=origin_key)
        proposal.text = REDACTED if proposal.text is not None else None
        proposal.answer = REDACTED if proposal.answer is not None else None
        if proposal.state == ProposalState.OPEN:
            proposal.state, proposal.answer = ProposalState.ANSWERED, REDACTED
            proposal.answered_at, proposal.answerer_id = now, viewer.id
        proposal.version += 1
        outbox.request_updates_for(tx, proposal, (), now, however_old=True)
    for expectation in tx.scalars(sa.select(Expectation).where(Expectation.stakeholder_id == row.id)):
        history.take_words(tx, viewer, expectation, _TEXTS, now=now, origin_key=origin_key)
        expectation.name, expectation.note, expectation.sharing = REDACTED, None, Sharing.INTERNAL
        expectation.version += 1
    tx.flush()
    for letter in tx.scalars(sa.select(Letter).where(Letter.stakeholder_id == row.id)):
        letter.subject = letter.body = REDACTED
    of_account = sa.select(Review.id).where(Review.account_id == row.account_id)
    for minutes in tx.scalars(sa.select(Minutes).where(Minutes.review_id.in_(of_account))):
        minutes.content = _without(minutes.content, names)
    request_updates(tx, row, now, however_old=True)


def _end_page(tx: Session, row: Stakeholder, now: datetime) -> None:
    """Delete the links of the person, with the visits; a link that others share ends for them."""
    links.end_for_all(tx, row, now)
    own = sa.select(ClientLink.id).where(ClientLink.stakeholder_id == row.id)
    for table in (ClientOpen, ClientPost):
        tx.execute(sa.delete(table).where(table.link_id.in_(own)).execution_options(synchronize_session="fetch"))
    tx.execute(sa.delete(ClientLink).where(ClientLink.stakeholder_id == row.id))


def _without(content: Any, names: Collection[str]) -> Any:  # noqa: ANN401  JSON
    """The content of minutes without these names of a person. A colleague of ours may have the same name."""
    if isinstance(content, dict):
        return {key: value if key in _OURS else _without(value, names) for key, value in content.items()}
    if isinstance(content, list):
        return [_without(value, names) for value in content]
    return FORMER if content in names else content
