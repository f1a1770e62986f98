"""users.*"""

from sandbox.errors import SlackError
from sandbox.methods.conversations import TYPES, of_types, wanted_types
from sandbox.methods.registry import Args, Method, Workspace, page
from sandbox.models import Json


def users_info(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        user = box.user(args)
        return {"user": box.core.objects.user(user, locale=args.flag("include_locale"))}


def users_list(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        people, more = page(list(box.core.world.users.values()), args, default=1000)
        locale = args.flag("include_locale")
        members = [box.core.objects.user(user, locale=locale) for user in people]
        return {"members": members, "cache_ts": int(box.core.clock.now().timestamp()), **more}


def lookup_by_email(box: Workspace, args: Args) -> Json:
    wanted = args.required("email").lower()
    with box.core.world.lock:
        for user in box.core.world.users.values():
            if user.email.lower() == wanted and not user.deleted:
                return {"user": box.core.objects.user(user)}
    raise SlackError("users_not_found")


def users_conversations(box: Workspace, args: Args) -> Json:
    """The channels of a person (those that the app knows of too), or of the app itself."""
    types = wanted_types(box, args)
    with box.core.world.lock:
        user = box.user(args).id if args.text("user") else box.core.world.bot
        mine = [channel for channel in of_types(box, args, types) if user in channel.members]
        channels, more = page(mine, args, default=100)
        return {"channels": [box.core.objects.channel(channel) for channel in channels], **more}


METHODS = {
    "users.info": Method(users_info, 4, ("users:read",)),
    "users.list": Method(users_list, 2, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, 3, ("users:read.email",)),
    "users.conversations": Method(users_conversations, 3, tuple(f"{kind}:read" for kind in TYPES.values())),
}
