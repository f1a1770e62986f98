"""The sandbox as a whole: the workspace, its Web API, its page and its way to the app, on one port."""

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from flask import Blueprint

from sandbox.actions.admin import AdminActions
from sandbox.actions.block import BlockActions
from sandbox.actions.form_values import FormValues
from sandbox.actions.interactions import Interactions
from sandbox.actions.modal import ModalActions
from sandbox.actions.suggestion import Suggestions
from sandbox.actions.user import UserActions
from sandbox.api import WebApi
from sandbox.clock import Clock
from sandbox.core import Core
from sandbox.faults import Faults
from sandbox.inspection import Inspection
from sandbox.models import Call
from sandbox.seed import Seed
from sandbox.server import Server
from sandbox.socketmode import SocketMode
from sandbox.web import has_page, web_app
from sandbox.world import Deadline

T = TypeVar("T")


class Sandbox:
    """A Slack workspace in a box. A context manager: `start` opens the ports, `stop` closes them.

    It is put together from parts that share one state, `core`. Their public methods are methods of the sandbox too:
    `press` is `BlockActions.press`.
    """

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
        self.core = core = Core(manifest, app_url=app_url, signing_secret=signing_secret, seed=seed, clock=clock)
        self.bot_token = bot_token
        self.app_token = app_token
        self._host = host
        self._port = port
        self._server: Server | None = None
        self.sockets = SocketMode(host, core.seed.app_id)
        self.api = WebApi(core, bot_token=bot_token, app_token=app_token, socket_url=self.sockets.new_address)
        if core.manifest.socket_mode:
            core.transport = self.sockets
        self.manifest, self.seed, self.clock = core.manifest, core.seed, core.clock
        self.world, self.surfaces, self.triggers = core.world, core.surfaces, core.triggers
        self.objects, self.events, self.send = core.objects, core.events, core.send
        self._add_actions(core)

    def _add_actions(self, core: Core) -> None:
        interactions, form_values = Interactions(core), FormValues(core.surfaces)
        self.response_url, self.interaction = core.response_url, interactions.payload

        user = UserActions(core, interactions)
        self.say, self.command, self.open_home, self.react = user.say, user.command, user.open_home, user.react
        self.global_shortcut, self.message_shortcut = user.global_shortcut, user.message_shortcut
        self.press = BlockActions(core, interactions, form_values).press
        self.suggestions = Suggestions(core, interactions, form_values).suggestions
        modal = ModalActions(core, interactions, form_values)
        self.submit, self.close = modal.submit, modal.close

        admin = AdminActions(core)
        self.change_user, self.add_user, self.uninstall = admin.change_user, admin.add_user, admin.uninstall
        self.add_channel, self.archive, self.verify_url = admin.add_channel, admin.archive, admin.verify_url
        self.join, self.leave, self.invite_app = admin.join, admin.leave, admin.invite_app
        self.move_clock, self.retry_events = core.move_clock, core.events.retry

        inspection = Inspection(core)
        self.messages, self.dm, self.picture = inspection.messages, inspection.dm, inspection.picture
        self.home, self.modals = core.surfaces.home, core.surfaces.stack

    # -- life ---------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Open the ports. `url` and `api_url` are known from here on."""
        if self._server is not None:
            raise RuntimeError("this sandbox is running already")
        self._server = Server(web_app(self.core, self.api, self._page()), self._host, self._port)
        self.core.url = f"http://{self._host}:{self._server.port}"
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
        self.core.http.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for tests and the page -----------------------------------------------------------------------------

    @property
    def app_url(self) -> str | None:
        """Where the app listens; may be set at any time. None in Socket Mode."""
        return self.core.http.url

    @app_url.setter
    def app_url(self, url: str | None) -> None:
        self.core.http.url = url

    @property
    def url(self) -> str:
        """The address of the page."""
        return self.core.url

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

    def wait_for(self, predicate: Callable[[Self], T | None], *, timeout: float = 10) -> T:
        """The first truthy answer of `predicate`, asked again after every change in the workspace (each
        call of the Web API is one). AssertionError with a picture of the workspace after `timeout` real
        seconds. The lock is not held while the predicate runs.
        """
        deadline = Deadline(timeout)
        while True:
            seen = self.world.revision
            found = predicate(self)
            if found:
                return found
            if deadline.left <= 0 or self.world.closed:
                raise AssertionError(f"not within {timeout} s. The workspace:\n{self.picture()}")
            self.world.wait(seen, deadline.left)
