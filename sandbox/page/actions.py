"""Actions that the page's script sends for a person: a table from the kind to the sandbox's method."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.page.clock_panel import moved, wall_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from sandbox.models import Outcome, User
    from sandbox.page.box import Box


# No block or action is named so; the script wraps what a datetimepicker holds in it.
_WALL_TIME: Final = "wall time"


class UnusableError(ValueError):
    """A request that the page cannot carry out. Its text is shown to the person."""


def plain_values(values: Any, zone: "ZoneInfo") -> Any:  # noqa: ANN401 (any JSON in, the same out)
    """The script's values as the sandbox's methods take them: a date and time of `timezone`'s clocks becomes an
    epoch.
    """
    if isinstance(values, dict):
        if set(values) == {_WALL_TIME}:
            return int(wall_time(str(values[_WALL_TIME]), zone).timestamp())
        return {key: plain_values(value, zone) for key, value in values.items()}
    return values


def _text(wish: "Mapping[str, Any]", name: str) -> str:
    value = wish.get(name)
    if not isinstance(value, str) or not value:
        raise UnusableError(f"“{name}” is missing.")
    return value


def _say(box: "Box", me: "User", _zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    box.say(me.id, _text(wish, "channel"), _text(wish, "text"), thread_ts=wish.get("thread") or None)
    return None


def _react(box: "Box", me: "User", _zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    box.react(me.id, _text(wish, "channel"), _text(wish, "ts"), _text(wish, "emoji"))
    return None


def _command(box: "Box", me: "User", _zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    name, _, rest = _text(wish, "text").partition(" ")
    if name not in box.manifest.commands:
        raise UnusableError(
            f"{name} is not a valid command. Messages that start with “/” are taken as commands; "
            "put a space first to send it as a message."
        )
    if wish.get("thread"):
        raise UnusableError(f"{name} is not supported in threads. Sorry!")
    return box.command(me.id, _text(wish, "channel"), name, rest.strip())


def _press(box: "Box", me: "User", zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    return box.press(
        me.id,
        action_id=_text(wish, "action"),
        block_id=wish.get("block") or None,
        value=plain_values(wish.get("value"), zone),
        channel=wish.get("channel"),
        ts=wish.get("ts"),
        view_id=wish.get("view"),
        home=bool(wish.get("home")),
        ephemeral_id=wish.get("ephemeral"),
        state=plain_values(wish.get("state"), zone),
    )


def _submit(box: "Box", me: "User", zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    return box.submit(me.id, _text(wish, "view"), plain_values(wish.get("state") or {}, zone))


def _close(box: "Box", me: "User", _zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    """Close one view, or with `all` the whole stack, from the top down as the corner's cross does."""
    if not wish.get("all"):
        return box.close(me.id, _text(wish, "view"))
    outcome = None
    for view in reversed(list(box.modals(me.id))):
        outcome = box.close(me.id, view.id)
    return outcome


def _clock(box: "Box", _me: "User", zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    to = _text(wish, "to")
    landmark = box.clock.landmarks.get(to)
    instant = landmark() if landmark else moved(box.clock.now(), zone, to)
    if instant is None:
        raise UnusableError(f"{to}: there is none.")
    box.move_clock(instant)
    return None


def _fail(box: "Box", _me: "User", _zone: "ZoneInfo", wish: "Mapping[str, Any]") -> "Outcome | None":
    """Set a fault: `often` is a share of the calls, or `once`."""
    often = _text(wish, "often")
    once = often == "once"
    try:
        rate = 1.0 if once else float(often)
    except ValueError:
        raise UnusableError("Choose how often Slack fails.") from None
    box.faults.fail(_text(wish, "method"), _text(wish, "fault"), rate=rate, count=1 if once else None)
    return None


def _well(box: "Box", _me: "User", _zone: "ZoneInfo", _wish: "Mapping[str, Any]") -> "Outcome | None":
    box.faults.stop()
    return None


ACTIONS: "Final[dict[str, Callable[[Box, User, ZoneInfo, Mapping[str, Any]], Outcome | None]]]" = {
    "say": _say,
    "react": _react,
    "command": _command,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "clock": _clock,
    "fail": _fail,
    "well": _well,
    "home": lambda box, me, _zone, wish: box.open_home(me.id, tab=_text(wish, "tab")),
    "global": lambda box, me, _zone, wish: box.global_shortcut(me.id, _text(wish, "callback")),
    "shortcut": lambda box, me, _zone, wish: box.message_shortcut(
        me.id, _text(wish, "callback"), _text(wish, "channel"), _text(wish, "ts")
    ),
}


def complaint(kind: str, outcome: "Outcome", app: str) -> str | None:
    """The notice for the person when the app answers late or with an error; None otherwise.

    Slackbot posts a command's failure in the conversation, so no second notice follows. An event without an
    ack does not concern the person who opened the Home tab.
    """
    if outcome.ok or outcome.errors or kind in {"command", "home"}:
        return None
    if kind == "submit":
        return "We had some trouble connecting. Try again?"
    if outcome.timed_out:
        return f"{app} did not respond. {outcome.problem or 'Try again.'}"
    return outcome.problem or f"{app} answered with an error."
