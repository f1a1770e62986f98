"""The basis of an account's plan: its lines on the account's page and in its history, and its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.plan import values
from handlers.plan.values import money
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, quotation, short_date, shortened
from store.accounts import may_change
from store.plan.basis import BASIS, FIELDS, KINDS
from store.plan.values import Kind
from store.rules.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.rules.category import Suggestion
    from store.tables import Account, Person

# The option of a menu that chooses none of the others: nobody can empty a menu on a phone.
NONE = "none"
_KINDS = ((NONE, "Not said"), *KINDS)
_IS_A = {kind: words.lower() for kind, words in KINDS}
# At most so many people are on a plan team, and so many of them and of the account's parts are named on its page.
_MOST, _NAMED = 50, 10
# Characters of a text on the page, and in a line of the history.
_TEXT, _IN_HISTORY = 300, 60


@dataclass(frozen=True)
class Basis:
    """The account with its sponsor and team; the account that it is a part of, and its own parts, as its viewer sees
    them.
    """

    account: Account
    parent: Account | None
    parts: Sequence[Account]
    # The category that is suggested, if it is another one.
    suggestion: Suggestion | None = None


def lines(basis: Basis) -> str:
    """The basis as far as it is filled in, in a few lines of markup; empty if nothing is."""
    account = basis.account
    place = [f"Part of *{escape(basis.parent.name)}*"] if basis.parent else []
    place += [_IS_A[account.kind]] if account.kind else []
    place += [f"its parts: {_some(one.name for one in basis.parts)}"] if basis.parts else []
    worth = [f"Potential: {money(account.potential, account.currency)} a year"] if account.potential is not None else []
    worth += (
        [f"Cost to serve: {money(account.cost_to_serve, account.currency)}"]
        if account.cost_to_serve is not None
        else []
    )
    worth += [f"100 % means {escape(account.full_means)}"] if account.full_means else []
    people = [f"Sponsor: {escape(account.sponsor.name)}"] if account.sponsor else []
    people += [f"Plan team: {_some(one.person.name for one in account.members)}"] if account.members else []
    found = [_joined(place), _joined(worth), _plan(account), _joined(people)]
    found += [f"CRM: {escape(account.crm)}"] if account.crm else []
    texts = (
        ("Their strategy", account.strategy),
        ("Their target markets", account.target_markets),
        ("Note", account.note),
    )
    for label, text in texts:
        found += [f"{label}:\n{quotation(shortened(text, _TEXT))}"] if text else []
    return "\n".join(filter(None, found))


def _joined(parts: Sequence[str]) -> str:
    said = " · ".join(parts)
    return said[:1].upper() + said[1:]


def _plan(account: Account) -> str:
    start, end = account.period_start, account.period_end
    parts = [f"from {short_date(start)}"] if start else []
    parts += [f"until {short_date(end)}"] if end else []
    period = [f"Plan {' '.join(parts)}"] if parts else []
    target = [f"Sales target: {money(account.target, account.currency)}"] if account.target is not None else []
    return _joined([*period, *target])


def _some(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return escape(", ".join(known[:_NAMED])) + more


def changed(field: str, change: Sequence[Any], names: Mapping[str, Mapping[int, str]], currency: str | None) -> str:
    """A change of the basis in its history, as plain text: “potential from nothing to 1,500,000 EUR”."""
    declared = next(each for each in FIELDS if each.column == field)
    known = {
        (kind, id_): name
        for kind, group in ((Kind.PERSON, "people"), (Kind.ACCOUNT, "accounts"))
        for id_, name in names[group].items()
    }
    before, after = (
        quoted(each, _IN_HISTORY) if isinstance(each, str) and declared.kind in {Kind.LINE, Kind.TEXT, Kind.UNIT}
        else values.plain(declared, each, known, currency)
        for each in change
    )  # fmt: skip
    return f"changed {declared.label[0].lower()}{declared.label[1:]} from {before} to {after}"


def suggested(basis: Basis, viewer: Person) -> list[Block]:
    """The sentence about the category that potential and cost to serve suggest, with the button that chooses it."""
    found = basis.suggestion
    if found is None:
        return []
    potential, cost = "high" if found.is_high else "low", "low" if found.is_cheap else "high"
    words = (
        f"Among {found.among:,} accounts its potential is {potential}, and its cost to serve {cost} for that:"
        f" this suggests category *{found.category}*."
    )
    value = Ref(view=ViewName.ACCOUNT_PAGE, extra=found.category).to(basis.account, basis.account.id).encode()
    button = b.button(f"Make it {found.category}", ids.MAKE_CATEGORY, value)
    return [b.section(words, accessory=button if may_change(viewer, basis.account) else None)]


def form(basis: Basis, context: Context) -> b.Json:
    """The form of the basis. It leaves out the account above if the viewer does not see that one."""
    account = basis.account
    special: dict[str, Element] = {
        ids.PARENT: f.external(
            ids.PARENT, "Nothing, or type a name", (str(basis.parent.id), basis.parent.name) if basis.parent else None
        ),
        ids.KIND: f.menu(ids.KIND, _KINDS, account.kind or NONE),
        ids.TEAM: f.persons(ids.TEAM, [one.person.slack_id for one in account.members], most=_MOST),
    }
    hidden = {ids.PARENT} if account.parent_id is not None and basis.parent is None else set()
    amounts = f" Amounts are in {account.currency}." if account.currency else ""
    fields: list[Block] = [
        b.section(f"*{escape(account.name)}*\nEverything here can stay empty.{amounts}"),
        *(
            f.field(each.label, special.get(each.name) or values.element(each, account), each.name, hint=each.hint,
                    optional=True)
            for each in BASIS
            if each.name not in hidden
        ),
    ]  # fmt: skip
    return b.modal(
        "Edit the plan's basis", fields, callback_id=ids.FORM_BASIS, metadata=context.encode(), submit="Save"
    )
