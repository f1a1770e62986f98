"""The menus of accounts and stakeholders in forms: typing searches, and only a choice creates a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from handlers import ids
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import payloads, refs
from handlers.slack.calls import failure_of, in_log
from store import accounts, stakeholders, type_ahead
from store.rules.names import fold, fold_person, look
from store.rules.text import clean, quoted

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import OpenForm
    from store.tables import Account, Person, Stakeholder

log = structlog.get_logger(__name__)

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
        if asked.action_id in {ids.ACCOUNT, ids.ROW_ACCOUNT}:
            found = _accounts(tx, person, typed)
        else:
            found = _people(tx, person, asked.context.account, typed)
    ack(options=[b.as_json(b.option(text, value)) for value, text in found])


def chosen(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  as above
    """A choice in the form of a commitment: the account narrows its people, and a person brings their account."""
    form = payloads.open_form(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        values = _following(tx, person, form)
    filled_in = values.get(ids.ACCOUNT)
    known = replace(form.context, account=filled_in[0] if filled_in else form.fields.get(ids.ACCOUNT))
    if values or known != form.context:
        view = payloads.refilled(form, values, known)
        slack = context["slack"]
        # With the hash: a view that has changed since is left as it is.
        failure = failure_of(lambda: slack.views_update(view_id=form.view["id"], hash=form.view.get("hash"), view=view))
        if failure is not None:
            log.warning("view_not_redrawn", **in_log(failure))
    ack()


def _following(tx: Session, person: Person, form: OpenForm) -> dict[str, tuple[str, str] | None]:
    """The menus that change with the choice, and their new (value, text).

    A row of the plan belongs to one account: another account empties that menu.
    """
    account, value = form.fields.get(ids.ACCOUNT), form.fields.get(ids.STAKEHOLDER)
    choice = Choice.decode(value) if value else Choice()
    stakeholder = stakeholders.find(tx, person, choice.id) if choice.id else None
    theirs = str(stakeholder.account_id) if stakeholder else account
    if form.field == ids.ACCOUNT and choice.new_name is None and (stakeholder is None or theirs != account):
        # Also an empty menu is asked for its people anew.
        emptied = {} if account == form.context.account else {ids.SERVES: None}
        return {ids.STAKEHOLDER: None, **emptied}
    if form.field == ids.STAKEHOLDER and stakeholder and theirs != account:
        return {ids.ACCOUNT: (str(stakeholder.account_id), stakeholder.account.name), ids.SERVES: None}
    return {}


def options_beside(ack: Any, body: dict[str, Any], context: BoltContext) -> None:  # noqa: ANN401  as above
    """The options of the menus of other accounts: to merge the account of the form into, or to make it a part of."""
    asked = payloads.suggestion(body)
    own = asked.context.ref.id
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        found = [one for one in accounts.matching(tx, person, clean(asked.typed)) if one.id != own]
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
    tx: Session, person: Person, value: str | None, account: Account | None, now: datetime, *,
    field: str = ids.STAKEHOLDER,
) -> Stakeholder | None:  # fmt: skip
    """The chosen stakeholder of a form, or None. It is created if the person chose *Create*."""
    if not value:
        return None
    choice = Choice.decode(value)
    if choice.new_name is not None:
        return stakeholders.create(tx, person, choice.new_name, account=account, now=now, field=field)
    return stakeholders.get(tx, person, choice.id, account=account, field=field)


def chosen_options(tx: Session, person: Person, *values: str | None) -> list[tuple[str, str] | None]:
    """(value, text) of the chosen account, and of the stakeholder of it, to show them again in another form."""
    choices = [Choice.decode(value) if value else None for value in values]
    account = accounts.get(tx, person, choices[0].id) if choices[0] and choices[0].id else None
    found: list[tuple[str, str] | None] = []
    for value, choice in zip(values, choices, strict=True):
        if not value or choice is None:
            found.append(None)
        elif choice.new_name is not None:
            found.append((value, f"Create {quoted(choice.new_name)}"))
        elif account and not found:
            found.append((value, account.name))
        else:
            found.append((value, stakeholders.get(tx, person, choice.id, account=account).name))
    return found


def _accounts(tx: Session, person: Person, typed: str) -> list[tuple[str, str]]:
    """(value, text) of the accounts that the typed text may mean, and of the one that it would create."""
    found = [(str(one.id), one.name) for one in accounts.matching(tx, person, typed, limit=type_ahead.MOST - 1)]
    proposed = accounts.propose(tx, person, typed) if typed and not found else None
    found += _proposed(proposed)
    if not typed or any(fold(name) == fold(typed) for _, name in found):
        return found
    alike = next((f", which only looks like {name}" for _, name in found if look(name) == look(typed)), "")
    return [*found, _new(typed, "Restore" if proposed and proposed.archived else "Create", alike)]


def _people(tx: Session, person: Person, account: str | None, typed: str) -> list[tuple[str, str]]:
    """The same for the client's people: of the chosen account, or of all, each with their account."""
    choice = Choice.decode(account) if account else Choice()
    if choice.new_name is not None:
        return [_new(typed, "Create")] if typed else []
    return people_of(tx, person, accounts.get(tx, person, choice.id) if choice.id else None, typed)


def people_of(tx: Session, person: Person, account: Account | None, typed: str) -> list[tuple[str, str]]:
    """(value, text) of the people of the account, or of all, whom the typed text may mean, and of the new one.

    Where no name has the typed words, the account's similar names stand before the new one.
    """
    found = stakeholders.matching(tx, person, typed, account=account, limit=type_ahead.MOST - 1)
    if not found and account:
        found = stakeholders.alike(tx, person, account, typed)
    shown = [(str(one.id), _described(one, with_account=account is None)) for one in found]
    if not typed or any(_name_words(one.name) == _name_words(typed) for one in found):
        return shown
    return [*shown, _new(typed, "Create")]


def _name_words(name: str) -> list[str]:
    return sorted(fold_person(name).split())


def _described(one: Stakeholder, *, with_account: bool) -> str:
    """“Priya Nair, CFO · Globex”."""
    titled = f"{one.name}, {one.title}" if one.title else one.name
    return f"{titled} · {one.account.name}" if with_account else titled


def _new(typed: str, verb: str, more: str = "") -> tuple[str, str]:
    # Cut to Slack's limit. A cut name is still so long that the ledger refuses it.
    return Choice(new_name=typed).encode()[:_OPTION_VALUE], f"{verb} {quoted(typed)}{more}"
