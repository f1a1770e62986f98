"""The commands."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

import store.migrate
from bot import logs
from bot.app import compose
from bot.cli_errors import Commands, Problem
from bot.cli_instants import YEARS, Instant, clock_from
from bot.health.doctor import examine
from bot.health.words import has_problem
from bot.manifest import for_address, for_socket_mode
from bot.rehearsal import became, rehearse
from bot.schedule import COURIER, PLANNER, put_clock_right, record_heartbeat
from bot.service import Parts, Service, Signals, StopRequested
from bot.settings import load, load_basic
from bot.why import about
from handlers.ids import FEATURES
from store import outbox
from store.db import Ledger
from store.rules.text import printable
from store.sqlite_file import damage, missing_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.settings import BasicSettings, Settings


# So far ahead of this machine's clock an instant is not yet one to come.
_CLOCKS_APART = timedelta(minutes=1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="makegood", prog_name="makegood")
def makegood() -> None:
    """Makegood keeps account plans alive in Slack: every commitment has an owner, a date and somebody who
    asks again.

    Settings come from the environment and from a file .env in the current folder; .env.example lists them all.
    """


@makegood.command()
def run() -> None:
    """Run everything in one process.

    Brings the database up to date, connects to Slack, plans, delivers, and answers Slack over HTTP, or over
    Socket Mode where SLACK_APP_TOKEN is set. Ends in good order on Ctrl-C and SIGTERM.
    """
    _serve(web=True, work=True, bring_up_to_date=True)


@makegood.command()
def web() -> None:
    """Answer Slack only; `makegood worker` does the rest.

    Any number may run on one PostgreSQL database. Run `makegood migrate` first.
    """
    _serve(web=True, work=False)


@makegood.command()
def worker() -> None:
    """Plan and deliver only; `makegood web` answers Slack.

    Any number may run on one PostgreSQL database. Run `makegood migrate` first.
    """
    _serve(web=False, work=True)


@makegood.command()
def migrate() -> None:
    """Bring the database up to date.

    Safe to run again, and from several machines at once: they queue.
    """
    settings = _basic_settings()
    ledger = _ledger(settings)
    try:
        _be_whole(ledger)
        before, after = store.migrate.upgrade(ledger)
    finally:
        ledger.close()
    click.echo(
        f"The database was up to date (revision {after})."
        if before == after
        else f"The database was brought from revision {before or 'none'} to {after}."
    )


@makegood.command()
@click.option("--at", type=Instant(), help="Act as of this instant, e.g. 2026-11-23T09:00:00+01:00. Default: now.")
@click.option("--dry-run", is_flag=True, help="Only say who would be told, and what. Nothing is kept, nobody is told.")
@click.option("--ahead", is_flag=True, help="Tell people now what is due at a later instant, given with --at.")
def tick(at: datetime | None, *, dry_run: bool, ahead: bool) -> None:
    """Plan and deliver once, and say who is told what.

    For a cron job instead of a worker, and for trying out what happens on another day. With --at everything
    takes place as of that instant; without --dry-run it is kept and people are really told. A person who is told
    ahead of the clock gets no other brief until that day has passed, so an instant to come needs --ahead or --dry-run.
    """
    if at is not None and at > datetime.now(UTC) + _CLOCKS_APART and not dry_run and not ahead:
        raise click.UsageError(
            f"{at:%Y-%m-%d %H:%M} UTC is still to come. --dry-run says who would be told what then; --ahead tells them"
            " now, and then they get no other brief until that day has passed."
        )
    clock = clock_from(at)
    if dry_run:
        _dry_tick(clock())
    else:
        _tick(clock, as_of_now=at is None)


@makegood.command()
@click.argument("number", metavar="NUMBER")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="About that day, e.g. 2026-12-04.")
@click.option("--workspace", metavar="TEAM_ID", help="Whose commitment, where several workspaces share a database.")
def explain(number: str, on: datetime | None, workspace: str | None) -> None:
    """Say when a commitment is mentioned next, to whom, and why.

    With --on: what everybody hears of it on that day, and why not where they hear nothing. NUMBER is 12 or '#12'.
    """
    if on is not None and on.year not in YEARS:
        raise click.BadParameter(f"{on.date()} is not in the years {YEARS[0]} to {YEARS[-1]}", param_hint="--on")
    ledger = _ledger(_basic_settings())
    try:
        _have_the_shape(ledger, upgrade=False)
        for sentence in about(ledger, number, datetime.now(UTC), on=on.date() if on else None, team_id=workspace):
            _say(sentence)
    finally:
        ledger.close()


@makegood.command()
def doctor() -> None:
    """Look at settings, database, Slack, clock and outbox, and say what to do.

    Exit status 1 if there is a problem (✗); ! is worth knowing, ✓ is fine.
    """
    # Each trouble that a library would log is one of the findings.
    _log(None, level="critical")
    findings = []
    for finding in examine(lambda: datetime.now(UTC)):
        _say(str(finding))
        findings.append(finding)
    if has_problem(findings):
        sys.exit(1)


@makegood.command()
@click.option("--socket", is_flag=True, help="For Socket Mode: no public address is needed.")
@click.option("--url", metavar="https://…", help="For HTTP: the public address of the bot.")
@click.option(
    "--with", "features", metavar="NAMES", default="", help=f"Also these, with commas: {', '.join(FEATURES)}."
)
def manifest(url: str | None, features: str, *, socket: bool) -> None:
    """Print the app manifest to paste into Slack.

    --with messages: the bot answers what people write in its Messages tab. --with mentions: it answers a message that
    mentions it. --with reactions: an emoji offers a message as a commitment. --with pictures: pictures of an account
    plan are uploaded. --with canvas: the plan of an account is a canvas tab of its channel. docs/permissions.md says
    which permission each of them needs.

    Create the app at https://api.slack.com/apps with “From a manifest”, or update it under “App Manifest”.
    """
    if socket == (url is not None):
        raise click.UsageError("Choose one: --socket, or --url with the bot's https address.")
    wanted = [name.strip() for name in features.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in FEATURES]:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(FEATURES)}", param_hint="--with")
    try:
        found = for_socket_mode(wanted) if url is None else for_address(url, wanted)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from None
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@makegood.command()
@click.option("--port", type=click.IntRange(0, 65535), default=3100, show_default=True, help="Where the page is.")
@click.option("--database", metavar="URL", help="Keep the demo's own ledger here. Default: a temporary file.")
def demo(port: int, database: str | None) -> None:
    """Try it without Slack: the real bot in front of a workspace in a box, in your browser.

    Needs no settings and no network. If the port is taken the next free one is used.
    """
    from bot.demo.running import run_demo  # noqa: PLC0415  what runs in production has no sandbox

    if database is not None and "://" not in database:
        hint = f"use sqlite:///{database or 'demo.db'}"
        raise click.BadParameter(f"{database!r} is not a database address: {hint}", param_hint="--database")
    _log(None, level="warning")
    _leave(finished=run_demo(port=port, database=database, say=click.echo))


def _serve(*, web: bool, work: bool, bring_up_to_date: bool = False) -> None:
    signals = Signals()
    settings = _settings()
    makegood = compose(settings)
    try:
        _have_the_shape(makegood.ledger, upgrade=bring_up_to_date)
        service = Service(makegood, Parts(web=web, work=work))
    except BaseException:
        makegood.close()
        raise
    signals.hand_to(service)
    try:
        service.start()
        service.wait()
    except StopRequested:
        # While it was starting; what had begun is stopped like anything else.
        pass
    except BaseException:
        service.stop()
        raise
    finished = service.stop()
    if service.failed:
        click.echo(f"{service.failed}. The process ends, so that its supervisor starts it anew.", err=True)
    _leave(finished=finished, status=1 if service.failed else 0)


def _have_the_shape(ledger: Ledger, *, upgrade: bool) -> None:
    _be_whole(ledger)
    if upgrade:
        store.migrate.upgrade(ledger)
    elif words := store.migrate.misfit(store.migrate.current(ledger)):
        raise Problem(words)


def _be_whole(ledger: Ledger) -> None:
    if words := missing_folder(ledger.url) or damage(ledger.url):
        raise Problem(words)


def _tick(clock: Callable[[], datetime], *, as_of_now: bool) -> None:
    makegood = compose(_settings(), clock=clock)
    try:
        _have_the_shape(makegood.ledger, upgrade=False)
        makegood.connect()
        started, served = clock(), makegood.served()
        if as_of_now:
            put_clock_right(makegood)
        with makegood.ledger.read() as tx:
            due = outbox.due_ids(tx, started, served)
        planned = makegood.plan(started)
        taken = makegood.courier.deliver_due()
        if as_of_now:
            for part in (PLANNER, COURIER):
                record_heartbeat(makegood.ledger, part, clock())
        with makegood.ledger.read() as tx:
            said = became(tx, taken=taken, due=due, planned=planned, now=clock())
            refused = outbox.refused(tx, since=started, workspaces=served)
    finally:
        makegood.close()
    for line in said:
        _say(line)
    for key, reason in refused:
        _say(f"Slack refused {key}: {reason}", err=True)
    if refused:
        sys.exit(1)


def _dry_tick(now: datetime) -> None:
    ledger = _ledger(_basic_settings())
    try:
        _have_the_shape(ledger, upgrade=False)
        said = rehearse(ledger, now)
    finally:
        ledger.close()
    for line in said:
        _say(line)
    click.echo("Nothing was kept and nobody was told: this was a dry run.")


def _say(text: str, *, err: bool = False) -> None:
    """Print without control characters, which a terminal obeys: names are other people's text."""
    click.echo(printable(text), err=err)


def _settings() -> Settings:
    found = load()
    _log(found)
    return found


def _basic_settings() -> BasicSettings:
    found = load_basic()
    _log(found)
    return found


def _log(settings: BasicSettings | None, *, level: str = "info") -> None:
    if settings is None:
        logs.configure(level=level)
    else:
        logs.configure(level=settings.log_level, style=settings.log_format, secrets=settings.secrets)


def _ledger(settings: BasicSettings) -> Ledger:
    return Ledger(settings.database_url.get_secret_value(), pool_size=2)


def _leave(*, finished: bool, status: int = 0) -> None:
    """End the process, even if a thread hangs: a stop must not take longer than promised."""
    if finished:
        sys.exit(status)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
