"""The view of the Home tab that a person has chosen: its tab, what it shows, and the page that stands open on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from handlers.slack.refs import NOWHERE, Ref, count, outdated
from store.commitments import HomeView, Part
from store.tables import Side

# Parts of an encoded look behind its tab.
_PARTS = 5


class Tab(StrEnum):
    """The tabs below the first lines of the Home tab."""

    MINE, WAITING, ACCOUNTS = "mine", "waiting", "accounts"


@dataclass(frozen=True)
class Look:
    """The view of the Home tab that a person has chosen, as the `extra` of a reference. `since`: when they opened the
    tab, in seconds of the epoch; 0: unknown. `inside`: the page that stands open on the tab of the accounts.
    """

    tab: Tab = Tab.MINE
    by_account: bool = False
    account_id: int | None = None
    side: Side | None = None
    since: int = 0
    inside: Ref = NOWHERE

    def encode(self) -> str:
        grouping = "account" if self.by_account else ""
        page = f".{self.inside.encode()}" if self.inside != NOWHERE else ""
        return f"{self.tab}.{grouping}.{self.account_id or ''}.{self.side or ''}.{self.since}{page}"

    @classmethod
    def decode(cls, extra: str) -> Look:
        """The look from its text; the usual one from no text. BadInputError if `encode` did not write it."""
        if not extra:
            return cls()
        tab, *parts = extra.split(".", _PARTS)
        if len(parts) not in {_PARTS - 1, _PARTS}:
            raise outdated()
        grouping, account, side, since, *inside = parts
        try:
            return cls(
                Tab(tab), grouping == "account", count(account) if account else None, Side(side) if side else None,
                count(since), Ref.decode(inside[0]) if inside else NOWHERE,
            )  # fmt: skip
        except ValueError:
            raise outdated() from None

    @property
    def wanted(self) -> HomeView:
        part = Part.WAITING if self.tab == Tab.WAITING else Part.MINE
        return HomeView(part, self.by_account, self.account_id, self.side)

    def opened_at(self) -> datetime:
        return datetime.fromtimestamp(self.since, UTC)
