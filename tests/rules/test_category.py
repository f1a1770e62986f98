"""The category that potential and cost to serve suggest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from store.rules.category import Worth, is_nearly_full, suggest


def worth(potential: int, cost: int, currency: str | None = "EUR") -> Worth:
    return Worth(Decimal(potential), Decimal(cost), currency)


# One of each category: large and small, cheap and dear to serve.
FOUR = [worth(1000, 10), worth(900, 300), worth(100, 1), worth(80, 40)]


@pytest.mark.parametrize(
    ("mine", "every", "category"),
    [
        *zip(FOUR, [FOUR] * 4, "ABCD", strict=True),
        # The middle belongs to the upper half of the potential, and to the lower half of the cost.
        *((worth(500, 50), [worth(500, 50)] * 4, one) for one in "A"),
        (worth(500, 50), [*FOUR, worth(500, 50)], "A"),
        # Nothing to win is never high; what costs nothing is cheap.
        (worth(0, 0), [worth(0, 0)] * 4, "C"),
        (worth(0, 5), [*FOUR, worth(0, 5)], "D"),
        (worth(100, 0), [worth(1000, 10), worth(900, 300), worth(100, 0), worth(80, 40)], "C"),
        # Fewer than four have no halves, and dollars are no euros.
        (FOUR[0], FOUR[:3], None),
        (worth(1000, 10, "USD"), [*FOUR, worth(1000, 10, "USD")], None),
        (worth(1000, 10, None), [worth(1000, 10, None), *FOUR], None),
        (FOUR[0], [*FOUR, *(worth(10**6, 1, "JPY") for _ in range(9))], "A"),
    ],
)
def test_potential_and_cost_suggest_a_category(mine: Worth, every: list[Worth], category: str | None) -> None:
    """High and low are the halves of the accounts with the same currency."""
    found = suggest(mine, every)
    assert (found.category if found else None) == category
    if found:
        assert found.among == len([one for one in every if one.currency == mine.currency])


@pytest.mark.parametrize(
    ("penetration", "full"), [(None, False), (0, False), (90, False), (Decimal("90.1"), True), (100, True), (130, True)]
)
def test_an_account_that_is_nearly_full(penetration: Decimal | None, full: bool) -> None:
    """Above ninety percent an account is one to maintain."""
    assert is_nearly_full(penetration) is full
