"""Errors of the Web API."""

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """A refused call: Slack's error code, its complaints, and the HTTP status.
    `needed` goes with missing_scope, `retry_after` (whole seconds) with ratelimited.
    """

    def __init__(
        self,
        code: str,
        *,
        messages: Sequence[str] = (),
        status: int = 200,
        needed: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.status = status
        self.needed = needed
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON answer, with each complaint where `slack_sdk` and people look for it."""
        answer: dict[str, Any] = {"ok": False, "error": self.code}
        if self.needed is not None:
            answer["needed"] = self.needed
        if self.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.messages]}
            if self.code == "invalid_blocks":
                answer["errors"] = list(self.messages)
        return answer
