"""Both sides of an account, read from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.energy import views
from handlers.slack.refs import count
from store import accounts, commitments, reviews, stakeholders

if TYPE_CHECKING:
    from datetime import datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.slack.refs import Ref
    from store.tables import Account, Person


def read(tx: Session, viewer: Person, account: Account, now: datetime) -> views.Shown:
    """Both sides of the account."""
    energy = commitments.energy_of(tx, viewer, account, now)
    scores = reviews.self_checks(tx, viewer, account)
    return views.Shown(account, energy, scores, stakeholders.names(tx, energy.people))


def page_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The view of the account `ref.extra`."""
    account = accounts.get(tx, viewer, count(ref.extra))
    return views.page(read(tx, viewer, account, now), start=ref.start)
