"""Statements made ready for PostgreSQL once: their text, their values as they go over the wire, how a row is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGresult
from sqlalchemy.engine.result import SimpleResultMetaData

from customary.engine.postgresql import native


def made_ready(statement: sa.Select, dialect: sa.Dialect) -> Ready | None:
    """A query made ready; None where its text depends on what it is asked with, as a list that is written out does."""
    compiled = statement.compile(dialect=dialect)
    known = compiled.params
    asked = {name for name, each in compiled.binds.items() if each.required and known.get(name) is None}
    written_out = any(compiled.binds[name].expanding for name in asked)
    return None if written_out else Ready(statement, compiled, asked)


class Ready:
    """A query of which all values are known but for those that are `asked` with."""

    def __init__(self, statement: sa.Select, compiled: sa.Compiled, asked: Set[str]) -> None:
        self.takes_long = False
        """Whether a wire lost patience with it."""
        self._dialect = compiled.dialect
        whole = compiled.construct_expanded_state(dict.fromkeys(asked))
        text, names = native(whole.statement)
        self.text = text.encode()
        self.columns = SimpleResultMetaData([str(column.key) for column in statement.selected_columns])
        self._types = [column.type for column in statement.selected_columns]
        self._loads: list[tuple[int, Callable[[Any], Any]]] | None = None
        binds = {name: self._binding(each.type) for name, each in compiled.binds.items()} | dict(whole.processors)
        self._asked = [(place, name, binds.get(name)) for place, name in enumerate(names) if name in asked]
        self._values = _dumped([_bound(binds.get(name), whole.parameters[name]) for name in names])

    def values(self, asked: Mapping[str, Any]) -> list[bytes | None]:
        """All values, with those that are asked with."""
        found = self._values.copy()
        dumped = _dumped([_bound(process, asked[name]) for _, name, process in self._asked])
        for (place, *_), value in zip(self._asked, dumped, strict=True):
            found[place] = value
        return found

    def rows(self, connection: psycopg.Connection, result: PGresult) -> list[tuple]:
        """The rows of a result, as SQLAlchemy would give them."""
        reader = Transformer(connection)
        reader.set_pgresult(result)
        rows = reader.load_rows(0, result.ntuples, tuple)
        if self._loads is None:
            self._loads = [*self._loads_of(result)]
        return [self._loaded(each) for each in rows] if self._loads else rows

    def _loaded(self, row: tuple) -> tuple:
        cells = [*row]
        for place, load in self._loads or ():
            cells[place] = load(cells[place])
        return tuple(cells)

    def _binding(self, kind: sa.types.TypeEngine) -> Callable[[Any], Any] | None:
        return kind.dialect_impl(self._dialect).bind_processor(self._dialect)

    def _loads_of(self, result: PGresult) -> Iterator[tuple[int, Callable[[Any], Any]]]:
        for place, kind in enumerate(self._types):
            load = kind.dialect_impl(self._dialect).result_processor(self._dialect, result.ftype(place))
            if load is not None:
                yield place, load


def _bound(process: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if process is None or value is None else process(value)


def _dumped(values: Sequence[Any]) -> list[bytes | None]:
    found = Transformer().dump_sequence(values, [PyFormat.TEXT] * len(values))
    return [None if each is None else bytes(each) for each in found]
