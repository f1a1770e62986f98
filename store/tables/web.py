"""The access to web pages: personal links, the sessions that they open, and wrong tokens."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, key, to


class WebLink(Base):
    """A personal link to the page of an account plan. It works once. Of its token only the SHA-256 is stored."""

    __tablename__ = "web_link"
    __table_args__ = (
        sa.Index("ix_web_link_person", "person_id"),
        sa.Index("ix_web_link_expires_at", "expires_at"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    person_id: Mapped[int] = to("person")
    account_id: Mapped[int] = to("account")
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser in which a person reads web pages. Of its token, a cookie, only the SHA-256 is stored."""

    __tablename__ = "web_session"
    __table_args__ = (
        sa.Index("ix_web_session_person", "person_id"),
        sa.Index("ix_web_session_expires_at", "expires_at"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    person_id: Mapped[int] = to("person")
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # When the person ended it, or left; NULL: it ends when it expires.
    ended_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """The secret address of a person's calendar. Of its token only the SHA-256 is stored."""

    __tablename__ = "calendar_feed"
    __table_args__ = (sa.Index("ix_calendar_feed_person", "person_id"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    person_id: Mapped[int] = to("person")
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WebGuess(Base):
    """A token that nobody was given, and the network address that sent it."""

    __tablename__ = "web_guess"
    __table_args__ = (sa.Index("ix_web_guess_address", "address", "at"),)

    id: Mapped[int] = key()
    address: Mapped[str]
    at: Mapped[datetime]
