"""Looks for bytes that the reader of definitions cannot take: `python fuzz.py corpus/ -max_total_time=600`.

It needs atheris, which is no dependency; its own options are those of libFuzzer.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["customary"]):
    from customary.engine.definitions import define
    from customary.engine.expressions.error import ExpressionError
    from customary.engine.expressions.parser import parse
    from customary.engine.problem import Problems, TooManyProblems
    from customary.engine.text import File, read_source

SETTINGS = File("customary.yaml", "workspace", "name: Any\n")


def read_any(data: bytes) -> None:
    """A file of definitions, and an expression: whatever they hold, they give values and problems."""
    problems = Problems()
    with suppress(TooManyProblems):
        define(read_source([SETTINGS, File.of_bytes("schemas/any.yaml", "workspace", data)], problems), problems)
    assert all(str(each) and each.place.line >= 1 and each.place.column >= 1 for each in problems)
    try:
        parse(data.decode("utf-8", "surrogateescape"))
    except ExpressionError as error:
        assert error.summary


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_any)
    atheris.Fuzz()
