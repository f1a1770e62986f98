"""Outsiders: guests, people of other companies, apps and people who have left neither act nor read nor own."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import handlers
from handlers import ids
from sandbox import User
from sandbox.delivery import Parcel
from store import people
from store.people import Profile
from store.tables import Person, Workspace
from tests.journeys.conftest import read, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.delivery import Ack
    from tests.journeys.conftest import BotInWorkspace

SECRET = "walk away below 80 thousand"
WHO = "U0OTHER"
OUTSIDERS: dict[str, tuple[dict[str, Any], str]] = {
    "single-channel guest": ({"is_restricted": True, "is_ultra_restricted": True}, "as a guest"),
    "multi-channel guest": ({"is_restricted": True}, "as a guest"),
    "from another company": ({"team_id": "T0ACME"}, "another company"),
    "a stranger": ({"team_id": "T0ACME", "is_stranger": True}, "another company"),
    "of another organisation": ({"team_id": "T0ACME", "enterprise_teams": ("T0ACME", "E0ACME")}, "another company"),
    "has left": ({"deleted": True}, "deactivated"),
    "an app": ({"is_bot": True}, "an app"),
}
COLLEAGUES: dict[str, dict[str, Any]] = {
    "a member": {},
    "at home in another workspace of the organisation": {
        "team_id": "T0SOUTHWIND", "enterprise_teams": ("T0SOUTHWIND", "T0NORTHWIND"),
    },
    "at home in the organisation": {"team_id": "E0NORTHWIND", "enterprise_teams": ("T0NORTHWIND",)},
    "who authorised the app": {"is_owner": True},
}  # fmt: skip
TYPED = (
    "mine", "overdue", "1", "#1", "account Acme", "accounts", "help", "", "settings", "away today", "away", "back",
    "send them all by Friday", "@eva send it by Friday", "send it",
    "done 1", "cancel 1", "@eva", "overdue Acme", "search send",
)  # fmt: skip
# Values of our buttons that carry more than a commitment's reference, or another thing's.
VALUES = {
    ids.OPEN_AWAY: "absence:0:0:home:0:", ids.END_ABSENCE: "absence:0:0:home:0:", ids.PAGE_NEWER: ":0:0:overdue:0:",
    ids.PAGE_OLDER: ":0:0:overdue:0:", ids.CREATE_ACCOUNT: "commitment:1:1:receipt:0:Acme",
    ids.GIVE: "commitment:1:1:receipt:0:U0BEN",
    ids.CHOOSE_ACCOUNT: "commitment:1:1:receipt:0:1:1", ids.OPEN_ACCOUNTS: ":0:0:accounts:0:",
    ids.RUN: ":0:0::0:mine", ids.OPEN_LINE: ":0:0:asks:0:1700000000.000100/",
    ids.OPEN_MESSAGE: ":0:0:proposal:0:1700000000.000100/1700000000.000100",
    **dict.fromkeys(
        (ids.OPEN_ACCOUNT, ids.EDIT_ACCOUNT, ids.MERGE_ACCOUNT, ids.ARCHIVE_ACCOUNT, ids.RESTORE_ACCOUNT,
         ids.RESTRICT_ACCOUNT, ids.EDIT_BASIS, ids.MAKE_CATEGORY, ids.PLAN_CONFIRM, ids.PLAN_PROMISE, ids.ENERGY_ASK,
         ids.DIGEST_CHANGE),
        "account:1:1:page:0:1",
    ),
    ids.PLAN_MEETING: "stakeholder:1:1:plan:0:1",
    **dict.fromkeys((ids.SECTION_OPEN, ids.SECTION_SHOW, ids.GRID_FILL), "risk:1:1:section:0:1"),
    **dict.fromkeys((ids.REVIEW_ITEMS, ids.REVIEW_START, ids.CALENDAR_SEND), "review:1:1:review:0:1"),
    ids.VERDICT: "commitment:1:1:review_items:0:1.keep.",
    ids.LETTER: "stakeholder:1:1:row:0:1",
    **dict.fromkeys((ids.CLIENT_PAGE, ids.CLIENT_LINK, ids.CLIENT_END, ids.CLIENT_PREVIEW, ids.CLIENT_SEVERAL),
                    "stakeholder:1:1:client:0:1"),
    **dict.fromkeys((ids.PROPOSAL_CONFIRM, ids.PROPOSAL_ANSWER), "proposal:1:1:dm:0:"),
    **dict.fromkeys((ids.LETTER_SHOW, ids.LETTER_EDIT, ids.LETTER_FILE, ids.LETTER_PAGE, ids.LETTER_SENT), ":0:0::0:1"),
    **dict.fromkeys((ids.OFFERING_RENAME, ids.OFFERING_ARCHIVE, ids.OFFERING_RESTORE), "offering:1:1:offerings:0:"),
    ids.OPEN_FORM: ":0:0:home:0:",
    ids.OPEN_SETTINGS: ":0:0:home:0:", ids.MORE: f"{ids.SHOW}|commitment:1:1:item:0:",
}  # fmt: skip
FILLED: dict[str, dict[str, Any]] = {
    ids.ACTION: {"value": "send it"}, ids.OWNER: {"selected_user": WHO}, ids.DUE: {"selected_date": "2026-12-04"},
    ids.REASON: {"value": "because"}, ids.UNTIL: {"selected_date": "2026-12-04"},
    ids.FIRST_DAY: {"selected_date": "2026-12-04"}, ids.LAST_DAY: {"selected_date": "2026-12-04"},
}  # fmt: skip


def there_is(town: BotInWorkspace, **about: Any) -> None:
    """Adds an outsider of that kind, who knows of the app; and a commitment of Eva's with a secret."""
    earlier = town.box.clock.now() - timedelta(days=7)
    town.has_recorded("U0EVA", ("U0EVA", SECRET, "2026-11-20"), note=SECRET, at=earlier)
    town.box.add_user(User(WHO, "other", "Otto Ther", **about))


