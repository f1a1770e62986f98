"""`/commit settings`: a person's own hours, days, holidays and language; for admins also the workspace's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackClientError

from handlers import ids
from handlers.people import viewer
from handlers.settings import views
from handlers.slack import payloads, refs, surfaces
from handlers.slack.payloads import Asker, Context, Submission
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Form
from store import settings
from store.rules.calendar.brief_times import local_day
from store.settings import PersonSettings, WorkspaceSettings

if TYPE_CHECKING:
    from slack_bolt import BoltContext
    from slack_sdk import WebClient

Ack = Callable[..., Any]
Body = dict[str, Any]


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form of settings from a button."""
    context["slack"].views_open(trigger_id=body["trigger_id"], view=form(payloads.asker(body), context).view)
    ack()


def form(asker: Asker, context: BoltContext) -> Form:
    """The form of settings with the asker's present ones."""
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
    return Form(views.form(person, context["now"], Context()), Ref(view=ViewName.SETTINGS))


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Store the settings of the form. The form turns into a summary of the settings."""
    said = payloads.submission(body)
    with context["ledger"].begin() as tx:
        asker = viewer(tx, said.asker.team_id, said.asker.user_id)
        own, workspace_settings = _own(said), _workspace(said) if ids.WORKSPACE_HOUR in said.fields else None
        person = settings.save(tx, asker, own, workspace_settings, now=context["now"])
        following = local_day(person.next_brief_at, person.zone) if person.next_brief_at else None
        blocks = views.saved(person, following)
    if workspace_settings and workspace_settings.emoji:
        blocks += views.lacking(_lacking(context["slack"]))
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context()))


def _lacking(slack: WebClient) -> list[str]:
    """The permissions that emoji need and Slack has not given; empty if Slack does not say which it has given."""
    try:
        headers = {name.lower(): value for name, value in slack.auth_test().headers.items()}
    except (SlackClientError, OSError):
        return []
    granted = headers.get("x-oauth-scopes")
    given = {scope.strip() for scope in str(granted).split(",")}
    return [scope for scope in ids.FEATURES["reactions"].scopes if granted and scope not in given]


def _own(form: Submission) -> PersonSettings:
    hour, language = form.text(ids.SEND_HOUR), form.text(ids.DATE_LANGUAGE)
    return PersonSettings(
        send_hour=None if hour == views.DEFAULT else form.number(ids.SEND_HOUR),
        weekdays=_days(form, ids.WEEKDAYS),
        holidays_region=form.text(ids.HOLIDAYS_REGION),
        date_language=None if language == views.DEFAULT else language,
        weekly=form.text(ids.RHYTHM) == views.WEEKLY,
    )


def _workspace(form: Submission) -> WorkspaceSettings:
    return WorkspaceSettings(
        send_hour=form.number(ids.WORKSPACE_HOUR),
        weekdays=_days(form, ids.WORKSPACE_WEEK),
        holidays_region=form.text(ids.WORKSPACE_REGION),
        escalate_a_after=form.number(ids.ESCALATE_A_AFTER),
        escalate_after=form.number(ids.ESCALATE_AFTER),
        honours_status=bool(form.ticked(ids.HONOURS_STATUS)),
        replies_in_threads=bool(form.ticked(ids.REPLIES_IN_THREADS)),
        fiscal_year_start=form.number(ids.FISCAL_YEAR_START),
        emoji=form.text(ids.EMOJI),
    )


def _days(form: Submission, name: str) -> frozenset[int]:
    return frozenset(refs.count(day) for day in form.ticked(name))
