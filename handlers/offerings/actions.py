"""The listeners for what we sell: the list, add, rename, archive, restore, and the menu of offerings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.offerings import views
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.refs import Ref
from store import history, offerings
from store.plan.values import NEW
from store.rules.names import fold_person
from store.rules.text import NAME_LIMIT, clean, quoted
from store.tables import Offering, Subject

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context, Submission
    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]

# The mark of a list before a name.
_BULLET = re.compile(r"^\s*(?:[-–*•·]|\d+[.)])\s+")


# ---- buttons -------------------------------------------------------------------------------------------


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """Show the list of offerings: in place of the list or section of the button, or on top of a form."""
    press = payloads.press(body)
    listeners.open_page(ack, context, press, Ref.decode(press.value))


def restore(ack: Ack, body: Body, context: BoltContext) -> None:
    def change(tx: Session, person: Person, ref: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
        offerings.restore(tx, person, ref.id, **gesture)

    press = payloads.press(body)
    listeners.act(ack, context, press, listeners.subject_of(press, Subject.OFFERING), change)


def ask_new(ack: Ack, body: Body, context: BoltContext) -> None:
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        offerings.check_change(tx, viewer(tx, press.asker.team_id, press.asker.user_id), context["now"])
    known = replace(press.way_back, ref=Ref.decode(press.value))
    surfaces.open_view(context["slack"], press, views.new(known))
    ack()


def ask_rename(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, offering: Offering, known: Context) -> b.Json:
        return views.rename(offering, history.entries(tx, person, offering), person, known)

    _ask(ack, body, context, form)


def ask_why(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Archive …”"""
    _ask(ack, body, context, lambda _tx, _person, offering, known: views.archive(offering, known))


def _ask(
    ack: Ack, body: Body, context: BoltContext, form: Callable[[Session, Person, Offering, Context], b.Json]
) -> None:
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.OFFERING)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        offerings.check_change(tx, person, context["now"])
        offering = offerings.get(tx, person, ref.id)
        view = form(tx, person, offering, replace(press.way_back, ref=ref.to(offering, offering.id)))
    surfaces.open_view(context["slack"], press, view)
    ack()


def options(ack: Ack, body: Body, context: BoltContext) -> None:
    """The options of a menu of offerings, for the typed text: those that fit or are like it, then the new one."""
    asked = payloads.suggestion(body)
    typed = clean(asked.typed)
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        found = offerings.matching(tx, person, typed)
        is_new = bool(typed) and not any(one.name_key == fold_person(typed) for one in found)
        may_add = is_new and offerings.may_change(tx, person)
    shown = [(str(one.id), one.name) for one in found]
    # A comma parts the values of a menu of several.
    if may_add and "," not in typed and len(typed) <= NAME_LIMIT:
        shown = [*shown[: offerings.MOST - 1], (f"{NEW}{typed}", f"Add {quoted(typed)} to what we sell")]
    ack(options=[b.as_json(b.option(text, value)) for value, text in shown])


# ---- forms ---------------------------------------------------------------------------------------------


def submit_new(ack: Ack, body: Body, context: BoltContext) -> None:
    """Add the offerings of the form, all or none. Names that are like others are pointed out first, once."""
    asked = payloads.submission(body)
    names = [name for line in asked.text(ids.OFFERINGS).splitlines() if (name := clean(_BULLET.sub("", line)))]
    with context["ledger"].read() as tx:
        person = viewer(tx, asked.asker.team_id, asked.asker.user_id)
        alike = {name: found for name in names if (found := _others(tx, person, name))}
    seen = hashlib.blake2b("\n".join(sorted(alike)).encode(), digest_size=8).hexdigest()
    if alike and asked.context.same != seen:
        view = views.new(replace(asked.context, same=seen), asked.text(ids.OFFERINGS), alike)
        ack(response_action="update", view=view)
        return

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        for name in names or [""]:
            offerings.create(tx, person, name, origin_key=form.origin_key, now=now)

    listeners.submit(ack, asked, context, save)


def _others(tx: Session, person: Person, name: str) -> list[Offering]:
    """The offerings that are like the name, unless one of them has exactly it."""
    found = offerings.alike(tx, person, name)
    return [] if any(one.name_key == fold_person(name) for one in found) else found


def submit_rename(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref = form.context.ref
        offerings.rename(
            tx, person, ref.id, form.text(ids.OFFERING), version=ref.version, origin_key=form.origin_key, now=now
        )

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_archive(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        offerings.archive(tx, person, form.context.ref.id, form.text(ids.REASON), origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)
