"""Statements put together once and run by the driver itself: those between `/commit …` and its receipt.

SQLAlchemy writes them, for each database and with the types of the columns. What it does around every execution
(finding the written form, a context, a cursor's result, its rows) takes several times as long as the database
does, and meanwhile nobody else in this process gets anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.db import core_of, on_driver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.engine import Dialect
    from sqlalchemy.orm import Session

    Convert = Callable[[Any], Any]


class Prepared:
    """One statement. Each of its parameters is given by name on every run.

    `columns` are those that an insert fills, and so its parameters. Its table's defaults do not apply.
    """

    def __init__(self, statement: Any, *, columns: Iterable[str] = ()) -> None:  # noqa: ANN401  of any kind
        self.statement = statement
        self._columns = list(columns) or None
        self._written: dict[str, _Written] = {}

    def rows(self, tx: Session, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401  as the columns are
        """Run it; all that it gives back."""
        written, cursor = self._run(tx, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        if not written.given_back:
            return found
        return [
            tuple([read(value) if read else value for read, value in zip(written.given_back, row, strict=True)])
            for row in found
        ]

    def count(self, tx: Session, **values: Any) -> int:  # noqa: ANN401  as the columns are
        """Run it; how many rows it touched."""
        _, cursor = self._run(tx, values)
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def _run(self, tx: Session, values: dict[str, Any]) -> tuple[_Written, Any]:
        connection = core_of(tx)
        written = self._written.get(connection.dialect.name)
        if written is None:
            # Two threads may both write it: the same, so that it does not matter whose stays.
            written = self._written[connection.dialect.name] = _write(self.statement, self._columns, connection.dialect)
        for name, convert in written.given:
            values[name] = convert(values[name])
        return written, on_driver(connection, written.text, written.constants | values)


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in a database's words, with how its parameters go in and its columns (if any needs it) come out."""

    text: str
    constants: dict[str, Any]
    given: tuple[tuple[str, Convert], ...]
    given_back: tuple[Convert | None, ...]


def _write(statement: Any, columns: list[str] | None, dialect: Dialect) -> _Written:  # noqa: ANN401  of any kind
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    given = (
        (name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for bind, name in compiled.bind_names.items()
    )
    read = tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns
    )
    return _Written(
        compiled.string,
        {
            name: bind.value
            for bind, name in compiled.bind_names.items()
            if not bind.required and bind.value is not None
        },
        tuple((name, convert) for name, convert in given if convert),
        read if any(read) else (),
    )
