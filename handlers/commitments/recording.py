"""How a commitment comes in by a form: from anywhere, or from a message. One line is read in commands.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from handlers import ids
from handlers import people as directory
from handlers.accounts import menus as account_fields
from handlers.commitments import forms, several
from handlers.commitments.one_liner import readable, too_long
from handlers.people import viewer
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context, Submission, unescaped
from handlers.slack.refs import Ref
from store import commitments, people, settings
from store.commitments import Draft
from store.rules.line.minutes import may_be_several
from store.rules.text import ACTION_LIMIT, clean
from store.tables import Side

if TYPE_CHECKING:
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from slack_sdk import WebClient
    from sqlalchemy.orm import Session

    from handlers.slack import blocks as b
    from store.tables import Commitment, Person

Ack = Callable[..., Any]
Body = dict[str, Any]


def new_from_anywhere(ack: Ack, body: Body, context: BoltContext) -> None:
    """The global shortcut, and the Home tab's button."""
    asker = payloads.asker(body)
    directory.check(context, asker)
    view = forms.new(forms.Filled(owner=asker.user_id), Context())
    context["slack"].views_open(trigger_id=body["trigger_id"], view=view)
    ack()


def new_from_message(ack: Ack, body: Body, context: BoltContext) -> None:
    """The message shortcut: the text is the action, and the place where it was said is kept."""
    shortcut = payloads.message_shortcut(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, shortcut.asker.team_id, shortcut.asker.user_id)
        text = readable(tx, person, shortcut.text)
    action, note = clean(unescaped(text)), clean(unescaped(text), lines=True)
    link = _permalink(context["slack"], shortcut.channel, shortcut.ts, context["team_url"])
    known = Context(channel=payloads.sharing_channel(body), permalink=link)
    filled = forms.Filled(
        action=action, owner=shortcut.asker.user_id, note=note if len(action) > ACTION_LIMIT else "",
        remark=too_long(action, note),
    )  # fmt: skip
    context["slack"].views_open(trigger_id=shortcut.trigger_id, view=forms.new(filled, known))
    ack()


def _permalink(slack: WebClient, channel: str, ts: str, team_url: str) -> str:
    """The link to a message; as Slack makes them where Slack does not say, which it refuses in a private channel."""
    try:
        link = str(slack.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
    except (SlackApiError, OSError):
        link = ""
    return payloads.own_permalink(link, team_url) or f"{team_url}archives/{channel}/p{ts.replace('.', '')}"


def submit_new(ack: Ack, body: Body, context: BoltContext) -> None:
    """Record what the form says. The form turns into the receipt."""
    form = payloads.submission(body)
    if (listed := _as_several(form, context)) is not None:
        ack(response_action="update", view=listed)
        return
    now, owner_id = context["now"], form.text(ids.OWNER)
    directory.ensure_people(context["ledger"], context["slack"], form.asker.team_id, [owner_id], now)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        # The link comes from the form, so it is checked like typed text.
        link = payloads.own_permalink(form.context.permalink, context["team_url"])
        drafted = replace(draft(tx, person, form, now), permalink=link)
        recorded = commitments.record(tx, person, drafted, origin_key=form.origin_key, now=now)
        commitments.check_pace(tx, person, recorded, now)
        _keep_order(tx, person, form, now)
    with context["ledger"].read() as tx:
        blocks = surfaces.receipt(tx, person, recorded, now, channel=form.context.channel is not None)
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context(channel=form.context.channel)))


def _as_several(form: Submission, context: BoltContext) -> b.Json | None:
    """The list for review, if the action has several lines that are promises; the other fields hold for all of them."""
    if not may_be_several(form.text(ids.ACTION)):
        return None
    with context["ledger"].read() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        values = (form.fields.get(name) for name in (ids.ACCOUNT, ids.STAKEHOLDER))
        account, stakeholder = account_fields.chosen_options(tx, person, *values)
    due = _due_on(form) if form.fields.get(ids.DUE) or form.fields.get(ids.WHICH_DAY) else None
    said = forms.Filled(
        owner=form.fields.get(ids.OWNER), due=due, account=account, stakeholder=stakeholder,
        side=Side.THEIRS if form.text(ids.SIDE) == Side.THEIRS else Side.OURS,
        sharing=form.text(ids.SHARING) or forms.SHARINGS[0][0], note=form.text(ids.NOTE),
    )  # fmt: skip
    known = replace(form.context, ref=Ref(extra=f"/{account[0]}" if account else ""))
    return several.form_for(context, form.asker, form.text(ids.ACTION), known, said)


def _due_on(form: Submission) -> date:
    """The due date; of two days that a date in figures may mean, the chosen one, unless another day is given."""
    if form.fields.get(ids.DUE) or ids.WHICH_DAY not in form.fields:
        return form.day(ids.DUE)
    chosen = form.text(ids.WHICH_DAY).partition(":")[2]
    return replace(form, fields={ids.WHICH_DAY: chosen}).day(ids.WHICH_DAY)


def _keep_order(tx: Session, person: Person, form: Submission, now: datetime) -> None:
    """Keep the order of figures that the person has chosen here, if they want it for all their dates."""
    language = form.text(ids.WHICH_DAY).partition(":")[0]
    if language and form.ticked(ids.ALWAYS) and not form.fields.get(ids.DUE):
        settings.choose_order(tx, person, language, now=now)


def draft(tx: Session, person: Person, form: Submission, now: datetime, current: Commitment | None = None) -> Draft:
    """The commitment that the form describes; it keeps its owner and date if the form does not show them."""
    shows_all = current is None or ids.OWNER in form.fields
    account = account_fields.chosen_account(
        tx, person, form.fields.get(ids.ACCOUNT), origin_key=form.origin_key, now=now
    )
    stakeholder = account_fields.chosen_stakeholder(tx, person, form.fields.get(ids.STAKEHOLDER), account, now)
    owner = people.as_owner(tx, person, form.text(ids.OWNER)) if shows_all else current.owner  # type: ignore[union-attr]
    due_on = _due_on(form) if shows_all else current.due_on  # type: ignore[union-attr]
    return Draft(
        action=form.text(ids.ACTION), owner=owner, due_on=due_on, account=account, stakeholder=stakeholder,
        side=Side.THEIRS if form.text(ids.SIDE) == Side.THEIRS else Side.OURS,
        internal=form.text(ids.SHARING) != "shareable",
        note=form.text(ids.NOTE),
    )  # fmt: skip
