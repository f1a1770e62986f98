"""Fill in the bot's forms as a person does: a commitment's and the settings; and requests that have not arrived yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.settings.views import Part
from handlers.slack.refs import Ref, ViewName
from tests.journeys.conftest import BotInWorkspace, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Message, View
    from sandbox.delivery import Parcel

FULL = {
    ids.ACTION: "send the SOC 2 report", ids.OWNER: "U0ANA", ids.DUE: "2026-12-04", ids.ACCOUNT: "new:Acme",
    ids.STAKEHOLDER: "new:Dana Whitfield", ids.SIDE: "ours", ids.SHARING: "shareable", ids.NOTE: "the 2026 one",
}  # fmt: skip


def filled(**changed: Any) -> dict[str, dict[str, Any]]:
    """A form's state, by block and action (both have the same id in our forms)."""
    return {field: {field: value} for field, value in (FULL | changed).items()}


def offer(town: BotInWorkspace, form: View, **typed: str) -> None:
    """Type into the menus whose options the bot provides; a person can only choose an option that was shown."""
    for field, text in typed.items():
        town.box.suggestions("U0EVA", view_id=form.id, action_id=field, text=text)


def open_form(town: BotInWorkspace, user: str = "U0EVA") -> View:
    outcome = town.commit(user, "")
    view: View | None = outcome.view
    assert view is not None, outcome
    return view


def open_settings(town: BotInWorkspace, user: str = "U0EVA") -> View:
    form: View | None = town.commit(user, "settings").view
    assert form is not None
    return form


def open_part(town: BotInWorkspace, user: str, part: Part, form: View | None = None) -> View:
    """An admin opens the form of a part of the workspace's settings, from the form of settings."""
    form = form or open_settings(town, user)
    value = Ref(view=ViewName.SETTINGS, extra=part).encode()
    view: View | None = town.box.press(
        user, action_id=ids.OPEN_WORKSPACE_SETTINGS, value=value, view_id=form.id
    ).view  # fmt: skip
    assert view is not None
    return view


def part_of(fields: Iterable[str]) -> Part | None:
    """The part of the workspace's settings that has these fields; None for those of a person."""
    parts = {
        Part.DAYS: {ids.WORKSPACE_HOUR, ids.WORKSPACE_WEEK, ids.WORKSPACE_REGION, ids.HONOURS_STATUS,
                    ids.FISCAL_YEAR_START},
        Part.OVERDUE: {ids.ESCALATE_A_AFTER, ids.ESCALATE_AFTER},
        Part.MESSAGES: {ids.REPLIES_IN_THREADS, ids.EMOJI},
        Part.CATEGORIES: {*ids.REQUIRED_ROLES.values(), *ids.REVIEW_MONTHS.values(), ids.DIGEST_BEFORE},
    }  # fmt: skip
    return next((part for part, of in parts.items() if set(fields) <= of), None)


def save(town: BotInWorkspace, user: str = "U0EVA", **fields: Any) -> str:
    """Change the given fields of one form, one's own or a part of the workspace's, and submit; return the answer."""
    part = part_of(fields)
    form = open_part(town, user, part) if part else open_settings(town, user)
    done = town.submit(user, form, **fields)
    assert done.errors == {}, done
    return words_of(town.box.modals(user)[-1])


def pressed(town: BotInWorkspace, user: str, message: Message, action_id: str) -> Parcel:
    """A press that the bot has not received yet."""
    with town.post.caught() as parcels:
        town.press(user, message, action_id)
    (parcel,) = parcels
    return parcel


def submitted(town: BotInWorkspace, user: str, form: View, **fields: Any) -> Parcel:
    """A submission that the bot has not received yet."""
    with town.post.caught() as parcels:
        town.box.submit(user, form.id, {field: {field: value} for field, value in fields.items()})
    (parcel,) = parcels
    return parcel
