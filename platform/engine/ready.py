"""Statements made ready for PostgreSQL once: their text, their values as they go over the wire, how a row is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format
from psycopg.pq.abc import PGresult
from sqlalchemy.engine.result import SimpleResultMetaData

from customary.engine.postgresql import native

TEXT = psycopg.adapters.types["text"].oid


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

    def loads(self, result: PGresult) -> list[tuple[int, Callable[[Any], Any]]]:
        """What SQLAlchemy would still make of the cells of a row, by their places."""
        if self._loads is None:
            self._loads = [*self._loads_of(result)]
        return self._loads

    def _binding(self, kind: sa.types.TypeEngine) -> Callable[[Any], Any] | None:
        return kind.dialect_impl(self._dialect).bind_processor(self._dialect)

    def _loads_of(self, result: PGresult) -> Iterator[tuple[int, Callable[[Any], Any]]]:
        for place, kind in enumerate(self._types):
            load = kind.dialect_impl(self._dialect).result_processor(self._dialect, result.ftype(place))
            if load is not None:
                yield place, load


class Rows(Sequence[tuple]):
    """What came for a query; each row is read when somebody asks for it, and is then as SQLAlchemy would give it."""

    def __init__(self, ready: Ready, connection: psycopg.Connection, result: PGresult) -> None:
        self._result = result
        self._connection = connection
        self._loads = ready.loads(result)
        self._reader = Transformer(connection)
        self._reader.set_pgresult(result)

    def __len__(self) -> int:
        return self._result.ntuples

    def __getitem__(self, place: int) -> tuple:  # type: ignore[override]
        return self._loaded(self._reader.load_row(place, tuple))

    def __iter__(self) -> Iterator[tuple]:
        rows = self._reader.load_rows(0, len(self), tuple)
        return map(self._loaded, rows) if self._loads else iter(rows)

    @cached_property
    def cells(self) -> list[tuple[str | None, ...]]:
        """The rows as they came: equal ones tell the same."""
        reader = Transformer(self._connection)
        reader.set_pgresult(self._result, set_loaders=False)
        reader.set_loader_types([TEXT] * self._result.nfields, Format.TEXT)
        return reader.load_rows(0, len(self), tuple)

    def _loaded(self, row: tuple | None) -> tuple:
        if row is None:
            raise IndexError
        cells = [*row]
        for place, load in self._loads:
            cells[place] = load(cells[place])
        return tuple(cells)


def _bound(process: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if process is None or value is None else process(value)


def _dumped(values: Sequence[Any]) -> list[bytes | None]:
    found = Transformer().dump_sequence(values, [PyFormat.TEXT] * len(values))
    return [None if each is None else bytes(each) for each in found]
