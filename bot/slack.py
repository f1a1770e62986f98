"""The clients that speak to Slack, and what an answer, or its absence, means for a post."""

from __future__ import annotations

import copy
import http.client
import re
import socket
import time
import urllib.error
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from handlers.slack import natives
from handlers.slack.calls import faulty_parts, in_log, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_sdk.web import SlackResponse

log = structlog.get_logger(__name__)

# Longer than Slack takes even on a bad day, shorter than the lease of a claim.
POST_TIMEOUT = 10
# Slack waits three seconds for the answer to a request. Seconds for one call within it, and for all of them.
ANSWER_TIMEOUT, ANSWER_BUDGET = 2, 2.9

_SERVER_ERROR = 500
_TOO_MANY = 429
# Slack's errors are words like this. Anything else in their place is not Slack's.
_ERROR_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}", re.ASCII)


class Fault(StrEnum):
    """The thing that Slack complains of. Only a fault of the message is final: everything else may be well again."""

    MESSAGE = "message"
    CONVERSATION = "conversation"
    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    LIMIT = "limit"
    NOT_NOW = "not now"
    UNKNOWN = "unknown"


# Slack's errors for posting, updating, opening a conversation and publishing a Home tab, and what each is about. Slack
# may have acted all the same when it answers an UNKNOWN one, or one that is not here; in all other cases it has not.
FAULTS = {
    name: fault
    for fault, names in {
        Fault.MESSAGE: "no_text msg_too_long msg_blocks_too_long too_many_attachments too_many_contact_cards"
        " invalid_blocks invalid_blocks_format invalid_attachments attachment_payload_limit_exceeded"
        " invalid_metadata_format invalid_metadata_schema metadata_too_large metadata_must_be_sent_from_app"
        " markdown_text_conflict invalid_arguments invalid_arg_name invalid_array_arg invalid_charset"
        " invalid_form_data invalid_json json_not_object invalid_post_type missing_post_type missing_argument"
        " as_user_not_supported cannot_reply_to_message message_not_found cant_update_message edit_window_closed"
        " block_mismatch is_inactive canvas_too_large canvas_not_found view_too_large hash_conflict"
        " slack_connect_file_link_sharing_blocked",
        Fault.CONVERSATION: "channel_not_found not_in_channel is_archived restricted_action"
        " restricted_action_read_only_channel restricted_action_thread_only_channel"
        " restricted_action_non_threadable_channel restricted_action_thread_locked user_not_found users_not_found"
        " user_not_visible user_disabled cannot_dm_bot invalid_user_combination not_enough_users",
        Fault.AUTHENTICATION: "not_authed invalid_auth account_inactive token_revoked token_expired ekm_access_denied"
        " team_access_not_granted access_denied enterprise_is_restricted team_not_found two_factor_setup_required",
        Fault.PERMISSION: "missing_scope no_permission not_allowed_token_type messages_tab_disabled not_enabled"
        " canvas_disabled_user_team canvas_disabled_file_team free_team_canvas_tab_already_exists"
        " free_teams_cannot_edit_standalone_canvases team_tier_cannot_create_channel_canvases"
        " deprecated_endpoint method_deprecated unknown_method accesslimited",
        Fault.LIMIT: "ratelimited rate_limited message_limit_exceeded",
        Fault.NOT_NOW: "canvas_editing_locked canvas_editing_failed canvas_creation_failed canvas_tab_creation_failed"
        " team_added_to_org org_login_required external_channel_migrating",
        Fault.UNKNOWN: "internal_error fatal_error request_timeout service_unavailable timeout",
    }.items()
    for name in names.split()
}


class DeliveryError(Exception):
    """A call to Slack that did not plainly succeed."""


class NotTakenError(DeliveryError):
    """Slack certainly did not act: it was never reached, or says that it cannot now."""


class RateLimitedError(DeliveryError):
    """Slack certainly did not act, and says when it may be asked again. `whole_workspace`: nothing is posted until
    then.
    """

    def __init__(self, error: str, retry_after: timedelta, *, whole_workspace: bool = True) -> None:
        super().__init__(error)
        self.retry_after = retry_after
        self.whole_workspace = whole_workspace


class RefusedError(DeliveryError):
    """Slack did not act, in its own words; the text is its error, `fault` what it is about, `where` the parts of the
    message at fault.
    """

    def __init__(self, error: str, fault: Fault, where: str = "") -> None:
        super().__init__(error)
        self.fault = fault
        self.where = where


class OutcomeUnknownError(DeliveryError):
    """Slack may have acted. Nobody knows without looking. `by_slack`: Slack said so itself, in words that are new."""

    def __init__(self, error: str, *, by_slack: bool = False) -> None:
        super().__init__(error)
        self.by_slack = by_slack


