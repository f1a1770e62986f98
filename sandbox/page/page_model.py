"""The page of one person, as plain data for the templates."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final
from zlib import crc32
from zoneinfo import ZoneInfo

from sandbox import render
from sandbox.mrkdwn import entities
from sandbox.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markupsafe import Markup

    from sandbox.models import Message, User, View
    from sandbox.page.box import Box
    from sandbox.page.unread import ReadState
    from sandbox.world import Channel

_TINTS: Final = 8
_LATEST: Final = 200
"""Messages shown of a conversation; the earlier ones are counted."""
_SAME_BREATH: Final = timedelta(minutes=5)
"""Messages of one author this close together share a heading."""
# Locales whose people read a clock by twelve hours.
_TWELVE_HOURS: Final = ("en-US", "en-CA", "en-AU", "en-IN", "en-PH")

HOME, APP = "home", "app"


@dataclass(frozen=True)
class Profile:
    """A person or the app as the page shows them. `tint` picks one of the avatar colours."""

    id: str
    name: str
    handle: str
    initials: str
    tint: int
    title: str = ""
    app: bool = False
    gone: bool = False
    status: str = ""
    unread: int = 0
    clock: str = ""


@dataclass(frozen=True)
class SidebarEntry:
    """An entry of the side bar."""

    where: str
    name: str
    kind: str
    unread: int
    here: bool


@dataclass(frozen=True)
class MessageRow:
    """A message. `heading` is false where it goes on from the one above; `day` starts a new day."""

    message: "Message"
    author: Profile
    clock: str
    moment: str
    body: "Markup"
    heading: bool
    key: str
    day: str | None = None
    replies: int = 0
    last_reply: str = ""


@dataclass(frozen=True)
class OpenModal:
    """An open modal. `stacked` when another lies below it, `top` when none lies above."""

    view: "View"
    body: "Markup"
    stacked: bool
    top: bool


@dataclass(frozen=True)
class PageModel:
    """One page. `where` is a channel's id, `home` or `app`; `channel` is None only on the Home tab."""

    me: Profile
    where: str
    app: Profile
    workspace: str
    reader: Reader
    people: "Sequence[Profile]"
    sidebar: "Sequence[SidebarEntry]"
    channel: "Channel | None"
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


def profile_of(user: "User", bot: str, *, unread: int = 0, clock: str = "") -> Profile:
    name = user.display_name or user.real_name or user.name
    return Profile(
        id=user.id,
        name=name,
        handle=user.name,
        initials="".join(word[0] for word in name.split()[:2]).upper() or "?",
        tint=crc32(user.id.encode()) % _TINTS,
        title=user.title,
        app=user.id == bot or user.is_bot,
        gone=user.deleted,
        status=user.status_text,
        unread=unread,
        clock=clock,
    )


def people_of(box: "Box") -> "list[User]":
    """People to act as: active members, in the workspace's order."""
    return [user for user in box.world.users.values() if not (user.is_bot or user.deleted or user.is_stranger)]


def reader_for(box: "Box", user: "User") -> Reader:
    """The reader for this person."""
    world = box.world
    return Reader(
        user=user.id,
        zone=ZoneInfo(user.tz),
        now=box.clock.now(),
        people={one.id: one.display_name or one.real_name or one.name for one in world.users.values()},
        channels={
            channel.id: channel.name
            for channel in world.channels.values()
            if not channel.is_im and world.sees(user.id, channel)
        },
        twelve_hour=user.locale in _TWELVE_HOURS,
    )


def surface(box: "Box", reader: Reader, key: str, view: "View | None" = None) -> render.Surface:
    """The surface on which blocks of a message or a view are drawn."""
    world = box.world
    drawn = render.Surface(
        reader=reader,
        key=key,
        people=[render.Choice(user.id, reader.people[user.id]) for user in world.users.values() if not user.deleted],
        places=[_place(channel, reader) for channel in world.channels.values() if world.sees(reader.user, channel)],
    )
    return replace(drawn, state=view.state, errors=view.errors) if view else drawn


def _place(channel: "Channel", reader: Reader) -> render.Place:
    if channel.is_im:
        return render.Place(channel.id, reader.people.get(channel.im_user, channel.name), "im")
    return render.Place(channel.id, channel.name, "private" if channel.is_private else "public")


