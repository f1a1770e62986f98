"""Block Kit as Slack's server checks it: the parts of each block, limits, surfaces, unique ids, totals."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from sandbox import data_blocks as data
from sandbox import elements as el
from sandbox import limits
from sandbox.block_reading import block_elements
from sandbox.models import Available, Json
from sandbox.shapes import (
    Check,
    anything,
    choice,
    complain,
    either,
    flag,
    integer,
    items,
    plain,
    shape,
    string,
    text,
    typed,
)

_EVERY_KIND = Available()
_BLOCK: Mapping[str, Check] = {"block_id": string(limits.BLOCK_ID_MAX_LENGTH, 1)}
_TYPE: Mapping[str, Check] = {"type": anything}


def _block(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return shape({**_TYPE, **required}, {**_BLOCK, **(optional or {})})


def _needs_one_of(*names: str, check: Check) -> Check:
    def checked(value: object, pointer: str, problems: list[str]) -> None:
        check(value, pointer, problems)
        if isinstance(value, dict) and not any(value.get(name) for name in names):
            complain(problems, pointer, f"missing required field: {names[0]}")

    return checked


_RICH_ELEMENTS = items(
    typed(
        dict.fromkeys(
            ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"),
            shape(
                {"type": anything, "elements": items(anything, 1000)},
                dict.fromkeys(("style", "indent", "offset", "border", "language"), anything),
            ),
        )
    ),
    1000,
)
RICH_TEXT = _block({"elements": _RICH_ELEMENTS})
_CONTEXT_ELEMENT = typed(
    {
        "plain_text": plain(limits.TEXT_MAX_LENGTH),
        "mrkdwn": text("mrkdwn", most=limits.TEXT_MAX_LENGTH),
        "image": el.IMAGE,
    }
)
_CARD = _needs_one_of(
    "title",
    "body",
    "actions",
    "hero_image",
    check=_block(
        {},
        {
            "title": either(limits.CARD_TITLE_MAX_LENGTH),
            "subtitle": either(limits.CARD_SUBTITLE_MAX_LENGTH),
            "body": either(limits.CARD_BODY_MAX_LENGTH),
            "subtext": either(limits.CARD_SUBTEXT_MAX_LENGTH),
            "actions": items(el.BUTTON, limits.CARD_ACTIONS_MAX_ITEMS),
            "hero_image": el.IMAGE,
            "icon": el.IMAGE,
            "slack_icon": anything,
        },
    ),
)
_TASK = _block(
    {"task_id": string(255, 1), "title": string(limits.TEXT_MAX_LENGTH, 1)},
    {
        "status": choice({"pending", "in_progress", "complete", "error"}),
        **dict.fromkeys(("details", "output", "sources"), anything),
    },
)

_SIMPLE: Mapping[str, Check] = {
    "section": _needs_one_of(
        "text",
        "fields",
        check=_block(
            {},
            {
                "text": either(limits.SECTION_TEXT_MAX_LENGTH),
                "fields": items(either(limits.SECTION_FIELDS_ITEM_MAX_LENGTH), limits.SECTION_FIELDS_MAX_ITEMS, 1),
                "accessory": el.IN_SECTION,
                "expand": flag,
            },
        ),
    ),
    "header": _block({"text": plain(limits.HEADER_TEXT_MAX_LENGTH)}),
    "divider": _block({}),
    "context": _block({"elements": items(_CONTEXT_ELEMENT, limits.CONTEXT_ELEMENTS_MAX_ITEMS, 1)}),
    "actions": _block({"elements": items(el.IN_ACTIONS, limits.ACTIONS_ELEMENTS_MAX_ITEMS, 1)}),
    "context_actions": _block({"elements": items(el.IN_CONTEXT_ACTIONS, limits.CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS, 1)}),
    "input": _block(
        {"label": plain(limits.INPUT_LABEL_MAX_LENGTH), "element": el.IN_INPUT},
        {"hint": plain(limits.INPUT_HINT_MAX_LENGTH), "optional": flag, "dispatch_action": flag},
    ),
    "image": _needs_one_of(
        "image_url",
        "slack_file",
        check=_block(
            {"alt_text": string(limits.IMAGE_ALT_TEXT_MAX_LENGTH, 1)},
            {
                "image_url": string(limits.IMAGE_IMAGE_URL_MAX_LENGTH, 1),
                "slack_file": anything,
                "title": plain(limits.IMAGE_TITLE_MAX_LENGTH),
            },
        ),
    ),
    "markdown": _block({"text": string(limits.MARKDOWN_TEXT_MAX_LENGTH, 1)}),
    "rich_text": RICH_TEXT,
    "alert": _block(
        {"text": either(limits.ALERT_TEXT_MAX_LENGTH)},
        {"level": choice({"default", "info", "success", "warning", "error"})},
    ),
    "file": _block({"external_id": string(255, 1), "source": choice({"remote"})}),
    "video": _block(
        {
            "alt_text": string(limits.VIDEO_ALT_TEXT_MAX_LENGTH, 1),
            "title": plain(limits.VIDEO_TITLE_MAX_LENGTH),
            "thumbnail_url": string(limits.VIDEO_THUMBNAIL_URL_MAX_LENGTH, 1),
            "video_url": string(limits.VIDEO_VIDEO_URL_MAX_LENGTH, 1),
        },
        {
            "author_name": string(limits.VIDEO_AUTHOR_NAME_MAX_LENGTH),
            "description": plain(limits.VIDEO_DESCRIPTION_MAX_LENGTH),
            "provider_name": string(limits.VIDEO_PROVIDER_NAME_MAX_LENGTH),
            "provider_icon_url": string(limits.VIDEO_PROVIDER_ICON_URL_MAX_LENGTH),
            "title_url": string(limits.VIDEO_TITLE_URL_MAX_LENGTH),
        },
    ),
    "table": _block(
        {"rows": data.table_rows(RICH_TEXT)},
        {"column_settings": items(data.column_setting, limits.TABLE_COLUMN_SETTINGS_MAX_ITEMS)},
    ),
    "data_table": _block(
        {"rows": data.data_table_rows(RICH_TEXT), "caption": string(limits.TEXT_MAX_LENGTH, 1)},
        {
            "page_size": integer(limits.DATA_TABLE_PAGE_SIZE_MIN, limits.DATA_TABLE_PAGE_SIZE_MAX),
            "row_header_column_index": integer(0, limits.DATA_TABLE_COLUMNS_MAX_ITEMS - 1),
        },
    ),
    "data_visualization": _block({"title": string(limits.DATA_VISUALIZATION_TITLE_MAX_LENGTH, 1), "chart": data.CHART}),
    "card": _CARD,
    "carousel": _block({"elements": items(typed({"card": _CARD}), limits.CAROUSEL_ELEMENTS_MAX_ITEMS, 1)}),
    "task_card": _TASK,
    "plan": _block(
        {
            "title": string(limits.TEXT_MAX_LENGTH, 1),
            "tasks": items(typed({"task_card": _TASK}), limits.PLAN_TASKS_MAX_ITEMS),
        }
    ),
}

_IN_CONTAINER = ("section", "context", "divider", "actions", "header", "image", "rich_text")
BLOCKS: Mapping[str, Check] = {
    **_SIMPLE,
    "container": _needs_one_of(
        "title",
        "rich_text_title",
        check=_block(
            {
                "child_blocks": items(
                    typed({name: _SIMPLE[name] for name in _IN_CONTAINER}),
                    limits.CONTAINER_CHILD_BLOCKS_MAX_ITEMS,
                    1,
                )
            },
            {
                "title": plain(limits.CONTAINER_TITLE_MAX_LENGTH),
                "subtitle": either(limits.CONTAINER_SUBTITLE_MAX_LENGTH),
                **dict.fromkeys(
                    (
                        "rich_text_title",
                        "width",
                        "icon",
                        "is_collapsible",
                        "default_collapsed",
                        "has_header_divider",
                    ),
                    anything,
                ),
            },
        ),
    ),
}

_ON: Mapping[limits.Surface, Check] = {
    surface: typed({name: BLOCKS[name] for name in names}) for surface, names in limits.BLOCKS_OF_SURFACE.items()
}

_TITLE = plain(limits.VIEW_TITLE_MAX_LENGTH)
_VIEW_PARTS: Mapping[str, Check] = {
    "callback_id": string(limits.VIEW_CALLBACK_ID_MAX_LENGTH),
    "external_id": string(limits.VIEW_EXTERNAL_ID_MAX_LENGTH),
    "private_metadata": string(limits.VIEW_PRIVATE_METADATA_MAX_LENGTH),
}
_VIEWS: Mapping[str, Check] = {
    "modal": shape(
        {"type": choice({"modal"}), "title": _TITLE, "blocks": anything},
        {
            **_VIEW_PARTS,
            "submit": plain(limits.VIEW_SUBMIT_MAX_LENGTH),
            "close": plain(limits.VIEW_CLOSE_MAX_LENGTH),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": shape({"type": choice({"home"}), "blocks": anything}, _VIEW_PARTS),
}


# -- checks -------------------------------------------------------------------------------------------


def check_message(blocks: object, available: Available = _EVERY_KIND) -> list[str]:
    """Complaints about a message's blocks; none when Slack would take them."""
    problems = _check(blocks, "message", "/blocks", limits.MESSAGE_BLOCKS_MAX_ITEMS)
    return [*problems, *_unavailable(blocks, "/blocks", available)]


