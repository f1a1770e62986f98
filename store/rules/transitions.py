"""Which verb takes a commitment from which state to which, and who may do it. One table, no exceptions."""

from __future__ import annotations

from dataclasses import dataclass

OPEN, BLOCKED, DONE, CANCELLED = "open", "blocked", "done", "cancelled"
LIVE = frozenset({OPEN, BLOCKED})
ENDED = frozenset({DONE, CANCELLED})


@dataclass(frozen=True)
class Transition:
    """`sources`: states it may start from. `target`: the state after it; None leaves it as it is."""

    sources: frozenset[str]
    target: str | None = None


TRANSITIONS = {
    "edit": Transition(LIVE),
    "move": Transition(LIVE),
    "block": Transition(LIVE, BLOCKED),
    "unblock": Transition(frozenset({BLOCKED}), OPEN),
    "put_off": Transition(LIVE),
    "hand_over": Transition(LIVE),
    "accept": Transition(LIVE),
    "hand_back": Transition(LIVE),
    "finish": Transition(LIVE, DONE),
    "cancel": Transition(LIVE, CANCELLED),
    "undo": Transition(frozenset({OPEN}), CANCELLED),
    "reopen": Transition(ENDED, OPEN),
    "redact": Transition(LIVE | ENDED),
}


def after(verb: str, state: str) -> str | None:
    """The state after `verb` from `state`, or None if that step does not exist."""
    step = TRANSITIONS[verb]
    if state not in step.sources:
        return None
    return step.target or state
