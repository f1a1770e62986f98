"""Blocks that Slack may refuse, because new kinds reach its workspaces one after another: tables, charts and uploaded
pictures. Each of them can be left out: the same content is said without it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slackblocks import (
    AxisConfig,
    DataPoint,
    DataSeries,
    DataTableBlock,
    DataVisualizationBlock,
    LineChart,
    RawNumber,
    RawText,
)

from handlers.slack import blocks as b
from handlers.slack.words import escape, shortened
from store.rules.numbers import words
from store.rules.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slackblocks import Block

# Slack's limits, in characters, rows, points and lines.
_TITLE, _LABEL, _CELL = 50, 20, 200
_ROWS, _POINTS, _SERIES = 100, 20, 6
# Rows that a table shows at once; its reader turns its pages.
_PAGE = 5
# Slack's errors for a block of a kind that it does not know: of a message, and of a view.
REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})

Cell = str | Decimal | None


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], *, size: int = _PAGE) -> Block:
    """A table that its reader can sort, with `size` rows on a page. An empty cell shows a dash."""
    cells: list[list[Any]] = [[_cell(each) for each in row] for row in (head, *rows[:_ROWS])]
    return DataTableBlock(cells, shortened(one_line(caption), _CELL), size)


def _cell(value: Cell) -> RawText | RawNumber:
    if isinstance(value, Decimal):
        return RawNumber(int(value) if value == int(value) else float(value), words(value))
    return RawText(shortened(one_line(value), _CELL) if value else "–")


def lines(title: str, points: Sequence[str], series: Mapping[str, Sequence[Decimal]]) -> Block:
    """A chart with one line for each of `series`, by name, which has a value for each of the `points`."""
    labels = [shortened(one_line(each), _LABEL) for each in points[-_POINTS:]]
    drawn = [
        DataSeries(name, [DataPoint(*each) for each in zip(labels, map(float, values[-_POINTS:]), strict=True)])
        for name, values in list(series.items())[:_SERIES]
    ]
    return DataVisualizationBlock(shortened(one_line(title), _TITLE), LineChart(drawn, AxisConfig(labels)))


def plain(blocks: Iterable[Block]) -> list[Block]:
    """The blocks for a modal, which takes no tables and charts."""
    return [
        b.section(_as_text(b.as_json(block))) if isinstance(block, DataTableBlock) else block
        for block in blocks
        if not isinstance(block, DataVisualizationBlock)
    ]


def without(content: b.Json) -> b.Json | None:
    """The message or the call of a view without such blocks; None if it has none.

    A table becomes lines of text, and a picture its description. A chart is left out, as the text beside it has its
    figures.
    """
    if isinstance(content.get("view"), dict):
        plain = without(content["view"])
        return None if plain is None else {**content, "view": plain}
    blocks = content.get("blocks")
    if not isinstance(blocks, list):
        return None
    kept = [instead for block in blocks for instead in _instead(block)]
    return None if kept == blocks else {**content, "blocks": kept}


def _instead(block: b.Json) -> list[b.Json]:
    match block.get("type"):
        case "data_visualization":
            return []
        case "data_table":
            return [_named(block, b.section(_as_text(block)))]
        case "image" if "slack_file" in block:
            return [_named(block, b.context(escape(block["alt_text"])))]
    return [block]


def _named(block: b.Json, instead: Block) -> b.Json:
    """With the name of the block that it replaces, because the names of one view differ."""
    return {**b.as_json(instead), "block_id": block["block_id"]}


def _as_text(block: b.Json) -> str:
    head, *rows = ([escape(cell["text"]) for cell in row] for row in block["rows"])
    return "\n".join(["  ·  ".join(f"*{each}*" for each in head), *(f"• {'  ·  '.join(row)}" for row in rows)])
