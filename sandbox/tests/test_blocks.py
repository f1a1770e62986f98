"""Block Kit's rules: parts, limits, surfaces, unique ids, totals."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.block_reading import flatten, initial_state, interactive, settle
from sandbox.blocks import BLOCKS, check_message, check_view, too_long
from sandbox.elements import ELEMENTS, VALUES


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), **more}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value), "value": value}


def entry(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("L"), "element": element, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("T"), "submit": plain("S"), "blocks": list(blocks), **more}


def raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def chart(kind: str = "bar", **parts: Any) -> dict[str, Any]:
    series = [{"name": "Won", "data": [{"label": "May", "value": 3}, {"label": "June", "value": -1.5}]}]
    axes = {"series": series, "axis_config": {"categories": ["May", "June"]}}
    return {"type": "data_visualization", "title": "T", "chart": {"type": kind, **axes, **parts}}


def pie(*values: object) -> dict[str, Any]:
    segments = [{"label": f"part {number}", "value": value} for number, value in enumerate(values)]
    return {"type": "data_visualization", "title": "T", "chart": {"type": "pie", "segments": segments}}


def data_table(*rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "data_table", "caption": "C", "rows": list(rows), **more}


RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}
NUMBER = {"type": "raw_number", "value": 3, "text": "3"}
SELECT = {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")]}
OPTIONS = [option(str(n)) for n in range(101)]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": mrkdwn("x" * 3000)},
        {"type": "section", "fields": [mrkdwn("x")] * 10},
        {"type": "section", "text": plain("x"), "accessory": {"type": "overflow", "options": [option("a")]}},
        {"type": "header", "text": plain("x" * 150)},
        {"type": "context", "elements": [mrkdwn("x")] * 10},
        {"type": "actions", "elements": [button(str(n)) for n in range(25)]},
        {"type": "image", "image_url": "https://e.example/i.png", "alt_text": "x"},
        {"type": "markdown", "text": "x" * 12000},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 5},
        {
            "type": "table",
            "rows": [[raw("x"), RICH]],
            "column_settings": [{"align": "right", "is_wrapped": True}, None],
        },
        data_table([raw("x")], *[[raw("y")]] * 100, page_size=100),
        data_table([raw("x"), raw("y")], [RICH, NUMBER]),
        *(chart(kind) for kind in ("bar", "area", "line")),
        pie(*range(1, 7)),
        {"type": "divider"},
        entry(SELECT),
        entry({**SELECT, "initial_option": option("b")}),
        entry({"type": "checkboxes", "options": [{"text": mrkdwn("*x*"), "value": "x"}]}),
    ],
)
def test_what_slack_takes(block: dict[str, Any]) -> None:
    """The limits themselves are still within."""
    assert check_message([block]) == []


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (
            {"type": "section", "text": mrkdwn("x" * 3001)},
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "section", "text": mrkdwn("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
        (
            {"type": "section", "fields": [mrkdwn("x")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "must be less than 2001 characters"),
        ({"type": "section", "text": "words"}, "must provide an object [json-pointer:/blocks/0/text]"),
        ({"type": "section", "text": plain("x"), "colour": 1}, "invalid additional property: colour"),
        ({"type": "header", "text": mrkdwn("x")}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
        ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
        ({"type": "context", "elements": [mrkdwn("x")] * 11}, "no more than 10 items allowed"),
        ({"type": "context", "elements": []}, "no fewer than 1 items allowed"),
        ({"type": "actions", "elements": [button(str(n)) for n in range(26)]}, "no more than 25 items allowed"),
        ({"type": "actions", "elements": [entry(SELECT)]}, "unsupported type: input"),
        ({"type": "actions", "elements": [button(text=plain("x" * 76))]}, "must be less than 76 characters"),
        ({"type": "actions", "elements": [button(value="x" * 2001)]}, "must be less than 2001 characters"),
        ({"type": "actions", "elements": [button(style="green")]}, "must be one of: danger, primary"),
        ({"type": "actions", "elements": [button(), button()]}, '`action_id` "a" already exists'),
        ({"type": "image", "image_url": "x"}, "missing required field: alt_text"),
        ({"type": "image", "alt_text": "x"}, "missing required field: image_url"),
        ({"type": "markdown", "text": "x" * 12001}, "must be less than 12001 characters"),
        ({"type": "sheet"}, "unsupported type: sheet [json-pointer:/blocks/0/type]"),
        ({"text": "x"}, "missing required field: type"),
        ({"type": "alert", "text": plain("x")}, "unsupported type: alert"),
        (entry({**SELECT, "options": OPTIONS}), "no more than 100 items allowed"),
        (entry({**SELECT, "options": []}), "missing required field: options"),
        (entry({**SELECT, "initial_option": option("z")}), "must match exactly one of the provided options"),
        (entry({"type": "datepicker", "initial_date": "2026-02-31"}), "must be a valid date"),
        (entry({"type": "timepicker", "initial_time": "25:00"}), "must be a valid time"),
        (entry({"type": "checkboxes", "options": OPTIONS[:11]}), "no more than 10 items allowed"),
        (entry({"type": "radio_buttons", "options": OPTIONS[:11]}), "no more than 10 items allowed"),
        (entry({"type": "plain_text_input", "max_length": 3001}), "must be between 1 and 3000"),
        (entry({"type": "plain_text_input", "placeholder": plain("x" * 151)}), "must be less than 151 characters"),
        (entry({"type": "number_input"}), "missing required field: is_decimal_allowed"),
        (entry({"type": "external_select"}), "missing required field: action_id"),
        (entry(button()), "unsupported type: button"),
        (entry(SELECT, label=mrkdwn("x")), "unsupported type: mrkdwn"),
        (
            {"type": "section", "text": plain("x"), "accessory": {"type": "overflow", "options": OPTIONS[:6]}},
            "no more than 5 items allowed",
        ),
        ({"type": "actions", "elements": [button(confirm={"title": plain("T")})]}, "missing required field: deny"),
        ({"type": "table", "rows": [[NUMBER]]}, "unsupported type: raw_number [json-pointer:/blocks/0/rows/0/0/type]"),
        ({"type": "table", "rows": [[raw("x")] * 21]}, "no more than 20 items allowed"),
        ({"type": "table", "rows": [[raw("x")]], "column_settings": [{"align": "top"}]}, "must be one of: center"),
        (data_table([raw("x")]), "no fewer than 2 items allowed"),
        (data_table([raw("x")], *[[raw("y")]] * 101), "no more than 101 items allowed"),
        (data_table([RICH], [raw("x")]), "unsupported type: rich_text [json-pointer:/blocks/0/rows/0/0/type]"),
        (data_table([raw("x")], [raw("y"), raw("z")]), "all rows must have the same number of cells"),
        (data_table([raw("x")], [raw("")]), "must be more than 0 characters"),
        (data_table([raw("x")], [{**NUMBER, "value": "3"}]), "must be a number"),
        (data_table([raw("x")], [raw("y")], caption=None), "missing required field: caption"),
        (pie(1, 0), "must be greater than 0 [json-pointer:/blocks/0/chart/segments/1/value]"),
        (pie(*range(1, 8)), "no more than 6 items allowed"),
        (chart(series=[]), "no fewer than 1 items allowed"),
        (chart(axis_config={"categories": ["May"]}), "must have one data point for each category"),
        (chart(series=chart()["chart"]["series"] * 2), "series names must be unique"),
        (chart(axis_config={"categories": ["x" * 21]}), "must be less than 21 characters"),
        (chart("radar"), "unsupported type: radar"),
        ({"type": "card", "subtitle": plain("x")}, "missing required field: title"),
        ({"type": "container", "child_blocks": [{"type": "divider"}]}, "missing required field: title"),
        ({"type": "task_card", "task_id": "1", "title": "T", "status": "pending"}, "cannot be pending"),
    ],
)
def test_what_slack_refuses(block: dict[str, Any], complaint: str) -> None:
    """Each fault is named, with a pointer to it."""
    assert any(complaint in problem for problem in check_message([block])), check_message([block])


def test_a_message_has_fifty_blocks_with_names_of_their_own() -> None:
    """Too many blocks, and a block_id twice."""
    assert check_message([{"type": "divider"}] * 50) == []
    assert check_message([{"type": "divider"}] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    twice = check_message([{"type": "divider", "block_id": "b"}] * 2)
    assert twice == [
        '`block_id` "b" already exists [json-pointer:/blocks/0/block_id]',
        '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]',
    ]
    assert check_message("no list") == ["must provide an array [json-pointer:/blocks]"]


def test_totals_of_a_message() -> None:
    """Markdown adds up, one table, two charts, and about 13,200 characters in all."""
    assert check_message([{"type": "markdown", "text": "x" * 7000}] * 2)
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    assert check_message([table, table]) == ["only one table allowed [json-pointer:/blocks]"]
    full = {"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 5001}] * 2]}
    assert any("10001 characters in total" in problem for problem in check_message([full]))
    assert check_message([chart()] * 2) == []
    assert check_message([chart()] * 3)
    section = {"type": "section", "text": mrkdwn("x" * 3000)}
    assert not too_long([section] * 4)
    assert too_long([section] * 5)


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters"),
        (modal(callback_id="x" * 256), "must be less than 256 characters"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(entry(SELECT), submit=None), "missing required field: submit"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal({"type": "table", "rows": []}), "unsupported type: table"),
        (modal(colour="red"), "invalid additional property: colour"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        ({"type": "modal", "title": plain("T")}, "missing required field: blocks"),
        ("words", "must provide an object [json-pointer:/view]"),
    ],
)
def test_what_slack_refuses_of_a_modal(view: Any, complaint: str) -> None:
    """A modal's own parts and the blocks that it may hold."""
    assert any(complaint in problem for problem in check_view(view, "modal")), check_view(view, "modal")