class PlainerClient(WebClient):
    """A client that sends a message or a view that Slack has refused once more without its tables, charts and pictures,
    if it has any (handlers/slack/natives.py).
    """

    def api_call(self, api_method: str, **more: Any) -> SlackResponse:  # noqa: ANN401  the SDK's own arguments
        try:
            return super().api_call(api_method, **more)
        except SlackApiError as error:
            is_refused = error_name(error) in natives.REFUSED
            plainer = natives.without(more.get("json") or {}) if is_refused else None
            if plainer is None:
                raise
            log.warning("sent_without_natives", method=api_method, **in_log(error))
        return super().api_call(api_method, **{**more, "json": plainer})


def posting_client(token: str | None, api_url: str, *, timeout: int = POST_TIMEOUT) -> WebClient:
    """A client that never repeats a call whose outcome is unknown.

    The SDK's default handler repeats a call whose connection dropped, also after Slack took it: one
    chat.postMessage becomes two messages.
    """
    return PlainerClient(token=token, base_url=api_url, timeout=timeout, retry_handlers=[])


class AnsweringClient(PlainerClient):
    """A client for requests that Slack waits for. It repeats nothing.

    Each request takes its own (`for_request`): one call waits at most ANSWER_TIMEOUT seconds, all calls together at
    most ANSWER_BUDGET, and then TimeoutError is raised. `seconds` is a monotonic clock.
    """

    def __init__(self, token: str, api_url: str, *, seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__(token=token, base_url=api_url, timeout=ANSWER_TIMEOUT, retry_handlers=[])
        self._seconds = seconds
        self._left = ANSWER_BUDGET

    def for_request(self) -> AnsweringClient:
        return copy.copy(self)

    def api_call(self, api_method: str, **more: Any) -> SlackResponse:  # noqa: ANN401  the SDK's own arguments
        call = partial(super().api_call, api_method, **more)
        if self._left <= 0:
            raise TimeoutError(f"no time is left for {api_method}")
        started = self._seconds()
        try:
            return within(min(ANSWER_TIMEOUT, self._left), call)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # The SDK stumbles over JSON that is no object, and over bytes that are no text.
            raise SlackRequestError(f"the answer to {api_method} is not Slack's") from error
        finally:
            self._left -= self._seconds() - started


@contextmanager
def outcomes() -> Iterator[None]:
    """Turn what the SDK raises into the four outcomes above. An answer that is not Slack's is an unknown outcome."""
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
    except (AttributeError, LookupError, ValueError) as error:
        # The SDK stumbles over JSON that is no object, and over bytes that are no text.
        raise OutcomeUnknownError("the answer was not Slack's") from error


def told_to_wait(error: SlackApiError) -> timedelta | None:
    """For how long Slack wants to be left alone; None where this was no limit."""
    judged = _judged(error)
    return judged.retry_after if isinstance(judged, RateLimitedError) else None


def _never_sent(reason: Exception) -> bool:
    return isinstance(reason, (ConnectionRefusedError, socket.gaierror))


def _judged(error: SlackApiError) -> DeliveryError:
    response: Any = error.response
    status = getattr(response, "status_code", None) or 0
    name = error_name(error)
    fault = FAULTS.get(name, Fault.UNKNOWN)
    if status == _TOO_MANY or fault is Fault.LIMIT:
        headers = {key.lower(): value for key, value in (getattr(response, "headers", None) or {}).items()}
        return RateLimitedError(name or "ratelimited", timedelta(seconds=_seconds(headers.get("retry-after"))))
    if not name:
        return OutcomeUnknownError(f"the answer was not Slack's (status {status})")
    if fault is Fault.UNKNOWN or status >= _SERVER_ERROR:
        return OutcomeUnknownError(name, by_slack=name not in FAULTS)
    return (
        NotTakenError(name) if fault is Fault.NOT_NOW else RefusedError(with_scope(error), fault, faulty_parts(error))
    )


def error_name(error: BaseException) -> str:
    """Slack's name for what went wrong; "" where the answer was not Slack's: a proxy's page, or nothing at all."""
    if not isinstance(error, SlackApiError):
        return ""
    response: Any = error.response
    try:
        name, ok = response.get("error"), response.get("ok")
    except (AttributeError, TypeError, ValueError):
        return ""
    return name if ok is False and isinstance(name, str) and _ERROR_NAME.fullmatch(name) else ""


def with_scope(error: BaseException) -> str:
    """The same, and for a missing permission its name."""
    name = error_name(error)
    needed = error.response.get("needed") if isinstance(error, SlackApiError) and name == "missing_scope" else None
    return f"{name} (needs {needed})" if needed else name


def _seconds(value: Any) -> int:  # noqa: ANN401  a header: text, or a list of text
    first = value[0] if isinstance(value, list) and value else value
    try:
        return max(1, int(str(first)))
    except ValueError:
        return 30
