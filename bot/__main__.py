"""`python -m bot`, which is the same as `makegood`."""

from __future__ import annotations

import sys
from typing import TextIO


def main() -> None:
    """The command line. Exit status: 0 fine, 1 a problem, told in words, 2 wrong usage."""
    from bot.cli import makegood  # noqa: PLC0415  so that the streams are ready before an import writes to them

    for stream in (sys.stdout, sys.stderr):
        _bear_anything(stream)
    makegood(prog_name="makegood")


def _bear_anything(stream: TextIO) -> None:
    """A terminal without ✓ shows ? and does not end the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")


if __name__ == "__main__":
    main()
