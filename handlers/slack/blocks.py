"""Block Kit: blocks that slackblocks builds and checks, as JSON with names of our own."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from slackblocks import (
    ActionsBlock,
    Block,
    Button,
    ConfirmationDialogue,
    ContextBlock,
    DividerBlock,
    Element,
    HeaderBlock,
    HomeTabView,
    ModalView,
    Option,
    OverflowMenu,
    RichText,
    RichTextBlock,
    RichTextCodeBlock,
    SectionBlock,
    Text,
    TextType,
)

from handlers.slack.words import shortened
from store.rules.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Slack's limits: 50 blocks in a message, 3,000 characters in a section, and about 12,000 characters of text in all
# blocks, with an allowance for each container. The last limit is not documented (msg_blocks_too_long), so our own count
# stays well below it.
MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 10_000
_CONTAINER = 30
SECTION_CHARACTERS = 3_000
# Characters of a modal's title.
TITLE = 24
# Characters of a notification.
_NOTIFIED = 150

# An entity that the cut has shortened: Slack would show its rest literally.
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}…\Z")

Json = dict[str, Any]
# The block ids of the rows in a form that records several commitments begin with this.
ROW = "row."


class Either(DividerBlock):
    """Blocks of a message or of the Home tab, such as a table, and the blocks that a modal has in their place."""

    def __init__(self, in_messages: Sequence[Block], in_modals: Sequence[Block]) -> None:
        super().__init__()
        self.in_messages, self.in_modals = in_messages, in_modals


def _of_messages(blocks: Iterable[Block]) -> list[Block]:
    return [one for block in blocks for one in (block.in_messages if isinstance(block, Either) else [block])]


def resolved(blocks: Iterable[Block]) -> list[Json]:
    """The blocks of a message as JSON, checked and named."""
    return named(unnamed(blocks))


def fitting(blocks: Iterable[Block]) -> list[Block]:
    """As many of these blocks, from the first on, as one message takes."""
    kept, left = list[Block](), MESSAGE_CHARACTERS
    for block in _of_messages(blocks):
        left -= size(as_json(block))
        if left < 0 or len(kept) == MESSAGE_BLOCKS:
            break
        kept.append(block)
    return kept


def unnamed(blocks: Iterable[Block]) -> list[Json]:
    """Some blocks of a message as JSON, checked; `named` gives all blocks of the message their names."""
    return [as_json(block) for block in _of_messages(blocks)]


def as_json(part: Block | Option) -> Json:
    """A block or option as JSON. The library's public way to its JSON is `str`."""
    found: Json = json.loads(str(part))
    return found


def named(blocks: Iterable[Json]) -> list[Json]:
    """The blocks of one message or view, each with a `block_id` made from its content; an input or ROW keeps its own.

    So a button still works if its view is drawn again at the moment of the press, unless its block has changed. With
    the library's random ids every drawing would replace all blocks.
    """
    seen: Counter[str] = Counter()
    found = []
    for block in blocks:
        if block["type"] == "input" or str(block.get("block_id")).startswith(ROW):
            found.append(block)
            continue
        said = {key: value for key, value in block.items() if key != "block_id"}
        name = hashlib.blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()
        found.append({**said, "block_id": f"{name}-{seen[name]}" if seen[name] else name})
        seen[name] += 1
    return found


def size(part: Any) -> int:  # noqa: ANN401  any JSON
    """The size of a message as Slack may count it: its texts, and an allowance for each object around them."""
    if isinstance(part, dict):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return _CONTAINER + own + sum(size(value) for value in part.values() if not isinstance(value, str))
    return sum(size(value) for value in part) if isinstance(part, list) else 0


def first_words(blocks: Sequence[Json]) -> str:
    """The first line of these blocks, for the notification of a message."""
    texts = (block["text"]["text"] for block in blocks if block["type"] == "section")
    return shortened(next(texts, "").partition("\n")[0], _NOTIFIED) or "Makegood"


