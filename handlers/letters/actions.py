"""The actions on letters: write one, choose its reader and language, keep it, take it as a file, mark it as sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from handlers import ids
from handlers.letters import views
from handlers.letters.words import Draft, draft
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.calls import failure_of, in_log
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, count, outdated
from handlers.slack.words import escape
from store import accounts, letters, outbox, settings, web_access
from store.errors import BadInputError
from store.tables import Language, OutboxKind

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Press, Submission
    from store.letters import Occasion
    from store.tables import Letter, Person, Stakeholder

Ack = Callable[..., Any]
Body = dict[str, Any]

log = structlog.get_logger(__name__)


# ---- write ---------------------------------------------------------------------------------------------


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Letter …”: the form with the words that the ledger proposes."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        view = form_for(tx, person, ref, replace(press.way_back, ref=ref), context["now"])
    surfaces.open_view(context["slack"], press, view)
    ack()


def form_for(
    tx: Session, person: Person, ref: Ref, known: Context, now: datetime, *, reader_id: int = 0,
    language: Language | None = None, turn: int = 0,
) -> b.Json:  # fmt: skip
    """The form of the letter about the subject of `ref`: to the first reader and in their language, if nothing else is
    chosen.
    """
    about = letters.occasion(tx, person, ref.kind, ref.id)
    reader = _reader(about, reader_id)
    letters.check_right(person, reader, about, now)
    agreed = letters.agreed(tx, person, about)
    spoken = language or reader.language or _own_language(person)
    return views.form(
        about,
        reader,
        spoken,
        draft(tx, about, agreed, reader, person, spoken, now),
        agreed,
        known,
        turn=turn,
    )


def _reader(about: Occasion, reader_id: int) -> Stakeholder:
    """The reader of that id among those of the occasion; 0: the first one."""
    if not about.readers:
        raise BadInputError("Nobody of theirs is named there. Add who of theirs took part, and write the letter then.")
    found = [one for one in about.readers if reader_id in {0, one.id}]
    if not found:
        raise outdated()
    return found[0]


def _own_language(person: Person) -> Language:
    """The language in which the person writes dates; English if we have no letters in it."""
    tag = settings.reads_dates_as(person).partition("-")[0].casefold()
    return Language(tag) if tag in set(Language) else Language.EN


def rewrite(ack: Ack, body: Body, context: BoltContext) -> None:
    """A choice of reader or language in the form: the letter is written anew."""
    form = payloads.open_form(body)
    turn = 1 + _turn(form.view)
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        reader_id, language = _chosen(form.fields)
        view = form_for(
            tx, person, form.context.ref, form.context, context["now"], reader_id=reader_id or _of(form.context),
            language=language if form.field == ids.LETTER_LANGUAGE else None, turn=turn,
        )  # fmt: skip
    slack = context["slack"]
    failure = failure_of(lambda: slack.views_update(view_id=form.view["id"], hash=form.view.get("hash"), view=view))
    if failure is not None:
        log.warning("view_not_redrawn", **in_log(failure))
    ack()


def _turn(view: Body) -> int:
    """How often the program has written the letter of this form."""
    names = [str(block.get("block_id")).partition(":") for block in view.get("blocks") or ()]
    return max((count(number) for name, _, number in names if name == ids.LETTER_BODY and number), default=0)


def _chosen(fields: dict[str, str | None]) -> tuple[int, Language]:
    """The id of the reader, 0 if the form has no menu of readers, and the language."""
    language = fields.get(ids.LETTER_LANGUAGE)
    if language not in set(Language):
        raise outdated()
    return count(fields.get(ids.LETTER_READER) or "0"), Language(language)


def _of(known: Context) -> int:
    """The reader of an edited letter, which the context of its form keeps."""
    return count(known.account or "0")


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Keep the letter, and show the ways to send it in the place of the form."""
    form = payloads.submission(body)
    ref = form.context.ref
    with context["ledger"].begin() as tx:
        person = viewer(tx, form.asker.team_id, form.asker.user_id)
        about = letters.occasion(tx, person, ref.kind, ref.id)
        reader_id, language = _chosen(form.fields)
        letter = letters.write(
            tx, person, about, _reader(about, reader_id or _of(form.context)), language,
            subject=form.text(ids.LETTER_SUBJECT), body=form.text(ids.LETTER_BODY),
            origin_key=_gesture(form), now=context["now"],
        )  # fmt: skip
        view = _ready(letter, person, form.context)
    ack(response_action="update", view=view)


