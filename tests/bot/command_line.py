"""The command line in the process of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from bot import cli

if TYPE_CHECKING:
    from click.testing import Result


def makegood(*arguments: str) -> Result:
    """The command in this process, as somebody types it."""
    return CliRunner().invoke(cli.makegood, arguments, prog_name="makegood")
