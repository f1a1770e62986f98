"""Agreements: one of the client's people agrees to a commitment or an expectation. Until then it is a wish.

A change of its wording or date, and the leaving of the person who agreed, take it back: it is to be agreed again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from store.errors import BadInputError
from store.tables import Commitment, Side, Way

if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from store.tables import Expectation, Stakeholder

WAYS = ((Way.MEETING, "In a meeting"), (Way.CALL, "In a call"), (Way.LETTER, "By letter"), (Way.PAGE, "On their page"))
# The columns of an agreement.
COLUMNS = ("agreed_on", "agreed_by_id", "agreed_how", "agreed_until")


class Standing(StrEnum):
    """How a commitment or an expectation stands with the client."""

    WISH, AGREED, AGAIN = "wish", "agreed", "again"


class Ends(Protocol):
    """A row with the two days on which an agreement ends."""

    @property
    def agreed_until(self) -> date | None: ...

    @property
    def left_on(self) -> date | None: ...


class Agreement(NamedTuple):
    """One of theirs agreed, on that local day of the colleague who says so, and how."""

    by: Stakeholder
    on: date
    how: Way


def agreed_by(row: Commitment | Expectation) -> Stakeholder | None:
    """The person of theirs who agreed, also before it changed; None for a wish."""
    return None if row.agreed_on is None else row.agreed_by or row.stakeholder


def agreed_with(commitment: Commitment, today: date) -> Stakeholder | None:
    """The person of theirs who probably agrees: the one who did, or else the one whom the commitment names; None if
    there is none, or they have left.
    """
    those = (commitment.agreed_by, commitment.stakeholder)
    return next((one for one in those if one is not None and not one.has_left(today)), None)


def standing(row: Commitment | Expectation, today: date) -> Standing:
    """How it stands on that day. A commitment of ours without an agreement is a wish here too; see `mark`."""
    who = agreed_by(row)
    if who is None:
        return Standing.WISH
    return Standing.AGREED if stands_on(today, row.agreed_until, who.left_on) else Standing.AGAIN


def stands_on(day: date, *ends: date | None) -> bool:
    """Whether an agreement stands on that day. `ends`: the day of a change of its row, and the day on which the person
    who agreed left.
    """
    return all(end is None or day < end for end in ends)


def stood(row: Ends, due_on: date, ended_on: date | None) -> bool:
    """Whether the agreement of a row stood until its commitment ended or fell due. One to which they agreed no longer
    was broken by nobody.
    """
    return stands_on(min(due_on, ended_on or due_on), row.agreed_until, row.left_on)


def mark(commitment: Commitment, today: date) -> Standing | None:
    """How the commitment stands with the client; None for one of ours that nobody agreed to: it is simply ours."""
    now = standing(commitment, today)
    return None if now == Standing.WISH and commitment.side == Side.OURS else now


def is_wish(commitment: Commitment) -> bool:
    """Whether it is theirs, and nobody of theirs has ever agreed to it."""
    return commitment.side == Side.THEIRS and commitment.agreed_on is None


def columns(agreement: Agreement | None) -> dict[str, Any]:
    """The columns of a row with this agreement; None: a wish."""
    if agreement is None:
        return dict.fromkeys(COLUMNS)
    return {
        "agreed_on": agreement.on, "agreed_by_id": agreement.by.id, "agreed_how": agreement.how, "agreed_until": None,
    }  # fmt: skip


def check(
    agreement: Agreement | None, account_id: int | None, today: date, *, field: str = "agreed_by"
) -> None:  # fmt: skip
    """BadInputError at `field` or `agreed_on` if that person cannot agree for the account, or not on that day."""
    if agreement is None:
        return
    if account_id is None:
        raise BadInputError("Choose the account first: its people are those who agree.", field="account")
    if agreement.by.account_id != account_id:
        raise BadInputError(f"{agreement.by.name} belongs to another account.", field=field)
    if agreement.by.has_left(agreement.on):
        raise BadInputError(f"{agreement.by.name} has left. Choose who agreed in their place.", field=field)
    if agreement.on > today:
        raise BadInputError("That day has not come yet. Until then it is a wish.", field="agreed_on")


def stated(agreement: Agreement | None, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes of an entry by which one of theirs agrees: they say who and how, also where that stays the same."""
    if agreement is None:
        return changes
    who = {"agreed_by_id": agreement.by.id, "agreed_how": agreement.how.value}
    return {name: [value, value] for name, value in who.items()} | changes


def again(row: Commitment | Expectation, today: date) -> dict[str, Any]:
    """The columns of a row whose wording or date has changed today. A wish stays one."""
    return {} if row.agreed_on is None or row.agreed_until is not None else {"agreed_until": today}
