"""Both sides of an account: what they have delivered to each other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import accounts, commitments, stakeholders
from store.agreements import Agreement
from store.tables import Account, Side, Stakeholder, Way

if TYPE_CHECKING:
    from datetime import date

    from tests.journeys.conftest import BotInWorkspace


def acme(town: BotInWorkspace) -> Account:
    with town.makegood.ledger.read() as tx:
        return tx.scalars(sa.select(Account).where(Account.name == "Acme")).one()


def has_dana(town: BotInWorkspace, boss: str | None = None) -> Stakeholder:
    """Dana of Acme, who perhaps reports to a boss."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        account = tx.scalars(sa.select(Account)).one()
        dana = stakeholders.create(tx, eva, "Dana Reyes", account=account, now=now)
        if boss:
            dana.reports_to_id = stakeholders.create(tx, eva, boss, account=account, now=now).id
        return dana


def has_delivered(town: BotInWorkspace, number: int = 3, side: Side = Side.OURS, **more: Any) -> None:
    """One side has delivered so many promises, all on the day on which they fell due."""
    first = 1 + len(town.ask("U0EVA", everything))
    promises = [("U0EVA", f"{side} {first + place}", "2026-11-20") for place in range(number)]
    earlier = town.box.clock.now() - timedelta(days=20)
    agreed = agreement(town, earlier.date()) if side == Side.THEIRS else None
    town.has_recorded("U0EVA", *promises, account=acme(town), side=side, at=earlier, agreed=agreed, **more)
    with town.makegood.ledger.begin() as tx:
        for place in range(first, first + number):
            at = town.box.clock.now() - timedelta(days=4)
            commitments.finish(tx, town.person(tx, "U0EVA"), place, origin_key=f"done:{place}", now=at)


def everything(tx: Any, _viewer: Any) -> Any:
    return tx.execute(sa.text("SELECT id FROM commitment")).all()


def agreement(town: BotInWorkspace, on: date | None = None) -> Agreement:
    """Olga of Acme agreed in a meeting, by default today."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        account = accounts.named(tx, eva, "Acme")
        return Agreement(
            stakeholders.create(tx, eva, "Olga Berg", account=account, now=now), on or now.date(), Way.MEETING
        )


def agrees(town: BotInWorkspace, number: int) -> None:
    """Olga agrees to that commitment."""
    said, version = agreement(town), town.commitment(number).version
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        commitments.agree(tx, eva, number, said, version=version, origin_key=f"agree:{number}", now=now)
