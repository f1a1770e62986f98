"""The menus of accounts and stakeholders in forms: typing searches, and only a choice creates a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import payloads, refs
from store import accounts, stakeholders
from store.rules.names import fold, look
from store.rules.text import clean, quoted

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from store.tables import Account, Person, Stakeholder

# Slack's limit for the value of an option, in characters.
_OPTION_VALUE = 150
_NEW = re.compile(r"new:(.*)", re.DOTALL)


@dataclass(frozen=True)
class Choice:
    """The value of an option: the id of a row, or the name of a row that is created with the form."""

    id: int = 0
    new_name: str | None = None

    def encode(self) -> str:
        return str(self.id) if self.new_name is None else f"new:{self.new_name}"

    @classmethod
    def decode(cls, value: str) -> Choice:
        """Raises BadInputError for anything that `encode` did not write."""
        found = _NEW.fullmatch(value)
        return cls(new_name=found[1]) if found else cls(refs.count(value))


def options(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  Bolt's ack is a callable
    """The options of the menus of accounts and stakeholders, for the text typed so far."""
    asked = payloads.suggestion(body)
    typed = clean(asked.typed)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        if asked.action_id == ids.ACCOUNT:
            found = [(str(account.id), account.name) for account in accounts.matching(tx, person, typed)]
            proposed = accounts.propose(tx, person, typed) if typed and not found else None
            found += _proposed(proposed)
        else:
            proposed = None
            found = _people_of(tx, person, asked.fields.get(ids.ACCOUNT), typed)
    if typed and not any(fold(name) == fold(typed) for _, name in found):
        alike = next((f", which only looks like {name}" for _, name in found if look(name) == look(typed)), "")
        verb = "Restore" if proposed and proposed.archived else "Create"
        # Cut to Slack's limit. A cut name is still so long that the ledger refuses it.
        found.append((Choice(new_name=typed).encode()[:_OPTION_VALUE], f"{verb} {quoted(typed)}{alike}"))
    ack(options=[b.as_json(b.option(text, value)) for value, text in found])


def options_to_merge(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  as above
    """The options of the menu of accounts into which an account can be merged."""
    asked = payloads.suggestion(body)
    merged = payloads.Context.decode(str((body.get("view") or {}).get("private_metadata") or "")).ref.id
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        found = [one for one in accounts.matching(tx, person, clean(asked.typed)) if one.id != merged]
    ack(options=[b.as_json(b.option(one.name, str(one.id))) for one in found])


def _proposed(proposed: accounts.Proposals | None) -> list[tuple[str, str]]:
    """(value, text) of the accounts that are proposed for an unknown name."""
    if proposed is None:
        return []
    found = {one.account_id: f"{one.account.name} ({one.name} is there)" for one in proposed.people}
    if proposed.alike:
        found[proposed.alike.id] = proposed.alike.name
    return [(str(account_id), text) for account_id, text in found.items()]


def chosen_account(tx: Session, person: Person, value: str | None, *, origin_key: str, now: datetime) -> Account | None:
    """The chosen account of a form, or None. It is created if the person chose *Create*."""
    if not value:
        return None
    choice = Choice.decode(value)
    if choice.new_name is not None:
        return accounts.create(tx, person, choice.new_name, origin_key=origin_key, now=now)
    return accounts.get(tx, person, choice.id, to_use=True)


def chosen_stakeholder(
    tx: Session, person: Person, value: str | None, account: Account | None, now: datetime
) -> Stakeholder | None:
    """The chosen stakeholder of a form, or None. It is created if the person chose *Create*."""
    if not value:
        return None
    choice = Choice.decode(value)
    if choice.new_name is not None:
        return stakeholders.create(tx, person, choice.new_name, account=account, now=now)
    return stakeholders.get(tx, person, choice.id, account=account)


def _people_of(tx: Session, person: Person, account: str | None, typed: str) -> list[tuple[str, str]]:
    choice = Choice.decode(account) if account else None
    if choice is None or choice.new_name is not None:
        return []
    found = stakeholders.of_account(tx, person, accounts.get(tx, person, choice.id), typed=typed)
    return [(str(one.id), f"{one.name}, {one.title}" if one.title else one.name) for one in found]
