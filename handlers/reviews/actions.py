"""The actions on reviews: look, book, start, decide, answer, score, close, and correct the minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.commitments import forms as commitment_forms
from handlers.commitments.actions import FORM_OF
from handlers.people import viewer
from handlers.reviews import forms, pages, views
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.refs import Ref, ViewName, count, outdated
from store import commitments, letters, people, reviews, stakeholders
from store.errors import BadInputError
from store.reviews import Choice, Next
from store.rules.calendar.brief_times import zone_of
from store.rules.reviews import USUAL_TIME, begins_at
from store.tables import Habit, Question, Sharing, Subject, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context, Submission
    from store.tables import Person, Review

Ack = Callable[..., Any]
Body = dict[str, Any]
# Stakeholders that the form of a review offers: Slack's limit of options.
_PEOPLE = 100


# ---- buttons that show a view --------------------------------------------------------------------------


def look(ack: Ack, body: Body, context: BoltContext) -> None:
    """The view of the button's reference."""
    press = payloads.press(body)
    listeners.open_page(ack, context, press, Ref.decode(press.value))


def look_at_items(ack: Ack, body: Body, context: BoltContext) -> None:
    """The items of the review of the button."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.REVIEW)
    listeners.open_page(ack, context, press, Ref(view=ViewName.REVIEW_ITEMS, extra=str(ref.id)))


def look_at_all(ack: Ack, body: Body, context: BoltContext) -> None:
    """The coming reviews."""
    listeners.open_page(ack, context, payloads.press(body), Ref(view=ViewName.REVIEWS))


# ---- buttons that change something ---------------------------------------------------------------------


def start(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Start review”: the session opens in a modal of its own."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.REVIEW)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        reviews.start(tx, person, ref.id, origin_key=press.origin_key, now=context["now"])
        page = replace(ref, view=ViewName.REVIEW)
        drawn = surfaces.draw(tx, person, page, context["now"])
    if press.surface == "message":
        # The message is everybody's, and is brought up to date by the courier.
        listeners.open_page(ack, context, press, page)
        return
    surfaces.refresh_after_action(context["slack"], press, drawn)
    ack()


def choose(ack: Ack, body: Body, context: BoltContext) -> None:
    """A verdict from the menu of an item: given at once, or with a form that asks for the rest."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.COMMITMENT)
    review_id, name, _seen = _verdict_of(ref)
    if name in {Verdict.KEEP, Verdict.DONE}:

        def change(tx: Session, person: Person, of: Ref, **gesture: Any) -> None:  # noqa: ANN401  key and now
            reviews.decide(tx, person, review_id, _choice(of), **gesture)

        listeners.act(ack, context, press, ref, change)
        return

    def form(tx: Session, person: Person, of: Ref, known: Context, now: datetime) -> b.Json:
        if name == ids.AGREED:
            return FORM_OF[ids.AGREE].opened(tx, person, replace(known, ref=of), now)
        return forms.verdict(commitments.get(tx, person, of.id), name, replace(known, ref=of))

    listeners.open_form(ack, body, context, form)


def _verdict_of(ref: Ref) -> tuple[int, str, Verdict | None]:
    """(id of the review, name of the verdict, the verdict that the person saw) of an option."""
    review_id, name, seen = (*ref.extra.split("."), "", "")[:3]
    if name not in {*views.VERDICTS, ids.AGREED}:
        raise outdated()
    return count(review_id), name, Verdict(seen) if seen else None


def _choice(ref: Ref, **more: Any) -> Choice:  # noqa: ANN401  the fields of a Choice
    _, name, seen = _verdict_of(ref)
    verdict = Verdict.KEEP if name == ids.LATER else Verdict(name)
    return Choice(ref.id, ref.version, verdict, seen=seen, **more)


# ---- buttons that open a form --------------------------------------------------------------------------


