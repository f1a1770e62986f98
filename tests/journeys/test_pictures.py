"""Pictures of an account plan in Slack: in words at once, and as a message with the picture if Slack takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import accounts, offerings
from store.plan import meetings, people, section, white_space
from store.stakeholders import of_account as people_of
from tests.journeys.accounts import account
from tests.journeys.conftest import open_town, patience, words, words_of
from tests.journeys.plan_sections import open_list, press

if TYPE_CHECKING:
    from sandbox import Message
    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

EVIL = "Dana <!channel> *b*"


@pytest.fixture
def acme(town: BotInWorkspace) -> BotInWorkspace:
    fill(town)
    return town


def fill(town: BotInWorkspace) -> None:
    """Acme with two people on the map and one beside it, and a cell of white space."""
    account(town, "Acme")
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        for name, influence, support in ((EVIL, "5", "4"), ("Marcus Reed", "1", "1"), ("Priya Rao", None, None)):
            given = {"name": name, "influence": influence, "support": support}
            section.add(tx, eva, people.SECTION, acme, given, origin_key=name, now=now)
        dana = people_of(tx, eva, acme)[0]
        given = {"stakeholders": str(dana.id), "day": "2026-11-11", "state": "held"}
        section.add(tx, eva, meetings.SECTION, acme, given, origin_key="meeting", now=now)
        offering = offerings.create(tx, eva, "Monitoring", now=now)
        given = {"offering": str(offering.id), "unit": "Lyon", "state": "open", "value": "120000"}
        section.add(tx, eva, white_space.SECTION, acme, given, origin_key="cell", now=now)


def ask(town: BotInWorkspace, kind: str = "stakeholder") -> str:
    """Eva presses *Picture* of a section; the words that she reads at once."""
    open_list(town, "U0EVA", kind=kind)
    press(town, "U0EVA", ids.PICTURE, kind=kind)
    said = words_of(town.box.modals("U0EVA")[-1])
    town.settled()
    # Slack reads a file some time after its upload.
    town.pass_by(seconds=2)
    town.settled()
    return said


def image(message: Message) -> str | None:
    """The file that a message shows."""
    files = [block["slack_file"]["id"] for block in message.blocks if "slack_file" in block]
    return str(files[0]) if files else None


@pytest.mark.parametrize(
    ("kind", "title", "names"),
    [
        (
            "stakeholder",
            "Relationship map of Acme",
            ["Dana", "met 12 days ago", "Reed*: against", "Priya Rao", "Eva"],
        ),
        ("cell", "White space of Acme", ["*Monitoring*: open Lyon (120k)"]),
    ],
)
def test_the_picture_comes_in_a_message(acme: BotInWorkspace, kind: str, title: str, names: list[str]) -> None:
    """Its words stand in the form at once, and beside the picture, which is a PNG."""
    at_once = ask(acme, kind)
    message = acme.box.dm("U0EVA")[-1]
    for said in (at_once, words(message)):
        assert title in said
        for name in names:
            assert name in said
    file = acme.box.world.cabinet.files[str(image(message))]
    assert file.content is not None
    assert file.content.startswith(b"\x89PNG")
    assert title in file.title


def test_a_picture_is_uploaded_once(acme: BotInWorkspace) -> None:
    """The same content is one file, and another content another file."""
    ask(acme)
    ask(acme)
    first, second = (image(message) for message in acme.box.dm("U0EVA")[-2:])
    assert first == second
    assert len(acme.box.world.cabinet.files) == 1
    ask(acme, "cell")
    assert len(acme.box.world.cabinet.files) == 2
    del acme.box.world.cabinet.files[str(first)]
    ask(acme)
    assert image(acme.box.dm("U0EVA")[-1]) in acme.box.world.cabinet.files


def test_a_picture_that_slack_reads_late_is_waited_for(acme: BotInWorkspace) -> None:
    """The message comes once, with the picture; without it if Slack takes longer than some seconds."""
    acme.box.world.cabinet.looks = 4
    ask(acme)
    for _ in range(5):
        acme.pass_by(seconds=1)
        acme.settled()
    assert image(acme.box.dm("U0EVA")[-1])
    acme.box.world.cabinet.looks = 100
    before = len(acme.box.dm("U0EVA"))
    ask(acme, "cell")
    for _ in range(10):
        acme.pass_by(seconds=1)
        acme.settled()
    (late,) = acme.box.dm("U0EVA")[before:]
    assert image(late) is None
    assert "open Lyon" in words(late)


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info"]
)
@pytest.mark.parametrize("fault", ["server_error", "drop", "ratelimited"])
def test_a_failed_upload_leaves_the_words(acme: BotInWorkspace, method: str, fault: str) -> None:
    """The same delivery sends the message without the picture, and only once."""
    before = len(acme.box.dm("U0EVA"))
    acme.box.faults.fail(method, fault)
    ask(acme)
    (message,) = acme.box.dm("U0EVA")[before:]
    assert image(message) is None
    assert "Marcus Reed*: against" in words(message)


def test_without_the_permission_there_are_words(database_url: str, log: Log) -> None:
    """Nobody waits, and nothing fails."""
    with patience(), open_town(database_url) as town:
        town.box.manifest.scopes = tuple(ids.SCOPES)
        fill(town)
        ask(town)
        message = town.box.dm("U0EVA")[-1]
        assert image(message) is None
        assert "Marcus Reed*: against" in words(message)


def test_a_refused_picture_does_not_take_the_message_along(database_url: str, log: Log) -> None:
    """Slack answers invalid_blocks to a message with an image: it goes without it in the same delivery."""
    with patience(), open_town(database_url) as town:
        fill(town)
        town.box.world.unknown_blocks = frozenset({"image"})
        before = len(town.box.dm("U0EVA"))
        ask(town)
        (message,) = town.box.dm("U0EVA")[before:]
        assert image(message) is None
        assert "Marcus Reed*: against" in words(message)
