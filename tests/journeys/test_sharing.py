"""*Share here*: who may share and where, what people outside the company read, and what follows if Slack refuses."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox import Reply, User
from sandbox.seed import ChannelSeed
from tests.journeys.conftest import read, words, words_of
from tests.journeys.plan_sections import has_account

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Message
    from tests.journeys.conftest import BotInWorkspace

GUEST = User("U0GUEST", "gus", "Gus Guest", is_restricted=True)
CLIENT = User("U0DANA", "dana", "Dana Whitfield", team_id="T0ACME")
OBSTACLE = "their lawyer is a nuisance"


def shared(town: BotInWorkspace, channel: str) -> list[Message]:
    """The bot's messages in a channel that everybody there sees."""
    town.settled()
    bot = town.box.seed.bot_user_id
    return [m for m in town.box.messages(channel, viewer="U0EVA") if m.user == bot and not m.ephemeral_for]


def shareable(town: BotInWorkspace, channel: str, line: str = "send it by Friday", **given: str) -> Message:
    """Records a commitment of Eva's that may be shared with all people; returns its receipt."""
    receipt = town.receipt("U0EVA", line, channel)
    town.submit("U0EVA", town.form("U0EVA", receipt, ids.EDIT), sharing="shareable", **given)
    return next(m for m in town.box.messages(channel, viewer="U0EVA") if m.ts == receipt.ts)


def blocked(town: BotInWorkspace, number: int = 1) -> None:
    form = town.form("U0EVA", town.item("U0EVA", number), ids.BLOCK)
    assert town.submit("U0EVA", form, reason=OBSTACLE, blocker="U0BEN").errors == {}


@pytest.mark.parametrize(("reader", "channel"), [(CLIENT, "C0SHARED"), (GUEST, "C0ACME"), (None, "C0ACME")])
def test_a_shared_item_shows_no_obstacle(town: BotInWorkspace, reader: User | None, channel: str) -> None:
    """A shared item shows neither the reason of a block nor the blocker; to outsiders not even that it is blocked."""
    if reader is not None:
        town.box.add_user(reader)
        town.box.join(reader.id, channel)
    receipt = shareable(town, channel)
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, channel)) == 1
    blocked(town)
    (message,) = shared(town, channel)
    for secret in (OBSTACLE, "Blocked by", "waiting for", "Ben"):
        assert secret not in words(message)
    for sign in (":no_entry:", "Unblock"):
        assert (sign in words(message)) == (reader is None)
    town.press("U0EVA", message, ids.SHOW)
    assert OBSTACLE in words_of(town.box.modals("U0EVA")[-1])


def test_to_both_sides(town: BotInWorkspace) -> None:
    """Where the client reads, an item names both companies, and never “us”; colleagues alone read it as ever."""
    has_account(town)
    company = town.box.seed.team_name
    for channel, line, side, wanted in (
        ("C0SHARED", "send the offer", "ours", f"{company} owes Acme"),
        ("C0SHARED", "sign the order", "theirs", f"Acme owes {company} · not agreed yet"),
        ("C0ACME", "name a sponsor", "theirs", "they owe us · a wish"),
    ):
        item = shareable(town, channel, f"{line} by Friday for Acme", side=side)
        town.press("U0EVA", item, ids.SHARE)
        assert wanted in read(shared(town, channel)[-1]).replace("_", "")
    assert "owe us" not in " ".join(read(one) for one in shared(town, "C0SHARED"))


def test_what_is_not_accepted_is_nobody_elses_business(town: BotInWorkspace) -> None:
    """A client does not read that a colleague has not agreed yet."""
    town.press("U0EVA", shareable(town, "C0SHARED", "@ben send it by Friday"), ids.SHARE)
    assert "not accepted" not in words(shared(town, "C0SHARED")[0])


@pytest.mark.parametrize("opened", ["to a company", "to a guest", "to a client"])
def test_a_channel_that_is_opened_later(town: BotInWorkspace, opened: str) -> None:
    """Before each update the bot asks Slack who reads the channel. An internal item is withdrawn after any change."""
    town.press("U0EVA", town.receipt("U0EVA", "send the internal figures by Friday"), ids.SHARE)
    assert "internal figures" in words(shared(town, "C0ACME")[0])
    if opened == "to a company":
        town.box.world.channels["C0ACME"].is_ext_shared = True
    else:
        reader = GUEST if opened == "to a guest" else CLIENT
        # The event of a new member may be late, or lost: the bot asks Slack about the member.
        town.box.world.put_user(reader)
        town.box.join(reader.id, "C0ACME")
    form = town.form("U0EVA", town.item("U0EVA"), ids.MOVE)
    town.submit("U0EVA", form, due="2026-12-04", reason="they asked for it")
    (message,) = shared(town, "C0ACME")
    assert "no longer shared here" in words(message)
    assert "internal figures" not in words(message)


