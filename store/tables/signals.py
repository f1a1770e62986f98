"""The signals of accounts that stand, and those that were mended."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.rules.signals import Colour, SignalKind
from store.tables.accounts import Account
from store.tables.base import _ID, EnumText, HasHistory, Subject, to


class RaisedSignal(HasHistory):
    """A signal that stood at an account, from the day `since` to the day `ended_on`; NULL: it stands.

    The signals of store/rules/signals.py are derived; this row knows which of them are new, and which are mended. A
    signal of which the lead reads elsewhere has no row.
    """

    __tablename__ = "signal"
    subject_kind = Subject.SIGNAL
    __table_args__ = (
        sa.Index("ix_signal_standing", "account_id", "kind", "about_kind", "about_id", unique=True,
                 sqlite_where=sa.text("ended_on IS NULL"), postgresql_where=sa.text("ended_on IS NULL")),
        sa.CheckConstraint("weight IN ('amber', 'red')", name="weight"),
    )  # fmt: skip

    account_id: Mapped[int] = to("account")
    kind: Mapped[SignalKind] = mapped_column(EnumText(SignalKind))
    weight: Mapped[Colour] = mapped_column(EnumText(Colour))
    # The row that it is about: a commitment by its number, another one by its id.
    about_kind: Mapped[str]
    about_id: Mapped[int] = mapped_column(_ID)
    since: Mapped[date]
    ended_on: Mapped[date | None]

    account: Mapped[Account] = relationship(lazy="raise")

    @property
    def key(self) -> tuple[str, str, int]:
        """The identity of the signal at its account, as the derived signal has it."""
        return self.kind, self.about_kind, self.about_id
