"""Tokens → syntax tree: a Pratt parser for the CEL subset."""

from __future__ import annotations

from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.tokens import Token, tokens
from customary.engine.expressions.tree import (
    Binary,
    Call,
    Chain,
    Conditional,
    Items,
    Literal,
    Member,
    Name,
    Tree,
    Unary,
)
from customary.engine.words import Reason

MAX_NODES = 500
MAX_NESTING = 18
"""More would overflow the parser of SQLite, which takes about a hundred brackets."""

_POWER = {"?": 1, "||": 2, "&&": 3, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
_POWER |= dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 4)
_UNARY = 7
_CONSTANTS = {"true": True, "false": False, "null": None}
SLIPS = {
    "and": "Write “&&”.",
    "or": "Write “||”.",
    "not": "Write “!” before it.",
    "is": "Write “==”.",
    "if": "Write “condition ? a : b”.",
    "AND": "Write “&&”.",
    "OR": "Write “||”.",
    "NOT": "Write “!” before it.",
    "between": "Write “a <= x && x <= b”.",
    "like": 'Write “name.contains("x")”.',
}


def parse(text: str) -> Tree:
    """The tree of one expression. Raises ExpressionError for whatever else the text may be."""
    return _Parser(tokens(text)).whole()


class _Parser:
    """Reads one expression; counts nodes and nesting, so that no text costs more than a few milliseconds."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.position = 0
        self.nodes = 0
        self.nesting = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def whole(self) -> Tree:
        if self.token.kind == "end":
            raise ExpressionError(0, "there is no expression here", "Write a condition or a formula.")
        tree = self.expression(0)
        if self.token.kind != "end":
            raise self._unexpected("The expression could end here.")
        return tree

    def expression(self, power: int) -> Tree:
        """The longest expression whose operators all bind tighter than `power`."""
        self._enter()
        left = self._prefix()
        while (strength := self._strength()) > power:
            left = self._infix(left, strength)
            self._count()
        self.nesting -= 1
        return left

    # What an expression begins with

    def _prefix(self) -> Tree:
        token = self._take()
        if token.kind in ("number", "text"):
            return self._postfix(Literal(token.offset, token.value))
        if token.kind == "name":
            return self._postfix(self._named(token))
        if token.value in ("!", "-"):
            return Unary(token.offset, str(token.value), self.expression(_UNARY))
        if token.value == "(":
            inside = self.expression(0)
            self._expect(")", "Close the bracket.")
            return self._postfix(inside)
        if token.value == "[":
            return self._postfix(Items(token.offset, self._until("]")))
        self.position -= 1
        raise self._unexpected("A value is missing here.")

    def _named(self, token: Token) -> Tree:
        name = str(token.value)
        if name in _CONSTANTS:
            return Literal(token.offset, _CONSTANTS[name])
        if name == "in":
            self.position -= 1
            raise self._unexpected("“in” stands between a value and a list.")
        if self._accept("("):
            return Call(token.offset, name, None, self._until(")"))
        return Name(token.offset, name)

    def _postfix(self, target: Tree) -> Tree:
        while self._accept("."):
            token = self._take()
            if token.kind != "name":
                self.position -= 1
                raise self._unexpected("The name of a field is missing after the point.")
            name = str(token.value)
            if self._accept("("):
                target = Call(token.offset, name, target, self._until(")"))
            else:
                target = Member(token.offset, target, name)
            self._count()
        if self.token.value == "[" and self.token.kind == "symbol":
            raise self._unexpected("Use first() or filter(...) to choose from a list.")
        return target

    def _until(self, closing: str) -> tuple[Tree, ...]:
        items: list[Tree] = []
        if self._accept(closing):
            return ()
        while True:
            items.append(self.expression(0))
            if self._accept(closing):
                return tuple(items)
            self._expect(",", Reason("Separate with “,” or close with “{closing}”.", {"closing": closing}))
            if self._accept(closing):
                return tuple(items)

    # What may follow

    def _strength(self) -> int:
        token = self.token
        return _POWER.get(str(token.value), 0) if token.kind in ("symbol", "name") else 0

    def _infix(self, left: Tree, strength: int) -> Tree:
        token = self._take()
        operator = str(token.value)
        if operator == "?":
            then = self.expression(0)
            self._expect(":", "A choice is written “condition ? a : b”.")
            return Conditional(token.offset, left, then, self.expression(0))
        if operator in ("&&", "||"):
            terms = [left, self.expression(strength)]
            while self.token.kind == "symbol" and self.token.value == operator:
                self._take()
                terms.append(self.expression(strength))
            return Chain(token.offset, operator, tuple(terms))
        return Binary(token.offset, operator, left, self.expression(strength))

    # Tokens and limits

    def _take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
        else:
            raise self._unexpected("A value is missing here.")
        return token

    def _accept(self, symbol: str) -> bool:
        if self.token.kind == "symbol" and self.token.value == symbol:
            self.position += 1
            return True
        return False

    def _expect(self, symbol: str, remedy: str | Reason) -> None:
        if not self._accept(symbol):
            raise self._unexpected(remedy)

    def _unexpected(self, remedy: str | Reason) -> ExpressionError:
        token = self.token
        if token.kind == "end":
            return ExpressionError(token.offset, "the expression ends too early", remedy)
        if token.kind == "text":
            return ExpressionError(token.offset, "a text is not expected here", remedy)
        word = str(token.value)
        return ExpressionError(token.offset, "“{word}” is not expected here", SLIPS.get(word, remedy), word=word)

    def _enter(self) -> None:
        self.nesting += 1
        self._count()
        if self.nesting > MAX_NESTING:
            raise too_deep(self.token.offset)

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            summary = "an expression has at most {most} parts"
            raise ExpressionError(self.token.offset, summary, "Split it into fields.", most=MAX_NODES)


def too_deep(offset: int) -> ExpressionError:
    """What to say about more levels than MAX_NESTING."""
    summary = "this is nested more than {most} levels deep"
    return ExpressionError(offset, summary, "Split it into fields.", most=MAX_NESTING)
