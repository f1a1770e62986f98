"""Blocks that have passed Slack's checks: their stored form, their elements, and the values of these."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox import elements as el
from sandbox.models import Json


def block_elements(block: Mapping[str, Any]) -> Iterator[Json]:
    """The interactive elements that stand directly in one block."""
    kind = block.get("type")
    if kind == "input":
        yield block["element"]
    elif kind == "section" and (block.get("accessory") or {}).get("type") in el.ELEMENTS:
        yield block["accessory"]
    elif kind in {"actions", "context_actions"}:
        yield from block["elements"]
    elif kind == "card":
        yield from block.get("actions") or ()


def flatten(blocks: Iterable[Json]) -> Iterator[Json]:
    """Each block, with those inside containers and carousels after it."""
    for block in blocks:
        yield block
        yield from flatten(block.get("child_blocks") or ())
        if block["type"] == "carousel":
            yield from block["elements"]


def interactive(blocks: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """(block, element) for everything that a person can press, choose or fill in."""
    for block in flatten(blocks):
        for element in block_elements(block):
            yield block, element


def initial_state(blocks: Iterable[Json]) -> dict[str, dict[str, Json]]:
    """`state.values` before a person changes a value."""
    state: dict[str, dict[str, Json]] = {}
    for block, element in interactive(blocks):
        if element["type"] in el.VALUES:
            state.setdefault(block["block_id"], {})[element["action_id"]] = el.initial_value(element)
    return state


def carry_over(blocks: Iterable[Json], state: Mapping[str, Mapping[str, Json]]) -> dict[str, dict[str, Json]]:
    """The values whose element (same block_id, action_id, type) is still there; initial values for the others."""
    fresh = initial_state(blocks)
    return {
        block_id: {
            action_id: old
            if (old := state.get(block_id, {}).get(action_id)) and old["type"] == value["type"]
            else value
            for action_id, value in values.items()
        }
        for block_id, values in fresh.items()
    }


def settle(blocks: Iterable[Json]) -> tuple[Json, ...]:
    """The blocks as Slack stores them: with a block_id and action_ids where the app gave none."""
    return tuple(_settled(block) for block in blocks)


def _settled(block: Json) -> Json:
    settled = block if block.get("block_id") else {**block, "block_id": _invented()}
    kind = settled["type"]
    if kind == "input":
        return _with_action(settled, "element")
    if kind == "section" and (settled.get("accessory") or {}).get("type") in el.ELEMENTS:
        return _with_action(settled, "accessory")
    for part in ("elements", "actions", "child_blocks"):
        if settled.get(part) and kind in {"actions", "context_actions", "card", "carousel", "container"}:
            inside = _settled if part == "child_blocks" or kind == "carousel" else _named
            settled = {**settled, part: [inside(each) for each in settled[part]]}
    return settled


def _with_action(block: Json, part: str) -> Json:
    return {**block, part: _named(block[part])}


def _named(element: Json) -> Json:
    return element if element.get("action_id") else {**element, "action_id": _invented()}


def _invented() -> str:
    return secrets.token_urlsafe(6)[:5]
