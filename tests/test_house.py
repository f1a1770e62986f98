"""The structure of the code: layers import in one direction, ids exist once, and every scope is needed."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slack_sdk import WebClient

import handlers
from bot.manifest import EVENTS_PATH, for_address, for_socket_mode
from handlers import ids
from store.tables import Account, Base, core

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "handlers", "store", "sandbox")


# ---- the files and what they import -----------------------------------------------------------------------


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found
    return found


def module_of(path: Path) -> str:
    """The dotted name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in files(*FLOORS)}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever it does so; `from a import b` is a.b where that is a file."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            whole = node.module or ""
            found |= {f"{whole}.{a.name}" if f"{whole}.{a.name}" in MODULES else whole for a in node.names}
    return found


def tops(path: Path) -> set[str]:
    """The packages that a file imports from."""
    return {name.partition(".")[0] for name in imports(path)}


def offenders(folder: str, *forbidden: str) -> list[str]:
    """Files below `folder` that import one of those packages; a trailing * stands for any ending."""
    pattern = re.compile("|".join(re.escape(name).replace(r"\*", r"\w*") for name in forbidden))
    return [
        f"{module_of(path)} imports {name}"
        for path in files(folder)
        for name in sorted(tops(path))
        if pattern.fullmatch(name)
    ]


def test_the_ledger_knows_nobody() -> None:
    """store/ imports neither the layers above it, nor Slack, nor HTTP, nor a scheduler."""
    strangers = ("slack*", "flask", "waitress", "werkzeug", "apscheduler", "click", "pydantic*", "jinja2", "httpx")
    assert offenders("store", "bot", "handlers", "sandbox", *strangers) == []


def test_the_surfaces_know_the_ledger_only() -> None:
    """handlers/ imports neither the running program, nor the sandbox, nor a scheduler, server or settings."""
    strangers = ("flask", "waitress", "werkzeug", "apscheduler", "click", "pydantic*", "alembic", "httpx")
    assert offenders("handlers", "bot", "sandbox", *strangers) == []


def test_the_surfaces_write_no_sql() -> None:
    """handlers/ imports from SQLAlchemy only the Session type, and in one module the errors that a database raises."""
    for path in files("handlers"):
        used = {name for name in imports(path) if name.partition(".")[0] == "sqlalchemy"}
        if module_of(path) != "handlers.slack.errors":
            assert used <= {"sqlalchemy.orm"}, path
            continue
        attributes = {
            node.attr
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sa"
        }
        assert attributes == {"exc"}
    sessions = [
        (module_of(path), alias.name)
        for path in files("handlers")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy.orm"
        for alias in node.names
    ]
    assert {name for _, name in sessions} == {"Session"}


def test_the_sandbox_stands_alone() -> None:
    """The sandbox and its tests import neither the bot, nor the bot's tests, nor slackblocks. In the bot, only the
    demo imports the sandbox.
    """
    assert offenders("sandbox", "bot", "handlers", "store", "tests", "bench", "slackblocks") == []
    knowing = {module_of(path) for path in files("bot", "handlers", "store") if "sandbox" in tops(path)}
    assert knowing == {name for name in knowing if name.startswith("bot.demo.running")}
    assert knowing


def test_no_two_files_import_each_other() -> None:
    """There are no import cycles of any length; late and type-only imports count."""
    edges = {name: {target for target in imports(path) if target in MODULES} for name, path in MODULES.items()}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for target in sorted(edges[name] - {name}):
                walk(target, (*way, name))
            done.add(name)

    for name in sorted(edges):
        walk(name, ())


PRIVATE = re.compile(r"\b(?:internals?|_[a-z]\w*)\b", re.IGNORECASE)


