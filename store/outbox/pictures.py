"""The files in Slack: one for each content of a picture; and files that Slack does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.db import insert_or_update
from store.tables import Outbox, PictureFile

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def file_of(tx: Session, workspace_id: int, content: str) -> str | None:
    """The file with the picture of this content; None if none was uploaded."""
    its = PictureFile.workspace_id == workspace_id, PictureFile.content == content
    return tx.scalar(sa.select(PictureFile.file_id).where(*its))


def keep_file(tx: Session, workspace_id: int, content: str, file_id: str, now: datetime) -> None:
    """The picture of this content was uploaded as that file."""
    values = {"workspace_id": workspace_id, "content": content, "file_id": file_id, "uploaded_at": now}
    insert_or_update(tx, PictureFile, values, keys=("workspace_id", "content"))


def note_no_file(tx: Session, row_id: int) -> None:
    """Slack takes no file for the message of that row."""
    row = tx.get_one(Outbox, row_id)
    row.details = {**row.details, "no_file": True}
