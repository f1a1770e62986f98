"""Workers that can be killed and replaced within a moment: `python -m tests.torture.worker '{…}'`.

It loads the program once. For each line on standard input it forks a process that plans and delivers as
`makegood worker` does, with the shorter times it was given, and that says `ready PID` on standard output. When its
input ends it kills what is left and ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot import logs, settings
from bot.app import compose
from bot.service import Parts, Service, Signals, StopRequested
from bot.settling import Times
from sandbox.clock import wall_clock


def main(given: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    started: list[int] = []
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(work(given))
        started.append(pid)
    for pid in started:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def work(given: dict[str, Any]) -> int:
    """Run one worker until it is killed or asked to end; return its exit status. If the database is away at its start,
    it starts again, as a supervisor would start it.
    """
    logs.configure(level="info", style="json")
    signals = Signals()
    pause = threading.Event()
    while True:
        try:
            return _work(given, signals)
        except sa.exc.SQLAlchemyError:
            pause.wait(0.5)


def _work(given: dict[str, Any], signals: Signals) -> int:
    ahead = timedelta(seconds=given["ahead"])
    known = settings.given(slack_signing_secret="not needed here", **given["settings"])
    times = {name: timedelta(seconds=given["times"][name]) for name in ("lease", "grace", "apart")}
    makegood = compose(known, clock=lambda: wall_clock() + ahead, times=Times(post=given["times"]["post"], **times))
    service = Service(makegood, Parts(work=True))
    signals.hand_to(service)
    try:
        service.start()
        os.write(1, f"ready {os.getpid()}\n".encode())
        service.wait()
    except StopRequested:
        pass
    except sa.exc.SQLAlchemyError:
        service.stop()
        raise
    began = time.monotonic()
    finished = service.stop()
    os.write(1, f"ended {os.getpid()} {int(finished)} {time.monotonic() - began:.2f}\n".encode())
    return 0


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
