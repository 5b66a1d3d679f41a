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


def told(folder: Path, rules: str, schema: str = SCHEMA) -> list[str]:
    """The warnings about rules, each with its line and column."""
    return [f"{each.place.line}:{each.place.column} {each.summary}" for each in found(folder, rules, schema)]


def found(folder: Path, rules: str, schema: str) -> Problems:
    (folder / "schemas").mkdir(exist_ok=True)
    (folder / "customary.yaml").write_text("name: House\npacks: []\n")
    (folder / "schemas" / "visit.yaml").write_text(schema)
    (folder / "schemas" / "rules.yaml").write_text(rules.removesuffix("---\n"))
    problems = Problems()
    source = read_source(gather(folder, problems), problems)
    model = compile_source(source, problems)
    assert [str(each) for each in problems.errors] == [] and model is not None
    warnings = analyse(model, source)
    assert all(each.remedy and each.severity == "warning" for each in warnings)
    return warnings


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


def where(when: str, condition: str, **more: str) -> str:
    """A rule that asks for a condition."""
    return rule("a", when, "[stop: A]", where=f"'{condition}'", **more)


NEVER, ALWAYS = "4:9 this condition can never hold", "4:9 this condition always holds"
AFTER = "4:9 this condition (where) always holds when what starts the rule happens"
EXCLUDED = "2:7 the condition (where) cannot hold when this happens"
IMPOSSIBLE = "2:7 this can never happen"
UPDATED = "{updated: job}"
JOBS = """
entity: person
plays: user
fields: {name: {type: text}}
---
entity: job
fields:
  name: {type: text, required: true}
  hours: {type: decimal, min: 0, max: 24}
  crew: {type: integer, required: true, min: 1}
  score: {type: integer}
  state: {type: choice, options: [new, busy, done], required: true}
  level: {type: choice, options: [low, high]}
  stars: {type: rating}
  pay: {type: money, min: 0}
  boss: {type: link, to: person, required: true}
  on: {type: date}
---
pipeline: jobs
entity: job
stages: {plan: {}, go: {probability: 40, requires: [level]}, fin: {outcome: won}, bad: {outcome: lost}}
"""
CERTAIN = {
    "above what a field takes": (where(UPDATED, "hours > 24"), [NEVER]),
    "at its edge": (where(UPDATED, "hours >= 24"), []),
    "below what a field takes": (where(UPDATED, "pay < 0"), [NEVER]),
    "empty, perhaps": (where(UPDATED, "pay >= 0"), []),
    "all that a required field takes": (where(UPDATED, "crew >= 1"), [ALWAYS]),
    "more stars than there are": (where(UPDATED, "stars > 5"), [NEVER]),
    "empty, though required": (where(UPDATED, "boss == null"), [NEVER]),
    "filled, as required": (where(UPDATED, "name != null"), [ALWAYS]),
    "one of all choices": (where(UPDATED, 'state in ["new", "busy", "done"]'), [ALWAYS]),
    "one of some choices": (where(UPDATED, 'state in ["new", "busy"]'), []),
    "one of all choices, or none": (where(UPDATED, 'level in ["low", "high"]'), []),
    "none of all choices": (where(UPDATED, 'state != "new" && state != "busy" && state != "done"'), [NEVER]),
    "open in a last stage": (where(UPDATED, 'open && stage == "fin"'), [NEVER]),
    "open in another stage": (where(UPDATED, 'open && stage == "go"'), []),
    "won in an open stage": (where(UPDATED, 'stage == "go" && outcome == "won"'), [NEVER]),
    "what it became": (where("{changed: job.score, to: 2}", "score > 1"), [AFTER]),
    "what it may have become": (where("{changed: job.score}", "score > 1"), []),
    "what it was": (where("{changed: job.state, from: new}", 'old.state == "new"'), [AFTER]),
    "what it no longer is": (where("{changed: job.state, from: new}", 'state == "new"'), [EXCLUDED]),
    "another value than before": (where("{changed: job.score}", "old.score != score"), [AFTER]),
    "another value of another field": (where("{changed: job.score}", "old.level != level"), []),
    "the value it had": (where("{changed: job.score}", "old.score == score"), [EXCLUDED]),
    "from and to the same": (where("{changed: job.state, from: new, to: new}", 'level == "low"'), [IMPOSSIBLE]),
    "its stage": (where("{entered: jobs.go}", 'stage == "go"'), [AFTER]),
    "the probability of its stage": (where("{entered: jobs.go}", "probability == 40"), [AFTER]),
    "what its stage requires": (where("{entered: jobs.go}", "level != null"), [AFTER]),
    "one value of what its stage requires": (where("{entered: jobs.go}", 'level == "low"'), []),
    "open once it has ended": (where("{entered: jobs.fin}", "open"), [EXCLUDED]),
    "the stage that it came from": (where("{entered: jobs.go}", 'old.stage == "go"'), [EXCLUDED]),
    "the stage that it left": (where("{left: jobs.go}", 'stage == "go"'), [EXCLUDED]),
    "below what was crossed": (where("{crosses: {field: job.score, above: 60}}", "score > 50"), [AFTER]),
    "above what was crossed": (where("{crosses: {field: job.score, above: 60}}", "score > 70"), []),
    "crossed where nothing is": (where("{crosses: {field: job.hours, above: 24}}", 'level == "low"'), [IMPOSSIBLE]),
    "no day, though it is due": (where("{due: {field: job.on}}", "on == null"), [EXCLUDED]),
    "one of two that start it": (
        where("[{changed: job.score, to: 2}, {changed: job.score, to: 1}]", "score > 1 || stars > 3"),
        [],
    ),
    "a stop that comes first": (
        rule("a", "{changed: job.state, to: done}", "[{notify: {user: =user, text: A}}]", stop="'state == \"done\"'"),
        ["4:8 this condition (stop) holds from the start, so that no step is ever taken"],
    ),
    "a stop that may come": (
        rule("a", "{changed: job.state, to: done}", "[{notify: {user: =user, text: A}}]", stop="'state != \"done\"'"),
        [],
    ),
}


