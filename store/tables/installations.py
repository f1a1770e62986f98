"""Workspaces, and the heartbeats of the background parts of the program."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, synonym

from store.tables.base import Base, Category, EnumsText, HasHistory, Role, Subject, key

_ROLES_A = (Role.DECISION_MAKER, Role.ECONOMIC_BUYER, Role.CHAMPION)


class Workspace(HasHistory):
    """A Slack team that installed the bot, with its settings and the pace of posts to it. Its history is that of its
    settings.
    """

    __tablename__ = "workspace"
    subject_kind = Subject.WORKSPACE

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = synonym("id")
    team_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Weekdays worked, Monday 0 … Sunday 6, as digits: "01234".
    working_week: Mapped[str] = mapped_column(default="01234", server_default="01234")
    # A region of the `holidays` package: "DE", "DE-BY"; NULL: no public holidays.
    holidays_region: Mapped[str | None]
    send_hour: Mapped[int] = mapped_column(default=9, server_default="9")
    # Working days overdue after which a commitment is escalated: for A accounts, and for all other accounts.
    escalate_a_after: Mapped[int] = mapped_column(default=3, server_default="3")
    escalate_after: Mapped[int] = mapped_column(default=5, server_default="5")
    # Whether a Slack status such as "Vacationing" counts as being away.
    honours_status: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Whether the bot replies in the thread of a message from which a commitment was made.
    replies_in_threads: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    fiscal_year_start: Mapped[int] = mapped_column(default=1, server_default="1")
    # The roles that an account needs on its map, and the months from one of its reviews to the next, by its category.
    roles_a: Mapped[tuple[Role, ...] | None] = mapped_column(
        EnumsText(Role), default=_ROLES_A, server_default=",".join(_ROLES_A)
    )
    roles_b: Mapped[tuple[Role, ...] | None] = mapped_column(EnumsText(Role))
    roles_c: Mapped[tuple[Role, ...] | None] = mapped_column(EnumsText(Role))
    roles_d: Mapped[tuple[Role, ...] | None] = mapped_column(EnumsText(Role))
    review_months_a: Mapped[int | None] = mapped_column(default=3, server_default="3")
    review_months_b: Mapped[int | None] = mapped_column(default=6, server_default="6")
    review_months_c: Mapped[int | None] = mapped_column(default=12, server_default="12")
    review_months_d: Mapped[int | None]
    # Working days before a review on which its digest comes.
    digest_before: Mapped[int] = mapped_column(default=5, server_default="5")
    # The emoji that proposes a message as a commitment, without its colons; NULL: none does.
    emoji: Mapped[str | None]
    # The address of its web pages, as the process says that connected last; NULL: there are none.
    public_url: Mapped[str | None]
    next_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # The pace: no process posts to this workspace before this instant.
    next_post_at: Mapped[datetime]
    created_at: Mapped[datetime]

    def required_roles(self, category: Category | None) -> tuple[Role, ...]:
        """The roles that an account of that category needs on its map."""
        return getattr(self, f"roles_{category.lower()}") or () if category else ()

    def review_months(self, category: Category | None) -> int | None:
        """The months from one review of an account of that category to the next; 0: reviews wait for an event; None: it
        has no reviews.
        """
        return getattr(self, f"review_months_{category.lower()}") if category else None


class Heartbeat(Base):
    """The time of the last round of each background part of the program; /readyz and doctor read it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
