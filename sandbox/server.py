"""An HTTP port: a WSGI app on waitress, in a thread that `stop` ends."""

import threading
from wsgiref.types import WSGIApplication

from waitress import create_server, wasyncore

THREADS = 16
"""Each open page holds one, and each gesture from a page another while the app answers."""


class Server:
    """Serves from its construction until `stop`."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        self._waitress = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident="Slack in a box",
            clear_untrusted_proxy_headers=True,
            # select() fails in a process with more than 1,024 open files, as a test of many connections has.
            asyncore_use_poll=True,
        )
        self.port = int(self._waitress.effective_port)
        self._thread = threading.Thread(target=self._waitress.run, name="sandbox-http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let running requests end, close every socket, join the thread."""
        server = self._waitress
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(self._close_sockets)
        self._thread.join()
        # The loop must not close the trigger: it can run before `pull_trigger` has written to it. The write would then
        # go to a new file with the same file number.
        server.trigger.close()

    def _close_sockets(self) -> None:
        """Runs in the loop that owns the sockets. The loop returns when no socket is left."""
        server = self._waitress
        server.trigger.del_channel()
        wasyncore.dispatcher.close(server)
        wasyncore.close_all(server._map)  # noqa: SLF001 - waitress has no public way
