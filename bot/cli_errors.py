"""The errors of commands: a command ends with words for each error that it can expect. Any other error is a bug and
raises.
"""

from __future__ import annotations

import errno
import sys
import urllib.error
from typing import Any

import click
import sqlalchemy as sa
from alembic.util import CommandError
from slack_sdk.errors import SlackClientError

from bot.settings import SettingsError
from bot.slack_connection import sentence
from store.errors import LedgerError
from store.rules.text import printable


class Problem(click.ClickException):
    """An error with words for the terminal, without a traceback; exit status 1."""

    def show(self, file: Any = None) -> None:  # noqa: ANN401  as click declares it
        click.echo(printable(self.message), file=file or sys.stderr)


class Commands(click.Group):
    """The group of commands: turns expected errors into words for every command."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  as click declares it
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            # click ends quietly where nobody reads on: `makegood doctor | head -1`.
            raise
        except Exception as error:
            words = in_words(error)
            if words is None:
                raise
            raise Problem(words) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of bot/cli.py: the most needed one comes first."""
        del ctx
        return list(self.commands)


def in_words(error: BaseException) -> str | None:
    """The words for the person who typed the command; None for an error that nobody expected."""
    for explain in (_ledger, _settings, _database, _migrations, _slack, _packages, _system):
        words = explain(error)
        if words is not None:
            return words
    return None


def _ledger(error: BaseException) -> str | None:
    return error.words if isinstance(error, LedgerError) else None


def _settings(error: BaseException) -> str | None:
    if not isinstance(error, SettingsError):
        return None
    return "\n".join(["Makegood cannot start with these settings:", *(f"  {problem}." for problem in error.problems)])


def _database(error: BaseException) -> str | None:
    if not isinstance(error, (sa.exc.DBAPIError, sa.exc.TimeoutError)):
        return None
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"The database does not answer: {reason}. See DATABASE_URL."


def _migrations(error: BaseException) -> str | None:
    if not isinstance(error, CommandError):
        return None
    return f"The database cannot be brought up to date: {error}. It may have been used by a newer version."


def _slack(error: BaseException) -> str | None:
    # Only calls to Slack raise a URLError: databases have errors of their own.
    return sentence(error) if isinstance(error, SlackClientError | urllib.error.URLError) else None


def _packages(error: BaseException) -> str | None:
    if not isinstance(error, ModuleNotFoundError):
        return None
    if str(error.name).partition(".")[0] not in {"sandbox", "httpx", "websockets"}:
        return None
    return "The demo is not part of this installation: get Makegood's source code and run `make demo` there."


def _system(error: BaseException) -> str | None:
    if not isinstance(error, OSError):
        return None
    if error.errno == errno.EADDRINUSE:
        return "The port is in use: stop what uses it, or set PORT to another one."
    if error.errno == errno.EACCES and error.filename is None:
        return "The port may not be used: set PORT to one above 1023."
    return f"The system refused: {error.strerror or getattr(error, 'reason', None) or error}."
