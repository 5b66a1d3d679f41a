"""A workflow, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.model.nothing import NOTHING
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A rule: when something happens to a record and a condition holds, do steps.

    A trigger is `{"kind": "created", "entity": "order"}`, for changed with `field` and, where given, `from` and `to`;
    for entered and left with `pipeline` and `stage`. A step has `kind`, `label` (Words or None), `if` (Expression
    or None), `as` (a name or None), and what its kind says:

    - set, create, update, task: `entity` and `values` by field, each an Expression, a Template (text with holes) or a
      value of the field; update also `record` (Expression);
    - choose: `cases`, pairs of a condition (None for otherwise) and a tuple of steps;
    - for_each: `in` (Expression of a list of records of `entity`), `name` and `steps`;
    - wait: `for` and `until` (Expressions of a moment or day), `when` (a condition), `event` (a trigger), each or None;
    - ask: `by` (an Expression of users, `role …` or `team …`, or a tuple of these), `text` by language, `fields` of the
      record, `inputs` (Fields by name), `deadline` (an Expression or None) and `cases`: what is done otherwise;
    - refuse: `message` (texts by language) and `field` (a name or None);
    - kinds written as one value (note, stop): `value`;
    - others their own keys: texts by language (text, subject, body) as mappings from language ("" for all) to
      Template; the rest an Expression (after `=`), a Template, a tuple of them, or the plain value.
    """

    name: str
    label: Words
    entity: str
    triggers: tuple[Mapping[str, Any], ...]
    where: Expression | None
    steps: tuple[Mapping[str, Any], ...]
    run_as: str = "system"
    limits: Mapping[str, Any] = NOTHING
    stop: Expression | None = None
    """Ends a run, also one that waits, as soon as it holds."""
    before: bool = False
    """Whether it is held before the save, within the writer's transaction: it has no runs then."""

    @property
    def has_button(self) -> bool:
        return any(trigger["kind"] == "button" for trigger in self.triggers)
