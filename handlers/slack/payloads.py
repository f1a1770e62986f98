"""Payloads of Slack, parsed into frozen dataclasses. Only this file knows the names of Slack's fields."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Literal

from handlers import ids
from handlers.slack.blocks import ROW
from handlers.slack.message_words import words_of
from handlers.slack.refs import NOWHERE, MenuAction, Ref, count, outdated
from store.errors import BadInputError
from store.rules.text import keeping_isolates, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_TS = re.compile(r"\d{1,20}\.\d{1,10}", re.ASCII)
# A typed "<" comes from Slack as an entity, so markup contains no "<". The character classes exclude it, because a text
# of many "<" without an end would otherwise take quadratic time.
_REFERENCE = re.compile(r"<([@#])[A-Z0-9]+(?:\|([^<>]*))?>")
# The path of a link to a message; for a reply with its thread.
_PERMALINK = re.compile(
    r"archives/[CDG][A-Z0-9]{1,30}/p\d{1,30}(?:\?thread_ts=\d{1,20}\.\d{1,10}&cid=[CDG][A-Z0-9]{1,30})?", re.ASCII
)
_MESSAGE = re.compile(
    r"archives/([CG][A-Z0-9]{1,30})/p(\d{10})(\d{6})(?:\?thread_ts=(\d{1,20}\.\d{1,10})&cid=\1)?\Z", re.ASCII
)
_LINK = re.compile(r"<([a-z]+:[^<>|]+)(?:\|[^<>]*)?>")
# A name with a dot and a number of a telephone, which Slack makes a link by itself.
_LINKED = re.compile(r"<https?://([^<>|]+)\|\1>|<tel:[^<>|]+\|([^<>|]+)>")
_ADDRESS = re.compile(r"<(?:mailto|tel):([^<>|]+)(?:\|[^<>]*)?>")
# "@here" and similar mentions, user groups and dates, with Slack's words if there are any.
_SPECIAL = re.compile(r"<!([a-z]+)(?:\^[^<>|]*)?(?:\|([^<>]*))?>")
_BROADCASTS = {"here", "channel", "everyone"}

# The parts of a view in a request that Slack takes back in views.update.
_PARTS_OF_A_VIEW = ("type", "callback_id", "title", "submit", "close")

# Characters: Slack's limit for the text of a message. All other texts of people are shorter.
_LONGEST = 40_000

# The subtypes of messages that a person writes: a plain one, one with a file, a reply that the channel sees as well.
_WRITTEN = {None, "file_share", "thread_broadcast"}

Surface = Literal["message", "ephemeral", "modal", "home"]
Body = dict[str, Any]


@dataclass(frozen=True)
class Asker:
    """The person of a request, and their workspace, by Slack's ids."""

    team_id: str
    user_id: str


@dataclass(frozen=True)
class Command:
    """A line for the bot: a slash command, or a message to it, which has no `trigger_id` to open a form with.

    `channel` is the result of `sharing_channel`, `origin_key` names the gesture.
    """

    asker: Asker
    text: str
    channel: str
    origin_key: str
    trigger_id: str = ""
    response_url: str | None = None

    @property
    def is_message(self) -> bool:
        return not self.trigger_id


