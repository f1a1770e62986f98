"""The methods of the Web API, by name."""

from collections.abc import Mapping

from sandbox.methods import auth, canvases, chat, conversations, files, users, views
from sandbox.methods.registry import Args, Method, Workspace

METHODS: Mapping[str, Method] = {
    **auth.METHODS,
    **canvases.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **views.METHODS,
}

__all__ = ["METHODS", "Args", "Method", "Workspace"]