def test_a_guest_among_the_members_is_another_reader(town: BotInWorkspace) -> None:
    """An internal item is refused where a guest reads; once the guest has left the channel it is posted."""
    town.box.add_user(GUEST)
    town.box.join(GUEST.id, "C0ACME")
    receipt = town.receipt("U0EVA", "send it by Friday")
    town.press("U0EVA", receipt, ids.SHARE)
    assert "guests or people of another company read this channel" in town.told("U0EVA")
    assert shared(town, "C0ACME") == []
    town.box.leave(GUEST.id, "C0ACME")
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0ACME")) == 1


def test_opened_between_the_press_and_the_post(town: BotInWorkspace) -> None:
    """A channel opened between press and post: nothing is posted, and the person who shared hears why."""
    town.press("U0EVA", town.receipt("U0EVA", "send the internal figures by Friday"), ids.SHARE)
    town.box.world.channels["C0ACME"].is_ext_shared = True
    assert shared(town, "C0ACME") == []
    assert "could not share" in town.told("U0EVA")
    assert "another company" in town.told("U0EVA")


def test_who_may_not_change_it_does_not_share_it(town: BotInWorkspace) -> None:
    """Only people who may change an item may share it; for others nothing is posted."""
    receipt = town.receipt("U0EVA", "send it by Friday")
    town.box.join("U0ADA", "C0ACME")
    with town.post.caught() as parcels:
        town.press("U0EVA", receipt, ids.SHARE)
    (parcel,) = parcels
    parcel.payload["user"] = {"id": "U0BEN", "team_id": town.box.seed.team_id}
    parcel.payload["response_url"] = town.box.response_url("U0BEN", "C0ACME")
    assert town.again(parcel).status == 200
    assert "Only Eva Lindqvist" in town.told("U0BEN")
    assert shared(town, "C0ACME") == []


def in_form(town: BotInWorkspace, **remembered: Any) -> Any:
    """Eva submits a form with forged hidden values."""
    form = town.commit("U0EVA", "").view
    assert form is not None
    action = f"send part {town.rows()['commitment']}"
    with town.post.caught() as parcels:
        town.submit("U0EVA", form, action=action, owner="U0EVA", due="2026-12-04")
    (parcel,) = parcels
    view = parcel.payload["view"]
    view["private_metadata"] = json.dumps(json.loads(view["private_metadata"] or "{}") | remembered)
    return town.again(parcel)


def test_a_forged_channel_is_no_way_into_it(town: BotInWorkspace) -> None:
    """A form with a forged channel, of which its reader is no member, shares nothing there."""
    town.box.add_channel(ChannelSeed("C0BOARD", "board", ("U0BEN",)))
    receipt = town.receipt("U0EVA", "send it by Friday")
    with town.post.caught() as parcels:
        town.press("U0EVA", receipt, ids.SHARE)
    (parcel,) = parcels
    for channel in ("C0BOARD", "C0NOWHERE", "D0BEN", "../C0BOARD"):
        metadata = json.dumps({"channel": channel})
        parcel.payload["view"] = {"id": "V1", "type": "modal", "private_metadata": metadata, "blocks": []}
        parcel.payload["response_url"] = town.box.response_url("U0EVA", "C0ACME")
        assert town.again(parcel).status == 200
    town.settled()
    assert town.outbox("shared") == []
    assert shared(town, "C0BOARD") == []


FORGED_LINKS = (
    "https://evil.example|Click", "https://evil.example/archives/C0ACME/p1", "https://northwind.slack.com|Click",
    "https://northwind.slack.com/archives/C0ACME/p1|Click", "http://northwind.slack.com/archives/C0ACME/p1",
    "https://northwind.slack.com.evil.example/archives/C0ACME/p1", "https://acme.slack.com/archives/C0ACME/p1",
    "https://northwind.slack.com/archives/C0ACME/p1\nhttps://evil.example", "javascript:alert(1)", "<!channel>",
    "https://northwind.slack.com/archives/C0ACME/../../services",
    "https://northwind.slack.com@evil.example/archives/C1/p1",
)  # fmt: skip


