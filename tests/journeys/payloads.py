"""One payload of each kind that Slack sends to the app, and mutations of it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import handlers
from handlers import ids
from sandbox.delivery import Parcel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox.models import Json
    from tests.journeys.conftest import BotInWorkspace

Path = tuple[Any, ...]

TYPED = (
    "", "mine", "overdue", "1", "account Acme", "accounts", "help", "settings", "away today @ben", "back",
    "@ana send it by Friday for Acme", "<@U0NEW|x> send it by Friday", "send <https://x.example|it>", "hlep",
    "done 1", "cancel 1", "@ana", "overdue Acme", "search send", "undo",
)  # fmt: skip
# Values of our buttons that carry more than a commitment's reference, or another thing's.
VALUES = {
    ids.OPEN_AWAY: "absence:0:0:home:0:", ids.END_ABSENCE: "absence:0:0:away:0:", ids.PAGE_NEWER: ":0:0:overdue:0:",
    ids.PAGE_OLDER: ":0:0:home:20:", ids.CREATE_ACCOUNT: "commitment:1:1:receipt:0:Acme",
    ids.GIVE: "commitment:1:1:receipt:0:U0BEN",
    ids.CHOOSE_ACCOUNT: "commitment:1:1:receipt:0:1:1", ids.OPEN_ACCOUNTS: ":0:0:accounts:0:",
    ids.RUN: ":0:0::0:mine", ids.UNDO_SEVERAL: ":0:0:several:0:1",
    ids.OPEN_LINE: ":0:0:asks:0:1700000000.000100/",
    ids.OPEN_MESSAGE: ":0:0:proposal:0:1700000000.000100/1700000000.000100",
    **dict.fromkeys(
        (ids.OPEN_ACCOUNT, ids.EDIT_ACCOUNT, ids.MERGE_ACCOUNT, ids.ARCHIVE_ACCOUNT, ids.RESTORE_ACCOUNT),
        "account:1:1:page:0:1",
    ),
    ids.PLAN_CONFIRM: "account:1:1:plan:0:1", ids.PLAN_PROMISE: "account:1:1:plan:0:1",
    ids.PLAN_MEETING: "stakeholder:1:1:plan:0:1",
    ids.MORE: f"{ids.SHOW}|commitment:1:1:account:10:1",
}  # fmt: skip
PICTURE = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}
MESSAGE = {
    "type": "message", "text": "I will send it", "ts": "1700000000.000100", "user": "U0ANA", "blocks": [PICTURE],
    "attachments": [{"fallback": "a card", "message_blocks": [{"message": {"blocks": [PICTURE]}}]}],
    "files": [{"id": "F1", "title": "plan.pdf"}],
}  # fmt: skip


def _option(value: str) -> Json:
    return {"type": "static_select", "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value}}


def _boxes(*values: str) -> Json:
    return {"type": "checkboxes", "selected_options": [_option(value)["selected_option"] for value in values]}


_DAY = {"type": "datepicker", "selected_date": "2026-12-04"}
_TEXT = {"type": "plain_text_input", "value": "because"}
_PEOPLE = {"type": "multi_users_select", "selected_users": ["U0BEN"]}
_PERSON = {"type": "users_select", "selected_user": "U0BEN"}
FILLED: dict[str, Json] = {
    ids.ACTION: {"type": "plain_text_input", "value": "send it"}, ids.OWNER: _PERSON, ids.DUE: _DAY,
    ids.ACCOUNT: _option("new:Acme"), ids.STAKEHOLDER: _option("new:Dana"), ids.SIDE: _option("ours"),
    ids.SHARING: _option("internal"), ids.NOTE: _TEXT, ids.REASON: _TEXT, ids.WORDS: _TEXT, ids.HELPERS: _PEOPLE,
    ids.BLOCKER: _PERSON,
    ids.UNTIL: _DAY,
    ids.FIRST_DAY: _DAY, ids.LAST_DAY: _DAY, ids.DELEGATE: _PERSON, ids.SEND_HOUR: _option("9"),
    ids.WEEKDAYS: _boxes("0", "1"), ids.HOLIDAYS_REGION: {"type": "plain_text_input", "value": "DE-BY"},
    ids.DATE_LANGUAGE: _option("de"), ids.RHYTHM: _option("weekly"), ids.WORKSPACE_HOUR: _option("8"),
    ids.WORKSPACE_WEEK: _boxes("0", "1"), ids.WORKSPACE_REGION: {"type": "plain_text_input", "value": "GB"},
    ids.ESCALATE_A_AFTER: {"type": "number_input", "value": "3"},
    ids.ESCALATE_AFTER: {"type": "number_input", "value": "5"}, ids.HONOURS_STATUS: _boxes("yes"),
    ids.REPLIES_IN_THREADS: _boxes("yes"),
    ids.FISCAL_YEAR_START: _option("1"), ids.EMOJI: {"type": "plain_text_input", "value": ":handshake:"},
    ids.NAME: _TEXT, ids.COACH: _PERSON, ids.CATEGORY: _option("A"),
    ids.CHANNEL: {"type": "conversations_select", "selected_conversation": "C0ACME"}, ids.INTO: _option("2"),
}  # fmt: skip


def of_each_kind(town: BotInWorkspace, user: str = "U0ADA") -> list[Parcel]:
    """Slack's requests for each action that a person can take, without the action being taken."""
    return [
        *(_command(town, user, text) for text in TYPED),
        *_presses(town, user),
        *(Parcel("interactive", _in_form(town, user, "view_submission", form)) for form in handlers.ROUTES.forms),
        Parcel("interactive", _in_form(town, user, "view_closed", ids.FORM_NEW)),
        *(
            Parcel("interactive", _in_form(town, user, "block_suggestion", ids.FORM_NEW) | {
                "action_id": menu, "block_id": menu, "value": "Ac", "container": {"type": "view", "view_id": "V1"},
            })
            for menu in handlers.ROUTES.menus
        ),
        *_shortcuts(town, user),
        *_events(town, user),
        Parcel("events_api", {"type": "url_verification", "token": "x", "challenge": "a-challenge"}),
        Parcel("slash_commands", {"ssl_check": "1", "token": "x"}),
    ]  # fmt: skip