@pytest.mark.parametrize("case", CERTAIN)
def test_conditions_are_told_that_fields_stages_or_what_happened_have_settled(tmp_path: Path, case: str) -> None:
    rules, warnings = CERTAIN[case]
    assert told(tmp_path, rules, JOBS) == warnings


STEPS = {
    "asked before": ("[{stop: A, if: hours > 5}]", ["3:20 this condition always holds here"]),
    "excluded before": ("[{stop: A, if: hours < 5}]", ["3:20 this condition never holds here"]),
    "after a wait": ("[{wait: 2d}, {stop: A, if: hours > 5}]", []),
    "once it is written": ("[{set: {hours: =score}}, {stop: A, if: hours < 5}]", []),
    "with what was written": (
        "[{set: {hours: 3}}, {stop: A, if: hours > 5}]",
        ["3:39 this condition never holds here"],
    ),
    "written where something holds": ("[{set: {hours: 3}, if: stars > 3}, {stop: A, if: hours > 5}]", []),
    "after those were stopped": (
        "[{stop: A, if: stars > 3}, {stop: B, if: stars > 4}]",
        ["3:46 this condition never holds here"],
    ),
    "in a case": (
        "[{choose: [{case: stars > 3, do: [{stop: A, if: stars < 2}]}]}]",
        ["3:53 this condition never holds here"],
    ),
    "in another case": ("[{choose: [{case: stars > 3, do: [{stop: A, if: score < 2}]}]}]", []),
    "a wait for what is there": ("[{wait: {until: hours > 5}}]", ["3:21 this condition always holds here"]),
}


@pytest.mark.parametrize("case", STEPS)
def test_conditions_of_steps_are_told_that_what_comes_before_has_settled(tmp_path: Path, case: str) -> None:
    steps, warnings = STEPS[case]
    assert (
        told(tmp_path, rule("a", "{changed: job.crew}", steps, where="hours > 9", stop="score > 9"), JOBS) == warnings
    )


