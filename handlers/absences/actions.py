"""Absences: `/commit away …`, `/commit back`, the form and the buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.absences import views
from handlers.people import viewer
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Command, Context, unescaped
from handlers.slack.refs import ABSENCE, Ref, ViewName, outdated
from handlers.slack.replies import Form, Reply
from handlers.slack.words import shortened
from store import absences, people, settings
from store.dates import frame
from store.dates.pauses import Pause, is_a_promise, read_pause
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.text import NAME_LIMIT

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]

# The view of a person's own absence.
_OWN = Ref(view=ViewName.AWAY)
# A colleague in the line, with the words that may come before: "… covered by @ben".
_NAMED = re.compile(
    r"(?:\s*[,;–-])?(?:\s*\b(?:delegate|cover(?:ed by)?|deputy|ask|via|with|and|vertretung|vertreten durch"
    r"|remplaçante?|remplacée? par|suplente)\s*:?)?"
    r"\s*(?:<@(?P<id>[UW][A-Z0-9]+)(?:\|[^<>]*)?>|(?<!\S)@(?P<handle>[^\s@<>,;]+))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ParsedAbsence:
    """The absence in a line. `pause.remark` is a question that the person must still answer."""

    pause: Pause
    delegate: str | None = None


# ---- in one line ---------------------------------------------------------------------------------------


def away(command: Command, context: BoltContext, rest: str) -> Reply | Form | None:
    """`/commit away 12 Dec to 3 Jan @ben`: set an absence, or give the form if something is missing.

    None without a change for a promise that begins with that word: `/commit away day agenda by Friday`.
    """
    # With single spaces the pattern needs linear time.
    rest = " ".join(rest.split())
    named = [found["id"] for found in _NAMED.finditer(rest) if found["id"]]
    if len(named) == 1:
        directory.ensure_people(context["ledger"], context["slack"], command.asker.team_id, named, context["now"])
    understood = ParsedAbsence(Pause())
    try:
        with context["ledger"].begin() as tx:
            person = viewer(tx, command.asker.team_id, command.asker.user_id)
            understood = _understand(tx, person, rest, context["now"])
            if is_a_promise(rest, understood.pause):
                return None
            first, last = understood.pause.first, understood.pause.last
            blocks = None
            if understood.pause.remark is None and first and last:
                taken = absences.set_absence(tx, person, first, last, understood.delegate, now=context["now"])
                blocks = surfaces.absence_receipt(tx, person, taken, context["now"])
    except BadInputError as error:
        understood, blocks = replace(understood, pause=replace(understood.pause, remark=error.words)), None
    if blocks is not None:
        return Reply(blocks, _OWN)
    days = understood.pause.first, understood.pause.last
    remark = understood.pause.remark if rest else None
    return Form(views.form(days, understood.delegate, Context(), remark=remark), _OWN)


def back(command: Command, context: BoltContext) -> Reply:
    """`/commit back`: end today's absence."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        return Reply(_end(tx, person, absences.NONE, context["now"]), _OWN)


def _understand(tx: Session, person: Person, rest: str, now: datetime) -> ParsedAbsence:
    named = list(_NAMED.finditer(rest))
    asked = frame(
        local_day(now, person.zone), settings.reads_dates_as(person), people.working_days(person).weekdays,
        person.workspace.fiscal_year_start,
    )  # fmt: skip
    pause = read_pause(unescaped(_NAMED.sub(" ", rest)), asked)
    if not named:
        return ParsedAbsence(pause)
    if len(named) > 1:
        return ParsedAbsence(replace(pause, remark=pause.remark or "One colleague can stand in for you. Who is it?"))
    if named[0]["id"]:
        return ParsedAbsence(pause, named[0]["id"])
    found = people.named(tx, person, named[0]["handle"])
    if found is None:
        words = f"I don't know who @{shortened(named[0]['handle'], NAME_LIMIT)} is. Choose the colleague, or nobody."
        return ParsedAbsence(replace(pause, remark=pause.remark or words))
    return ParsedAbsence(pause, found.slack_id)


# ---- buttons and the form ------------------------------------------------------------------------------


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form of an absence: empty, or with the absence to change."""
    press = payloads.press(body)
    ref = _decoded(press.value)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        absence = absences.get(tx, person, (ref.id, ref.version))
    id_, version = (ref.id, ref.version) if absence else absences.NONE
    known = replace(press.way_back, ref=replace(ref, id=id_, version=version))
    days = (absence.first_day, absence.last_day) if absence else (None, None)
    view = views.form(days, absence.delegate.slack_id if absence and absence.delegate else None, known)
    surfaces.open_view(context["slack"], press, view)
    ack()


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Store the absence of the form. The form turns into the receipt, unless its view shows the absence anyway."""
    form = payloads.submission(body)
    now, delegate = context["now"], form.fields.get(ids.DELEGATE)
    first, last = form.day(ids.FIRST_DAY), form.day(ids.LAST_DAY)
    if delegate:
        directory.ensure_people(context["ledger"], context["slack"], form.asker.team_id, [delegate], now)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        instead_of = form.context.ref.id, form.context.ref.version
        taken = absences.set_absence(tx, person, first, last, delegate, now=now, instead_of=instead_of)
        blocks = surfaces.absence_receipt(tx, person, taken, now)
        drawn = surfaces.draw(tx, person, form.context.ref, now) if form.context.ref.view else None
    if drawn is None:
        return ack(response_action="update", view=surfaces.receipt_modal(blocks, Context()))  # type: ignore[no-any-return]
    ack()
    if drawn.home is None:
        drawn = replace(drawn, blocks=blocks)
    return surfaces.refresh_after_submit(context["slack"], form.asker.user_id, form.context, drawn)


def end(ack: Ack, body: Body, context: BoltContext) -> None:
    """The button “I'm back” or “Call it off”: end an absence."""
    press = payloads.press(body)
    ref = _decoded(press.value)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        blocks = _end(tx, person, (ref.id, ref.version), context["now"])
        drawn = surfaces.draw(tx, person, ref, context["now"])
    if drawn is not None and drawn.home is None:
        drawn = replace(drawn, blocks=blocks)
    surfaces.refresh_after_action(context["slack"], press, drawn)
    ack()


def _decoded(value: str) -> Ref:
    ref = Ref.decode(value)
    if ref.kind != ABSENCE:
        raise outdated()
    return ref


def _end(tx: Session, person: Person, name: tuple[int, int], now: datetime) -> list[Block]:
    ended = absences.end(tx, person, now=now, name=name)
    if ended is None:
        return surfaces.absence(tx, person, now)
    following = people.get(tx, person.id).next_brief_at
    day = local_day(following, person.zone) if following else None
    return views.back(ended, person, local_day(now, person.zone), day)
