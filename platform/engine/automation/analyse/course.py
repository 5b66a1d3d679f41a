"""The course of a run: what is known of its record from step to step, so that later conditions can be judged by it.

What was asked stays known until the rule writes it, or waits: then others may have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customary.engine.automation.analyse.effects import effects_of
from customary.engine.automation.analyse.facts import NOTHING, OF_STAGE, Demand, constant, known_of
from customary.engine.automation.analyse.rule import Rule, Taken
from customary.engine.automation.analyse.verdict import ALWAYS, judge
from customary.engine.expressions.decide import NOT_TRUE, ORDER, TRUE, Key, Way, both, own, possible, ways
from customary.engine.model.model import Model
from customary.engine.model.rules.wait import waits
from customary.engine.problem import Problems

_ENDING = ("stop", "refuse")
_QUIET = ("notify", "choose", *_ENDING)
"""Steps after which all is as it was, but for those inside them."""


@dataclass(frozen=True)
class Course:
    """A way through the steps of a rule, on which the conditions are judged that it comes to."""

    model: Model
    rule: Rule
    problems: Problems

    def walk(self, steps: Sequence[Taken], known: Sequence[Way]) -> None:
        """Goes through steps that are come to in one of the `known` ways."""
        for each in steps:
            if not known:
                return  # Nothing comes here, which has been told.
            self._look(each, known)
            known = self._behind(each, known)

    def _look(self, taken: Taken, known: Sequence[Way]) -> None:
        condition, wanted = taken.step["if"], taken.step.get("when") if taken.step["kind"] == "wait" else None
        if condition is not None:
            judge(condition, taken.node.get("if"), self.rule.facts, self.problems, known)
            known = both(known, ways((condition.node, TRUE)))
        if not known:
            return
        if wanted is not None:
            judge(wanted, taken.node.get("wait").get("until"), self.rule.facts, self.problems, known)
        if taken.step["kind"] == "choose":
            self._choose(taken, known)
        for each in taken.branches if taken.step["kind"] != "choose" else ():
            self.walk(each.steps, NOTHING if waits(taken.step) else self._kept(taken, known))

    def _choose(self, taken: Taken, known: Sequence[Way]) -> None:
        passed: list[Demand] = []
        for each in taken.branches:
            wanted: list[Demand] = [(each.condition.node, TRUE)] if each.condition is not None else []
            if passed and not possible(*passed, *wanted) and (not wanted or possible(*wanted)):
                summary = "no record comes to this case: those before it take all"
                self.problems.warn(each.node.place, summary, ALWAYS)
            elif each.condition is not None:
                judge(each.condition, each.node.get("case"), self.rule.facts, self.problems, known)
            self.walk(each.steps, both(known, ways(*passed, *wanted)))
            passed += [(each.condition.node, NOT_TRUE)] if each.condition is not None else []

    def _behind(self, taken: Taken, known: Sequence[Way]) -> Sequence[Way]:
        """What is known once a step is done, or was passed over."""
        condition, kind = taken.step["if"], taken.step["kind"]
        if kind in _ENDING:
            return both(known, ways((condition.node, NOT_TRUE))) if condition is not None else []
        if kind == "run" or waits(taken.step):
            return NOTHING
        kept = self._kept(taken, known)
        if kind in ("set", "move") and condition is None:
            written = {name: constant(value) for name, value in taken.step["values"].items()}
            return both(kept, [known_of(written)])
        return kept

    def _kept(self, taken: Taken, known: Sequence[Way]) -> Sequence[Way]:
        """What stays known whatever a step and those in it write."""
        within = list(taken.within())
        if all(each.step["kind"] in _QUIET for each in within):
            return known
        keys = set(self._left({name for each in within for name in self._written(each)}))
        return [{key: bounds for key, bounds in way.items() if _is_about(key, keys)} for way in known]

    def _written(self, taken: Taken) -> Iterator[str]:
        for effect in effects_of(self.model, self.rule, taken):
            if effect.entity == self.rule.workflow.entity:
                yield from effect.values
                yield from OF_STAGE if "stage" in effect.values else ()

    def _left(self, written: set[str]) -> Iterator[Key]:
        """The record's own values that are neither written nor computed, and all that was before."""
        entity = self.model.entities.get(self.rule.workflow.entity)
        for name, each in entity.fields.items() if entity is not None else ():
            yield own(name, old=True)
            if each.formula is None and name not in written:
                yield own(name)


def _is_about(key: Key, keys: set[Key]) -> bool:
    return all(each in keys for each in key[1:]) if key[0] == ORDER else key in keys
