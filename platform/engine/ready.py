"""Statements made ready for PostgreSQL once: their text, their values as they go over the wire, how a row is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGresult

from customary.engine.postgresql import native


class Ready:
    """A query for one row by its id, which is the value bound as `id`; all its other values are in it."""

    def __init__(self, statement: sa.Select, connection: sa.Connection) -> None:
        self._dialect = connection.dialect
        compiled = statement.compile(dialect=self._dialect)
        whole = compiled.construct_expanded_state({"id": None})
        text, names = native(whole.statement)
        self.text = text.encode()
        self._types = [column.type for column in statement.selected_columns]
        self._loads: list[tuple[int, Callable[[Any], Any]]] | None = None
        self._place = names.index("id")
        binds = {name: self._binding(each.type) for name, each in compiled.binds.items()} | dict(whole.processors)
        values = [_bound(binds.get(name), whole.parameters[name]) for name in names]
        self._values = _dumped(connection.connection.dbapi_connection, values)

    def values(self, id: bytes) -> list[bytes | None]:
        """The values for an id, given as PostgreSQL reads it."""
        found = self._values.copy()
        found[self._place] = id
        return found

    def row(self, connection: psycopg.Connection, result: PGresult) -> tuple:
        """The one row of a result, as SQLAlchemy would give it."""
        reader = Transformer(connection)
        reader.set_pgresult(result)
        cells = list(reader.load_row(0, list))
        if self._loads is None:
            self._loads = [*self._loads_of(result)]
        for place, load in self._loads:
            cells[place] = load(cells[place])
        return tuple(cells)

    def _binding(self, kind: sa.types.TypeEngine) -> Callable[[Any], Any] | None:
        return kind.dialect_impl(self._dialect).bind_processor(self._dialect)

    def _loads_of(self, result: PGresult) -> Any:
        for place, kind in enumerate(self._types):
            load = kind.dialect_impl(self._dialect).result_processor(self._dialect, result.ftype(place))
            if load is not None:
                yield place, load


def _bound(process: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if process is None or value is None else process(value)


def _dumped(connection: psycopg.Connection, values: Sequence[Any]) -> list[bytes | None]:
    found = Transformer(connection).dump_sequence(values, [PyFormat.TEXT] * len(values))
    return [None if each is None else bytes(each) for each in found]
