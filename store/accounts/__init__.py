"""Accounts: the customers that commitments are made to."""

from __future__ import annotations

from store.accounts.changing import TAKEN_BACK, check_change, is_party, may_change
from store.accounts.listing import Listing, Row, listing
from store.accounts.merging import merge
from store.accounts.proposing import Proposals, meant, propose
from store.accounts.questions import archived, get, history_of, matching, named, names, names_in, of_channel
from store.accounts.verbs import Details, archive, create, edit, restore, take_back

__all__ = [
    "TAKEN_BACK",
    "Details",
    "Listing",
    "Proposals",
    "Row",
    "archive",
    "archived",
    "check_change",
    "create",
    "edit",
    "get",
    "history_of",
    "is_party",
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
    "restore",
    "take_back",
]
