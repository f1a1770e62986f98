"""People: make sure that the ledger knows each person who asks or is named, and follow changes in Slack."""

from __future__ import annotations

import http.client
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from handlers import ids
from handlers.routes import Routes
from handlers.slack.payloads import asker
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

    from handlers.slack.payloads import Asker
    from store.db import Ledger
    from store.tables import Person, Workspace


log = structlog.get_logger(__name__)

_SLACK_ID = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)
# The errors that reading a user object may raise if the object differs from Slack's documentation.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError)

_YOU = {
    people.Outside.GONE: "your account here is deactivated",
    people.Outside.APP: "you are an app",
    people.Outside.STRANGER: "you are from another company",
    people.Outside.GUEST: "you are here as a guest",
}


def viewer(tx: Session, team_id: str, user_id: str) -> Person:
    """The person of a request, whom the middleware has added to the ledger. NotAllowedError for an outsider."""
    person = people.viewer(tx, team_id, user_id)
    if person is None:
        raise NotFoundError("I don't know you in this workspace yet. Please try again in a minute.")
    why = people.outside(person)
    if why is not None:
        words = f"Makegood is for the members of this workspace, and {_YOU[why]}. {_instead(person, why)}"
        raise NotAllowedError(words)
    return person


def _instead(person: Person, why: people.Outside) -> str:
    """The way for an outsider: one of the client's people may have a page of their own."""
    if why not in {people.Outside.STRANGER, people.Outside.GUEST} or person.workspace.public_url is None:
        return "Ask your colleague here."
    return "What both sides agreed is on your own page: please open its link, or ask your colleague here for one."


def check(context: BoltContext, asker: Asker) -> None:
    """Refuse an outsider, for a listener that reads nothing from the ledger."""
    with context["ledger"].read() as tx:
        viewer(tx, asker.team_id, asker.user_id)


def confirm_rights(context: BoltContext, asker: Asker) -> None:
    """Ask Slack for this person's rights, and store them. Without an answer nothing changes."""
    try:
        user = _ask(context["slack"], asker.user_id)
    except (SlackClientError, OSError, http.client.HTTPException) as error:
        log.warning("rights_not_confirmed", user=asker.user_id, error=type(error).__name__)
        return
    with context["ledger"].begin() as tx:
        workspace = workspaces.by_team(tx, asker.team_id)
        if workspace is not None and user is not None:
            sync(tx, workspace, [user], context["now"])


def profile(user: dict[str, Any], team_id: str) -> Profile:
    """The profile in a user object of Slack's. `team_id` is the workspace's own.

    An event has fewer fields than the list of users: a missing field becomes None. Raises one of UNREADABLE if the
    object differs from Slack's documentation.
    """
    slack_id = user["id"]
    if not _SLACK_ID.fullmatch(slack_id):
        raise ValueError("that is no id of Slack's")
    about = user.get("profile") or {}
    names = [_text(one) for one in (about.get("display_name"), about.get("real_name"), user.get("real_name"))]
    handle = _text(user.get("name"))
    return Profile(
        slack_id=slack_id,
        name=next(filter(None, [*names, handle]), None),
        handle=names[0] or handle,
        zone=_text(user.get("tz")),
        locale=_text(user.get("locale")),
        is_active=None if "deleted" not in user else not user["deleted"],
        is_bot=True if slack_id == "USLACKBOT" else _any(user, "is_bot"),
        is_admin=_any(user, "is_admin", "is_owner"),
        is_external=_is_external(user, team_id),
        is_guest=_any(user, "is_restricted", "is_ultra_restricted"),
    )


def _text(given: Any) -> str | None:  # noqa: ANN401  anything may stand there
    """A text of Slack's, cleaned; None if it is missing or empty."""
    if given is not None and not isinstance(given, str):
        raise TypeError("that is no text")
    return clean(given or "") or None


def _any(user: dict[str, Any], *names: str) -> bool | None:
    """Whether one of these flags of a user is set; None if the object has none of them."""
    said = [bool(user[name]) for name in names if user.get(name) is not None]
    return any(said) if said else None


def _is_external(user: dict[str, Any], team_id: str) -> bool | None:
    """Whether the user is no member of the workspace `team_id`; None if the object does not say it.

    In an Enterprise Grid organisation a member's `team_id` may be another workspace's or the organisation's;
    `enterprise_user.teams` lists the workspaces that they are a member of.
    """
    if user.get("is_stranger"):
        return True
    home_team = user.get("team_id")
    if not home_team:
        return None
    return home_team != team_id and team_id not in list((user.get("enterprise_user") or {}).get("teams") or ())


def status(user: dict[str, Any]) -> Status | None:
    """The status in a user object of Slack's; None if the object has no fields for a status."""
    about = user.get("profile") or {}
    if "status_text" not in about and "status_emoji" not in about:
        return None
    expires = about.get("status_expiration") or 0
    return Status(
        text=_text(about.get("status_text")) or "",
        emoji=(_text(about.get("status_emoji")) or "").strip(":"),
        expires_at=datetime.fromtimestamp(expires, UTC) if expires else None,
    )


def sync(tx: Session, workspace: Workspace, users: Iterable[dict[str, Any]], now: datetime) -> None:
    """Update people and their absences from these user objects of Slack's.

    A user object that cannot be read is left out, and its id is logged.
    """
    profiles, statuses = [], {}
    for user in users:
        try:
            one, their_status = profile(user, workspace.team_id), status(user)
        except UNREADABLE as error:
            found = _SLACK_ID.fullmatch(str(user.get("id"))) if isinstance(user, dict) else None
            log.warning("person_unreadable", user=found.group() if found else None, error=type(error).__name__)
            continue
        profiles.append(one)
        if their_status is not None:
            statuses[one.slack_id] = their_status
    people.sync(tx, workspace, profiles, now=now)
    absences.sync_from_status(tx, workspace, statuses, now=now)


def ensure_people(ledger: Ledger, slack: WebClient, team_id: str, user_ids: Iterable[str], now: datetime) -> set[str]:
    """Add the users whom the ledger does not know yet. Returns the ids that Slack does not know either."""
    with ledger.read() as tx:
        workspace = workspaces.by_team(tx, team_id)
        if workspace is None:
            raise NotFoundError("Makegood is not set up for this workspace yet. Please try again in a minute.")
        wanted = set(user_ids)
        missing = wanted - {person.slack_id for person in people.by_slack_ids(tx, workspace, wanted)}
    found = {user_id: user for user_id in sorted(missing) if (user := _ask(slack, user_id))}
    if found:
        with ledger.begin() as tx:
            workspace = workspaces.ensure(tx, team_id=team_id, name=workspace.name, now=now)
            sync(tx, workspace, found.values(), now)
    return missing - found.keys()


def changed(body: dict[str, Any], context: BoltContext) -> None:
    """Handle the event of a person who joined, left, or changed their name, zone or status."""
    user = body["event"]["user"]
    ledger: Ledger = context["ledger"]
    with ledger.begin() as tx:
        workspace = workspaces.by_team(tx, asker(body).team_id)
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


ROUTES = Routes(events={ids.EVENT_USER_CHANGED: changed, ids.EVENT_USER_JOINED: changed})
