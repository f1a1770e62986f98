"""Emoji under a message: the workspace's own proposes it as a commitment, and a check mark finishes one's own item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.conversation import answers, cards
from handlers.people import viewer
from handlers.slack import payloads
from store import commitments, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Reacted
    from store.tables import Person

_CHECK_MARKS = {"white_check_mark", "heavy_check_mark", "ballot_box_with_check"}


def added(body: dict[str, Any], context: BoltContext) -> None:
    """A person has added an emoji. Nothing happens in a workspace that has chosen no emoji."""
    reaction, now = payloads.reacted(body), context["now"]
    if reaction is None:
        return
    with context["ledger"].read() as tx:
        person = viewer(tx, reaction.asker.team_id, reaction.asker.user_id)
        proposes = _proposes(person, reaction, str(context.bot_user_id))
        own = _own_item(tx, person, reaction)
    if not (proposes or own):
        return
    with context["ledger"].begin() as tx:
        person = viewer(tx, reaction.asker.team_id, reaction.asker.user_id)
        if own:
            commitments.finish(tx, person, own, origin_key=reaction.key, now=now)
        else:
            _propose(tx, person, reaction, context["team_url"], now)


def _proposes(person: Person, reaction: Reacted, bot_id: str) -> bool:
    """Whether the emoji offers the message: a message of ours and one in a direct conversation are not offered."""
    is_elsewhere = reaction.author != bot_id and not reaction.channel.startswith("D")
    return is_elsewhere and reaction.emoji == person.workspace.emoji


def _own_item(tx: Session, person: Person, reaction: Reacted) -> int | None:
    """The number of the person's own open commitment that the message shows alone, if the emoji is a check mark."""
    if reaction.emoji not in _CHECK_MARKS or person.workspace.emoji is None:
        return None
    shown = outbox.shown_at(tx, person.workspace_id, reaction.channel, reaction.place.ts)
    found = commitments.by_ids(tx, person, shown[:1]).get(shown[0]) if len(shown) == 1 else None
    return found.number if found and found.is_open and found.owner_id == person.id else None


def _propose(tx: Session, person: Person, reaction: Reacted, team_url: str, now: datetime) -> None:
    """Offer the message to this person, once."""
    ts = reaction.place.ts
    link = payloads.own_permalink(f"{team_url}archives/{reaction.channel}/p{ts.replace('.', '')}", team_url) or ""
    key = f"proposal:{person.id}:{reaction.channel}:{ts}"
    answers.give(tx, person, key, cards.proposes(reaction.place, link), now, answers.Beside(reaction.channel))
