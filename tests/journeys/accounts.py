"""Accounts in a journey: create one, open its page and its merge form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from store import accounts, stakeholders
from store.agreements import Agreement
from store.tables import Way

if TYPE_CHECKING:
    from sandbox import Message, View
    from store.tables import Account, Stakeholder
    from tests.journeys.conftest import BotInWorkspace


def account(town: BotInWorkspace, name: str, user: str = "U0EVA", **more: Any) -> Account:
    with town.makegood.ledger.begin() as tx:
        return accounts.create(tx, town.person(tx, user), name, now=town.box.clock.now(), **more)


def person(town: BotInWorkspace, at: Account, name: str) -> Stakeholder:
    """One of the account's people, who is added if they are new."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        return stakeholders.create(tx, eva, name, account=at, now=town.box.clock.now())


def agreement(town: BotInWorkspace, account: Account, name: str = "Dana Reyes", *, how: Way = Way.MEETING) -> Agreement:
    """The agreement of one of the account's people today, who is added if they are new."""
    return Agreement(person(town, account, name), town.box.clock.now().date(), how)


def page(town: BotInWorkspace, user: str, name: str) -> Message:
    """The page of an account, as this person sees it now."""
    shown: Message = town.commit(user, f"account {name}").messages[-1]
    return shown


def shown_again(town: BotInWorkspace, user: str, message: Message) -> Message:
    return next(m for m in town.box.messages("C0ACME", viewer=user) if m.ts == message.ts)


def merged(town: BotInWorkspace, user: str, name: str, into: str) -> View:
    """The merge form of an account, with the other account found."""
    form = town.form(user, page(town, user, name), ids.MERGE_ACCOUNT)
    town.box.suggestions(user, view_id=form.id, action_id=ids.INTO, text=into)
    return form


def id_of(town: BotInWorkspace, name: str) -> str:
    found = town.ask("U0EVA", accounts.named, name)
    assert found is not None
    return str(found.id)
