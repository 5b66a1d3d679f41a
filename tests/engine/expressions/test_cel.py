"""Where CEL and our language mean the same, Google's CEL gives the same answer."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from customary.engine.expressions import compile
from customary.engine.expressions.types import BOOLEAN, NUMBER, TEXT, ListOf, Type

cel = pytest.importorskip("cel_expr_python.cel")

KINDS: dict[str, Type] = {
    "a": NUMBER,
    "b": NUMBER,
    "p": BOOLEAN,
    "q": BOOLEAN,
    "s": TEXT,
    "t": TEXT,
    "l": ListOf(item=TEXT),
}


class Names:
    """A few values of plain types."""

    entity = None
    apart = False

    def type_of(self, name: str) -> Type | None:
        return KINDS.get(name)

    def member(self, entity: str, name: str) -> Type | None:
        return None

    def has_entity(self, name: str) -> bool:
        return False

    def calendar(self, name: str) -> None:
        return None

    def calendars(self) -> list[str]:
        return []

    def known(self, entity: str | None = None) -> list[str]:
        return [*KINDS]


class Scope:
    record = None
    old = None

    def __init__(self, values: dict[str, Any]) -> None:
        self.bindings = values


def _expression(pick: random.Random, kind: str, depth: int) -> str:
    def write(inner: str) -> str:
        return _expression(pick, inner, depth - 1)

    if depth == 0:
        leaves = {
            "number": ["a", "b", "0.5", "2.0", "-3.25"],
            "text": ["s", "t", "'ab'", "''", "'商ü'"],
            "boolean": ["p", "q", "true"],
        }
        return pick.choice(leaves[kind])
    forms = {
        "number": [
            lambda: f"({write('number')} {pick.choice('+-*')} {write('number')})",
            lambda: f"({write('boolean')} ? {write('number')} : {write('number')})",
            lambda: f"double(size({write('text')}))",
            lambda: f"-({write('number')})",
        ],
        "text": [
            lambda: f"({write('text')} + {write('text')})",
            lambda: f"({write('boolean')} ? {write('text')} : {write('text')})",
        ],
        "boolean": [
            lambda: f"({write('number')} {pick.choice(['<', '<=', '>', '>=', '==', '!='])} {write('number')})",
            lambda: f"({write('text')} {pick.choice(['<', '<=', '>', '>=', '==', '!='])} {write('text')})",
            lambda: f"({write('boolean')} {pick.choice(['&&', '||', '==', '!='])} {write('boolean')})",
            lambda: f"!({write('boolean')})",
            lambda: f"({write('text')} in [{write('text')}, {write('text')}])",
            lambda: f"({write('text')} in l)",
            lambda: f"{write('text')}.{pick.choice(['contains', 'startsWith', 'endsWith'])}({write('text')})",
            lambda: f"l.{pick.choice(['exists', 'all'])}(v, v {pick.choice(['==', '<', '!='])} {write('text')})",
            lambda: f"(size(l.filter(v, v != {write('text')})) > 1)",
            lambda: f"({write('text')} in l.map(v, v + {write('text')}))",
            lambda: f"(l.filter(v, v < {write('text')}) {pick.choice(['==', '!='])} l)",
            lambda: f"(l.map(v, size(v)) == [{pick.choice('012')}, {pick.choice('012')}])",
            lambda: f"['a', {write('text')}].{pick.choice(['exists', 'all'])}(v, v in l)",
        ],
    }
    return pick.choice(forms[kind])()


def test_google_and_we_agree() -> None:
    pick = random.Random(7)
    types = {"a": "DOUBLE", "b": "DOUBLE", "p": "BOOL", "q": "BOOL", "s": "STRING", "t": "STRING"}
    variables = {name: getattr(cel.Type, kind) for name, kind in types.items()} | {"l": cel.Type.List(cel.Type.STRING)}
    environment = cel.NewEnv(variables=variables)
    for _ in range(500):
        text = _expression(pick, "boolean", 3)
        ours = compile(
            text.replace("startsWith", "starts_with").replace("endsWith", "ends_with").replace("double(", "("), Names()
        )
        theirs = environment.compile(text)
        for _ in range(4):
            data = _values(pick)
            exact = {name: Decimal(str(each)) if isinstance(each, float) else each for name, each in data.items()}
            assert ours.evaluate(Scope(exact)) == theirs.eval(data=data).plain_value(), (text, data)


def _values(pick: random.Random) -> dict[str, Any]:
    texts = ["", "a", "ab", "商ü", "zab", "Ω"]
    return {
        **{name: pick.choice([0.0, 0.5, -2.25, 1024.0]) for name in "ab"},
        **{name: pick.choice([True, False]) for name in "pq"},
        **{name: pick.choice(texts) for name in "st"},
        "l": pick.sample(texts, pick.randrange(4)),
    }
