"""Letters to the client's people."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import _ID, Base, EnumText, Subject, key, one_of, to
from store.tables.people import Person
from store.tables.stakeholders import Language, Stakeholder


class About(StrEnum):
    """The kinds of subjects that a letter follows up."""

    MEETING, REVIEW, STAKEHOLDER = Subject.MEETING, Subject.REVIEW, Subject.STAKEHOLDER


class Letter(Base):
    """A letter to one of the client's people, in its words. The words never change: an edited letter is a new row."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index("ix_letter_stakeholder", "stakeholder_id"),
        sa.Index("ix_letter_about", "about_id", "about_kind"),
        one_of("about_kind", About),
        one_of("language", Language),
        sa.CheckConstraint("(sent_at IS NULL) = (sender_id IS NULL)", name="sent"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    stakeholder_id: Mapped[int] = to("stakeholder")
    # The kind and id of the subject that it follows up. No foreign key: each kind has its own table.
    about_kind: Mapped[About] = mapped_column(EnumText(About))
    about_id: Mapped[int] = mapped_column(_ID)
    language: Mapped[Language] = mapped_column(EnumText(Language))
    subject: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[int] = to("person")
    created_at: Mapped[datetime]
    # When a person said that they have sent it; NULL: nobody has.
    sent_at: Mapped[datetime | None]
    sender_id: Mapped[int | None] = to("person", nullable=True)
    # Slack's view id: a form that Slack delivers twice writes one letter.
    origin_key: Mapped[str]

    stakeholder: Mapped[Stakeholder] = relationship(lazy="raise")
    author: Mapped[Person] = relationship(foreign_keys=author_id, lazy="raise")
    sender: Mapped[Person | None] = relationship(foreign_keys=sender_id, lazy="raise")