@dataclass(frozen=True)
class Context:
    """The context of a form: the reference to its subject, and the view from which it was opened.

    It travels in the private_metadata of the form's view.
    """

    ref: Ref = NOWHERE
    channel: str | None = None
    response_url: str | None = None
    permalink: str | None = None
    root_view_id: str | None = None
    # The option that is chosen in the field of the account. Slack does not send it with a request for the options of
    # another field.
    account: str | None = None
    # Not empty: it was opened from the Home tab.
    home: str | None = None
    # The number of a commitment with the same words, which the form has pointed out.
    same: str | None = None
    # The row of the plan that the commitments of a list serve, as the value of its option.
    serves: str | None = None
    # The cells of the white space that the form shows, with their versions.
    seen: str | None = None

    def encode(self) -> str:
        known = {**vars(self), "ref": self.ref.encode() if self.ref != NOWHERE else None}
        return json.dumps({key: value for key, value in known.items() if value}, separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> Context:
        """The context from its text. BadInputError if `encode` did not write the text."""
        try:
            known = json.loads(text or "{}")
        except (ValueError, RecursionError):
            raise outdated() from None
        if not isinstance(known, dict) or not all(
            isinstance(known.get(key, ""), str) for key in cls.__dataclass_fields__
        ):
            raise outdated()
        said = {key: known[key] for key in cls.__dataclass_fields__ if key in known}
        return cls(**{**said, "ref": Ref.decode(said["ref"]) if "ref" in said else NOWHERE})


@dataclass(frozen=True)
class Press:
    """A press on a button, or a choice from a menu. `value` is the value of the button or the chosen option."""

    asker: Asker
    action_id: str
    value: str
    trigger_id: str
    surface: Surface
    response_url: str | None = None
    channel: str | None = None
    # The message in which the button stands.
    ts: str | None = None
    view_id: str | None = None
    context: Context = Context()
    # It stands in a form, with what was typed there.
    in_form: bool = False

    @property
    def origin_key(self) -> str:
        return f"press:{self.trigger_id}"

    @property
    def way_back(self) -> Context:
        """The context for a form that this press opens, so that its submission can draw this view again."""
        return Context(
            response_url=self.response_url if self.surface in {"ephemeral", "message"} else None,
            root_view_id=self.view_id if self.surface == "modal" else None,
            home="1" if self.surface == "home" else None,
        )


@dataclass(frozen=True)
class Submission:
    asker: Asker
    view_id: str
    callback_id: str
    context: Context
    fields: dict[str, str | None] = field(default_factory=dict)

    @property
    def origin_key(self) -> str:
        """The origin key of a form: a form changes the ledger once, also if it is submitted twice."""
        return f"view:{self.view_id}"

    def text(self, name: str) -> str:
        return self.fields.get(name) or ""

    def day(self, name: str) -> date:
        """The chosen date of the field; BadInputError at the field if there is none."""
        chosen = self.fields.get(name)
        try:
            return date.fromisoformat(chosen or "")
        except ValueError:
            raise BadInputError("Choose a date.", field=name) from None

    def time(self, name: str) -> time | None:
        """The chosen time of day of the field; BadInputError at the field if it is none."""
        chosen = self.fields.get(name)
        try:
            return time.fromisoformat(chosen) if chosen else None
        except ValueError:
            raise BadInputError("Choose a time.", field=name) from None

    def number(self, name: str) -> int:
        """The whole number in the field; BadInputError at the field if there is none."""
        given = self.text(name)
        if not _NUMBER.fullmatch(given):
            raise BadInputError("Give a whole number.", field=name)
        return int(given)

    def ticked(self, name: str) -> frozenset[str]:
        """The values of the ticked boxes."""
        return frozenset(self.text(name).split(",")) - {""}


@dataclass(frozen=True)
class Place:
    """The place of a message in a channel: its `ts`, and its thread's if it is a reply."""

    ts: str
    thread_ts: str = ""

    def encode(self) -> str:
        return f"{self.ts}/{self.thread_ts}"

    @classmethod
    def decode(cls, text: str) -> Place:
        """The place from its text. BadInputError if `encode` did not write the text."""
        ts, slash, thread_ts = text.partition("/")
        if not (slash and _TS.fullmatch(ts) and (not thread_ts or _TS.fullmatch(thread_ts))):
            raise outdated()
        return cls(ts, thread_ts)


@dataclass(frozen=True)
class Said:
    """A message that a person wrote, without the mentions of the bot. `is_direct`: in the bot's Messages tab."""

    asker: Asker
    channel: str
    place: Place
    text: str
    is_direct: bool


@dataclass(frozen=True)
class Reacted:
    """An emoji that a person has added to a message of `author`. `key` names the gesture."""

    asker: Asker
    emoji: str
    channel: str
    place: Place
    author: str
    key: str


@dataclass(frozen=True)
class MessageShortcut:
    """A message from which a commitment is made. `author`: the person whose own words it has, or ""; `thread_ts`: the
    message above it, if it is a reply.
    """

    asker: Asker
    trigger_id: str
    channel: str
    ts: str
    text: str
    author: str
    thread_ts: str


@dataclass(frozen=True)
class Suggestion:
    """The request of a menu for its options, with the text that the person has typed."""

    asker: Asker
    action_id: str
    typed: str
    context: Context


@dataclass(frozen=True)
class OpenForm:
    """A form in which a person has just chosen an option: the field, all values so far, and the view as it stands."""

    asker: Asker
    field: str
    fields: dict[str, str | None]
    context: Context
    view: Body


def unescaped(text: str) -> str:
    """The text with Slack's three entities as the typed characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    """A typed text as Slack sends the text of a command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unmarked(text: str) -> str:
    """The text without Slack's markup of links, addresses, user groups and dates, as people read it."""
    text = _without_links(_SPECIAL.sub(_special, text))
    return _LINK.sub(r"\1", _ADDRESS.sub(r"\1", text))


def _without_links(text: str) -> str:
    """The text without the links that Slack made of names and numbers: there the typed words stand."""
    return _LINKED.sub(lambda found: found[1] or found[2], text)


def _special(found: re.Match[str]) -> str:
    kind, words = found[1], found[2]
    if kind in _BROADCASTS:
        return f"@{kind}"
    return words or ("a group" if kind == "subteam" else "")


def as_typed(text: str) -> str:
    """The line as the person typed it, without Slack's markup, so that they can send it again."""
    text = _REFERENCE.sub(lambda found: found.group(1) + (found.group(2) or ""), text)
    return unescaped(unmarked(text))


def _written(text: object) -> str:
    """A text that a person wrote, cleaned for storing. Every such text in a payload passes through this function."""
    return printable(str(text or "")[:_LONGEST])


def _line(text: object) -> str:
    """The line or message that a person wrote, with Slack's marks but for the links that it made by itself."""
    return _without_links(_written(text))


def asker(body: Body) -> Asker:
    """The person who sent this request (of any kind), and the workspace that installed the app."""
    view, team, event = (body.get(part) or {} for part in ("view", "team", "event"))
    installed_in = (body.get("authorizations") or [{}])[0].get("team_id")
    team_id = view.get("app_installed_team_id") or installed_in or team.get("id") or body.get("team_id") or ""
    user = body.get("user") or event.get("user") or body.get("user_id") or ""
    return Asker(str(team_id), str(user.get("id") if isinstance(user, dict) else user))


def opened_view(body: Body) -> str | None:
    """The hash of the Home tab that the person saw when they opened it; None the first time, and for another tab.

    Slack refuses to publish by a hash whose view has changed since: "hash_conflict".
    """
    return (body["event"].get("view") or {}).get("hash")


def own_permalink(link: str | None, team_url: str) -> str | None:
    """The link, if it leads to a message of the workspace at `team_url`; None for another link, and for markup."""
    path = (link or "").removeprefix(team_url)
    is_ours = team_url.startswith("https://") and path != link and _PERMALINK.fullmatch(path)
    return link if is_ours else None


def message_of(permalink: str) -> tuple[str, str, str] | None:
    """The channel, the timestamp and the thread of the message of an own permalink; None in a direct message."""
    found = _MESSAGE.search(permalink)
    if found is None:
        return None
    ts = f"{found[2]}.{found[3]}"
    return found[1], ts, found[4] or ts


def sharing_channel(body: Body) -> str:
    """The channel of a request, if items can be shared there; "" for direct messages, also of several people."""
    given = body.get("channel")
    about = given if isinstance(given, dict) else {"id": body.get("channel_id"), "name": body.get("channel_name")}
    channel, name = str(about.get("id") or ""), str(about.get("name") or "")
    return "" if channel.startswith("D") or name.startswith("mpdm-") else channel


def command(body: Body) -> Command:
    return Command(
        asker(body),
        text=_line(body.get("text")).strip(),
        channel=sharing_channel(body),
        origin_key=f"command:{body['trigger_id']}",
        trigger_id=body["trigger_id"],
        response_url=body.get("response_url"),
    )


def press(body: Body) -> Press:
    action = body["actions"][0]
    view, container = body.get("view") or {}, body.get("container") or {}
    option = action.get("selected_option") or {}
    surface: Surface = "message"
    if view:
        surface = "home" if view.get("type") == "home" else "modal"
    elif container.get("is_ephemeral"):
        surface = "ephemeral"
    return Press(
        asker(body),
        action_id=action["action_id"],
        value=str(option.get("value") or action.get("value") or ""),
        trigger_id=body["trigger_id"],
        surface=surface,
        response_url=body.get("response_url"),
        channel=(body.get("channel") or {}).get("id") or container.get("channel_id"),
        ts=container.get("message_ts"),
        view_id=view.get("id"),
        context=Context.decode(view.get("private_metadata") or ""),
        in_form=bool(view.get("submit")),
    )


def chosen(body: Body) -> Body:
    """The request as a press on the button for which the chosen option stands."""
    action = body["actions"][0]
    meant = MenuAction.decode(str((action.get("selected_option") or {}).get("value")))
    press = {**action, "action_id": meant.action_id, "value": meant.value, "selected_option": None}
    return {**body, "actions": [press]}


def submission(body: Body) -> Submission:
    view = body["view"]
    return Submission(
        asker(body),
        view_id=view["id"],
        callback_id=view["callback_id"],
        context=Context.decode(view.get("private_metadata") or ""),
        fields=fields(view),
    )


def message_shortcut(body: Body) -> MessageShortcut:
    message = body.get("message") or {}
    # A forwarded message and the name of a file are not the words of their sender, and an app promises nothing.
    is_own = not message.get("bot_id") and words_of({name: message.get(name) for name in ("text", "blocks")})
    ts, thread_ts = str(body.get("message_ts") or message.get("ts") or ""), message.get("thread_ts") or ""
    return MessageShortcut(
        asker(body),
        trigger_id=body["trigger_id"],
        channel=(body.get("channel") or {}).get("id") or "",
        ts=ts,
        text=_line(words_of(message)),
        author=str(message.get("user") or "") if is_own else "",
        thread_ts="" if thread_ts == ts else thread_ts,
    )


def said_at(ts: str, otherwise: datetime) -> datetime:
    """The instant of a message by its timestamp in Slack; `otherwise` if it has none."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def said(body: Body, bot_id: str) -> Said | None:
    """The message of a message event; None for all that no person has written just now: messages of apps, edits,
    deletions, joins. `bot_id`: Slack's id of the bot's user.
    """
    event = body["event"]
    if event.get("bot_id") or not event.get("user") or event.get("subtype") not in _WRITTEN:
        return None
    channel, thread_ts = str(event["channel"]), str(event.get("thread_ts") or "")
    return Said(
        asker(body), channel, Place(event["ts"], "" if thread_ts == event["ts"] else thread_ts),
        text=line_of(event, bot_id), is_direct=channel.startswith("D"),
    )  # fmt: skip


def line_of(message: Body, bot_id: str) -> str:
    """The text of a message to the bot, without the mentions of the bot, and without a command's name before it."""
    text = _line(message.get("text"))
    text = re.sub(rf"<@{re.escape(bot_id)}(?:\|[^<>]*)?>", " ", text).strip(" ,:;\t\n")
    return text.removeprefix("/commit").strip() if text.startswith("/commit ") else text


def reacted(body: Body) -> Reacted | None:
    """The reaction of an event, without a skin tone; None for a reaction to something else than a message."""
    event = body["event"]
    item = event.get("item") or {}
    if item.get("type") != "message" or not item.get("channel") or not item.get("ts"):
        return None
    emoji, author = event["reaction"].partition("::")[0], event.get("item_user") or ""
    return Reacted(
        asker(body), emoji, item["channel"], Place(item["ts"]), author, f"event:{body.get('event_id') or item['ts']}"
    )


def suggestion(body: Body) -> Suggestion:
    return Suggestion(
        asker(body),
        action_id=body["action_id"],
        typed=_written(body.get("value")).strip(),
        context=Context.decode((body.get("view") or {}).get("private_metadata") or ""),
    )


def open_form(body: Body) -> OpenForm:
    view = body.get("view") or {}
    return OpenForm(
        asker(body),
        field=field_of(body["actions"][0].get("block_id") or ""),
        fields=fields(view),
        context=Context.decode(view.get("private_metadata") or ""),
        view=view,
    )


def field_of(block_id: str) -> str:
    """The field of a block of a form. Behind a colon stands how often the program has filled it in (`refilled`)."""
    return block_id.partition(":")[0]


def refilled(form: OpenForm, values: Mapping[str, tuple[str, str] | None], context: Context) -> Body:
    """The view with another context, and with these (value, text) in its menus; None empties a menu.

    All other values stay, because their blocks keep their ids. A menu gets a new id: in a block with the same id Slack
    keeps what was chosen there.
    """
    view = {name: form.view[name] for name in _PARTS_OF_A_VIEW if form.view.get(name)}
    blocks = [_refilled(block, values) for block in form.view.get("blocks") or ()]
    return {**view, "blocks": blocks, "private_metadata": context.encode()}


def _refilled(block: Body, values: Mapping[str, tuple[str, str] | None]) -> Body:
    if not block.get("element"):
        return block
    # The cursor stays where the person is.
    element = {name: value for name, value in block["element"].items() if name != "focus_on_load"}
    name, _, times = block["block_id"].partition(":")
    if name not in values:
        return {**block, "element": element}
    element.pop("initial_option", None)
    if chosen := values[name]:
        text = {"type": "plain_text", "text": chosen[1], "emoji": True}
        element["initial_option"] = {"text": text, "value": chosen[0]}
    return {**block, "block_id": f"{name}:{count(times or '0') + 1}", "element": element}


def fields(view: Body) -> dict[str, str | None]:
    """The values of a form by field. In our forms the block id and the action id are the same word."""
    values = (view.get("state") or {}).get("values") or {}
    found = {field_of(block_id): _value(next(iter(inputs.values()), {})) for block_id, inputs in values.items()}
    for block_id, inputs in values.items():
        if field_of(block_id) == ids.LETTER_BODY:
            # The form came with names that are set apart: they stay so.
            typed = (inputs.get(ids.LETTER_BODY) or {}).get("value")
            found[ids.LETTER_BODY] = keeping_isolates(_written, str(typed or "")) or None
    for block_id, inputs in values.items():
        # Several values in one block: the elements of a row.
        found |= {
            f"{block_id}.{name[len(ROW) :]}": _value(given) for name, given in inputs.items() if name.startswith(ROW)
        }
    return found


def _value(given: Body) -> str | None:
    if given.get("selected_options") is not None:
        # The values of our boxes have no commas.
        return ",".join(each["value"] for each in given["selected_options"]) or None
    if given.get("selected_users") is not None:
        return ",".join(str(each) for each in given["selected_users"]) or None
    option = given.get("selected_option") or {}
    names = ("value", "selected_date", "selected_time", "selected_user", "selected_conversation")
    chosen = next((given[name] for name in names if given.get(name)), None) or option.get("value")
    return _written(chosen) or None
