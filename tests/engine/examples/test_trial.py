"""Examples: tried out by the writer and the rules; whatever differs is told with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from customary.engine.examples import House, examples, try_out
from customary.engine.model import compile_source
from customary.engine.problem import Problems
from customary.engine.text import File, Source, read_source

BASE = """
entity: user
plays: user
title: name
fields: {name: {type: text, required: true}, email: {type: email}}
---
entity: task
plays: task
title: title
fields: {title: {type: text, required: true}, about: {type: any_link}, owner: {type: user}}
---
entity: account
title: name
fields: {name: {type: text, required: true, unique: true}, owner: {type: user}}
---
entity: line
title: product
fields: {deal: {type: link, to: deal, required: true}, product: {type: text, required: true}, price: {type: money}}
---
role: admin
admin: true
---
role: reader
entities: {deal: {read: all}}
---
message: thanks
about: deal
subject: Thanks
body: Thank you
"""
DEAL = """
entity: deal
title: name
fields:
  name: {type: text, required: true}
  account: {type: link, to: account}
  owner: {type: user, default: =user}
  amount: {type: money, min: 0}
  doubled: {type: money, formula: amount * 2}
  closes: {type: date}
  lines: {type: lines, of: line.deal}
checks: {soon: {check: closes <= today() + duration("30d"), field: closes}}
examples:
"""
PIPELINE = """
pipeline: sales
entity: deal
stages: {open: {}, won: {outcome: won, requires: [amount], locks: [amount]}}
examples:
"""
RULE = """
workflow: hail
when: {changed: deal.amount}
where: amount > 10
do:
  - set: {name: 'Big {{ name }}'}
  - create: {task: {title: 'Call {{ name }}', about: =record, owner: =owner}}
  - notify: {user: =owner, text: 'Well done'}
    if: owner != null
  - send_email: {to: =owner.email, message: thanks}
    if: owner != null && owner.email != null
examples:
"""
BEFORE = """
workflow: unpaid
when: {changed: deal.amount, before: true}
do:
  - refuse: {message: is too little, field: amount}
    if: amount < 5
  - set: {name: 'Big {{ name }}'}
examples:
"""


def parsed(text: str) -> tuple[Source, list[str]]:
    problems = Problems()
    files = [File("customary.yaml", "workspace", "name: T\n"), File("a.yaml", "workspace", BASE + "---" + text)]
    if "entity: deal\n" not in text.replace("entity: deal\nstages", ""):
        files.append(File("deal.yaml", "workspace", DEAL.removesuffix("examples:\n")))
    source = read_source(files, problems)
    model = compile_source(source, problems)
    return (source, model), [str(each) for each in problems]


def differences(definition: str, example: str) -> list[str]:
    (source, model), problems = parsed(f"{definition}  it: {example}\n")
    assert problems == []
    (found,) = examples(source, model)
    with House(source, model, datetime(2026, 3, 2, 9, tzinfo=UTC)) as house:
        return [f"{each.about}: {each.expected} / {each.got}" for each in try_out(house, found)]


WRITE_OUT = "“B”: write out the record that is linked to, such as {name: A}"
A = "{name: A, account: {name: B}"


@pytest.mark.parametrize(
    ("definition", "example", "expected"),
    [
        (DEAL, "{given: {name: A}}", []),
        (DEAL, "{given: {}}", ["given: nothing / name (Name is required)"]),
        (DEAL, "{given: {}, fails: [name]}", []),
        (DEAL, "{given: {name: A}, fails: [name]}", ["fails: name / nothing"]),
        (DEAL, "{given: {name: A, closes: +31d}, fails: [closes]}", []),
        (DEAL, "{given: {name: A, closes: +30d}, gives: {closes: 2026-04-01}}", []),
        (DEAL, "{given: {name: A, amount: 3}, gives: {doubled: 6, closes: ~}}", []),
        (
            DEAL,
            "{given: {name: A, amount: 3}, gives: {doubled: 7}}",
            ["gives: doubled 7 / {'amount': '6.00', 'currency': 'EUR'}"],
        ),
        (DEAL, f"{{given: {A}}}, gives: {{account: {{name: B}}}}, holds: account.name == 'B'}}", []),
        (DEAL, f"{{given: {A}}}, holds: account == null}}", ["holds: account == null / that it does not hold"]),
        (DEAL, "{given: {name: A, lines: [{product: P, price: 2}]}, holds: size(lines) == 1}", []),
        (DEAL, "{given: {name: A, lines: [{price: 2}]}, fails: [lines.product]}", []),
        (DEAL, "{given: {name: A}, set: {amount: -1}, fails: [amount]}", []),
        (DEAL, "{given: {name: A}, gives: {owner: =user}, holds: owner.name == 'admin'}", []),
        (DEAL, "{as: reader, given: {name: A}, fails: [record]}", []),
        (DEAL, "{given: {name: A, account: {}}}", ["given: a record that can be made / account: Name is required"]),
        (DEAL, "{given: {name: A, closes: soon}, fails: [closes]}", []),
        (DEAL, "{given: {name: A, account: B}}", [f"given: a record that can be made / {WRITE_OUT}"]),
        (PIPELINE, "{given: {name: A}, set: {stage: won}, fails: [amount]}", []),
        (PIPELINE, "{given: {name: A, amount: 1, stage: won}, set: {amount: 2}, fails: [amount]}", []),
        (PIPELINE, "{given: {name: A, amount: 1}, set: {stage: won}, gives: {outcome: won}}", []),
        (BEFORE, "{given: {deal: {name: A}}, set: {amount: 4}, fails: [amount]}", []),
        (BEFORE, "{given: {deal: {name: A}}, set: {amount: 6}, gives: {name: Big A}}", []),
        (BEFORE, "{given: {deal: {name: A}}, set: {amount: 6}, fails: [amount]}", ["fails: amount / nothing"]),
        (RULE, f"{{given: {{deal: {A}}}}}, set: {{amount: 5}}, starts: false}}", []),
        (RULE, "{given: {deal: {name: A}}, set: {amount: 11}, gives: {name: Big A}}", []),
        (RULE, "{given: {deal: {name: A}}, set: {amount: 5}}", ["given: that it starts / that it does not start"]),
        (
            RULE,
            "{given: {deal: {name: A}}, set: {amount: 11}, starts: false}",
            ["starts: that it does not start / that it starts"],
        ),
        (
            RULE,
            "{given: {deal: {name: A, owner: {name: O, email: o@example.com}}}, set: {amount: 11},"
            " creates: [{task: {title: Call Big A, about: =record, owner: {name: O}}}],"
            " notifies: [{user: =owner, text: Well done}], sends: [{message: thanks, to: o@example.com}]}",
            [],
        ),
        (
            RULE,
            "{given: {deal: {name: A, owner: ~}}, set: {amount: 11}, creates: [{task: {title: Write}}], sends: []}",
            [
                "creates: {'task': {'title': 'Write'}} / task “Call Big A”",
                "creates: no more / task “Call Big A”",
            ],
        ),
        (
            RULE,
            "{given: {deal: {name: A, owner: {name: O, email: o@example.com}}}, set: {amount: 11}, sends: []}",
            ["sends: no more / thanks to o@example.com: “Thanks”"],
        ),
    ],
)
def test_an_example_says_what_differs(definition: str, example: str, expected: list[str]) -> None:
    assert differences(definition, example) == expected


def test_an_example_lists_what_is_asked_of_other_systems() -> None:
    call = "call_webhook: {url: 'https://far.example.com/{{ name }}', method: put, body: {n: =amount}}"
    rule = f"\nworkflow: w\nwhen: {{created: deal}}\ndo: [{{{call}}}]\nexamples:\n"
    given = "given: {deal: {name: A B, amount: 1}}"
    said = "calls: [{url: 'https://far.example.com/A%20B', method: put, body: {n: {amount: 1, currency: EUR}}}]"
    assert differences(rule, f"{{{given}, {said}, sends: []}}") == []
    (found,) = differences(rule, f"{{{given}, calls: []}}")
    assert found.startswith("calls: no more / PUT https://far.example.com/A%20B")


def test_no_example_sees_what_another_did() -> None:
    one = "{there: {account: [{name: B}]}, given: {name: A}}"
    (source, model), _ = parsed(f"{DEAL}  one: {one}\n  two: {one}\n")
    with House(source, model) as house:
        assert [try_out(house, each) for each in examples(source, model)] == [[], []]


def test_a_failing_run_is_told() -> None:
    rule = "workflow: w\nwhen: {created: deal}\ndo: [{set: {amount: =amount - amount - amount}}]\nexamples:\n"
    (found,) = differences("\n" + rule, "{given: {deal: {name: A, amount: 1}}}")
    assert found.startswith("given: that it runs to its end / that it fails: Amount")


CHASE = """
workflow: chase
when: {created: deal}
stop: amount != null
do:
  - wait: 3d
  - create: {task: {title: 'First {{ name }}'}}
  - wait: 2d
  - create: {task: {title: 'Second {{ name }}'}}
