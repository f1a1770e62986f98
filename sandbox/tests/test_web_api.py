"""The Web API through the real client: tokens, scopes, posting, changing, reading back."""

import http.client
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import NORTHWIND, ChannelSeed, Reply, Sandbox, Seed, User


def error_of(call: Callable[[], object]) -> dict[str, Any]:
    """The answer of a call that has to fail."""
    with pytest.raises(SlackApiError) as caught:
        call()
    answer = caught.value.response
    assert isinstance(answer.data, dict)
    return answer.data


# -- tokens and scopes ------------------------------------------------------------------------------------


def test_the_token_decides(box: Sandbox, client: WebClient) -> None:
    """not_authed, invalid_auth, not_allowed_token_type, token_revoked, account_inactive."""
    assert error_of(WebClient(base_url=box.api_url).auth_test)["error"] == "not_authed"
    assert error_of(lambda: client.auth_test(token="xoxb-wrong"))["error"] == "invalid_auth"
    assert error_of(lambda: client.auth_test(token=box.app_token))["error"] == "not_allowed_token_type"
    assert client.auth_test()["bot_id"] == "B0MAKEGOOD"
    box.uninstall()
    assert error_of(client.auth_test)["error"] == "account_inactive"
    box.core.installed = True
    box.revoke_token()
    assert error_of(client.auth_test)["error"] == "token_revoked"


def test_scopes_of_the_manifest_are_enforced(an_app: Callable[..., dict[str, Any]]) -> None:
    """missing_scope says what is needed and what was provided."""
    few = an_app()
    few["oauth_config"]["scopes"]["bot"] = ["channels:read", "commands"]
    with Sandbox(few, app_url=None) as box:
        client = WebClient(token=box.bot_token, base_url=box.api_url)
        refused = error_of(lambda: client.chat_postMessage(channel="C0ACME", text="x"))
        assert refused["error"] == "missing_scope"
        assert refused["needed"] == "chat:write"
        assert refused["provided"] == "channels:read,commands"
        assert error_of(lambda: client.users_info(user="U0EVA"))["needed"] == "users:read"
        assert client.conversations_info(channel="C0ACME")["ok"]
        box.invite_app("G0DEALS")
        assert error_of(lambda: client.conversations_info(channel="G0DEALS"))["needed"] == "groups:read"
        box.add_channel(ChannelSeed("C0GROUP", "mpdm-eva--ana--ben-1", ("U0EVA", "U0ANA", "U0BEN"), mpim=True))
        assert error_of(lambda: client.conversations_info(channel="C0GROUP"))["needed"] == "mpim:read"
        assert error_of(lambda: client.conversations_list(types="im"))["needed"] == "im:read"
        headers = {name.lower(): value for name, value in client.auth_test().headers.items()}
        assert headers["x-oauth-scopes"] == "channels:read,commands"


