"""The Web API. Every call passes through `WebApi.call`, which authenticates, limits and logs it. There
`faults` make it fail, and a test can replace it (`intercept`).
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.faults import Faults
from sandbox.limiter import Limiter
from sandbox.methods import METHODS, Args, Method, Workspace
from sandbox.models import Call, Json
from sandbox.reply import Reply

LOG = 100_000
"""The number of calls that the log keeps."""


Intercept: TypeAlias = Callable[[str, Json, Callable[[], Reply]], Reply]
"""Called in place of a call, with the method, its arguments, and a function that carries the call out."""


class WebApi:
    """The dispatcher."""

    def __init__(self, core: Core, *, bot_token: str, app_token: str, socket_url: Callable[[], str]) -> None:
        self._core = core
        self._bot_token = bot_token
        self._app_token = app_token
        self.limiter = Limiter()
        self.revoked = False
        self.faults = Faults(core.clock, changed=core.world.changed)
        self.intercept: Intercept | None = None
        self._workspace = Workspace(core, self.limiter, socket_url)
        self._log: deque[Call] = deque(maxlen=LOG)
        self._lock = threading.Lock()

    @property
    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._log)

    def call(self, method: str, args: Json, token: str | None) -> Reply:
        """Carry out one call, log it, and wake all threads that wait for a change."""
        at, started = self._core.clock.now(), time.monotonic()
        answer = partial(self.faults.meet, method, partial(self._answer, method, args, token))
        reply = self.intercept(method, args, answer) if self.intercept else answer()
        call = Call(
            method=method,
            args=args,
            ok=bool(reply.body.get("ok")),
            error=reply.body.get("error"),
            at=at,
            duration=time.monotonic() - started,
            token=token,
            status=reply.status,
        )
        with self._lock:
            self._log.append(call)
        self._core.world.changed()
        return reply

    def _answer(self, name: str, args: Json, token: str | None) -> Reply:
        headers: dict[str, str] = {}
        try:
            method = _known(name)
            self._authenticate(method, token)
            headers = self._scope_headers(method)
            self.limiter.take(name, method.tier)
            self._has_scope(method)
            return Reply({"ok": True, **method.run(self._workspace, Args(args))}, headers=headers)
        except SlackError as error:
            body = error.body()
            if error.needed is not None:
                body["provided"] = ",".join(self._core.manifest.scopes)
            if error.retry_after is not None:
                headers = {**headers, "Retry-After": str(error.retry_after)}
            return Reply(body, status=error.status, headers=headers)

    def _authenticate(self, method: Method, token: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in (self._bot_token, self._app_token):
            raise SlackError("invalid_auth")
        if (token == self._app_token) != method.app_level:
            raise SlackError("not_allowed_token_type")
        if token == self._bot_token and not self._core.installed:
            raise SlackError("account_inactive")
        if token == self._bot_token and self.revoked:
            raise SlackError("token_revoked")

    def _scope_headers(self, method: Method) -> dict[str, str]:
        return {
            "X-OAuth-Scopes": ",".join(self._core.manifest.scopes),
            "X-Accepted-OAuth-Scopes": ",".join(method.scopes),
        }

    def _has_scope(self, method: Method) -> None:
        if method.scopes and not set(method.scopes) & set(self._core.manifest.scopes):
            raise SlackError("missing_scope", needed=",".join(method.scopes))


def _known(name: str) -> Method:
    try:
        return METHODS[name]
    except KeyError:
        raise SlackError("unknown_method") from None
