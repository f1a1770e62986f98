"""One of the client's people agrees to a commitment: a colleague records it, or they say so on their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import agreements, history
from store.commitments.changing import changed_meanwhile, lock_for_change, save_change
from store.commitments.questions import get
from store.errors import NotFoundError
from store.history import set_fields
from store.rules import transitions
from store.rules.calendar.brief_times import local_day
from store.tables import ReviewItem, Verb, Way

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.agreements import Agreement
    from store.tables import Commitment, Person, Stakeholder


def agree(
    tx: Session, viewer: Person, number: int, agreement: Agreement, *, version: int, origin_key: str, now: datetime
) -> Commitment:  # fmt: skip
    """Record that one of theirs has agreed to its wording and date, as they were in the `version` that the viewer saw.

    BadInputError at agreed_by or agreed_on.
    """
    commitment = lock_for_change(tx, viewer, number, Verb.AGREE, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    return _save(tx, viewer, commitment, agreement, None, origin_key, now)


def agree_on_page(
    tx: Session, client: Stakeholder, viewer: Person, number: int, *, version: int, origin_key: str, now: datetime
) -> Commitment:  # fmt: skip
    """The client's person agrees on their page, to the wording and date of the `version` that it showed them. `viewer`:
    the colleague who gave them the page, with whose eyes the commitment is found.

    It is theirs to say, so the viewer needs no right to change it. NotFoundError if the client does not see it: it is
    internal, or another account's. ChangedMeanwhileError if it has ended, or changed since.
    """
    commitment = get(tx, viewer, number, to_change=True)
    if commitment.internal or commitment.account_id != client.account_id:
        raise NotFoundError(f"There is no commitment #{number} here.")
    if history.is_repeat(tx, viewer, commitment, origin_key):
        return commitment
    if transitions.after(Verb.AGREE, commitment.state) is None or commitment.version != version:
        raise changed_meanwhile(tx, viewer, commitment)
    today = local_day(now, viewer.zone)
    agreement = agreements.Agreement(client, today, Way.PAGE)
    return _save(tx, viewer, commitment, agreement, client.id, origin_key, now)


def agreed_in(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The agreement among these columns of a new commitment, as the changes of its entry."""
    return {name: [None, history.plain(columns[name])] for name in agreements.COLUMNS if columns[name] is not None}


def _save(
    tx: Session, viewer: Person, commitment: Commitment, agreement: Agreement, client_id: int | None,
    origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    agreements.check(agreement, commitment.account_id, local_day(now, viewer.zone))
    changes = set_fields(commitment, agreements.columns(agreement))
    if not changes:
        return commitment
    before, changes = commitment.version, agreements.stated(agreement, changes)
    commitment = save_change(tx, viewer, commitment, Verb.AGREE, changes, now, origin_key, client_id=client_id)
    # The verdict of a review stands: it was about the same words and the same date.
    of_it = ReviewItem.commitment_id == commitment.id, ReviewItem.commitment_version == before
    tx.execute(
        sa.update(ReviewItem)
        .where(*of_it)
        .values(commitment_version=commitment.version)
        .execution_options(synchronize_session="fetch")
    )
    return commitment