def commanded(town: BotInWorkspace, text: str, user: str = WHO) -> Ack:
    """A command as Slack sends it, also by a person whom Slack would not let type it."""
    payload = {
        "command": "/commit", "text": text, "team_id": town.box.seed.team_id, "user_id": user, "channel_id": "C0ACME",
        "trigger_id": town.box.triggers.issue(user), "response_url": town.box.response_url(user, "C0ACME"),
    }  # fmt: skip
    return town.box.send(Parcel("slash_commands", payload))


def interacted(town: BotInWorkspace, kind: str, **more: Any) -> Ack:
    """The outsider presses, submits, or types into a menu."""
    person = town.box.world.users[WHO]
    return town.box.send(Parcel("interactive", town.box.interaction(kind, person, channel="C0ACME") | more))


def pressed(town: BotInWorkspace, action_id: str) -> Ack:
    value = VALUES.get(action_id, "commitment:1:1:item:0:")
    return interacted(
        town, "block_actions", channel={"id": "C0ACME", "name": "acme"},
        container={"type": "message", "message_ts": "1.2", "channel_id": "C0ACME", "is_ephemeral": True},
        response_url=town.box.response_url(WHO, "C0ACME"),
        actions=[{
            "type": "button", "block_id": "b", "action_id": action_id, "value": value, "action_ts": "1.2",
            "selected_option": {"value": value} if action_id == ids.MORE else None,
        }],
    )  # fmt: skip


def submitted(town: BotInWorkspace, callback_id: str) -> Ack:
    metadata = json.dumps({"ref": "commitment:1:1:item:0:"})
    view = {
        "id": f"V{callback_id}", "type": "modal", "callback_id": callback_id, "private_metadata": metadata,
        "app_installed_team_id": town.box.seed.team_id, "hash": "1.2",
        "blocks": [{"type": "input", "block_id": name} for name in FILLED],
        "state": {"values": {name: {name: value} for name, value in FILLED.items()}},
    }  # fmt: skip
    return interacted(town, "view_submission", view=view)


