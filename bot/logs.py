"""Logs: one line per event, with ids and never with what people wrote or with a secret."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, TextIO

import sqlalchemy as sa
import structlog
from slack_sdk.errors import SlackApiError

from store.rules.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.typing import EventDict, Processor, WrappedLogger

# Whose lower levels are ours to choose. Everybody else's say what is in requests: Bolt logs whole bodies at
# INFO, the SDK whole calls at DEBUG. And a library sets the level of its own loggers, so that the one place
# that holds is the handler.
OURS = ("bot", "handlers", "store", "sandbox", "__main__")

# waitress says how many requests wait whenever one does: pages that wait for news, and any burst, fill the log with it.
_CHATTER = frozenset({"waitress.queue"})

# Bolt reads our variables by itself and warns that it does not use them; waitress ends with requests of open pages
# that wait for news.
_NO_NEWS = ("As you gave `client` as well", "Canceling ")

# A "secret" of a letter or two would hide the log itself.
_SHORTEST = 6
HIDDEN = "[hidden]"
_TOKENS = re.compile(
    r"xox[a-z]{1,10}[.-][A-Za-z0-9.-]+|xapp-[A-Za-z0-9-]+|https://hooks\.slack(?:-gov)?\.com/[^\s\"']+"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"
)
# SQLAlchemy tells the values of a failed statement, which are what people wrote.
_PARAMETERS = re.compile(r"\[parameters: .*?(?:\](?=\n|$)|\Z)", re.DOTALL)


_ID = re.compile(r"[A-Za-z0-9_./:-]{1,80}")


def request_ids(body: dict[str, Any]) -> dict[str, str]:
    """The parts of a payload of any shape that may stand in the log: kinds and ids, no words."""
    event, user, view = (_part(body, name) for name in ("event", "user", "view"))
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    found = {
        "kind": body.get("command") or event.get("type") or body.get("type"),
        "what": action.get("action_id") or view.get("callback_id") or body.get("callback_id"),
        "user": body.get("user_id") or user.get("id") or event.get("user"),
        "event_id": body.get("event_id"),
    }
    return {name: value for name, value in found.items() if isinstance(value, str) and _ID.fullmatch(value)}


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


class OnlyOurs(logging.Filter):
    """Passes the events of this program, and of libraries only warnings and errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] in OURS:
            return True
        if record.name in _CHATTER:
            return False
        return record.levelno >= logging.WARNING and not str(record.msg).startswith(_NO_NEWS)


class Hide:
    """Removes three things from every text of an event: the given secrets, texts that look like a token, and control
    characters, which a terminal obeys.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
        either = "|".join(map(re.escape, known))
        self._known = re.compile(rf"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])") if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:  # noqa: ANN401  an event carries any value
        if isinstance(value, str):
            text = printable(value)
            text = self._known.sub(HIDDEN, text) if self._known else text
            return _PARAMETERS.sub("[parameters hidden]", _TOKENS.sub(HIDDEN, text))
        if isinstance(value, dict):
            return {key: self._clean(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._clean(each) for each in value]
        if isinstance(value, BaseException):
            return self._clean(f"{type(value).__name__}: {value}")
        return value


def configure(
    *,
    level: str = "info",
    style: str | None = None,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Route every log of the process, ours and the libraries', to one place (standard error).

    `style` is "console" or "json"; None chooses by whether that place is a terminal.
    """
    stream = stream or sys.stderr
    style = style or ("console" if stream.isatty() else "json")
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream)
    handler.addFilter(OnlyOurs())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _first_line],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Hide(secrets),
                _renderer(style, colors=stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        # Those of others (a test's) stay.
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _first_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the first line of a library's warning. Bolt appends a page of sample code, and the text of a search."""
    event["event"] = re.sub(
        r"^Unhandled request .*", "Unhandled request", str(event.get("event", "")).partition("\n")[0]
    )
    return event


def _renderer(style: str, *, colors: bool) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)


def log_failure(job: str, error: Exception) -> None:
    """Log that a job of the schedule has failed. It is repeated at the next tick."""
    log = structlog.get_logger(__name__)
    if isinstance(error, sa.exc.SQLAlchemyError | SlackApiError | OSError):
        # Expected of a network: words are enough, and a statement's parameters may be what people wrote.
        log.error("job_failed", job=job, error=type(error).__name__, why=str(error).partition("\n")[0])
    else:
        log.error("job_failed", job=job, exc_info=error)
