"""`makegood explain`: the command line's way to what handlers/commitments/why.py says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.commitments.why import explain
from store import commitments, workspaces
from store.errors import BadInputError, NotFoundError
from store.rules.text import ACTION_LIMIT, one_line, quoted
from store.tables import Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.tables import Commitment, Workspace


def about(ledger: Ledger, number: str, now: datetime, *, on: date | None, team_id: str | None) -> Sequence[str]:
    """The lines about commitment `number` ("12" or "#12"). Raises LedgerError, in words, if there is none."""
    digits = number.strip().removeprefix("#")
    if not digits.isdecimal():
        raise BadInputError(f"{quoted(number)} is not the number of a commitment. Write 12, or '#12'.")
    with ledger.read() as tx:
        # An operator at the machine sees everything, and is no person of the workspace.
        operator = Person(id=0, workspace_id=_workspace(tx, team_id).id, is_admin=True)
        commitment = _commitment(tx, operator, int(digits))
        return [
            f"#{commitment.number} {quoted(commitment.action, ACTION_LIMIT)}, due {commitment.due_on}",
            *map(one_line, explain(tx, operator, commitment, now, on=on)),
        ]


def _commitment(tx: Session, operator: Person, number: int) -> Commitment:
    try:
        return commitments.get(tx, operator, number)
    except NotFoundError:
        # Its words are for Slack, where a list of numbers is one command away.
        raise NotFoundError(f"There is no commitment #{number} in this database.") from None


def _workspace(tx: Session, team_id: str | None) -> Workspace:
    found = [one for one in workspaces.every(tx) if team_id in {None, one.team_id}]
    if not found:
        raise NotFoundError(f"There is no workspace {team_id} here." if team_id else "There is no workspace here yet.")
    if len(found) > 1:
        names = ", ".join(f"{one.team_id} ({one_line(one.name)})" for one in found)
        raise BadInputError(f"There are several workspaces: {names}. Say which with --workspace.")
    return found[0]
