"""Pages as HTML: every value is escaped, and a browser runs no script and loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import jinja2

STYLE_PATH, ICON_PATH = "/style.css", "/icon.svg"
# A page runs no script, sends its forms here, and is shown in no frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def render(template: str, **values: Any) -> str:  # noqa: ANN401  as the template prints them
    """The page of handlers/web/templates/`template`; a value that the template names and nobody gives is an error."""
    return environment().get_template(template).render(values)


def start() -> str:
    """The page at the server's address: what this server is, and where people talk to Makegood."""
    return render("start.html")


@cache
def static(path: str) -> str:
    """The stylesheet of all pages, or their icon, by its path."""
    return resources.files("handlers.web").joinpath(f"static{path}").read_text(encoding="utf-8")


@cache
def environment() -> jinja2.Environment:
    """The Jinja environment of all pages: it escapes every value, and an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("handlers.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"style_path": STYLE_PATH, "icon_path": ICON_PATH}
    return environment