def ask_booking(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        account, review = pages.account_of(tx, person, ref)
        there = reviews.people_of(tx, review) if review else ()
        theirs = stakeholders.matching(tx, person, account=account, limit=_PEOPLE)
        proposed = None if review else reviews.due_day(tx, person, account, now)
        return forms.booking(account, review, there, theirs, proposed, person, replace(known, ref=ref))

    listeners.open_form(ack, body, context, form)


def ask_call_off(ack: Ack, body: Body, context: BoltContext) -> None:
    listeners.open_form(
        ack, body, context,
        lambda tx, person, ref, known, _now: forms.call_off(_review(tx, person, ref), replace(known, ref=ref)),
    )  # fmt: skip


def ask_several(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, _now: datetime) -> b.Json:
        review = reviews.get(tx, person, count(ref.extra.partition(".")[0]))
        waiting = [one.commitment for one in reviews.items(tx, person, review) if one.verdict is None]
        if not waiting:
            raise BadInputError("Everything has a verdict already.")
        return forms.several(waiting, replace(known, ref=ref))

    listeners.open_form(ack, body, context, form)


def ask_answers(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, _now: datetime) -> b.Json:
        review = _review(tx, person, ref)
        there = {row.question: row.text for row in reviews.answers_of(tx, review)}
        # The version of these answers; the button may have shown an older one.
        return forms.answers(there, replace(known, ref=ref.to(review, review.id)))

    listeners.open_form(ack, body, context, form)


def ask_scores(ack: Ack, body: Body, context: BoltContext) -> None:
    def form(tx: Session, person: Person, ref: Ref, known: Context, _now: datetime) -> b.Json:
        review = _review(tx, person, ref)
        written = letters.since_last_review(tx, person, review.account)
        return forms.scores(reviews.scores_of(tx, review), written, replace(known, ref=ref))

    listeners.open_form(ack, body, context, form)


def ask_closing(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Close …”: the form, or the list of what is missing."""

    def form(tx: Session, person: Person, ref: Ref, known: Context, now: datetime) -> b.Json:
        review = _review(tx, person, ref)
        lacks = reviews.missing(tx, person, review)
        starts = review.starts_at.astimezone(zone_of(person.zone)).time() if review.starts_at else USUAL_TIME
        proposed = reviews.due_day(tx, person, review.account, now, in_session=True)
        calendars = reviews.in_calendars(tx, person, review)
        return forms.closing(review, lacks, proposed, starts, calendars, replace(known, ref=ref))

    listeners.open_form(ack, body, context, form)


def ask_action(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Make it a commitment”: the form of a commitment with the words of an answer."""

    def form(tx: Session, person: Person, ref: Ref, known: Context, _now: datetime) -> b.Json:
        review, question = _review(tx, person, ref), Question(ref.extra.partition(".")[2])
        said = next((row.text for row in reviews.answers_of(tx, review) if row.question == question), "")
        account = (str(review.account.id), review.account.name)
        filled = commitment_forms.Filled(action=said, owner=person.slack_id, account=account)
        return commitment_forms.new(filled, replace(known, ref=ref))

    listeners.open_form(ack, body, context, form)


def ask_correction(ack: Ack, body: Body, context: BoltContext) -> None:
    listeners.open_form(
        ack, body, context, lambda _tx, _person, ref, known, _now: forms.correction(replace(known, ref=ref))
    )  # fmt: skip


def _review(tx: Session, person: Person, ref: Ref) -> Review:
    if ref.kind != Subject.REVIEW:
        raise outdated()
    return reviews.get(tx, person, ref.id)


# ---- forms ---------------------------------------------------------------------------------------------


def submit_booking(ack: Ack, body: Body, context: BoltContext) -> None:
    """Book the review, or change its time and its people."""
    asked = payloads.submission(body)
    directory.check(context, asked.asker)
    named = sorted(asked.ticked(ids.PEOPLE))
    directory.ensure_people(context["ledger"], context["slack"], asked.asker.team_id, named, context["now"])

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        account, review = pages.account_of(tx, person, form.context.ref)
        key = form.origin_key
        if ids.DAY in form.fields:
            review = reviews.book(
                tx, person, account, _starts_at(form, person), occasion=form.text(ids.OCCASION),
                origin_key=key, now=now,
            )  # fmt: skip
        if review is None:
            raise outdated()
        ours = people.as_helpers(tx, person, form.ticked(ids.PEOPLE), field=ids.PEOPLE)
        theirs = [
            stakeholders.get(tx, person, count(one), account=account) for one in sorted(form.ticked(ids.THEIR_PEOPLE))
        ]
        sharing = Sharing(form.fields.get(ids.SHARING) or review.sharing)
        reviews.change_people(tx, person, review.id, ours, theirs, sharing, origin_key=f"{key}:people", now=now)

    listeners.submit(ack, asked, context, save)


def _starts_at(form: Submission, person: Person) -> datetime | None:
    """The chosen time, on the clock of the person; None without a day."""
    if not form.fields.get(ids.DAY):
        return None
    return begins_at(form.day(ids.DAY), form.time(ids.TIME) or USUAL_TIME, person.zone)


def submit_call_off(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        reviews.call_off(
            tx, person, form.context.ref.id, form.text(ids.REASON), origin_key=form.origin_key, now=now
        )  # fmt: skip

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_verdict(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref = form.context.ref
        review_id, name, _ = _verdict_of(ref)
        more: dict[str, Any] = {"reason": form.fields.get(ids.REASON)}
        if name == ids.LATER:
            more["not_before"] = form.day(ids.NOT_BEFORE)
        elif name == Verdict.REVAMP:
            more |= {"action": form.text(ids.ACTION), "due_on": form.day(ids.DUE)}
        elif name == Verdict.SPLIT:
            more["parts"] = _parts(tx, person, ref, form.text(ids.PARTS))
        reviews.decide(tx, person, review_id, _choice(ref, **more), origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)


def _parts(tx: Session, person: Person, ref: Ref, text: str) -> list[commitments.Draft]:
    """The parts of a split, one in each line, with the owner and the date of what is split."""
    whole = commitments.get(tx, person, ref.id)
    draft = commitments.Draft("", whole.owner, whole.due_on, whole.account, whole.stakeholder, whole.side)
    return [replace(draft, action=line) for line in map(str.strip, text.splitlines()) if line]


def submit_several(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        chosen = [Ref.decode(value) for name in forms.GROUPS for value in sorted(form.ticked(name))]
        if not chosen:
            raise BadInputError("Tick at least one.", field=ids.CHOSEN_1)
        verdict = Verdict(form.text(ids.SHARED_VERDICT))
        choices = [Choice(one.id, one.version, verdict) for one in chosen]
        review_id = count(form.context.ref.extra.partition(".")[0])
        reviews.decide_several(tx, person, review_id, choices, origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_answers(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        review = _review(tx, person, form.context.ref)
        given = {question: form.text(question) for question in Question}
        # The version that the form began with says what the person saw.
        seen = reviews.answers_as_of(tx, person, review, form.context.ref.version)
        reviews.answer(tx, person, review.id, given, seen=seen, origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_scores(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        given = {habit: form.number(habit) for habit in Habit}
        reviews.score(tx, person, form.context.ref.id, given, origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_closing(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        starts_at, occasion = _starts_at(form, person), form.text(ids.OCCASION)
        if starts_at is None and not occasion.strip():
            raise BadInputError("Choose a day for the next review, or say on what occasion it is held.", field=ids.DAY)
        following = Next(starts_at, occasion)
        key, review_id = form.origin_key, form.context.ref.id
        reviews.close(tx, person, review_id, following, origin_key=key, now=now)
        if form.ticked(ids.CALENDARS):
            reviews.send_to_calendars(tx, person, review_id, origin_key=key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)


def submit_correction(ack: Ack, body: Body, context: BoltContext) -> None:
    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        ref = form.context.ref
        reviews.correct(
            tx, person, ref.id, form.text(ids.REMARK), version=ref.version, origin_key=form.origin_key, now=now
        )  # fmt: skip

    listeners.submit(ack, payloads.submission(body), context, save)