def test_unknown_methods_and_broken_bodies(box: Sandbox, client: WebClient) -> None:
    """unknown_method, invalid_json, and arguments that are missing by name."""
    assert error_of(lambda: client.api_call("chat.shout"))["error"] == "unknown_method"
    headers = {"Authorization": f"Bearer {box.bot_token}", "Content-Type": "application/json"}
    broken = httpx.post(f"{box.api_url}auth.test", content="{", headers=headers, trust_env=False)
    assert broken.json()["error"] == "invalid_json"
    listed = httpx.post(f"{box.api_url}auth.test", content="[1]", headers=headers, trust_env=False)
    assert listed.json()["error"] == "json_not_object"
    missing = error_of(lambda: client.api_call("chat.postMessage", json={"text": "x"}))
    assert missing["error"] == "invalid_arguments"
    assert missing["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_forms_and_queries_work_as_json_does(box: Sandbox) -> None:
    """Blocks and metadata travel as JSON text in a form; a token may be a parameter; GET is allowed."""
    form = {
        "token": box.bot_token,
        "channel": "C0ACME",
        "blocks": '[{"type": "divider"}]',
        "metadata": '{"event_type": "t", "event_payload": {"id": "1"}}',
        "text": "x",
    }
    posted = httpx.post(f"{box.api_url}chat.postMessage", data=form, trust_env=False).json()
    assert posted["ok"], posted
    assert posted["message"]["blocks"][0]["type"] == "divider"
    assert box.messages("C0ACME")[-1].metadata == {"event_type": "t", "event_payload": {"id": "1"}}
    asked = httpx.get(f"{box.api_url}users.info", params={"token": box.bot_token, "user": "U0EVA"}, trust_env=False)
    assert asked.json()["user"]["tz"] == "Europe/Berlin"
    form["blocks"] = "[{"
    assert (
        httpx.post(f"{box.api_url}chat.postMessage", data=form, trust_env=False).json()["error"]
        == "invalid_blocks_format"
    )


def test_every_call_is_logged(box: Sandbox, client: WebClient) -> None:
    """With arguments, result and token; `box.calls` is a copy."""
    client.chat_postMessage(channel="C0ACME", text="one")
    error_of(lambda: client.chat_postMessage(channel="C0NOWHERE", text="two"))
    log = box.calls
    assert [(call.method, call.ok, call.error) for call in log] == [
        ("chat.postMessage", True, None),
        ("chat.postMessage", False, "channel_not_found"),
    ]
    assert log[0].args["text"] == "one"
    assert log[0].token == box.bot_token
    assert log[0].duration >= 0
    log.clear()
    assert len(box.calls) == 2


# -- posting ------------------------------------------------------------------------------------------------


def test_where_the_app_may_post(box: Sandbox, client: WebClient) -> None:
    """Member channels by id and name, people by id; not unseen private, foreign public or archived ones."""
    assert client.chat_postMessage(channel="C0ACME", text="x")["channel"] == "C0ACME"
    assert client.chat_postMessage(channel="#acme", text="x")["channel"] == "C0ACME"
    assert client.chat_postMessage(channel="U0EVA", text="x")["channel"] == "D0EVA"
    box.add_channel(ChannelSeed("C0OPEN", "open", ("U0EVA",), app=False))
    box.add_channel(ChannelSeed("C0OLD", "old", ("U0EVA",)))
    box.archive("C0OLD")
    box.change_user("U0ANA", deleted=True)
    expected = {
        "G0DEALS": "channel_not_found",
        "C0NOWHERE": "channel_not_found",
        "C0OPEN": "not_in_channel",
        "C0OLD": "is_archived",
        "U0ANA": "channel_not_found",
        "U0MAKEGOOD": "channel_not_found",
    }
    refused = {
        channel: error_of(partial(client.chat_postMessage, channel=channel, text="x"))["error"] for channel in expected
    }
    assert refused == expected
    box.invite_app("G0DEALS")
    assert client.chat_postMessage(channel="G0DEALS", text="x")["ok"]
    assert error_of(lambda: client.conversations_open(users="U0ANA"))["error"] == "user_disabled"


def test_what_a_message_may_be(client: WebClient, section: Callable[[str], dict[str, Any]]) -> None:
    """no_text, msg_blocks_too_long, invalid_metadata_format, too_many_attachments, truncation."""

    def post(**what: Any) -> str:
        return str(error_of(lambda: client.chat_postMessage(channel="C0ACME", **what))["error"])

    empty = error_of(lambda: client.api_call("chat.postMessage", json={"channel": "C0ACME", "text": " "}))
    assert empty["error"] == "no_text"
    assert post(text="x", blocks=[section("x" * 2900)] * 5) == "msg_blocks_too_long"
    assert post(text="x", metadata={"event_type": "t"}) == "invalid_metadata_format"
    assert post(text="x", metadata={"event_type": "t", "event_payload": [1]}) == "invalid_metadata_format"
    assert post(text="x", metadata={"event_type": "t", "event_payload": {"a": "x" * 9000}}) == "metadata_too_large"
    assert post(text="x", attachments=[{"text": "x"}] * 101) == "too_many_attachments"
    long = client.chat_postMessage(channel="C0ACME", text="x" * 40_001)
    assert len(long["message"]["text"]) == 40_000


def test_invalid_blocks_point_at_the_fault(client: WebClient, section: Callable[[str], dict[str, Any]]) -> None:
    """The error carries Slack's JSON pointers twice, as Slack does."""
    answer = error_of(lambda: client.chat_postMessage(channel="C0ACME", text="x", blocks=[section("x" * 3001)]))
    words = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [words]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {words}"]


def test_blocks_that_show_data(box: Sandbox, client: WebClient) -> None:
    """A message and a Home tab take a table and a chart. A message takes no alert, and a modal no table."""
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "Acme"}]]}
    segments = [{"label": "Open", "value": 3}, {"label": "Done", "value": 9}]
    chart = {"type": "data_visualization", "title": "Commitments", "chart": {"type": "pie", "segments": segments}}
    client.chat_postMessage(channel="C0ACME", text="x", blocks=[table, chart])
    assert [block["type"] for block in box.messages("C0ACME")[-1].blocks] == ["table", "data_visualization"]
    home = client.views_publish(user_id="U0EVA", view={"type": "home", "blocks": [table, chart]})["view"]
    assert [block["type"] for block in home["blocks"]] == ["table", "data_visualization"]

    alert = {"type": "alert", "text": {"type": "plain_text", "text": "x"}}
    assert error_of(lambda: client.chat_postMessage(channel="C0ACME", text="x", blocks=[alert]))["errors"] == [
        "unsupported type: alert [json-pointer:/blocks/0/type]"
    ]
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [table]}
    refused = error_of(lambda: client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=modal))
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: table [json-pointer:/view/blocks/0/type]"
    ]


