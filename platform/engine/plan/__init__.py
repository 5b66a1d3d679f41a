"""Plan and apply: what new definitions change in a database, shown first, then done at once or not at all."""

from __future__ import annotations

from customary.engine.plan.alone import UnderWay
from customary.engine.plan.apply import OutOfDate, Unfit, apply
from customary.engine.plan.back import CannotUndo
from customary.engine.plan.change import Change, Fill
from customary.engine.plan.compare import compare
from customary.engine.plan.finish import finish
from customary.engine.plan.line import Example, Impact, Line, from_text
from customary.engine.plan.plan import Plan
from customary.engine.plan.proof import Difference, prove
from customary.engine.plan.recover import recover
from customary.engine.plan.site import Progress
from customary.engine.plan.undo import files_back, undo

__all__ = [
    "CannotUndo",
    "Change",
    "Difference",
    "Example",
    "Fill",
    "Impact",
    "Line",
    "OutOfDate",
    "Plan",
    "Progress",
    "UnderWay",
    "Unfit",
    "apply",
    "compare",
    "files_back",
    "finish",
    "from_text",
    "prove",
    "recover",
    "undo",
]
