"""The pages of the client's people in Slack: make, renew and end a link, and answer what they propose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.clients import overview, views
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName, count
from store.clients import links, proposals
from store.errors import BadInputError
from store.plan import section
from store.plan.people import SECTION
from store.rules.calendar.brief_times import local_day
from store.tables import Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Submission
    from store.tables import Person, Stakeholder

Ack = Callable[..., Any]
Body = dict[str, Any]


def show_page(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Page for Dana”"""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.STAKEHOLDER)
    page = Ref(Subject.STAKEHOLDER, ref.id, view=ViewName.CLIENT, extra=str(ref.id))
    listeners.open_page(ack, context, press, page)


def make_link(ack: Ack, body: Body, context: BoltContext) -> None:
    """Make the page, or a new link to it, and show the address this once."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.STAKEHOLDER)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        of = section.get(tx, person, SECTION, ref.id)
        blocks = _made(tx, person, of, (), press.origin_key, context["now"])
    view = surfaces.receipt_modal(blocks, press.context, views.title_of(of))
    context["slack"].views_update(view_id=press.view_id, view=view)
    ack()


def ask_several(ack: Ack, body: Body, context: BoltContext) -> None:
    """“For several …”: the form that chooses who shares one link."""

    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        of = section.get(tx, person, SECTION, ref.id)
        section.check_change(person, SECTION, of.account, now, of)
        today = local_day(now, person.zone)
        others = [one for one in section.of_account(tx, person, SECTION, of.account, today=today)
                  if one.id != of.id and links.may_have_page(one, today)]  # fmt: skip
        if not others:
            raise BadInputError(f"{of.name} is the only person of {of.account.name} here. Add the others first.")
        shared = links.shared_links(tx, of.account, now)
        return views.several_form(of, others, shared, replace(known, ref=overview.ref_to(of)))

    listeners.open_form(ack, body, context, form)


def submit_several(ack: Ack, body: Body, context: BoltContext) -> None:
    """Make one link for the people of the form, and show the address this once."""
    form = payloads.submission(body)
    ref, now = form.context.ref, context["now"]
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        of = section.get(tx, person, SECTION, ref.id)
        chosen = [count(one) for one in form.text(ids.SHARED_WITH).split(",") if one]
        also = list(section.by_ids(tx, person, SECTION, chosen).values())
        blocks = _made(tx, person, of, also, form.origin_key, now)
        below = surfaces.draw(tx, person, ref, now)
    ack(response_action="update", view=surfaces.receipt_modal(blocks, Context(), views.title_of(of)))
    surfaces.refresh_after_submit(context["slack"], form.asker.user_id, form.context, below)


def _made(
    tx: Session, person: Person, of: Stakeholder, also: Sequence[Stakeholder], origin_key: str, now: datetime
) -> list[Block]:
    """Make a link for these people, which answers those who asked for one; the page that shows its address."""
    lost = links.beside(links.shared_links(tx, of.account, now), [of, *also])
    token = links.make(tx, person, of, now, also=also)
    for one in (of, *also):
        proposals.settle_links(tx, person, one, origin_key=origin_key, now=now)
    return overview.drawn(tx, person, of, now, address=f"{person.workspace.public_url}/client/{token}", lost=lost)


def end_link(ack: Ack, body: Body, context: BoltContext) -> None:
    """The link works no more, at once and everywhere."""

    def change(tx: Session, person: Person, ref: Ref, *, now: datetime, **_gesture: Any) -> None:  # noqa: ANN401  key
        links.end(tx, person, section.get(tx, person, SECTION, ref.id), now)

    press = payloads.press(body)
    listeners.act(ack, context, press, listeners.subject_of(press, Subject.STAKEHOLDER), change)


# ---- proposals -----------------------------------------------------------------------------------------


def confirm(ack: Ack, body: Body, context: BoltContext) -> None:
    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        proposals.confirm(tx, person, ref.id, version=ref.version, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, listeners.subject_of(press, Subject.PROPOSAL), change)


def ask_answer(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        found = proposals.get(tx, person, ref.id)
        proposals.check_right_to(tx, person, found, now)
        return views.answer_form(found, replace(known, ref=ref.to(found, found.id)))

    listeners.open_form(ack, body, context, form)


def submit_answer(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref, words = form.context.ref, form.text(ids.REASON)
        proposals.answer(tx, person, ref.id, words, version=ref.version, origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)
