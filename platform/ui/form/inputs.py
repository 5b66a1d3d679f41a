"""What people are asked for without a record of its own: controls for it, and what was typed into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entities.default import value_of
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.work import Work
from customary.ui.form.controls import Control, control_alone
from customary.ui.form.draft import finder
from customary.ui.form.typed import Entry, Typed, entry_of_texts, entry_of_value, nothing_in

Entries = Mapping[str, Entry]


def untouched(inputs: Mapping[str, Field], scope: Any, locale: Locale) -> Entries:
    """What the controls begin with."""
    return {
        name: entry_of_value(each, None if each.default is None else each.take(value_of(each.default, scope)), locale)
        for name, each in inputs.items()
    }


def typed_into(work: Work, inputs: Mapping[str, Field], form: Typed, locale: Locale) -> Entries:
    """What was typed, and its meaning."""
    find = finder(work)
    return {name: entry_of_texts(each, form, name, locale, find) for name, each in inputs.items()}


def meant(inputs: Mapping[str, Field], entries: Entries) -> dict[str, Any]:
    """The values that were typed. Raises Refused for texts that mean none."""
    wrong = [
        FieldProblem(name, each.problem, inputs[name].label)
        for name, each in entries.items()
        if each.problem is not None
    ]
    if wrong:
        raise Refused(wrong)
    return {name: each.value for name, each in entries.items()}


def controls_for(
    work: Work,
    inputs: Mapping[str, Field],
    entries: Entries,
    problems: Iterable[FieldProblem] = (),
    required: bool = False,
) -> tuple[Control, ...]:
    """The controls of a form that asks for this; with `required` for all of it."""
    said: dict[str, tuple[Any, ...]] = {}
    for each in problems:
        said[each.field or ""] = (*said.get(each.field or "", ()), each.reason)
    return tuple(
        control_alone(work, each, entries.get(name) or nothing_in(each), said, required or each.required is True)
        for name, each in inputs.items()
    )
