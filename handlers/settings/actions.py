"""`/commit settings`: a person's own hours, days, holidays and language; for admins also the workspace's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackClientError

from handlers import ids
from handlers.people import viewer
from handlers.settings import views
from handlers.settings.views import Part
from handlers.slack import payloads, refs, surfaces
from handlers.slack.payloads import Asker, Context, Submission
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Form
from store import history, settings
from store.rules.calendar.brief_times import local_day
from store.settings import PersonSettings
from store.tables import Subject

if TYPE_CHECKING:
    from slack_bolt import BoltContext
    from slack_sdk import WebClient
    from slackblocks import Block

Ack = Callable[..., Any]
Body = dict[str, Any]


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form of settings from a button."""
    context["slack"].views_open(trigger_id=body["trigger_id"], view=form(payloads.asker(body), context).view)
    ack()


def form(asker: Asker, context: BoltContext, above: Sequence[Block] = ()) -> Form:
    """The form of settings with the asker's present ones, below the blocks `above`."""
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        entries = history.entries(tx, person, person.workspace) if person.is_admin else []
    ref = Ref(view=ViewName.SETTINGS)
    known = Context(ref=ref.to(person.workspace, person.workspace_id))
    return Form(views.form(person, entries, context["now"], known, above), ref)


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Store the person's own settings. The form turns into a summary of them."""
    said = payloads.submission(body)
    with context["ledger"].begin() as tx:
        asker = viewer(tx, said.asker.team_id, said.asker.user_id)
        person = settings.save(tx, asker, _own(said), version=_version(said), now=context["now"])
        following = local_day(person.next_brief_at, person.zone) if person.next_brief_at else None
        blocks = views.saved(person, following)
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context()))


# ---- the workspace's -------------------------------------------------------------------------------------


def ask_workspace(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form of a part of the workspace's settings."""
    press = payloads.press(body)
    try:
        part = Part(Ref.decode(press.value).extra)
    except ValueError:
        raise refs.outdated() from None
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        settings.check_change(person, context["now"])
        ref = Ref(view=ViewName.SETTINGS, extra=part).to(person.workspace, person.workspace_id)
        view = views.part_form(part, person.workspace, replace(press.way_back, ref=ref))
    surfaces.open_view(context["slack"], press, view)
    ack()


def submit_workspace(ack: Ack, body: Body, context: BoltContext) -> None:
    """Store a part of the workspace's settings. The form of all settings shows the new ones, below this one or in its
    place.
    """
    said = payloads.submission(body)
    given = {column: read(said, field) for column, (field, read) in _SETTINGS.items() if field in said.fields}
    with context["ledger"].begin() as tx:
        asker = viewer(tx, said.asker.team_id, said.asker.user_id)
        settings.save_workspace(
            tx, asker, given, version=_version(said), origin_key=said.origin_key, now=context["now"]
        )  # fmt: skip
    lacking = _lacking(context["slack"]) if given.get("emoji") else []
    shown = form(said.asker, context, above=views.saved_for_all(lacking)).view
    if said.context.root_view_id is None:
        ack(response_action="update", view=shown)
        return
    ack()
    surfaces.replace_form(context["slack"], said.context.root_view_id, shown)


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


def _version(form: Submission) -> int:
    """The version of the workspace whose settings the form showed."""
    if form.context.ref.kind != Subject.WORKSPACE:
        raise refs.outdated()
    return form.context.ref.version


def _months(form: Submission, name: str) -> int | None:
    return None if form.text(name) == views.NO_REVIEWS else form.number(name)


def _days(form: Submission, name: str) -> frozenset[int]:
    return frozenset(refs.count(day) for day in form.ticked(name))


# The workspace's settings by column: the field of the form, and how it is read.
_SETTINGS: dict[str, tuple[str, Callable[[Submission, str], object]]] = {
    "send_hour": (ids.WORKSPACE_HOUR, Submission.number),
    "working_week": (ids.WORKSPACE_WEEK, _days),
    "holidays_region": (ids.WORKSPACE_REGION, Submission.text),
    "escalate_a_after": (ids.ESCALATE_A_AFTER, Submission.number),
    "escalate_after": (ids.ESCALATE_AFTER, Submission.number),
    "honours_status": (ids.HONOURS_STATUS, lambda form, name: bool(form.ticked(name))),
    "replies_in_threads": (ids.REPLIES_IN_THREADS, lambda form, name: bool(form.ticked(name))),
    "fiscal_year_start": (ids.FISCAL_YEAR_START, Submission.number),
    "digest_before": (ids.DIGEST_BEFORE, Submission.number),
    "emoji": (ids.EMOJI, Submission.text),
    **{f"roles_{one.lower()}": (name, Submission.ticked) for one, name in ids.REQUIRED_ROLES.items()},
    **{f"review_months_{one.lower()}": (name, _months) for one, name in ids.REVIEW_MONTHS.items()},
}
