"""Blocking work in threads, waited for by an event loop."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable

import pytest

from customary.engine.threads import Threads, Turns


def test_what_the_work_gives_or_raises_comes_back():
    async def ask() -> None:
        assert await threads.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await threads.run(divmod, 7, 0)
        assert await threads.run(threading.current_thread) is not threading.current_thread()

    threads = Threads(2)
    asyncio.run(ask())
    threads.close()


def test_work_runs_side_by_side_as_far_as_there_are_threads():
    at_once, most = [0], [0]
    lock = threading.Lock()

    def work() -> None:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        with lock:
            at_once[0] -= 1

    async def ask() -> None:
        await asyncio.gather(*(threads.run(work) for _ in range(12)))

    threads = Threads(3)
    asyncio.run(ask())
    threads.close()
    assert most == [3]


def test_one_thread_does_its_work_in_the_order_of_asking():
    done: list[int] = []

    async def ask() -> None:
        await asyncio.gather(*(threads.run(done.append, number) for number in range(20)))

    threads = Threads(1)
    asyncio.run(ask())
    threads.close()
    assert done == list(range(20))


def test_whoever_gives_up_waiting_leaves_the_thread_to_the_others():
    async def ask() -> str:
        slow = asyncio.create_task(threads.run(time.sleep, 0.05))
        await asyncio.sleep(0.01)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        return await threads.run(str.upper, "next")

    threads = Threads(1)
    assert asyncio.run(ask()) == "NEXT"
    threads.close()


def test_threads_end_with_what_they_belong_to_and_start_anew_after_closing():
    def working() -> set[threading.Thread]:
        return {each for each in threading.enumerate() if each.name == "customary-work"}

    def running() -> int:
        return len(working() - others)  # those that other tests left behind may end meanwhile

    async def ask() -> list[None]:
        return await asyncio.gather(*(threads[0].run(time.sleep, 0.01) for _ in range(3)))

    others = working()
    threads = [Threads(3)]
    asyncio.run(ask())
    assert running() == 3
    threads[0].close()
    _soon(lambda: running() == 0)
    asyncio.run(ask())
    assert running() == 3
    threads.clear()
    gc.collect()
    _soon(lambda: running() == 0)


def _soon(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_who_wants_a_second_turn_stands_behind_those_who_wait():
    turns, took = Turns(), []

    def once(name: str) -> None:
        with turns.turn(60):
            took.append(name)

    def twice() -> None:
        with turns.turn(60):
            others = [threading.Thread(target=once, args=(name,)) for name in ("second", "third")]
            for number, each in enumerate(others, 1):
                each.start()
                while len(turns._waiting) < number:
                    time.sleep(0.001)
        once("first again")
        for each in others:
            each.join()

    twice()
    assert took == ["second", "third", "first again"]


def test_who_loses_patience_goes_on_without_a_turn_and_leaves_the_line():
    turns = Turns()
    with turns.turn(60):
        with turns.turn(0.01):
            pass
        assert not turns._waiting
    with turns.turn(60):
        pass
