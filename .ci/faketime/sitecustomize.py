# ruff: noqa: INP001  Python looks for it by its path
"""For processes below libfaketime, by PYTHONPATH: Python waits in a way that Debian's libfaketime 0.9.10 leaves alone.

time.sleep waits for an instant of the monotonic clock, which that library shifts though told not to: the system call
then fails with EINVAL. select waits for a span.
"""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
