"""views.*"""

from collections.abc import Callable

from sandbox.errors import SlackError
from sandbox.methods.registry import Args, Method, Workspace
from sandbox.models import Json, View
from sandbox.triggers import Trigger


def open_view(box: Workspace, args: Args) -> Json:
    """Opens a modal for the person of the trigger_id, on top of the modal in which they acted."""

    def opened(trigger: Trigger) -> View:
        surfaces = box.core.surfaces
        if trigger.view and surfaces.stack(trigger.user):
            return surfaces.push(trigger.user, args.raw.get("view"))
        return surfaces.open(trigger.user, args.raw.get("view"), conversation=trigger.conversation)

    return _triggered(box, args, opened)


def push_view(box: Workspace, args: Args) -> Json:
    def pushed(trigger: Trigger) -> View:
        if not box.core.surfaces.stack(trigger.user):
            raise SlackError("not_found")
        return box.core.surfaces.push(trigger.user, args.raw.get("view"))

    return _triggered(box, args, pushed)


def _triggered(box: Workspace, args: Args, act: Callable[[Trigger], View]) -> Json:
    """A refused call does not use the trigger."""
    with box.core.world.lock:
        trigger = box.core.triggers.look(args.required("trigger_id"))
        view = act(trigger)
        box.core.triggers.spend(trigger)
        return {"view": box.core.objects.view(view)}


def update_view(box: Workspace, args: Args) -> Json:
    surfaces = box.core.surfaces
    with box.core.world.lock:
        if not (args.text("view_id") or args.text("external_id")):
            raise SlackError("invalid_arguments", messages=["missing required field: view_id"])
        view = surfaces.find(view_id=args.text("view_id"), external_id=args.text("external_id"))
        if view is None:
            raise SlackError("not_found")
        updated = surfaces.update(view, args.raw.get("view"), args.text("hash"))
        return {"view": box.core.objects.view(updated)}


def publish_view(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        if not box.core.manifest.home_tab:
            raise SlackError("not_enabled")
        user = box.core.world.users.get(args.required("user_id"))
        if user is None or user.is_bot:
            raise SlackError("invalid_arguments", messages=["invalid `user_id`"])
        view = box.core.surfaces.publish(user.id, args.raw.get("view"), args.text("hash"))
        return {"view": box.core.objects.view(view)}


METHODS = {
    "views.open": Method(open_view, 4),
    "views.push": Method(push_view, 4),
    "views.update": Method(update_view, 4),
    "views.publish": Method(publish_view, 4),
}
