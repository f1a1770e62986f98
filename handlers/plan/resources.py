"""Resources from our company: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import OneStep, Words
from handlers.slack.words import escape, short_date
from store.plan.resources import ANSWERS, SECTION
from store.tables import Answer

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Resource

_ANSWERS = {answer: words.lower() for answer, words in ANSWERS}
_SIGNS = {Answer.ACCEPTED: ":white_check_mark: ", Answer.DECLINED: ":heavy_multiplication_x: "}
_ACCEPTED = OneStep("Accepted", "answer", Answer.ACCEPTED)


def _line(row: Resource, today: date) -> str:
    parts = [f"{_SIGNS.get(row.answer, '')}*{escape(row.name)}*", _ANSWERS[row.answer]]
    parts += [escape(one) for one in (row.department, row.owner.name if row.owner else None) if one]
    if row.needed_on and row.answer != Answer.DECLINED:
        late = ":red_circle: " if row.needed_on < today and row.answer == Answer.ASKED else ""
        parts.append(f"{late}needed by {short_date(row.needed_on)}")
    return "  ·  ".join(parts)


WORDS = Words(
    SECTION,
    empty="None yet. What do we need from our own company for this account, and who there decides?",
    line=_line,
    steps=lambda row: () if row.answer == Answer.ACCEPTED else (_ACCEPTED,),
    action=lambda row: (row.name or "", row.needed_on),
    expects=lambda row, _today: row.archived_at is None and row.answer == Answer.ACCEPTED,
)
