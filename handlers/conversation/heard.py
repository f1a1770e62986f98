"""Messages to the bot: in its Messages tab, and those that mention it. A line works there as it does after /commit.

The answer is a row of the outbox, with the message as its key: Slack may send the event again, and the answer is still
given once. No form can open for a message, so the answer to a line with an open question is a button.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.commitments import commands
from handlers.conversation import answers, cards
from handlers.people import viewer
from handlers.slack import payloads
from handlers.slack.payloads import Command
from handlers.slack.refs import NOWHERE, Ref, ViewName
from handlers.slack.replies import Form, Lacks

if TYPE_CHECKING:
    from slack_bolt import BoltContext

    from handlers.slack.payloads import Said
    from handlers.slack.replies import Reply

Body = dict[str, Any]


def written(body: Body, context: BoltContext) -> None:
    """A message in the Messages tab. Messages elsewhere are not for the bot."""
    said = payloads.said(body, str(context.bot_user_id))
    if said is not None and said.is_direct:
        _answer(said, context)


def mentioned(body: Body, context: BoltContext) -> None:
    """A message in a channel that mentions the bot. In a thread the mention alone means the thread's first message."""
    said = payloads.said(body, str(context.bot_user_id))
    if said is None or said.is_direct:
        return
    if said.text:
        _answer(said, context)
    elif said.place.thread_ts:
        _show(said, cards.proposes(payloads.Place(said.place.thread_ts)), context)
    else:
        _show(said, Ref(view=ViewName.WELCOME), context)


def _answer(said: Said, context: BoltContext) -> None:
    channel = "" if said.is_direct else said.channel
    command = Command(said.asker, said.text, channel, origin_key=f"message:{said.channel}:{said.place.ts}")
    answer = commands.answer_to(command, context) if said.text else None
    if answer is None or answer.ref == NOWHERE:
        lacks = answer.lacks if isinstance(answer, Form) else Lacks.SENSE
        _show(said, cards.asks_about(lacks, said.place), context)
    elif isinstance(answer, Form) and answer.fills:
        _show(said, replace(answer.ref, extra=said.place.encode()), context)
    else:
        _show(said, answer.ref, context, named=_named(answer))


def _named(answer: Reply | Form) -> str:
    return "" if isinstance(answer, Form) else answer.named


def _show(said: Said, ref: Ref, context: BoltContext, *, named: str = "") -> None:
    """Show the view to the person who wrote, once for each message: in the Messages tab, or beside the message."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, said.asker.team_id, said.asker.user_id)
        beside = None if said.is_direct else answers.Beside(said.channel, said.place.thread_ts)
        answers.give(tx, person, answers.key(said.channel, said.place.ts), ref, context["now"], beside, named=named)
