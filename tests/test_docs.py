"""The documentation says what the program does: wrong documentation is worse than none."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot import http_server, server
from bot.cli import makegood
from bot.manifest import for_socket_mode
from bot.settings import documented
from handlers import ids
from handlers.briefs.views import MOST
from handlers.commitments.commands import WORDS
from sandbox import Sandbox
from store.dates import Due
from store.rules.line import read_line
from store.rules.names import Close
from store.rules.nudging.occasions import OVERDUE_STEPS, OccasionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
# Bytes: the README must load quickly over a telephone connection.
LARGEST_PICTURE = 200_000


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the table whose first row begins with `heading`, without its first two rows."""
    lines = text(page).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def codes(cell: str) -> list[str]:
    """The texts between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def helped(*command: str) -> str:
    """The output of a command's --help."""
    said = CliRunner().invoke(makegood, [*command, "--help"], prog_name="makegood")
    assert said.exit_code == 0, said.output
    return said.stdout


def outside_code(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL)


# ---- README -----------------------------------------------------------------------------------------------


def test_the_readme_lists_the_commands_of_the_program() -> None:
    """The README lists all commands in the program's order, each with options that it has."""
    listed = re.findall(r"^  (\w+) ", helped().partition("Commands:")[2], flags=re.MULTILINE)
    table = rows(ROOT / "README.md", "command")
    assert [codes(cells[0]) for cells in table] == [[f"makegood {name}"] for name in listed]
    for name, cells in zip(listed, table, strict=True):
        options = re.findall(r"--[a-z-]+", cells[1])
        known = helped(name) if options else ""
        assert [option for option in options if option not in known] == []


def test_the_readme_lists_the_words_of_the_slash_command() -> None:
    """The README lists the words that show something and a number, and no word that the command does not know."""
    lines = [codes(cells[0])[0] for cells in rows(ROOT / "README.md", "you type")]
    assert all(line.split()[0] == ids.COMMAND for line in lines)
    first = [line.split()[1] for line in lines if len(line.split()) > 1]
    recording = [word for word in first if word in {"@ana", "theirs:"}]
    number = [word for word in first if word.isdecimal()]
    assert recording == ["@ana", "theirs:"]
    assert len(number) == 1
    assert [word for word in first if word not in {*recording, *number, "search"}] == list(WORDS)
    assert ids.COMMAND in lines


def test_the_readmes_line_is_understood() -> None:
    """The README's example line, copied into Slack, needs no form: one owner, a day, and a known account."""
    line = re.search(r"^/commit (@ana .*)$", text(ROOT / "README.md"), flags=re.MULTILINE)
    assert line
    read = read_line(line[1], today=date(2026, 11, 23), accounts=["Acme Corporation"])
    assert (read.owners, read.due, read.account) == (
        ("@ana",),
        Due(date(2026, 11, 27)),
        Close("Acme Corporation"),
    )


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "handlers" / "templates" / "help.j2"], ids=["readme", "help"]
)
def test_shortcuts_are_called_what_slack_calls_them(page: Path) -> None:
    """The documentation uses the manifest's names of shortcuts: people look for these words in Slack's menus."""
    names = [shortcut["name"] for shortcut in for_socket_mode()["features"]["shortcuts"]]
    assert [name for name in names if f"*{name}*" not in text(page) and f"_{name}_" not in text(page)] == []


def test_the_first_commands_show_and_test_it() -> None:
    """The README's first block has two lines for a new clone: one to see the demo, one to run the tests."""
    block = re.search(r"^```\w*\n(.*?)^```", text(ROOT / "README.md"), flags=re.MULTILINE | re.DOTALL)
    assert block
    lines = [line.removeprefix("$ ").partition("#")[0].strip() for line in block[1].splitlines()]
    assert lines == ["make demo", "make test"]


def test_make_knows_what_is_asked_of_it() -> None:
    """Each `make …` of the documentation is a target."""
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), flags=re.MULTILINE))
    asked = {word for page in PAGES for word in re.findall(r"(?:^\$ |`)make ([a-z]+)", text(page), flags=re.MULTILINE)}
    assert asked
    assert asked <= targets


# ---- permissions, messages, operations, sandbox ------------------------------------------------------------


def test_permissions_are_those_that_are_asked_for() -> None:
    """The page lists the scopes with their reasons, and the events, of handlers/ids.py."""
    page = DOCS / "permissions.md"
    assert {codes(cells[0])[0]: cells[1] for cells in rows(page, "scope")} == ids.SCOPES
    assert sorted(codes(cells[0])[0] for cells in rows(page, "event")) == sorted(ids.BOT_EVENTS)
    asked = {codes(cells[0])[0]: (codes(cells[1]), codes(cells[2])) for cells in rows(page, "name")}
    assert asked == {
        name: ([one.event] if one.event else [], list(one.scopes) or ["im:history"])
        for name, one in ids.FEATURES.items()
    }
    assert all(all(cells) for heading in ("scope", "event", "name") for cells in rows(page, heading))


def test_the_occasions_of_a_brief_are_the_rules_own() -> None:
    """The page has the names of the occasions, the steps of the back-off, and the most items of a brief."""
    table = rows(DOCS / "messages.md", "occasion")
    kinds = ("SOON", "DAY_BEFORE", "TODAY", "OVERDUE", "BLOCKED", "BEFORE_ABSENCE", "SNOOZE_ENDED")
    assert [cells[0] for cells in table] == [OccasionKind[name] for name in kinds]
    steps = ", ".join(map(str, OVERDUE_STEPS[:-1])) + f" and {OVERDUE_STEPS[-1]}"
    assert table[3][1].startswith(steps)
    assert steps in " ".join(text(ROOT / "README.md").split())
    assert MOST == 12
    assert "twelve items" in text(DOCS / "messages.md")


