"""Threads that do blocking work for the asynchronous web process."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
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
