"""The plan as a document: JSON for programs and for later. Its keys are described in docs/changes.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from customary.engine.plan.line import GRADES
from customary.engine.plan.plan import Plan
from customary.engine.plan.seal import Seal
from customary.engine.problem import DefinitionError

VERSION = 1


class NotAPlan(ValueError):
    """A file that is no saved plan; the text says why."""


def document(plan: Plan) -> dict[str, Any]:
    """All that is told of a plan, as plain data. Keys are added to it over time, and none changes its meaning."""
    counts = Counter(each.grade for each in plan.lines)
    return {
        "version": VERSION,
        "digest": plan.digest,
        "base": plan.base,
        "empty": plan.empty,
        "counted": not plan.quick,
        "classes": {grade: counts[grade] for grade in GRADES},
        "lines": [{"text": str(each), **each.to_json()} for each in plan.lines],
        "problems": list(plan.problems),
        "warnings": list(map(str, plan.warnings)),
        "seal": plan.seal.to_json(),
    }


def to_json(plan: Plan | DefinitionError) -> str:
    """The document as text; without a plan, where the definitions have problems, it holds those."""
    data = document(plan) if isinstance(plan, Plan) else _without_plan(plan)
    return json.dumps(data, ensure_ascii=False, indent=2)


def _without_plan(error: DefinitionError) -> dict[str, Any]:
    told = {"problems": list(map(str, error.problems)), "warnings": []}
    return {"version": VERSION, "digest": "", "empty": False, "counted": False, "lines": [], **told}


def read_seal(text: str) -> Seal:
    """The seal of a saved plan. Raises NotAPlan."""
    try:
        data: Any = json.loads(text)
        if not isinstance(data, Mapping) or "seal" not in data:
            raise NotAPlan("It is no saved plan. Make one with: customary plan --save FILE")
        if data.get("version") != VERSION:
            raise NotAPlan("It was saved by another version of Customary. Make the plan again.")
        seal = Seal.from_json(data["seal"])
    except (ValueError, TypeError, KeyError) as error:
        if isinstance(error, NotAPlan):
            raise
        raise NotAPlan("It is no saved plan, or it was cut short. Make one with: customary plan --save FILE") from error
    if seal.digest != data.get("digest"):
        raise NotAPlan("It was edited since it was saved. Make the plan again.")
    return seal
