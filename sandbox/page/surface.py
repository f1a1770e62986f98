"""The reader of a page, and the surface on which the blocks of a message or a view are drawn for them."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sandbox import render
from sandbox.reader import Reader

if TYPE_CHECKING:
    from sandbox.models import User, View
    from sandbox.page.box import Box
    from sandbox.world import Channel

# Locales whose people read a clock by twelve hours.
_TWELVE_HOURS: Final = ("en-US", "en-CA", "en-AU", "en-IN", "en-PH")


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
