"""A small app for the page's tests. It answers in the process, so a test waits only for the browser."""

import threading
from typing import Any

from sandbox.delivery import Ack, Parcel

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Makegood"},
    "features": {
        "bot_user": {"display_name": "Makegood"},
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "slash_commands": [
            {
                "command": "/commit",
                "description": "Record what was promised",
                "usage_hint": "@who what by when for account",
                "should_escape": True,
            },
            {"command": "/plan", "description": "Show an account's plan", "usage_hint": "account"},
            {"command": "/slow", "description": "Never answers"},
        ],
        "shortcuts": [
            {
                "name": "Make it a commitment",
                "type": "message",
                "callback_id": "capture",
                "description": "From here",
            },
            {
                "name": "New commitment",
                "type": "global",
                "callback_id": "new",
                "description": "Record a promise",
            },
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "im:history"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]},
        "interactivity": {"is_enabled": True},
    },
}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(text: str, action: str, value: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": plain(text), "value": value, **more}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def item(number: int, words: str) -> list[dict[str, Any]]:
    """A commitment of a brief, with five buttons."""
    sure = {
        "title": plain("Cancel it?"),
        "text": mrkdwn("This *ends* the commitment."),
        "confirm": plain("End it"),
        "deny": plain("Keep it"),
    }
    return [
        {"type": "section", "block_id": f"item-{number}", "text": mrkdwn(words)},
        {
            "type": "actions",
            "block_id": f"do-{number}",
            "elements": [
                button("Done", "done", str(number), style="primary"),
                {"type": "datepicker", "action_id": "move", "placeholder": plain("New date")},
                button("Blocked", "blocked", str(number)),
                button("Cancel…", "cancel", str(number), style="danger", confirm=sure),
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("Hand over", "hand"), option("Quiet for a week", "quiet")],
                },
            ],
        },
    ]


BRIEF: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Your commitments this Friday")},
    {
        "type": "context",
        "elements": [mrkdwn("2 are overdue · 1 is due today · <https://example.com/plan|open the plan>")],
    },
    *item(
        41,
        ":red_circle: *Send the pricing sheet to Dana*\nAcme Corporation · due *Mon 16 Nov* · moved once",
    ),
    {"type": "divider"},
    *item(
        52,
        ":large_yellow_circle: *SOC 2 report to their security team*\nAcme Corporation · due *today* · with <@U0ANA>",
    ),
    {"type": "divider"},
    *item(
        57,
        ":white_circle: *Usage numbers before the quarterly review* (theirs)\nDana Whitfield · due *Fri 27 Nov*",
    ),
]

COMMIT: dict[str, Any] = {
    "type": "modal",
    "callback_id": "commit",
    "title": plain("New commitment"),
    "submit": plain("Commit"),
    "close": plain("Not now"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "action",
            "label": plain("Action"),
            "hint": plain("One thing that a person can finish."),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 60},
        },
        {
            "type": "input",
            "block_id": "owner",
            "label": plain("Owner"),
            "element": {"type": "users_select", "action_id": "who", "initial_user": "U0EVA"},
        },
        {
            "type": "input",
            "block_id": "due",
            "label": plain("Due"),
            "element": {"type": "datepicker", "action_id": "day", "initial_date": "2026-12-04"},
        },
        {
            "type": "input",
            "block_id": "account",
            "label": plain("Account"),
            "element": {"type": "external_select", "action_id": "which", "min_query_length": 0},
        },
        {
            "type": "input",
            "block_id": "side",
            "label": plain("Who owes it"),
            "element": {
                "type": "radio_buttons",
                "action_id": "side",
                "options": [option("We do", "ours"), option("They do", "theirs")],
                "initial_option": option("We do", "ours"),
            },
        },
        {
            "type": "input",
            "block_id": "note",
            "optional": True,
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "note"},
        },
        {
            "type": "input",
            "block_id": "copies",
            "optional": True,
            "label": plain("Copies"),
            "element": {"type": "multi_external_select", "action_id": "copies", "min_query_length": 0},
        },
        {
            "type": "actions",
            "block_id": "further",
            "elements": [button("Add a second owner", "second", "x")],
        },
    ],
}

SECOND: dict[str, Any] = {
    "type": "modal",
    "callback_id": "second",
    "title": plain("Second owner"),
    "close": plain("Back"),
    "submit": plain("Add"),
    "blocks": [
        {
            "type": "input",
            "block_id": "who",
            "label": plain("Second owner"),
            "element": {"type": "users_select", "action_id": "who"},
        }
    ],
}

HOME: dict[str, Any] = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Good morning")},
        {
            "type": "section",
            "text": mrkdwn("*Acme Corporation* · 3 open, 1 overdue"),
            "accessory": button("Open plan", "plan", "acme"),
        },
        {
            "type": "section",
            "fields": [mrkdwn("*We owe*\n2 commitments"), mrkdwn("*They owe*\n1 commitment")],
        },
        {"type": "actions", "elements": [button("New commitment", "new", "x", style="primary")]},
    ],
}

