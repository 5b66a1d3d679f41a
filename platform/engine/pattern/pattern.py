"""A compiled pattern, and how a text is searched for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from customary.engine.pattern.automaton import State, build
from customary.engine.pattern.characters import holds
from customary.engine.pattern.error import PatternError
from customary.engine.pattern.reader import Reader

MAX_LENGTH = 200
_REMEMBERED = 2_000


@dataclass(slots=True)
class Pattern:
    """One compiled pattern."""

    text: str
    postgresql: str
    states: list[State]
    first: int
    _steps: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches some part of the text."""
        last = len(text)
        here = self._reached((self.first,), True, last == 0)
        for position, character in enumerate(text, 1):
            if 0 in here:
                return True
            here = self._step(here, character, position == last)
        return 0 in here

    def _step(self, here: frozenset[int], character: str, at_end: bool) -> frozenset[int]:
        key = (here, character + "$" * at_end)
        found = self._steps.get(key)
        if found is None:
            code, states = ord(character), self.states
            passed = [states[each].next for each in here if holds(states[each].ranges, code)]
            found = self._reached([*passed, self.first], False, at_end)
            if len(self._steps) >= _REMEMBERED:
                self._steps.clear()
            self._steps[key] = found
        return found

    def _reached(self, starts: Iterable[int], at_start: bool, at_end: bool) -> frozenset[int]:
        found: set[int] = set()
        waiting = [*starts]
        while waiting:
            number = waiting.pop()
            if number < 0 or number in found:
                continue
            found.add(number)
            state = self.states[number]
            if state.ranges is None and {"": True, "^": at_start, "$": at_end}[state.anchor]:
                waiting += (state.next, state.other)
        return frozenset(found)


@lru_cache(maxsize=500)
def pattern(text: str) -> Pattern:
    """Compiles a pattern. Raises PatternError."""
    if len(text) > MAX_LENGTH:
        raise PatternError(0, "a pattern has at most {most} characters", most=MAX_LENGTH)
    reader = Reader(text)
    tree, written = reader.alternatives()
    if reader.position < len(text):
        raise PatternError(reader.position, "this “)” opens nowhere")
    states = [State()]
    first = build(tree, 0, states)
    return Pattern(text, "***:" + written, states, first)
