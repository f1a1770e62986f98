"""News: the people who read of a change, the changes that make a brief, and several changes in one story."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from store.rules.nudging.news import Deed, Parties, is_news, makes_a_brief, story
from store.rules.transitions import Verb

OWNER, CREATOR, LEAD, OTHER = 1, 2, 3, 4
PARTIES = Parties(OWNER, CREATOR)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def deed(verb: Verb, actor: int = OWNER, reason: str | None = None, **changes: Any) -> Deed:
    return Deed(verb, NOON, actor, changes, reason)


@pytest.mark.parametrize(
    ("done", "readers"),
    [
        (deed(Verb.MOVE), {CREATOR, LEAD}),
        (deed(Verb.MOVE, LEAD), {OWNER, CREATOR}),
        (deed(Verb.FINISH, OTHER), {OWNER, CREATOR, LEAD}),
        (deed(Verb.BLOCK), {CREATOR, LEAD}),
        (deed(Verb.UNBLOCK, OTHER), {OWNER, CREATOR, LEAD}),
        (deed(Verb.ACCEPT), {CREATOR, LEAD}),
        (deed(Verb.COMMENT), {CREATOR, LEAD}),
        (deed(Verb.COMMENT, LEAD), {OWNER, CREATOR}),
        (deed(Verb.REOPEN), {CREATOR, LEAD}),
        # A notice tells the owner and the creator.
        (deed(Verb.CANCEL, OTHER), {LEAD}),
        # A notice tells the new owner, and the person who gets it back.
        (deed(Verb.HAND_OVER, OTHER, owner_id=[OTHER, OWNER]), {CREATOR, LEAD}),
        (deed(Verb.HAND_BACK, OTHER, owner_id=[OTHER, CREATOR]), {OWNER, LEAD}),
        # These change nothing that anybody waits for.
        *((deed(verb, OTHER), set()) for verb in (Verb.EDIT, Verb.SNOOZE, Verb.SHARE, Verb.RECORD, Verb.UNDO)),
    ],
)
def test_the_readers_of_a_change(done: Deed, readers: set[int]) -> None:
    """Owner, creator and lead read of it, but for the person who did it, and for those whom a notice tells. Helpers and
    followers read what the lead reads.
    """
    assert {one for one in (OWNER, CREATOR, LEAD) if is_news(done, one, PARTIES)} == readers


@pytest.mark.parametrize(
    ("verb", "readers"),
    [
        (Verb.MOVE, {OWNER, CREATOR}),
        (Verb.FINISH, {OWNER, CREATOR}),
        (Verb.BLOCK, {OWNER, CREATOR}),
        (Verb.ACCEPT, {OWNER}),
        (Verb.UNBLOCK, {OWNER}),
        (Verb.COMMENT, {OWNER}),
    ],
)
def test_news_that_makes_a_brief(verb: Verb, readers: set[int]) -> None:
    """News of an own promise makes a brief; what asks nothing of the creator, and news of accounts, waits for one."""
    assert {one for one in (OWNER, CREATOR, LEAD) if makes_a_brief(deed(verb), one, PARTIES)} == readers


def test_several_changes_are_one_story() -> None:
    """Several moves are one from the first day to the last, with the last reason; of the states the newest counts."""
    told = story([
        deed(Verb.BLOCK, reason="legal"),
        deed(Verb.MOVE, reason="later", due_on=["2026-11-26", "2026-11-27"]),
        deed(Verb.HAND_OVER, LEAD, owner_id=[OWNER, OTHER]),
        deed(Verb.MOVE, OTHER, "waits for legal", due_on=["2026-11-27", "2026-12-04"]),
        deed(Verb.COMMENT, reason="they liked it"),
        deed(Verb.FINISH, OTHER),
    ])  # fmt: skip
    assert (told.moves, told.from_day, told.to_day) == (2, "2026-11-26", "2026-12-04")
    assert told.moved
    assert told.moved.reason == "waits for legal"
    assert told.state
    assert told.state.verb == Verb.FINISH
    assert told.comment
    assert (told.comments, told.comment.reason) == (1, "they liked it")
    assert (told.from_owner, told.to_owner) == (OWNER, OTHER)
    assert told.people == {OWNER, LEAD, OTHER}
    assert story([]).people == set()