def test_timestamps_are_unique_and_rise(box: Sandbox, client: WebClient) -> None:
    """Even when the workspace's clock is moved back, a later message never sorts before an earlier one."""
    from datetime import timedelta

    first = [client.chat_postMessage(channel="C0ACME", text=str(n))["ts"] for n in range(20)]
    box.move_clock(box.clock.now() - timedelta(days=30))
    stamps = first + [client.chat_postMessage(channel="C0ACME", text=str(n))["ts"] for n in range(20)]
    assert stamps == sorted(set(stamps))
    assert len({len(ts) for ts in stamps}) == 1


def test_who_would_be_pinged(box: Sandbox, client: WebClient, section: Callable[[str], dict[str, Any]]) -> None:
    """Unescaped mentions in app text count, escaped ones and plain_text do not."""

    def notified(**what: Any) -> tuple[str, ...]:
        client.chat_postMessage(channel="C0ACME", **what)
        return box.messages("C0ACME")[-1].notified

    assert notified(text="hi <@U0EVA> and <@U0BEN|ben>, <!channel> <!here|here>") == (
        "U0EVA",
        "U0BEN",
        "!channel",
        "!here",
    )
    assert notified(text="hi &lt;@U0EVA&gt; @channel") == ()
    assert notified(text="x", blocks=[section("<@U0ANA>")]) == ("U0ANA",)
    plain = {"type": "section", "text": {"type": "plain_text", "text": "<@U0ANA> <!channel>"}}
    assert notified(text="x", blocks=[plain]) == ()
    assert notified(text="hey @channel", parse="full") == ("!channel",)
    assert notified(text="<!channel>", mrkdwn=False) == ()


def test_threads(box: Sandbox, client: WebClient) -> None:
    """Replies stay out of the history unless broadcast, and the parent counts them."""
    parent = client.chat_postMessage(channel="C0ACME", text="parent")["ts"]
    reply = client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=parent)["ts"]
    box.say("U0EVA", "C0ACME", "me too", thread_ts=parent)
    client.chat_postMessage(channel="C0ACME", text="loud", thread_ts=parent, reply_broadcast=True)
    history = client.conversations_history(channel="C0ACME", oldest=parent, inclusive=True)["messages"]
    assert [message["text"] for message in history] == ["loud", "parent"]
    assert history[1]["reply_count"] == 3
    thread = client.conversations_replies(channel="C0ACME", ts=parent)["messages"]
    assert [message["text"] for message in thread] == ["parent", "reply", "me too", "loud"]
    link = client.chat_getPermalink(channel="C0ACME", message_ts=reply)["permalink"]
    assert link.endswith(f"/archives/C0ACME/p{reply.replace('.', '')}?thread_ts={parent}&cid=C0ACME")
    missing = error_of(lambda: client.chat_postMessage(channel="C0ACME", text="x", thread_ts="1.000000"))
    assert missing["error"] == "thread_not_found"


def test_a_deleted_parent_leaves_a_tombstone(box: Sandbox, client: WebClient) -> None:
    """A thread keeps its place; a message without replies is simply gone."""
    parent = client.chat_postMessage(channel="C0ACME", text="parent")["ts"]
    reply = client.chat_postMessage(channel="C0ACME", text="reply", thread_ts=parent)["ts"]
    client.chat_delete(channel="C0ACME", ts=parent)
    stone, rest = box.messages("C0ACME")[-2:]
    assert (stone.ts, stone.deleted, stone.text) == (parent, True, "This message was deleted.")
    assert rest.ts == reply
    assert error_of(partial(client.chat_delete, channel="C0ACME", ts=parent))["error"] == "message_not_found"
    client.chat_delete(channel="C0ACME", ts=reply)
    assert [message.ts for message in box.messages("C0ACME")][-1] == parent
    assert client.conversations_replies(channel="C0ACME", ts=parent)["messages"][0]["subtype"] == "tombstone"


