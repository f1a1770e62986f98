"""Unread counts. Slack stores the read position for its client; in the sandbox the page stores it."""

import threading
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import Channel, World


class ReadState:
    """The last message read, by person and channel. Messages older than the page count as read."""

    def __init__(self, world: "World") -> None:
        self._lock = threading.Lock()
        self._read: dict[tuple[str, str], str] = {}
        with world.lock:
            self._start = {channel.id: channel.order[-1] for channel in world.channels.values() if channel.order}

    def mark_read(self, user: str, channel: str, ts: str) -> None:
        """The person has read the message `ts` and all earlier ones."""
        with self._lock:
            self._read[user, channel] = max(ts, self._read.get((user, channel), ""))

    def unread_count(self, world: "World", user: str, channel: "Channel") -> int:
        """Messages by others after the read position. As in Slack, ephemeral messages do not count."""
        with self._lock:
            seen = self._read.get((user, channel.id)) or self._start.get(channel.id, "")
        with world.lock:
            fresh = [channel.messages[ts] for ts in channel.order[bisect_right(channel.order, seen) :]]
        return sum(message.user != user and message.ephemeral_for is None for message in fresh)
