"""Wires: PostgreSQL asked by the event loop itself, without the way to a thread and back.

A thread that asks through SQLAlchemy takes 0.2 ms of processor time for the statement that reads a deal, a wire 0.02.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg import pq
from psycopg.pq.abc import PGresult

from customary.engine.hearing import Cells, Heard, Question, cells_of
from customary.engine.ready import Ready

MOST = 4
"""Wires of a process. What they are asked takes a tenth of a millisecond."""
MOST_PREPARED = 200
"""Statements that a wire knows; with one more it makes room for another wire."""
PATIENCE_SECONDS = 2
"""How long a wire waits for a statement, before it is left to a thread that has more patience."""


class Told(NamedTuple):
    """What came over a wire, for each question."""

    connection: psycopg.Connection
    results: list[PGresult]


class Found(NamedTuple):
    """A row that came over a wire: the cells as they came, and how they are read."""

    cells: Cells
    read: Callable[[], tuple]


class _Asked(NamedTuple):
    questions: Sequence[Question]
    outcome: asyncio.Future[Told | None]

    def tell(self, told: Told | None) -> None:
        if not self.outcome.done():  # whoever asked may be gone
            self.outcome.set_result(told)


class Wires:
    """At most MOST connections to a database, to which the event loop listens that asks."""

    def __init__(self, engine: sa.Engine, in_thread: Callable[..., Awaitable[psycopg.Connection]]) -> None:
        self._engine = engine
        self._in_thread = in_thread
        self._strung: _Strung | None = None

    async def one(self, ready: Ready, id: UUID) -> Found | None:
        """The row that a query finds by an id; None also when anything is not as usual, so that it is asked
        in the usual way, which says what is wrong."""
        told = await self._ask((ready.question(str(id).encode()),))
        if told is None or not told.results[0].ntuples:
            return None
        return Found(cells_of(told.results[0]), partial(ready.row, told.connection, told.results[0]))

    async def say_the_same(self, heard: Sequence[Heard]) -> bool:
        """Whether the database says to each question, put again, what it said when it was heard."""
        told = await self._ask([each.question for each in heard])
        if told is None:
            return False
        return all(cells_of(result) == each.cells for result, each in zip(told.results, heard, strict=True))

    def close(self) -> None:
        if self._strung is not None:
            self._strung.close()
            self._strung = None

    async def _ask(self, questions: Sequence[Question]) -> Told | None:
        """The answers to all questions, or None when anything is not as usual."""
        loop = asyncio.get_running_loop()
        if self._strung is None or self._strung.loop is not loop:
            self.close()
            self._strung = _Strung(loop, partial(self._in_thread, _connect, self._engine))
        return await self._strung.ask(_Asked(questions, loop.create_future()))


class _Strung:
    """The wires of one event loop, and what waits for one."""

    def __init__(self, loop: asyncio.AbstractEventLoop, connect: Callable[[], Awaitable[psycopg.Connection]]) -> None:
        self.loop = loop
        self._connect = connect
        self._free: list[_Wire] = []
        self._all: set[_Wire | asyncio.Task] = set()
        """Those that there are, and those that are on their way."""
        self._waiting: deque[_Asked] = deque()
        self._closed = False

    async def ask(self, asked: _Asked) -> Told | None:
        self._waiting.append(asked)
        self._go_on()
        return await asked.outcome

    def close(self) -> None:
        self._closed = True
        for each in list(self._free):
            self._done(each)

    async def _add(self) -> None:
        try:
            wire = _Wire(self.loop, await self._connect(), self._done)
        except Exception:  # noqa: BLE001 - whatever it is, who asks in the usual way is told
            self._send_away()
        else:
            self._all.add(wire)
            self._done(wire)
        finally:
            self._all.discard(asyncio.current_task())

    def _go_on(self) -> None:
        while self._waiting and self._free:
            self._free.pop().ask(self._waiting.popleft())
        if self._closed:
            self._send_away()
        elif self._waiting and len(self._all) < MOST:
            self._all.add(self.loop.create_task(self._add()))

    def _send_away(self) -> None:
        while self._waiting:
            self._waiting.popleft().tell(None)

    def _done(self, wire: _Wire) -> None:
        """A wire has nothing to do, or is broken: then perhaps while it had nothing to do."""
        self._free = [each for each in self._free if each is not wire]
        if wire.broken or self._closed:
            self._all.discard(wire)
            wire.close()
        else:
            self._free.append(wire)
        self._go_on()


class _Wire:
    """One connection. All questions of one who asks go out together; then it is the turn of the next."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, connection: psycopg.Connection, done: Callable[[_Wire], None]
    ) -> None:
        self._loop, self._connection, self._done = loop, connection, done
        self._pg = connection.pgconn
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._file = self._pg.socket
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        """The names of statements, by text and types of values."""
        self._asked: _Asked | None = None
        self._preparing = False
        self._results: list[PGresult] = []
        self.broken = False
        loop.add_reader(self._file, self._hear)

    def ask(self, asked: _Asked) -> None:
        self._asked, self._preparing, self._results = asked, False, []
        try:
            for each in asked.questions:
                self._pg.send_query_prepared(self._name(each), each.values, each.formats)
            self._pg.pipeline_sync()
            if self._pg.flush():
                raise psycopg.OperationalError("the server does not read")
        except psycopg.Error:
            self._end(None, broken=True)

    def close(self) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(self._file)
        self._connection.close()

    def _name(self, question: Question) -> bytes:
        """The name of a statement, which is sent before where the server does not know it."""
        statement = (question.text, question.types)
        if statement not in self._prepared:
            name = self._prepared[statement] = b"w%d" % len(self._prepared)
            self._pg.send_prepare(name, *statement)
            self._preparing = True
        return self._prepared[statement]

    def _hear(self) -> None:
        try:
            self._pg.consume_input()
            while self._asked is not None and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._settle()
                elif result is not None:
                    self._results.append(result)
        except psycopg.Error:
            self._end(None, broken=True)

    def _settle(self) -> None:
        """All of an answer is there. After a failure nobody knows what was prepared."""
        if all(each.status in _WELL for each in self._results):
            told = [each for each in self._results if each.status == pq.ExecStatus.TUPLES_OK]
            self._end(Told(self._connection, told))
        else:
            self._end(None, broken=self._preparing)

    def _end(self, told: Told | None, broken: bool = False) -> None:
        asked, self._asked, self._results = self._asked, None, []
        self.broken = broken or len(self._prepared) > MOST_PREPARED
        if asked is not None:
            asked.tell(told)
        self._done(self)


_WELL = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


def _connect(engine: sa.Engine) -> psycopg.Connection:
    pooled = engine.raw_connection()
    pooled.detach()
    connection = pooled.dbapi_connection
    connection.execute(f"SET statement_timeout = '{PATIENCE_SECONDS}s'")
    return connection
