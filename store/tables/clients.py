"""The pages of the client's people: their links, when they were opened, and what a person proposes there."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.accounts import Account
from store.tables.base import Base, EnumText, HasHistory, Side, Subject, key, one_of, to
from store.tables.commitments import Commitment
from store.tables.people import Person
from store.tables.stakeholders import Stakeholder


class ClientLink(Base):
    """A link to the page of one of the client's people. Of its token only the SHA-256 is stored. People who share one
    link have a row each, with the same hash.
    """

    __tablename__ = "client_link"
    __table_args__ = (
        sa.Index("ix_client_link_stakeholder", "stakeholder_id", "ended_at"),
        sa.Index("ix_client_link_token_hash", "token_hash"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    stakeholder_id: Mapped[int] = to("stakeholder")
    # The colleague who gave it to them.
    creator_id: Mapped[int] = to("person")
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # When a colleague ended it, or made a new one; NULL: it ends when it expires.
    ended_at: Mapped[datetime | None]

    stakeholder: Mapped[Stakeholder] = relationship(lazy="raise")
    creator: Mapped[Person] = relationship(lazy="raise")


class ClientOpen(Base):
    """A local day on which the page was opened in a browser, which a cookie names; its hash is stored."""

    __tablename__ = "client_open"
    __table_args__ = (sa.UniqueConstraint("link_id", "day", "device"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    link_id: Mapped[int] = to("client_link")
    day: Mapped[date]
    device: Mapped[str]


class ClientPost(Base):
    """A form that was sent from a page, and the network address that sent it. The limits count these."""

    __tablename__ = "client_post"
    __table_args__ = (
        sa.Index("ix_client_post_link", "link_id", "at"),
        sa.Index("ix_client_post_address", "address", "at"),
    )

    id: Mapped[int] = key()
    link_id: Mapped[int] = to("client_link")
    address: Mapped[str]
    at: Mapped[datetime]


class ProposalKind(StrEnum):
    """A person of theirs says that it is done, proposes another date or a commitment, asks a question, or asks for a
    new link. `AGREED`: they have agreed to an expectation, which waits for no answer.
    """

    DONE, DATE, COMMITMENT, QUESTION, LINK = "done", "date", "commitment", "question", "link"
    AGREED = "agreed"


class ProposalState(StrEnum):
    """`OPEN`: a colleague has yet to answer. The others are final."""

    OPEN, CONFIRMED, ANSWERED = "open", "confirmed", "answered"


class Proposal(HasHistory):
    """The words of one of the client's people on their page. It changes nothing else before a colleague confirms it."""

    __tablename__ = "proposal"
    subject_kind = Subject.PROPOSAL
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index("ix_proposal_stakeholder", "stakeholder_id", "created_at"),
        sa.Index("ix_proposal_account", "account_id"),
        sa.Index("ix_proposal_commitment", "commitment_id"),
        one_of("kind", ProposalKind),
        one_of("state", ProposalState),
        one_of("side", Side),
    )

    account_id: Mapped[int] = to("account")
    stakeholder_id: Mapped[int] = to("stakeholder")
    kind: Mapped[ProposalKind] = mapped_column(EnumText(ProposalKind))
    # The commitment that it is about; of a confirmed COMMITMENT the one that was recorded.
    commitment_id: Mapped[int | None] = to("commitment", nullable=True)
    # Of a COMMITMENT: the side that would owe; of an expectation: the side that expects.
    side: Mapped[Side | None] = mapped_column(EnumText(Side))
    text: Mapped[str | None]
    due_on: Mapped[date | None]
    state: Mapped[ProposalState] = mapped_column(EnumText(ProposalState))
    # The words of the colleague, which the person reads on their page.
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answerer_id: Mapped[int | None] = to("person", nullable=True)
    # The link and the form from which it came: a form that is sent twice proposes once.
    origin_key: Mapped[str]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder] = relationship(lazy="raise")
    commitment: Mapped[Commitment | None] = relationship(lazy="raise")
    answerer: Mapped[Person | None] = relationship(lazy="raise")
