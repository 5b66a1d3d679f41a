"""The small shapes that definitions are made of, as JSON Schema.

Four keywords of our own, which validators pass over: `x-what` says in words what is expected, `x-noun` names
a mapping's owner in problems (“a field”), `x-later` lists keys the language has but this version does not, `x-of`
says what a word is the name of, so that an editor can offer those there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]

TEXT: Shape = {"type": "string", "x-what": "text"}
YES_NO: Shape = {"type": "boolean", "x-what": "true or false"}
WHOLE: Shape = {"type": "integer", "x-what": "a whole number"}
NUMBER: Shape = {"type": "number", "x-what": "a number"}
ANYTHING: Shape = {}
NAME: Shape = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "x-what": "a name in snake_case"}
NAMES: Shape = {"type": "array", "items": {"type": "string", "x-what": "a name"}, "x-what": "a list of names"}
CONDITION: Shape = {"type": ["string", "boolean"], "x-what": "an expression"}
"""An expression by its nature, which needs no `=`."""

LABEL: Shape = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z]{2,3}([_-][A-Za-z]+)?$", "x-what": "a language, such as en"},
            "additionalProperties": TEXT,
        },
    ],
    "x-what": "text, or text by language: {en: Account, zh: 客户}",
}
WAS: Shape = {"anyOf": [{"type": "string"}, NAMES], "x-what": "an old name, or a list of them"}
DURATION: Shape = {
    "type": "string",
    "pattern": r"^[0-9]{1,6} ?(min|h|d|w|months?|y)$",
    "x-what": "a duration, such as 30min, 2h, 3d, 1w, 6months, 1y",
}
DATE: Shape = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "x-what": "a date, such as 2026-12-25"}
VALUES: Shape = {"type": "object", "x-what": "fields and their values: {stage: new}"}
"""Values by field name: literal, expression after `=`, or text with holes."""

CHOICE_OF_COLOUR: Shape = {"type": "string", "x-what": "the name of a colour"}


def told(shape: Shape, text: str, of: str = "") -> Shape:
    """The shape of a key with its documentation, which the reference shows.

    `of` says what its words are names of, so that an editor can offer them: entity, field, pipeline, role, message,
    or “field path” (`deal.amount`) and “stage path” (`sales.won`).
    """
    return {**shape, "description": text, **({"x-of": of} if of else {})}


def mapping(
    noun: str, keys: Mapping[str, Shape], *, required: tuple[str, ...] = (), later: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A mapping with known keys; any other is a problem."""
    return {
        "type": "object",
        "properties": dict(keys),
        "additionalProperties": False,
        "required": list(required),
        "x-noun": noun,
        "x-later": list(later),
        "x-what": "a mapping",
    }


def named(of: Shape, what: str = "a mapping of names") -> dict[str, Any]:
    """A mapping from names that the writer chooses to things of one shape."""
    return {"type": "object", "propertyNames": NAME, "additionalProperties": of, "x-what": what}


def list_of(of: Shape, what: str = "a list") -> dict[str, Any]:
    return {"type": "array", "items": of, "x-what": what}


def one_of(enum: tuple[str, ...], noun: str, later: tuple[str, ...] = ()) -> dict[str, Any]:
    """One of a closed set of words; `noun` says what they are."""
    return {"enum": list(enum), "x-noun": noun, "x-later": list(later), "x-what": f"one of {', '.join(enum)}"}
