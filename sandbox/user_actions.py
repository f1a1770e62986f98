"""Actions of a person in Slack: messages, commands, shortcuts, the Home tab."""

from datetime import datetime

from sandbox.admin_actions import AdminActions
from sandbox.autolinks import Autolinks
from sandbox.delivery import Ack, Parcel
from sandbox.errors import SlackError
from sandbox.models import Json, Message, Outcome, SandboxError, User, View
from sandbox.world import SLACKBOT, Channel

NOT_INTERACTIVE = "This app is not configured to handle interactive responses."


class UserActions(AdminActions):
    """Each method returns after the app's ack, or after three seconds."""

    # -- speaking -----------------------------------------------------------------------------------------

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Post as a person. The app gets an event if it is in the channel and subscribes to messages."""
        self.person(user)
        with self.world.lock:
            place = self.place(user, channel)
            if place.is_archived:
                raise SandboxError(f"#{place.name} is archived")
            if place.is_im and self.manifest.messages_read_only:
                raise SandboxError("the app's Messages tab is read-only")
            if user not in place.members:
                raise SandboxError(f"{user} is not a member of #{place.name}")
            if thread_ts is not None and self.world.find(channel, thread_ts) is None:
                raise SandboxError(f"there is no message {thread_ts} in {channel}")
            words = Autolinks(self.world, user).in_message(text)
            message = self.world.post(channel, user, words, thread_ts=thread_ts)
        self.say_event(message, place)
        return message

    # -- commands -----------------------------------------------------------------------------------------

    def command(self, user: str, channel: str, command: str, text: str) -> Outcome:
        """Type a slash command in a conversation."""
        person = self.person(user)
        with self.world.lock:
            place = self.place(user, channel)
            known = self.manifest.commands.get(command)
            if known is None or not self.objects.may("commands"):
                return Outcome(ok=False, problem=f"{command} is not a valid command.")
            if known.get("should_escape"):
                text = Autolinks(self.world, user).in_command(text)
        payload: Json = {
            "token": "sandbox-verification-token",
            "team_id": self.seed.team_id,
            "team_domain": self.seed.team_domain,
            "channel_id": channel,
            "channel_name": self.objects.channel_name(place),
            "user_id": user,
            "user_name": person.name,
            "command": command,
            "text": text.strip(),
            "api_app_id": self.seed.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(user, channel),
            "trigger_id": self.triggers.issue(user, conversation=channel),
        }
        before = self.seen(user)
        ack = self.send(Parcel("slash_commands", payload))
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
            return self.outcome(user.id, ack, before)
        try:
            message = self.answers.say(user.id, place.id, answer)
        except SlackError:
            words = f'{command} failed with the error "invalid_command_response"'
            return self._slackbot(user, place, ack, before, words)
        return self.outcome(user.id, ack, before, messages=(message,))

    def _slackbot(self, user: User, place: Channel, ack: Ack, before: dict[str, str], words: str) -> Outcome:
        self.world.post(place.id, SLACKBOT, words, ephemeral_for=user.id)
        return self.outcome(user.id, ack, before, problem=words)

    # -- shortcuts ----------------------------------------------------------------------------------------

    def global_shortcut(self, user: str, callback_id: str) -> Outcome:
        """A shortcut from the search bar or the message composer's menu."""
        person = self.person(user)
        self._offers("global", callback_id)
        payload = self.interaction("shortcut", person) | {
            "callback_id": callback_id,
            "action_ts": self.moment(),
        }
        return self.interact(user, payload)

    def message_shortcut(self, user: str, callback_id: str, channel: str, ts: str) -> Outcome:
        """A shortcut from a message's menu."""
        person = self.person(user)
        self._offers("message", callback_id)
        with self.world.lock:
            place = self.place(user, channel)
            message = self.world.find(channel, ts)
            if message is None or message.ephemeral_for:
                raise SandboxError(f"there is no message {ts} in {channel} that has a menu of shortcuts")
            payload = self.interaction("message_action", person, channel=channel) | {
                "callback_id": callback_id,
                "action_ts": self.moment(),
                "message_ts": ts,
                "message": self.objects.message(message),
                "channel": self.objects.channel_reference(place),
                "response_url": self.response_url(user, channel),
            }
        return self.interact(user, payload)

    def _offers(self, kind: str, callback_id: str) -> None:
        if (kind, callback_id) not in self.manifest.shortcuts:
            raise SandboxError(f"the manifest has no {kind} shortcut {callback_id!r}")

    # -- the app's own place --------------------------------------------------------------------------------

    def open_home(self, user: str, *, tab: str = "home") -> Outcome:
        """Open the app in the sidebar, on the Home or the Messages tab (app_home_opened)."""
        self.person(user)
        if tab == "home" and not self.manifest.home_tab:
            raise SandboxError("the app has no Home tab")
        with self.world.lock:
            place = self.world.im(user)
            home = self.surfaces.home(user)
            event: Json = {"user": user, "channel": place.id, "tab": tab}
            if home and tab == "home":
                event["view"] = self.objects.view(home)
        before = self.seen(user)
        ack = self.events.emit("app_home_opened", event)
        if ack is None:
            return Outcome(ok=True)
        return self.outcome(user, ack, before)

    def move_clock(self, instant: datetime) -> None:
        """Move the workspace's time; each listener of the clock is called."""
        self.clock.move_to(instant)
        self.world.changed()

    # -- what came of it ------------------------------------------------------------------------------------

    def interact(self, user: str, payload: Json) -> Outcome:
        """Send an interaction and wait for its ack."""
        if not self.manifest.interactivity:
            return Outcome(ok=False, problem=NOT_INTERACTIVE)
        before = self.seen(user)
        ack = self.send(Parcel("interactive", payload))
        return self.outcome(user, ack, before, problem=None if ack.ok else trouble(ack))

    def seen(self, user: str) -> dict[str, str]:
        """The open views of a person with their hashes, to tell later which are new."""
        with self.world.lock:
            home = self.surfaces.home(user)
            views = [*self.surfaces.stack(user), *([home] if home else [])]
            return {view.id: view.hash for view in views}

    def outcome(
        self,
        user: str,
        ack: Ack,
        before: dict[str, str],
        *,
        messages: tuple[Message, ...] = (),
        errors: dict[str, str] | None = None,
        problem: str | None = None,
    ) -> Outcome:
        return Outcome(
            ok=ack.ok and not errors and problem is None,
            status=ack.status,
            ack_ms=ack.ms,
            timed_out=ack.timed_out,
            view=self._news(user, before),
            messages=messages,
            errors=errors or {},
            body=ack.body,
            problem=problem,
        )

    def _news(self, user: str, before: dict[str, str]) -> View | None:
        with self.world.lock:
            for view in reversed(self.surfaces.stack(user)):
                if before.get(view.id) != view.hash:
                    return view
            home = self.surfaces.home(user)
            return home if home and before.get(home.id) != home.hash else None


def trouble(ack: Ack) -> str:
    """The text that Slack's client shows for an interaction without an ack."""
    if ack.timed_out:
        return "Operation timed out. Apps need to respond within 3 seconds."
    if ack.status is None:
        return "This app is not reachable."
    return f"This app responded with Status Code {ack.status}."
