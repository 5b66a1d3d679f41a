"""Plain data as YAML text: in one line, or as a block."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from customary.engine.problem import Problems
from customary.engine.text.edit.change import EditProblem
from customary.engine.text.node import plain
from customary.engine.text.read import roots
from customary.engine.text.source import File

WIDTH = 110
"""A mapping or list that is wider is written as a block."""

_PLAIN = re.compile(r"[^\W\d_=+-][^\n]*|[=\w.+/-][^\n]*")
_NUMBER_OR_WORD = re.compile(
    r"[-+]?(\.?\d[\d_]*(\.\d*)?([eE][-+]?\d+)?|0[xob][\da-fA-F_]+|\.inf|\.nan)|true|false|yes|no|on|off|null", re.I
)
_HARD = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]")
"""What only an escape in double quotes can say."""


def inline(value: Any, *, flow: bool, like: str = "") -> str:
    """A value in one line; `flow` inside brackets, `like` with the quotation mark that it had, where that can be."""
    if isinstance(value, dict):
        entries = (f"{inline(str(key), flow=True)}: {inline(each, flow=True)}" for key, each in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(each, flow=True) for each in value) + "]"
    if isinstance(value, str):
        return _text(value, flow, like)
    return _word(value)


def block(value: Any, step: int) -> list[str]:
    """The lines of a mapping or list that is not empty, from column 0."""
    if isinstance(value, dict):
        return [line for key, each in value.items() for line in entry(str(key), each, step)]
    return [line for each in value for line in item(each, step)]


def entry(key: str, value: Any, step: int, as_block: bool = False) -> list[str]:
    """The lines of one entry of a block mapping."""
    name = inline(key, flow=False)
    if (lines := literal(value, step)) is not None:
        return [f"{name}: {lines[0]}", *lines[1:]]
    if _is_block(value, as_block, len(name)):
        return [f"{name}:", *_indented(block(value, step), step)]
    return [f"{name}: {inline(value, flow=False)}"]


def item(value: Any, step: int, as_block: bool = False) -> list[str]:
    """The lines of one item of a block list."""
    if (lines := literal(value, 2)) is not None:
        return [f"- {lines[0]}", *lines[1:]]
    if _is_block(value, as_block, 0):
        first, *rest = block(value, step)
        return [f"- {first}", *_indented(rest, 2)]
    return [f"- {inline(value, flow=False)}"]


def literal(value: Any, indent: int) -> list[str] | None:
    """The lines of a text of several lines after `|`; None where that cannot say it exactly."""
    if not isinstance(value, str) or "\n" not in value.rstrip("\n") or value.endswith("\n\n"):
        return None
    lines = value.removesuffix("\n").split("\n")
    if value[0] in " \n" or any(_HARD.search(each) or (each and not each.strip()) for each in lines):
        return None
    return ["|" if value.endswith("\n") else "|-", *_indented(lines, indent)]


def _indented(lines: list[str], by: int) -> list[str]:
    return [" " * by + each if each else each for each in lines]


def _is_block(value: Any, as_block: bool, used: int) -> bool:
    if not isinstance(value, dict | list | tuple) or not value:
        return False
    return as_block or used + len(inline(value, flow=False)) > WIDTH or any("\n" in each for each in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _word(value: Any) -> str:
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal | float):
        written = format(Decimal(str(value)), "f")
        return written if "." in written else f"{written}.0"
    raise EditProblem(f"{type(value).__name__} is nothing that a definition can say.")


@lru_cache(maxsize=4096)
def _text(value: str, flow: bool, like: str) -> str:
    """A text in the quotation marks it had, else in as few as it needs."""
    styles = [like, "", "'", '"'] if like in ("'", '"') else ["", "'", '"']
    for style in styles:
        written = _in_style(value, style)
        if written is not None and _reads_as(written, value, flow):
            return written
    raise EditProblem("A text holds a character that no file can.")


def _in_style(value: str, style: str) -> str | None:
    if style == '"':
        return _HARD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
    if _HARD.search(value):
        return None
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    return value if _PLAIN.fullmatch(value) and not _NUMBER_OR_WORD.fullmatch(value) else None


def _reads_as(written: str, value: str, flow: bool) -> bool:
    problems = Problems()
    found, _ = roots(File("", "", ""), f"[{written}]" if flow else f"- {written}", problems)
    return not len(problems) and len(found) == 1 and plain(found[0]) == [value]
