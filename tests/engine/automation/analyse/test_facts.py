"""What is certain of records is never contradicted by any record."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from customary.engine.automation.analyse.rule import Rule, rules_of
from customary.engine.expressions.decide import NOT_TRUE, TRUE
from customary.engine.model import compile_source
from customary.engine.problem import Problems
from customary.engine.text import gather, read_source

from .test_analyse import JOBS

TRIGGERS = {
    "{created: job}": lambda now, old: old is None,
    "{changed: job.score}": lambda now, old: old is not None and now["score"] != old["score"],
    "{changed: job.state, from: new, to: done}": lambda now, old: (
        old is not None and (old["state"], now["state"]) == ("new", "done")
    ),
    "{entered: jobs.go}": lambda now, old: (
        now["stage"] == "go" != (old or {}).get("stage") and now["level"] is not None
    ),
    "{left: jobs.plan}": lambda now, old: old is not None and old["stage"] == "plan" != now["stage"],
    "{crosses: {field: job.score, above: 1}}": lambda now, old: (
        (now["score"] or 0) > 1 and not ((old or {}).get("score") or 0) > 1
    ),
}
ATOMS = (
    *("hours > 24", "hours < 0", "hours >= 24", "crew >= 1", "crew == 0", "score > 1", "score == 2", "score != 3"),
    *('state == "done"', 'state in ["new", "busy"]', "level == null", 'level != "low"', "open", 'outcome == "won"'),
    *('stage == "go"', 'stage != "fin"', "probability == 40", "old.score == score", "old.score < score"),
    *('old.stage == "go"', "old.state != state", "old.level != null", "old.open", "old.level == level"),
)
STAGES = {"plan": (None, None), "go": (None, 40), "fin": ("won", 100), "bad": ("lost", 0)}


def test_what_is_said_to_be_impossible_of_a_rule_never_happens(tmp_path: Path) -> None:
    chance, told, kept = random.Random(3), 0, 0
    records = list(_records(chance, 900))
    for each in _rules(tmp_path, chance, 50):
        for start, happened in zip(each.starts, TRIGGERS.values(), strict=True):
            given = [pair for pair in records if happened(*pair)]
            met = {_given(each, *pair) for pair in given}
            kept += len(given) > 0
            for demand, outcomes in ((TRUE, {True}), (NOT_TRUE, {False, None})):
                if not start.allow((each.workflow.where.node, demand)):
                    told += 1
                    assert not met & outcomes, (each.workflow.where.text, list(TRIGGERS)[each.starts.index(start)])
    assert told > 20 and kept == 50 * len(TRIGGERS)


def _rules(folder: Path, chance: random.Random, count: int) -> list[Rule]:
    (folder / "schemas").mkdir()
    (folder / "customary.yaml").write_text("name: House\npacks: []\n")
    parts = (
        f"workflow: r{n}\nwhen: [{', '.join(TRIGGERS)}]\nwhere: '{_written(chance)}'\ndo: [stop: A]\n"
        for n in range(count)
    )
    (folder / "schemas" / "all.yaml").write_text("---\n".join([JOBS, *parts]))
    problems = Problems()
    source = read_source(gather(folder, problems), problems)
    model = compile_source(source, problems)
    assert model is not None, [str(each) for each in problems.errors]
    return rules_of(model, source)


def _written(chance: random.Random) -> str:
    parts = [chance.choice(ATOMS) for _ in range(3)]
    return chance.choice(("{0} && {1}", "{0} || {1}", "!({0}) && {1}", "({0} || {1}) && {2}", "{0}")).format(*parts)


def _records(chance: random.Random, count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    for _ in range(count):
        old = _record(chance) if chance.random() < 0.8 else None
        now = {**_record(chance), **({"state": "done"} if old and old["state"] == "new" else {})}
        yield now, old


def _record(chance: random.Random) -> dict[str, Any]:
    stage = chance.choice(list(STAGES))
    outcome, probability = STAGES[stage]
    return {
        "hours": chance.choice((None, Decimal(0), Decimal(24))),
        "crew": chance.choice((1, 5)),
        "score": chance.choice((None, 0, 1, 2, 3)),
        "state": chance.choice(("new", "busy", "done")),
        "level": chance.choice((None, "low", "high")),
        "stage": stage,
        "outcome": outcome,
        "open": outcome is None,
        "probability": None if probability is None else Decimal(probability),
    }


def _given(rule: Rule, now: dict[str, Any], old: dict[str, Any] | None) -> Any:
    """How the condition comes out; a record that was just made had nothing but what is computed of that."""
    before = old if old is not None else {**dict.fromkeys(now), "open": True}
    return rule.workflow.where.evaluate(SimpleNamespace(record=now, old=before, bindings={}))
