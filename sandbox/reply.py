"""What a call of the Web API gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.models import Json


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP. With `broken`, the connection breaks off in the middle of it: the app
    cannot know whether the call was carried out. `page` goes back instead of the body: what something on the
    way, a proxy or a firewall, answers in Slack's place.
    """

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False
    page: str | None = None