def section(mrkdwn: str, *, accessory: Element | None = None) -> SectionBlock:
    return SectionBlock(text=_mrkdwn(mrkdwn, SECTION_CHARACTERS), accessory=accessory)


def paragraphs(mrkdwn: str) -> list[SectionBlock]:
    """A section for each paragraph; several for one that is longer than Slack takes."""
    return [section(part) for paragraph in re.split(r"\n{2,}", mrkdwn) for part in _portions(paragraph)]


def _portions(paragraph: str) -> list[str]:
    """The lines of a paragraph in portions that a section takes."""
    found: list[str] = []
    for line in paragraph.splitlines():
        if found and len(found[-1]) + len(line) < SECTION_CHARACTERS:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return [one for one in found if one.strip()]


def context(mrkdwn: str) -> ContextBlock:
    return ContextBlock(elements=[_mrkdwn(mrkdwn, SECTION_CHARACTERS)])


def verbatim(text: str) -> RichTextBlock:
    """The text as it stands, to be copied: Slack reads no markup in it."""
    return RichTextBlock(elements=[RichTextCodeBlock(elements=[RichText(text=text)])])


def header(text: str) -> HeaderBlock:
    return HeaderBlock(text=shortened(one_line(text), 150))


def divider() -> DividerBlock:
    return DividerBlock()


def button(
    text: str,
    action_id: str,
    value: str,
    *,
    style: Literal["primary", "danger"] | None = None,
    confirm: ConfirmationDialogue | None = None,
    label: str | None = None,
    url: str | None = None,
) -> Button:
    """A button; with `url` it also opens that address in the browser."""
    return Button(
        text=shortened(one_line(text), 75),
        action_id=action_id,
        value=value,
        style=style,
        confirm=confirm,
        url=url,
        accessibility_label=shortened(label, 75) if label else None,
    )


def confirmation(title: str, text: str, yes: str, no: str) -> ConfirmationDialogue:
    """The question that Slack asks before it sends the press of a button. Its text is plain."""
    return ConfirmationDialogue(shortened(title, 100), plain(shortened(text, 300)), yes, no)


def overflow(action_id: str, options: Sequence[tuple[str, str]]) -> OverflowMenu:
    """A "…" menu of (text, value), at most five."""
    return OverflowMenu(action_id=action_id, options=[option(text, value) for text, value in options])


def option(text: str, value: str) -> Option:
    return Option(text=plain(shortened(text, 75)), value=value)


def actions(*elements: Element, name: str | None = None) -> ActionsBlock:
    """A row of elements; `name`, of a row in a form, begins with ROW."""
    return ActionsBlock(elements=list(elements), block_id=name)


def plain(text: str) -> Text:
    return Text(one_line(text), type_=TextType.PLAINTEXT)


def modal(
    title: str,
    blocks: list[Block],
    *,
    callback_id: str,
    metadata: str = "",
    submit: str | None = None,
) -> Json:
    """A modal: a form, whose values are lost with *Discard*, if it has `submit`."""
    return _view(
        ModalView(
            title=shortened(one_line(title), TITLE),
            blocks=[one for block in blocks for one in (block.in_modals if isinstance(block, Either) else [block])],
            submit=submit,
            close="Discard" if submit else "Close",
            callback_id=callback_id,
            private_metadata=metadata or None,
        )
    )


def with_cursor_at(view: Json, field: str) -> Json:
    """The form with the cursor in that field when it opens."""
    for block in view["blocks"]:
        if block["block_id"] == field:
            block["element"]["focus_on_load"] = True
    return view


def home(blocks: list[Block]) -> Json:
    return _view(HomeTabView(blocks=_of_messages(blocks)))


def _view(view: ModalView | HomeTabView) -> Json:
    said = view.to_dict()
    return {**said, "blocks": named(said["blocks"])}


def _mrkdwn(text: str, limit: int) -> Text:
    # verbatim: Slack must not look for links or names in people's text.
    return Text(_CUT_ENTITY.sub("…", shortened(text, limit)), type_=TextType.MARKDOWN, verbatim=True)
