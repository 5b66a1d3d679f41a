"""Writes `docs/reference.md` from the code: `python docs/reference.py`. A test fails while the page is out of date."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from customary.engine import fields
from customary.engine.definitions.kinds.entity import FIELD_KEYS
from customary.engine.definitions.kinds.workflow import STEP_KEYS, STEPS, TRIGGERS
from customary.engine.expressions.functions import FUNCTIONS, MACROS

PAGE = Path(__file__).with_name("reference.md")
KINDS = ("workspace", "pack", "entity", "pipeline", "workflow", "role", "message", "records", "demo")
HEAD = """# Reference

Generated from the code by `python docs/reference.py`; the guide that explains it is [language.md](language.md).
"""


def reference() -> str:
    """The whole page as Markdown."""
    parts = [HEAD, *_definitions(), *_rules(), *_fields(), *_functions()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _definitions() -> Iterator[str]:
    yield "## Kinds of definition"
    for kind in KINDS:
        module = importlib.import_module(f"customary.engine.definitions.kinds.{kind}")
        yield f"### {kind}\n\n{_prose(module.__doc__)}\n\n{_keys(module.SHAPE)}"


def _rules() -> Iterator[str]:
    yield "## Triggers of a workflow"
    yield _list((kind, _own(shape, kind)) for kind, shape in sorted(TRIGGERS.items()))
    yield "## Steps of a workflow"
    yield f"Each step may also say {', '.join(f'`{key}`' for key in STEP_KEYS)}."
    yield _list((kind, _what(shape)) for kind, shape in sorted(STEPS.items()))


def _fields() -> Iterator[str]:
    yield "## Field kinds"
    yield "Keys of every field: " + ", ".join(f"`{key}`" for key in sorted(FIELD_KEYS) if key != "type") + "."
    for name, kind in sorted(fields.kinds().items()):
        operators = " ".join(f"`{operator}`" for operator in kind.operators)
        own = _list((key, _what(shape)) for key, shape in sorted(kind.keys.items()))
        yield f"### {name}\n\n{_prose(kind.__doc__)}\n\n{own}\n\nIn expressions a {kind.type}. Filters: {operators}"


def _functions() -> Iterator[str]:
    yield "## Functions of the expression language"
    rows = {macro.signature: macro.help for macro in MACROS.values()}
    rows |= {each.signature: each.help for several in FUNCTIONS.by_name().values() for each in several}
    yield _list(sorted(rows.items()))


def _keys(shape: Mapping[str, Any]) -> str:
    required = shape.get("required", ())
    keys = shape.get("properties", {})
    return _list((key, _what(each) + (" (must be there)" if key in required else "")) for key, each in keys.items())


def _own(shape: Mapping[str, Any], kind: str) -> str:
    others = [f"`{key}`" for key in shape["properties"] if key != kind]
    return f"also takes {', '.join(others)}" if others else ""


def _what(shape: Mapping[str, Any]) -> str:
    if "x-what" in shape and shape["x-what"] != "a mapping":
        return shape["x-what"]
    if "properties" in shape:
        return ", ".join(f"`{key}`" for key in shape["properties"])
    if "enum" in shape:
        return "one of " + ", ".join(map(str, shape["enum"]))
    return str(shape.get("type", "")).replace("[", "").replace("]", "").replace("'", "")


def _list(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- `{name}`{': ' + what if what else ''}" for name, what in rows)


def _prose(text: str | None) -> str:
    return inspect.cleandoc(text or "")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
