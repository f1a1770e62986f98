"""The end of the tests' PostgreSQL server: it ends with the test run, however that ends.

The server belongs to no worker, because all workers share it and each may be killed. So a process of its own waits for
the end of the run: `python tests/server_watch.py PID FOLDER`.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil


def start(run: int, folder: Path) -> int:
    """Starts the watch over the server in `folder`, in a session of its own: Ctrl-C ends the run, and not the watch.

    `run`: the id of the process that lives as long as the test run. Returns the id of the watch.
    """
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
    command = [sys.executable, __file__, str(run), str(folder)]
    return os.posix_spawn(sys.executable, command, os.environ, file_actions=silent, setsid=True)


def watch(run: int, folder: Path) -> None:
    """Waits for the end of the run, ends the server at once, and deletes its folder."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(run).wait()
    for process in psutil.process_iter(["cmdline"]):
        # The server, or a program that prepares it. The server ends its own processes.
        if str(folder) in (process.info["cmdline"] or ()) and process.pid != os.getpid():
            with suppress(psutil.NoSuchProcess):
                # PostgreSQL's immediate shutdown.
                process.send_signal(signal.SIGQUIT)
                process.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(int(sys.argv[1]), Path(sys.argv[2]))
