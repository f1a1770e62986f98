"""Whether a Slack status says that somebody is away, and until when. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from store.rules.mornings import local_day
from store.rules.working_days import DAY

if TYPE_CHECKING:
    from datetime import date, datetime

# What people choose for it; the first is Slack's own suggestion ("Vacationing"), and so is the thermometer.
_EMOJI = frozenset({"palm_tree", "desert_island", "beach_with_umbrella", "face_with_thermometer"})
# Folded: no accents, lower case. Whole words; "holiday party" and "vacation planner" are something else …
_WORDS = re.compile(
    r"\b(?:(?:vacation|holidays?|leave)(?= *(?:$|[^\w ]|\d|un?till?\b|to\b|through\b|and\b))"
    r"|vacationing|sick|out of (?:the )?office|ooo|pto|ferien"
    r"|urlaub|abwesend|krank|krankgeschrieben|elternzeit|mutterschutz"
    r"|conges?|vacances|absente?|malade|arret maladie"
    r"|vacaciones|de baja|enferm[oa]|fuera de (?:la )?oficina)\b"
)
# … and so is what lies ahead or behind: "on vacation from Monday", "back from holiday".
_NOT_NOW = re.compile(
    r"\b(?:from|starting|soon|next|ab|bald|nachste\w*|zuruck aus|a partir|bientot|de retour|desde|pronto|de vuelta)\b"
    r"|^(?:no|not|kein\w*|nicht|pas|sin)\b"
)


@dataclass(frozen=True)
class Status:
    """A Slack status: its text, its emoji by name without colons, and when Slack clears it (aware), if ever."""

    text: str = ""
    emoji: str = ""
    expires_at: datetime | None = None


def is_away(status: Status) -> bool:
    """Whether it says that the person does not work: a holiday, an illness, a leave. Not a meeting or a lunch."""
    folded = unicodedata.normalize("NFKD", status.text.casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    if _NOT_NOW.search(folded):
        return False
    return status.emoji.split("::")[0] in _EMOJI or _WORDS.search(folded) is not None


def last_day(status: Status, today: date, zone: str, now: datetime) -> date:
    """The last local day that it speaks of. One that never expires counts until tomorrow, and is looked at daily.

    Slack lets a status end at midnight, which is the end of the day before.
    """
    if status.expires_at is None or status.expires_at <= now:
        return today + DAY
    return max(today, local_day(status.expires_at - timedelta(seconds=1), zone))