def test_the_log_holds_the_events_that_are_listed() -> None:
    """The table lists exactly the events that the program logs."""
    said = re.compile(r"\blog\.(?:debug|info|warning|error|exception)\(\s*\"(\w+)\"")
    logged = {
        name
        for folder in ("bot", "handlers", "store")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in said.findall(text(path))
    }
    listed = [name for cells in rows(DOCS / "operations.md", "event") for name in codes(cells[0])]
    assert len(listed) == len(set(listed))
    assert set(listed) == logged


def test_deploying_names_what_there_is() -> None:
    """The page names commands, settings and addresses of the program, and the server's own limits."""
    page = text(DOCS / "deploying.md")
    commands = re.findall(r"^  (\w+) ", helped().partition("Commands:")[2], flags=re.MULTILINE)
    asked = set(re.findall(r"(?:`|/bin/)makegood (\w+)", page))
    assert {"run", "web", "worker", "migrate"} <= asked <= set(commands)
    settings = {variable.name for variable in documented()}
    named = set(re.findall(r"`([A-Z_]{4,})`", page))
    assert {"HOST", "PORT", "DATABASE_URL"} <= named <= settings
    assert {server.EVENTS, server.HEALTH, server.READY} <= set(re.findall(r"/[a-z/]+", page))
    limits = [re.match(r"[\d,]+", cells[1]) for cells in rows(DOCS / "deploying.md", "limit")]
    kept = (http_server.TRANSFER_WITHIN, http_server.KEPT_OPEN_FOR, http_server.MOST_CONNECTIONS)
    real = (server.LARGEST_BODY // 1024**2, *kept)
    assert [int(found[0]) for found in limits if found] == list(real)


def test_the_sandboxs_example_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The example runs as the page prints it, and its output is the page's."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    block = re.search(r"^```python\n(.*?)^```", text(DOCS / "sandbox.md"), flags=re.MULTILINE | re.DOTALL)
    assert block
    exec(compile(block[1], "docs/sandbox.md", "exec"), {"__name__": "example"})
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("The client cannot know: ")
    assert said[1:] == [
        "['Taken', 'Taken as well']",
        "[('chat.postMessage', True), ('chat.postMessage', True)]",
    ]


def test_the_sandbox_can_do_what_is_listed() -> None:
    """The sandbox has every method that its page names."""
    page = outside_code(DOCS / "sandbox.md")
    named = {name for code in codes(page) for name in re.findall(r"^(\w+)\(", code)}
    assert {"say", "command", "press", "submit", "wait_for", "drop_connections"} <= named
    box = Sandbox({}, app_url=None)
    assert [name for name in sorted(named) if not callable(getattr(box, name, None))] == []


# ---- decisions and changes --------------------------------------------------------------------------------


def test_every_decision_is_listed_and_says_why() -> None:
    """The index has each page once, in order and without a gap; each page has its four parts."""
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    listed = [re.search(r"\((.+)\)", cells[0]) for cells in rows(DECISIONS / "README.md", "page")]
    assert [found[1] for found in listed if found] == [page.name for page in pages]
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert text(page).startswith(f"# {page.name[:4]} ")
        headings = re.findall(r"^## (.+)$", text(page), flags=re.MULTILINE)
        assert [name for name in headings if name in {"Context", "Decision", "Why", "Consequences"}] == [
            "Context",
            "Decision",
            "Why",
            "Consequences",
        ]


def test_the_code_refers_to_decisions_that_exist() -> None:
    """A reference from the code to a page in docs/ leads to a page that exists."""
    referred = {
        name
        for folder in ("bot", "handlers", "store", "sandbox")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in re.findall(r"docs/[\w/.-]+\.md", text(path))
    }
    assert "docs/decisions/0005-delivery.md" in referred
    assert [name for name in sorted(referred) if not (ROOT / name).is_file()] == []


def test_the_changelog_has_this_version() -> None:
    """The newest entry is the version that is packaged."""
    version = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["version"]
    entries = re.findall(r"^## \[(.+?)\] - (.+)$", text(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    assert entries[0][0] == version
    assert re.fullmatch(r"Unreleased|\d{4}-\d\d-\d\d", entries[0][1])


# ---- links and pictures -----------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors that headings get where Markdown is shown."""
    headings = re.findall(r"^#+ (.+)$", outside_code(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    yield from re.findall(r"\]\(([^)\s]+)\)", outside_code(page))
    yield from re.findall(r"src=\"([^\"]+)\"", outside_code(page))


def test_no_link_leads_nowhere() -> None:
    """Relative links and their anchors."""
    dead = []
    for page in PAGES:
        for link in links(page):
            if re.match(r"https?://", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{page.relative_to(ROOT)}: {link}")
    assert dead == []


def test_every_page_is_linked() -> None:
    """A page that nothing leads to is not found."""
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)}
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in linked and page.name != "README.md"] == []


def test_pictures_are_small_and_shown() -> None:
    """No picture is too large for a telephone, and each picture is shown on a page."""
    pictures = sorted((DOCS / "images").iterdir())
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    assert len(pictures) >= 6
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []
    assert [picture.name for picture in pictures if picture not in shown] == []
