"""The watch over the tests' PostgreSQL server."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import psutil

from tests import server_watch

if TYPE_CHECKING:
    from pathlib import Path


def waiting(*command: str) -> subprocess.Popen[bytes]:
    """A process that waits."""
    return subprocess.Popen(command or ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


def test_a_killed_run_leaves_no_server(tmp_path: Path) -> None:
    """A run that is killed with -9 takes its server and the server's folder with it."""
    folder = tmp_path / "server"
    folder.mkdir()
    # A shell that runs the tests in the background ignores SIGQUIT, and what it starts inherits that.
    command = ("env", "--default-signal=QUIT", "sh", "-c", "cat", "-D", str(folder))
    with waiting() as run, waiting(*command) as server:
        watch = server_watch.start(run.pid, folder)
        try:
            assert server.poll() is None
            run.kill()
            run.wait(30)
            assert server.wait(30) < 0
            assert psutil.Process(watch).wait(30) == 0
        finally:
            run.kill()
            server.kill()
    assert not folder.exists()


def test_a_run_without_a_server_leaves_nothing(tmp_path: Path) -> None:
    """A run that ends before its server has started leaves no watch and no folder."""
    with waiting() as run:
        watch = server_watch.start(run.pid, tmp_path / "server")
        run.kill()
        run.wait(30)
    assert psutil.Process(watch).wait(30) == 0
    assert not (tmp_path / "server").exists()
