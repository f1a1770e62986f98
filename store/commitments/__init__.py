"""Commitments: the verbs that change them and the questions asked of them."""

from __future__ import annotations

from store.commitments.asking import ask, follow, helpers_of, is_waiting, set_helpers, unfollow
from store.commitments.attention import (
    EscalationDates,
    due_during,
    escalations,
    items_for_brief,
    people_to_brief,
    unheard,
)
from store.commitments.blocking import block, latest_snooze, need_until, snooze, unblock
from store.commitments.changing import UNDO_WITHIN, check_verb, may_undo
from store.commitments.commenting import comment
from store.commitments.home import Group, HomeView, OpenItems, Part, done_since, home
from store.commitments.news import News, news_of_brief, people_with_news
from store.commitments.notice_times import at_work, earliest_notice_time, is_last_day_of, may_hear
from store.commitments.questions import (
    Page,
    Wanted,
    When,
    account_page,
    by_ids,
    by_numbers,
    get,
    listed,
    lock_in_order,
    made_from,
    names_in,
    overdue_besides,
)
from store.commitments.recording import check_pace
from store.commitments.redacting import redact
from store.commitments.relations import relations
from store.commitments.series import end_series, record_due, rhythm_of
from store.commitments.several import record_several, undo_last, undo_several
from store.commitments.similar import recorded_lately, same_words
from store.commitments.sums import Sums, sums_of
from store.commitments.verbs import (
    Draft,
    accept,
    cancel,
    choose_account,
    edit,
    finish,
    give,
    hand_back,
    hand_over,
    move,
    record,
    reopen,
    reply_to_message,
    share,
    undo,
)

__all__ = [
    "UNDO_WITHIN",
    "Draft",
    "EscalationDates",
    "Group",
    "HomeView",
    "News",
    "OpenItems",
    "Page",
    "Part",
    "Sums",
    "Wanted",
    "When",
    "accept",
    "account_page",
    "ask",
    "at_work",
    "block",
    "by_ids",
    "by_numbers",
    "cancel",
    "check_pace",
    "check_verb",
    "choose_account",
    "comment",
    "done_since",
    "due_during",
    "earliest_notice_time",
    "edit",
    "end_series",
    "escalations",
    "finish",
    "follow",
    "get",
    "give",
    "hand_back",
    "hand_over",
    "helpers_of",
    "home",
    "is_last_day_of",
    "is_waiting",
    "items_for_brief",
    "latest_snooze",
    "listed",
    "lock_in_order",
    "made_from",
    "may_hear",
    "may_undo",
    "move",
    "names_in",
    "need_until",
    "news_of_brief",
    "overdue_besides",
    "people_to_brief",
    "people_with_news",
    "record",
    "record_due",
    "record_several",
    "recorded_lately",
    "redact",
    "relations",
    "reopen",
    "reply_to_message",
    "rhythm_of",
    "same_words",
    "set_helpers",
    "share",
    "snooze",
    "sums_of",
    "unblock",
    "undo",
    "undo_last",
    "undo_several",
    "unfollow",
    "unheard",
]