examples:
"""
REMIND = "\nworkflow: remind\nwhen: {due: {field: deal.closes, before: 2d}}\ndo: [{set: {name: Soon}}]\nexamples:\n"


DAILY = """
workflow: daily
when: {schedule: 0 8 * * *}
do:
  - find: {entity: deal, where: owner == null}
    as: loose
  - for_each:
      in: loose
      as: one
      do: [{create: {task: {title: 'Look after {{ one.name }}', about: =one}}}]
examples:
"""
LOOSE = "there: {deal: [{name: A, owner: null}, {name: B, owner: {name: Ann}}]}"


@pytest.mark.parametrize(
    ("definition", "example"),
    [
        (DAILY, f"{{{LOOSE}, after: 1d, creates: [{{task: {{title: Look after A}}}}]}}"),
        (DAILY, f"{{{LOOSE}, after: 1d, holds: 'size(all(task)) == 1 && all(deal).exists(d, d.name == \"A\")'}}"),
        (DAILY, "{after: 0d, starts: false}"),
        (CHASE, "{given: {deal: {name: A}}, after: 2d, creates: []}"),
        (CHASE, "{given: {deal: {name: A}}, after: 4d, creates: [{task: {title: First A}}]}"),
        (
            CHASE,
            "{given: {deal: {name: A}}, after: 5d, creates: [{task: {title: First A}}, {task: {title: Second A}}]}",
        ),
        (CHASE, "{given: {deal: {name: A}}, set: {amount: 5}, after: 5d, starts: false}"),
        (REMIND, "{given: {deal: {name: A, closes: +5d}}, after: 1w, gives: {name: Soon}}"),
        (REMIND, "{given: {deal: {name: A, closes: +10d}}, after: 1w, starts: false}"),
    ],
)
def test_time_passes_in_an_example(definition: str, example: str) -> None:
    assert differences(definition, example) == []


def test_what_a_day_brings_otherwise_is_told() -> None:
    assert differences(DAILY, f"{{{LOOSE}, after: 1d, creates: []}}") == ["creates: no more / task “Look after A”"]
    assert differences(DAILY, "{after: 1d, holds: 'size(all(task)) == 1'}")[0].startswith("holds: ")