def everything(town: BotInWorkspace) -> Iterator[tuple[str, Ack]]:
    """Each thing that the app offers, once: (the action, the answer)."""
    for text in TYPED:
        yield f"/commit {text}", commanded(town, text)
    for action_id in handlers.ROUTES.actions:
        yield action_id, pressed(town, action_id)
    for callback_id in handlers.ROUTES.forms:
        yield callback_id, submitted(town, callback_id)
    for callback_id in handlers.ROUTES.shortcuts:
        # A global shortcut has no message; the extra fields do no harm.
        message = {"type": "message", "text": "I will send it", "ts": "1.2", "user": "U0EVA"}
        yield callback_id, interacted(
            town, "message_action" if callback_id == ids.SHORTCUT_FROM_MESSAGE else "shortcut",
            callback_id=callback_id, message=message, message_ts="1.2", channel={"id": "C0ACME", "name": "acme"},
            response_url=town.box.response_url(WHO, "C0ACME"),
        )  # fmt: skip
    for action_id in handlers.ROUTES.menus:
        yield (
            action_id,
            interacted(
                town, "block_suggestion", action_id=action_id, block_id=action_id, value="A", view={"type": "modal"}
            ),
        )


def seen_by(town: BotInWorkspace) -> list[str]:
    """All that this person sees: messages, modals and Home."""
    channels = town.box.world.channels.values()
    messages = [read(m) for channel in channels for m in channel.messages.values() if m.ephemeral_for == WHO]
    views = [*town.box.modals(WHO), *([town.box.home(WHO)] if town.box.home(WHO) else [])]
    return [*messages, *(words_of(view) for view in views)]


@pytest.mark.parametrize("kind", OUTSIDERS)
def test_outsiders_neither_act_nor_read(bare_town: BotInWorkspace, kind: str) -> None:
    """Each command, button, form, shortcut and menu refuses each kind of outsider, in words, and shows nothing."""
    about, words = OUTSIDERS[kind]
    there_is(bare_town, **about)
    commanded(bare_town, "mine")
    before = bare_town.rows()
    for done, ack in everything(bare_town):
        assert ack.status == 200, done
        assert SECRET not in str(ack.body), done
        if ack.body and "options" not in ack.body:
            assert words in str(ack.body), (done, ack.body)
    assert bare_town.rows() == before
    seen = seen_by(bare_town)
    assert not any(SECRET in text for text in seen)
    answered = [text for text in seen if words in text]
    # The press on a button with an address is only acknowledged.
    assert len(answered) >= len(handlers.ROUTES.actions) - len({ids.PLAN_PAGE_OPENED})


@pytest.mark.parametrize("kind", COLLEAGUES)
def test_colleagues_are_let_in(town: BotInWorkspace, kind: str) -> None:
    """Members act, read and own, also members whom an Enterprise Grid organisation adds to the workspace."""
    there_is(town, **COLLEAGUES[kind])
    assert SECRET in read(town.commit(WHO, "overdue").messages[-1])
    town.receipt(WHO, "send it by Friday")
    town.receipt("U0EVA", "@other call them by Friday")
    assert [town.commitment(number).owner.slack_id for number in (2, 3)] == [WHO, WHO]


def test_the_event_says_who_became_a_guest_and_who_a_member(town: BotInWorkspace) -> None:
    """After Slack's event a new guest is refused, also in an open form, and a new member is let in."""
    there_is(town)
    form = town.commit(WHO, "").view
    town.box.open_home(WHO)
    town.has_recorded(WHO, (WHO, "keep it to ourselves", "2026-12-04"))
    town.box.open_home(WHO)
    assert "keep it to ourselves" in words_of(town.box.home(WHO))
    town.box.change_user(WHO, is_restricted=True)
    values = {
        name: next(iter(value.values()))
        for name, value in FILLED.items()
        if name in {block["block_id"] for block in form.blocks}
    }
    refused = town.box.submit(WHO, form.id, {name: {name: value} for name, value in values.items()})
    assert "as a guest" in str(refused.errors)
    town.settled()
    assert "keep it to ourselves" not in words_of(town.box.home(WHO))
    assert "members of this workspace" in words_of(town.box.home(WHO))
    town.box.change_user(WHO, is_restricted=False)
    town.settled()
    assert "keep it to ourselves" in words_of(town.box.home(WHO))
    town.receipt(WHO, "send it by Friday")