# -- changing -----------------------------------------------------------------------------------------------


def test_updating_keeps_what_is_not_given(
    box: Sandbox, client: WebClient, section: Callable[[str], dict[str, Any]]
) -> None:
    """Metadata and blocks stay unless replaced; ts stays in any case; the message counts as edited."""
    metadata = {"event_type": "t", "event_payload": {"id": "1"}}
    ts = client.chat_postMessage(channel="U0EVA", text="old", blocks=[section("old")], metadata=metadata)["ts"]
    client.chat_update(channel="D0EVA", ts=ts, text="new")
    [message] = box.dm("U0EVA")
    assert (message.ts, message.text, message.metadata) == (ts, "new", metadata)
    assert message.blocks[0]["text"]["text"] == "old"
    assert message.edited is not None
    client.chat_update(channel="D0EVA", ts=ts, text="newer", blocks=[])
    [message] = box.dm("U0EVA")
    assert (message.text, message.blocks) == ("newer", ())


def test_what_cannot_be_updated(box: Sandbox, client: WebClient) -> None:
    """Others' messages, ephemerals, what is gone, and texts above 4,000 characters."""
    ts = client.chat_postMessage(channel="C0ACME", text="mine")["ts"]
    whisper = client.chat_postEphemeral(channel="C0ACME", user="U0EVA", text="psst")["message_ts"]
    other = box.say("U0EVA", "C0ACME", "hers").ts

    def update(ts: str, text: str = "x") -> str:
        return str(error_of(lambda: client.chat_update(channel="C0ACME", ts=ts, text=text))["error"])

    assert update(whisper) == "message_not_found"
    assert update(other) == "cant_update_message"
    assert update("1.000000") == "message_not_found"
    assert update(ts, "x" * 4001) == "msg_too_long"
    by_person = error_of(lambda: client.chat_update(channel="U0EVA", ts=ts, text="x"))
    assert by_person["error"] == "channel_not_found"
    client.chat_delete(channel="C0ACME", ts=ts)
    assert update(ts) == "message_not_found"
    assert error_of(lambda: client.chat_delete(channel="C0ACME", ts=other))["error"] == "cant_delete_message"
    assert whisper in [message.ts for message in box.messages("C0ACME", viewer="U0EVA")]


def test_ephemerals_need_a_member(client: WebClient) -> None:
    """An ephemeral message for a person outside of the channel is refused."""
    refused = error_of(lambda: client.chat_postEphemeral(channel="C0ACME", user="U0ADA", text="x"))
    assert refused["error"] == "user_not_in_channel"


# -- reading ------------------------------------------------------------------------------------------------


def test_history_with_metadata(box: Sandbox, client: WebClient) -> None:
    """Metadata only when asked for; bounds, paging and order as documented; no ephemerals."""
    stamps = [
        client.chat_postMessage(channel="U0EVA", text=f"n{n}", metadata={"event_type": "t", "event_payload": {"n": n}})[
            "ts"
        ]
        for n in range(7)
    ]
    client.chat_postEphemeral(channel="D0EVA", user="U0EVA", text="psst")
    plain = client.conversations_history(channel="D0EVA")["messages"]
    assert [message["ts"] for message in plain] == stamps[::-1]
    assert all("metadata" not in message for message in plain)
    full = client.conversations_history(channel="D0EVA", include_all_metadata=True)["messages"]
    assert [message["metadata"]["event_payload"]["n"] for message in full] == [6, 5, 4, 3, 2, 1, 0]
    some = client.conversations_history(channel="D0EVA", oldest=stamps[2], latest=stamps[5])["messages"]
    assert [message["ts"] for message in some] == [stamps[4], stamps[3]]
    pages = [
        [message["text"] for message in page["messages"]]
        for page in client.conversations_history(channel="D0EVA", limit=3)
    ]
    assert pages == [["n6", "n5", "n4"], ["n3", "n2", "n1"], ["n0"]]
    assert error_of(lambda: client.conversations_history(channel="D0EVA", oldest="x"))["error"] == "invalid_ts_oldest"
    assert error_of(lambda: client.conversations_history(channel="D0EVA", cursor="!"))["error"] == "invalid_cursor"
    assert error_of(lambda: client.conversations_history(channel="G0DEALS"))["error"] == "channel_not_found"
    box.add_channel(ChannelSeed("C0OPEN", "open", ("U0EVA",), app=False))
    assert error_of(lambda: client.conversations_history(channel="C0OPEN"))["error"] == "not_in_channel"


