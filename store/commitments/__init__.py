"""Commitments: the verbs that change them and the questions asked of them."""

from __future__ import annotations

from store.commitments.attention import deserving, worth_a_brief
from store.commitments.changing import UNDO_WITHIN, check_change, check_owner, may_undo
from store.commitments.obstacles import block, put_off, quiet_until_at_most, unblock
from store.commitments.questions import (
    Page,
    Waiting,
    account_page,
    by_ids,
    get,
    history,
    home,
    mine,
    names_in,
    overdue,
)
from store.commitments.verbs import (
    Draft,
    accept,
    cancel,
    edit,
    finish,
    hand_back,
    hand_over,
    move,
    record,
    reopen,
    set_account,
    share,
    undo,
)

__all__ = [
    "UNDO_WITHIN",
    "Draft",
    "Page",
    "Waiting",
    "accept",
    "account_page",
    "block",
    "by_ids",
    "cancel",
    "check_change",
    "check_owner",
    "deserving",
    "edit",
    "finish",
    "get",
    "hand_back",
    "hand_over",
    "history",
    "home",
    "may_undo",
    "mine",
    "move",
    "names_in",
    "overdue",
    "put_off",
    "quiet_until_at_most",
    "record",
    "reopen",
    "set_account",
    "share",
    "unblock",
    "undo",
    "worth_a_brief",
]
