"""Templates of the workspace's own: used if they work, else ours, with one word to an admin."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handlers.replaceable import TEMPLATES
from handlers.slack import templates
from handlers.slack.templates import Broken, check
from store.tables import OutboxKind, Person
from tests.journeys.conftest import words
from tests.journeys.digests import DIGEST, booked, posted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handlers.slack.templates import Template
    from tests.journeys.conftest import BotInWorkspace

PAGE = Path(__file__).parents[2] / "docs" / "templates.md"
NAME = "review_digest.j2"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder of templates, which the process uses."""
    templates.use(tmp_path)
    yield tmp_path
    templates.use(None)


def has_admin(town: BotInWorkspace) -> str:
    """Slack's id of the admin with the lowest id."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        eva.is_admin = True
        tx.flush()
        return min(tx.query(Person).filter(Person.is_admin), key=lambda one: one.id).slack_id


def told(town: BotInWorkspace, admin: str) -> list[str]:
    town.settled()
    said = [words(one) for one in town.box.messages(town.box.world.im(admin).id)]
    return [one for one in said if "cannot be used" in one]


def test_a_file_replaces_the_words(town: BotInWorkspace, folder: Path) -> None:
    """The digest has the words of the file, with its own greeting and ours below; values stay text."""
    (folder / NAME).write_text('Good morning, team {{ account }}!\n\n{% include "makegood/review_digest.j2" %}')
    booked(town)
    town.jump(*DIGEST)
    said = words(posted(town)[-1])
    assert "Good morning, team Acme!" in said
    assert "We owe them*  ·  7" in said


@pytest.mark.parametrize(
    "source",
    [
        "{{ account",
        "{{ nothing_of_ours }}",
        "{{ account.__class__.__mro__ }}",
        "{% for one in range(10000000) %}x{% endfor %}",
        "{{ sides.append(1) }}",
        "{# nothing #}",
    ],
)
def test_a_broken_file_takes_no_message_with_it(town: BotInWorkspace, folder: Path, source: str) -> None:
    """The digest comes in our own words; an admin is told once, also when the message is drawn again."""
    admin = has_admin(town)
    (folder / NAME).write_text(source)
    booked(town)
    town.jump(*DIGEST)
    town.commit("U0EVA", "done 1")
    assert "Ours: 1 done" in words(posted(town)[-1])
    assert len(told(town, admin)) == 1
    assert len(town.outbox(OutboxKind.TEMPLATE_BROKEN)) == 1


def test_a_file_that_is_corrected_and_broken_again_is_told_again(town: BotInWorkspace, folder: Path) -> None:
    """Each content of a file is told once."""
    admin = has_admin(town)
    booked(town)
    (folder / NAME).write_text("{{ one")
    town.jump(*DIGEST)
    (folder / NAME).write_text("{{ two")
    town.commit("U0EVA", "done 1")
    assert len(told(town, admin)) == 2


@pytest.mark.parametrize("template", TEMPLATES, ids=[one.name for one in TEMPLATES])
def test_our_own_work_as_files(template: Template, tmp_path: Path) -> None:
    """A copy of our own template is a file that works, with each of its samples."""
    source = Path(templates.__file__).parents[1] / "templates" / template.name
    (tmp_path / template.name).write_text(source.read_text())
    assert list(check(tmp_path, TEMPLATES)) == [template.name]


def test_a_wrong_name_is_told(tmp_path: Path) -> None:
    """A file that replaces nothing is named, and so is a folder that is not there."""
    (tmp_path / "digest.j2").write_text("x")
    (found,) = check(tmp_path, TEMPLATES)
    assert isinstance(found, Broken)
    assert NAME in found.why
    (found,) = check(tmp_path / "gone", TEMPLATES)
    assert isinstance(found, Broken)


def test_the_page_lists_the_variables() -> None:
    """docs/templates.md names each template with all of its variables."""
    rows = re.findall(r"^\| `([\w.]+\.j2)` \| (.*) \|$", PAGE.read_text(), flags=re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", cells)) for name, cells in rows}
    assert listed == {one.name: set(one.variables) for one in TEMPLATES}
    assert all(set(sample) == one.variables for one in TEMPLATES for sample in one.samples)
