"""Modals and Home tabs: what views.* and an ack's response_action may do to them."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from sandbox import blocks as blockkit
from sandbox import limits
from sandbox.block_reading import carry_over, settle
from sandbox.errors import SlackError
from sandbox.models import Json, SandboxError, View
from sandbox.world import World

ViewKind = Literal["modal", "home"]


class Surfaces:
    """Every open view, by viewer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}
        self._numbers = itertools.count(1)

    # -- looking --------------------------------------------------------------------------------------

    def stack(self, user: str) -> list[View]:
        """Open modals, the one on top last."""
        with self._world.lock:
            return list(self._stacks.get(user, ()))

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def shown(self, user: str, view_id: str | None) -> View:
        """The top modal, or the Home tab if `view_id` is its id. A person cannot use a modal below the top."""
        stack = self.stack(user)
        home = self.home(user)
        if view_id is not None and home is not None and home.id == view_id:
            return home
        if not stack:
            raise SandboxError(f"{user} has no modal open")
        if view_id is not None and stack[-1].id != view_id:
            hidden = any(view.id == view_id for view in stack)
            raise SandboxError(f"{user} {'has another modal on top of' if hidden else 'has not opened'} {view_id}")
        return stack[-1]

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """An open view or a published Home tab, by either name."""
        with self._world.lock:
            everything = itertools.chain(*self._stacks.values(), self._homes.values())
            for view in everything:
                if view_id and view.id == view_id:
                    return view
                if external_id and view.external_id == external_id:
                    return view
        return None

    # -- what the app may do --------------------------------------------------------------------------

    def open(self, user: str, payload: object, *, conversation: str | None = None) -> View:
        """A new modal on an empty screen."""
        with self._world.lock:
            view = self._build(user, payload, "modal", conversation=conversation)
            self._stacks[user] = [view]
            self._world.changed()
            return view

    def push(self, user: str, payload: object) -> View:
        """A modal on top of those that are open; raises `push_limit_reached` above three."""
        with self._world.lock:
            stack = self._stacks.get(user, [])
            if len(stack) >= limits.VIEW_STACK_MAX_ITEMS:
                raise SlackError("push_limit_reached")
            view = self._build(user, payload, "modal", below=stack[-1] if stack else None)
            self._stacks[user] = [*stack, view]
            self._world.changed()
            return view

    def update(self, view: View, payload: object, view_hash: str | None = None) -> View:
        """New contents for an open view. `hash_conflict` when it has changed since `view_hash`."""
        with self._world.lock:
            current = self.find(view_id=view.id)
            if current is None:
                raise SlackError("not_found")
            if view_hash and view_hash != current.hash:
                raise SlackError("hash_conflict")
            kind: ViewKind = "home" if current.type == "home" else "modal"
            fresh = self._build(current.user, payload, kind, instead=current)
            self.put(fresh)
            return fresh

    def publish(self, user: str, payload: object, view_hash: str | None = None) -> View:
        """The Home tab of one person."""
        with self._world.lock:
            current = self._homes.get(user)
            if view_hash and current and view_hash != current.hash:
                raise SlackError("hash_conflict")
            view = self._build(user, payload, "home", instead=current)
            self._homes[user] = view
            self._world.changed()
            return view

    # -- what the person's client does ----------------------------------------------------------------

    def put(self, view: View) -> None:
        """Replace a view that is open by a changed copy of itself."""
        with self._world.lock:
            if view.type == "home":
                self._homes[view.user] = view
            else:
                stack = self._stacks.get(view.user, [])
                self._stacks[view.user] = [view if old.id == view.id else old for old in stack]
            self._world.changed()

    def fill(
        self,
        view: View,
        state: Mapping[str, Mapping[str, Json]],
        errors: Mapping[str, str] | None = None,
    ) -> View:
        """Keep what the person has filled in, and what is wrong with it; the app does not hear of it."""
        filled = replace(view, state=state, errors=errors or {})
        self.put(filled)
        return filled

    def drop(self, view: View, *, whole_stack: bool = False) -> list[View]:
        """Close a view (with what lies on top of it), or the whole stack. Returns the closed, top first."""
        with self._world.lock:
            stack = self._stacks.get(view.user, [])
            place = next((index for index, open_ in enumerate(stack) if open_.id == view.id), None)
            if place is None:
                return []
            first = 0 if whole_stack else place
            self._stacks[view.user] = stack[:first]
            self._world.changed()
            return stack[first:][::-1]

    # -- building -------------------------------------------------------------------------------------

    def _build(
        self,
        user: str,
        payload: object,
        kind: ViewKind,
        *,
        below: View | None = None,
        instead: View | None = None,
        conversation: str | None = None,
    ) -> View:
        raw = self._checked(payload, kind)
        self._external_id_is_free(raw.get("external_id", ""), instead)
        view_id = instead.id if instead else f"V{next(self._numbers):010d}"
        blocks = settle(raw["blocks"])
        state = carry_over(blocks, instead.state if instead else {})
        return View(
            id=view_id,
            type=kind,
            user=user,
            hash=self._hash(view_id, raw),
            blocks=blocks,
            title=_words(raw.get("title")) or "",
            submit=_words(raw.get("submit")),
            close=_words(raw.get("close")),
            callback_id=raw.get("callback_id", ""),
            private_metadata=raw.get("private_metadata", ""),
            external_id=raw.get("external_id", ""),
            clear_on_close=raw.get("clear_on_close", False),
            notify_on_close=raw.get("notify_on_close", False),
            submit_disabled=raw.get("submit_disabled", False),
            root_view_id=_root(view_id, below, instead),
            previous_view_id=below.id if below else instead.previous_view_id if instead else None,
            conversation=_first(conversation, below, instead),
            state=state,
        )

    def _checked(self, payload: object, kind: ViewKind) -> dict[str, Any]:
        problems = blockkit.check_view(payload, kind, self._world.available)
        if problems:
            raise SlackError("invalid_arguments", messages=problems)
        if not isinstance(payload, dict):
            raise SlackError("invalid_arguments", messages=["must provide an object [json-pointer:/view]"])
        if len(json.dumps(payload, ensure_ascii=False).encode()) > limits.VIEW_MAX_BYTES:
            raise SlackError("view_too_large")
        return payload

    def _external_id_is_free(self, external_id: str, instead: View | None) -> None:
        if not external_id:
            return
        holder = self.find(external_id=external_id)
        if holder is not None and (instead is None or holder.id != instead.id):
            raise SlackError("duplicate_external_id")

    def _hash(self, view_id: str, raw: dict[str, Any]) -> str:
        second = int(self._world.clock.now().timestamp())
        contents = f"{view_id}{next(self._numbers)}{json.dumps(raw, sort_keys=True)}"
        return f"{second}.{hashlib.sha256(contents.encode()).hexdigest()[:8]}"


def _words(text: object) -> str | None:
    return text.get("text") if isinstance(text, dict) else None


def _root(view_id: str, below: View | None, instead: View | None) -> str:
    if below:
        return below.root_view_id
    return instead.root_view_id if instead else view_id


def _first(conversation: str | None, below: View | None, instead: View | None) -> str | None:
    if conversation:
        return conversation
    source = below or instead
    return source.conversation if source else None
