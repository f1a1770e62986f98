"""Actions of a person in Slack: messages, commands, shortcuts, the Home tab."""

from sandbox.actions.interactions import Interactions
from sandbox.autolinks import Autolinks
from sandbox.core import Core
from sandbox.delivery import Ack, Parcel
from sandbox.errors import SlackError
from sandbox.models import Json, Message, Outcome, SandboxError, User
from sandbox.world import SLACKBOT, Channel

_CHANNEL_EVENT = {"im": "message.im", "mpim": "message.mpim", "group": "message.groups", "channel": "message.channels"}


class UserActions:
    """Each method returns after the app's ack, or after three seconds."""

    def __init__(self, core: Core, interactions: Interactions) -> None:
        self._core = core
        self._interactions = interactions

    # -- speaking -----------------------------------------------------------------------------------------

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Post as a person. The app gets an event if it is in the channel and subscribes to messages."""
        world = self._core.world
        self._core.person(user)
        with world.lock:
            place = self._core.place(user, channel)
            if place.is_archived:
                raise SandboxError(f"#{place.name} is archived")
            if place.is_im and self._core.manifest.messages_read_only:
                raise SandboxError("the app's Messages tab is read-only")
            if user not in place.members:
                raise SandboxError(f"{user} is not a member of #{place.name}")
            if thread_ts is not None and world.find(channel, thread_ts) is None:
                raise SandboxError(f"there is no message {thread_ts} in {channel}")
            words = Autolinks(world, user).in_message(text)
            message = world.post(channel, user, words, thread_ts=thread_ts)
        self._message_events(message, place)
        return message

    def _message_events(self, message: Message, channel: Channel) -> None:
        """The events for a person's message, if the app is in the conversation."""
        bot = self._core.world.bot
        if bot not in channel.members:
            return
        kind = "group" if channel.is_private else "channel"
        if channel.is_im or channel.is_mpim:
            kind = "im" if channel.is_im else "mpim"
        event: Json = {
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "channel": channel.id,
            "team": self._core.seed.team_id,
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        }
        typed = event | {"channel_type": kind}
        self._core.events.emit("message", typed, channel, subscription=_CHANNEL_EVENT[kind])
        if f"<@{bot}>" in message.text and not channel.is_im:
            self._core.events.emit("app_mention", event, channel)

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add an emoji to a message, or take one's own away again, as a click on it does."""
        world = self._core.world
        self._core.person(user)
        with world.lock:
            place = self._core.place(user, channel)
            message = world.find(channel, ts)
            if message is None or message.ephemeral_for or message.deleted:
                raise SandboxError(f"there is no message {ts} in {channel} that takes an emoji")
            if user not in place.members:
                raise SandboxError(f"{user} is not a member of #{place.name}")
            there = message.reactions.get(name, ())
            users = tuple(one for one in there if one != user) if user in there else (*there, user)
            reactions = {one: others for one, others in {**message.reactions, name: users}.items() if others}
            world.replace(message, reactions=reactions)
        if self._core.world.bot in place.members:
            kind = "reaction_removed" if user in there else "reaction_added"
            item = {"type": "message", "channel": channel, "ts": ts}
            self._core.events.emit(
                kind, {"user": user, "reaction": name, "item": item, "item_user": message.user}, place
            )

    # -- commands -----------------------------------------------------------------------------------------

    def command(self, user: str, channel: str, command: str, text: str) -> Outcome:
        """Type a slash command in a conversation."""
        core = self._core
        person = core.person(user)
        with core.world.lock:
            place = core.place(user, channel)
            known = core.manifest.commands.get(command)
            if known is None or not core.objects.may("commands"):
                return Outcome(ok=False, problem=f"{command} is not a valid command.")
            if known.get("should_escape"):
                text = Autolinks(core.world, user).in_command(text)
        payload: Json = {
            "token": "sandbox-verification-token",
            "team_id": core.seed.team_id,
            "team_domain": core.seed.team_domain,
            "channel_id": channel,
            "channel_name": core.objects.channel_name(place),
            "user_id": user,
            "user_name": person.name,
            "command": command,
            "text": text.strip(),
            "api_app_id": core.seed.app_id,
            "is_enterprise_install": "false",
            "response_url": core.response_url(user, channel),
            "trigger_id": core.triggers.issue(user, conversation=channel),
        }
        before = self._interactions.seen(user)
        ack = core.send(Parcel("slash_commands", payload))
        return self._commanded(command, person, place, ack, before)

    def _commanded(self, command: str, user: User, place: Channel, ack: Ack, before: dict[str, str]) -> Outcome:
        if not ack.ok:
            error = "operation_timeout" if ack.timed_out else "dispatch_failed"
            return self._slackbot(user, place, ack, before, f'{command} failed with the error "{error}"')
        answer = {"text": ack.body} if isinstance(ack.body, str) else ack.body
        says_something = isinstance(answer, dict) and any(
            answer.get(part) for part in ("text", "blocks", "attachments")
        )
        if not says_something:
            return self._interactions.outcome(user.id, ack, before)
        try:
            message = self._core.answers.say(user.id, place.id, answer)
        except SlackError:
            words = f'{command} failed with the error "invalid_command_response"'
            return self._slackbot(user, place, ack, before, words)
        return self._interactions.outcome(user.id, ack, before, messages=(message,))

    def _slackbot(self, user: User, place: Channel, ack: Ack, before: dict[str, str], words: str) -> Outcome:
        self._core.world.post(place.id, SLACKBOT, words, ephemeral_for=user.id)
        return self._interactions.outcome(user.id, ack, before, problem=words)

    # -- shortcuts ----------------------------------------------------------------------------------------

    def global_shortcut(self, user: str, callback_id: str) -> Outcome:
        """A shortcut from the search bar or the message composer's menu."""
        person = self._core.person(user)
        self._offers("global", callback_id)
        payload = self._interactions.payload("shortcut", person) | {
            "callback_id": callback_id,
            "action_ts": self._interactions.moment(),
        }
        return self._interactions.send(user, payload)

    def message_shortcut(self, user: str, callback_id: str, channel: str, ts: str) -> Outcome:
        """A shortcut from a message's menu."""
        core = self._core
        person = core.person(user)
        self._offers("message", callback_id)
        with core.world.lock:
            place = core.place(user, channel)
            message = core.world.find(channel, ts)
            if message is None or message.ephemeral_for:
                raise SandboxError(f"there is no message {ts} in {channel} that has a menu of shortcuts")
            payload = self._interactions.payload("message_action", person, channel=channel) | {
                "callback_id": callback_id,
                "action_ts": self._interactions.moment(),
                "message_ts": ts,
                "message": core.objects.message(message),
                "channel": core.objects.channel_reference(place),
                "response_url": core.response_url(user, channel),
            }
        return self._interactions.send(user, payload)

    def _offers(self, kind: str, callback_id: str) -> None:
        if (kind, callback_id) not in self._core.manifest.shortcuts:
            raise SandboxError(f"the manifest has no {kind} shortcut {callback_id!r}")

    # -- the app's own place --------------------------------------------------------------------------------

    def open_home(self, user: str, *, tab: str = "home") -> Outcome:
        """Open the app in the sidebar, on the Home or the Messages tab (app_home_opened)."""
        core = self._core
        core.person(user)
        if tab == "home" and not core.manifest.home_tab:
            raise SandboxError("the app has no Home tab")
        with core.world.lock:
            place = core.world.im(user)
            home = core.surfaces.home(user)
            event: Json = {"user": user, "channel": place.id, "tab": tab}
            if home and tab == "home":
                event["view"] = core.objects.view(home)
        before = self._interactions.seen(user)
        ack = core.events.emit("app_home_opened", event)
        if ack is None:
            return Outcome(ok=True)
        return self._interactions.outcome(user, ack, before)
