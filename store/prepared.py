"""Statements put together once and run by the driver itself: those that stand between `/commit …` and its receipt.

SQLAlchemy writes them, for each database and with the types of the columns. What it does around every execution
(finding the written form, a context, a cursor's result, its rows) takes several times as long as the database,
and while it does, nobody else in this process can do anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from store.db import core_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import sqlalchemy as sa
    from sqlalchemy.engine import Dialect
    from sqlalchemy.orm import Session

    from store.tables import Base

Model = TypeVar("Model", bound="Base")


class Prepared:
    """One statement. Every parameter is given by name on every run; there are no defaults.

    For an insert `columns` are those that it fills, which are its parameters.
    """

    def __init__(self, statement: sa.Select[Any] | sa.UpdateBase, *, columns: Iterable[str] | None = None) -> None:
        self._statement = statement
        self._columns = None if columns is None else list(columns)
        self._written: dict[str, _Written] = {}

    def rows(self, tx: Session, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401  as the columns are
        """What the statement gives back, all of it."""
        found: list[tuple[Any, ...]] = []
        written = self._run(tx, values, lambda cursor: found.extend(cursor.fetchall()))
        if not written.readers:
            return found
        return [tuple([read(value) if read else value for read, value in zip(written.readers, row, strict=True)]) for row in found]

    def count(self, tx: Session, **values: Any) -> int:  # noqa: ANN401  as the columns are
        """Run it; how many rows it touched."""

    def _run(self, tx: Session, values: dict[str, Any]) -> Any:
        connection = core_of(tx)
        dialect = connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _write(self._statement, self._columns, dialect)
        given = {**values, **{name: convert(values[name]) for name, convert in written.converters}}
        cursor = connection.connection.cursor()
