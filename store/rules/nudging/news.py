"""The news of a commitment: what other people did with it, for the people who wait for it. Pure.

The history is the fact, and the news of a reader is the part of it that is younger than their last brief. These people
read the news: the owner, the creator (who asked for the commitment), its helpers, its followers and the account's lead.
The person who did something reads nothing of it, and nobody reads what a notice tells them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from store.rules.transitions import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

# The verbs that are news: changes, by what they change (the date, the owner, the state), and comments.
MOVES, GIVES = frozenset({Verb.MOVE}), frozenset({Verb.HAND_OVER, Verb.HAND_BACK})
STATES = frozenset({Verb.FINISH, Verb.CANCEL, Verb.REOPEN, Verb.BLOCK, Verb.UNBLOCK, Verb.ACCEPT, Verb.NEED_UNTIL})
COMMENTS, AGREES = frozenset({Verb.COMMENT}), frozenset({Verb.AGREE})
_KINDS = (MOVES, GIVES, STATES, COMMENTS, AGREES)
NEWS = MOVES | GIVES | STATES | COMMENTS | AGREES
ENDS = frozenset({Verb.FINISH, Verb.CANCEL})
# For the creator these wait for the next brief: nothing is lost, and nothing is asked of them.
_CAN_WAIT = frozenset({Verb.ACCEPT, Verb.UNBLOCK, Verb.COMMENT, Verb.NEED_UNTIL, Verb.AGREE})
# A request takes seconds at most: an entry of the last minute before a brief may not be visible yet, and is told next.
LAG = timedelta(minutes=1)
# Older news is not told: a person who was away longer reads the history.
AT_MOST = timedelta(days=60)
# A person who has had no brief in that time reads the news of so long: a brief comes for news within a week.
AT_FIRST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of a commitment's history. `changes` is {"field": [before, after]}, as the entry keeps it; `origin_key`
    names the gesture. `client_id`: the client's person who did it on their page; 0: the actor did.
    """

    verb: Verb
    at: datetime
    actor_id: int
    changes: Mapping[str, Any]
    reason: str | None = None
    origin_key: str | None = None
    client_id: int = 0


@dataclass(frozen=True, slots=True)
class Parties:
    """The ids of the people whose own promise a commitment is."""

    owner_id: int
    creator_id: int


def is_news(deed: Deed, reader_id: int, parties: Parties) -> bool:
    """Whether a reader, who is one of the parties, helps, follows or leads the account, should read of it."""
    own = {parties.owner_id, parties.creator_id}
    if deed.verb not in NEWS or (deed.actor_id == reader_id and not deed.client_id):
        return False
    # A notice tells the owner and the creator of a cancellation, and a new owner of what they were given.
    if deed.verb == Verb.CANCEL:
        return reader_id not in own
    return deed.verb not in GIVES or deed.changes["owner_id"][1] != reader_id


def makes_a_brief(deed: Deed, reader_id: int, parties: Parties) -> bool:
    """Whether the brief comes for this news alone. News of what one leads, helps with or follows waits for the next."""
    if reader_id == parties.owner_id:
        return True
    return reader_id == parties.creator_id and deed.verb not in _CAN_WAIT


@dataclass(frozen=True)
class Story:
    """The news of one commitment in few parts, each with its newest deed: how often it was moved, from and to which day
    (ISO), the people who had and have it, its state, and how often other people commented.
    """

    moved: Deed | None = None
    moves: int = 0
    from_day: str = ""
    to_day: str = ""
    given: Deed | None = None
    from_owner: int = 0
    to_owner: int = 0
    state: Deed | None = None
    comment: Deed | None = None
    comments: int = 0
    agreed: Deed | None = None

    @property
    def people(self) -> set[int]:
        """The ids of the people whom the story names."""
        deeds = (self.moved, self.given, self.state, self.comment, self.agreed)
        return {one.actor_id for one in deeds if one is not None} | ({self.from_owner, self.to_owner} - {0})


def story(deeds: Iterable[Deed]) -> Story:
    """The sum of several deeds, oldest first."""
    by_kind: defaultdict[frozenset[Verb], list[Deed]] = defaultdict(list)
    for deed in deeds:
        by_kind[next(kind for kind in _KINDS if deed.verb in kind)].append(deed)
    moves, gives, states, comments, agrees = (by_kind[kind] for kind in _KINDS)
    return Story(
        moved=moves[-1] if moves else None,
        moves=len(moves),
        from_day=moves[0].changes["due_on"][0] if moves else "",
        to_day=moves[-1].changes["due_on"][1] if moves else "",
        given=gives[-1] if gives else None,
        from_owner=gives[0].changes["owner_id"][0] if gives else 0,
        to_owner=gives[-1].changes["owner_id"][1] if gives else 0,
        state=states[-1] if states else None,
        comment=comments[-1] if comments else None,
        comments=len(comments),
        agreed=agrees[-1] if agrees else None,
    )
