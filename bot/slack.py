"""The clients that speak to Slack, and what an answer, or its absence, means for a post."""

from __future__ import annotations

import http.client
import urllib.error
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longer than Slack takes even on a bad day, shorter than the lease of a claim.
POST_TIMEOUT = 10
# A person waits three seconds; within a request there is no time for more.
ANSWER_TIMEOUT = 2

# Slack may or may not have acted when it answers one of these.
_UNKNOWN = {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "timeout"}
# Slack has not acted and will later: a limit that it tells without 429, or a workspace or channel on the move.
_TOO_FAST = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_NOT_NOW = {"team_added_to_org", "org_login_required", "external_channel_migrating"}
_SERVER_ERROR = 500
_TOO_MANY = 429


class DeliveryError(Exception):
    """A call to Slack that did not plainly succeed."""


class NotTakenError(DeliveryError):
    """Slack certainly did not act: it was never reached, or says that it cannot now."""


class RateLimitedError(DeliveryError):
    """Slack certainly did not act, and says when it may be asked again."""

    def __init__(self, error: str, retry_after: timedelta) -> None:
        super().__init__(error)
        self.retry_after = retry_after


class RefusedError(DeliveryError):
    """Slack refused for good; the text is its error."""


class OutcomeUnknownError(DeliveryError):
    """Slack may have acted. Nobody knows without looking."""


def posting_client(token: str | None, api_url: str, *, timeout: int = POST_TIMEOUT) -> WebClient:
    """A client that never re-sends by itself.

    The SDK's default handler repeats a call whose connection dropped, also after Slack took it: one
    chat.postMessage becomes two messages.
    """
    return WebClient(token=token, base_url=api_url, timeout=timeout, retry_handlers=[])


@contextmanager
def outcomes() -> Iterator[None]:
    """Turn what the SDK raises into the four outcomes above."""
    try:
        yield
    except SlackApiError as error:
        raise _judged(error) from error
    except urllib.error.URLError as error:
        # Refused or unresolved means that no byte of the request was sent.
        if isinstance(error.reason, (ConnectionRefusedError, OSError)) and _never_sent(error.reason):
            raise NotTakenError(f"Slack was not reached: {error.reason}") from error
        raise OutcomeUnknownError(f"the connection failed: {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise OutcomeUnknownError(f"the connection failed: {error or type(error).__name__}") from error


def told_to_wait(error: SlackApiError) -> timedelta | None:
    """For how long Slack wants to be left alone; None where this was no limit."""
    judged = _judged(error)
    return judged.retry_after if isinstance(judged, RateLimitedError) else None


def _never_sent(reason: Exception) -> bool:
    import socket  # noqa: PLC0415  needed on this path only

    return isinstance(reason, (ConnectionRefusedError, socket.gaierror))


def _judged(error: SlackApiError) -> DeliveryError:
    response: Any = error.response
    status = getattr(response, "status_code", None) or 0
    name = _error_name(response)
    if status == _TOO_MANY or name in _TOO_FAST:
        headers = {key.lower(): value for key, value in (getattr(response, "headers", None) or {}).items()}
        return RateLimitedError(name or "ratelimited", timedelta(seconds=_seconds(headers.get("retry-after"))))
    if name in _NOT_NOW:
        return NotTakenError(name)
    if not name or status >= _SERVER_ERROR or name in _UNKNOWN:
        return OutcomeUnknownError(name or f"Slack answered with status {status}")
    return RefusedError(name)


def _error_name(response: Any) -> str:  # noqa: ANN401  the SDK gives a SlackResponse or a dict
    try:
        return str(response.get("error") or "")
    except (AttributeError, TypeError, ValueError):
        return ""


def _seconds(value: Any) -> int:  # noqa: ANN401  a header: text, or a list of text
    first = value[0] if isinstance(value, list) and value else value
    try:
        return max(1, int(str(first)))
    except ValueError:
        return 30
