"""The kinds of values of a section: what each understands, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store import accounts, stakeholders
from store.errors import BadInputError, NotFoundError
from store.plan import values
from store.plan.values import Field, Kind, Target
from tests.conftest import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.conftest import SmallTeam

# The database decides nothing here.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

COLOURS = (("r", "Red"), ("g", "Green"), ("b", "Blue"))
STEPS = (("1", "Low"), ("2", "High"))


def target(tx: Session, office: SmallTeam, name: str = "Acme") -> Target:
    eva = office.person(tx, "eva")
    return Target(eva, accounts.create(tx, eva, name, now=NOW), None, NOW)


def read(office: SmallTeam, field: Field, text: str) -> object:
    with office.ledger.begin() as tx:
        return values.read(tx, target(tx, office), field, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("g", ("g",)), ("b,r,b", ("r", "b")), ("Blue, green", ("g", "b")), ("crimson", ("r",)), (" , ", None)],
)
def test_several_choices(office: SmallTeam, text: str, value: object) -> None:
    """Each choice once and in their order, by value, words or other words."""
    field = Field("colours", "Colours", Kind.SEVERAL, choices=COLOURS, also=(("crimson", "r"),))
    assert read(office, field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        (Field("colours", "Colours", Kind.SEVERAL, choices=COLOURS), "r,pink", "Red, Green, Blue"),
        (Field("colours", "Colours", Kind.SEVERAL, required=True, choices=COLOURS), "", "Red, Green, Blue"),
        (Field("step", "Step", Kind.SCALE, choices=STEPS), "3", "Low, High"),
        (Field("every", "Every", Kind.COUNT, most=52), "0", "from 1 to 52"),
        (Field("every", "Every", Kind.COUNT, most=52), "53", "from 1 to 52"),
        (Field("every", "Every", Kind.COUNT, most=52), "1.5", "from 1 to 52"),
        (Field("every", "Every", Kind.COUNT, required=True), "", "missing"),
        (Field("decider_id", "Who decides", Kind.STAKEHOLDER, required=True), "", "Choose one"),
        (Field("decider_id", "Who decides", Kind.STAKEHOLDER), "Dana", "Choose one"),
        (Field("decider_id", "Who decides", Kind.STAKEHOLDER), "new: ", "missing"),
    ],
)
def test_refused_at_the_field(office: SmallTeam, field: Field, text: str, words: str) -> None:
    """Anything else is refused at the field."""
    with pytest.raises(BadInputError) as caught:
        read(office, field, text)
    assert (caught.value.field, words in caught.value.words) == (field.name, True), caught.value.words


@pytest.mark.parametrize(("text", "value"), [("", None), ("2", 2), ("high", 2), ("H", 2)])
def test_a_scale(office: SmallTeam, text: str, value: object) -> None:
    """A step of a scale is a number; its words and others are understood."""
    assert read(office, Field("step", "Step", Kind.SCALE, choices=STEPS, also=(("h", "2"),)), text) == value


def test_one_of_the_clients_people(office: SmallTeam) -> None:
    """A person of the account by id, or a new one by name, who is created once; never another account's."""
    field = Field("decider_id", "Who decides", Kind.STAKEHOLDER)
    with office.ledger.begin() as tx:
        here, there = target(tx, office), target(tx, office, "Globex")
        new = values.read(tx, here, field, "new:Dana Reed")
        assert values.read(tx, here, field, "new:dana  reed") == values.read(tx, here, field, f"{new}") == new
        assert values.said(tx, field, new) == "Dana Reed"
        with pytest.raises(BadInputError) as caught:
            values.read(tx, there, field, f"{new}")
        assert (caught.value.field, caught.value.words) == ("decider", "Dana Reed belongs to another account.")
        with pytest.raises(NotFoundError):
            values.read(tx, here, field, "9999")


def test_similar_names_are_offered(office: SmallTeam) -> None:
    """A name that nobody has is answered with the account's similar names, and no other account's."""
    with office.ledger.begin() as tx:
        here, there = target(tx, office), target(tx, office, "Globex")
        for account, name in ((here, "Dana Reed"), (here, "Marcus Hale"), (there, "Dana Rees")):
            stakeholders.create(tx, here.viewer, name, account=account.account, now=NOW)
        found = [stakeholders.alike(tx, here.viewer, here.account, typed) for typed in ("Dana Reid", "Reed Dana", "Bo")]
        assert [[one.name for one in names] for names in found] == [["Dana Reed"], ["Dana Reed"], []]
