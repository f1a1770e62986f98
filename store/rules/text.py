"""What people type, made fit to keep: nothing invisible, nothing that a database or a screen chokes on."""

from __future__ import annotations

import re
import unicodedata

from store.errors import BadInputError

# An action is one thing one person does by one day; what is longer belongs into the note.
ACTION_LIMIT = 500
# Slack's own limit for a text field (plain_text_input max_length).
NOTE_LIMIT = 3000
REASON_LIMIT = 500
NAME_LIMIT = 100

# Explicit direction embeddings, overrides and isolates: they reach beyond the text that holds them and
# can make a line read as something else. Right-to-left letters need none of them.
_DIRECTION = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
# Controls (Unicode's Cc) but the line break, and halves of surrogate pairs (Cs).
_UNFIT = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff{_DIRECTION}]")


def clean(text: str, *, lines: bool = False) -> str:
    """Return `text` without control characters, direction overrides and half surrogates, spaces folded.

    With `lines` line breaks are kept (three in a row become two), otherwise they become spaces.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _UNFIT.sub("", text)
    if not lines:
        return " ".join(text.split())
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def required(text: str | None, *, field: str, what: str, limit: int, lines: bool = False) -> str:
    """Clean `text`; raise BadInputError at `field` if nothing remains or more than `limit` characters do.

    `what` names it for the person: "The action", "A reason".
    """
    kept = clean(text or "", lines=lines)
    if not kept:
        raise BadInputError(f"{what} is missing. Please write it in a few words.", field=field)
    if len(kept) > limit:
        raise BadInputError(f"{what} has {len(kept):,} characters; {limit:,} fit. Please shorten it.", field=field)
    return kept


def optional(text: str | None, *, field: str, what: str, limit: int, lines: bool = False) -> str | None:
    """Like `required`, but nothing is a fine answer and gives None."""
    if not clean(text or "", lines=lines):
        return None
    return required(text, field=field, what=what, limit=limit, lines=lines)