def _command(town: BotInWorkspace, user: str, text: str) -> Parcel:
    return Parcel(
        "slash_commands",
        {
            "command": ids.COMMAND, "text": text, "team_id": town.box.seed.team_id, "team_domain": "northwind",
            "user_id": user, "user_name": "ada", "channel_id": "C0ACME", "channel_name": "acme", "api_app_id": "A0",
            "is_enterprise_install": "false", "trigger_id": "1.2.3",
            "response_url": town.box.response_url(user, "C0ACME"),
        },
    )  # fmt: skip


def _presses(town: BotInWorkspace, user: str) -> Iterator[Parcel]:
    """Each button in a message that only one person sees, in a modal and in the Home tab."""
    person = town.box.world.users[user]
    metadata = json.dumps({"ref": "commitment:1:1:mine:0:", "channel": "C0ACME"})
    places: tuple[Json, ...] = (
        {
            "container": {"type": "message", "message_ts": "1.2", "channel_id": "C0ACME", "is_ephemeral": True},
            "channel": {"id": "C0ACME", "name": "acme"}, "response_url": town.box.response_url(user, "C0ACME"),
        },
        {"container": {"type": "view", "view_id": "V1"}, "view": _view("receipt", metadata)},
        {"container": {"type": "view", "view_id": "V2"}, "view": _view("", "") | {"type": "home", "blocks": []}},
    )  # fmt: skip
    for number, action_id in enumerate(handlers.ROUTES.actions):
        value = VALUES.get(action_id, "commitment:1:1:mine:0:")
        pressed = {
            "type": "button", "block_id": "b", "action_id": action_id, "value": value, "action_ts": "1.2",
            "text": {"type": "plain_text", "text": "Press"},
            "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value},
        }  # fmt: skip
        payload = town.box.interaction("block_actions", person, channel="C0ACME")
        yield Parcel("interactive", payload | places[number % len(places)] | {"actions": [pressed]})


