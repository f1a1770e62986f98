"""The menu of an agreement in the forms of commitments, and the agreement that a form states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.slack import fields as f
from store.agreements import WAYS, Agreement
from store.errors import BadInputError
from store.tables import Way

if TYPE_CHECKING:
    from datetime import date

    from slackblocks import Block

    from handlers.slack.payloads import Submission
    from store.tables import Stakeholder

# The choices beside the ways: none, and as it stands.
NOT_AGREED, AS_IT_IS = "none", "as_it_is"
NOT_YET = "Not yet"


def agreed_field(chosen: str, *, now: str = "") -> Block:
    """The menu of an agreement. `now`: how it stands, in an edit, which may leave that or take it back."""
    stays = [(AS_IT_IS, now)] if now else []
    none = [] if now == NOT_YET else [(NOT_AGREED, "Nobody has agreed after all" if now else NOT_YET)]
    return f.field(
        "Agreed with the client’s person", f.menu(ids.AGREED_HOW, [*stays, *none, *WAYS], AS_IT_IS if now else chosen),
        ids.AGREED_HOW, hint="What they owe us is a wish until one of theirs agrees.",
    )  # fmt: skip


def agreed_in(form: Submission, by: Stakeholder | None, on: date) -> Agreement | None:
    """The agreement that a form states; None if it states none, or leaves it as it is."""
    how = form.text(ids.AGREED_HOW)
    if how not in list(Way):
        return None
    if by is None:
        raise BadInputError("Choose the client’s person who agreed.", field=ids.STAKEHOLDER)
    return Agreement(by, on, Way(how))