def test_surfaces_differ() -> None:
    """An alert belongs into a modal only, tables and charts everywhere but there, a container only into messages."""
    alert = {"type": "alert", "text": plain("x")}
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    assert check_view(modal(alert), "modal") == []
    assert check_view({"type": "home", "blocks": [table]}, "home") == []
    assert check_view({"type": "home", "blocks": [alert]}, "home")
    container = {"type": "container", "title": plain("T"), "child_blocks": [{"type": "divider"}]}
    assert check_message([container]) == []
    assert check_view({"type": "home", "blocks": [container]}, "home")
    for block in (chart(), pie(1), data_table([raw("x")], [raw("y")])):
        assert check_view({"type": "home", "blocks": [block]}, "home") == []
        assert check_view(modal(block), "modal")
    assert check_view({"type": "home", "blocks": [], "title": plain("T")}, "home")


def test_ids_are_invented_where_none_are_given() -> None:
    """As Slack does: a block_id for each block, an action_id for each element; given ones stay."""
    given = {
        "type": "actions",
        "block_id": "mine",
        "elements": [button("kept"), {"type": "button", "text": plain("x")}],
    }
    settled = settle([given, {"type": "divider"}, entry({"type": "datepicker"})])
    assert settled[0]["block_id"] == "mine"
    assert settled[0]["elements"][0]["action_id"] == "kept"
    assert settled[0]["elements"][1]["action_id"]
    assert settled[1]["block_id"] != settled[2]["block_id"]
    assert settled[2]["element"]["action_id"]
    assert "action_id" not in given["elements"][1]
    assert set(initial_state(settled)) == {settled[2]["block_id"]}