class PageBuilder:
    """Builds the page model of one person."""

    def __init__(self, box: "Box", user: "User", read_state: "ReadState") -> None:
        self._box = box
        self._world = box.world
        self._user = user
        self._read_state = read_state
        self._reader = reader_for(box, user)

    def build(self, wanted: str | None, thread_ts: str | None) -> PageModel:
        """The page at `wanted`. If the person cannot see it, the page shows their first channel."""
        where = wanted if wanted and self._visible(wanted) else next(self._sidebar("")).where
        channel = self._conversation(where)
        messages = list(self._box.messages(channel.id, viewer=self._user.id)) if channel else []
        if channel and messages:
            self._read_state.mark_read(self._user.id, channel.id, messages[-1].ts)
        outside = [message for message in messages if message.thread_ts in {None, message.ts} or message.broadcast]
        return PageModel(
            me=self._profile(self._user),
            where=where,
            app=self._profile(self._world.users[self._world.bot]),
            workspace=self._world.seed.team_name,
            reader=self._reader,
            people=[self._acting(user) for user in people_of(self._box)],
            sidebar=list(self._sidebar(where)),
            channel=channel,
            member=channel is not None and self._user.id in channel.members,
            heading=self._heading(where, channel),
            topic=entities(channel.topic or channel.purpose) if channel else "",
            rows=self._rows(outside[-_LATEST:], messages, "m"),
            earlier=max(0, len(outside) - _LATEST),
            home=self._home() if where == HOME else None,
            modals=self._modals(),
            thread_ts=thread_ts,
            thread=self._thread(messages, thread_ts),
        )

    # -- around the conversation ----------------------------------------------------------------------

    def _conversation(self, where: str) -> "Channel | None":
        if where == HOME:
            return None
        return self._world.im(self._user.id) if where == APP else self._world.channels[where]

    def _visible(self, where: str) -> bool:
        if where in {HOME, APP}:
            return True
        channel = self._world.channels.get(where)
        return channel is not None and not channel.is_im and self._world.sees(self._user.id, channel)

    def _sidebar(self, where: str) -> "Iterator[SidebarEntry]":
        for channel in self._world.channels.values():
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

    # -- messages -------------------------------------------------------------------------------------

    def _thread(self, messages: "Iterable[Message]", thread_ts: str | None) -> "list[MessageRow]":
        if thread_ts is None:
            return []
        inside = [message for message in messages if thread_ts in {message.ts, message.thread_ts}]
        return self._rows(inside, (), "t")

    def _rows(self, messages: "Sequence[Message]", everything: "Iterable[Message]", key: str) -> "list[MessageRow]":
        answers = _answers(everything)
        rows: list[MessageRow] = []
        for message in messages:
            above = rows[-1].message if rows else None
            rows.append(self._row(message, above, answers.get(message.ts, []), key))
        return rows

    def _row(self, message: "Message", above: "Message | None", replies: "list[Message]", key: str) -> MessageRow:
        when, before = _instant(message.ts), _instant(above.ts) if above else None
        day = self._reader.day(when)
        new_day = before is None or self._reader.day(before) != day
        return MessageRow(
            message=message,
            author=self._author(message),
            clock=self._reader.time(when),
            moment=self._reader.moment(when),
            body=self._body(message, f"{key}{message.ts.replace('.', '-')}"),
            heading=new_day or above is None or _turns(above, message, when),
            key=f"{key}{message.ts.replace('.', '-')}",
            day=day if new_day else None,
            replies=len(replies),
            last_reply=self._reader.moment(_instant(replies[-1].ts)) if replies else "",
        )

    def _author(self, message: "Message") -> Profile:
        user = self._world.users.get(message.user)
        return self._profile(user) if user else Profile(message.user, "Slackbot", "slackbot", "S", 0)

    def _body(self, message: "Message", key: str) -> "Markup":
        drawn = surface(self._box, self._reader, key)
        body = render.blocks(message.blocks, drawn) if message.blocks else render.words(message.text, self._reader)
        for number, attachment in enumerate(message.attachments):
            inside = render.beside(drawn, f"{key}-a{number}")
            body += render.attachment(attachment, inside)
        return body

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


def _instant(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _turns(above: "Message", message: "Message", when: datetime) -> bool:
    """Whether a message needs a heading of its own."""
    strangers = (above.user, above.ephemeral_for) != (message.user, message.ephemeral_for)
    return strangers or bool(message.blocks) or when - _instant(above.ts) > _SAME_BREATH


def _answers(messages: "Iterable[Message]") -> "dict[str, list[Message]]":
    replies = [message for message in messages if message.thread_ts not in {None, message.ts}]
    replies.sort(key=lambda message: message.thread_ts or "")
    return {ts: list(group) for ts, group in groupby(replies, lambda message: message.thread_ts or "")}
