"""conversations.*"""

import re
from collections.abc import Mapping

from sandbox.errors import SlackError
from sandbox.methods.registry import Args, Method, Workspace, page
from sandbox.models import Json, Message
from sandbox.world import Channel

TYPES: Mapping[str, str] = {
    "public_channel": "channels",
    "private_channel": "groups",
    "im": "im",
    "mpim": "mpim",
}
"""A conversation's type as an argument → the first half of its scopes."""

_READ = tuple(f"{kind}:read" for kind in TYPES.values())
_HISTORY = tuple(f"{kind}:history" for kind in TYPES.values())
_TS = re.compile(r"\d{1,11}(\.\d{1,6})?")
HISTORY_PAGE = 999


def type_of(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "private_channel" if channel.is_private else "public_channel"


def wanted_types(box: Workspace, args: Args) -> set[str]:
    """The `types` argument; each needs its own scope."""
    types = {name.strip() for name in (args.text("types") or "public_channel").split(",")}
    if types - set(TYPES):
        raise SlackError("invalid_types")
    for name in sorted(types):
        box.need_scope(f"{TYPES[name]}:read")
    return types


def of_types(box: Workspace, args: Args, types: set[str]) -> list[Channel]:
    without_archived = args.flag("exclude_archived")
    return [
        channel
        for channel in box.core.world.channels.values()
        if type_of(channel) in types and box.knows(channel) and not (without_archived and channel.is_archived)
    ]


def conversations_list(box: Workspace, args: Args) -> Json:
    types = wanted_types(box, args)
    with box.core.world.lock:
        channels, more = page(of_types(box, args, types), args, default=100)
        return {"channels": [box.core.objects.channel(each, count=True) for each in channels], **more}


def info(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        channel = box.channel(args)
        box.need("read", channel)
        return {"channel": box.core.objects.channel(channel, count=args.flag("include_num_members"))}


def members(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        channel = box.channel(args)
        box.need("read", channel)
        people, more = page(list(channel.members), args, default=100)
        return {"members": people, **more}


def open_im(box: Workspace, args: Args) -> Json:
    """A direct message with one person. Groups of people are beyond this sandbox."""
    world = box.core.world
    with world.lock:
        if args.text("channel"):
            channel = box.channel(args)
            if not channel.is_im:
                raise SlackError("method_not_supported_for_channel_type")
            return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
        people = [name.strip() for name in args.text("users").split(",") if name.strip()]
        if not people:
            raise SlackError("users_list_not_supplied")
        if len(people) > 1:
            raise SlackError("not_implemented", messages=["group direct messages are not part of the sandbox"])
        _can_be_written_to(box, people[0])
        known = world.has_im(people[0])
        channel = world.im(people[0])
        answer: Json = {"id": channel.id}
        if args.flag("return_im"):
            answer = box.core.objects.channel(channel) | {"is_open": True}
        return {"channel": answer, "no_op": known, "already_open": known}


def _can_be_written_to(box: Workspace, user_id: str) -> None:
    user = box.core.world.users.get(user_id)
    if user is None:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.is_stranger:
        raise SlackError("user_not_visible")
    box.need_scope("im:write")


def join(box: Workspace, args: Args) -> Json:
    world = box.core.world
    with world.lock:
        channel = box.channel(args)
        if channel.is_private or channel.is_im:
            raise SlackError("method_not_supported_for_channel_type")
        if channel.is_archived:
            raise SlackError("is_archived")
        channel.members.setdefault(world.bot)
        world.changed()
        return {"channel": box.core.objects.channel(channel)}


# -- history -------------------------------------------------------------------------------------------


def history(box: Workspace, args: Args) -> Json:
    """Newest first, without ephemerals and, unless broadcast, without replies."""
    with box.core.world.lock:
        channel = _readable(box, args)
        names = _between(args, channel)
        messages = [
            message
            for message in (channel.messages[ts] for ts in reversed(names))
            if not message.ephemeral_for and (message.broadcast or message.thread_ts in (None, message.ts))
        ]
        return _messages(box, args, messages)


def replies(box: Workspace, args: Args) -> Json:
    """A thread, oldest first, the message that began it included."""
    with box.core.world.lock:
        channel = _readable(box, args)
        parent = channel.messages.get(args.required("ts"))
        if parent is None or parent.ephemeral_for:
            raise SlackError("thread_not_found")
        root = parent.thread_ts or parent.ts
        within = set(_between(args, channel))
        names = [root, *(ts for ts in channel.replies.get(root, ()) if ts in within)]
        thread = [channel.messages[ts] for ts in names if ts in channel.messages]
        return _messages(box, args, [message for message in thread if not message.ephemeral_for])


def _readable(box: Workspace, args: Args) -> Channel:
    channel = box.channel(args)
    box.need("history", channel)
    if args.flag("include_all_metadata"):
        box.need_scope("metadata.message:read")
    if box.core.world.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _between(args: Args, channel: Channel) -> list[str]:
    oldest, latest = (_timestamp(args, name) for name in ("oldest", "latest"))
    return channel.span(oldest, latest, inclusive=args.flag("inclusive"))


def _timestamp(args: Args, name: str) -> str:
    """As the timestamps of messages are written, so that they compare as text."""
    raw = args.text(name)
    if raw in {"", "0"}:
        return ""
    if not _TS.fullmatch(raw):
        raise SlackError(f"invalid_ts_{name}")
    whole, _, fraction = raw.partition(".")
    return f"{int(whole):010d}.{fraction:0<6}"


def _messages(box: Workspace, args: Args, found: list[Message]) -> Json:
    shown, more = page(found, args, default=100, most=HISTORY_PAGE)
    metadata = args.flag("include_all_metadata")
    return {
        "messages": [box.core.objects.message(each, metadata=metadata) for each in shown],
        "has_more": bool(more["response_metadata"]["next_cursor"]),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **more,
    }


METHODS = {
    "conversations.list": Method(conversations_list, 2, _READ),
    "conversations.info": Method(info, 3, _READ),
    "conversations.members": Method(members, 4, _READ),
    "conversations.open": Method(open_im, 3, ("im:write", "mpim:write", "channels:manage", "groups:write")),
    "conversations.join": Method(join, 3, ("channels:join",)),
    "conversations.history": Method(history, 3, _HISTORY),
    "conversations.replies": Method(replies, 3, _HISTORY),
}
