"""The emoji shortcodes that people and apps commonly write (`:tada:`), as the characters they stand for."""

import json
import re
from pathlib import Path
from typing import Final

_CHARACTERS: Final[dict[str, str]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8"),
)
_SHORTCODE: Final = re.compile(r":([a-z0-9_+-]+):(?::skin-tone-[2-6]:)?")


def character(name: str) -> str:
    """The character of one shortcode name, or `:name:` itself when the table does not hold it."""
    return _CHARACTERS.get(name, f":{name}:")


def replace(text: str) -> str:
    """`text` with every known shortcode replaced; unknown ones stay as they were typed."""
    return _SHORTCODE.sub(lambda found: _CHARACTERS.get(found[1], found[0]), text)
