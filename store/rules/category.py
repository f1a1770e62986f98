"""The category that an account's potential and cost to serve suggest. Pure; a person decides.

Each account is compared with the others of the same currency. The potential of an A or B account is in the upper half.
The cost to serve of an A or C account, as a share of its potential, is in the lower half.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

# Fewer accounts have no halves that say anything.
ENOUGH = 4
# Percent of the potential that a client buys already. Above it there is little to win, and much to keep.
NEARLY_FULL = 90
# By whether the potential is high, and whether the cost to serve is low.
_CATEGORIES = {(True, True): "A", (True, False): "B", (False, True): "C", (False, False): "D"}


@dataclass(frozen=True)
class Worth:
    """A year of an account: its potential and the cost to serve it, in a currency (its code, or None)."""

    potential: Decimal
    cost: Decimal
    currency: str | None = None

    @property
    def share(self) -> Decimal:
        """The cost to serve as a share of the potential."""
        if self.potential:
            return self.cost / self.potential
        return Decimal("Infinity") if self.cost else Decimal(0)


@dataclass(frozen=True)
class Suggestion:
    """The category, and the reasons for it. `among`: the number of accounts that were compared."""

    category: str
    is_high: bool
    is_cheap: bool
    among: int


def suggest(mine: Worth, every: Collection[Worth]) -> Suggestion | None:
    """The category of the account `mine`, which is one of `every`; None if too few have figures in its currency."""
    alike = [one for one in every if one.currency == mine.currency]
    if len(alike) < ENOUGH:
        return None
    is_high = mine.potential > 0 and mine.potential >= median(one.potential for one in alike)
    is_cheap = mine.share <= median(one.share for one in alike)
    return Suggestion(_CATEGORIES[is_high, is_cheap], is_high, is_cheap, len(alike))


def is_nearly_full(penetration: Decimal | int | None) -> bool:
    """Whether the account is one to maintain. `penetration` is in percent; None: unknown."""
    return penetration is not None and penetration > NEARLY_FULL
