"""People: making sure that the ledger knows whoever asks or is named, and keeping up with Slack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from store import absences, people, workspaces
from store.errors import NotAllowedError, NotFoundError
from store.people import Profile
from store.rules.statuses import Status
from store.rules.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slack_bolt import BoltContext
    from slack_sdk import WebClient
    from sqlalchemy.orm import Session

    from handlers.payloads import Asker
    from store.db import Ledger
    from store.tables import Person, Workspace


_YOU = {
    people.Outside.GONE: "your account here is deactivated",
    people.Outside.APP: "you are an app",
    people.Outside.STRANGER: "you are from another company",
    people.Outside.GUEST: "you are here as a guest",
}


def viewer(tx: Session, team_id: str, user_id: str) -> Person:
    """The person who asks. The middleware has seen to it that the ledger knows them."""
    person = people.viewer(tx, team_id, user_id)
    if person is None:
        raise NotFoundError("I don't know you in this workspace yet. Please try again in a minute.")
    why = people.outside(person)
    if why is not None:
        words = f"Makegood is for the members of this workspace, and {_YOU[why]}. Ask your colleague here."
        raise NotAllowedError(words)
    return person


def check(context: BoltContext, asker: Asker) -> None:
    """Refuse an outsider where nothing is read for the answer."""
    with context["ledger"].read() as tx:
        viewer(tx, asker.team_id, asker.user_id)


def profile(user: dict[str, Any], team_id: str) -> Profile:
    """A user object of Slack's as the ledger keeps it. `team_id` is the workspace's own."""
    about = user.get("profile") or {}
    names = (about.get("display_name"), about.get("real_name"), user.get("real_name"), user.get("name"), user["id"])
    return Profile(
        slack_id=user["id"],
        name=next(filter(None, (clean(str(name or "")) for name in names))),
        handle=clean(str(about.get("display_name") or user.get("name") or "")),
        zone=user.get("tz") or "UTC",
        locale=user.get("locale") or "en-US",
        is_active=not user.get("deleted", False),
        is_bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_external=_is_external(user, team_id),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
    )


def _is_external(user: dict[str, Any], team_id: str) -> bool:
    """Whether the user is no member of the workspace `team_id`.

    In an Enterprise Grid organisation a member's `team_id` may be another workspace's or the organisation's;
    `enterprise_user.teams` lists the workspaces that they are a member of.
    """
    if user.get("is_stranger"):
        return True
    home_team = user.get("team_id") or team_id
    return home_team != team_id and team_id not in ((user.get("enterprise_user") or {}).get("teams") or ())


def status(user: dict[str, Any]) -> Status:
    """What a user object of Slack's says of somebody's status."""
    about = user.get("profile") or {}
    expires = about.get("status_expiration") or 0
    return Status(
        text=str(about.get("status_text") or ""),
        emoji=str(about.get("status_emoji") or "").strip(":"),
        expires_at=datetime.fromtimestamp(expires, UTC) if expires else None,
    )


def sync(tx: Session, workspace: Workspace, users: Iterable[dict[str, Any]], now: datetime) -> None:
    """Bring people and their absences up to date with these user objects of Slack's."""
    given = list(users)
    people.sync(tx, workspace, [profile(user, workspace.team_id) for user in given], now=now)
    absences.follow(tx, workspace, {user["id"]: status(user) for user in given}, now=now)


def ensure_known(ledger: Ledger, slack: WebClient, team_id: str, user_ids: Iterable[str], now: datetime) -> None:
    """Ask Slack about those whom the ledger does not know yet. Unknown to Slack too: left out."""
    with ledger.read() as tx:
        workspace = workspaces.by_team(tx, team_id)
        if workspace is None:
            raise NotFoundError("Makegood is not set up for this workspace yet. Please try again in a minute.")
        wanted = set(user_ids)
        missing = wanted - {person.slack_id for person in people.by_slack_ids(tx, workspace, wanted)}
    found = [user for user in (_ask(slack, user_id) for user_id in sorted(missing)) if user]
    if found:
        with ledger.begin() as tx:
            workspace = workspaces.ensure(tx, team_id=team_id, name=workspace.name, now=now)
            sync(tx, workspace, found, now)


def changed(body: dict[str, Any], context: BoltContext) -> None:
    """Somebody joined, left, was renamed, moved to another zone or set a status."""
    user = body["event"]["user"]
    ledger: Ledger = context["ledger"]
    with ledger.begin() as tx:
        workspace = workspaces.by_team(tx, body["team_id"])
        if workspace is not None:
            sync(tx, workspace, [user], context["now"])


def _ask(slack: WebClient, user_id: str) -> dict[str, Any] | None:
    try:
        user: dict[str, Any] = slack.users_info(user=user_id, include_locale=True)["user"]
    except SlackApiError as error:
        if error.response.get("error") in {"user_not_found", "user_not_visible"}:
            return None
        raise
    return user