def test_libraries_are_used_by_their_public_names() -> None:
    """No file of the bot imports a name that begins with an underscore, or an internal module, from a library."""
    found = [
        f"{module_of(path)} imports {name}"
        for path in files("bot", "handlers", "store")
        for name in sorted(imports(path) | set(taken(path)))
        if name.partition(".")[0] not in {*FLOORS, "__future__"} and PRIVATE.search(name)
    ]
    assert found == []


# ---- time and environment ---------------------------------------------------------------------------------

CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
    "os": {"environ", "getenv", "environb"},
}


def taken(path: Path) -> Iterator[str]:
    """The names that a file imports: `from time import time` is time.time."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def attributes(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            yield owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", ""), node.attr


def test_only_the_program_looks_at_clock_and_environment() -> None:
    """In the layers below bot/ the time is an argument, and the environment has been read already."""
    found = [
        f"{module_of(path)}: {owner}.{name}"
        for path in files("handlers", "store")
        for owner, name in attributes(path)
        if name in CLOCKS.get(owner, ())
    ]
    assert found == []


def test_no_day_is_special() -> None:
    """Tests, benches, sandbox and demo run the same on any day: only sandbox/clock.py reads the machine's clock, for
    sandboxes whose bot process uses the machine's time.
    """
    demo = files("bot/demo")
    reading = {
        f"{path.relative_to(ROOT)}: {owner}.{name}"
        for path in [*files("tests", "bench", "sandbox", "docs"), *demo]
        for owner, name in [*attributes(path), *((m, n) for m, _, n in (i.rpartition(".") for i in taken(path)))]
        if owner != "os" and name in CLOCKS.get(owner, ())
    }
    assert reading == {"sandbox/clock.py: datetime.now"}


# ---- ids, routing table, manifest -------------------------------------------------------------------------


def named(prefix: str) -> set[str]:
    """The values of the ids whose names begin with the prefix."""
    return {value for name, value in vars(ids).items() if name.startswith(prefix) and isinstance(value, str)}


def buttons() -> set[str]:
    return {
        v
        for n, v in vars(ids).items()
        if n.isupper()
        and isinstance(v, str)
        and v.startswith(
            (
                "item.",
                "page.",
                "open.",
                "away.",
                "account.",
                "section.",
                "plan.",
                "energy.",
                "items.",
                "row.",
                "home.",
                "offering.",
                "review.",
                "calendar.",
                "client.",
                "proposal.",
                "letter.",
                "digest.",
            )
        )
    }


def test_everything_that_can_be_pressed_has_a_listener() -> None:
    """The routing table has exactly the ids: commands, shortcuts, buttons, forms, menus and events. Four fields tell of
    each choice at once.
    """
    assert set(handlers.ROUTES.commands) == named("COMMAND")
    assert set(handlers.ROUTES.shortcuts) == named("SHORTCUT_")
    assert set(handlers.ROUTES.actions) == buttons() | {
        ids.ACCOUNT, ids.STAKEHOLDER, ids.LETTER_READER, ids.LETTER_LANGUAGE,
    }  # fmt: skip
    assert set(handlers.ROUTES.forms) == named("FORM_")
    optional = {feature.event.partition(".")[0] for feature in ids.FEATURES.values() if feature.event}
    assert set(handlers.ROUTES.events) == named("EVENT_") == {*ids.BOT_EVENTS, *optional}
    assert set(handlers.ROUTES.menus) <= {
        ids.ACCOUNT, ids.STAKEHOLDER, ids.INTO, ids.ROW_ACCOUNT, ids.CLIENT_PERSON, ids.INTO_PERSON, ids.SERVES,
        ids.PARENT, ids.OFFERING, ids.OBJECTIVE, ids.OPPORTUNITY, ids.CLIENT_PEOPLE, ids.AGREED_BY, ids.UNIT,
    }  # fmt: skip


def test_every_id_lives_once_and_is_used() -> None:
    """All ids differ, and each is used."""
    constants = {name: value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)}
    assert len(set(constants.values())) == len(constants)
    used = {name for path in files("bot", "handlers") for owner, name in attributes(path) if owner == "ids"}
    used |= {alias.name for path in files("bot", "handlers") for node in ast.walk(tree(path))
             if isinstance(node, ast.ImportFrom) and node.module == "handlers.ids" for alias in node.names}  # fmt: skip
    assert set(constants) - used == set()


def test_ids_are_written_in_one_place() -> None:
    """The value of an id of a button, form or shortcut is written in no other file."""
    words = buttons() | named("FORM_") | named("SHORTCUT_")
    for path in files("bot", "handlers"):
        if module_of(path) == "handlers.ids":
            continue
        written = {
            node.value
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert written & words == set(), path


MANIFESTS = [for_address("https://x.example", ids.FEATURES), for_socket_mode(ids.FEATURES)]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=["http", "socket"])
def test_the_manifest_says_what_the_code_does(manifest: dict[str, object]) -> None:
    """The manifest has the commands, shortcuts, events and scopes of the ids, and the one address for Slack."""
    text = str(manifest)
    features: dict[str, list[dict[str, str]]] = manifest["features"]  # type: ignore[assignment]
    assert [each["command"] for each in features["slash_commands"]] == list(handlers.ROUTES.commands)
    assert {each["callback_id"] for each in features["shortcuts"]} == set(handlers.ROUTES.shortcuts)
    settings: dict[str, dict[str, list[str]]] = manifest["settings"]  # type: ignore[assignment]
    # Slack delivers message.im as a message.
    asked = {event.partition(".")[0] for event in settings["event_subscriptions"]["bot_events"]}
    assert asked == set(handlers.ROUTES.events)
    config: dict[str, dict[str, list[str]]] = manifest["oauth_config"]  # type: ignore[assignment]
    assert config["scopes"]["bot"] == [*ids.SCOPES, *(scope for one in ids.FEATURES.values() for scope in one.scopes)]
    assert set(re.findall(r"https://[^'\"]+", text)) <= {f"https://x.example{EVENTS_PATH}"}


# Which scopes each method of the Web API needs, as docs.slack.dev/reference/methods says; for conversations
# the one that goes with each kind of conversation.
NEEDS = {
    "api_call": set(),  # needed to build the other calls
    "auth_test": set(),
    "apps_connections_open": set(),  # a scope of the app-level token
    "canvases_create": {"canvases:write"},
    "canvases_edit": {"canvases:write"},
    "canvases_sections_lookup": {"canvases:read"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
# Scopes that are needed for something other than a method.
BESIDES = {
    "commands": "slash commands and shortcuts",
    "chat:write.public": "posting where the bot is not a member",
    "metadata.message:read": "include_all_metadata of conversations.history",
}
# Methods that are called for an optional feature alone.
OF_FEATURES = {
    "canvas": {"canvases_create", "canvases_edit", "canvases_sections_lookup"},
    "pictures": {"files_upload_v2", "files_info"},
}
EVENT_NEEDS = {
    "app_home_opened": set(),
    "user_change": {"users:read"},
    "team_join": {"users:read"},
    "message.im": {"im:history"},
    "app_mention": {"app_mentions:read"},
    "reaction_added": {"reactions:read"},
}


def called() -> set[str]:
    """The Web API methods that our code calls, by their names in the SDK."""
    families = (
        "api_",
        "apps_",
        "auth_",
        "canvases_",
        "chat_",
        "conversations_",
        "files_",
        "pins_",
        "reactions_",
        "team_",
        "users_",
        "views_",
    )
    methods = {name for name in dir(WebClient) if name.startswith(families)}
    return {name for path in files("bot", "handlers") for _, name in attributes(path) if name in methods}


def test_every_call_is_covered_by_a_scope() -> None:
    """The scopes that we ask for are exactly those that our methods and events need."""
    assert called() <= set(NEEDS)
    always = called() - set().union(*OF_FEATURES.values())
    needed = set().union(*(NEEDS[name] for name in always), *(EVENT_NEEDS[event] for event in ids.BOT_EVENTS))
    assert needed | set(BESIDES) == set(ids.SCOPES)


def test_a_feature_has_the_scopes_that_it_needs() -> None:
    """The scopes of a feature are those of its event and methods, without the ones that the app has in any case."""
    for name, feature in ids.FEATURES.items():
        of_event = EVENT_NEEDS[feature.event] if feature.event else set()
        needed = of_event.union(*(NEEDS[method] for method in OF_FEATURES.get(name, ())))
        assert needed - set(ids.SCOPES) == set(feature.scopes), feature


# ---- restricted accounts ----------------------------------------------------------------------------------

# The functions of store/ that read a table with an account without the viewer's condition, and the reason.
OF_A_SEEN_ACCOUNT = "the account, or the rows, come from a question that has the condition"
FOR_THE_PROGRAM = "no person reads what it finds; what is written for people is drawn with the condition"
FOR_ITS_PEOPLE = "it asks for lead, coach or owner, who see the account"
FOR_THE_CLIENT = "no colleague asks: the page of a client's person shows what was shared with their own account"
WITHOUT_THE_VIEWER = {
    OF_A_SEEN_ACCOUNT: {
        "accounts.listing._counts", "clients.links.shared_links", "plan.erasing._erase_beside",
        "plan.people.request_updates", "accounts.questions._called", "accounts.questions.lead_of",
        "commitments.home._counted", "commitments.questions._order",
        "commitments.promises.promises", "commitments.verbs._recorded_as",
        "commitments.several._own_entries", "digests.weekly.is_for_client", "reviews.booking.book",
        "reviews.digest._counts",
        "reviews.digest.open_items", "reviews.digest._signals", "digests.weekly.get",
        "digests.weekly._moves", "reviews.plan_changes.rows_of",
        "reviews.plan_changes._part", "reviews.plan_changes.asked",
        "reviews.questions.names_of", "plan.health._accounts", "plan.health._contacts",
        "plan.health._broken", "plan.health._dates", "plan.health._growth", "plan.health._pages",
        "plan.section._check_unique", "plan.section._join",
        "plan.meetings.LAST_MET",
        "plan.values._row", "plan.values.row_names", "plan.health._PLANNED", "stakeholders.create",
        "stakeholders.names",
        "stakeholders._check_name", "stakeholders._check_reports_to", "stakeholders._above",
    },
    FOR_THE_PROGRAM: {
        "accounts.access._joining_now", "accounts.access.with_open_business", "accounts.merging._end_review",
        "accounts.merging._merge_namesakes", "accounts.merging._place", "accounts.merging.merge",
        "accounts.parents.above", "accounts.verbs.take_back", "commitments.series.record_due", "history.check_soon",
        "history.append_to_all", "outbox.contents._OUTDATED", "outbox.updates.keep_account_true",
        "plan.signals._standing", "plan.signals.compare_due", "plan.signals._keep_agreements_true",
        "stakeholders._replace_at_meetings", "reviews.schedule.claim_due", "reviews.schedule.plan_digests",
        "digests.weekly.plan_due", "digests.weekly._begin", "digests.leaders.write_due", "digests.weekly.tell_lead",
    },
    FOR_ITS_PEOPLE: {
        "commitments.facts._facts", "plan.key_dates._within_reach", "plan.signals._new", "plan.signals.worth_a_brief",
        "digests.leaders.worth_a_brief",
        "reviews.schedule.tell_lead", "reviews.occasions._WITH_PEOPLE", "reviews.occasions._within_reach",
    },
    FOR_THE_CLIENT: {
        "clients.page._items", "clients.page._expected", "clients.page._said", "clients.page._meeting",
        "clients.page._review", "clients.proposals.shared_item", "clients.proposals._waiting",
        "clients.proposals._with_people", "commitments.redacting._redact_proposals",
    },
}  # fmt: skip
SIGHT = {"seen_at", "seen_by", "seen_by_asker", "seen_by_reader", "visible", "_visible"}


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def name_of(path: Path, node: ast.stmt) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    own = target.id if isinstance(target, ast.Name) else getattr(node, "name", "?")
    return f"{module_of(path).removeprefix('store.')}.{own}"


def test_every_query_starts_from_the_viewer() -> None:
    """Each function of the ledger that reads accounts, or what belongs to them, has the viewer's condition
    (store/scope.py), or stands above with its reason.
    """
    tables = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if mapper.class_ is Account or "account_id" in core(mapper.class_).c
    } - {"Outbox", "PlanMember", "WebLink"}
    tables |= {"SectionRow", "table", "_ITEMS", "_ACCOUNTS"}
    found = {
        name_of(path, node)
        for path in files("store")
        if not {"migrations", "tables"} & set(path.parts) and path.name != "scope.py"
        for node in tree(path).body
        if not names_in(node) & SIGHT
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in {"select", "exists"} and names_in(call) & tables
    }
    assert found - set().union(*WITHOUT_THE_VIEWER.values()) == set()


# ---- what is in the repository ----------------------------------------------------------------------------

# Each pattern has a part that does not match its own text, so that this file is checked too.
REGISTRIES = re.compile(
    r"py[p]i\.|python[h]osted|npm[j]s\.|registry\.[n]pm|crates\.[i]o|proxy\.[g]olang|rubygems\.[o]rg|extra-[i]ndex-url",
    re.IGNORECASE,
)
MACHINES = re.compile(r"/[w]ork/(?:main|shared|\.)|/[t]mp/w/|/[h]ome/\w+/|/[r]oot/")


def tracked() -> list[Path]:
    """Every file that git tracks or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_registry_and_no_machine_is_named() -> None:
    """No file names a package registry or a folder of one machine: the installer chooses where packages come from."""
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked()
        for text in [path.read_text(encoding="utf-8", errors="replace")]
        for hit in (REGISTRIES.search(text), MACHINES.search(text))
        if hit
    ]
    assert found == []