def check_view(view: object, kind: Literal["modal", "home"], available: Available = _EVERY_KIND) -> list[str]:
    """Complaints about a whole view."""
    problems: list[str] = []
    _VIEWS[kind](view, "/view", problems)
    if isinstance(view, dict) and view.get("blocks") is not None:
        problems += _check(view["blocks"], kind, "/view/blocks", limits.VIEW_BLOCKS_MAX_ITEMS)
        problems += _unavailable(view["blocks"], "/view/blocks", available)
        has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in _listed(view["blocks"]))
        if kind == "modal" and has_input and not view.get("submit"):
            complain(problems, "/view", "missing required field: submit")
    return problems


def too_long(blocks: Iterable[Json]) -> bool:
    """More text than one message may hold (`msg_blocks_too_long`)."""
    return sum(len(words) for block in blocks for words in _words(block)) > limits.MESSAGE_BLOCKS_TOTAL_MAX_LENGTH


def _check(blocks: object, surface: limits.Surface, pointer: str, most: int) -> list[str]:
    problems: list[str] = []
    items(_ON[surface], most)(blocks, pointer, problems)
    if not problems:
        known = _listed(blocks)
        _unique_ids(known, pointer, problems)
        _totals(known, pointer, problems)
    return problems


def _unavailable(blocks: object, pointer: str, available: Available) -> list[str]:
    """Complaints about blocks of kinds that have not reached the workspace, and about files that are no pictures."""
    kinds = [
        f"unsupported type: {block['type']} [json-pointer:{pointer}/{index}/type]"
        for index, block in enumerate(_listed(blocks))
        if str(block.get("type")) in available.unknown
    ]
    return [*kinds, *_unreadable(blocks, pointer, available.pictures)]


