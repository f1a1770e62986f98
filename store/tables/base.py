"""The parts of every table: constraint names, column types, keys."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.db import ExactNumber, UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Dialect

# A convention for constraint names, so that a migration can name a constraint on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# The text in place of a redacted text.
REDACTED = "(redacted)"


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads this name as it stands
        datetime: UtcDateTime,
        date: sa.Date,
        str: sa.Text,
        Decimal: ExactNumber,
        dict[str, Any]: sa.JSON,
    }


def core(model: type[Base]) -> sa.Table:
    """The table of the model, for statements that need no objects and should be cheap to build."""
    return cast("sa.Table", model.__table__)


# SQLite numbers rows itself only if the type is exactly INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class EnumText(sa.types.TypeDecorator[Any]):
    """Members of a StrEnum, stored as text. A value that is none of them is refused on the way in."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum
        # A look-up is several times as fast as a call of the enum, and a large plan has thousands of values.
        self._members = {member.value: member for member in enum}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        del dialect
        return None if value is None else self._members[value]


class EnumsText(sa.types.TypeDecorator[Any]):
    """Several members of a StrEnum as a tuple, stored as text with commas between them; NULL for none."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        del dialect
        return ",".join(self.enum(each).value for each in value) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[StrEnum, ...] | None:
        del dialect
        return tuple(self.enum(each) for each in value.split(",")) if value else None


def one_of(column: str, enum: Iterable[StrEnum]) -> sa.CheckConstraint:
    """The constraint that the column holds a member of the enum."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, map(str, enum)))})", name=column)


def key() -> Mapped[int]:
    return mapped_column(_ID, primary_key=True)


def to(table: str, *, nullable: bool = False, ondelete: str | None = None) -> Any:  # noqa: ANN401  the column says it
    return mapped_column(_ID, sa.ForeignKey(f"{table}.id", ondelete=ondelete), nullable=nullable)


def shared() -> Any:  # noqa: ANN401  the column says it
    """The column of a row's sharing."""
    return mapped_column(EnumText(Sharing), default=Sharing.INTERNAL, server_default=Sharing.INTERNAL)


class Subject(StrEnum):
    """The kinds of rows that have a history: entries and messages name a row by its kind and its id."""

    COMMITMENT = "commitment"
    ACCOUNT = "account"
    KEY_DATE = "key_date"
    OBJECTIVE = "objective"
    OPPORTUNITY = "opportunity"
    COMPETITOR = "competitor"
    RISK = "risk"
    YEAR = "year"
    FIGURE = "figure"
    OPINION = "opinion"
    RESOURCE = "resource"
    CELL = "cell"
    BUYER = "buyer"
    STAKEHOLDER = "stakeholder"
    SIGNAL = "signal"
    EXPECTATION = "expectation"
    MEETING = "meeting"
    OFFERING = "offering"
    REVIEW = "review"
    PROPOSAL = "proposal"
    WORKSPACE = "workspace"


class Side(StrEnum):
    """The side that owes: we, or the client."""

    OURS, THEIRS = "ours", "theirs"


class Sharing(StrEnum):
    """The readers of a row: our team, or the client too. Every row begins as internal, also a copy of another."""

    INTERNAL, SHAREABLE = "internal", "shareable"


class Category(StrEnum):
    """The categories of accounts."""

    A, B, C, D = "A", "B", "C", "D"


class Role(StrEnum):
    """The roles of a client's person in what they buy. A person may have several; the stance is none of them."""

    DECISION_MAKER, ECONOMIC_BUYER, EXECUTIVE_SPONSOR = "decision_maker", "economic_buyer", "executive_sponsor"
    CHAMPION, EVALUATOR, INFLUENCER = "champion", "evaluator", "influencer"
    GATEKEEPER, USER = "gatekeeper", "user"


class HasHistory(Base):
    """A row with a history of entries (store/history.py), which messages show.

    Each change raises `version`. A change that names an older version is refused.
    """

    __abstract__ = True
    subject_kind: ClassVar[Subject]

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
