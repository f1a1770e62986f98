"""Absences from a Slack status: whether the person is away, and until when. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    from datetime import date, datetime

# The emoji of an absence. Slack itself suggests the palm tree ("Vacationing") and the thermometer.
_EMOJI = frozenset({"palm_tree", "desert_island", "beach_with_umbrella", "face_with_thermometer"})
# The words of an absence, whole and folded (no accents, lower case). "Holiday party" and "vacation planner" are none.
_WORDS = re.compile(
    r"\b(?:(?:vacation|holidays?|leave)(?= *(?:$|[^\w ]|\d|un?till?\b|to\b|through\b|and\b))"
    r"|vacationing|sick|out of (?:the )?office|ooo|pto|ferien"
    r"|urlaub|abwesend|krank|krankgeschrieben|elternzeit|mutterschutz"
    r"|conges?|vacances|absente?|malade|arret maladie"
    r"|vacaciones|de baja|enferm[oa]|fuera de (?:la )?oficina)\b"
)
# An absence in the future or the past does not count: "on vacation from Monday", "back from holiday".
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
    """Whether the status says that the person does not work: a holiday, an illness, a leave; no meeting or lunch."""
    folded = unicodedata.normalize("NFKD", status.text.casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    if _NOT_NOW.search(folded):
        return False
    return status.emoji.split("::")[0] in _EMOJI or _WORDS.search(folded) is not None


def last_day(status: Status, today: date, zone: str, now: datetime) -> date:
    """The last local day of the status in that zone.

    A status that never expires, or has expired, counts until tomorrow: the status is checked daily. Slack ends a
    status at midnight, which still belongs to the day before.
    """
    if status.expires_at is None or status.expires_at <= now:
        return today + DAY
    return max(today, local_day(status.expires_at - timedelta(seconds=1), zone))
