"""The checks of `makegood doctor`: settings, files, database, outbox, Slack and clock, one finding each."""

from __future__ import annotations

import contextlib
import socket
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot import settings as settings_module
from bot.health.readiness import late_parts
from bot.health.words import (
    NOTE,
    OUTBOX_LATE,
    PROBLEM,
    WELL,
    Finding,
    moment,
    tell_clock,
    tell_features,
    tell_refused,
    tell_scopes,
    tell_templates,
    tell_troubles,
    tell_undecided,
)
from bot.installations import Installations
from bot.schedule import last_beats, record_heartbeat
from bot.slack_connection import FAILURES, in_words, sentence
from bot.slack_time import lowered, told_by
from handlers.replaceable import TEMPLATES
from handlers.slack import templates
from store import migrate, outbox, workspaces
from store.db import Ledger, normal_url, shown_url
from store.outbox import claiming
from store.sqlite_file import damage, files_of, full_disk, missing_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_sdk.web import SlackResponse

    from bot.settings import BasicSettings, Settings

_REFUSED_WITHIN = timedelta(days=7)
_SHOWN = 10
# Its row in the table of heartbeats, which nobody reads.
_PROBE = "doctor"
_OTHERS = stat.S_IROTH | stat.S_IWOTH


def examine(now: Callable[[], datetime], *, env_file: str = ".env") -> Iterator[Finding]:
    """All findings, one after the other. `now`: the wall clock (aware), held against Slack's."""
    settings: Settings | None = None
    try:
        settings = settings_module.load(env_file=env_file)
        mode = "Socket Mode" if settings.socket_mode else f"HTTP on {settings.host}, port {settings.port}"
        yield Finding(WELL, f"The settings are complete ({mode}).")
        yield from _address(settings.host)
    except settings_module.SettingsError as error:
        advice = "Set it in the environment or in the file .env here."
        yield from (Finding(PROBLEM, f"{problem}.", advice) for problem in error.problems)
    basic = settings or _basic(env_file)
    yield from _readable_files(env_file, basic)
    if settings and settings.templates_dir:
        yield from tell_templates(templates.check(settings.templates_dir, TEMPLATES))
    known = _identity(settings) if settings else None
    if basic:
        yield from _database(basic, now(), team_id=_team(known))
    if settings and known:
        yield from _slack(settings, known, now)


def _address(host: str) -> Iterator[Finding]:
    """A finding where this machine has no such address to listen on. Any free port will do to find out."""
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        words = f"HOST is {host}, and this machine cannot listen there: {error.strerror}."
        yield Finding(PROBLEM, words, "127.0.0.1 is for this machine only, 0.0.0.0 for every address it has.")


def _basic(env_file: str) -> BasicSettings | None:
    try:
        return settings_module.load_basic(env_file=env_file)
    except settings_module.SettingsError:
        return None


def _readable_files(env_file: str, settings: BasicSettings | None) -> Iterator[Finding]:
    """A finding for each file with secrets or with the ledger that every user of this machine may read or change."""
    files = [Path(env_file)]
    if settings:
        files += files_of(normal_url(settings.database_url.get_secret_value()))
    for path in files:
        with contextlib.suppress(OSError):
            if path.stat().st_mode & _OTHERS:
                words = f"Every user of this machine may read or change {path}."
                yield Finding(NOTE, words, f"chmod 600 '{path}'")


def _database(settings: BasicSettings, now: datetime, *, team_id: str) -> Iterator[Finding]:
    url = normal_url(settings.database_url.get_secret_value())
    shown = shown_url(url)
    unusable = missing_folder(url) or damage(url)
    if unusable:
        words, _, advice = unusable.rpartition(": ")
        yield Finding(PROBLEM, f"{words}.", f"{advice[0].upper()}{advice[1:]}")
        return
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        words = f"The database {shown} does not exist yet."
        yield Finding(PROBLEM, words, "Run `makegood migrate` or `makegood run`.")
        return
    if full := full_disk(url):
        yield Finding(PROBLEM, full)
    ledger = Ledger(url, pool_size=1)
    try:
        with ledger.read() as tx:
            tx.execute(sa.text("SELECT 1"))
        yield Finding(WELL, f"The database {shown} answers.")
        migrated = _migrations(ledger)
        yield migrated
        if migrated.mark == WELL:
            yield from _writing(ledger, now)
            yield from _outbox(ledger, now, team_id)
            yield from _heartbeats(ledger, now)
    except sa.exc.SQLAlchemyError as error:
        yield Finding(PROBLEM, f"The database {shown} does not answer: {_reason(error)}.", "See DATABASE_URL.")
    finally:
        ledger.close()


def _writing(ledger: Ledger, now: datetime) -> Iterator[Finding]:
    """A finding where the database answers and takes nothing new: it is a copy, or its disk is full."""
    try:
        record_heartbeat(ledger, _PROBE, now)
    except sa.exc.SQLAlchemyError as error:
        yield Finding(
            PROBLEM, f"The database cannot be written: {_reason(error)}.", "What is new is refused meanwhile."
        )


