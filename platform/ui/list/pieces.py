"""The pieces of an expression: what its outer symbols join, outside all brackets."""

from __future__ import annotations

from customary.engine.expressions.tokens import Token, tokens

LOOSE = frozenset({"||", "?"})
"""Symbols that bind less than the `&&` beside them."""


def cut(text: str, symbol: str) -> list[str]:
    """The text cut at each such symbol."""
    cuts = [token for token, depth in _depths(text) if depth == 0 and _is(token, symbol)]
    starts = [0, *(cut.end for cut in cuts)]
    ends = [*(cut.offset for cut in cuts), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def outer(text: str) -> set[str]:
    """The symbols that stand outside all brackets."""
    return {token.value for token, depth in _depths(text) if depth == 0 and token.kind == "symbol"}


def opened(text: str) -> str:
    """The text without brackets around it all."""
    outside = [token.value for token, depth in _depths(text) if depth == 0 and token.kind != "end"]
    return text.strip()[1:-1].strip() if outside == ["(", ")"] else text


def closed(text: str, loose: frozenset[str] = LOOSE) -> str:
    """A piece in brackets where it would otherwise fall apart beside others."""
    return f"({text})" if outer(text) & loose else text


def _depths(text: str) -> list[tuple]:
    depth, found = 0, []
    for token in tokens(text):
        opens = token.kind == "symbol" and token.value in ("(", "[")
        closes = token.kind == "symbol" and token.value in (")", "]")
        depth -= closes
        found.append((token, depth))
        depth += opens
    return found


def _is(token: Token, symbol: str) -> bool:
    return token.kind == "symbol" and token.value == symbol
