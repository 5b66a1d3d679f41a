"""What is said of a condition of which it is certain how it comes out."""

from __future__ import annotations

from collections.abc import Sequence

from customary.engine.automation.analyse.facts import NOTHING, Facts
from customary.engine.expressions import Expression
from customary.engine.expressions.decide import NOT_TRUE, TRUE, Way
from customary.engine.expressions.meaning import Constant
from customary.engine.problem import Place, Problems
from customary.engine.text import node as text

ALWAYS = "Leave it out, or say what was meant."
NEVER = "Nothing fulfils all of it at once."
BEFORE = "What comes before has settled it: change one of the two."


def judge(
    condition: Expression, node: text.Node, facts: Facts, problems: Problems, known: Sequence[Way] = NOTHING
) -> bool:
    """Adds a warning where a condition can never hold or always holds, of any record or of those that come to it in
    one of the `known` ways; whether it did."""
    if is_meant(condition):
        return False
    holds, fails = (condition.node, TRUE), (condition.node, NOT_TRUE)
    if not facts.allow(holds):
        problems.warn(place_of(node), "this condition can never hold", facts.why_not(holds) or NEVER)
    elif not facts.allow(fails):
        remedy = f"{facts.why_not(fails)} {ALWAYS}".lstrip()
        problems.warn(place_of(node), "this condition always holds", remedy)
    elif not facts.allow(holds, known=known):
        problems.warn(place_of(node), "this condition never holds here", BEFORE)
    elif not facts.allow(fails, known=known):
        problems.warn(place_of(node), "this condition always holds here", BEFORE)
    else:
        return False
    return True


def is_meant(condition: Expression) -> bool:
    """Whether it is no condition: who writes true or false means it."""
    return isinstance(condition.node, Constant)


def place_of(node: text.Node) -> Place:
    """Where a text begins, within its quotes."""
    return node.text_place(0) if isinstance(node, text.Scalar) else node.place
