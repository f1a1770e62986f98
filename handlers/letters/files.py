"""A letter outside of Slack: a link that opens a mail program, and a file with the draft of a mail.

Neither has an address: Makegood keeps none.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING
from urllib.parse import quote

from handlers.calendars.files import File
from store.rules.names import fold_person
from store.rules.text import one_line

if TYPE_CHECKING:
    from store.tables import Letter

# Characters of a link: Windows hands no more than 2,081 to a mail program.
LINK_LIMIT = 2_000
_UNFIT_FOR_NAMES = re.compile(r"[^a-z0-9]+")
_NAME_LENGTH = 40


def mailto(letter: Letter) -> str | None:
    """The link that opens the letter in a mail program (RFC 6068); None if it would be too long."""
    body = quote(letter.body.replace("\n", "\r\n"), safe="")
    link = f"mailto:?subject={quote(one_line(letter.subject), safe='')}&body={body}"
    return link if len(link) <= LINK_LIMIT else None


def eml(letter: Letter) -> bytes:
    """The letter as a file that mail programs open as a draft: plain text in UTF-8, with lines that end in CR LF.

    It has no sender and no recipient: the mail program of the person who sends it adds both.
    """
    message = EmailMessage(policy=SMTP)
    # A header with a line break would begin another header, and so would one in an encoded word, which is decoded.
    message["Subject"] = one_line(letter.subject).replace("=?", "= ?")
    message["Date"] = letter.created_at
    # Outlook opens it as a draft, and not as a mail that was received.
    message["X-Unsent"] = "1"
    message.set_content(letter.body + "\n", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = str(letter.language)
    return message.as_bytes()


def file(letter: Letter) -> File:
    """The letter as a file for Slack."""
    return File(file_name(letter), "Letter", eml(letter), "open it in your mail program, and add the address there.")


def file_name(letter: Letter) -> str:
    """“letter-to-dana-whitfield.eml”, in plain ASCII."""
    to = _UNFIT_FOR_NAMES.sub("-", fold_person(letter.stakeholder.name)).strip("-")[:_NAME_LENGTH].strip("-")
    return f"letter-to-{to}.eml" if to else "letter.eml"
