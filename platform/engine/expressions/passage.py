"""Longer texts: holes, and parts that come for each of a list, or only where a condition holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions.expression import Expression
from customary.engine.expressions.template import Format, Template
from customary.engine.expressions.types import Record

MOST_ROUNDS = 2000
LONGEST = 200_000


class TooLong(Exception):
    """A text that grows beyond LONGEST characters, or goes more than MOST_ROUNDS times through a list."""


@dataclass(frozen=True)
class Loop:
    """A part that comes for each of a list, which is called `name` in it."""

    name: str
    items: Expression
    item: Any
    body: Passage


@dataclass(frozen=True)
class Choice:
    """A part that comes where a condition holds, and another where it does not."""

    condition: Expression
    then: Passage
    otherwise: Passage


@dataclass(frozen=True)
class Passage:
    """Texts, loops and choices in turn."""

    parts: tuple[Template | Loop | Choice, ...]

    def render(self, scope: Any, format: Format) -> str:
        """The text, its holes filled by `format(value, type)`. Raises TooLong."""
        return "".join(_Writer(scope, format).passage(self))


@dataclass
class _Writer:
    scope: Any
    format: Format
    length: int = 0
    rounds: int = 0

    def passage(self, passage: Passage) -> list[str]:
        return [text for part in passage.parts for text in self.part(part)]

    def part(self, part: Template | Loop | Choice) -> list[str]:
        if isinstance(part, Loop):
            return self.loop(part)
        if isinstance(part, Choice):
            return self.passage(part.then if part.condition.holds(self.scope) else part.otherwise)
        text = part.render(self.scope, self.format)
        self.length += len(text)
        if self.length > LONGEST:
            raise TooLong
        return [text]

    def loop(self, loop: Loop) -> list[str]:
        found = []
        for each in loop.items.evaluate(self.scope) or ():
            self.rounds += 1
            if self.rounds > MOST_ROUNDS:
                raise TooLong
            self.scope.bindings[loop.name] = _bound(loop, each, self.scope.find)
            found += self.passage(loop.body)
        self.scope.bindings.pop(loop.name, None)
        return found


def _bound(loop: Loop, each: Any, find: Callable[[str, Any], Any]) -> Any:
    return find(loop.item.entity, each) if isinstance(loop.item, Record) else each
