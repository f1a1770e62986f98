"""A letter in Slack: the form with its words, the letter that is ready to be sent, and the letters that were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.letters.files import mailto
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref
from handlers.slack.words import clock_time, escape, plural, shortened
from store.plan.people import LANGUAGES
from store.rules.text import NAME_LIMIT, NOTE_LIMIT
from store.tables import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, Element

    from handlers.letters.words import Draft
    from handlers.slack.payloads import Context
    from store.letters import Agreed, Occasion
    from store.tables import Language, Letter, Person, Stakeholder

# Characters of a name in a line, and of the subject.
_NAME, _SUBJECT = 40, 120
# Readers in the menu: Slack's limit of options.
_READERS = 100


def button(ref: Ref) -> Element:
    """The button below a meeting, a review or a person that writes the letter about it."""
    return b.button("Letter …", ids.LETTER, ref.encode())


# ---- the form ------------------------------------------------------------------------------------------


def form(
    about: Occasion, reader: Stakeholder, language: Language, words: Draft, agreed: Agreed, context: Context, *,
    turn: int = 0,
) -> b.Json:  # fmt: skip
    """The form with these words. `turn` counts how often the program has written them: in a field with the same id
    Slack would keep the older ones.
    """
    remark = _left_out(agreed, reader)
    fields: list[Block] = [
        *([b.context(remark)] if remark else []),
        *_reader(about, reader),
        f.field("Language", f.menu(ids.LETTER_LANGUAGE, LANGUAGES, language), ids.LETTER_LANGUAGE, told=True,
                hint="Another language writes the letter anew."),
        f.field("Subject", f.text(ids.LETTER_SUBJECT, 2 * NAME_LIMIT, words.subject), f"{ids.LETTER_SUBJECT}:{turn}"),
        f.field("Letter", f.text(ids.LETTER_BODY, NOTE_LIMIT, words.body, lines=True), f"{ids.LETTER_BODY}:{turn}",
                hint="Change it as you like. Nothing goes to the client by itself."),
    ]  # fmt: skip
    title = f"Letter to {reader.name}"
    return b.modal(title, fields, callback_id=ids.FORM_LETTER, metadata=context.encode(), submit="Next")


def _reader(about: Occasion, reader: Stakeholder) -> list[Block]:
    if len(about.readers) < 2:  # noqa: PLR2004  with one reader there is nothing to choose
        return []
    choices = [(str(one.id), one.name) for one in about.readers[:_READERS]]
    menu = f.menu(ids.LETTER_READER, choices, str(reader.id))
    return [f.field("To", menu, ids.LETTER_READER, told=True, hint="Another reader gets the letter anew.")]


def _left_out(agreed: Agreed, reader: Stakeholder) -> str:
    """A remark about the commitments that the letter does not tell."""
    name = escape(shortened(reader.name, _NAME))
    if agreed.withheld:
        are, them = ("is", "it") if agreed.withheld == 1 else ("are", "them")
        return (
            f":lock: {plural(agreed.withheld, 'commitment')} {are} left out, because only our team may see {them}."
            " *Also the client*, in the menu of a commitment, shares it."
        )
    return "" if agreed.shareable else f"No commitment with {name} is recorded here, so the letter has no points yet."


# ---- the letter ----------------------------------------------------------------------------------------


def ready(letter: Letter, viewer: Person, context: Context, *, with_page: bool, note: str = "") -> b.Json:
    """A letter in its words: the ways to send it, or when it was sent. `note`: markup below the buttons."""
    reader, sent = letter.stakeholder, letter.sent_at is not None
    head = f"*To {escape(reader.name)}*, {escape(reader.account.name)}"
    state = f":envelope: {sent_words(letter, viewer)}" if sent else "Not sent yet."
    value = Ref(extra=str(letter.id)).encode()
    row = [
        *([] if sent else [b.button("Sent", ids.LETTER_SENT, value, style="primary", label=f"Sent: {letter.subject}")]),
        b.button("As a file", ids.LETTER_FILE, value),
        *([b.button("To print", ids.LETTER_PAGE, value)] if with_page else []),
        *([] if sent else [b.button("Edit …", ids.LETTER_EDIT, value)]),
    ]
    blocks: list[Block] = [
        b.section(f"{head}\n{state}"),
        b.verbatim(letter.subject),
        b.verbatim(letter.body),
        *([] if sent else [b.section(_mail(letter))]),
        b.actions(*row),
        *([b.context(note)] if note else []),
        *([] if sent else [b.context("Press *Sent* when it has gone. The ledger keeps when, and these words.")]),
    ]
    return b.modal("Letter", blocks, callback_id=ids.RECEIPT, metadata=context.encode())


def _mail(letter: Letter) -> str:
    link = mailto(letter)
    if link is None:
        return "Copy the text, or take the file: the letter is too long for a link to your mail program."
    return f"*<{link.replace('&', '&amp;')}|Open in your mail program>*, copy the text, or take the file."


def sent_words(letter: Letter, viewer: Person) -> str:
    """“sent on Fri 27 Nov 2026, 14:05 by Eva Lindqvist”"""
    if letter.sent_at is None or letter.sender is None:
        return "not sent"
    return f"sent on {clock_time(letter.sent_at, viewer.zone)} by {escape(letter.sender.name)}"


def sent(letters: Sequence[Letter], viewer: Person) -> list[Block]:
    """The letters that were sent about a subject; each opens in its words."""
    return [
        b.section(
            f":envelope: *Letter to {escape(shortened(one.stakeholder.name, _NAME))}*  ·  {sent_words(one, viewer)}\n"
            f"{escape(shortened(one.subject, _SUBJECT))}",
            accessory=b.button("Show", ids.LETTER_SHOW, Ref(extra=str(one.id)).encode(), label=f"Show: {one.subject}"),
        )
        for one in letters
    ]


def ref_of(kind: str, row_id: int) -> Ref:
    """The reference to the subject of a letter."""
    return Ref(Subject(kind), row_id)
