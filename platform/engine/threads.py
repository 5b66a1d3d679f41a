"""Threads that do blocking work for the asynchronous web process, and the turns that threads take."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")


class Threads:
    """At most `most` threads, started when they are first needed, ended with this object.

    The way there and back takes 40 µs where one request runs and 5 µs where sixteen do; `anyio.to_thread` takes
    60 and 46, for it looks after more kinds of event loops and of cancelling than there are here.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._started = 0
        self._under_way = 0
        weakref.finalize(self, _end, self._jobs, most)

    async def run(self, work: Callable[..., Result], *args: Any) -> Result:
        """`work(*args)` in one of the threads; what it raises is raised here. Who is cancelled does not stop it."""
        loop = asyncio.get_running_loop()
        outcome = loop.create_future()
        self._under_way += 1
        if self._started < min(self._under_way, self._most):
            self._started += 1
            threading.Thread(target=_serve, args=(self._jobs,), name="customary-work", daemon=True).start()
        self._jobs.put((work, args, loop, lambda *told: self._settle(outcome, *told)))
        value, error = await outcome
        if error is not None:
            raise error
        return value

    def close(self) -> None:
        """Lets the threads end when what was asked for is done; further work starts new ones."""
        _end(self._jobs, self._started)
        self._started = 0

    def _settle(self, outcome: asyncio.Future, value: Any, error: BaseException | None) -> None:
        self._under_way -= 1
        if not outcome.done():
            outcome.set_result((value, error))


class Turns:
    """One at a time, in the order in which they come: who wants a second turn stands behind all who wait for one.

    SQLite gives its lock to whoever asks at the right moment: a worker that hardly ever let go of it kept people
    waiting for seconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    @contextmanager
    def turn(self, patience_seconds: float) -> Iterator[None]:
        """A turn; after so many seconds of waiting it is done without one."""
        mine = self._await(patience_seconds)
        try:
            yield
        finally:
            if mine:
                self._pass_on()

    def _await(self, patience_seconds: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        return called.acquire(timeout=patience_seconds) or self._has_left(called)

    def _has_left(self, called: threading.Lock) -> bool:
        """Leaves the line; whether the turn had come just then."""
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
            return True

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_Job = tuple[Callable[..., Any], tuple, asyncio.AbstractEventLoop, Callable[[Any, BaseException | None], None]]


def _serve(jobs: SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        _do(*job)
        del job  # or what it worked with would live on until the next one comes


def _do(work: Callable[..., Any], args: tuple, loop: asyncio.AbstractEventLoop, tell: Callable[..., None]) -> None:
    value = error = None
    try:
        value = work(*args)
    except BaseException as raised:  # noqa: BLE001 - it belongs to whoever waits
        error = raised
    with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
        loop.call_soon_threadsafe(tell, value, error)


def _end(jobs: SimpleQueue[_Job | None], threads: int) -> None:
    for _ in range(threads):
        jobs.put(None)
