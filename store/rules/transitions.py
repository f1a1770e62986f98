"""The verbs of the history, and the table of those that change the state of a commitment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states of a commitment."""

    OPEN, BLOCKED, DONE, CANCELLED = "open", "blocked", "done", "cancelled"


class Verb(StrEnum):
    """The verbs of entries, by the words that the ledger keeps."""

    # Of several kinds of subjects.
    EDIT, MERGE = "edit", "merge"
    ARCHIVE, RESTORE = "archive", "restore"
    # Of commitments.
    RECORD, SHARE, CHOOSE_ACCOUNT, MOVE = "record", "share", "choose_account", "move"
    BLOCK, UNBLOCK, SNOOZE = "block", "unblock", "put_off"
    COMMENT, NEED_UNTIL, ASK, HELP = "comment", "need_until", "ask", "help"
    # Of a commitment's followers, without an entry.
    FOLLOW, UNFOLLOW = "follow", "unfollow"
    HAND_OVER, ACCEPT, HAND_BACK = "hand_over", "accept", "hand_back"
    TO_CLIENT, TO_TEAM = "to_client", "to_team"
    # One of the client's people agrees.
    AGREE = "agree"
    REPEAT, END_SERIES = "repeat", "end_series"
    FINISH, CANCEL, UNDO, REOPEN, REDACT = "finish", "cancel", "undo", "reopen", "redact"
    # Of accounts.
    CREATE, RENAME, TAKE_IN, TAKE_BACK = "create", "rename", "take_in", "take_back"
    CONFIRM = "confirm"
    RESTRICT, UNRESTRICT = "restrict", "unrestrict"
    # Of a row of a section, and of a review.
    ADD = "add"
    # Of the subject that a letter follows up.
    SEND = "send"
    # Of a review.
    START, DECIDE, ANSWER, CLOSE = "start", "decide", "answer", "close"
    CALL_OFF, CORRECT = "call_off", "correct"


LIVE = frozenset({State.OPEN, State.BLOCKED})
ENDED = frozenset({State.DONE, State.CANCELLED})


@dataclass(frozen=True)
class Transition:
    """A verb. `sources`: the states in which it is allowed. `target`: the state after it, None if the state stays.

    `past`: the verb in words, for use after a person's name.
    """

    past: str
    sources: frozenset[State]
    target: State | None = None


TRANSITIONS = {
    Verb.EDIT: Transition("edited it", LIVE),
    Verb.CHOOSE_ACCOUNT: Transition("chose its account", LIVE),
    Verb.MOVE: Transition("gave it a new date", LIVE),
    Verb.BLOCK: Transition("marked it blocked", LIVE, State.BLOCKED),
    Verb.UNBLOCK: Transition("unblocked it", frozenset({State.BLOCKED}), State.OPEN),
    Verb.SNOOZE: Transition("let it rest", LIVE),
    Verb.COMMENT: Transition("commented", LIVE | ENDED),
    Verb.ASK: Transition("asked how it stands", LIVE),
    Verb.HELP: Transition("chose its helpers", LIVE),
    Verb.FOLLOW: Transition("follows it", LIVE),
    Verb.UNFOLLOW: Transition("follows it no longer", LIVE | ENDED),
    Verb.NEED_UNTIL: Transition("needs more time for what holds it up", frozenset({State.BLOCKED})),
    Verb.HAND_OVER: Transition("handed it over", LIVE),
    Verb.ACCEPT: Transition("accepted it", LIVE),
    Verb.AGREE: Transition("recorded that it is agreed", LIVE),
    Verb.HAND_BACK: Transition("handed it back", LIVE),
    Verb.FINISH: Transition("marked it done", LIVE, State.DONE),
    Verb.CANCEL: Transition("cancelled it", LIVE, State.CANCELLED),
    Verb.UNDO: Transition("took it back", frozenset({State.OPEN}), State.CANCELLED),
    Verb.TO_CLIENT: Transition("lets the client see it", LIVE | {State.DONE}),
    Verb.TO_TEAM: Transition("keeps it to our team", LIVE | ENDED),
    Verb.END_SERIES: Transition("ended the series", LIVE),
    Verb.REOPEN: Transition("reopened it", ENDED, State.OPEN),
    Verb.REDACT: Transition("redacted its text", LIVE | ENDED),
}
# The words for every verb, also for those that are no transition.
PAST = {verb: step.past for verb, step in TRANSITIONS.items()} | {
    Verb.RECORD: "recorded it", Verb.SHARE: "shared it", Verb.MERGE: "merged its account into another",
    Verb.REPEAT: "recorded it",
}  # fmt: skip

# Verbs that are no progress: they change neither the version nor the time of the last progress.
NO_PROGRESS = frozenset({Verb.SHARE, Verb.SNOOZE, Verb.COMMENT, Verb.NEED_UNTIL, Verb.ASK, Verb.HELP, Verb.END_SERIES})


def after(verb: Verb, state: State) -> State | None:
    """The state after `verb` in `state`, or None if the verb is not allowed there."""
    step = TRANSITIONS[verb]
    if state not in step.sources:
        return None
    return step.target or state
