"""What people gave for inputs: of the right kinds, complete, and with defaults for what they left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.fields.field import Field, Refusal
from customary.engine.model.entities.default import value_of
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.writer.draft import is_empty
from customary.engine.words import Reason


def fitted(inputs: Mapping[str, Field], values: Mapping[str, Any], scope: Any) -> dict[str, Any]:
    """What was given for inputs, as their kinds take it. Raises Refused with all that is wrong."""
    left_out = {name: each for name, each in inputs.items() if name not in values and each.default is not None}
    values = {**values, **{name: value_of(each.default, scope) for name, each in left_out.items()}}
    problems = [
        FieldProblem(name, reason, each.label)
        for name, each in inputs.items()
        for reason in _wrong(each, values.get(name))
    ]
    for name in values.keys() - inputs.keys():
        problems.append(FieldProblem(None, Reason("“{name}” is not asked for", {"name": name})))
    if problems:
        raise Refused(problems)
    given = {name: values.get(name) for name in inputs}
    return {name: None if is_empty(value) else inputs[name].take(value) for name, value in given.items()}


def _wrong(each: Field, value: Any) -> list[Reason]:
    if is_empty(value):
        return [Reason("is required")] if each.required else []
    try:
        return each.check(each.take(value))
    except Refusal as refusal:
        return [refusal.reason]
