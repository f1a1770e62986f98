"""What can be expected to go wrong when a command runs, in words. Whatever is not here is a bug and raises."""

from __future__ import annotations

import errno
import sys


def in_words(error: BaseException) -> str | None:
    """The words for whoever typed the command; None for what nobody expected.

    Looks only into modules that are loaded: an error of a library that was never imported cannot be here.
    """
    for explain in (_ledger, _settings, _database, _migrations, _slack, _packages, _system):
        words = explain(error)
        if words is not None:
            return words
    return None


def _ledger(error: BaseException) -> str | None:
    module = sys.modules.get("store.errors")
    if module is None or not isinstance(error, module.LedgerError):
        return None
    words: str = error.words
    return words


def _settings(error: BaseException) -> str | None:
    module = sys.modules.get("bot.settings")
    if module is None or not isinstance(error, module.SettingsError):
        return None
    problems: list[str] = error.problems
    return "\n".join(["Makegood cannot start with these settings:", *(f"  {problem}." for problem in problems)])


def _database(error: BaseException) -> str | None:
    module = sys.modules.get("sqlalchemy.exc")
    if module is None or not isinstance(error, (module.DBAPIError, module.TimeoutError)):
        return None
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"The database does not answer: {reason}. See DATABASE_URL."


def _migrations(error: BaseException) -> str | None:
    module = sys.modules.get("alembic.util.exc")
    if module is None or not isinstance(error, module.CommandError):
        return None
    return f"The database cannot be brought up to date: {error}. It may have been used by a newer version."


def _slack(error: BaseException) -> str | None:
    module = sys.modules.get("slack_sdk.errors")
    if module is None or not isinstance(error, module.SlackClientError):
        return None
    from bot.link import in_words as slack_in_words  # noqa: PLC0415  the SDK is loaded, so this costs nothing

    return f"Slack does not accept the bot: {slack_in_words(error)}."


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