def test_every_file_is_shipped() -> None:
    """The distribution has each file of the bot, code or not, and nothing else: the sandbox stays in the checkout."""
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packages, data = setuptools["packages"]["find"]["include"], setuptools["package-data"]

    def shipped(file: Path) -> bool:
        package = ".".join(file.parts[:-1])
        patterns = ["*.py", *data.get(package, ())]
        return any(fnmatch(package, each) for each in packages) and any(fnmatch(file.name, each) for each in patterns)

    known = [path.relative_to(ROOT) for path in tracked()]
    assert [file for file in known if shipped(file)] == [f for f in known if f.parts[0] in {"bot", "handlers", "store"}]


# ---- the suite itself -------------------------------------------------------------------------------------


def every_test() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in files("tests", "sandbox/tests"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path, node


def test_every_test_says_what_it_holds() -> None:
    """Each test has a docstring that says it."""
    assert [f"{path.name}: {node.name}" for path, node in every_test() if not ast.get_docstring(node)] == []


def test_nothing_is_imported_from_a_test() -> None:
    """Shared helpers have modules of their own, so that a file of tests can be moved, split or deleted."""
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files("tests", "bench", "sandbox")
        for name in sorted(imports(path))
        if any(part.startswith("test_") for part in name.split("."))
    ]
    assert found == []


def test_no_test_sleeps() -> None:
    """Tests wait for a condition and do not sleep."""
    assert [str(path) for path in files("tests", "sandbox/tests") if ("time", "sleep") in set(attributes(path))] == []


def test_nothing_leaves_this_machine() -> None:
    """The suite's guard refuses each address that is not loopback, before a packet leaves."""
    with socket.socket() as wire, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        wire.connect(("192.0.2.1", 9))
