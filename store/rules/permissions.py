"""The verbs that a viewer may do to a commitment, by its state and by the viewer's relations to it. Pure.

The verbs check it (store/commitments/changing.py), and every surface takes its buttons from it
(handlers/commitments/items.py): a button that is shown works.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

from store.rules.transitions import State, Verb, after

if TYPE_CHECKING:
    from collections.abc import Collection


class Relation(StrEnum):
    """A relation of a viewer to a commitment. A viewer has any number of them, or none."""

    OWNER = auto()
    CREATOR = auto()
    # Of its account.
    LEAD = auto()
    # The manager of that lead.
    COACH = auto()
    ADMIN = auto()
    # Of its owner, who is away now.
    DELEGATE = auto()
    # The colleague on whom it waits while it is blocked.
    BLOCKER = auto()
    HELPER = auto()
    FOLLOWER = auto()
    # Has asked its owner today how it stands.
    ASKER = auto()
    # Has asked, and has no answer yet.
    WAITING = auto()
    # The owner, if a colleague waits for an answer.
    ASKED = auto()
    # Everybody who sees it.
    COLLEAGUE = auto()


# Those who may change it.
CHANGERS = frozenset({Relation.OWNER, Relation.CREATOR, Relation.LEAD, Relation.ADMIN, Relation.DELEGATE})
# For each verb the relations of which one is enough.
_ENOUGH: dict[Verb, frozenset[Relation]] = {
    **dict.fromkeys(
        (Verb.EDIT, Verb.CHOOSE_ACCOUNT, Verb.MOVE, Verb.BLOCK, Verb.HAND_OVER, Verb.FINISH, Verb.CANCEL, Verb.REOPEN,
         Verb.AGREE, Verb.HELP, Verb.END_SERIES, Verb.TO_CLIENT, Verb.TO_TEAM),
        CHANGERS,
    ),
    Verb.UNBLOCK: CHANGERS | {Relation.BLOCKER},
    Verb.NEED_UNTIL: frozenset({Relation.BLOCKER}),
    Verb.COMMENT: CHANGERS | {Relation.COACH, Relation.BLOCKER, Relation.HELPER},
    **dict.fromkeys((Verb.ACCEPT, Verb.HAND_BACK, Verb.SNOOZE), frozenset({Relation.OWNER})),
    Verb.REDACT: frozenset({Relation.OWNER, Relation.CREATOR, Relation.ADMIN}),
    **dict.fromkeys((Verb.ASK, Verb.FOLLOW), frozenset({Relation.COLLEAGUE})),
    Verb.UNFOLLOW: frozenset({Relation.FOLLOWER}),
}  # fmt: skip
# In the session of a review, the coach and the colleagues who take part may do these too: the verbs of verdicts, and
# a comment, as “done 12 sent it” is both.
IN_SESSION = frozenset({Verb.EDIT, Verb.MOVE, Verb.FINISH, Verb.CANCEL, Verb.COMMENT})
# For each verb the relations of which none may be. Creator, lead and helpers hear of changes anyway.
BARRED_BY: dict[Verb, frozenset[Relation]] = {
    Verb.ASK: frozenset({Relation.OWNER, Relation.ASKER}),
    Verb.FOLLOW: frozenset({Relation.OWNER, Relation.CREATOR, Relation.LEAD, Relation.HELPER, Relation.FOLLOWER}),
}


def permits(verb: Verb, relations: Collection[Relation]) -> bool:
    """Whether a viewer with these relations may do that, in a state that allows it."""
    return not _ENOUGH[verb].isdisjoint(relations) and BARRED_BY.get(verb, frozenset()).isdisjoint(relations)


def permitted(state: State, relations: Collection[Relation]) -> frozenset[Verb]:
    """The verbs that a viewer with these relations may do to a commitment in that state."""
    return frozenset(verb for verb in _ENOUGH if permits(verb, relations) and after(verb, state) is not None)
