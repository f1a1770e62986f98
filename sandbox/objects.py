"""People, channels, messages and views as the JSON objects that Slack puts into answers and payloads."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.manifest import Manifest
from sandbox.models import Json, Message, User, View
from sandbox.world import Channel, World


class Objects:
    """Renders the state of one workspace."""

    def __init__(self, world: World, manifest: Manifest) -> None:
        self._world = world
        self._manifest = manifest
        self._seed = world.seed

    def user(self, user: User, *, locale: bool = False) -> Json:
        """As in users.info and user_change. A stranger of another workspace shows little of themselves."""
        now = self._world.clock.now()
        answer: Json = {
            "id": user.id,
            "team_id": user.team_id,
            "name": user.name,
            "deleted": user.deleted,
            "updated": user.updated,
            "is_bot": user.is_bot,
            "is_app_user": False,
            "profile": self._profile(user),
        }
        if user.is_stranger:
            return {**answer, "is_stranger": True}
        if not user.deleted:
            answer |= {
                "real_name": user.real_name,
                "tz": user.tz,
                "tz_label": _zone_name(user, now),
                "tz_offset": user.tz_offset(now),
                "is_admin": user.is_admin,
                "is_owner": user.is_owner,
                "is_primary_owner": user.is_owner,
                "is_restricted": user.is_restricted,
                "is_ultra_restricted": user.is_ultra_restricted,
            }
        if user.enterprise_teams:
            answer["enterprise_user"] = {
                "id": user.id,
                "enterprise_id": "E0NORTHWIND",
                "enterprise_name": self._seed.team_name,
                "is_admin": False,
                "is_owner": False,
                "teams": list(user.enterprise_teams),
            }
        if locale:
            answer["locale"] = user.locale
        return answer

    def _profile(self, user: User) -> Json:
        profile: Json = {
            "team": user.team_id,
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.display_name,
            "display_name_normalized": user.display_name,
            "title": user.title,
            "status_text": user.status_text,
            "status_emoji": user.status_emoji,
            "status_expiration": user.status_expiration,
        }
        if user.email and not (user.is_stranger or user.is_bot) and self.may("users:read.email"):
            profile["email"] = user.email
        if user.is_bot:
            profile |= {"bot_id": self._seed.bot_id, "api_app_id": self._seed.app_id}
        return profile

    def may(self, scope: str) -> bool:
        return scope in self._manifest.scopes

    def channel(self, channel: Channel, *, count: bool = False) -> Json:
        """As in conversations.info."""
        if channel.is_im:
            return {
                "id": channel.id,
                "created": channel.created,
                "is_archived": False,
                "is_im": True,
                "is_org_shared": False,
                "user": channel.im_user,
                "is_user_deleted": self._world.users[channel.im_user].deleted,
                "priority": 0,
            }
        answer: Json = {
            "id": channel.id,
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": not channel.is_private,
            "is_group": channel.is_private,
            "is_im": False,
            "is_mpim": channel.is_mpim,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "is_general": channel.is_general,
            "is_member": self._world.bot in channel.members,
            "is_shared": channel.is_ext_shared,
            "is_ext_shared": channel.is_ext_shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "pending_connected_team_ids": [],
            "created": channel.created,
            "creator": channel.creator,
            "unlinked": 0,
            "context_team_id": self._seed.team_id,
            "shared_team_ids": [self._seed.team_id],
            "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
            "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": channel.created},
            "previous_names": [],
        }
        if tabs := self._world.cabinet.tabs(channel.id):
            shown = [{"id": f"Ct{each.id}", "type": "canvas", "data": {"file_id": each.id}} for each in tabs]
            answer["properties"] = {"tabs": shown}
        if count:
            answer["num_members"] = len(channel.members)
        return answer

    def channel_reference(self, channel: Channel) -> Json:
        """As in interaction payloads: the id and the name that Slack uses there."""
        return {"id": channel.id, "name": self.channel_name(channel)}

    @staticmethod
    def channel_name(channel: Channel) -> str:
        """`directmessage` and `privategroup` are what Slack sends for those. A conversation of several people has its
        name, which alone tells it from a channel: its id begins with C or G.
        """
        if channel.is_im:
            return "directmessage"
        return "privategroup" if channel.is_private and not channel.is_mpim else channel.name

    def message(self, message: Message, *, metadata: bool = False) -> Json:
        """As in conversations.history and interaction payloads."""
        answer: Json = {
            "type": "message",
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "team": self._seed.team_id,
        }
        if message.bot_id:
            answer |= {
                "bot_id": message.bot_id,
                "app_id": self._seed.app_id,
                "bot_profile": self.bot_profile(),
            }
        if message.deleted:
            answer["subtype"] = "tombstone"
        if message.blocks:
            answer["blocks"] = list(message.blocks)
        if message.attachments:
            answer["attachments"] = list(message.attachments)
        if message.edited:
            answer["edited"] = message.edited
        if message.reactions:
            answer["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
            ]
        if metadata and message.metadata:
            answer["metadata"] = message.metadata
        return answer | self._thread(message)

    def _thread(self, message: Message) -> Json:
        replies = self._world.channels[message.channel].replies.get(message.ts)
        if replies:
            said = self._world.channels[message.channel].messages
            people = list(dict.fromkeys(said[ts].user for ts in replies))
            return {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users_count": len(people),
                "reply_users": people,
                "latest_reply": replies[-1],
            }
        if message.thread_ts:
            parent = self._world.find(message.channel, message.thread_ts)
            return {"thread_ts": message.thread_ts, **({"parent_user_id": parent.user} if parent else {})}
        return {}

    def bot_profile(self) -> Json:
        return {
            "id": self._seed.bot_id,
            "app_id": self._seed.app_id,
            "user_id": self._world.bot,
            "name": self._manifest.bot_name,
            "deleted": False,
            "updated": 0,
            "team_id": self._seed.team_id,
        }

    def view(self, view: View) -> Json:
        """As in views.* answers and in payloads."""
        answer: Json = {
            "id": view.id,
            "team_id": self._seed.team_id,
            "app_id": self._seed.app_id,
            "app_installed_team_id": self._seed.team_id,
            "bot_id": self._seed.bot_id,
            "type": view.type,
            "callback_id": view.callback_id,
            "external_id": view.external_id,
            "private_metadata": view.private_metadata,
            "hash": view.hash,
            "blocks": list(view.blocks),
            "state": {"values": {block: dict(values) for block, values in view.state.items()}},
            "root_view_id": view.root_view_id,
            "previous_view_id": view.previous_view_id,
            "clear_on_close": view.clear_on_close,
            "notify_on_close": view.notify_on_close,
            "title": _plain(view.title or "View Title"),
            "close": _plain(view.close) if view.close else None,
            "submit": _plain(view.submit) if view.submit else None,
        }
        return answer

    def team(self) -> Json:
        seed = self._seed
        return {
            "id": seed.team_id,
            "name": seed.team_name,
            "domain": seed.team_domain,
            "url": f"https://{seed.team_domain}.slack.com/",
            "email_domain": "",
            "is_verified": False,
        }


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": True}


def _zone_name(user: User, now: datetime) -> str:
    return now.astimezone(ZoneInfo(user.tz)).tzname() or user.tz