def test_a_condition_that_fields_settle_is_told_with_what_they_say(tmp_path: Path) -> None:
    both = where(UPDATED, "hours > 30 && level == null") + where("{entered: jobs.fin}", "open").replace(": a", ": b", 1)
    assert [each.remedy for each in found(tmp_path, both, JOBS)] == [
        "hours is at least 0 and at most 24.",
        "The stages of jobs say how a record stands. What starts it and its condition exclude each other: change one.",
    ]


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
    "refused": (
        [
            rule("a", "{created: visit, before: true}", "[{refuse: No, if: hours > 5}]"),
            rule("b", "{created: visit}", "[stop: A]", where="hours > 7"),
        ],
        ["8:1 rule a refuses whatever this condition asks for, so that nothing is left that fulfils it"],
    ),
    "refused in part": (
        [
            rule("a", "{created: visit, before: true}", "[{refuse: No, if: hours > 7}]"),
            rule("b", "{created: visit}", "[stop: A]", where="hours > 5"),
        ],
        [],
    ),
    "refused elsewhere": (
        [
            rule("a", "{created: visit, before: true}", "[{refuse: No, if: hours > 5}]"),
            rule("b", "{changed: visit.hours}", "[stop: A]", where="hours > 7"),
        ],
        [],
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


MEETING = {
    "made in the first stage": ("{created: job}", "{entered: jobs.plan}", True),
    "made, and another stage": ("{created: job}", "{entered: jobs.go}", False),
    "a stage and its field": ("{changed: job.stage}", "{entered: jobs.go}", True),
    "another stage than its field became": ("{changed: job.stage, to: fin}", "{entered: jobs.go}", False),
    "one left for another": ("{left: jobs.plan}", "{entered: jobs.go}", True),
    "left and entered": ("{left: jobs.plan}", "{entered: jobs.plan}", False),
    "two thresholds": ("{crosses: {field: job.score, above: 5}}", "{crosses: {field: job.score, above: 9}}", True),
    "up and down": ("{crosses: {field: job.score, above: 5}}", "{crosses: {field: job.score, below: 3}}", False),
    "a threshold and its field": ("{crosses: {field: job.score, above: 5}}", "{changed: job.score, to: 7}", True),
    "a threshold and a lower value": ("{crosses: {field: job.score, above: 5}}", "{changed: job.score, to: 3}", False),
    "values apart": ("{changed: job.state, to: new}", "{changed: job.state, to: busy}", False),
}


@pytest.mark.parametrize("case", MEETING)
def test_two_rules_meet_where_one_event_starts_both(tmp_path: Path, case: str) -> None:
    one, other, meets = MEETING[case]
    rules = rule("a", one, "[set: {level: low}]") + rule("b", other, "[set: {level: high}]")
    twice = ["7:6 “level” is written by rule a as well when the same happens"]
    assert told(tmp_path, rules, JOBS) == (twice if meets else [])


def test_rights_are_told_that_those_lack_who_may_start_the_rule(tmp_path: Path) -> None:
    makes = rule("a", "{created: visit}", "[create: {report: {name: A}}]", run_as="actor")
    writes = rule("b", "{changed: visit.hours}", "[set: {level: high}]", run_as="actor")
    system = rule("c", "{changed: visit.rate}", "[create: {report: {name: A}}]")
    assert told(tmp_path, makes + writes + system) == [
        "3:6 who is only engineer may start this rule, and may not create report: the run fails then",
        "8:6 who is only engineer may start this rule, and may not write visit.level: the run fails then",
    ]


def test_rights_are_told_that_those_lack_who_start_a_rule_by_a_row_or_may_not_move(tmp_path: Path) -> None:
    roles = """---
role: writer
entities: {job: {read: all}, line: {read: all, create: all}}
---
role: mover
entities: {job: {read: all, update: all}}
pipelines: {jobs: {move: [[plan, go]]}}
---
entity: line
fields: {name: {type: text}, job: {type: link, to: job}}
"""
    through_row = rule("a", "{related: {of: job, changed: line}}", "[{set: {score: 1}}]", run_as="actor")
    moving = rule("b", "{changed: job.score}", "[{move: fin}]", run_as="actor")
    moving_on = rule("c", "{changed: job.stars}", "[{move: go}]", run_as="actor")
    assert told(tmp_path, through_row + moving + moving_on, JOBS + roles) == [
        "3:7 who is only writer may start this rule, and may not update job: the run fails then",
        "8:7 who is only mover may start this rule, and may not move job to fin: the run fails then",
    ]


def test_waits_are_told_that_are_longer_than_records_are_kept(tmp_path: Path) -> None:
    kept = JOBS.replace("entity: job\nfields:\n", "entity: job\nretain: {archive_after: 30d}\nfields:\n", 1)
    longer = rule("a", "{created: job}", "[{wait: 6months}, {notify: {user: =user, text: A}}]")
    shorter = rule("b", "{created: job}", "[{wait: {for: 20d}}, {notify: {user: =user, text: A}}]")
    assert told(tmp_path, longer + shorter, kept) == [
        "3:7 the record is archived before this wait ends (archive_after: 30d)"
    ]


def test_waits_are_told_behind_a_deletion_in_the_same_case(tmp_path: Path) -> None:
    gone = "[{choose: [{case: hours > 5, do: [{delete: true}, {wait: 2d}]}, {otherwise: [{wait: 3d}]}]}, {wait: 4d}]"
    assert told(tmp_path, rule("a", "{created: visit}", gone)) == [
        "3:56 the record is deleted by then: the run ends at this wait"
    ]


def test_a_circle_is_told_that_leads_over_the_tasks_of_a_stage(tmp_path: Path) -> None:
    tasks = JOBS.replace("plan: {}", "plan: {tasks: [{title: Look}]}") + "---\nentity: todo\nplays: task\n"
    tasks += "fields: {title: {type: text, required: true}, about: {type: any_link}, job: {type: link, to: job}}\n"
    back = rule("a", "{entered: jobs.go}", "[{move: plan}]")
    forth = rule("b", "{created: todo}", "[{update: {record: =job, set: {stage: go}}}]")
    assert told(tmp_path, back + forth, tasks) == [
        "2:1 these rules may start each other for ever: a → b → a (a makes todo; b sets job.stage)"
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
