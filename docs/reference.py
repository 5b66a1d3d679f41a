"""Writes `docs/reference.md` from the code: `python docs/reference.py`. A test fails while the page is out of date."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from customary.engine import fields
from customary.engine.analysis.dashboards import tile_kinds
from customary.engine.automation.kinds import step_kinds, trigger_kinds
from customary.engine.definitions.kinds.dashboard import COMMON, TILES
from customary.engine.definitions.kinds.entity import FIELD_KEYS
from customary.engine.definitions.kinds.survey import QUESTION_KEYS
from customary.engine.definitions.kinds.workflow import BEFORE, BEFORE_SAVE, STEP_KEYS, STEPS, TRIGGERS
from customary.engine.expressions.functions import FUNCTIONS, MACROS

PAGE = Path(__file__).with_name("reference.md")
KINDS = (
    "workspace",
    "pack",
    "entity",
    "pipeline",
    "workflow",
    "role",
    "dashboard",
    "message",
    "document",
    "web_form",
    "survey",
    "calendar",
    "demo",
)
HEAD = """# Reference

Generated from the code by `python docs/reference.py`; the guide that explains it is [language.md](language.md).
"""


def reference() -> str:
    """The whole page as Markdown."""
    parts = [HEAD, *_definitions(), *_rules(), *_tiles(), *_fields(), *_functions()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _definitions() -> Iterator[str]:
    yield "## Kinds of definition"
    for kind in KINDS:
        module = importlib.import_module(f"customary.engine.definitions.kinds.{kind}")
        yield f"### {kind}\n\n{_prose(module.__doc__)}\n\n{_keys(module.SHAPE)}"
        for inner in _inner(module.SHAPE):
            yield f"In {inner['x-noun']}:\n\n{_keys(inner)}"
        if kind == "survey":
            asked = _list((key, _told(each)) for key, each in QUESTION_KEYS.items())
            yield f"In a question, beside the keys of its kind of field:\n\n{asked}"


def _rules() -> Iterator[str]:
    yield "## Triggers of a workflow"
    yield _list((kind, _line(trigger_kinds()[kind].__doc__)) for kind in sorted(TRIGGERS))
    yield f"{', '.join(f'`{kind}`' for kind in BEFORE)} may also say `before`: {_told(BEFORE_SAVE)}."
    yield "## Steps of a workflow"
    yield f"Each step may also say {', '.join(f'`{key}`' for key in STEP_KEYS)}."
    steps = step_kinds()
    yield _list((kind, _line(steps[kind].__doc__) if kind in steps else _what(STEPS[kind])) for kind in sorted(STEPS))


def _tiles() -> Iterator[str]:
    yield "## Tiles of a dashboard"
    yield "Keys of every tile:\n\n" + _list((key, _told(each)) for key, each in COMMON.items())
    for kind, (own, required) in sorted(TILES.items()):
        keys = ((key, _told(each) + (" (must be there)" if key in required else "")) for key, each in own.items())
        yield f"### {kind} tile\n\n{_prose(tile_kinds()[kind].__doc__)}\n\n{_list(keys)}"


def _fields() -> Iterator[str]:
    yield "## Field kinds"
    yield "Keys of every field:\n\n" + _list((key, _told(FIELD_KEYS[key])) for key in sorted(FIELD_KEYS))
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
    return _list((key, _told(each) + (" (must be there)" if key in required else "")) for key, each in keys.items())


def _told(shape: Mapping[str, Any]) -> str:
    """What a key is for, and what it takes."""
    return "; ".join(part for part in (shape.get("description", ""), _what(shape)) if part)


def _inner(shape: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The mappings with keys of their own inside a shape: a view, a stage, a check."""
    inside = [*shape.get("properties", {}).values(), shape.get("additionalProperties"), shape.get("items")]
    for each in filter(lambda each: isinstance(each, Mapping), [*inside, *shape.get("anyOf", ())]):
        if each.get("properties") and each.get("x-noun"):
            yield each
        yield from _inner(each)


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


def _line(text: str | None) -> str:
    return " ".join(_prose(text).split())


def _prose(text: str | None) -> str:
    return inspect.cleandoc(text or "")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
