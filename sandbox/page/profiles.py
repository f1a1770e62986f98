"""People and the app as the page shows them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    from sandbox.models import User
    from sandbox.page.box import Box

_TINTS: Final = 8


@dataclass(frozen=True)
class Profile:
    """A person or the app as the page shows them. `tint` picks one of the avatar colours."""

    id: str
    name: str
    handle: str
    initials: str
    tint: int
    title: str = ""
    app: bool = False
    gone: bool = False
    status: str = ""
    unread: int = 0
    clock: str = ""


def profile_of(user: "User", bot: str, *, unread: int = 0, clock: str = "") -> Profile:
    name = user.display_name or user.real_name or user.name
    return Profile(
        id=user.id,
        name=name,
        handle=user.name,
        initials="".join(word[0] for word in name.split()[:2]).upper() or "?",
        tint=crc32(user.id.encode()) % _TINTS,
        title=user.title,
        app=user.id == bot or user.is_bot,
        gone=user.deleted,
        status=user.status_text,
        unread=unread,
        clock=clock,
    )


def people_of(box: "Box") -> "list[User]":
    """People to act as: active members, in the workspace's order."""
    return [user for user in box.world.users.values() if not (user.is_bot or user.deleted or user.is_stranger)]
