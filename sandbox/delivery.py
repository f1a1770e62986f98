"""Requests from Slack to the app, and their acks.

Two transports: a signed HTTP POST to the app's URL, or a Socket Mode envelope (socketmode.py).
"""

import hashlib
import hmac
import json
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias
from urllib.parse import urlencode

import httpx

from sandbox.clock import wall_clock
from sandbox.models import Json

ACK_SECONDS = 3.0
"""An app has three real seconds to ack a request."""

Kind: TypeAlias = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A request to the app. A retried event has the number and reason of the retry."""

    kind: Kind
    payload: Json
    retry: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """How the app answered. `failure` is Slack's name for what went wrong, also sent as a retry reason."""

    status: int | None
    body: Any = None
    ms: float = 0.0
    timed_out: bool = False
    failure: str | None = None
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return self.failure is None


class Transport(Protocol):
    """A way to the app."""

    def send(self, parcel: Parcel, seconds: float) -> Ack:
        """Hand over and wait for the ack, at most `seconds`. Never raises for what the app does."""

    def stop(self) -> None:
        """Give up every connection."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The v0 signature of a request body."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class HttpTransport:
    """POSTs to the app's one URL, signed as Slack signs. The URL may change between two parcels."""

    def __init__(self, secret: str, url: str | None) -> None:
        self.url = url
        self._secret = secret
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def send(self, parcel: Parcel, seconds: float) -> Ack:
        if self.url is None:
            return Ack(None, failure="connection_failed")
        body, content_type = _encode(parcel)
        # The app holds it against its machine's clock, wherever the workspace's clock was moved to.
        timestamp = str(int(wall_clock().timestamp()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if parcel.retry:
            headers |= {"X-Slack-Retry-Num": str(parcel.retry), "X-Slack-Retry-Reason": parcel.reason}
        return self._post(self.url, body, headers, seconds)

    def _post(self, url: str, body: bytes, headers: dict[str, str], seconds: float) -> Ack:
        started = time.monotonic()
        try:
            response = self._connected().post(url, content=body, headers=headers, timeout=seconds)
        except httpx.TimeoutException:
            return Ack(None, ms=_since(started), timed_out=True, failure="http_timeout")
        except (httpx.TransportError, httpx.InvalidURL):
            return Ack(None, ms=_since(started), failure="connection_failed")
        passed = _since(started)
        if passed >= seconds * 1000:
            return Ack(None, ms=passed, timed_out=True, failure="http_timeout")
        return Ack(
            response.status_code,
            body=_decode(response),
            ms=passed,
            failure=None if response.is_success else "http_error",
            no_retry=response.headers.get("X-Slack-No-Retry") == "1",
        )

    def _connected(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                # The app is on this machine: no proxy, and no certificates to load from disk.
                self._client = httpx.Client(
                    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                    trust_env=False,
                    limits=httpx.Limits(max_connections=None, keepalive_expiry=2),
                )
            return self._client

    def stop(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _encode(parcel: Parcel) -> tuple[bytes, str]:
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload).encode(), "application/json"
    fields = parcel.payload
    if parcel.kind == "interactive":
        fields = {"payload": json.dumps(parcel.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _decode(response: httpx.Response) -> Any:  # noqa: ANN401 - an ack is any JSON, or text
    if not response.content:
        return None
    try:
        return response.json() if response.text.lstrip()[:1] in "{[" else response.text
    except ValueError:
        return response.text


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000
