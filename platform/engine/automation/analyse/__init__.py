"""Analysis before start: what rules will do that their writer most likely did not mean, said without running any."""

from __future__ import annotations

from customary.engine.automation.analyse.chains import check_chains
from customary.engine.automation.analyse.conditions import check_conditions
from customary.engine.automation.analyse.overlaps import check_overlaps
from customary.engine.automation.analyse.rights import check_rights
from customary.engine.automation.analyse.rule import Rule, rules_of
from customary.engine.automation.analyse.waits import check_waits
from customary.engine.model.model import Model
from customary.engine.problem import Problems
from customary.engine.text import Source


def analyse(model: Model, source: Source) -> Problems:
    """The warnings about all workflows of a model; `source` is what it was compiled from."""
    problems = Problems()
    rules = rules_of(model, source)
    for each in rules:
        check_conditions(model, each, problems)
        check_rights(model, each, problems)
        check_waits(model, each, problems)
    check_chains(model, rules, problems)
    check_overlaps(model, rules, problems)
    return problems


__all__ = ["Rule", "analyse"]
