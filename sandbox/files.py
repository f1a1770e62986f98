"""Uploaded files and canvases of the workspace. Both have ids of one kind, as in Slack."""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
"""The first bytes of a picture, and its type."""


@dataclass(slots=True)
class File:
    """An uploaded file. `unread` counts the looks (files.info) until Slack knows its type: it reads a file some time
    after the upload was completed.
    """

    id: str
    name: str
    length: int
    alt: str
    secret: str
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    unread: int = 0
    shared: set[str] = field(default_factory=set)
    """The conversations whose members see it: the app has posted its permalink there."""

    @property
    def type(self) -> str:
        """The type of its content; empty until Slack has read it."""
        if not self.completed or self.unread or self.content is None:
            return ""
        return next((name for start, name in _KINDS if self.content.startswith(start)), "application/octet-stream")

    @property
    def is_picture(self) -> bool:
        """Whether a message may show it."""
        return self.type.startswith("image/")


@dataclass(slots=True)
class Canvas:
    """A canvas, on its own or as a tab of a channel. Each edit gives its sections new ids."""

    id: str
    title: str
    markdown: str
    channel: str | None = None
    edits: int = 0

    def headings(self) -> Iterator[tuple[str, int, str]]:
        """The id, level and text of each heading: a look-up finds no other section."""
        for number, line in enumerate(self.markdown.splitlines()):
            marks, _, text = line.partition(" ")
            if 1 <= len(marks) <= _LEVELS and not marks.strip("#") and text.strip():
                yield f"temp:C:{self.id}{self.edits:04x}{number:04x}", len(marks), text.strip()


_LEVELS = 3


@dataclass(slots=True)
class Cabinet:
    """The files and canvases by id. Its owner holds the workspace's lock."""

    files: dict[str, File] = field(default_factory=dict)
    canvases: dict[str, Canvas] = field(default_factory=dict)
    looks: int = 1
    """How often files.info gives no type for a file that was just completed."""
    free_plan: bool = False
    """On Slack's free plan a canvas is a tab of a channel, one for each channel."""
    no_canvases: bool = False
    """An admin has switched canvases off."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def reserve(self, name: str, length: int, alt: str) -> File:
        file = File(self._new_id(), name, length, alt, secrets.token_hex(8), unread=self.looks)
        self.files[file.id] = file
        return file

    def add_canvas(self, title: str, markdown: str, channel: str | None) -> Canvas:
        canvas = Canvas(self._new_id(), title, markdown, channel)
        self.canvases[canvas.id] = canvas
        return canvas

    def share(self, words: str, channel: str) -> None:
        """A message of the app with the permalink of a file shows the file to the readers of its channel."""
        for file in self.files.values():
            if file.completed and f"/{file.id}/" in words:
                file.shared.add(channel)

    def tabs(self, channel: str) -> list[Canvas]:
        """The canvases that are tabs of a channel."""
        return [canvas for canvas in self.canvases.values() if canvas.channel == channel]

    def pictures(self) -> frozenset[str]:
        """The ids of the files that a message may show."""
        return frozenset(file.id for file in self.files.values() if file.is_picture)

    def _new_id(self) -> str:
        return f"F0BOX{next(self._numbers):05}"
