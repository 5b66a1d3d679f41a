"""What a person at a terminal sees while something takes its time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """A moving sign beside `text` on a terminal's standard error; nothing where there is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None] | None]:
    """Takes what is under way, what of it is done and of how much, and draws a bar for one after the other; None
    where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as open_bars:
        drawn: dict[str, click._termui_impl.ProgressBar] = {}

        def show(label: str, done: int, total: int) -> None:
            if label not in drawn:
                open_bars.close()
                bar = click.progressbar(length=total, label=label, file=sys.stderr)
                drawn[label] = open_bars.enter_context(bar)
            if done == total or done - drawn[label].pos > total // 200:
                drawn[label].update(done - drawn[label].pos)

        yield show
