"""Uploaded pictures and canvases, through the real client."""

import urllib.error
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Sandbox

PNG = b"\x89PNG\r\n\x1a\n and the rest"


def error_of(call: Callable[[], object]) -> str:
    """The error of a call that has to fail."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


def uploaded(client: WebClient, content: bytes = PNG, name: str = "map.png") -> str:
    """The id of a file that was just uploaded."""
    return str(client.files_upload_v2(filename=name, content=content, alt_txt="A map")["files"][0]["id"])


def read_by_slack(client: WebClient, file: str) -> str:
    """The file's id, after Slack has read the file."""
    client.files_info(file=file)
    assert client.files_info(file=file)["file"]["mimetype"]
    return file


def image(file: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file}, "alt_text": "A map"}


def text(words: str) -> dict[str, str]:
    return {"type": "markdown", "markdown": words}


def test_slack_reads_a_file_some_time_after_its_upload(box: Sandbox, client: WebClient) -> None:
    """files.info has no type at first, and until it has one no message and no view may show the picture."""
    file = uploaded(client)
    post = partial(client.chat_postMessage, channel="C0ACME", text="x", blocks=[image(file)])
    with pytest.raises(SlackApiError) as refused:
        post()
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
    ]
    assert client.files_info(file=file)["file"]["mimetype"] == ""
    known = client.files_info(file=file)["file"]
    assert (known["mimetype"], known["alt_txt"], known["size"]) == ("image/png", "A map", len(PNG))
    assert post()["ok"]
    assert box.messages("C0ACME")[-1].blocks[0]["slack_file"] == {"id": file}
    view = {"type": "home", "blocks": [image(file)]}
    assert client.views_publish(user_id="U0EVA", view=view)["ok"]
    view["blocks"] = [image("F0NOWHERE00")]
    assert error_of(lambda: client.views_publish(user_id="U0EVA", view=view)) == "invalid_arguments"


def test_no_message_shows_a_file_that_is_no_picture(client: WebClient) -> None:
    """Text is a file too."""
    file = read_by_slack(client, uploaded(client, b"hello", "words.txt"))
    assert (
        error_of(lambda: client.chat_postMessage(channel="C0ACME", text="x", blocks=[image(file)])) == "invalid_blocks"
    )


def test_an_upload_has_three_steps(box: Sandbox, client: WebClient) -> None:
    """A file of another length is not taken, and nothing is completed before its bytes came, or twice."""
    asked = client.files_getUploadURLExternal(filename="map.png", length=len(PNG))
    complete = partial(client.files_completeUploadExternal, files=[{"id": asked["file_id"]}])
    assert error_of(complete) == "file_not_found"
    assert httpx.post(asked["upload_url"], content=PNG[1:], trust_env=False).status_code == 400
    assert httpx.post(f"{asked['upload_url']}x", content=PNG, trust_env=False).status_code == 400
    assert error_of(lambda: client.files_info(file=asked["file_id"])) == "file_not_found"
    assert httpx.post(asked["upload_url"], files={"filename": PNG}, trust_env=False).status_code == 200
    assert complete()["ok"]
    assert error_of(complete) == "file_not_found"
    assert error_of(lambda: client.files_info(file="F0NOWHERE00")) == "file_not_found"
    assert error_of(lambda: client.files_getUploadURLExternal(filename="", length=5)) == "invalid_arguments"
    assert error_of(lambda: client.files_getUploadURLExternal(filename="a", length=0)) == "invalid_arguments"
    box.faults.fail("upload", "server_error", count=1)
    with pytest.raises(urllib.error.HTTPError):
        uploaded(client)
    assert uploaded(client)


def test_files_and_canvases_need_their_scopes(an_app: Callable[..., dict[str, Any]]) -> None:
    """files:write, files:read, canvases:write and canvases:read."""
    few = an_app()
    few["oauth_config"]["scopes"]["bot"] = ["chat:write"]
    with Sandbox(few, app_url=None) as box:
        client = WebClient(token=box.bot_token, base_url=box.api_url)
        for call in (
            lambda: client.files_getUploadURLExternal(filename="a", length=1),
            lambda: client.files_completeUploadExternal(files=[{"id": "F0A"}]),
            lambda: client.files_info(file="F0A"),
            lambda: client.canvases_create(title="Plan"),
            lambda: client.canvases_edit(canvas_id="F0A", changes=[]),
            lambda: client.canvases_sections_lookup(canvas_id="F0A", criteria={}),
        ):
            assert error_of(call) == "missing_scope"