def _view(callback_id: str, metadata: str) -> Json:
    return {
        "id": "V1", "team_id": "T0NORTHWIND", "app_installed_team_id": "T0NORTHWIND", "type": "modal",
        "callback_id": callback_id, "private_metadata": metadata, "hash": "1.2", "root_view_id": "V1",
        "title": {"type": "plain_text", "text": "x"},
        "blocks": [{"type": "input", "block_id": name, "element": {"type": "x"}} for name in FILLED],
        "state": {"values": {name: {name: value} for name, value in FILLED.items()}},
    }  # fmt: skip


def _in_form(town: BotInWorkspace, user: str, kind: str, callback_id: str) -> Json:
    about_account = callback_id in {ids.FORM_ACCOUNT, ids.FORM_MERGE, ids.FORM_ARCHIVE}
    ref = "account:1:1:page:0:1" if about_account else "commitment:1:1:mine:0:"
    metadata = {"ref": ref, "channel": "C0ACME"}
    metadata["response_url"] = town.box.response_url(user, "C0ACME")
    payload = town.box.interaction(kind, town.box.world.users[user])
    return payload | {"view": _view(callback_id, json.dumps(metadata)), "response_urls": []}


def _shortcuts(town: BotInWorkspace, user: str) -> Iterator[Parcel]:
    person = town.box.world.users[user]
    anywhere = town.box.interaction("shortcut", person) | {"callback_id": ids.SHORTCUT_NEW, "action_ts": "1.2"}
    yield Parcel("interactive", anywhere)
    on_message = {
        "callback_id": ids.SHORTCUT_FROM_MESSAGE, "message": MESSAGE, "message_ts": MESSAGE["ts"],
        "channel": {"id": "C0ACME", "name": "acme"}, "response_url": town.box.response_url(user, "C0ACME"),
    }  # fmt: skip
    yield Parcel("interactive", town.box.interaction("message_action", person) | on_message)


def _events(town: BotInWorkspace, user: str) -> Iterator[Parcel]:
    about = {
        "id": "U0NEW", "name": "new", "real_name": "New", "tz": "Europe/Berlin", "locale": "de-DE", "deleted": False,
        "is_bot": False, "is_admin": False, "is_restricted": False, "team_id": town.box.seed.team_id,
        "profile": {"display_name": "new", "status_text": "Ill", "status_emoji": ":face:", "status_expiration": 0},
        "enterprise_user": {"teams": [town.box.seed.team_id]},
    }  # fmt: skip
    for event in (
        {"type": ids.EVENT_HOME_OPENED, "user": user, "tab": "home", "channel": "D1", "event_ts": "1.2"},
        {"type": ids.EVENT_USER_CHANGED, "user": about, "event_ts": "1.2"},
        {"type": ids.EVENT_USER_JOINED, "user": about, "event_ts": "1.2"},
        *_written(user),
    ):
        yield Parcel(
            "events_api",
            {
                "type": "event_callback", "team_id": town.box.seed.team_id, "api_app_id": "A0", "event": event,
                "event_id": "Ev1", "event_time": 1, "is_ext_shared_channel": False,
                "authorizations": [{"enterprise_id": None, "team_id": "T0NORTHWIND", "user_id": "U1", "is_bot": True}],
            },
        )  # fmt: skip