def test_elements_inside_containers_are_found() -> None:
    """A card's buttons and a container's rows can be pressed."""
    card = {"type": "card", "title": plain("C"), "actions": [button("in_card")]}
    row = {"type": "actions", "elements": [button("in_row")]}
    container = {"type": "container", "title": plain("T"), "child_blocks": [row]}
    blocks: list[dict[str, Any]] = [{"type": "carousel", "elements": [card]}, container]
    assert check_message(blocks) == []
    assert [element["action_id"] for _, element in interactive(settle(blocks))] == ["in_card", "in_row"]


def test_every_element_that_can_be_filled_in_is_an_element() -> None:
    """The table of values and the table of elements speak of the same things."""
    assert set(VALUES) <= set(ELEMENTS)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_TEXTS = st.sampled_from([plain("x"), mrkdwn("x"), None, "x"])
_ELEMENT_PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from([*ELEMENTS, "image"]) | _ANYTHING},
    optional={
        "text": _TEXTS,
        "action_id": st.sampled_from(["a", "b", "", None]),
        "options": st.lists(st.sampled_from([option("a"), {}, None]), max_size=2),
        "initial_option": st.sampled_from([option("a"), option("b"), {}, None]),
        "is_decimal_allowed": st.booleans(),
    },
)
_BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(BLOCKS)) | _ANYTHING},
    optional={
        "text": _TEXTS,
        "label": _TEXTS,
        "block_id": st.sampled_from(["a", "b", None, 1]),
        "element": _ELEMENT_PARTS | _ANYTHING,
        "accessory": _ELEMENT_PARTS | _ANYTHING,
        "elements": st.lists(_ELEMENT_PARTS | _ANYTHING, max_size=2) | _ANYTHING,
        "actions": st.lists(_ELEMENT_PARTS, max_size=2) | _ANYTHING,
        "child_blocks": st.just([{"type": "divider"}]) | _ANYTHING,
    },
)


@given(st.lists(_BLOCK, max_size=3) | _ANYTHING)
def test_no_json_confuses_the_checks(value: Any) -> None:
    """Any payload gives complaints and no crash; valid blocks can be stored and read."""
    if not check_message(value):
        settled = settle(value)
        assert len(settled) == len(value)
        assert all(block["block_id"] for block in settled)
        assert set(initial_state(settled)) <= {block["block_id"] for block in flatten(settled)}
    check_view(value, "modal")
    check_view({"type": "modal", "title": plain("T"), "blocks": value}, "modal")
    check_view({"type": "home", "blocks": value}, "home")