def test_a_canvas_is_a_tab_that_is_replaced_as_a_whole(box: Sandbox, client: WebClient) -> None:
    """One change at a call."""
    canvas = client.canvases_create(title="Plan", channel_id="C0ACME", document_content=text("# One"))["canvas_id"]
    edit = partial(client.canvases_edit, canvas_id=canvas)
    replace = {"operation": "replace", "document_content": text("# Two\nwords\n## Three")}
    assert edit(changes=[replace])["ok"]
    (tab,) = box.world.cabinet.tabs("C0ACME")
    (told,) = client.conversations_info(channel="C0ACME")["channel"]["properties"]["tabs"]
    assert (told["type"], told["data"]["file_id"]) == ("canvas", canvas)
    assert (tab.title, tab.markdown) == ("Plan", "# Two\nwords\n## Three")
    assert error_of(lambda: edit(changes=[replace, replace])) == "invalid_arguments"
    assert error_of(lambda: edit(changes=[{"operation": "shout", "document_content": text("")}])) == "invalid_arguments"
    assert error_of(lambda: client.canvases_edit(canvas_id="F0NOWHERE00", changes=[replace])) == "canvas_not_found"
    assert error_of(lambda: client.canvases_create(document_content={"type": "html"})) == "invalid_arguments"
    too_long = {"operation": "replace", "document_content": text("x" * 1_048_577)}
    assert error_of(lambda: edit(changes=[too_long])) == "canvas_too_large"


def test_a_look_up_finds_headings_until_the_next_edit(box: Sandbox, client: WebClient) -> None:
    """The ids of sections end with each edit."""
    content = text("# One\nwords\n## Three\n#### Four")
    canvas = client.canvases_create(title="Plan", document_content=content)["canvas_id"]
    look = partial(client.canvases_sections_lookup, canvas_id=canvas)
    (three,) = look(criteria={"section_types": ["h2"], "contains_text": "Thr"})["sections"]
    assert len(look(criteria={"section_types": ["any_header"]})["sections"]) == 2
    assert look(criteria={"contains_text": "words"})["sections"] == []
    after = {"operation": "insert_after", "section_id": three["id"], "document_content": text("and more")}
    assert client.canvases_edit(canvas_id=canvas, changes=[after])["ok"]
    assert box.world.cabinet.canvases[canvas].markdown == "# One\nwords\n## Three\nand more\n#### Four"
    assert error_of(lambda: client.canvases_edit(canvas_id=canvas, changes=[after])) == "canvas_editing_failed"


def test_where_a_canvas_may_be(box: Sandbox, client: WebClient) -> None:
    """In a channel of the app that is not archived; on the free plan one for each channel, and none elsewhere."""
    create = partial(client.canvases_create, title="Plan")
    assert error_of(lambda: create(channel_id="G0DEALS")) == "channel_not_found"
    box.leave("U0MAKEGOOD", "C0SHARED")
    assert error_of(lambda: create(channel_id="C0SHARED")) == "canvas_tab_creation_failed"
    assert create(channel_id="C0ACME")["ok"]
    assert create(channel_id="C0ACME")["ok"]
    box.world.cabinet.free_plan = True
    assert error_of(lambda: create(channel_id="C0ACME")) == "free_team_canvas_tab_already_exists"
    assert error_of(create) == "free_teams_cannot_create_non_tabbed_canvases"
    assert create(channel_id="C0GENERAL")["ok"]
    box.world.cabinet.no_canvases = True
    assert error_of(lambda: create(channel_id="C0GENERAL")) == "canvas_disabled_user_team"


def test_a_canvas_may_be_locked_or_fail(box: Sandbox, client: WebClient) -> None:
    """Both are faults that can be asked for."""
    canvas = client.canvases_create(title="Plan")["canvas_id"]
    edit = partial(
        client.canvases_edit, canvas_id=canvas, changes=[{"operation": "replace", "document_content": text("b")}]
    )
    for fault in ("canvas_editing_locked", "canvas_editing_failed"):
        box.faults.fail("canvases.edit", fault, count=1)
        assert error_of(edit) == fault
    assert box.world.cabinet.canvases[canvas].markdown == ""
    assert edit()["ok"]


def test_the_page_shows_pictures_and_canvases(box: Sandbox, client: WebClient) -> None:
    """A picture in a message, and a canvas behind a tab of its channel for the people who see the channel."""
    file = read_by_slack(client, uploaded(client))
    client.chat_postMessage(channel="C0ACME", text="x", blocks=[image(file)])
    box.invite_app("G0DEALS")
    canvas = client.canvases_create(title="Plan", channel_id="G0DEALS", document_content=text("# The <b>plan</b>"))
    get = partial(httpx.get, trust_env=False)
    assert f'<img src="/file/{file}" alt="A map"' in get(f"{box.url}/?as=U0EVA&in=C0ACME").text
    shown = get(f"{box.url}/file/{file}")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert get(f"{box.url}/file/F0NOWHERE00").status_code == 404
    where = canvas["canvas_id"]
    assert f'in={where}">Plan</a>' in get(f"{box.url}/?as=U0EVA&in=G0DEALS").text
    assert "The &lt;b&gt;plan&lt;/b&gt;" in get(f"{box.url}/?as=U0EVA&in={where}").text
    assert "The &lt;b&gt;plan" not in get(f"{box.url}/?as=U0ANA&in={where}").text