def _written(user: str) -> Iterator[Json]:
    """Messages to the bot, and messages that are none for it."""
    for number, text in enumerate(("send it by Friday", "what is due today?", "mine", "thanks", "", "done 1")):
        direct = {"type": ids.EVENT_MESSAGE, "channel": "D0ADA", "channel_type": "im", "user": user, "text": text}
        yield direct | {"ts": f"1700000{number:03}.000100", "client_msg_id": "x", "event_ts": "1.2", "team": "T1"}
        mention = {"type": ids.EVENT_MENTION, "channel": "C0ACME", "user": user, "text": f"<@U0BOT> {text}"}
        yield mention | {"ts": f"1700001{number:03}.000100", "thread_ts": "1700000000.000100", "event_ts": "1.2"}
    edited = {"subtype": "message_changed", "message": MESSAGE, "previous_message": MESSAGE, "hidden": True}
    deleted = {"subtype": "message_deleted", "deleted_ts": "1700000000.000100", "previous_message": MESSAGE}
    by_app = {"subtype": "bot_message", "bot_id": "B1", "text": "send it by Friday"}
    for more in (edited, deleted, by_app):
        yield {"type": ids.EVENT_MESSAGE, "channel": "D0ADA", "channel_type": "im", "ts": "1700000009.000100"} | more
    item = {"type": "message", "channel": "C0ACME", "ts": "1700000000.000100"}
    yield {"type": ids.EVENT_REACTION, "user": user, "reaction": "handshake", "item": item, "item_user": "U0EVA"}
    yield {"type": ids.EVENT_REACTION, "user": user, "reaction": "handshake", "item": {"type": "file", "file": "F1"}}


# ---- what may be wrong ---------------------------------------------------------------------------------

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 5, 10**12, 10**400, 1.5, "", " ", "x", "x" * 5000, "\0", "a\0b", "\ud800", "\u202e\u200b",
    "<!channel>", "<@U0ANA>", "<" * 500, "'; --", "{{ 7 * 7 }}", "0001-01-01", "9999-12-31", "2026-13-45", "2026-W49-5",
    "9" * 11, "9" * 5000, "²", "٣", "new:", "new:\0", "commitment:1:1:item:0:", "commitment:1:1:account:0:9",
    "commitment:9999999999:9999999999:home:9999999999:", ":0:0:account:5:9999999999", "a:1:1:b:0:", "1:1",
    "{", "[]", '{"ref":"x"}',
    '{"ref":5}',
    "[" * 3000, "file:///etc/passwd",
    "http://[", "T0NORTHWIND", "U0NOBODY", "C0GENERAL", [], {}, [None], [[]], {"id": 5}, {"id": "U0EVA"}, {"": ""},
    "modal", "home", "default", "none", "Europe/Nowhere", ids.FORM_SETTINGS, ids.DONE, ids.MORE,
)  # fmt: skip


def mutated(choose: Callable[[Sequence[Any]], Any], parcels: Sequence[Parcel]) -> Parcel:
    """One of the payloads with up to three parts removed, of another type or value, or wrapped, as `choose` picks."""
    parcel: Parcel = choose(parcels)
    payload = copy.deepcopy(parcel.payload)
    for _ in range(choose(range(4))):
        paths = list(_paths(payload))
        if paths:
            _mutate(choose, payload, choose(paths))
    if parcel.kind == "slash_commands":
        # A URL-encoded form holds texts only, and no half of a surrogate pair.
        payload = {name: str(value).encode(errors="replace").decode() for name, value in payload.items()}
    return replace(parcel, payload=payload)


def _paths(part: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(part, dict):
        steps: Any = part.items()
    elif isinstance(part, list):
        steps = enumerate(part)
    else:
        return
    for name, value in steps:
        yield (*path, name)
        yield from _paths(value, (*path, name))


def _mutate(choose: Callable[[Sequence[Any]], Any], payload: Json, path: Path) -> None:
    *way, last = path
    parent: Any = payload
    for step in way:
        parent = parent[step]
    match choose(("gone", "odd", "odd", "odd", "wrapped", "longer")):
        case "gone":
            del parent[last]
        case "odd":
            parent[last] = copy.deepcopy(choose(ODD))
        case "wrapped":
            parent[last] = [parent[last]]
        case _:
            parent[last] = parent[last] + "x" if isinstance(parent[last], str) else {"x": parent[last]}
