"""How a commitment comes in by a form: from anywhere, or from a message. One line is read in commands.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from handlers import ids
from handlers import people as directory
from handlers.accounts import menus as account_fields
from handlers.commitments import forms, items, several
from handlers.commitments.agreeing import NOT_AGREED, agreed_in
from handlers.commitments.from_message import Said, understand_message
from handlers.conversation import answers
from handlers.people import viewer
from handlers.plan import serving
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context, Submission
from handlers.slack.refs import Ref
from store import commitments, people, reviews, settings
from store.commitments import Draft
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.line.minutes import may_be_several
from store.rules.rhythm import Rhythm
from store.tables import Sharing, Side, Subject

if TYPE_CHECKING:
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from slack_sdk import WebClient
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.commitments.one_liner import ParsedLine
    from handlers.slack import blocks as b
    from handlers.slack.payloads import Asker, MessageShortcut
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
    """The message shortcut: the form starts with the promise in the message, and keeps the place where it was said."""
    shortcut = payloads.message_shortcut(body)
    asker, now, channel = shortcut.asker, context["now"], payloads.sharing_channel(body)
    directory.check(context, asker)
    links = _links(context["slack"], shortcut, context["team_url"])
    said = Said(shortcut.text, shortcut.author, payloads.said_at(shortcut.ts, now), channel)
    parsed, recorded = _understood(context, asker, said, links)
    if parsed.unknown_users:
        directory.ensure_people(context["ledger"], context["slack"], asker.team_id, parsed.unknown_users, now)
        parsed, recorded = _understood(context, asker, said, links, asked_slack=True)
    view = forms.new(parsed.filled, Context(channel=channel, permalink=links[0]), recorded)
    context["slack"].views_open(trigger_id=shortcut.trigger_id, view=view)
    ack()


def _understood(
    context: BoltContext, asker: Asker, said: Said, links: list[str], *, asked_slack: bool = False
) -> tuple[ParsedLine, list[Block]]:
    """The parts of the message, and the commitments that were recorded from it before."""
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        parsed = understand_message(tx, person, said, context["now"], asked_slack=asked_slack)
        found = commitments.made_from(tx, person, links)
        return parsed, items.recorded_before(found, person, local_day(context["now"], person.zone))


def _links(slack: WebClient, message: MessageShortcut, team_url: str) -> list[str]:
    """The link to the message as Slack makes it, and as we make it, which Slack leaves to us in a private channel."""
    own = f"{team_url}archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        own += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    try:
        link = str(slack.chat_getPermalink(channel=message.channel, message_ts=message.ts)["permalink"])
    except (SlackApiError, OSError):
        link = ""
    return list(dict.fromkeys(filter(None, [payloads.own_permalink(link, team_url), own])))


def submit_new(ack: Ack, body: Body, context: BoltContext) -> None:
    """Record what the form says. The form turns into the receipt."""
    form = payloads.submission(body)
    if (view := _asked_first(form, context)) is not None:
        ack(response_action="update", view=view)
        return
    now, named = context["now"], {form.text(ids.OWNER), *form.ticked(ids.HELPERS)}
    directory.ensure_people(context["ledger"], context["slack"], form.asker.team_id, named, now)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        # The link comes from the form, so it is checked like typed text.
        link = payloads.own_permalink(form.context.permalink, context["team_url"])
        drafted = replace(draft(tx, person, form, now), permalink=link)
        recorded = commitments.record(tx, person, drafted, origin_key=form.origin_key, now=now)
        commitments.check_pace(tx, person, recorded, now)
        if named_helpers := form.ticked(ids.HELPERS):
            helpers = people.as_helpers(tx, person, named_helpers, field=ids.HELPERS)
            gesture = f"{form.origin_key}:helpers"
            commitments.set_helpers(tx, person, recorded.number, helpers, origin_key=gesture, now=now)
        if link and form.context.channel and (message := payloads.message_of(link)):
            commitments.reply_to_message(tx, person, recorded, *message, now)
        if form.context.ref.kind == Subject.REVIEW:
            reviews.take_in(tx, person, reviews.get(tx, person, form.context.ref.id), [recorded], now=now)
        _keep_order(tx, person, form, now)
        answers.show_receipt(tx, person, form, recorded.number, now)
    with context["ledger"].read() as tx:
        blocks = surfaces.receipt(tx, person, recorded, now, channel=form.context.channel is not None)
        around = surfaces.draw(tx, person, form.context.ref, now) if form.context.root_view_id else None
    if form.context.response_url and form.context.channel:
        # In place of the question that only this person sees.
        drawn = surfaces.Rendered(blocks)
        surfaces.refresh_after_submit(context["slack"], form.asker.user_id, form.context, drawn)
    elif form.context.root_view_id:
        # The row of the plan for which the action was planned lists it now.
        surfaces.refresh_after_submit(context["slack"], form.asker.user_id, form.context, around)
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context(channel=form.context.channel)))


def _asked_first(form: Submission, context: BoltContext) -> b.Json | None:
    """The view that comes before the form's commitment is recorded: the list, if its action has several promises; the
    form again, if the same words were recorded lately and the form has not pointed that out.
    """
    now = context["now"]
    with context["ledger"].read() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        same = _same(tx, person, form, now)
        if same is None and not may_be_several(form.text(ids.ACTION)):
            return None
        said = _filled(tx, person, form)
    if same is not None:
        remark = forms.recorded_already(same, person, local_day(now, person.zone))
        return forms.new(replace(said, remark=remark, same=same), form.context)
    extra, serves = f"/{said.account[0]}" if said.account else "", said.serves[0] if said.serves else None
    known = replace(form.context, ref=Ref(extra=extra), serves=serves)
    listed = several.form_for(context, form.asker, form.text(ids.ACTION), known, replace(said, action=""))
    if listed is not None and said.rhythm is not None:
        raise BadInputError(
            "These are several lines. Choose “Once”, and write the rhythm in its line: “every Friday: …”.",
            field=ids.RHYTHM,
        )
    return listed


def _same(tx: Session, person: Person, form: Submission, now: datetime) -> Commitment | None:
    """The commitment with the same words as the form's, unless the form has pointed it out."""
    owner = next(iter(people.by_slack_ids(tx, person.workspace, [form.text(ids.OWNER)])), None)
    account = account_fields.Choice.decode(form.fields.get(ids.ACCOUNT) or "0")
    if owner is None or account.new_name is not None:
        return None
    same = commitments.recorded_lately(
        tx, person, form.text(ids.ACTION), owner.id, account.id or None, origin_key=form.origin_key, now=now
    )
    if same is None or str(same.number) == form.context.same:
        return None
    # The form of a message shows the commitments that the message was made into before.
    return same if same.permalink is None or same.permalink != form.context.permalink else None


