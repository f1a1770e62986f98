"""Accounts in a journey: create one, open its page and its merge form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from store import accounts

if TYPE_CHECKING:
    from sandbox import Message, View
    from store.tables import Account
    from tests.journeys.conftest import BotInWorkspace


def account(town: BotInWorkspace, name: str, user: str = "U0EVA", **more: Any) -> Account:
    with town.makegood.ledger.begin() as tx:
        return accounts.create(tx, town.person(tx, user), name, now=town.box.clock.now(), **more)


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
