"""Uploads of pictures and other files: three calls to Slack, and the question whether Slack has read a picture."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.error import HTTPError

import structlog
from slack_sdk.errors import SlackClientError

from bot.slack import DeliveryError, outcomes
from handlers.slack.calls import in_log
from store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk import WebClient

    from handlers.calendars.files import File
    from handlers.pictures.drawing import Picture
    from store.db import Ledger

log = structlog.get_logger(__name__)

# Slack takes at most so many characters for the description of a picture.
_DESCRIPTION = 1000


class UnreadError(Exception):
    """Slack has the picture, and has not read it yet."""


def uploaded(ledger: Ledger, client: WebClient, workspace_id: int, picture: Picture, now: datetime) -> str | None:
    """The id of Slack's file with this picture, which is uploaded if it is not there; None if Slack does not take it.

    UnreadError if it cannot be shown yet.
    """
    content = hashlib.blake2b(picture.svg.encode(), digest_size=16).hexdigest()
    with ledger.read() as tx:
        known = outbox.file_of(tx, workspace_id, content)
    # A file that was deleted in Slack is uploaded again.
    kind = _or_none(lambda: _kind_of(client, known)) if known else None
    if known is None or kind is None:
        known = _or_none(lambda: _upload(client, picture))
        if known is None:
            return None
        with ledger.begin() as tx:
            outbox.keep_file(tx, workspace_id, content, known, now)
        kind = _or_none(lambda: _kind_of(client, known))
    if kind == "":
        raise UnreadError
    return known if kind else None


def _upload(client: WebClient, picture: Picture) -> str:
    answer = client.files_upload_v2(
        filename="picture.png", content=picture.png(), title=picture.title,
        alt_txt="; ".join(picture.words)[:_DESCRIPTION],
    )  # fmt: skip
    # As text: with the field missing the answer is not Slack's.
    return str("" + answer["files"][0]["id"])


def link_to(client: WebClient, file: File) -> str | None:
    """The link of the file, which is uploaded for nobody: a message of ours with the link shares it with its readers.
    None if Slack does not take it.
    """
    return _or_none(lambda: _share(client, file))


def _share(client: WebClient, file: File) -> str:
    answer = client.files_upload_v2(filename=file.name, content=file.content, title=file.title)
    # As text, as above.
    return str("" + answer["files"][0]["permalink"])


def _kind_of(client: WebClient, file: str | None) -> str:
    """The type of a file; "" as long as Slack has not read it."""
    return str(client.files_info(file=str(file))["file"].get("mimetype") or "")


def _or_none(call: Callable[[], str]) -> str | None:
    """The answer; None if Slack refuses or cannot be reached, because a message does not wait for its picture."""
    try:
        with outcomes():
            return call()
    except (DeliveryError, SlackClientError, TypeError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        if isinstance(cause, HTTPError):
            # The answer of the address for uploads: its connection stays open until then.
            cause.close()
        log.warning("picture_not_sent", **in_log(cause))
        return None