def _filled(tx: Session, person: Person, form: Submission) -> forms.Filled:
    """The values of a submitted form, to show them again."""
    values = (form.fields.get(name) for name in (ids.ACCOUNT, ids.STAKEHOLDER))
    account, stakeholder = account_fields.chosen_options(tx, person, *values)
    row = serving.chosen(tx, person, form.fields.get(ids.SERVES))
    return forms.Filled(
        action=form.text(ids.ACTION), owner=form.fields.get(ids.OWNER),
        due=_due_on(form) if form.fields.get(ids.DUE) or form.fields.get(ids.WHICH_DAY) else None,
        account=account, stakeholder=stakeholder,
        side=Side.THEIRS if form.text(ids.SIDE) == Side.THEIRS else Side.OURS,
        sharing=form.text(ids.SHARING) or Sharing.INTERNAL, note=form.text(ids.NOTE),
        helpers=sorted(form.ticked(ids.HELPERS)), rhythm=Rhythm.read(form.text(ids.RHYTHM)),
        serves=serving.option_of(row) if row else None, agreed=form.text(ids.AGREED_HOW) or NOT_AGREED,
    )  # fmt: skip


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
    by = stakeholder or (current.agreed_by if current is not None and account is not None else None)
    agreed = agreed_in(form, by, local_day(now, person.zone))
    # After the account: nobody merges it meanwhile.
    serves = serving.chosen(tx, person, form.fields.get(ids.SERVES))
    if current is not None and ids.SERVES not in form.fields:
        serves = commitments.row_of(tx, person, current)
    return Draft(
        action=form.text(ids.ACTION), owner=owner, due_on=due_on, account=account, stakeholder=stakeholder,
        side=Side.THEIRS if form.text(ids.SIDE) == Side.THEIRS else Side.OURS,
        internal=form.text(ids.SHARING) != Sharing.SHAREABLE,
        note=form.text(ids.NOTE), rhythm=Rhythm.read(form.text(ids.RHYTHM)), serves=serves,
        agreed=agreed, is_wish=current is not None and form.text(ids.AGREED_HOW) == NOT_AGREED,
    )  # fmt: skip
