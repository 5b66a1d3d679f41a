"""Plan and apply: what new definitions change in a database, shown first, then done at once or not at all."""

from __future__ import annotations

from customary.engine.plan.applying.alone import UnderWay
from customary.engine.plan.applying.apply import OutOfDate, Unfit, apply
from customary.engine.plan.applying.finish import finish
from customary.engine.plan.applying.recover import recover
from customary.engine.plan.applying.site import InTheWay, Progress
from customary.engine.plan.back import CannotUndo
from customary.engine.plan.change import Change, Fill
from customary.engine.plan.compare import compare
from customary.engine.plan.document import NotAPlan, document, read_seal, to_json
from customary.engine.plan.line import Example, Impact, Line, from_text
from customary.engine.plan.plan import Plan
from customary.engine.plan.proof import Difference, prove
from customary.engine.plan.seal import Drifted, Seal, hold, is_digest
from customary.engine.plan.undo import files_back, undo

__all__ = [
    "CannotUndo",
    "Change",
    "Difference",
    "InTheWay",
    "Drifted",
    "Example",
    "Fill",
    "Impact",
    "Line",
    "NotAPlan",
    "OutOfDate",
    "Plan",
    "Progress",
    "Seal",
    "UnderWay",
    "Unfit",
    "apply",
    "compare",
    "document",
    "files_back",
    "finish",
    "from_text",
    "hold",
    "is_digest",
    "prove",
    "read_seal",
    "recover",
    "to_json",
    "undo",
]
