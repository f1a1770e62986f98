"""auth.*, api.*, team.*, apps.*"""

from sandbox.errors import SlackError
from sandbox.limiter import SPECIAL
from sandbox.methods.registry import Args, Method, Workspace
from sandbox.models import Json


def api_test(_: Workspace, args: Args) -> Json:
    if args.text("error"):
        raise SlackError(args.text("error"))
    return {"args": dict(args.raw)}


def auth_test(box: Workspace, _: Args) -> Json:
    seed = box.core.seed
    return {
        "url": f"https://{seed.team_domain}.slack.com/",
        "team": seed.team_name,
        "user": box.core.world.users[box.core.world.bot].name,
        "team_id": seed.team_id,
        "user_id": box.core.world.bot,
        "bot_id": seed.bot_id,
        "is_enterprise_install": False,
    }


def team_info(box: Workspace, _: Args) -> Json:
    return {"team": box.core.objects.team()}


def open_connection(box: Workspace, _: Args) -> Json:
    """A fresh WebSocket address; each can be used once."""
    if not box.core.manifest.socket_mode:
        raise SlackError("forbidden_team")
    return {"url": box.socket_url()}


METHODS = {
    "api.test": Method(api_test, 4),
    "auth.test": Method(auth_test, SPECIAL),
    "team.info": Method(team_info, 3, ("team:read",)),
    "apps.connections.open": Method(open_connection, 1, app_level=True),
}
