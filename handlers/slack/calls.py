"""Calls to Slack within a request. Slack waits three seconds for our answer, so each call has a limit."""

from __future__ import annotations

import re
import threading
from concurrent.futures import Future
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from handlers.slack import natives

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

Result = TypeVar("Result")

# Seconds for one call after the change is stored: to draw a view again, or to show an error. With the two seconds for
# all calls before it (bot/slack.py) the request is answered in time.
REDRAW_WITHIN = 0.9
_ERROR_NAME = re.compile(r"[a-z0-9_]{1,80}")
_POINTER = re.compile(r"\[json-pointer:(/[a-z0-9_/]{1,100})\]")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return the result of `call`, or raise its error; TimeoutError after `seconds`, while the call may go on.

    A socket's timeout limits each read only, and nothing limits a DNS look-up: so the call runs in its own thread.
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
    """Make one call after the change is stored: once, for at most REDRAW_WITHIN seconds. Never raises.

    Returns the error if Slack did not take the call, else None.
    """
    try:
        within(REDRAW_WITHIN, call)
    except Exception as error:  # noqa: BLE001  the change is stored: it must not look as if it had failed
        return error
    return None


def respond(response_url: str, **message: Any) -> None:  # noqa: ANN401  what chat.postMessage takes
    """Send a message to a response_url, once. Raises SlackRequestError if Slack does not take it.

    A message that Slack has refused is sent once more without its tables and charts.
    """
    # By default the client repeats a call whose connection dropped, also after Slack took it.
    client = WebhookClient(response_url, timeout=2, retry_handlers=[])
    answer = client.send(**message)
    plainer = natives.without(message) if any(name in answer.body for name in natives.REFUSED) else None
    if plainer is not None:
        answer = client.send(**plainer)
    if answer.status_code != HTTPStatus.OK:
        raise SlackRequestError(f"status_{answer.status_code}")


def is_slacks(slack: WebClient, address: str) -> bool:
    """Whether the address is Slack's own, or has the host of SLACK_API_URL (in a test, the sandbox)."""
    try:
        given, known = urlsplit(address), urlsplit(slack.base_url)
        if (given.scheme, given.netloc) == (known.scheme, known.netloc):
            return True
        host = given.hostname or ""
    except ValueError:
        return False
    return given.scheme == "https" and host.endswith((".slack.com", ".slack-gov.com")) and not given.username


def in_log(error: Exception) -> dict[str, str]:
    """The fields of the log for a failed call: no texts, because they may hold words of people."""
    where = faulty_parts(error)
    return {"error": type(error).__name__, "why": error_name(error)} | ({"where": where} if where else {})


def faulty_parts(error: Exception) -> str:
    """The faulty parts of a message or a view by Slack's answer ("/blocks/0/text"); empty if Slack names none.

    Slack's words about the faults are left out: they may repeat words of people.
    """
    try:
        metadata = error.response.get("response_metadata") if isinstance(error, SlackApiError) else None
    except (AttributeError, ValueError):
        metadata = None
    complaints = metadata.get("messages") if isinstance(metadata, dict) else None
    return " ".join(dict.fromkeys(_POINTER.findall(str(complaints)[:2000])))


def error_name(error: Exception) -> str:
    """Slack's name of an error ("expired_trigger_id"); empty without an answer, or if it is not Slack's."""
    try:
        name = error.response.get("error") if isinstance(error, SlackApiError) else ""
    except (AttributeError, ValueError):
        # The answer is JSON but no object.
        return ""
    return name if isinstance(name, str) and _ERROR_NAME.fullmatch(name) else ""
