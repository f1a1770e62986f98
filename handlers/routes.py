"""Routes: the function for each kind of request from Slack or a browser, as each noun declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Listener = Callable[..., Any]


@dataclass(frozen=True)
class Routes:
    """The listeners of one noun, by the ids of handlers/ids.py: slash commands, shortcuts, buttons (`actions`),
    submitted modals (`forms`), menus that ask for their options, and events.

    `pages` are web pages that anybody may read: path → HTML. `site` are the pages for people, which exist where the
    server has a public address: method and path → a function of a Request (handlers/web/requests.py).
    """

    commands: Mapping[str, Listener] = field(default_factory=dict)
    shortcuts: Mapping[str, Listener] = field(default_factory=dict)
    actions: Mapping[str, Listener] = field(default_factory=dict)
    forms: Mapping[str, Listener] = field(default_factory=dict)
    menus: Mapping[str, Listener] = field(default_factory=dict)
    events: Mapping[str, Listener] = field(default_factory=dict)
    pages: Mapping[str, Listener] = field(default_factory=dict)
    site: Mapping[str, Listener] = field(default_factory=dict)


def joined(routes: Iterable[Routes]) -> Routes:
    """The routes of all nouns as one; ValueError if two nouns have a listener for the same id."""
    tables: dict[str, dict[str, Listener]] = {each.name: {} for each in fields(Routes)}
    for one in routes:
        for name, table in tables.items():
            added: Mapping[str, Listener] = getattr(one, name)
            if twice := table.keys() & added.keys():
                raise ValueError(f"two nouns answer to the {name} {sorted(twice)}")
            table.update(added)
    return Routes(**tables)
