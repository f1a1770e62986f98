"""Offerings: one list of what we sell for the workspace, changed by leads and admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import history, offerings
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.forms import open_settings
from tests.journeys.plan_sections import has_account

if TYPE_CHECKING:
    from sandbox import Message, Outcome, View


def listed(town: BotInWorkspace, user: str = "U0EVA") -> Message:
    """The list, by its command."""
    outcome = town.box.command(user, "C0ACME", "/plan", "offerings")
    assert outcome.problem is None, outcome
    message: Message = outcome.messages[-1]
    return message


def add(town: BotInWorkspace, text: str, user: str = "U0EVA") -> Outcome:
    """Add offerings by the form; the outcome of its submission."""
    return town.submit(user, town.form(user, listed(town, user), ids.OFFERING_NEW), offerings=text)


def choose(town: BotInWorkspace, action_id: str, user: str = "U0EVA") -> View | None:
    """Choose from the menu of the first offering of the list that has it."""
    view: View | None = town.press(user, listed(town, user), action_id).view
    return view


def names(town: BotInWorkspace) -> list[str]:
    return [one.name for one in town.ask("U0EVA", offerings.matching)]


def test_add_rename_archive_restore(town: BotInWorkspace) -> None:
    """A lead adds several at once, renames one, archives it with a reason, restores it; a form has its history."""
    has_account(town)
    assert "Nothing yet" in words(listed(town))
    assert add(town, "- Training\n2) Analytics\n\n").errors == {}
    assert names(town) == ["Analytics", "Training"]
    form = choose(town, ids.OFFERING_RENAME)
    assert form is not None
    assert town.submit("U0EVA", form, offering="Training").errors["offering"].startswith("Another offering")
    assert town.submit("U0EVA", form, offering="Analytics <!here> *now*").errors == {}
    form = choose(town, ids.OFFERING_ARCHIVE)
    assert form is not None
    assert "is missing" in town.submit("U0EVA", form, reason=" ").errors["reason"]
    assert town.submit("U0EVA", form, reason="sold to Initech").errors == {}
    assert names(town) == ["Training"]
    assert "Archived: “sold to Initech”" in words(listed(town))
    choose(town, ids.OFFERING_RESTORE)
    renamed = town.ask("U0EVA", offerings.matching)[0]
    assert [entry.verb for entry in town.ask("U0EVA", history.entries, renamed)] == [
        "create", "rename", "archive", "restore",
    ]  # fmt: skip
    assert "you renamed it from “Analytics” to “Analytics" in words_of(choose(town, ids.OFFERING_RENAME))
    assert "<!here>" not in str(listed(town).blocks)


@pytest.mark.parametrize(
    ("typed", "like"),
    [("Analytics", "Analytics Suite"), ("analytics  suite for plants", "Analytics Suite"),
     ("Analytiks Suite", "Analytics Suite")],
)  # fmt: skip
def test_near_namesakes_are_offered_first(town: BotInWorkspace, typed: str, like: str) -> None:
    """A name like one of the list is pointed out once, also if that one is archived; the next press adds it."""
    has_account(town)
    add(town, like)
    form = town.form("U0EVA", listed(town), ids.OFFERING_NEW)
    town.submit("U0EVA", form, offerings=typed)
    asked = town.box.modals("U0EVA")[-1]
    assert f"looks like *{like}*" in words_of(asked)
    assert len(names(town)) == 1
    town.submit("U0EVA", asked, offerings=f"{typed}\nTraining")
    assert len(names(town)) == 3


def test_the_same_name_is_the_same_offering(town: BotInWorkspace) -> None:
    """Case and accents make no other offering; a form that comes twice adds one; an archived one comes back."""
    has_account(town)
    add(town, "Conseil à l’année")
    town.again()
    add(town, "CONSEIL A L'ANNEE")
    assert names(town) == ["Conseil à l’année"]
    form = choose(town, ids.OFFERING_ARCHIVE)
    assert form is not None
    town.submit("U0EVA", form, reason="no time")
    add(town, "Conseil à l’année")
    assert names(town) == ["Conseil à l’année"]


def test_who_may_change_the_list(town: BotInWorkspace) -> None:
    """Leads and admins; all others look. Admins find it in their settings, and it opens on top of them."""
    has_account(town)
    add(town, "Analytics")
    message = listed(town, "U0BEN")
    assert "Leads of accounts and workspace admins change this list." in words(message)
    assert ids.OFFERING_NEW not in str(message.blocks)
    settings = open_settings(town, "U0ADA")
    (value,) = [e["value"] for block in settings.blocks for e in block.get("elements", ())
                if e.get("action_id") == ids.OPEN_OFFERINGS]  # fmt: skip
    outcome = town.box.press("U0ADA", action_id=ids.OPEN_OFFERINGS, value=value, view_id=settings.id)
    assert len(town.box.modals("U0ADA")) == 2
    assert "Analytics" in words_of(outcome.view)
    assert ids.OFFERING_NEW in str(outcome.view.blocks if outcome.view else "")


def test_two_people_rename_one(town: BotInWorkspace) -> None:
    """The second one learns of the first, and overwrites nothing."""
    has_account(town)
    add(town, "Analytics")
    mine, theirs = choose(town, ids.OFFERING_RENAME), choose(town, ids.OFFERING_RENAME, "U0ADA")
    assert mine is not None
    assert theirs is not None
    assert town.submit("U0ADA", theirs, offering="Insights").errors == {}
    assert "Ada Moreau renamed it" in town.submit("U0EVA", mine, offering="Reports").errors["offering"]
    assert names(town) == ["Insights"]


def test_the_best_match_comes_first(town: BotInWorkspace) -> None:
    """The name itself, names that begin with the text, words that begin with it, all others; a slip finds it too."""
    has_account(town)
    add(town, "Sales training\nTraining\nRetraining\nTraining for plants")
    found = [one.name for one in town.ask("U0EVA", offerings.matching, "training")]
    assert found == ["Training", "Training for plants", "Sales training", "Retraining"]
    assert [one.name for one in town.ask("U0EVA", offerings.matching, "Retrainning")] == ["Retraining"]


def test_more_than_a_page(town: BotInWorkspace) -> None:
    """A long list has pages, and a menu proposes a hundred of it at most."""
    has_account(town)
    lines = "\n".join(f"Module {chr(65 + n // 26)}{chr(65 + n % 26)}x" for n in range(120))
    form = town.form("U0EVA", listed(town), ids.OFFERING_NEW)
    assert town.submit("U0EVA", form, offerings=lines).errors == {}
    assert len(names(town)) == 100
    message = listed(town)
    assert "1–20 of 120" in words(message)
    town.press("U0EVA", message, ids.PAGE_OLDER)
