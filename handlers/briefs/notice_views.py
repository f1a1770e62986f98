"""Messages about one commitment: a notice to one person, and an item that was shared in a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, escape, render, shortened
from store.tables import State

if TYPE_CHECKING:
    from datetime import date

    from slackblocks import Block

    from store.commitments.relations import Relations
    from store.tables import Commitment, Person


@dataclass(frozen=True)
class Change:
    """A change of which a notice tells: its kind, its actor, and the reason that they gave. `deed` (markup): its words,
    where the kind does not say them. `asks`: it is a question. `client`: the name of the client's person who did it.
    """

    kind: str
    actor: Person
    reason: str | None = None
    deed: Mrkdwn | None = None
    asks: bool = False
    client: str | None = None


def notice(
    deed: Change, commitment: Commitment, reader: Person, relations: Relations, today: date
) -> tuple[str, list[Block]]:
    """(text, blocks) of a direct message that tells `reader` what somebody did."""
    opening = render("notice.j2", item=commitment, **vars(deed))
    text = f"{opening} {_named(commitment, 150)}"
    return text, [b.section(opening), *items.item(commitment, reader, relations, today, items.SENT)]


def handed_on(words: Mrkdwn, commitment: Commitment, reader: Person, today: date) -> tuple[str, list[Block]]:
    """(text, blocks) in the place of a notice, or a question, to a reader who is not its owner any more."""
    text = f"{words} {_named(commitment, 150)}"
    return text, [b.section(words), b.section(items.item_text(commitment, reader, today))]


def shared(commitment: Commitment, actor: Person, today: date, *, others: bool) -> tuple[str, list[Block]]:
    """(text, blocks) of an item posted in a channel that `others` read or do not: dates in the actor's day."""
    opening = render("notice.j2", kind="shared", item=commitment, actor=actor, reason=None)
    text = f"{opening} {_named(commitment, 150)}"
    return text, [b.section(opening), *items.shared(commitment, actor, today, Ref(view=ViewName.SHARED), others=others)]


# The reason not to post an item in a channel.
RESTRICTED = "its account is restricted to its team"
_BY_ADMIN = "an admin has restricted who may post there. Ask them, or choose another one"
# Slack's error for a message in a channel → our words, with what to do.
_REFUSALS = {
    "not_in_channel": "I'm not in it. Type “/invite @Makegood” there",
    "channel_not_found": "I'm not in it. Type “/invite @Makegood” there",
    "is_archived": "it is archived. Choose another one",
    "msg_too_long": "it is too long for a message. Shorten it",
    "msg_blocks_too_long": "it is too long for a message. Shorten it",
    "restricted_action": _BY_ADMIN,
    "restricted_action_read_only_channel": _BY_ADMIN,
    "restricted_action_thread_only_channel": _BY_ADMIN,
    "restricted_action_non_threadable_channel": _BY_ADMIN,
    "restricted_action_thread_locked": _BY_ADMIN,
}


def not_shared(commitment: Commitment, channel: str, why: str, *, in_doubt: bool) -> Mrkdwn:
    """Words to the person who shared an item in a channel where it could not be posted.

    They name it by its number alone: this message is not brought up to date, so a redaction would not reach it.
    """
    what, where = f"#{commitment.number}", f"<#{channel}>"
    if in_doubt:
        said = "Slack did not answer, and I can't read what stands there. Look there"
        return Mrkdwn(
            f":warning: I don't know whether {what} was shared in {where}: {said}, or press “Share here” again."
        )
    if why == RESTRICTED:
        return Mrkdwn(f":warning: I did not share {what} in {where}: {why}.")
    return Mrkdwn(
        f":warning: I could not share {what} in {where}: {escape(refusal(why))}. Then press “Share here” again."
    )


def refusal(why: str) -> str:
    """Slack's reason to refuse a message in a channel in our words, with what to do."""
    name, _, rest = why.partition(" ")
    if name == "missing_scope":
        scope = rest.strip("()").removeprefix("needs ") or "to post there"
        return f"I lack the permission {scope}. An admin can add it on the app's page at Slack, and install it again"
    return _REFUSALS.get(name, f"{why}. Choose another one")


def recorded(commitment: Commitment) -> tuple[str, list[Block]]:
    """(text, blocks) of the reply to a message from which a commitment was made. Everybody in the channel reads it, so
    it has no word of the commitment.
    """
    is_there = commitment.state != State.CANCELLED
    text = f"Recorded as *#{commitment.number}*" if is_there else f"*#{commitment.number}* was cancelled."
    return text, [b.section(text, accessory=items.show_button(commitment))]


def withdrawn() -> tuple[str, list[Block]]:
    """(text, blocks) in the place of an item that was shared and has become internal."""
    text = "This commitment is no longer shared here."
    return text, [b.section(text)]


def _named(commitment: Commitment, limit: int) -> str:
    # The text of a notification is markup too: what people wrote must not ping from there either.
    return f"#{commitment.number} {escape(shortened(commitment.action, limit))}"
