"""The state of the workspace: people, channels, messages. One lock, and a counter that every change raises.

This module does no HTTP, and no caller holds the lock during an HTTP request.
"""

import threading
import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Unpack

from sandbox.clock import Clock
from sandbox.files import Cabinet
from sandbox.models import Available, Message, MessageChanges, MessageParts, User
from sandbox.seed import ChannelSeed, Seed

SLACKBOT = "USLACKBOT"
TOMBSTONE = "This message was deleted."
_MICROSECONDS = 1_000_000


@dataclass(slots=True)
class Channel:
    """A conversation: public, private, among several people, or a direct message between the app and `im_user`.
    `members` and `messages` keep their order; `messages` holds ephemerals too.
    """

    id: str
    name: str
    created: int
    creator: str
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    im_user: str = ""
    is_archived: bool = False
    is_ext_shared: bool = False
    is_general: bool = False
    topic: str = ""
    purpose: str = ""
    members: dict[str, None] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    last: int = 0

    def span(self, oldest: str = "", latest: str = "", *, inclusive: bool = False) -> list[str]:
        """The timestamps between two others, oldest first. An empty bound is open."""
        before, after = (bisect_left, bisect_right) if inclusive else (bisect_right, bisect_left)
        start = before(self.order, oldest) if oldest else 0
        end = after(self.order, latest) if latest else len(self.order)
        return self.order[start:end]


