"""The rules of one record: kinds, required fields, checks. Everything wrong is noted at once."""

from __future__ import annotations

from customary.engine.records.personal import erased
from customary.engine.records.writer import stages
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.words import Reason


def drop_invisible(draft: Draft) -> None:
    """Forgets what a form sent for fields that its own values hide.

    Only from a form: there the field was out of sight, and its stored value stays as it is. A program that
    names a field means it.
    """
    if draft.work.cause.origin not in ("form", "web_form", "survey"):
        return
    for name in draft.given:
        each = draft.shape.entered.get(name)
        if each is not None and each.visible is not None and not each.visible.holds(draft.scope):
            draft.after[name] = draft.before.get(name) if draft.before is not None else None
            draft.children.pop(name, None)


def validate(draft: Draft) -> None:
    """Checks the settled values of one record, apart from what other records say."""
    changes = draft.changes | set(draft.children)
    for name in changes & draft.shape.entered.keys():
        each, value = draft.shape.entered[name], draft.after.get(name)
        if each.points != "inside" and not is_empty(value):
            for reason in each.check(value):
                draft.refuse_because(name, reason)
    stages.check_entry(draft)
    erased.guard(draft)
    _check_required(draft, changes)
    if not draft.problems:
        _check_rules(draft, changes)


def _check_required(draft: Draft, changes: frozenset[str] | set[str]) -> None:
    """A field must be filled when the write touches it or what its condition reads.

    Other empty fields are left in peace, so that a field made required later does not block every old record.
    """
    for each in draft.shape.required:
        if draft.is_new or each.name in draft.given:
            _require(draft, each.name)
    for each, read in draft.shape.conditional:
        touched = draft.is_new or each.name in draft.given or not read or read & changes
        if touched and each.required.holds(draft.scope):
            _require(draft, each.name)


def _require(draft: Draft, name: str) -> None:
    each = draft.shape.entered[name]
    if any(problem.field == name for problem in draft.problems):
        return
    filled = draft.children[name] if name in draft.children else draft.after.get(name)
    if not is_empty(filled) or (each.points == "inside" and not draft.is_new and name not in draft.children):
        return
    if each.visible is None or each.visible.holds(draft.scope):
        draft.refuse(name, "is required")


def _check_rules(draft: Draft, changes: frozenset[str] | set[str]) -> None:
    """A check fails only when false; unknown passes."""
    for check, read in draft.shape.checks:
        if (draft.is_new or not read or read & changes) and check.condition.evaluate(draft.scope) is False:
            draft.refuse_because(check.field, Reason("{message}", {"message": check.message}))
