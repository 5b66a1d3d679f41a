"""What is said of rules before they start: each warning where it is due, and none where it is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from customary.engine.automation.analyse import analyse
from customary.engine.database import Database
from customary.engine.model import compile_source
from customary.engine.problem import Problems
from customary.engine.text import gather, read_source
from customary.engine.workspace import Workspace

SCHEMA = """
entity: person
plays: user
fields: {name: {type: text}, email: {type: email}}
---
entity: visit
fields:
  name: {type: text}
  hours: {type: decimal}
  rate: {type: decimal}
  cost: {type: decimal, formula: hours * rate}
  open: {type: boolean}
  state: {type: choice, options: [new, busy, done]}
  level: {type: choice, options: [low, high]}
  on: {type: date}
---
entity: report
fields: {name: {type: text}, visit: {type: link, to: visit, inverse: reports}}
---
role: engineer
entities: {visit: {read: all, create: all, update: all, fields: {level: read_only}}}
---
role: clerk
entities: {visit: {read: all, create: all, update: all}, report: {read: all, create: all}}
"""


def told(folder: Path, rules: str) -> list[str]:
    """The warnings about rules, each with its line and column."""
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "customary.yaml").write_text("name: House\npacks: []\n")
    (folder / "schemas" / "visit.yaml").write_text(SCHEMA)
    (folder / "schemas" / "rules.yaml").write_text(rules.removesuffix("---\n"))
    problems = Problems()
    source = read_source(gather(folder, problems), problems)
    model = compile_source(source, problems)
    assert [str(each) for each in problems.errors] == [] and model is not None
    assert all(each.remedy and each.severity == "warning" for each in analyse(model, source))
    return [f"{each.place.line}:{each.place.column} {each.summary}" for each in analyse(model, source)]


def rule(name: str, when: str, do: str, **more: str) -> str:
    """A rule of four lines and more."""
    rest = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f"workflow: {name}\nwhen: {when}\ndo: {do}\n{rest}---\n"


CIRCLES = {
    "itself": (
        [rule("a", "{updated: visit}", "[set: {hours: 1}]")],
        ["2:1 this rule may start itself for ever: it sets visit.hours"],
    ),
    "two": (
        [
            rule("a", "{changed: visit.hours}", "[set: {rate: =hours}]"),
            rule("b", "{changed: visit.rate}", "[set: {hours: =rate}]"),
        ],
        ["2:1 these rules may start each other for ever: a → b → a (a sets visit.rate; b sets visit.hours)"],
    ),
    "records that make records": (
        [rule("a", "{created: visit}", "[create: {visit: {name: B}}]")],
        ["2:1 this rule may start itself for ever: it makes visit"],
    ),
    "through a computed field": (
        [rule("a", "{changed: visit.cost}", "[set: {hours: =cost}]")],
        ["2:1 this rule may start itself for ever: it sets visit.hours"],
    ),
    "through its rows": (
        [
            rule("a", "{related: {of: visit, changed: report}}", "[set: {hours: 2}]"),
            rule("b", "{changed: visit.hours}", "[create: {report: {visit: =record}}]"),
        ],
        ["2:1 these rules may start each other for ever: a → b → a (a sets visit.hours; b makes report)"],
    ),
    "a condition that its own work ends": (
        [rule("a", "{updated: visit}", "[set: {state: done}]", where='state != "done"')],
        [],
    ),
    "a condition that the next step ends": (
        [
            rule(
                "a",
                "{updated: visit}",
                "[set: {hours: 1}, set: {state: done}]".replace(", set", "}, {set")
                .replace("[set", "[{set")
                .replace("]", "}]"),
                where='state != "done"',
            )
        ],
        [],
    ),
    "a condition that a wait keeps alive": (
        [
            rule(
                "a",
                "{updated: visit}",
                "[{set: {hours: 1}}, {wait: 1d}, {set: {state: done}}]",
                where='state != "done"',
            )
        ],
        ["2:1 this rule may start itself for ever: it sets visit.hours"],
    ),
    "a number that is no longer too great": (
        [rule("a", "{changed: visit.hours}", "[set: {hours: 3}]", where="hours > 9")],
        [],
    ),
    "another value than is waited for": (
        [rule("a", "{changed: visit.state, to: busy}", "[set: {state: done}]")],
        [],
    ),
    "what the first asked for excludes the second": (
        [
            rule("a", "{changed: visit.hours}", "[set: {rate: 1}]", where='level == "low"'),
            rule("b", "{changed: visit.rate}", "[set: {hours: 1}]", where='level == "high"'),
        ],
        [],
    ),
    "an answer that starts it again": (
        [rule("a", "{changed: visit.hours}", "[{ask: {by: =user, text: A, fields: [hours]}}]")],
        ["2:1 this rule may start itself for ever: it sets visit.hours"],
    ),
    "what is done where nobody answers": (
        [
            rule(
                "a",
                "{updated: visit}",
                "[{ask: {by: =user, text: A, deadline: 2d, otherwise: [{set: {state: done}}]}}]",
                where='state != "done"',
            )
        ],
        [],
    ),
    "once for each record": (
        [rule("a", "{updated: visit}", "[set: {hours: 1}]", limits="{once: true}")],
        [],
    ),
    "once for each of ever new records": (
        [rule("a", "{created: visit}", "[create: {visit: {name: B}}]", limits="{once: true}")],
        ["2:1 this rule may start itself for ever: it makes visit"],
    ),
    "time between": ([rule("a", "{due: {field: visit.on}}", "[set: {on: =today()}]")], []),
}


@pytest.mark.parametrize("case", CIRCLES)
def test_rules_that_start_each_other_are_told_with_the_way(tmp_path: Path, case: str) -> None:
    rules, warnings = CIRCLES[case]
    assert told(tmp_path, "".join(rules)) == warnings


CONDITIONS = {
    "never": (
        rule("a", "{created: visit}", "[stop: A]", where="hours > 5 && hours < 3"),
        ["4:8 this condition can never hold"],
    ),
    "always": (
        rule("a", "{created: visit}", '[{stop: A, if: \'state != "new" || state != "busy"\'}]'),
        ["3:21 this condition always holds"],
    ),
    "against what starts it": (
        rule("a", "{changed: visit.state, to: done}", "[stop: A]", where='state == "new"'),
        ["2:7 the condition (where) cannot hold when this happens"],
    ),
    "before it was made": (
        rule("a", "[{created: visit}, {updated: visit}]", "[stop: A]", where="old.hours > 5"),
        ["2:8 the condition (where) cannot hold when this happens"],
    ),
    "a case that others take": (
        rule("a", "{created: visit}", "[choose: [{case: hours > 5, do: [stop: A]}, {case: hours > 7, do: [stop: B]}]]"),
        ["3:49 no record comes to this case: those before it take all"],
    ),
    "open": (rule("a", "{created: visit}", "[{stop: A, if: hours > 5}]", where="hours < 9 || open"), []),
    "meant": (rule("a", "{created: visit}", "[stop: A]", where="false"), []),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_conditions_that_come_out_one_way_are_told(tmp_path: Path, case: str) -> None:
    rules, warnings = CONDITIONS[case]
    assert told(tmp_path, rules) == warnings


OVERLAPS = {
    "one field": (
        [
            rule("a", "{created: visit}", "[set: {level: low}]"),
            rule("b", "{created: visit}", "[set: {level: high}]"),
        ],
        ["7:6 “level” is written by rule a as well when the same happens"],
    ),
    "the same value": (
        [
            rule("a", "{created: visit}", "[set: {level: low}]"),
            rule("b", "{created: visit}", "[set: {level: low}]"),
        ],
        [],
    ),
    "conditions apart": (
        [
            rule("a", "{created: visit}", "[set: {level: low}]", where="hours < 5"),
            rule("b", "{created: visit}", "[{set: {level: high}, if: hours >= 5}]"),
        ],
        [],
    ),
    "other events": (
        [
            rule("a", "{created: visit}", "[set: {level: low}]"),
            rule("b", "{changed: visit.hours}", "[set: {level: high}]"),
        ],
        [],
    ),
    "dead after": (
        [
            rule("a", "{created: visit, before: true}", "[set: {level: low}]"),
            rule("b", "{created: visit}", "[stop: A]", where='level == "high"'),
        ],
        ["8:1 after rule a, which comes before the save, this condition never holds"],
    ),
    "passed by": (
        [
            rule("a", "{created: visit, before: true}", "[set: {level: low}]", where="hours > 5"),
            rule("b", "{created: visit}", "[stop: A]", where='level == "high"'),
        ],
        [],
    ),
}


@pytest.mark.parametrize("case", OVERLAPS)
def test_rules_in_each_others_way_are_told(tmp_path: Path, case: str) -> None:
    rules, warnings = OVERLAPS[case]
    assert told(tmp_path, "".join(rules)) == warnings


def test_rights_are_told_that_those_lack_who_may_start_the_rule(tmp_path: Path) -> None:
    makes = rule("a", "{created: visit}", "[create: {report: {name: A}}]", run_as="actor")
    writes = rule("b", "{changed: visit.hours}", "[set: {level: high}]", run_as="actor")
    system = rule("c", "{changed: visit.rate}", "[create: {report: {name: A}}]")
    assert told(tmp_path, makes + writes + system) == [
        "3:6 who is only engineer may start this rule, and may not create report: the run fails then",
        "8:6 who is only engineer may start this rule, and may not write visit.level: the run fails then",
    ]


def test_waits_are_told_that_outlive_the_record(tmp_path: Path) -> None:
    gone = rule("a", "{deleted: visit}", "[{wait: 2d}, {notify: {user: =user, text: A}}]")
    endless = rule("b", "{created: visit}", "[{wait: {event: {changed: visit.hours}}}]")
    ended = rule("c", "{created: visit}", "[{wait: {event: {changed: visit.hours}, for: 3d}}]")
    stopped = rule("d", "{created: visit}", "[{wait: {until: hours > 5}}]", stop="archived_at != null")
    assert told(tmp_path, gone + endless + ended + stopped) == [
        "3:7 the record is deleted by then: the run ends at this wait",
        "7:7 nothing ends this wait where that never happens, also when the record is archived",
    ]


def test_a_hundred_rules_are_looked_at_within_a_second(tmp_path: Path) -> None:
    where = 'hours > {} && (state == "new" || level == "low") && rate < 5'
    rules = [
        rule(
            f"r{number}",
            "[{created: visit}, {changed: visit.hours}]",
            "[{set: {level: low}, if: open}]",
            where=where.format(number),
        )
        for number in range(100)
    ]
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: House\npacks: []\n")
    (tmp_path / "schemas" / "visit.yaml").write_text(SCHEMA + "---\n" + "".join(rules).removesuffix("---\n"))
    source = read_source(gather(tmp_path, Problems()), Problems())
    model = compile_source(source, Problems())
    began = time.process_time()
    analyse(model, source)
    assert time.process_time() - began < 1.0


def test_check_and_plan_tell_what_was_found(database: Database, tmp_path: Path) -> None:
    told(tmp_path, rule("a", "{updated: visit}", "[set: {hours: 1}]"))
    workspace = Workspace(tmp_path, database)
    workspace.prepare()
    found = ["this rule may start itself for ever: it sets visit.hours"]
    assert [each.summary for each in workspace.check()[0].warnings] == found
    assert [each.summary for each in workspace.plan().warnings] == found
