"""The page of one person, as plain data for the templates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sandbox import render
from sandbox.markdown import markdown
from sandbox.mrkdwn import entities
from sandbox.page.message_rows import MessageRow, MessageRows
from sandbox.page.profiles import Profile, people_of, profile_of
from sandbox.page.surface import reader_for, surface
from sandbox.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from sandbox.files import Canvas
    from sandbox.models import User, View
    from sandbox.page.box import Box
    from sandbox.page.unread import ReadState
    from sandbox.world import Channel

_LATEST: Final = 200
"""Messages shown of a conversation; the earlier ones are counted."""
HOME, APP = "home", "app"


@dataclass(frozen=True)
class SidebarEntry:
    """An entry of the side bar."""

    where: str
    name: str
    kind: str
    unread: int
    here: bool


@dataclass(frozen=True)
class OpenModal:
    """An open modal. `stacked` when another lies below it, `top` when none lies above."""

    view: "View"
    body: "Markup"
    stacked: bool
    top: bool


@dataclass(frozen=True)
class PageModel:
    """The page. `where` is the id of a channel or of a canvas in its tab, `home` or `app`; `channel` is None only on
    the Home tab. `canvas` is the text of the canvas that is shown instead of the messages.
    """

    me: Profile
    where: str
    app: Profile
    workspace: str
    # Pages outside of it: label and address.
    outside: "Sequence[tuple[str, str]]"
    reader: Reader
    people: "Sequence[Profile]"
    sidebar: "Sequence[SidebarEntry]"
    channel: "Channel | None"
    landmarks: "Sequence[str]"
    tabs: "Sequence[Canvas]"
    canvas: "Markup | None"
    member: bool
    heading: str
    topic: str
    rows: "Sequence[MessageRow]"
    earlier: int
    home: "Markup | None"
    modals: "Sequence[OpenModal]"
    thread_ts: str | None
    thread: "Sequence[MessageRow]"

    @property
    def in_app(self) -> bool:
        return self.where in {HOME, APP}

    @property
    def unread_app(self) -> int:
        return next((entry.unread for entry in self.sidebar if entry.where == APP), 0)


class PageBuilder:
    """Builds the page model of one person."""

    def __init__(self, box: "Box", user: "User", read_state: "ReadState") -> None:
        self._box = box
        self._world = box.world
        self._user = user
        self._read_state = read_state
        self._reader = reader_for(box, user)
        self._rows = MessageRows(box, self._reader)

    def build(self, wanted: str | None, thread_ts: str | None) -> PageModel:
        """The page at `wanted`. If the person cannot see it, the page shows their first channel."""
        where = wanted if wanted and self._visible(wanted) else next(self._sidebar("")).where
        canvas = self._world.cabinet.canvases.get(where)
        channel = self._conversation(canvas.channel or "" if canvas else where)
        messages = list(self._box.messages(channel.id, viewer=self._user.id)) if channel else []
        if channel and messages:
            self._read_state.mark_read(self._user.id, channel.id, messages[-1].ts)
        outside = [message for message in messages if message.thread_ts in {None, message.ts} or message.broadcast]
        return PageModel(
            me=self._profile(self._user),
            where=where,
            app=self._profile(self._world.users[self._world.bot]),
            workspace=self._world.seed.team_name,
            outside=tuple(self._world.outside),
            reader=self._reader,
            people=[self._acting(user) for user in people_of(self._box)],
            sidebar=list(self._sidebar(channel.id if canvas and channel else where)),
            channel=channel,
            landmarks=tuple(self._world.clock.landmarks),
            tabs=self._world.cabinet.tabs(channel.id) if channel else [],
            canvas=markdown(canvas.markdown) if canvas else None,
            member=channel is not None and self._user.id in channel.members,
            heading=self._heading(where, channel),
            topic=entities(channel.topic or channel.purpose) if channel else "",
            rows=self._rows.rows(outside[-_LATEST:], messages, "m"),
            earlier=max(0, len(outside) - _LATEST),
            home=self._home() if where == HOME else None,
            modals=self._modals(),
            thread_ts=thread_ts,
            thread=self._rows.thread(messages, thread_ts),
        )

    # -- around the conversation ----------------------------------------------------------------------

    def _conversation(self, where: str) -> "Channel | None":
        if where == HOME:
            return None
        return self._world.im(self._user.id) if where == APP else self._world.channels[where]

    def _visible(self, where: str) -> bool:
        if where in {HOME, APP}:
            return True
        canvas = self._world.cabinet.canvases.get(where)
        channel = self._world.channels.get(canvas.channel or "" if canvas else where)
        return channel is not None and not channel.is_im and self._world.sees(self._user.id, channel)

    def _sidebar(self, where: str) -> "Iterator[SidebarEntry]":
        """The channels by name, as Slack sorts them, and the app."""
        for channel in sorted(self._world.channels.values(), key=lambda one: one.name):
            if self._user.id not in channel.members or channel.is_im or channel.is_archived:
                continue
            kind = "private" if channel.is_private else "shared" if channel.is_ext_shared else "public"
            unread = self._read_state.unread_count(self._world, self._user.id, channel)
            yield SidebarEntry(channel.id, channel.name, kind, unread, here=channel.id == where)
        app = self._world.users[self._world.bot]
        yield SidebarEntry(
            APP, profile_of(app, app.id).name, "app", self._unread_dm(self._user.id), here=where in {HOME, APP}
        )

    def _unread_dm(self, user: str) -> int:
        if not self._world.has_im(user):
            return 0
        return self._read_state.unread_count(self._world, user, self._world.im(user))

    def _profile(self, user: "User") -> Profile:
        return profile_of(user, self._world.bot)

    def _acting(self, user: "User") -> Profile:
        there = self._reader.now.astimezone(ZoneInfo(user.tz))
        zone = user.tz.partition("/")[2].replace("_", " ") or user.tz
        return profile_of(
            user,
            self._world.bot,
            unread=self._unread_dm(user.id),
            clock=f"{there.hour:02}:{there.minute:02} in {zone}",
        )

    def _heading(self, where: str, channel: "Channel | None") -> str:
        if where in {HOME, APP} or channel is None:
            return self._profile(self._world.users[self._world.bot]).name
        return channel.name

    # -- views ----------------------------------------------------------------------------------------

    def _home(self) -> "Markup | None":
        view = self._box.home(self._user.id)
        return self._view(view) if view else None

    def _modals(self) -> "list[OpenModal]":
        stack = list(self._box.modals(self._user.id))
        return [
            OpenModal(view, self._view(view), stacked=place > 0, top=place == len(stack) - 1)
            for place, view in enumerate(stack)
        ]

    def _view(self, view: "View") -> "Markup":
        drawn = surface(self._box, self._reader, view.id, view)
        return render.blocks(view.blocks, drawn)
