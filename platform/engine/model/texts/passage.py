"""Longer texts, read: `{% for line in lines %}…{% end %}` and `{% if paid %}…{% else %}…{% end %}` around holes.

A tag that stands alone on its line leaves no empty line behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from customary.engine import expressions
from customary.engine.expressions import ExpressionError
from customary.engine.expressions.passage import Choice, Loop, Passage
from customary.engine.expressions.template import Template
from customary.engine.expressions.types import BOOLEAN, ListOf
from customary.engine.model.build import Build
from customary.engine.model.names import ModelNames
from customary.engine.text import node as text

TAG = re.compile(r"(?:(?<=\n)|\A)[ \t]*{%(?P<alone>[^%\n]*)%}[ \t]*(?:\n|\Z)|{%(?P<inside>[^%\n]*)%}")
FOR = re.compile(r"\s*for\s+([a-z][a-z0-9_]*)\s+in\s+(?=\S)")
IF = re.compile(r"\s*if\s+(?=\S)")
DEEPEST = 8


def compile_passage(build: Build, node: text.Node, names: ModelNames) -> Passage | None:
    """A text with loops and choices; what is wrong with it becomes a problem at its very character."""
    if not isinstance(node, text.Scalar) or not isinstance(node.data, str):
        build.add(node.place, "this is not a text")
        return None
    try:
        return _Reader(node.data).read(names)
    except ExpressionError as error:
        build.add(node.text_place(error.offset), error.summary, error.remedy)
        return None


@dataclass
class _Reader:
    """A text being read, from tag to tag."""

    written: str
    at: int = 0
    ended_by: str = ""
    """The word of the tag that ended the last part: end, else, or nothing at the end of the text."""
    depth: int = 0
    opened: list[int] = field(default_factory=list)

    def read(self, names: ModelNames) -> Passage:
        passage = self.part(names)
        if self.ended_by:
            raise ExpressionError(self.opened[-1], "there is nothing to end here", "Leave it out.")
        return passage

    def part(self, names: ModelNames) -> Passage:
        """Up to the tag that ends it."""
        parts: list[Template | Loop | Choice] = []
        while (tag := TAG.search(self.written, self.at)) is not None:
            self._text(parts, tag.start(), names)
            group = "alone" if tag["alone"] is not None else "inside"
            said, begin, self.at = tag[group], tag.start(group), tag.end()
            self.opened.append(begin)
            if said.strip() in ("end", "else"):
                self.ended_by = said.strip()
                return Passage(tuple(parts))
            parts.append(self._block(said, begin, names))
        self._text(parts, len(self.written), names)
        self.at, self.ended_by = len(self.written), ""
        return Passage(tuple(parts))

    def _text(self, parts: list[Template | Loop | Choice], end: int, names: ModelNames) -> None:
        if end > self.at:
            try:
                parts.append(expressions.template(self.written[self.at : end], names))
            except ExpressionError as error:
                raise error.after(self.at) from None

    def _block(self, said: str, begin: int, names: ModelNames) -> Loop | Choice:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(begin, "these parts lie too deep in each other", "Divide the text.")
        if found := FOR.match(said):
            block: Loop | Choice = self._loop(found[1], said[found.end() :], begin + found.end(), begin, names)
        elif found := IF.match(said):
            block = self._choice(said[found.end() :], begin + found.end(), begin, names)
        else:
            raise ExpressionError(begin, "this tag is not known", "Write for … in …, if …, else or end.")
        self.depth -= 1
        return block

    def _loop(self, name: str, written: str, offset: int, begin: int, names: ModelNames) -> Loop:
        if names.type_of(name) is not None:
            raise ExpressionError(begin, "“{name}” already means something here", "Choose another name.", name=name)
        items = _expression(written, offset, names)
        if not isinstance(items.type, ListOf):
            raise ExpressionError(offset, "this is not a list", "Write one, such as lines.")
        item = items.type.item
        body = self.part(names.with_bindings({name: item}))
        self._must_end(begin, "end")
        return Loop(name, items, item, body)

    def _choice(self, written: str, offset: int, begin: int, names: ModelNames) -> Choice:
        condition = _expression(written, offset, names, BOOLEAN)
        then, otherwise = self.part(names), Passage(())
        if self.ended_by == "else":
            otherwise = self.part(names)
        self._must_end(begin, "end")
        return Choice(condition, then, otherwise)

    def _must_end(self, begin: int, word: str) -> None:
        if self.ended_by != word:
            raise ExpressionError(begin, "this part has no end", "Close it with {% end %}.")


def _expression(written: str, offset: int, names: ModelNames, expect: object = None) -> expressions.Expression:
    try:
        return expressions.compile(written.rstrip(), names, expect)  # type: ignore[arg-type]
    except ExpressionError as error:
        raise error.after(offset) from None