def _reason(error: sa.exc.SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def _migrations(ledger: Ledger) -> Finding:
    found = migrate.current(ledger)
    words = migrate.misfit(found)
    if words is None:
        return Finding(WELL, f"The database is up to date (revision {found}).")
    words, _, advice = words.partition(": ")
    return Finding(PROBLEM, f"{words}.", f"{advice[0].upper()}{advice[1:]}")


def _outbox(ledger: Ledger, now: datetime, team_id: str) -> Iterator[Finding]:
    """The messages of the workspace that our token serves; of all workspaces while Slack has not said which it is."""
    since = now - _REFUSED_WITHIN
    with ledger.read() as tx:
        own = workspaces.by_team(tx, team_id)
        served = ({own.id} if own else set()) if team_id else None
        counts = outbox.counts(tx, served)
        refused = outbox.refused(tx, since=since, workspaces=served)
        troubles = outbox.troubles(tx, since=since, workspaces=served)
        waiting_since = claiming.untaken_since(tx, now, workspaces=served)
        unknown = outbox.undecided(tx, now, most=_SHOWN, workspaces=served)
    states = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "empty"
    if waiting_since is not None and now - waiting_since > OUTBOX_LATE:
        words = f"The outbox ({states}) has not been emptied since {moment(waiting_since)}."
        yield Finding(PROBLEM, words, "See whether `makegood run` or `makegood worker` runs, and its log.")
    else:
        yield Finding(WELL, f"The outbox: {states}.")
    yield from tell_troubles(troubles, now)
    yield from (tell_refused(key, reason) for key, reason in refused[:_SHOWN])
    yield from (tell_undecided(each, now) for each in unknown)


def _heartbeats(ledger: Ledger, now: datetime) -> Iterator[Finding]:
    beats = last_beats(ledger)
    late = late_parts(beats, now)
    if not beats:
        yield Finding(NOTE, "Planner and courier have never run.", "Start `makegood run`.")
    elif late:
        yield from (Finding(PROBLEM, words) for words in late)
    else:
        newest = max(beats.values())
        yield Finding(WELL, f"Planner and courier do their rounds (last at {moment(newest)}).")


def _identity(settings: Settings) -> SlackResponse | Exception:
    """Slack's answer to who we are, or why there is none."""
    try:
        return Installations(settings).posting.auth_test()
    except FAILURES as error:
        return error


def _team(known: SlackResponse | Exception | None) -> str:
    return "" if known is None or isinstance(known, Exception) else str(known.get("team_id") or "")


def _slack(settings: Settings, answer: SlackResponse | Exception, now: Callable[[], datetime]) -> Iterator[Finding]:
    if isinstance(answer, Exception):
        yield Finding(PROBLEM, sentence(answer))
        return
    yield Finding(WELL, f"Slack knows the bot {answer.get('user')} in {answer.get('team')}.")
    yield from _other_workspaces(settings, _team(answer))
    scopes = lowered(answer.headers).get("x-oauth-scopes")
    yield tell_scopes(scopes)
    yield from tell_features(scopes, _chosen(settings, _team(answer))) if scopes else ()
    yield tell_clock(told_by(answer.headers), now())
    if settings.slack_app_token:
        try:
            slack = Installations(settings).posting
            slack.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
            yield Finding(WELL, "Slack accepts the app-level token for Socket Mode.")
        except FAILURES as error:
            advice = settings_module.WHERE["SLACK_APP_TOKEN"]
            yield Finding(PROBLEM, f"Socket Mode is not possible: {in_words(error)}.", f"SLACK_APP_TOKEN: {advice}.")


def _chosen(settings: Settings, team_id: str) -> list[str]:
    """The features that the workspace's settings ask for."""
    ledger = Ledger(settings.database_url.get_secret_value(), pool_size=1)
    try:
        with ledger.read() as tx:
            own = workspaces.by_team(tx, team_id)
            return ["reactions"] if own is not None and own.emoji else []
    except sa.exc.SQLAlchemyError:
        # It was told above that the database does not answer.
        return []
    finally:
        ledger.close()


def _other_workspaces(settings: Settings, team_id: str) -> Iterator[Finding]:
    """The workspaces of the database that another token serves, with their waiting messages."""
    ledger = Ledger(settings.database_url.get_secret_value(), pool_size=1)
    try:
        with ledger.read() as tx:
            others = outbox.waiting_besides(tx, team_id) if team_id else []
    except sa.exc.SQLAlchemyError:
        # It was told above that the database does not answer.
        others = []
    finally:
        ledger.close()
    for team, name, waits in others:
        words = f"The database also holds the workspace {team} ({name}), where {waits} messages wait."
        yield Finding(NOTE, words, "This token is not theirs: run a process with their SLACK_BOT_TOKEN as well.")
