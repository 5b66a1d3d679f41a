"""What units of work were told: the questions that they put to PostgreSQL, and every cell of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGresult

from customary.engine.postgresql import native

Cells = tuple[bytes | None, ...]


class Question(NamedTuple):
    """A statement with its values as they go to PostgreSQL, so that it can be put again word for word."""

    text: bytes
    types: tuple[int, ...]
    values: Sequence[bytes | None]
    formats: Sequence[int] | None = None


class Heard(NamedTuple):
    question: Question
    cells: Cells


class Hearing:
    """All that reading units of work were told, in their order.

    Each question follows from those before it and their answers. So who is told the same cells again would ask
    nothing else, and knows as much as if they had worked everything out.
    """

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.is_whole = True
        """Whether that is all that was done: nothing was written or tried, and all can be asked again."""

    def listen_to(self, connection: sa.Connection) -> None:
        """Takes down what is asked on a connection of such an engine, until it is given back."""
        connection.execution_options(customary_hearing=self)

    def note(self, cursor: psycopg.Cursor, statement: str, parameters: Any) -> None:
        """Takes down what a cursor was just told."""
        if cursor.pgresult is None or not cursor.pgresult.nfields:
            self.is_whole = False
        else:
            question = _question(cursor.connection, statement, parameters)
            self.heard.append(Heard(question, cells_of(cursor.pgresult)))


def can_listen_to(engine: sa.Engine) -> None:
    """Makes an engine's connections such that a hearing can listen to them."""

    @sa.event.listens_for(engine, "after_cursor_execute")
    def _note(connection: sa.Connection, cursor: psycopg.Cursor, statement: str, parameters: Any, *_: Any) -> None:
        listening: Hearing | None = connection.get_execution_options().get("customary_hearing")
        if listening is not None:
            listening.note(cursor, statement, parameters)


def cells_of(result: PGresult) -> Cells:
    """All cells of a result, row after row, as they came."""
    cell, columns = result.get_value, range(result.nfields)
    return tuple([cell(row, column) for row in range(result.ntuples) for column in columns])


def _question(connection: psycopg.Connection, statement: str, parameters: Any) -> Question:
    text, names = native(statement)
    values = [parameters[name] for name in names] if isinstance(parameters, Mapping) else list(parameters or ())
    writer = Transformer(connection)
    dumped = writer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    cells = tuple(None if each is None else bytes(each) for each in dumped)
    return Question(text.encode(), writer.types or (), cells, writer.formats)
