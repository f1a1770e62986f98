"""Locks that hold, and the installations that are made from them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from functools import cache
from http.client import HTTPConnection
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
# Each lock with the extras that it pins beside the bot's own dependencies.
LOCKS = {"run": (), "demo": ("demo",), "dev": tuple(EXTRAS)}
PIN = re.compile(
    r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+) \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
# The largest size of an environment in megabytes: the bot's, and the demo's.
LARGEST_RUN, LARGEST_DEMO = 190, 200


def words_of(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """The version of each package."""
    return {name: version for name, version, _ in PIN.findall(words_of(lock))}


def declared(lock: str) -> list[Requirement]:
    """The requirements of the lock in pyproject.toml, with those of the build."""
    lines = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    return [Requirement(line) for line in [*lines, *(line for extra in LOCKS[lock] for line in EXTRAS[extra])]]


@cache
def required(name: str) -> list[Requirement]:
    return [Requirement(line) for line in metadata.requires(name) or ()]


def closure(wanted: Iterable[Requirement], python: str) -> set[str]:
    """The names of the packages and of all that they need on Linux with this version of Python."""
    found: set[tuple[str, str]] = set()
    ahead = [(each, "") for each in wanted]
    while ahead:
        requirement, _ = ahead.pop()
        for extra in ("", *requirement.extras):
            step = (canonicalize_name(requirement.name), extra)
            if step in found:
                continue
            found.add(step)
            here = {"extra": extra, "python_version": python, "python_full_version": f"{python}.0",
                    "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"}  # fmt: skip
            ahead += [(each, extra) for each in required(step[0]) if not each.marker or each.marker.evaluate(here)]
    return {name for name, _ in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_whole(lock: str) -> None:
    """Every line is a version with its hashes or a comment: no address of an index, no option, no range."""
    rest = [line for line in PIN.sub("", words_of(lock)).splitlines() if line.strip() and line.lstrip()[0] != "#"]
    assert rest == []
    assert "://" not in words_of(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_what_is_declared(lock: str) -> None:
    """A lock pins each declared package in a version that pyproject.toml allows."""
    pinned = pins(lock)
    wrong = [str(each) for each in declared(lock) if Version(pinned.get(each.name.lower(), "0")) not in each.specifier]
    assert wrong == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_complete_and_has_nothing_else(lock: str) -> None:
    """A lock holds all packages that its packages need, on later versions of Python too, and no others."""
    assert closure(declared(lock), "3.11") == set(pins(lock))
    for later in ("3.12", "3.13", "3.14"):
        assert closure(declared(lock), later) <= set(pins(lock))


def test_the_locks_agree() -> None:
    """Production runs the tested versions: each lock contains the smaller one, in the same versions."""
    assert pins("run").items() < pins("demo").items() < pins("dev").items()


# ---- installations, from the network: in a fresh environment ------------------------------------------------


def outside_environment(**more: str) -> dict[str, str]:
    """This process' environment without the variables of its own installation or of a shifted clock."""
    dropped = re.compile("VIRTUAL_ENV|PYTHON|LD_PRELOAD|FAKETIME|MAKE|MFLAGS|COV_|COVERAGE|SLACK|DATABASE")
    return {name: value for name, value in os.environ.items() if not dropped.match(name)} | more


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=outside_environment(**environment),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def megabytes(folder: Path) -> int:
    return int(run("du -sm .", folder).stdout.split()[0])


def take(folder: Path, *wanted: str) -> None:
    """Copy those files and folders of the checkout that git tracks or would add."""
    listed = run(f"git ls-files --cached --others --exclude-standard -- {' '.join(wanted)}", ROOT)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


@pytest.mark.slow
@pytest.mark.parametrize("pip", ["pip==23.2.1", "pip"], ids=["the oldest pip", "the newest pip"])
def test_the_steps_of_the_image(tmp_path: Path, pip: str) -> None:
    """The Dockerfile's own commands, in a fresh environment: a bot that starts, no demo, no tests, and small."""
    source, venv, ledger = tmp_path / "src", tmp_path / "venv", tmp_path / "ledger"
    ledger.mkdir()
    taken = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    take(source, *taken)
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    assert run(f"python -m pip install --upgrade '{pip}'", tmp_path, PATH=path).returncode == 0
    steps = re.findall(r"^RUN (pip .+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(steps) == 2
    for step in steps:
        done = run(step, source, PATH=path)
        assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(source)
    assert run("makegood migrate", ledger, PATH=path).returncode == 0
    assert (ledger / "makegood.db").is_file()
    without_settings = run("makegood run", ledger, PATH=path)
    assert "SLACK_BOT_TOKEN" in without_settings.stderr
    demo = run("makegood demo", ledger, PATH=path)
    assert demo.stderr.startswith("The demo is not part of this installation")
    strangers = run(
        "python -c 'import sandbox' || python -c 'import pytest' || python -c 'import httpx'", ledger, PATH=path
    )
    assert strangers.stderr.count("ModuleNotFoundError") == 3
    assert megabytes(venv) <= LARGEST_RUN


@pytest.mark.slow
def test_make_demo_in_a_fresh_checkout(tmp_path: Path) -> None:
    """`make demo` installs only the demo's packages, prints its address, answers there, and ends with Ctrl-C."""
    take(tmp_path, ".")
    made = run(f"make PYTHON={sys.executable} .venv/.demo", tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    assert megabytes(tmp_path / ".venv") <= LARGEST_DEMO
    with subprocess.Popen(
        ["make", "demo"], cwd=tmp_path, env=outside_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            page = HTTPConnection(_address(process.stdout or ()), timeout=30)
            page.request("GET", "/")
            assert b"Northwind" in page.getresponse().read()
            page.close()
        finally:
            os.killpg(process.pid, signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert "Traceback" not in complaints


def _address(lines: Iterable[str]) -> str:
    """The demo's host and port, from the line that it prints once it listens."""
    said = []
    for line in lines:
        said.append(line)
        if found := re.search(r"open http://(127\.0\.0\.1:\d+)/", line):
            return found[1]
    raise AssertionError("".join(said))
