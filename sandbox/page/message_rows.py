"""The messages of a conversation as rows of the page, with headings and days."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sandbox import emoji, render
from sandbox.page.profiles import Profile, profile_of
from sandbox.page.surface import surface

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from sandbox.models import Message
    from sandbox.page.box import Box
    from sandbox.reader import Reader

_SAME_BREATH: Final = timedelta(minutes=5)
"""Messages of one author this close together share a heading."""


CHOICES: Final = ("handshake", "white_check_mark", "+1", "eyes")
"""The emoji that the page offers under a message."""


@dataclass(frozen=True)
class Reaction:
    """An emoji below a message: its character, the number of people, and whether the reader is one of them."""

    name: str
    character: str
    count: int
    mine: bool


@dataclass(frozen=True)
class MessageRow:
    """A message. `heading` is false where the message continues the row above; `day` starts a new day."""

    message: "Message"
    author: Profile
    clock: str
    moment: str
    body: "Markup"
    heading: bool
    key: str
    day: str | None = None
    reactions: "Sequence[Reaction]" = ()
    replies: int = 0
    last_reply: str = ""


class MessageRows:
    """Builds rows for one reader."""

    def __init__(self, box: "Box", reader: "Reader") -> None:
        self._box = box
        self._world = box.world
        self._reader = reader

    def thread(self, messages: "Iterable[Message]", thread_ts: str | None) -> "list[MessageRow]":
        if thread_ts is None:
            return []
        inside = [message for message in messages if thread_ts in {message.ts, message.thread_ts}]
        return self.rows(inside, (), "t")

    def rows(self, messages: "Sequence[Message]", everything: "Iterable[Message]", key: str) -> "list[MessageRow]":
        answers = _answers(everything)
        rows: list[MessageRow] = []
        for message in messages:
            above = rows[-1].message if rows else None
            rows.append(self._row(message, above, answers.get(message.ts, []), key))
        return rows

    def _row(self, message: "Message", above: "Message | None", replies: "list[Message]", key: str) -> MessageRow:
        when, before = _instant(message.ts), _instant(above.ts) if above else None
        day = self._reader.day(when)
        new_day = before is None or self._reader.day(before) != day
        return MessageRow(
            message=message,
            author=self._author(message),
            clock=self._reader.time(when),
            moment=self._reader.moment(when),
            body=self._body(message, f"{key}{message.ts.replace('.', '-')}"),
            heading=new_day or above is None or _turns(above, message, when),
            key=f"{key}{message.ts.replace('.', '-')}",
            day=day if new_day else None,
            reactions=[
                Reaction(name, emoji.character(name), len(users), self._reader.user in users)
                for name, users in message.reactions.items()
            ],
            replies=len(replies),
            last_reply=self._reader.moment(_instant(replies[-1].ts)) if replies else "",
        )

    def _author(self, message: "Message") -> Profile:
        user = self._world.users.get(message.user)
        return profile_of(user, self._world.bot) if user else Profile(message.user, "Slackbot", "slackbot", "S", 0)

    def _body(self, message: "Message", key: str) -> "Markup":
        drawn = surface(self._box, self._reader, key)
        body = render.blocks(message.blocks, drawn) if message.blocks else render.words(message.text, self._reader)
        for number, attachment in enumerate(message.attachments):
            inside = render.beside(drawn, f"{key}-a{number}")
            body += render.attachment(attachment, inside)
        return body


def _instant(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _turns(above: "Message", message: "Message", when: datetime) -> bool:
    """Whether a message needs a heading of its own."""
    strangers = (above.user, above.ephemeral_for) != (message.user, message.ephemeral_for)
    return strangers or bool(message.blocks) or when - _instant(above.ts) > _SAME_BREATH


def _answers(messages: "Iterable[Message]") -> "dict[str, list[Message]]":
    replies = [message for message in messages if message.thread_ts not in {None, message.ts}]
    replies.sort(key=lambda message: message.thread_ts or "")
    return {ts: list(group) for ts, group in groupby(replies, lambda message: message.thread_ts or "")}
