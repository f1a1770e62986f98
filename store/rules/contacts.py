"""E-mail addresses and phone numbers, which Makegood does not copy: they belong in the CRM. Pure."""

from __future__ import annotations

import re

from store.errors import BadInputError

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\W\d_]{2,}|\b(?:mailto|tel):", re.IGNORECASE)
# At least seven digits, with nothing but spaces and the marks of phone numbers between them.
_PHONE = re.compile(r"\d(?:[\s()/.\-]{0,2}\d){6,}", re.ASCII)
_WEB = re.compile(r"https?://[^\s.]+\.\S+", re.IGNORECASE)


def refuse_contacts(text: str | None, *, field: str, phones: bool = True) -> None:
    """BadInputError at the field if the text has an e-mail address or, with `phones`, a phone number."""
    if not text:
        return
    if _ADDRESS.search(text):
        what = "An e-mail address"
    elif phones and _PHONE.search(text):
        what = "A phone number"
    else:
        return
    raise BadInputError(f"{what} is not kept here: it belongs in the CRM. Please leave it out.", field=field)


def refuse_other_links(text: str | None, *, field: str) -> None:
    """BadInputError at the field if the text is no web address."""
    refuse_contacts(text, field=field, phones=False)
    if text and not _WEB.fullmatch(text):
        raise BadInputError("Write a web address that begins with https://.", field=field)
