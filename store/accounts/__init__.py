"""Accounts: the customers that commitments are made to."""

from __future__ import annotations

from store.accounts.access import check_restrict, check_team, joining, keep_team, refresh, restrict, unrestrict
from store.accounts.changing import TAKEN_BACK, check_change, is_party, may_change
from store.accounts.listing import Listing, Row, Whose, listing
from store.accounts.merging import merge
from store.accounts.proposing import Proposals, meant, propose
from store.accounts.questions import (
    LIVE,
    WITH_PEOPLE,
    archived,
    by_ids,
    get,
    here,
    history_of,
    lead_of,
    matching,
    named,
    names,
    names_in,
    of_channel,
)
from store.accounts.verbs import archive, confirm, create, restore, take_back

__all__ = [
    "LIVE",
    "TAKEN_BACK",
    "WITH_PEOPLE",
    "Listing",
    "Proposals",
    "Row",
    "Whose",
    "archive",
    "archived",
    "by_ids",
    "check_change",
    "check_restrict",
    "check_team",
    "confirm",
    "create",
    "get",
    "here",
    "history_of",
    "is_party",
    "joining",
    "keep_team",
    "lead_of",
    "listing",
    "matching",
    "may_change",
    "meant",
    "merge",
    "named",
    "names",
    "names_in",
    "of_channel",
    "propose",
    "refresh",
    "restore",
    "restrict",
    "take_back",
    "unrestrict",
]
