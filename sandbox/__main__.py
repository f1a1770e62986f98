"""A sandbox in a process of its own: `python -m sandbox --manifest app.json --app-url http://…`."""

import json
import signal
import threading
from pathlib import Path

import click

from sandbox.box import Sandbox


@click.command()
@click.option("--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--app-url", help="Where the app takes Slack's requests; not needed in Socket Mode.")
@click.option("--signing-secret", default="sandbox-signing-secret", show_default=True)
@click.option("--bot-token", default="xoxb-sandbox", show_default=True)
@click.option("--app-token", default="xapp-sandbox", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, help="0 takes a free one.")
@click.option("--limits/--no-limits", default=True, show_default=True, help="Enforce Slack's rate limits.")
def main(
    *,
    manifest: Path,
    app_url: str | None,
    signing_secret: str,
    bot_token: str,
    app_token: str,
    host: str,
    port: int,
    limits: bool,
) -> None:
    """A Slack workspace in a box, until it is interrupted."""
    try:
        described = json.loads(manifest.read_text())
    except ValueError as error:
        raise click.ClickException(f"{manifest} is not JSON: {error}") from error
    box = Sandbox(
        described,
        app_url=app_url,
        signing_secret=signing_secret,
        bot_token=bot_token,
        app_token=app_token,
        host=host,
        port=port,
    )
    box.limits = limits
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with box:
        click.echo(f"Workspace: {box.url}\nWeb API: {box.api_url}")
        over.wait()


if __name__ == "__main__":
    main()
