"""Text patterns: the part of regular expressions that any text can be matched with in linear time.

`. [a-z] [^0-9] \\d \\w \\s ^ $ (a|b) * + ? {2,5}`; no back references, no looking around. `\\d \\w \\s` are the
ASCII ones, `.` is all but a line end, `^` and `$` are the ends of the whole text. Python and SQLite walk the
automaton made here; PostgreSQL gets the same pattern written in its own syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

MAX_LENGTH = 200
MAX_STATES = 300
MAX_REPEATS = 50
_REMEMBERED = 2_000
_LAST = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]
_CLASSES: dict[str, Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_CONTROLS = {"n": 10, "t": 9, "r": 13}
_REPEAT = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}", re.ASCII)


class PatternError(ValueError):
    """What is wrong with a pattern, and at which of its characters: a text whose `{holes}` the values fill."""

    def __init__(self, position: int, text: str, **values: object) -> None:
        self.position, self.text, self.values = position, text, values
        super().__init__(self.summary)

    @property
    def summary(self) -> str:
        return self.text.format(**self.values) if self.values else self.text


@dataclass(slots=True)
class _State:
    """`ranges` lead to `next` over one character; without them `next` and `other` are reached at once (an end
    of the text in `anchor` must be here). The last state has neither."""

    ranges: Ranges | None = None
    anchor: str = ""
    next: int = -1
    other: int = -1


@dataclass(slots=True)
class Pattern:
    """One compiled pattern."""

    text: str
    postgresql: str
    states: list[_State]
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
            passed = [states[each].next for each in here if _holds(states[each].ranges, code)]
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
    reader = _Reader(text)
    tree, written = reader.alternatives()
    if reader.position < len(text):
        raise PatternError(reader.position, "this “)” opens nowhere")
    states = [_State()]
    first = _build(tree, 0, states)
    return Pattern(text, "***:" + written, states, first)


def _holds(ranges: Ranges | None, code: int) -> bool:
    return ranges is not None and any(low <= code <= high for low, high in ranges)


# Reading: a tree of (kind, ...) tuples, and the same in PostgreSQL's syntax -----------------------------


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def alternatives(self) -> tuple[tuple, str]:
        self.depth += 1
        if self.depth > 20:
            raise PatternError(self.position, "groups are nested more than 20 deep")
        branches = [self._branch()]
        while self._accept("|"):
            branches.append(self._branch())
        self.depth -= 1
        return ("or", [tree for tree, _ in branches]), "|".join(written for _, written in branches)

    def _branch(self) -> tuple[tuple, str]:
        parts, written = [], []
        while self.position < len(self.text) and self.text[self.position] not in "|)":
            tree, text = self._repeated(*self._atom())
            parts.append(tree)
            written.append(text)
        return ("and", parts), "".join(written)

    def _repeated(self, tree: tuple, written: str) -> tuple[tuple, str]:
        low, high = self._count()
        if low is None:
            return tree, written
        if tree[0] == "anchor":
            raise PatternError(self.position - 1, "an end of the text cannot be repeated")
        if self._count()[0] is not None:
            raise PatternError(self.position - 1, "a repetition cannot be repeated; put it into brackets")
        count = f"{{{low},{'' if high is None else high}}}"
        return ("repeat", tree, low, high), f"{written}{count}"

    def _count(self) -> tuple[int | None, int | None]:
        for sign, low, high in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._accept(sign):
                return low, high
        if not self._next_is("{"):
            return None, None
        match = _REPEAT.match(self.text, self.position)
        if not match:
            text = "a count is written like {count}; a plain brace is {brace}"
            raise PatternError(self.position, text, count="{2}, {2,}, {2,5}", brace="\\{")
        low = int(match[1])
        high = int(match[3]) if match[3] else None if match[2] else low
        if max(low, high or 0) > MAX_REPEATS or (high is not None and low > high):
            raise PatternError(self.position, "counts go from 0 to {most}, the smaller one first", most=MAX_REPEATS)
        self.position = match.end()
        return low, high

    def _atom(self) -> tuple[tuple, str]:
        start, character = self.position, self.text[self.position]
        self.position += 1
        if character == "(":
            return self._group(start)
        if character in "^$":
            return ("anchor", character), character
        if character == ".":
            return _set(_without(((10, 10),)))
        if character == "[":
            return _set(self._class(start))
        if character == "\\":
            return _set(self._escape(start))
        if character in "*+?{":
            raise PatternError(start, "there is nothing before “{character}” to repeat", character=character)
        return _set(((ord(character), ord(character)),))

    def _group(self, start: int) -> tuple[tuple, str]:
        if self._next_is("?") and not self.text.startswith("?:", self.position):
            raise PatternError(start, "groups are plain: ( ) or (?: )")
        self.position += 2 if self._next_is("?") else 0
        tree, written = self.alternatives()
        if not self._accept(")"):
            raise PatternError(start, "this “(” is not closed")
        return tree, f"(?:{written})"

    def _escape(self, start: int) -> Ranges:
        if self.position >= len(self.text):
            raise PatternError(start, "there is nothing after the “\\”")
        character = self.text[self.position]
        self.position += 1
        if character.lower() in _CLASSES:
            ranges = _CLASSES[character.lower()]
            return ranges if character.islower() else _without(ranges)
        if character.isalnum() and character not in _CONTROLS:
            raise PatternError(start, "“{character}” has no meaning in a pattern here", character=f"\\{character}")
        code = _CONTROLS.get(character, ord(character))
        return ((code, code),)

    def _class(self, start: int) -> Ranges:
        inverted = self._accept("^")
        found: list[tuple[int, int]] = []
        while not self._next_is("]") or not found:
            if self.position >= len(self.text):
                raise PatternError(start, "this “[” is not closed")
            found += self._class_item()
        self.position += 1
        return _without(tuple(found)) if inverted else _joined(found)

    def _class_item(self) -> Ranges:
        start = self.position
        low = self._class_character()
        if not self._next_is("-") or self.text[self.position + 1 : self.position + 2] in ("]", ""):
            return low
        self.position += 1
        high = self._class_character()
        if len(low) > 1 or len(high) > 1 or low[0][0] != low[0][1] or low[0][0] > high[0][0]:
            raise PatternError(start, "this range has no order")
        return ((low[0][0], high[0][1]),)

    def _class_character(self) -> Ranges:
        start = self.position
        if start >= len(self.text):
            raise PatternError(start - 1, "this “[” is not closed")
        self.position += 1
        if self.text[start] == "\\":
            return self._escape(start)
        return ((ord(self.text[start]), ord(self.text[start])),)

    def _next_is(self, character: str) -> bool:
        return self.text.startswith(character, self.position)

    def _accept(self, character: str) -> bool:
        if self._next_is(character):
            self.position += 1
            return True
        return False


def _set(ranges: Ranges) -> tuple[tuple, str]:
    items = (f"\\U{low:08X}" if low == high else f"\\U{low:08X}-\\U{high:08X}" for low, high in ranges)
    return ("set", ranges), f"[{''.join(items)}]"


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _without(ranges: Ranges) -> Ranges:
    found, start = [], 1
    for low, high in _joined(ranges):
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, _LAST)) if start <= _LAST else tuple(found)


# Building the automaton, from its end -------------------------------------------------------------------


def _build(tree: tuple, after: int, states: list[_State]) -> int:
    """Adds the states of a tree that leads to state `after`; the number of the first of them."""
    match tree:
        case ("set", ranges):
            return _add(states, _State(ranges=ranges, next=after))
        case ("anchor", anchor):
            return _add(states, _State(anchor=anchor, next=after))
        case ("and", parts):
            for part in reversed(parts):
                after = _build(part, after, states)
            return after
        case ("or", branches):
            first = _build(branches[-1], after, states)
            for branch in reversed(branches[:-1]):
                first = _add(states, _State(next=_build(branch, after, states), other=first))
            return first
    _, inner, low, high = tree
    if high is None:
        loop = _add(states, _State(other=after))
        states[loop].next = _build(inner, loop, states)
        after = loop
    else:
        end = after
        for _ in range(high - low):
            after = _add(states, _State(next=_build(inner, after, states), other=end))
    for _ in range(low):
        after = _build(inner, after, states)
    return after


def _add(states: list[_State], state: _State) -> int:
    if len(states) >= MAX_STATES:
        raise PatternError(0, "this pattern is too large")
    states.append(state)
    return len(states) - 1
