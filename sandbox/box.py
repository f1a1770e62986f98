"""The sandbox as a whole: the workspace, its Web API, its page and its way to the app, on one port."""

from collections.abc import Mapping
from typing import Any, Self

from flask import Blueprint

from sandbox.api import WebApi
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inspection import Inspection
from sandbox.models import Call
from sandbox.seed import Seed
from sandbox.server import Server
from sandbox.socketmode import SocketMode
from sandbox.web import has_page, web_app


class Sandbox(Inspection):
    """A Slack workspace in a box. A context manager: `start` opens the ports, `stop` closes them."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        app_url: str | None,
        signing_secret: str = "sandbox-signing-secret",  # noqa: S107 - a stand-in's secret guards nothing
        bot_token: str = "xoxb-sandbox",  # noqa: S107 - as above
        app_token: str = "xapp-sandbox",  # noqa: S107 - as above
        seed: Seed | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(manifest, app_url=app_url, signing_secret=signing_secret, seed=seed, clock=clock)
        self.bot_token = bot_token
        self.app_token = app_token
        self._host = host
        self._port = port
        self._server: Server | None = None
        self.sockets = SocketMode(host, self.seed.app_id)
        self.api = WebApi(self, bot_token=bot_token, app_token=app_token, socket_url=self.sockets.new_address)
        if self.manifest.socket_mode:
            self.transport = self.sockets

    # -- life ---------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Open the ports. `url` and `api_url` are known from here on."""
        if self._server is not None:
            raise RuntimeError("this sandbox is running already")
        self._server = Server(web_app(self, self.api, self._page()), self._host, self._port)
        self.url = f"http://{self._host}:{self._server.port}"
        if self.manifest.socket_mode:
            self.sockets.start()
        return self

    def _page(self) -> Blueprint | None:
        """Imported late, because benches and API tests do not need the page."""
        if not has_page():
            return None
        from sandbox.page import blueprint  # noqa: PLC0415 - see above

        return blueprint(self)

    def stop(self) -> None:
        """Close everything and wait for every thread. Harmless when it is not running."""
        self.faults.stop()
        self.world.close()
        self.events.stop()
        self.sockets.stop()
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.http.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for tests and the page -----------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        """The base URL for the Web API client of a bot."""
        return f"{self.url}/api/"

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API so far."""
        return self.api.calls

    @property
    def faults(self) -> Faults:
        """Faults of the Web API: `faults.fail(method, kind, …)`, `faults.stop()`."""
        return self.api.faults

    @property
    def limits(self) -> bool:
        """Whether Slack's rate limits are enforced."""
        return self.api.limiter.on

    @limits.setter
    def limits(self, on: bool) -> None:
        self.api.limiter.on = on

    def revoke_token(self) -> None:
        """From now on the bot token is answered with `token_revoked`."""
        self.api.revoked = True
        self.world.changed()

    def drop_connections(self) -> int:
        """Cut every Socket Mode connection without a close frame; returns their number."""
        return self.sockets.drop()