@pytest.mark.parametrize("link", FORGED_LINKS)
def test_a_forged_link_is_not_kept(town: BotInWorkspace, link: str) -> None:
    """A form with a forged link to another site, or with markup, is recorded without it."""
    assert in_form(town, permalink=link).status == 200
    assert town.commitment(1).permalink is None
    assert "Where it was said" not in words(town.item("U0EVA"))


def test_the_workspaces_own_links_are_kept(town: BotInWorkspace) -> None:
    """Links of the workspace to a message, and to a reply in its thread, are kept."""
    links = [
        "https://northwind.slack.com/archives/C0ACME/p1795428000000100",
        "https://northwind.slack.com/archives/G0DEALS/p1795428000000100?thread_ts=1795428000.000100&cid=G0DEALS",
    ]
    for number, link in enumerate(links, start=1):
        assert in_form(town, permalink=link).status == 200
        assert town.commitment(number).permalink == link


def test_a_forged_answer_address_is_not_called(town: BotInWorkspace) -> None:
    """The answer to a form goes to Slack, never to an address that a forged form carries."""
    town.receipt("U0EVA", "send it by Friday")
    item = town.item("U0EVA")
    form = town.form("U0EVA", item, ids.MOVE)
    with town.post.caught() as parcels:
        town.submit("U0EVA", form, due="2026-12-04", reason="because")
    (parcel,) = parcels
    view = parcel.payload["view"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/take"
        remembered = json.loads(view["private_metadata"]) | {"response_url": address, "ref": "commitment:1:1:item:0:"}
        remembered.pop("root_view_id", None)
        view["private_metadata"] = json.dumps(remembered)
        assert town.again(parcel).status == 200
        with pytest.raises(TimeoutError):
            listening.accept()
    assert town.verbs(1) == ["record", "move"]


def test_not_offered_in_a_direct_message(town: BotInWorkspace) -> None:
    """A receipt in a direct message has no *Share* button, also after an edit; a forged press is answered with what to
    do.
    """
    channel = town.box.world.im("U0EVA").id
    receipt = town.receipt("U0EVA", "send it by Friday", channel)
    assert ids.SHARE not in str(receipt.blocks)
    town.submit("U0EVA", town.form("U0EVA", receipt, ids.EDIT), note="hello")
    receipt = next(m for m in town.box.messages(channel, viewer="U0EVA") if m.ts == receipt.ts)
    assert ids.SHARE not in str(receipt.blocks)
    elsewhere = town.receipt("U0EVA", "call them by Friday")
    with town.post.caught() as parcels:
        town.press("U0EVA", elsewhere, ids.SHARE)
    (parcel,) = parcels
    parcel.payload["channel"] = {"id": channel, "name": "directmessage"}
    assert town.again(parcel).status == 200
    assert "channels only" in town.told("U0EVA")
    assert town.outbox("shared") == []


def answering(method: str, **answer: Any) -> Callable[[str, dict[str, Any], Callable[[], Reply]], Reply]:
    """Slack's answer to one method, for all arguments."""

    def answered(called: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        del args
        return Reply({"ok": False, **answer}) if called == method else carry_out()

    return answered


@pytest.mark.parametrize("needed", ["im:read", "mpim:read"])
def test_a_permission_for_direct_messages_is_not_asked_for(bare_town: BotInWorkspace, needed: str) -> None:
    """If Slack asks for a permission that Makegood does not want, the answer is that sharing is for channels."""
    receipt = bare_town.receipt("U0EVA", "send it by Friday")
    bare_town.box.api.intercept = answering("conversations.info", error="missing_scope", needed=needed, provided="")
    bare_town.press("U0EVA", receipt, ids.SHARE)
    assert "channels only" in bare_town.told("U0EVA")


def test_a_group_of_people_is_no_channel(bare_town: BotInWorkspace) -> None:
    """A press in a group DM is answered with words, and nothing is posted there."""
    bare_town.box.add_channel(ChannelSeed("C0GROUP", "mpdm-eva--ana--ben-1", ("U0EVA", "U0ANA", "U0BEN"), mpim=True))
    receipt = bare_town.receipt("U0EVA", "send it by Friday")
    with bare_town.post.caught() as parcels:
        bare_town.press("U0EVA", receipt, ids.SHARE)
    (parcel,) = parcels
    parcel.payload["channel"] = {"id": "C0GROUP", "name": "mpdm-eva--ana--ben-1"}
    assert bare_town.again(parcel).status == 200
    assert "channels only" in bare_town.told("U0EVA")
    assert bare_town.outbox("shared") == []


def test_a_missing_permission_is_named(bare_town: BotInWorkspace) -> None:
    """A missing permission is named, and who can add it where."""
    receipt = bare_town.receipt("U0EVA", "send it by Friday")
    refusal = answering("conversations.members", error="missing_scope", needed="channels:read", provided="")
    bare_town.box.api.intercept = refusal
    bare_town.press("U0EVA", receipt, ids.SHARE)
    assert "channels:read" in bare_town.told("U0EVA")
    assert "admin" in bare_town.told("U0EVA")


REFUSALS = {
    "is_archived": "archived",
    "not_in_channel": "/invite @Makegood",
    "channel_not_found": "/invite @Makegood",
    "restricted_action": "an admin has restricted",
    "restricted_action_read_only_channel": "an admin has restricted",
    "msg_too_long": "too long",
}


@pytest.mark.parametrize("error", REFUSALS)
@pytest.mark.parametrize("aside", [True, False])
def test_refused_when_it_comes_to_posting(bare_town: BotInWorkspace, error: str, aside: bool) -> None:
    """If the post is refused, the person who shared is told in the channel, else by DM; a new press tries again."""
    town = bare_town
    receipt = town.receipt("U0EVA", "send it by Friday")

    def refused(called: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        to_channel = str(args.get("channel", "")).startswith("C")
        if to_channel and (called == "chat.postMessage" or (called == "chat.postEphemeral" and not aside)):
            return Reply({"ok": False, "error": error})
        return carry_out()

    town.box.api.intercept = refused
    town.press("U0EVA", receipt, ids.SHARE)
    assert shared(town, "C0ACME") == []
    told = town.told("U0EVA") if aside else read(town.box.dm("U0EVA")[-1])
    assert "I could not share #1 in" in told
    assert REFUSALS[error] in told
    assert "press “Share here” again" in told
    town.box.api.intercept = None
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0ACME")) == 1
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0ACME")) == 1
    assert town.verbs(1) == ["record", "share", "share"]


STRANGERS = [User(f"U1NEW{n}", f"new{n}", f"New Comer {n}") for n in range(8)]


def new_members(town: BotInWorkspace, channel: str) -> None:
    """More people join the channel than the bot asks about one by one; their events are late."""
    for person in STRANGERS:
        town.box.world.put_user(person)
        town.box.world.channels[channel].members.setdefault(person.id)


def test_while_nobody_knows_who_reads(town: BotInWorkspace) -> None:
    """An internal item is not posted before all members of the channel are known; a shareable one is."""
    new_members(town, "C0ACME")
    receipt = town.receipt("U0EVA", "send the internal figures by Friday")
    town.press("U0EVA", receipt, ids.SHARE)
    assert "I don't know yet everybody who reads this channel" in town.told("U0EVA")
    town.press("U0EVA", shareable(town, "C0ACME", "send the brochure by Friday"), ids.SHARE)
    (message,) = shared(town, "C0ACME")
    assert "brochure" in words(message)
    town.makegood.sync_people()
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0ACME")) == 2


def test_an_update_waits_until_it_is_known_who_reads(town: BotInWorkspace) -> None:
    """A new date is shown in the channel only once all members are known to be colleagues."""
    town.press("U0EVA", town.receipt("U0EVA", "send it by Friday"), ids.SHARE)
    (before,) = shared(town, "C0ACME")
    new_members(town, "C0ACME")
    town.submit("U0EVA", town.form("U0EVA", town.item("U0EVA"), ids.MOVE), due="2026-12-04", reason="later")
    assert shared(town, "C0ACME") == [before]
    town.makegood.sync_people()
    town.pass_by(minutes=2)
    assert "4 Dec" in words(shared(town, "C0ACME")[0])


def test_a_limit_on_the_question_holds_up_nothing_else(town: BotInWorkspace) -> None:
    """If Slack limits the question who reads a channel, that post waits as long as Slack says; notices go on."""
    town.press("U0EVA", town.receipt("U0EVA", "send it by Friday"), ids.SHARE)
    town.box.faults.fail("conversations.members", "ratelimited", seconds=60)
    town.receipt("U0EVA", "@ana call them by Friday")
    assert shared(town, "C0ACME") == []
    assert "call them" in words(town.box.dm("U0ANA")[-1])
    town.box.faults.stop()
    assert shared(town, "C0ACME") == []
    town.pass_by(seconds=61)
    assert len(shared(town, "C0ACME")) == 1