def _unreadable(part: object, pointer: str, pictures: Collection[str]) -> Iterator[str]:
    inside = enumerate(part) if isinstance(part, list) else part.items() if isinstance(part, dict) else ()
    for name, value in inside:
        if name == "slack_file":
            if not isinstance(value, dict) or str(value.get("id")) not in pictures:
                yield f"invalid slack file [json-pointer:{pointer}/slack_file]"
        else:
            yield from _unreadable(value, f"{pointer}/{name}", pictures)


def _listed(blocks: object) -> list[Json]:
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _unique_ids(blocks: list[Json], pointer: str, problems: list[str]) -> None:
    names = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for index, block in enumerate(blocks):
        if names.get(block.get("block_id", ""), 0) > 1:
            complain(problems, f"{pointer}/{index}/block_id", f'`block_id` "{block["block_id"]}" already exists')
        actions = Counter(e["action_id"] for e in block_elements(block) if e.get("action_id"))
        for action_id, count in actions.items():
            if count > 1:
                complain(problems, f"{pointer}/{index}", f'`action_id` "{action_id}" already exists')


def _totals(blocks: list[Json], pointer: str, problems: list[str]) -> None:
    kinds = Counter(block["type"] for block in blocks)
    if kinds["table"] > 1:
        complain(problems, pointer, "only one table allowed")
    if kinds["data_visualization"] > limits.MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS:
        complain(problems, pointer, "no more than 2 data_visualization blocks allowed")
    for kind, most in (
        ("markdown", limits.MARKDOWN_TOTAL_TEXT_MAX_LENGTH),
        ("table", limits.TABLE_TOTAL_CONTENT_MAX_LENGTH),
        ("data_table", limits.DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH),
    ):
        total = sum(len(words) for block in blocks if block["type"] == kind for words in _words(block))
        if total > most:
            complain(problems, pointer, f"{kind}: must be less than {most + 1} characters in total")
    for index, block in enumerate(blocks):
        if block["type"] == "task_card" and block.get("status") == "pending":
            complain(problems, f"{pointer}/{index}/status", "a standalone task card cannot be pending")


def _words(part: object) -> Iterator[str]:
    """Every text within a block."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from _words(value)
    elif isinstance(part, list):
        for value in part:
            yield from _words(value)