def _gesture(form: Submission) -> str:
    """A form whose letter is edited in its place keeps its id in Slack: the words are part of the gesture."""
    return f"{form.origin_key}:{form.context.seen or ''}"


def _ready(letter: Letter, person: Person, known: Context, *, note: str = "") -> b.Json:
    return views.ready(letter, person, known, with_page=person.workspace.public_url is not None, note=note)


# ---- a letter ------------------------------------------------------------------------------------------


def show(ack: Ack, body: Body, context: BoltContext) -> None:
    """A letter that was sent, in its words."""
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        view = _ready(letters.get(tx, person, _letter_id(press)), person, Context())
    surfaces.open_view(context["slack"], press, view)
    ack()


def _letter_id(press: Press) -> int:
    return count(Ref.decode(press.value).extra)


def ask_edit(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Edit …”: the form with the words of the letter, in its place. The form keeps another letter."""
    press = payloads.press(body)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        letter = letters.get(tx, person, _letter_id(press))
        about = letters.occasion(tx, person, letter.about_kind, letter.about_id)
        letters.check_right(person, letter.stakeholder, about, context["now"])
        known = replace(
            press.context, ref=views.ref_of(about.kind, about.row.id), account=str(letter.stakeholder_id),
            seen=str(letter.id),
        )  # fmt: skip
        agreed = letters.agreed(tx, person, about)
        words = Draft(letter.subject, letter.body)
        view = views.form(about, letter.stakeholder, letter.language, words, agreed, known, turn=letter.id)
    context["slack"].views_update(view_id=press.view_id, view=view)
    ack()


def mark_sent(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Sent”: the ledger keeps when, and which words."""
    press = payloads.press(body)
    with context["ledger"].begin() as tx:
        person, now = viewer(tx, press.asker.team_id, press.asker.user_id), context["now"]
        letter = letters.mark_sent(tx, person, _letter_id(press), origin_key=press.origin_key, now=now)
        view = _ready(letter, person, press.context)
        # The view below, from which the letter was written.
        drawn = surfaces.draw(tx, person, press.context.ref, now, at_home=bool(press.context.home))
    context["slack"].views_update(view_id=press.view_id, view=view)
    ack()
    surfaces.refresh_after_submit(context["slack"], press.asker.user_id, press.context, drawn)


def send_file(ack: Ack, body: Body, context: BoltContext) -> None:
    """“As a file”: the draft of a mail comes in the messages of the person with the bot."""
    press = payloads.press(body)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        letter = letters.get(tx, person, _letter_id(press))
        outbox.enqueue(
            tx, workspace_id=person.workspace_id, key=f"{OutboxKind.LETTER}:{press.origin_key}",
            kind=OutboxKind.LETTER, now=context["now"], person=person, details={"letter": letter.id},
        )  # fmt: skip
        view = _ready(letter, person, press.context, note=":page_facing_up: The file comes in your messages with me.")
    context["slack"].views_update(view_id=press.view_id, view=view)
    ack()


def give_page(ack: Ack, body: Body, context: BoltContext) -> None:
    """“To print”: a personal link to the page of the letter. It is the address of a button, which Slack does not
    preview.
    """
    press = payloads.press(body)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        public_url = person.workspace.public_url
        if public_url is None:
            raise outdated()
        letter = letters.get(tx, person, _letter_id(press))
        account = accounts.get(tx, person, letter.stakeholder.account_id)
        token = web_access.make_link(tx, person, account, context["now"])
    address = f"{public_url}/plan/open/{token}/letter/{letter.id}"
    blocks = [
        b.section(f"The letter to *{escape(letter.stakeholder.name)}* as a page to print. The link is for you alone."),
        b.actions(b.button("Open in the browser", ids.PLAN_PAGE_OPENED, "", style="primary", url=address)),
    ]
    surfaces.open_view(context["slack"], press, b.modal("To print", blocks, callback_id=ids.RECEIPT))
    ack()
