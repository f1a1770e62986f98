"""The readers of a channel. Slack is asked each time, because a channel may be opened to outsiders at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_sdk.errors import SlackApiError

from handlers.people import ensure_people
from store import people, workspaces
from store.errors import NotAllowedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from slack_sdk import WebClient

    from store.db import Ledger

# Slack gives fewer than 1,000 members a page. A channel with more members than these pages hold counts as read by
# outsiders, because we do not see all its members.
_PAGE, _PAGES = 999, 20
# At most so many unknown members are asked about singly, because the person waits.
_ASKED = 5

_NOT_HERE = {"channel_not_found", "not_in_channel"}
_DIRECT = {"im:read", "mpim:read"}
_INVITE = "I can't post here because I'm not in this channel. Type “/invite @Makegood” and press “Share here” again."
_ONLY_CHANNELS = "I share in channels only, not in direct messages."


@dataclass(frozen=True)
class Readers:
    """The members of a channel, by Slack's ids.

    `others`: whether guests or people of another company read the channel, or will soon; None if that is not known yet.
    `hindrance`: the reason why nothing can be posted there, and what to do. `is_archived`, and whether the bot is a
    member, are as Slack says.
    """

    members: frozenset[str]
    others: bool | None
    hindrance: str | None = None
    is_archived: bool = False
    is_member: bool = True


def readers_of(ledger: Ledger, slack: WebClient, team_id: str, channel: str, now: datetime) -> Readers:
    """Ask Slack for the readers of the channel. Raises the client's SlackApiError and OSError."""
    about = slack.conversations_info(channel=channel)["channel"]
    hindrance = None
    if about.get("is_im") or about.get("is_mpim"):
        hindrance = _ONLY_CHANNELS
    elif about.get("is_archived"):
        hindrance = "This channel is archived; nothing can be posted here."
    elif about.get("is_private") and not about.get("is_member", True):
        hindrance = _INVITE
    members, is_all = _members(slack, channel)
    facts = {"is_archived": bool(about.get("is_archived")), "is_member": bool(about.get("is_member", True))}
    if about.get("is_ext_shared") or about.get("is_pending_ext_shared") or not is_all:
        return Readers(members, others=True, hindrance=hindrance, **facts)
    return Readers(members, _others(ledger, slack, team_id, members, now), hindrance, **facts)


def check(ledger: Ledger, slack: WebClient, team_id: str, user_id: str, channel: str, now: datetime) -> Readers:
    """The readers of the channel in which this person wants to share an item.

    NotAllowedError, with what to do, if nothing can be posted there, or if the person is not a member.
    """
    if channel.startswith("D"):
        raise NotAllowedError(_ONLY_CHANNELS)
    try:
        found = readers_of(ledger, slack, team_id, channel, now)
    except SlackApiError as error:
        name = error.response.get("error")
        if name == "method_not_supported_for_channel_type" or error.response.get("needed") in _DIRECT:
            raise NotAllowedError(_ONLY_CHANNELS) from None
        if name in _NOT_HERE:
            raise NotAllowedError(_INVITE) from None
        raise
    if found.hindrance:
        raise NotAllowedError(found.hindrance)
    if user_id not in found.members:
        raise NotAllowedError("You share in channels that you are a member of. Join this one, and press again.")
    return found


def _members(slack: WebClient, channel: str) -> tuple[frozenset[str], bool]:
    """The members of the channel that were read, and whether these are all members."""
    found: set[str] = set()
    cursor = None
    for _ in range(_PAGES):
        page = slack.conversations_members(channel=channel, limit=_PAGE, cursor=cursor)
        found.update(page["members"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return frozenset(found), True
    return frozenset(found), False


def _others(ledger: Ledger, slack: WebClient, team_id: str, members: Iterable[str], now: datetime) -> bool | None:
    with ledger.read() as tx:
        workspace = workspaces.by_team(tx, team_id)
        if workspace is None:
            raise NotFoundError("Makegood is not set up for this workspace yet. Please try again in a minute.")
        others, unknown = people.others_among(tx, workspace, members)
    if others or not unknown:
        return others
    if len(unknown) > _ASKED:
        return None
    # Slack does not know this member in our workspace: they are an outsider.
    if ensure_people(ledger, slack, team_id, unknown, now):
        return True
    with ledger.read() as tx:
        others, unknown = people.others_among(tx, workspace, unknown)
    return others or bool(unknown)