def test_people(client: WebClient) -> None:
    """users.info with locale, and unknown people."""
    eva = client.users_info(user="U0EVA", include_locale=True)["user"]
    assert (eva["tz"], eva["locale"], eva["profile"]["real_name"], eva["is_admin"]) == (
        "Europe/Berlin",
        "en-GB",
        "Eva Lindqvist",
        False,
    )
    assert eva["tz_offset"] in {3600, 7200}
    assert "email" not in eva["profile"]
    ada = client.users_info(user="U0ADA")["user"]
    assert ada["is_admin"]
    assert ada["is_owner"]
    assert "locale" not in ada
    assert error_of(lambda: client.users_info(user="U0NOBODY"))["error"] == "user_not_found"
    bot = client.users_info(user="U0MAKEGOOD")["user"]
    assert bot["is_bot"]


def test_four_hundred_people_in_pages(an_app: Callable[..., dict[str, Any]]) -> None:
    """A seed is plain data; lists are paged by cursor, without gaps or repeats."""
    crowd = tuple(User(id=f"U{n:04d}", name=f"p{n}", real_name=f"Person {n}") for n in range(400))
    seed = Seed(users=crowd, channels=(ChannelSeed("C0ALL", "all", tuple(user.id for user in crowd)),))
    with Sandbox(an_app(), app_url=None, seed=seed) as box:
        client = WebClient(token=box.bot_token, base_url=box.api_url)
        people = [user["id"] for page in client.users_list(limit=150) for user in page["members"]]
        assert len(people) == 401
        assert set(people) == {user.id for user in crowd} | {"U0MAKEGOOD"}
        members = [user for page in client.conversations_members(channel="C0ALL") for user in page["members"]]
        assert members == [*(user.id for user in crowd), "U0MAKEGOOD"]


def test_channels(box: Sandbox, client: WebClient) -> None:
    """The app sees public channels and its own; private ones only after an invitation."""
    listed = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert {channel["id"] for channel in listed} == {"C0GENERAL", "C0ACME", "C0SHARED"}
    assert error_of(lambda: client.conversations_info(channel="G0DEALS"))["error"] == "channel_not_found"
    box.invite_app("G0DEALS")
    deals = client.conversations_info(channel="G0DEALS", include_num_members=True)["channel"]
    assert (deals["is_private"], deals["is_member"], deals["num_members"]) == (True, True, 3)
    shared = client.conversations_info(channel="C0SHARED")["channel"]
    assert shared["is_ext_shared"]
    mine = client.users_conversations(user="U0ANA")["channels"]
    assert {channel["id"] for channel in mine} == {"C0GENERAL", "C0ACME"}
    opened = client.conversations_open(users="U0EVA", return_im=True)["channel"]
    assert (opened["id"], opened["user"], opened["is_im"]) == ("D0EVA", "U0EVA", True)
    assert client.conversations_open(users="U0EVA")["already_open"]
    assert client.team_info()["team"]["domain"] == "northwind"


# -- faults -------------------------------------------------------------------------------------------------


def test_a_fault_can_step_in_before_and_after(box: Sandbox, client: WebClient) -> None:
    """`intercept` sees every call: it may refuse, or carry it out and break the connection."""

    def refuse(method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        return Reply({"ok": False, "error": "internal_error"}, status=500)

    def break_off(method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        carry_out()
        return Reply({"ok": True}, broken=True)

    box.api.intercept = refuse
    assert error_of(lambda: client.chat_postMessage(channel="U0EVA", text="refused"))["error"] == "internal_error"
    assert box.dm("U0EVA") == []
    box.api.intercept = break_off
    with pytest.raises((http.client.HTTPException, OSError)):
        client.chat_postMessage(channel="U0EVA", text="accepted")
    assert [message.text for message in box.dm("U0EVA")] == ["accepted"]


def test_the_default_workspace_is_northwind(box: Sandbox) -> None:
    """Four people, four channels, promises to be captured, and the app where it belongs."""
    assert {user.id for user in NORTHWIND.users} == {"U0EVA", "U0ANA", "U0BEN", "U0ADA"}
    assert any("pricing sheet" in message.text for message in box.messages("C0ACME"))
    assert "U0MAKEGOOD" not in box.world.channels["G0DEALS"].members
    assert box.world.users["U0BEN"].tz == "America/New_York"
