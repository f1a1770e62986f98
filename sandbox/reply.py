"""The reply to a Web API call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.models import Json


@dataclass(frozen=True, slots=True)
class Reply:
    """The HTTP reply. With `broken`, the connection ends in the middle of the body, so the app cannot know
    whether the call was carried out. `page` replaces the body, as a proxy or a firewall does that answers in
    Slack's place.
    """

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False
    page: str | None = None