class World:
    """People, channels and messages. Hold `lock` around reads that belong together."""

    def __init__(self, seed: Seed, bot: User, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.changes = threading.Condition(self.lock)
        self.revision = 0
        self.closed = False
        self.clock = clock
        self.seed = seed
        self.bot = bot.id
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self._ims: dict[str, str] = {}
        # Kinds of blocks that Slack refuses here: new ones reach the workspaces one after another.
        self.unknown_blocks: frozenset[str] = frozenset()
        # Pages outside of the workspace, which its bar leads to: label and address.
        self.outside: list[tuple[str, str]] = []
        self.cabinet = Cabinet()
        self._plant(seed, bot)

    def _plant(self, seed: Seed, bot: User) -> None:
        for user in (*seed.users, bot):
            self.users[user.id] = user if user.team_id else replace(user, team_id=seed.team_id)
        for channel in seed.channels:
            self.add_channel(channel)
        now = self.clock.now()
        for said in sorted(seed.messages, key=lambda message: -message.minutes_ago):
            moment = now - timedelta(minutes=said.minutes_ago)
            self.post(said.channel, said.user, said.text, micros=int(moment.timestamp() * _MICROSECONDS))

    # -- change ---------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Raise the counter and wake all waiting threads."""
        with self.changes:
            self.revision += 1
            self.changes.notify_all()

    def wait(self, since: int, timeout: float) -> int:
        """Block until the counter differs from `since`, `timeout` seconds passed or the world closed."""
        with self.changes:
            self.changes.wait_for(lambda: self.closed or self.revision != since, timeout)
            return self.revision

    @property
    def available(self) -> Available:
        """The blocks and pictures that a message or a view may have here."""
        return Available(self.unknown_blocks, self.cabinet.pictures())

    def close(self) -> None:
        """Wake all waiting threads; later waits return at once."""
        with self.changes:
            self.closed = True
            self.changes.notify_all()

    # -- people and channels --------------------------------------------------------------------------

    def put_user(self, user: User) -> User:
        """Add or replace a person."""
        with self.lock:
            settled = replace(
                user, team_id=user.team_id or self.seed.team_id, updated=int(self.clock.now().timestamp())
            )
            self.users[settled.id] = settled
            self.changed()
            return settled

    def add_channel(self, seed: ChannelSeed) -> Channel:
        with self.lock:
            members = (*seed.members, self.bot) if seed.app else seed.members
            channel = Channel(
                id=seed.id,
                name=seed.name,
                created=int(self.clock.now().timestamp()),
                creator=next(iter(members), self.bot),
                is_private=seed.private or seed.mpim,
                is_mpim=seed.mpim,
                is_archived=seed.archived,
                is_ext_shared=seed.ext_shared,
                is_general=seed.general,
                topic=seed.topic,
                purpose=seed.purpose,
                members=dict.fromkeys(members),
            )
            self.channels[channel.id] = channel
            self.changed()
            return channel

    def im(self, user: str) -> Channel:
        """The direct message between the app and a person; it comes into being when first needed."""
        with self.lock:
            if user in self._ims:
                return self.channels[self._ims[user]]
            if user not in self.users:
                raise KeyError(user)
            channel = Channel(
                id=f"D{user[1:]}",
                name="directmessage",
                created=int(self.clock.now().timestamp()),
                creator=self.bot,
                is_im=True,
                im_user=user,
                members=dict.fromkeys((user, self.bot)),
            )
            self.channels[channel.id] = channel
            self._ims[user] = channel.id
            return channel

    def has_im(self, user: str) -> bool:
        return user in self._ims

    def sees(self, user: str, channel: Channel) -> bool:
        """A person sees the channels they are in and, unless a guest, every public one."""
        if user in channel.members:
            return True
        person = self.users.get(user)
        return person is not None and not (channel.is_private or channel.is_im or person.is_restricted)

    # -- messages -------------------------------------------------------------------------------------

    def stamp(self, channel: Channel, micros: int | None = None) -> str:
        """The next timestamp of a channel: its clock's microsecond, always past the one before."""
        moment = int(self.clock.now().timestamp() * _MICROSECONDS) if micros is None else micros
        channel.last = max(moment, channel.last + 1)
        return f"{channel.last // _MICROSECONDS}.{channel.last % _MICROSECONDS:06d}"

    def post(
        self,
        channel_id: str,
        user: str,
        text: str,
        *,
        micros: int | None = None,
        **rest: Unpack[MessageParts],
    ) -> Message:
        """Add a message; `rest` are the other fields of Message."""
        with self.lock:
            channel = self.channels[channel_id]
            message = Message(ts=self.stamp(channel, micros), channel=channel_id, user=user, text=text, **rest)
            channel.messages[message.ts] = message
            channel.order.append(message.ts)
            if message.thread_ts and message.thread_ts != message.ts:
                insort(channel.replies.setdefault(message.thread_ts, []), message.ts)
            self.changed()
            return message

    def find(self, channel_id: str, ts: str) -> Message | None:
        channel = self.channels.get(channel_id)
        return channel.messages.get(ts) if channel else None

    def replace(self, message: Message, **changes: Unpack[MessageChanges]) -> Message:
        """Put a changed copy in the message's place."""
        with self.lock:
            settled = replace(message, **changes)
            self.channels[message.channel].messages[message.ts] = settled
            self.changed()
            return settled

    def remove(self, message: Message) -> None:
        """Delete a message. Where replies hang on it, a tombstone stays, as in Slack."""
        with self.lock:
            channel = self.channels[message.channel]
            if channel.replies.get(message.ts):
                gone = Message(message.ts, message.channel, SLACKBOT, TOMBSTONE, deleted=True)
                channel.messages[message.ts] = gone
            else:
                del channel.messages[message.ts]
                channel.order.remove(message.ts)
            if message.thread_ts and message.ts in channel.replies.get(message.thread_ts, ()):
                channel.replies[message.thread_ts].remove(message.ts)
            self.changed()

    def visible(self, channel: Channel, viewer: str | None) -> Iterator[Message]:
        """Messages in order, with the viewer's ephemeral ones. Without a viewer, no ephemeral ones."""
        for ts in channel.order:
            message = channel.messages[ts]
            if message.ephemeral_for is None or message.ephemeral_for == viewer:
                yield message


class Deadline:
    """Real seconds left of a wait."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._end - time.monotonic())
