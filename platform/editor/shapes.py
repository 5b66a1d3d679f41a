"""What may stand under some keys of a definition: the shapes that the checker has for them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping

from customary.engine import fields
from customary.engine.definitions import kinds
from customary.engine.definitions.kinds.entity import FIELD_KEYS
from customary.engine.definitions.kinds.workflow import STEP_KEYS, STEPS, TRIGGERS
from customary.engine.definitions.shapes import CONDITION, VALUES, Shape, mapping
from customary.engine.text.layers import EDITS

ITEM = "-"
_EVERY_STEP = mapping("a step", {**STEPS, **STEP_KEYS})
_CASE = mapping("a case", {"case": CONDITION, "do": {"type": "array"}, "otherwise": {"type": "array"}})
STEP_LISTS = ("do", "otherwise")


def shapes_at(kind: str, path: tuple[str, ...], field_type: str = "") -> list[Shape]:
    """The shapes of the value at a path in a definition of a kind; several where either may stand."""
    if kind not in kinds():
        return []
    found: list[Shape] = [kinds()[kind].SHAPE]
    for number, step in enumerate(path):
        found = _special(kind, path[: number + 1], field_type) or [
            inner for each in found for inner in _inside(each, step)
        ]
    return [each for shape in found for each in _branches(shape)]


def keys_of(shapes: Iterable[Shape]) -> dict[str, Shape]:
    """The keys that mappings of these shapes may have."""
    return {key: each for shape in shapes for key, each in shape.get("properties", {}).items()}


def words_of(shapes: Iterable[Shape]) -> dict[str, str]:
    """The words that a value of these shapes may be, with what is known of them."""
    found: dict[str, str] = {}
    for shape in shapes:
        words = shape.get("enum", [shape["const"]] if "const" in shape else [])
        found |= {each: shape.get("x-noun", "") for each in words if isinstance(each, str)}
        if shape.get("type") == "boolean":
            found |= {"true": "", "false": ""}
    return found


def names_in(shapes: Iterable[Shape]) -> str:
    """What a word there is the name of."""
    return next((each["x-of"] for each in shapes if "x-of" in each), "")


def is_expression(shapes: Iterable[Shape]) -> bool:
    return any(each.get("x-what") == CONDITION["x-what"] for each in shapes)


def field_types() -> dict[str, str]:
    """The kinds of field, with what their classes say of them."""
    return {name: inspect.cleandoc(kind.__doc__ or "") for name, kind in fields.kinds().items()}


def _special(kind: str, path: tuple[str, ...], field_type: str) -> list[Shape]:
    """What `definitions` checks by itself: fields by their type, triggers and steps by the key that names them."""
    if kind == "entity" and len(path) == 2 and path[0] == "fields":
        own = fields.kinds()[field_type].keys if field_type in fields.kinds() else {}
        every = {} if own else {key: each for other in fields.kinds().values() for key, each in other.keys.items()}
        return [mapping("a field", {**every, **FIELD_KEYS, **own})]
    if kind == "workflow" and path[0] == "when" and path[1:] in ((), (ITEM,)):
        return [mapping("a trigger", {key: each for shape in TRIGGERS.values() for key, each in _keys(shape)})]
    if kind == "workflow" and path[0] == "do" and path[-1] == ITEM and _is_step_list(path[:-1]):
        return [_CASE if path[-2] == "choose" else _EVERY_STEP]
    return []


def _is_step_list(path: tuple[str, ...]) -> bool:
    return path[-1] in STEP_LISTS or path[-1] == "choose"


def _keys(shape: Shape) -> Iterable[tuple[str, Shape]]:
    return shape["properties"].items()


def _inside(shape: Shape, step: str) -> Iterator[Shape]:
    for each in _branches(shape):
        if step == ITEM:
            if isinstance(items := each.get("items"), Mapping):
                yield _inheriting(items, each)
        elif each.get("type") == "array" and step in EDITS:
            # A mapping over a list edits it: {add: [tier], before: {amount: [tier]}}.
            yield {"additionalProperties": each} if step in ("before", "after") else each
        elif step in each.get("properties", {}):
            yield each["properties"][step]
        elif isinstance(other := each.get("additionalProperties"), Mapping):
            yield _inheriting(other, each)


def _branches(shape: Shape) -> Iterator[Shape]:
    yield shape
    for each in shape.get("anyOf", ()):
        yield from _branches(_inheriting(each, shape))


def _inheriting(inner: Shape, outer: Shape) -> Shape:
    """A list of fields is a list of names, each of a field."""
    if "x-of" in outer and "x-of" not in inner:
        return {**inner, "x-of": outer["x-of"]}
    return inner


def described(shape: Shape) -> str:
    """The words of a shape for people."""
    what = shape.get("x-what", "")
    return "; ".join(each for each in (shape.get("description", ""), "" if what == "a mapping" else what) if each)


def sets_values(shapes: Iterable[Shape]) -> bool:
    """Whether values by field stand there."""
    return any(each.get("x-what") == VALUES["x-what"] for each in shapes)
