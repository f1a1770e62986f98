"""The answer to a line that a person wrote: a view, or a form that asks for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from handlers.slack import blocks as b
from handlers.slack import natives
from handlers.slack.calls import failure_of, is_slacks, respond
from handlers.slack.refs import NOWHERE, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import BoltContext
    from slackblocks import Block

    from handlers.slack.payloads import Command


class Lacks(StrEnum):
    """The open question of a line that is not recorded as it stands."""

    DAY, ONE_DAY, ACCOUNT, MORE = "day", "one_day", "account", "more"
    # The same words were recorded lately.
    AGAIN = "again"
    # The line is a question, or it says too little to be a promise.
    SENSE = "sense"


@dataclass(frozen=True)
class Reply:
    """`blocks` show the view of `ref`; without `ref` the line was not understood. `named`: an account in the line that
    the ledger does not know.
    """

    blocks: list[Block]
    ref: Ref = NOWHERE
    text: str = "Makegood"
    named: str = ""


@dataclass(frozen=True)
class Form:
    """A form that opens for a command. Where none can open, the view of `ref` is shown, which has the form's button;
    without `ref` the line `lacks` something. `fills`: the form has words of the line.
    """

    view: b.Json
    ref: Ref = NOWHERE
    lacks: Lacks = Lacks.MORE
    fills: bool = False


def give(ack: Callable[..., Any], context: BoltContext, command: Command, answer: Reply | Form) -> None:
    """Answer a slash command: open the form, or show the reply to the person alone."""
    if isinstance(answer, Form):
        context["slack"].views_open(trigger_id=command.trigger_id, view=answer.view)
        ack()
        return
    message = {"response_type": "ephemeral", "text": answer.text, "blocks": b.resolved(answer.blocks)}
    plainer, address = natives.without(message), command.response_url
    # Slack says of a message, but not of an answer, whether it takes it.
    can_ask = plainer is not None and address and is_slacks(context["slack"], address)
    if can_ask and failure_of(lambda: respond(str(address), **message)) is None:
        ack()
    else:
        ack(**(plainer or message))
