"""Old messages in Slack: their items have changed since, or other versions of the program wrote their buttons."""

from __future__ import annotations

from dataclasses import replace

from handlers import ids
from sandbox import User
from sandbox.delivery import Parcel
from tests.journeys import sockets
from tests.journeys.conftest import BotInWorkspace, words_of


def test_a_form_for_what_is_over_does_not_open(town: BotInWorkspace) -> None:
    """Each button of an old message says at once that its item is done, before a person fills in a form in vain."""
    town.receipt("U0EVA", "@ana send it by Friday")
    old = town.item("U0ANA")
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    before = town.rows()
    for action in (ids.MOVE, ids.BLOCK, ids.HAND_OVER, ids.HAND_BACK, ids.CANCEL, ids.EDIT, ids.SNOOZE):
        outcome = town.press("U0ANA", old, action)
        assert outcome.view is None, action
        assert "Eva Lindqvist marked it done" in town.told("U0ANA"), action
    assert town.rows() == before


def test_only_the_owner_is_asked_what_only_they_can_say(town: BotInWorkspace) -> None:
    """*Hand back* and *Not today* of a former owner are refused before a form opens."""
    town.receipt("U0EVA", "@ana send it by Friday")
    old = town.item("U0ANA")
    form = town.form("U0EVA", town.item("U0EVA"), ids.HAND_OVER)
    assert town.submit("U0EVA", form, owner="U0BEN").ok
    for action in (ids.HAND_BACK, ids.SNOOZE):
        assert town.press("U0ANA", old, action).view is None
        assert "is Ben Okafor's now" in town.told("U0ANA")


OLD = "That is from an older version of Makegood."

either = sockets.either


def test_what_another_version_made_is_answered_in_words(either: BotInWorkspace) -> None:
    """A button, menu, form, shortcut or command that this version does not know is answered in words."""
    town = either
    receipt = town.receipt("U0EVA", "send it by Friday")
    with town.post.caught() as parcels:
        town.press("U0EVA", receipt, ids.EDIT)
    pressed = parcels[0]
    for action in (
        {"action_id": "item.gone"},
        {"action_id": ids.MORE, "selected_option": {"value": "item.gone|1:1:x"}},
    ):
        payload = pressed.payload | {"actions": [pressed.payload["actions"][0] | action]}
        assert town.again(replace(pressed, payload=payload)).ok
        assert OLD in town.told("U0EVA")
    with town.post.caught() as parcels:
        town.box.global_shortcut("U0EVA", ids.SHORTCUT_NEW)
    assert town.again(replace(parcels[0], payload=parcels[0].payload | {"callback_id": "gone"})).ok
    shown = town.box.modals("U0EVA")[-1]
    assert OLD in words_of(shown)
    with town.post.caught() as parcels:
        town.box.command("U0EVA", "C0ACME", "/commit", "mine")
    answer = town.again(replace(parcels[0], payload=parcels[0].payload | {"command": "/promise"}))
    assert OLD in answer.body["text"]
    assert "You wrote: mine" in answer.body["text"]


def test_a_form_of_another_version_keeps_what_was_typed(either: BotInWorkspace) -> None:
    """A form of another version gets words at its first field, or in its place. Closing or typing in it is no error."""
    town = either
    form = town.form("U0EVA", town.receipt("U0EVA", "send it by Friday"), ids.EDIT)
    with town.post.caught() as parcels:
        town.submit("U0EVA", form, action="send all of it")
    (parcel,) = parcels
    view = parcel.payload["view"] | {"callback_id": "form.gone"}
    answer = town.again(replace(parcel, payload=parcel.payload | {"view": view}))
    assert OLD in answer.body["errors"][ids.ACTION]
    answer = town.again(replace(parcel, payload=parcel.payload | {"view": view | {"blocks": [], "state": None}}))
    assert OLD in str(answer.body["view"])
    assert town.again(replace(parcel, payload=parcel.payload | {"type": "view_closed", "view": view})).ok
    asks = {"type": "block_suggestion", "action_id": "gone", "block_id": "gone", "value": "x"}
    assert town.again(replace(parcel, payload=parcel.payload | asks)).body == {"options": []}
    assert town.verbs(1) == ["record"]


def test_what_slack_may_add_is_no_error(either: BotInWorkspace) -> None:
    """An unrequested event or kind of payload gets 200, so that Slack neither warns nor repeats."""
    town = either
    with town.post.caught() as parcels:
        town.box.open_home("U0EVA")
    event = parcels[0]
    for kind in ("pin_added", "channel_rename", "app_uninstalled", "kind.of.tomorrow"):
        payload = event.payload | {"event": {"type": kind, "user": "U0EVA", "item": {"type": 5}}}
        assert town.again(replace(event, payload=payload)).status == 200, kind
    limited = {"type": "app_rate_limited", "team_id": "T0NORTHWIND", "minute_rate_limited": 1}
    assert town.again(replace(event, payload=limited)).status == 200
    person = {"user": {"id": "U0EVA"}, "team": {"id": "T0NORTHWIND"}}
    new = {"type": "kind_of_tomorrow", "response_url": town.box.response_url("U0EVA", "C0ACME"), **person}
    assert town.again(Parcel("interactive", new)).status == 200
    assert OLD in town.told("U0EVA")
    assert town.again(Parcel("interactive", {"type": "kind_of_tomorrow"})).status == 200


def test_an_event_is_repeated_only_where_that_helps(either: BotInWorkspace) -> None:
    """An event of a stranger, an unknown person or team, or during refusals of Slack gets 200 and no action."""
    town = either
    town.box.add_user(User("U0GUEST", "dana", "Dana Whitfield", team_id="T0ACME", is_stranger=True))
    with town.post.caught() as parcels:
        town.box.open_home("U0EVA")
    event = parcels[0]
    before = len(town.box.calls)
    for user in ("U0GUEST", "U0NOBODY", "U0MAKEGOOD"):
        payload = event.payload | {"event": event.payload["event"] | {"user": user}}
        assert town.again(replace(event, payload=payload)).status == 200, user
    elsewhere = {
        "team_id": "T0ELSEWHERE",
        "authorizations": [one | {"team_id": "T0ELSEWHERE"} for one in event.payload["authorizations"]],
    }
    assert town.again(replace(event, payload=event.payload | elsewhere)).status == 200
    assert [call.method for call in town.box.calls[before:] if call.method.startswith(("views.", "chat."))] == []
    for kind in ("server_error", "drop", "ratelimited"):
        town.box.faults.fail("views.publish", kind)
        assert town.again(event).status == 200, kind
        town.box.faults.stop()
