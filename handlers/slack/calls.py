"""Calls to Slack within a request. Slack waits three seconds for our answer, so no call may hold it up."""

from __future__ import annotations

import re
import threading
from concurrent.futures import Future
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

Result = TypeVar("Result")

# Seconds for one call after the change is stored: redrawing a place, or telling of an error. With the two seconds for
# all calls before it (bot/slack.py) the request is answered in time.
REDRAW_WITHIN = 0.9
_ERROR_NAME = re.compile(r"[a-z0-9_]{1,80}")
_POINTER = re.compile(r"\[json-pointer:(/[a-z0-9_/]{1,100})\]")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """The result of `call`, or what it raises; TimeoutError after `seconds`, though the call may still go on.

    A socket's timeout limits each read, and nothing limits the look-up of a name: only another thread can leave.
    """
    result: Future[Result] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # noqa: BLE001  it is raised in the thread that waits
            result.set_exception(error)

    threading.Thread(target=run, name="slack-call", daemon=True).start()
    return result.result(seconds)


def failure_of(call: Callable[[], object]) -> Exception | None:
    """Make one call that nothing depends on any more: at most REDRAW_WITHIN seconds, once, and it never raises.

    Returns the reason why Slack did not take it; None where Slack took it.
    """
    try:
        within(REDRAW_WITHIN, call)
    except Exception as error:  # noqa: BLE001  the change is stored: no failure here may look like a failure of it
        return error
    return None


def respond(response_url: str, **message: Any) -> None:  # noqa: ANN401  what chat.postMessage takes
    """Send a message to a response_url, once. Raises SlackRequestError where Slack does not take it."""
    # By default the client repeats a call whose connection dropped, also after Slack took it.
    client = WebhookClient(response_url, timeout=2, retry_handlers=[])
    status = client.send(**message).status_code
    if status != HTTPStatus.OK:
        raise SlackRequestError(f"status_{status}")


def is_slacks(slack: WebClient, address: str) -> bool:
    """Whether the address is Slack's own, or that of the stand-in which this client calls."""
    try:
        given, known = urlsplit(address), urlsplit(slack.base_url)
        if (given.scheme, given.netloc) == (known.scheme, known.netloc):
            return True
        host = given.hostname or ""
    except ValueError:
        return False
    return given.scheme == "https" and host.endswith((".slack.com", ".slack-gov.com")) and not given.username


def in_log(error: Exception) -> dict[str, str]:
    """What the log says of a failed call: never a text, which may hold what people wrote."""
    where = faulty_parts(error)
    return {"error": type(error).__name__, "why": error_name(error)} | ({"where": where} if where else {})


def faulty_parts(error: Exception) -> str:
    """The parts of a message or a view that Slack finds at fault ("/blocks/0/text"), as far as it says so.

    Slack's words for the faults are left out: they may repeat what people wrote.
    """
    try:
        metadata = error.response.get("response_metadata") if isinstance(error, SlackApiError) else None
    except (AttributeError, ValueError):
        metadata = None
    complaints = metadata.get("messages") if isinstance(metadata, dict) else None
    return " ".join(dict.fromkeys(_POINTER.findall(str(complaints)[:2000])))


def error_name(error: Exception) -> str:
    """Slack's name of an error ("expired_trigger_id"); empty where the answer was not Slack's, or there was none."""
    try:
        name = error.response.get("error") if isinstance(error, SlackApiError) else ""
    except (AttributeError, ValueError):
        # An answer that is JSON but no object.
        return ""
    return name if isinstance(name, str) and _ERROR_NAME.fullmatch(name) else ""
