"""Accounts and their people as the forms offer them: found by typing, created only when chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids, payloads, refs
from handlers.people import viewer
from handlers.routes import Routes
from handlers.views import blocks as b
from handlers.views.forms import NEW
from store import accounts, stakeholders
from store.rules.names import fold, look
from store.rules.text import clean, quoted

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from store.tables import Account, Person, Stakeholder

Options = list[dict[str, Any]]

# So many characters Slack takes as the value of an option.
_OPTION_VALUE = 150


def options(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  Bolt's ack is a callable
    """The options of the account and client's-person menus for what was typed so far."""
    asked = payloads.suggestion(body)
    typed = clean(asked.typed)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        if asked.action_id == ids.ACCOUNT:
            found = [(str(account.id), account.name) for account in accounts.matching(tx, person, typed)]
        else:
            found = _people_of(tx, person, asked.fields.get(ids.ACCOUNT), typed)
    if typed and not any(fold(name) == fold(typed) for _, name in found):
        alike = next((f", which only looks like {name}" for _, name in found if look(name) == look(typed)), "")
        # Cut for Slack, and long enough for the ledger to refuse a name that is too long.
        found.append(((NEW + typed)[:_OPTION_VALUE], f"Create {quoted(typed)}{alike}"))
    ack(options=[b.as_json(b.option(text, value)) for value, text in found])


def chosen_account(tx: Session, person: Person, value: str | None, now: datetime) -> Account | None:
    """The account that a form names, created if it was chosen as new."""
    if not value:
        return None
    if value.startswith(NEW):
        return accounts.create(tx, person, value.removeprefix(NEW), now=now)
    return accounts.get(tx, person, refs.count(value))


def chosen_stakeholder(
    tx: Session, person: Person, value: str | None, account: Account | None, now: datetime
) -> Stakeholder | None:
    """The client's person that a form names, created if they were chosen as new."""
    if not value:
        return None
    if value.startswith(NEW):
        return stakeholders.create(tx, person, value.removeprefix(NEW), account=account, now=now)
    return stakeholders.get(tx, person, refs.count(value), account=account)


def _people_of(tx: Session, person: Person, account: str | None, typed: str) -> list[tuple[str, str]]:
    if not account or account.startswith(NEW):
        return []
    found = stakeholders.of_account(tx, person, accounts.get(tx, person, refs.count(account)), typed=typed)
    return [(str(one.id), f"{one.name}, {one.title}" if one.title else one.name) for one in found]


ROUTES = Routes(menus={ids.ACCOUNT: options, ids.STAKEHOLDER: options})
