"""The shapes of what people are asked for: to approve something, or to fill in values."""

from __future__ import annotations

from functools import cache
from typing import Any

from customary.engine import fields as field_kinds
from customary.engine.definitions.shapes import (
    ANYTHING,
    LABEL,
    NAMES,
    TEXT,
    YES_NO,
    mapping,
    told,
)
from customary.engine.definitions.validate import Validator
from customary.engine.problem import Problems, did_you_mean
from customary.engine.text.node import Mapping, Node, Scalar

BY = {"anyOf": [TEXT, NAMES], "x-what": "a role, a team, a user such as =owner.manager, or a list of them"}
INPUTS = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,59}$", "x-what": "a name in snake_case"},
    "x-what": "values by name, written as fields: {hours: {type: decimal, required: true}}",
}
ASK = mapping(
    "ask",
    {
        "by": told(BY, "who is asked: a role (sales_manager), a team (team inside_sales), a user (=owner.manager)"),
        "text": told(LABEL, "what is asked, with holes; the name of the workflow where it is left out"),
        "fields": told(
            {"anyOf": [NAMES, INPUTS], "x-what": "fields of the record, or values of their own"},
            "what is to be filled in: fields of the record, or values for later steps, written as fields",
        ),
        "deadline": told(TEXT, "until when: 2d, 3 business days, or a day, moment or duration after ="),
        "otherwise": told(
            {"type": "array", "minItems": 1, "x-what": "a list of steps"},
            "what is done when nobody has answered until then, or there is nobody to ask",
        ),
    },
    required=("by",),
)
INPUT_KEYS = {
    "type": told(TEXT, "its kind, as of a field"),
    "label": told(LABEL, "what people call it"),
    "help": told(LABEL, "a sentence that explains it"),
    "required": told(YES_NO, "true: without it there is no answer"),
    "default": told(ANYTHING, "what it begins with: a value, or an expression after ="),
}


def check_inputs(inputs: Node | None, problems: Problems) -> Node | None:
    """Those of the inputs that have the right shape."""
    if not isinstance(inputs, Mapping):
        return inputs
    kept = {name: each for name, node in inputs.items() if (each := _checked(name, node, inputs, problems)) is not None}
    return Mapping(kept, inputs.keys, inputs.place, inputs.layer)


def askable() -> dict[str, Any]:
    """The kinds of field that may be asked for without a record: plain values."""
    return {
        name: kind
        for name, kind in field_kinds.kinds().items()
        if kind.computable and kind.tabular and not (kind.points or kind.attaches or kind.sealed or kind.several)
    }


def _checked(name: str, node: Node, inputs: Mapping, problems: Problems) -> Node | None:
    kind = node.get("type") if isinstance(node, Mapping) else None
    word = kind.data if isinstance(kind, Scalar) else None
    if word in askable():
        return _validator(str(word)).check(node, problems)
    place = kind.place if kind is not None else inputs.place_of(name)
    summary = f"“{word}” cannot be asked for" if word else f"“{name}” does not say what it is"
    problems.add(place, summary, did_you_mean(str(word or ""), askable()) or f"Write {name}: {{type: text}}.")
    return None


@cache
def _validator(kind: str) -> Validator:
    keys = {**INPUT_KEYS, **field_kinds.kinds()[kind].keys}
    return Validator(mapping(f"the value of kind {kind}", keys, required=("type",)))
