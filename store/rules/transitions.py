"""The table of all verbs of a commitment: the states before, the state after, and the words for people."""

from __future__ import annotations

from dataclasses import dataclass

OPEN, BLOCKED, DONE, CANCELLED = "open", "blocked", "done", "cancelled"
LIVE = frozenset({OPEN, BLOCKED})
ENDED = frozenset({DONE, CANCELLED})


@dataclass(frozen=True)
class Transition:
    """A verb. `sources`: the states in which it is allowed. `target`: the state after it, None if the state stays.

    `past`: the verb in words, for use after a person's name.
    """

    past: str
    sources: frozenset[str]
    target: str | None = None


TRANSITIONS = {
    "edit": Transition("edited it", LIVE),
    "choose_account": Transition("chose its account", LIVE),
    "move": Transition("gave it a new date", LIVE),
    "block": Transition("marked it blocked", LIVE, BLOCKED),
    "unblock": Transition("unblocked it", frozenset({BLOCKED}), OPEN),
    "put_off": Transition("let it rest", LIVE),
    "hand_over": Transition("handed it over", LIVE),
    "accept": Transition("accepted it", LIVE),
    "hand_back": Transition("handed it back", LIVE),
    "finish": Transition("marked it done", LIVE, DONE),
    "cancel": Transition("cancelled it", LIVE, CANCELLED),
    "undo": Transition("took it back", frozenset({OPEN}), CANCELLED),
    "reopen": Transition("reopened it", ENDED, OPEN),
    "redact": Transition("redacted its text", LIVE | ENDED),
}
# The words for every verb, also for those that are no transition.
PAST = {verb: step.past for verb, step in TRANSITIONS.items()} | {
    "record": "recorded it", "share": "shared it", "merge": "merged its account into another",
}  # fmt: skip


def after(verb: str, state: str) -> str | None:
    """The state after `verb` in `state`, or None if the verb is not allowed there."""
    step = TRANSITIONS[verb]
    if state not in step.sources:
        return None
    return step.target or state
