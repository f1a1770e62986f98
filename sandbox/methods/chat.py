"""chat.*"""

from sandbox import limits
from sandbox.drafts import draft
from sandbox.errors import SlackError
from sandbox.limiter import SPECIAL
from sandbox.methods.registry import Args, Method, Workspace
from sandbox.models import Json, Message
from sandbox.world import Channel


def post_message(box: Workspace, args: Args) -> Json:
    world = box.core.world
    with world.lock:
        channel = _postable(box, args)
        wanted = draft(_with_markdown(args), available=world.available)
        thread_ts = _thread(args, channel)
        box.limiter.take_post(channel.id)
        message = world.post(
            channel.id,
            world.bot,
            wanted.text,
            blocks=wanted.blocks,
            attachments=wanted.attachments,
            metadata=wanted.metadata,
            notified=wanted.notified,
            bot_id=box.core.seed.bot_id,
            thread_ts=thread_ts,
            broadcast=args.flag("reply_broadcast"),
        )
        world.cabinet.share(f"{message.text} {message.blocks}", channel.id)
        shown = box.core.objects.message(message, metadata=True)
        return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(box: Workspace, args: Args) -> Json:
    """Seen by one member of the channel; nothing but its response_url can change it later."""
    world = box.core.world
    with world.lock:
        channel = _postable(box, args)
        user = args.required("user")
        person = world.users.get(user)
        if user not in channel.members or person is None or person.deleted:
            raise SlackError("user_not_in_channel")
        wanted = draft(_with_markdown(args), available=world.available)
        message = world.post(
            channel.id,
            world.bot,
            wanted.text,
            blocks=wanted.blocks,
            attachments=wanted.attachments,
            bot_id=box.core.seed.bot_id,
            thread_ts=_thread(args, channel),
            ephemeral_for=user,
        )
        return {"message_ts": message.ts}


def update(box: Workspace, args: Args) -> Json:
    """Parts that are not given stay as they are (to clear one, give it empty)."""
    world = box.core.world
    with world.lock:
        message = _own(box, args, "cant_update_message")
        given = {name: value for name, value in _with_markdown(args).items() if value is not None}
        if not {"text", "blocks", "attachments", "metadata"} & set(given):
            raise SlackError("no_text")
        wanted = draft(_kept(message) | given, most=limits.UPDATED_TEXT_MAX_LENGTH, available=world.available)
        edited = {"user": world.bot, "ts": f"{int(box.core.clock.now().timestamp())}.000000"}
        changed = world.replace(
            message,
            text=wanted.text,
            blocks=wanted.blocks if "blocks" in given else message.blocks,
            attachments=wanted.attachments,
            metadata=wanted.metadata if "metadata" in given else message.metadata,
            edited=edited,
        )
        return {
            "channel": changed.channel,
            "ts": changed.ts,
            "text": changed.text,
            "message": box.core.objects.message(changed, metadata=True),
        }


def delete(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        message = _own(box, args, "cant_delete_message")
        box.core.world.remove(message)
        return {"channel": message.channel, "ts": message.ts}


def permalink(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        channel = box.channel(args)
        ts = args.required("message_ts")
        message = channel.messages.get(ts)
        if message is None or message.ephemeral_for:
            raise SlackError("message_not_found")
        domain = box.core.seed.team_domain
        link = f"https://{domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
        if message.thread_ts and message.thread_ts != ts:
            link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
        return {"channel": channel.id, "permalink": link}


# -- rules ---------------------------------------------------------------------------------------------


def _postable(box: Workspace, args: Args) -> Channel:
    """Where the app may write: an id, "#name", or a person's id for the direct message with them."""
    channel = _addressed(box, args.required("channel"))
    if channel.is_im:
        if box.core.world.users[channel.im_user].deleted:
            raise SlackError("channel_not_found")
        if not box.core.manifest.messages_tab:
            raise SlackError("messages_tab_disabled")
    elif box.core.world.bot not in channel.members:
        if channel.is_private:
            raise SlackError("channel_not_found")
        if not box.core.objects.may("chat:write.public"):
            raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def _addressed(box: Workspace, wanted: str) -> Channel:
    world = box.core.world
    if wanted in world.channels:
        return world.channels[wanted]
    user = world.users.get(wanted)
    if user is not None:
        if user.is_bot or user.deleted or user.is_stranger:
            raise SlackError("channel_not_found")
        return world.im(user.id)
    name = wanted.removeprefix("#")
    for channel in world.channels.values():
        if channel.name == name and not channel.is_im:
            return channel
    raise SlackError("channel_not_found")


def _thread(args: Args, channel: Channel) -> str | None:
    ts = args.text("thread_ts")
    if not ts:
        return None
    parent = channel.messages.get(ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.ephemeral_for:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _with_markdown(args: Args) -> Json:
    """`markdown_text` is shorthand for one markdown block."""
    raw = dict(args.raw)
    markdown = raw.pop("markdown_text", None)
    if not markdown:
        return raw
    if raw.get("text") or raw.get("blocks"):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > limits.MARKDOWN_TEXT_MAX_LENGTH:
        raise SlackError("msg_too_long")
    return raw | {"text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}


def _own(box: Workspace, args: Args, refusal: str) -> Message:
    channel = box.channel(args)
    message = channel.messages.get(args.required("ts"))
    if message is None or message.ephemeral_for or message.deleted:
        raise SlackError("message_not_found")
    if message.bot_id != box.core.seed.bot_id:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_inactive")
    return message


def _kept(message: Message) -> Json:
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
    }


_WRITE = ("chat:write",)
METHODS = {
    "chat.postMessage": Method(post_message, SPECIAL, _WRITE),
    "chat.postEphemeral": Method(post_ephemeral, 4, _WRITE),
    "chat.update": Method(update, 3, _WRITE),
    "chat.delete": Method(delete, 3, _WRITE),
    "chat.getPermalink": Method(permalink, SPECIAL),
}