@pytest.mark.parametrize("kind", OUTSIDERS)
def test_outsiders_own_nothing_and_stand_in_for_nobody(town: BotInWorkspace, kind: str) -> None:
    """An outsider named as owner, delegate or blocker is refused with the reason, in the line and in the form."""
    there_is(town, **OUTSIDERS[kind][0])
    reason = {"as a guest": "is a guest", "deactivated": "has left"}.get(OUTSIDERS[kind][1], OUTSIDERS[kind][1])
    item = town.item("U0EVA")
    over = town.form("U0EVA", item, ids.HAND_OVER)
    assert reason in str(town.submit("U0EVA", over, owner=WHO).errors)
    blocked = town.form("U0EVA", item, ids.BLOCK)
    assert reason in str(town.submit("U0EVA", blocked, reason="no answer", blocker=WHO).errors)
    for line in ("away 4 Dec to 8 Dec <@U0OTHER|other>", "<@U0OTHER|other> send it by Friday"):
        commanded(town, line, "U0EVA")
        assert reason in words_of(town.box.modals("U0EVA")[-1]), line
    assert town.rows()["commitment"] == 1
    assert town.verbs(1) == ["record"]


def test_what_a_new_guest_owned_needs_an_owner(town: BotInWorkspace) -> None:
    """A new guest gets no messages; the creator is told that the commitment needs an owner, and why."""
    there_is(town)
    town.has_recorded("U0EVA", (WHO, "send the figures", "2026-11-23"))
    town.settled()
    told = len(town.box.dm(WHO))
    town.box.change_user(WHO, is_restricted=True)
    town.jump(2026, 11, 24, 8, 30)
    assert len(town.box.dm(WHO)) == told
    brief = read(town.box.dm("U0EVA")[-1])
    assert "Needs an owner" in brief
    assert "is a guest now" in brief


def test_only_colleagues_are_named_as_those_to_ask(town: BotInWorkspace) -> None:
    """A colleague without the right to change is sent to the creator, not to the owner, who is a guest by now."""
    there_is(town)
    town.has_recorded("U0EVA", (WHO, "send the figures", "2026-12-04"))
    town.box.change_user(WHO, is_restricted=True)
    town.commit("U0BEN", "done 2")
    assert "Only Eva Lindqvist (who recorded it) or a workspace admin can change #2" in town.told("U0BEN")


def test_a_handle_that_a_guest_bears_too_means_the_colleague(town: BotInWorkspace) -> None:
    """`@ana` means the colleague Ana, although a guest has the same handle."""
    there_is(town, is_restricted=True, display_name="ana")
    town.receipt("U0EVA", "@ana send it by Friday")
    assert town.commitment(2).owner.slack_id == "U0ANA"


@pytest.mark.both_databases
def test_the_database_draws_the_same_line(town: BotInWorkspace) -> None:
    """The rule for one person and the same rule in queries agree for every combination of Slack's flags."""
    combinations = [
        Profile(f"U1{n}", f"Somebody {n}", "", "UTC", "en", *flags)
        for n, flags in enumerate(itertools.product((True, False), repeat=5))
    ]
    with town.makegood.ledger.begin() as tx:
        people.sync(tx, tx.scalars(sa.select(Workspace)).one(), combinations, now=town.box.clock.now())
        every = tx.scalars(sa.select(Person)).all()
        found = set(tx.scalars(sa.select(Person.id).where(people.here(Person))))
    assert {one.id for one in every if people.is_here(one)} == found
    assert 2 <= len(found) < len(every)


def test_a_request_from_another_workspace_is_told_why(town: BotInWorkspace) -> None:
    """Slack may send a press with the workspace of the client who pressed: it is refused in words, at once."""
    there_is(town)
    person = town.box.world.users[WHO]
    payload = town.box.interaction("block_actions", person, channel="C0SHARED") | {
        "team": {"id": "T0ACME", "domain": "acme"}, "channel": {"id": "C0ACME", "name": "acme"},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C0ACME", "is_ephemeral": True},
        "response_url": town.box.response_url(WHO, "C0ACME"),
        "actions": [{"type": "button", "block_id": "b", "action_id": ids.SHOW, "value": "commitment:1:1:item:0:",
                     "action_ts": "1"}],
    }  # fmt: skip
    assert town.box.send(Parcel("interactive", payload)).status == 200
    assert "members of the workspace that installed it" in town.told(WHO)
    assert not any(SECRET in text for text in seen_by(town))
