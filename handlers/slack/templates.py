"""Templates that a workspace may replace: a file of the same name in the folder TEMPLATES_DIR is used instead of ours.

Such a file runs in Jinja2's sandbox and sees the documented variables alone. If it has an error, our own template is
used, and an admin is told once for each content of the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jinja2
import structlog
from jinja2.sandbox import ImmutableSandboxedEnvironment

from handlers.slack.words import escape, prepared, tidied
from store import outbox, people
from store.rules.text import one_line
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from store.tables import Person

log = structlog.get_logger(__name__)

# Characters of a file, and of an error's words.
_LARGEST, _WORDS = 100_000, 200


@dataclass(frozen=True)
class Template:
    """A text that may be replaced. Each of `samples` has a value for each variable: plain values, lists and dicts of
    them, never a row of the ledger. `finalize` turns each value into text: for Slack, unless the text goes elsewhere.
    """

    name: str
    samples: tuple[Mapping[str, Any], ...]
    finalize: Callable[[Any], str] = field(default=escape)

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(self.samples[0])


@dataclass(frozen=True)
class Broken:
    """A file that cannot be used: its name, the reason, and a mark of its content."""

    name: str
    why: str
    mark: str = ""


class _Chosen:
    """The folder of this process. bot/app.py sets it."""

    folder: Path | None = None


def use(folder: Path | None) -> None:
    """From now on use the templates of this folder; None: our own alone."""
    _Chosen.folder = folder


def say(tx: Session | None, viewer: Person, template: Template, now: datetime, **values: Any) -> str:  # noqa: ANN401  any value
    """The words of the template: of the workspace's own file if there is one that works, else of ours.

    In `tx`, which may write, an admin of the viewer's workspace is told of a file that does not work; None: nobody is.
    """
    source = _source(_Chosen.folder, template)
    if isinstance(source, str):
        made = _made(template, source, (values,))
        if isinstance(made, str):
            return made
        source = made
    if source is not None:
        log.warning("template_not_used", template=source.name, why=source.why)
        if tx is not None:
            _tell_admin(tx, viewer, source, now)
    return tidied(_built_in(template.finalize).get_template(template.name).render(values))


def check(folder: Path, templates: Iterable[Template]) -> Iterator[Broken | str]:
    """Each file of the folder that cannot be used; and the name of each that is used."""
    known = {one.name: one for one in templates}
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        yield Broken(str(folder), error.strerror or "it cannot be read")
        return
    for name in names:
        if name not in known:
            yield Broken(name, f"it replaces nothing; the names are {', '.join(sorted(known))}")
            continue
        source = _source(folder, known[name])
        made = _made(known[name], source, known[name].samples) if isinstance(source, str) else source
        yield made if isinstance(made, Broken) else name


def _source(folder: Path | None, template: Template) -> str | Broken | None:
    """The text of the workspace's own file; None if it has none."""
    if folder is None:
        return None
    path = folder / template.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return Broken(template.name, "it is not UTF-8", "encoding")
    except OSError as error:
        return Broken(template.name, error.strerror or "it cannot be read", "unreadable")
    return text if len(text) <= _LARGEST else Broken(template.name, "it is too long", "size")


def _made(template: Template, source: str, samples: Iterable[Mapping[str, Any]]) -> str | Broken:
    """The text of the file's template with the last of these values, if it works with all of them."""
    mark, words = hashlib.blake2b(source.encode(), digest_size=8).hexdigest(), ""
    try:
        compiled = _compiled(template.finalize, source)
        for values in samples:
            words = tidied(compiled.render(values))
            if not words:
                return Broken(template.name, "it says nothing", mark)
    except jinja2.TemplateSyntaxError as error:
        return Broken(template.name, _short(f"line {error.lineno}: {error.message}"), mark)
    except Exception as error:  # noqa: BLE001  a file of the workspace may do anything
        return Broken(template.name, _short(f"{type(error).__name__}: {error}"), mark)
    return words


def _short(words: str) -> str:
    return one_line(words)[:_WORDS]


def _tell_admin(tx: Session, viewer: Person, broken: Broken, now: datetime) -> None:
    admin = people.first_admin(tx, viewer.workspace_id)
    if admin is not None:
        outbox.enqueue(
            tx, workspace_id=admin.workspace_id, kind=OutboxKind.TEMPLATE_BROKEN, now=now, person=admin,
            key=f"{OutboxKind.TEMPLATE_BROKEN}:{broken.name}:{broken.mark}",
            details={"named": broken.name, "why": broken.why},
        )  # fmt: skip


@lru_cache(maxsize=8)
def _built_in(finalize: Callable[[Any], str]) -> jinja2.Environment:
    return prepared(jinja2.Environment, finalize, jinja2.PackageLoader("handlers", "templates"))


@lru_cache(maxsize=8)
def _sandbox(finalize: Callable[[Any], str]) -> jinja2.Environment:
    """A file may include ours: {% include "makegood/review_digest.j2" %}."""
    loader = jinja2.PrefixLoader({"makegood": jinja2.PackageLoader("handlers", "templates")})
    return prepared(ImmutableSandboxedEnvironment, finalize, loader)


@lru_cache(maxsize=64)
def _compiled(finalize: Callable[[Any], str], source: str) -> jinja2.Template:
    return _sandbox(finalize).from_string(source)
