"""Slack's rate limits: per method and workspace by tier, and for posting also per channel.

https://docs.slack.dev/apis/web-api/rate-limits. Buckets refill in real time.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import SlackError

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls per minute of one method."""
SPECIAL = 0
"""The tier of methods with a limit of their own."""
SPECIAL_PER_MINUTE = 600
POSTS_PER_MINUTE = 240
"""chat.postMessage over the whole workspace ("several hundred messages per minute")."""
POST_BURST = 3
"""Posts to one channel that may come at once before one per second applies ("short bursts")."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class Limiter:
    """Token buckets. Off until `on` is set. With a `speed` above 1 they refill so many times as fast: all limits
    scale alike, for a test that has no hours.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.on = False
        self.speed = 1.0
        self._monotonic = monotonic
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, method: str, tier: int) -> None:
        """Count a call of a method; raises `ratelimited` with the whole seconds to wait."""
        if self.on:
            per_minute = TIERS.get(tier, SPECIAL_PER_MINUTE)
            self._take((method, per_minute, per_minute / 60))

    def take_post(self, channel: str) -> None:
        """Count a message to a channel."""
        if self.on:
            self._take((f"post {channel}", POST_BURST, 1.0), ("post", POSTS_PER_MINUTE, POSTS_PER_MINUTE / 60))

    def _take(self, *wanted: tuple[str, float, float]) -> None:
        """From every bucket (name, size, tokens per second), or from none."""
        with self._lock:
            now = self._monotonic()
            buckets = [(self._filled(name, size, rate, now), rate) for name, size, rate in wanted]
            wait = max((1 - bucket.tokens) / rate for bucket, rate in buckets)
            if wait > 0:
                seconds = wait / self.speed
                raise SlackError("ratelimited", status=429, retry_after=max(1, -int(-seconds // 1)))
            for bucket, _ in buckets:
                bucket.tokens -= 1

    def _filled(self, name: str, size: float, rate: float, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(name, _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + (now - bucket.filled) * rate * self.speed)
        bucket.filled = now
        return bucket