ACCOUNTS = [option("Acme Corporation", "acme"), option("Globex <b>", "globex")]


class PageApp:
    """The way to this app. `parcels` is all that it was sent; what is in `mute` it does not answer in time."""

    def __init__(self, box: Any) -> None:
        self.box = box
        self.parcels: list[Parcel] = []
        self.mute = {"/slow"}
        self._arrived = threading.Condition()
        self.may_answer = threading.Event()
        box.core.transport = self

    def stop(self) -> None:
        """This transport has no connection."""

    def send(self, parcel: Parcel, seconds: float) -> Ack:  # noqa: ARG002 (the transport's interface)
        with self._arrived:
            self.parcels.append(parcel)
            self._arrived.notify_all()
        name, user = _name(parcel), _user(parcel)
        if name in self.mute:
            return Ack(None, timed_out=True, failure="http_timeout")
        answer = getattr(self, f"on_{name.strip('/')}", None)
        return Ack(200, answer(user, parcel.payload) if answer else None)

    def interactions(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of one type, in order."""
        return [parcel.payload for parcel in self.parcels if parcel.payload.get("type") == kind]

    def heard(self, count: int, kind: str = "block_actions") -> None:
        """Wait until the app has got that many payloads of a type."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.interactions(kind)) >= count, 20)

    # -- answers --------------------------------------------------------------------------------------

    def on_commit(self, user: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        if payload.get("type") == "view_submission":
            values = payload["view"]["state"]["values"]
            if values["due"]["day"]["selected_date"] < "2026-11-21":
                return {"response_action": "errors", "errors": {"due": "That day is <past>."}}
            return None
        if payload.get("type") == "view_closed":
            return None
        if payload["text"]:
            return {"text": f"Committed: {payload['text']}"}
        self.box.surfaces.open(user, COMMIT)
        return None

    def on_capture(self, user: str, payload: dict[str, Any]) -> None:
        first, *rest = COMMIT["blocks"]
        element = {**first["element"], "initial_value": payload["message"]["text"]}
        self.box.surfaces.open(user, {**COMMIT, "blocks": [{**first, "element": element}, *rest]})

    def on_new(self, user: str, _payload: dict[str, Any]) -> None:
        self.box.surfaces.open(user, COMMIT)

    def on_second(self, user: str, payload: dict[str, Any]) -> None:
        if payload["type"] == "block_actions":
            self.box.surfaces.push(user, SECOND)

    def on_done(self, _user: str, payload: dict[str, Any]) -> None:
        number = payload["actions"][0]["value"]
        message = self.box.world.find(payload["channel"]["id"], payload["container"]["message_ts"])
        blocks = tuple(block for block in message.blocks if block["block_id"] not in {f"item-{number}", f"do-{number}"})
        self.box.world.replace(message, blocks=blocks, edited={"user": message.user, "ts": message.ts})

    def on_blocked(self, _user: str, payload: dict[str, Any]) -> None:
        """Puts another button in the place of the pressed one, and answers the press only when the test lets it."""
        number = payload["actions"][0]["value"]
        message = self.box.world.find(payload["channel"]["id"], payload["container"]["message_ts"])
        blocks = [dict(block) for block in message.blocks]
        for block in blocks:
            if block["block_id"] == f"do-{number}":
                block["elements"] = [
                    button("It is free", "free", number) if each["action_id"] == "blocked" else each
                    for each in block["elements"]
                ]
        self.box.world.replace(message, blocks=tuple(blocks), edited={"user": message.user, "ts": message.ts})
        assert self.may_answer.wait(30)

    def on_which(self, _user: str, payload: dict[str, Any]) -> dict[str, Any]:
        typed = payload["value"].lower()
        return {"options": [one for one in ACCOUNTS if typed in one["text"]["text"].lower()]}

    on_copies = on_which

    def on_app_home_opened(self, user: str, payload: dict[str, Any]) -> None:
        if payload["event"]["tab"] == "home":
            self.box.surfaces.publish(user, HOME)

    # -- messages of its own --------------------------------------------------------------------------

    def brief(self, user: str) -> str:
        """Send the morning's message; returns its ts."""
        world = self.box.world
        blocks = tuple({"block_id": f"b{number}", **block} for number, block in enumerate(BRIEF))
        return str(world.post(world.im(user).id, world.bot, "Your commitments", blocks=blocks).ts)


def _name(parcel: Parcel) -> str:
    payload = parcel.payload
    if parcel.kind == "slash_commands":
        return str(payload["command"])
    if parcel.kind == "events_api":
        return str(payload["event"]["type"])
    if payload["type"] == "block_actions":
        return str(payload["actions"][0]["action_id"])
    if payload["type"] == "block_suggestion":
        return str(payload["action_id"])
    return str(payload.get("callback_id") or payload["view"]["callback_id"])


def _user(parcel: Parcel) -> str:
    payload = parcel.payload
    if parcel.kind == "slash_commands":
        return str(payload["user_id"])
    return str(payload["event"]["user"] if parcel.kind == "events_api" else payload["user"]["id"])
