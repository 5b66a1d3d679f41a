"""Values handed to the writer: known, writable, of the right form; then defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.fields.field import Field, Refusal
from customary.engine.model.entities.default import value_of
from customary.engine.records import secrets
from customary.engine.records.writer import attach
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.words import suggestion


def accept(draft: Draft) -> None:
    """Takes the given values into the draft; what may not be written is a problem."""
    access, draft.given = draft.work.access, _gathered(draft)
    hidden, read_only = access.hidden(draft.entity), access.read_only(draft.entity, draft.is_new)
    for name, value in draft.given.items():
        each = draft.shape.entered.get(name)
        if each is None:
            _refuse_unknown(draft, name, value)
            continue
        if name in hidden:
            draft.refuse(name, "may not be changed by you")
            continue
        if each.points == "inside":
            _take_rows(draft, name, value)
            continue
        value = coerced(draft, each, value)
        if value == draft.after.get(name):
            continue
        if name in read_only:
            draft.refuse(name, "may not be changed by you")
        elif not draft.work.actor.is_system and _is_read_only(draft, each):
            draft.refuse(name, "is read-only")
        else:
            draft.after[name] = value


def _gathered(draft: Draft) -> Mapping[str, Any]:
    """What is given, with the parts of a field (`address.city`) put into what its value is otherwise."""
    if not any("." in name for name in draft.given):
        return draft.given
    found = {name: value for name, value in draft.given.items() if "." not in name}
    for path in draft.given.keys() - found.keys():
        name, _, part = path.partition(".")
        each = draft.shape.entered.get(name)
        if each is None or path not in each.pieces:
            found[path] = draft.given[path]
            continue
        try:
            found[name] = each.with_part(found.get(name, draft.after.get(name)), part, draft.given[path])
        except Refusal as refusal:
            draft.refuse_because(name, refusal.reason)
    return found


def fill_defaults(draft: Draft, fields: Iterable[Field]) -> None:
    """Gives untouched fields of a new record their defaults."""
    for each in fields:
        if each.name in draft.given or not is_empty(draft.after.get(each.name)):
            continue
        draft.after[each.name] = coerced(draft, each, value_of(each.default, draft.scope))


def _refuse_unknown(draft: Draft, name: str, value: Any) -> None:
    each = draft.shape.entity.fields.get(name)
    if each is None:
        remedy = suggestion(name, draft.shape.entered)
        text = "has no field “{name}”. {remedy}" if remedy else "has no field “{name}”"
        draft.refuse(None, text, name=name, remedy=remedy)
    elif value != (draft.before or {}).get(name):
        draft.refuse(name, "is kept by the system and cannot be set")


def _take_rows(draft: Draft, name: str, value: Any) -> None:
    """Child rows: a list of mappings, or nothing for none."""
    rows = () if value is None or value == "" else value
    if isinstance(rows, list | tuple) and all(isinstance(row, Mapping) for row in rows):
        draft.children[name] = list(rows)
    else:
        draft.refuse(name, "must be a list of lines")


def _is_read_only(draft: Draft, each: Field) -> bool:
    if isinstance(each.read_only, bool):
        return each.read_only
    return each.read_only.holds(draft.scope)


def coerced(draft: Draft, each: Field, value: Any) -> Any:
    """A value as the field keeps it; the one that was there when it does not fit, which is noted."""
    try:
        value = each.take(value)
    except Refusal as refusal:
        draft.refuse_because(each.name, refusal.reason)
        return draft.after.get(each.name)
    if each.sealed:
        return secrets.sealed(draft, each, value)
    if each.attaches and value is not None:
        return attach.known(draft, each, value)
    if each.points == "many":
        return tuple(sorted(set(value or ())))
    return () if value is None and each.several else value
