"""Reads a pattern: a tree of (kind, ...) tuples, and the same in PostgreSQL's syntax."""

from __future__ import annotations

import re

from customary.engine.pattern.characters import CLASSES, Ranges, joined, without
from customary.engine.pattern.error import PatternError

MAX_REPEATS = 50
_CONTROLS = {"n": 10, "t": 9, "r": 13}
_REPEAT = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}", re.ASCII)


class Reader:
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
            return _set(without(((10, 10),)))
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
        if character.lower() in CLASSES:
            ranges = CLASSES[character.lower()]
            return ranges if character.islower() else without(ranges)
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
        return without(tuple(found)) if inverted else joined(found)

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
