"""Rules from a change to what they leave behind."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from customary.engine.automation import try_again
from customary.engine.fields.any_link import AnyLink
from customary.engine.messages import letters
from customary.engine.messages.notifications import notification
from customary.engine.money import Money
from customary.engine.people import accounts

from .conftest import ON_SQLITE

VISIT = """
entity: visit
fields:
  name: {type: text, required: true}
  town: {type: text}
  minutes: {type: integer}
  done: {type: boolean, default: false}
  owner: {type: user}
  account: {type: link, to: account}
---
pipeline: visits
entity: visit
stages:
  planned: {}
  made: {outcome: won}
  missed: {outcome: lost}
moves: any
"""


def rule(name: str, when: str, do: str, where: str = "") -> str:
    condition = f"where: '{where}'\n" if where else ""
    return f"---\nworkflow: {name}\nwhen: {when}\n{condition}do:\n{do}\n"


def test_a_made_record_gets_what_its_rule_sets(house: Callable) -> None:
    home = house(VISIT + rule("greet", "{created: visit}", "  - set: {town: 'near {{ name }}', minutes: =10 + 5}"))
    id = home.create("visit", name="Acme")
    assert home.get("visit", id)["town"] is None
    home.settle()
    visit = home.get("visit", id)
    assert (visit["town"], visit["minutes"], visit["revision"]) == ("near Acme", 15, 2)
    [run] = home.runs()
    assert (run.workflow, run.entity, run.record, run.status) == ("greet", "visit", id, "done")
    [step] = home.steps(run)
    assert (step.kind, step.status, step.input) == ("set", "done", {"town": "near Acme", "minutes": 15})


def test_a_rule_looks_only_at_what_it_asks_for(house: Callable) -> None:
    home = house(
        VISIT
        + rule("long", "{changed: visit.minutes}", "  - set: {town: long}", "minutes > 60 && old.minutes <= 60")
        + rule("fixed", "{changed: visit.minutes, from: 10, to: 20}", "  - set: {done: true}")
    )
    id = home.create("visit", name="A", minutes=90)
    home.update("visit", id, name="B")
    home.settle()
    assert home.runs() == []
    home.update("visit", id, minutes=10)
    home.settle()
    home.update("visit", id, minutes=20)
    home.settle()
    home.update("visit", id, minutes=61)
    home.settle()
    assert [run.workflow for run in home.runs()] == ["fixed", "long"]
    assert (home.get("visit", id)["done"], home.get("visit", id)["town"]) == (True, "long")


def test_every_kind_of_trigger_has_its_moment(house: Callable) -> None:
    triggers = {
        "born": "{created: visit}",
        "touched": "{updated: visit}",
        "in_made": "{entered: visits.made}",
        "in_planned": "{entered: visits.planned}",
        "out_of_planned": "{left: visits.planned}",
        "put_away": "{archived: visit}",
        "gone": "{deleted: visit}",
    }
    rules = "".join(
        rule(name, when, f"  - create: {{activity: {{subject: '{name} {{{{ name }}}}', kind: note}}}}")
        for name, when in triggers.items()
    )
    home = house(VISIT + rules)

    def told(act: Callable) -> set[str]:
        before = {run.id for run in home.runs()}
        act()
        home.settle()
        return {run.workflow for run in home.runs() if run.id not in before}

    made: list = []
    assert told(lambda: made.append(home.create("visit", name="A"))) == {"born", "in_planned"}
    [id] = made
    assert told(lambda: home.update("visit", id, town="X")) == {"touched"}
    assert told(lambda: home.update("visit", id, stage="made")) == {"touched", "in_made", "out_of_planned"}
    assert told(lambda: home.archive("visit", id)) == {"put_away"}
    assert told(lambda: home.delete("visit", id)) == {"gone"}
    assert {run.status for run in home.runs()} == {"done"}
    assert "gone A" in {each["subject"] for each in home.all("activity")}


def test_steps_have_conditions_names_and_cases(house: Callable) -> None:
    steps = """
  - task: {title: 'Call {{ name }}', due: 2d}
    as: call
    label: {en: Plan a call, zh: 安排}
  - set: {town: =call.title}
    if: minutes == null
  - set: {town: never}
    if: minutes > 1
  - choose:
      - case: name == "B"
        do: [{set: {minutes: 1}}]
      - otherwise: [{set: {minutes: 2}}, {stop: 'enough of {{ name }}'}]
  - set: {done: true}
"""
    home = house(VISIT + rule("plan", "{created: visit}", steps))
    id = home.create("visit", name="A")
    home.settle()
    [task] = home.all("task")
    assert (task["title"], task["about"]) == ("Call A", AnyLink("visit", id))
    assert task["due"] is not None
    visit = home.get("visit", id)
    assert (visit["town"], visit["minutes"], visit["done"]) == ("Call A", 2, False)
    [run] = home.runs()
    assert (run.status, run.reason) == ("stopped", "enough of A")
    assert [(each.position, each.kind, each.status) for each in home.steps(run)] == [
        ("1", "task", "done"),
        ("2", "set", "done"),
        ("3", "set", "skipped"),
        ("4", "choose", "done"),
        ("4.2.1", "set", "done"),
        ("4.2.2", "stop", "done"),
    ]
    assert str(home.steps(run)[0].label) == "Plan a call"


def test_another_record_is_updated_and_notes_are_written(house: Callable) -> None:
    steps = "  - update: {record: =account, set: {kind: customer}}\n  - note: Visited by {{ owner.name }}"
    home = house(VISIT + rule("visited", "{entered: visits.made}", steps))
    account = home.create("account", name="Acme")
    owner = home.create("user", name="Ann", email="ann@example.com")
    id = home.create("visit", name="A", account=account, owner=owner)
    lonely = home.create("visit", name="B")
    home.update("visit", id, stage="made")
    home.update("visit", lonely, stage="made")
    home.settle()
    assert home.get("account", account)["kind"] == "customer"
    assert {each["subject"] for each in home.all("activity")} == {"Visited by Ann", "Visited by"}
    skipped = home.steps(home.runs()[1])[0]
    assert (skipped.status, skipped.result) == ("skipped", "there is no such record")


def test_a_refused_step_fails_the_run_and_nothing_of_it_is_kept(house: Callable) -> None:
    steps = "  - task: {title: First}\n  - set: {name: ''}\n  - task: {title: Never}"
    home = house(VISIT + rule("bad", "{created: visit}", steps))
    home.create("visit", name="A")
    home.settle()
    assert home.all("task") == []
    [run] = home.runs()
    assert run.status == "failed"
    assert run.reason.startswith("Name ")
    assert [(each.kind, each.status) for each in home.steps(run)] == [("task", "undone"), ("set", "failed")]


def test_a_rule_that_starts_itself_is_stopped_and_says_so(house: Callable) -> None:
    home = house(VISIT + rule("count", "{changed: visit.minutes}", "  - set: {minutes: =minutes + 1}"))
    id = home.create("visit", name="A", minutes=1)
    home.update("visit", id, minutes=2)
    home.settle()
    assert home.get("visit", id)["minutes"] == 3
    first, second = home.runs()
    assert (first.status, second.status) == ("done", "stopped")
    assert "started by what it did itself" in second.reason
    assert "count → count" in second.reason


def test_two_rules_that_start_each_other_are_stopped(house: Callable) -> None:
    home = house(
        VISIT
        + rule("ping", "{changed: visit.minutes}", "  - set: {town: '{{ minutes }}'}")
        + rule("pong", "{changed: visit.town}", "  - set: {minutes: =minutes + 1}")
    )
    id = home.create("visit", name="A", minutes=1)
    home.update("visit", id, minutes=2)
    home.settle()
    assert [(run.workflow, run.status) for run in home.runs()] == [
        ("ping", "done"),
        ("pong", "done"),
        ("ping", "stopped"),
    ]
    assert home.get("visit", id)["minutes"] == 3


def test_a_rule_that_breeds_ever_new_records_ends(house: Callable) -> None:
    home = house(VISIT + rule("breed", "{created: visit}", "  - create: {visit: {name: '{{ name }}x'}}"))
    home.create("visit", name="A")
    home.settle()
    assert len(home.all("visit")) == 11
    assert home.runs()[-1].status == "stopped"
    assert "10 rules have started each other" in home.runs()[-1].reason


def test_a_later_change_by_a_person_starts_the_rule_again(house: Callable) -> None:
    home = house(VISIT + rule("tidy", "{changed: visit.town}", "  - set: {minutes: '=coalesce(minutes, 0) + 1'}"))
    id = home.create("visit", name="A")
    for town in ("X", "Y", "Z"):
        home.update("visit", id, town=town)
        home.settle()
    assert home.get("visit", id)["minutes"] == 3


def test_limits_keep_a_rule_from_running_too_often(house: Callable) -> None:
    rules = rule("first", "{updated: visit}", "  - create: {activity: {subject: first, kind: note}}")
    rules += rule("few", "{updated: visit}", "  - create: {activity: {subject: few, kind: note}}")
    rules += rule("single", "{updated: visit}", "  - create: {activity: {subject: single, kind: note}}")
    rules = rules.replace("workflow: first", "workflow: first\nlimits: {once: true}")
    rules = rules.replace("workflow: few", "workflow: few\nlimits: {per_hour: 3}")
    rules = rules.replace("workflow: single", "workflow: single\nlimits: {running: 1}")
    home = house(VISIT + rules)
    one, other = home.create("visit", name="A"), home.create("visit", name="B")
    for number in range(2):
        home.update("visit", one, minutes=number)
        home.update("visit", other, minutes=number)
    home.settle()
    done = [run.workflow for run in home.runs() if run.status == "done"]
    assert (done.count("first"), done.count("few")) == (2, 3)
    assert 2 <= done.count("single") <= 4
    [stopped] = [run for run in home.runs() if run.status == "stopped"]
    assert "has run 3 times within an hour" in stopped.reason


def test_a_failed_run_may_be_tried_again(house: Callable) -> None:
    steps = "  - set: {minutes: 1}\n  - send_email: {to: =town, subject: A, body: B}"
    home = house(VISIT + rule("mail", "{created: visit}", steps))
    id = home.create("visit", name="A", town="nowhere")
    home.settle()
    [run] = home.runs()
    assert (run.status, home.get("visit", id)["minutes"]) == ("failed", None)
    home.update("visit", id, town="zoe@example.com")
    assert home.do(lambda work: try_again(work, run.id))
    home.settle()
    assert ([each.status for each in home.runs()], home.get("visit", id)["minutes"]) == (["done"], 1)
    assert [each.status for each in home.steps(run)] == ["undone", "failed", "done", "done"]
    assert not home.do(lambda work: try_again(work, run.id))


def team_of(home: object, *names: str) -> list:
    team = home.create("team", name="Inside sales", code="inside_sales")
    return sorted(home.create("user", name=each, email=f"{each}@example.com", team=team) for each in names)


def test_work_goes_round_in_a_team(house: Callable) -> None:
    home = house(VISIT + rule("share", "{created: visit}", "  - assign: {among: team inside_sales, by: round_robin}"))
    users = team_of(home, "ann", "bob", "cid")
    home.create("user", name="Other", email="other@example.com")
    visits = [home.create("visit", name=str(number)) for number in range(7)]
    home.settle()
    assert [home.get("visit", id)["owner"] for id in visits] == [*users, *users, users[0]]


def test_work_goes_to_the_least_busy_with_a_role(house: Callable) -> None:
    home = house(
        VISIT + rule("share", "{created: visit}", "  - assign: {among: role sales_rep, by: least_busy}"), packs="sales"
    )
    users = team_of(home, "ann", "bob")
    with home.database.write() as connection:
        for id, name in zip(users, ("ann", "bob"), strict=True):
            accounts.insert(connection, id, f"{name}@example.com", None, ["sales_rep"])
    busy = [home.create("visit", name="old", owner=users[0]) for _ in range(2)]
    home.do(lambda work: None)
    home.settle()
    for id in busy:
        home.update("visit", id, owner=users[0])
    visits = [home.create("visit", name=str(number)) for number in range(3)]
    home.settle()
    owners = [home.get("visit", id)["owner"] for id in visits]
    assert owners[:2] == [users[1], users[1]]


@ON_SQLITE
@pytest.mark.parametrize(
    ("by", "shares"),
    [
        ("weight: =capacity", [3, 1, 0]),
        ("by: least_busy, weight: =capacity * record.minutes", [3, 1, 0]),
        ("least: '=coalesce(-capacity, 0)'", [4, 0, 0]),
    ],
)
def test_work_goes_by_what_each_can_bear_or_has(house: Callable, by: str, shares: list[int]) -> None:
    capable = "---\nentity: user\nfields: {capacity: {type: integer}}\n"
    home = house(VISIT + capable + rule("share", "{created: visit}", f"  - assign: {{among: team inside_sales, {by}}}"))
    users = team_of(home, "ann", "bob", "cid")
    for user, capacity in zip(users, (3, 1, None), strict=True):
        home.update("user", user, capacity=capacity)
    visits = [home.create("visit", name=str(number), minutes=2) for number in range(4)]
    home.settle()
    owners = [home.get("visit", id)["owner"] for id in visits]
    assert [owners.count(user) for user in users] == shares


def test_nobody_to_choose_from_is_said_and_the_run_goes_on(house: Callable) -> None:
    steps = "  - assign: {among: team nobody, by: round_robin}\n  - set: {town: X}"
    home = house(VISIT + rule("share", "{created: visit}", steps))
    id = home.create("visit", name="A")
    home.settle()
    [run] = home.runs()
    assert [(each.status, each.result) for each in home.steps(run)][0] == (
        "skipped",
        "there is nobody to choose from",
    )
    assert (run.status, home.get("visit", id)["town"]) == ("done", "X")


def test_of_several_pipelines_the_record_s_own_counts(house: Callable) -> None:
    other = "---\npipeline: rush\nentity: visit\nwhere: 'town == \"X\"'\nstages: {made: {}, over: {outcome: done}}\n"
    first = VISIT.replace("entity: visit\nstages", "entity: visit\nwhere: 'town != \"X\"'\nstages")
    rules = rule("slow", "{entered: visits.made}", "  - set: {minutes: 1}")
    rules += rule("fast", "{entered: rush.made}", "  - set: {minutes: 2}")
    home = house(first + other + rules)
    slow, fast = home.create("visit", name="A", stage="made"), home.create("visit", name="B", town="X")
    home.settle()
    assert (home.get("visit", slow)["minutes"], home.get("visit", fast)["minutes"]) == (1, 2)


def test_people_are_told_in_their_language_and_mails_are_written(house: Callable) -> None:
    definitions = """---
message: hello
about: deal
subject: {en: 'Hello {{ name }}', zh: '您好 {{ name }}'}
body: {en: 'It is worth {{ amount }} to {{ account }}.', zh: '{{ amount }}'}
"""
    steps = """
  - notify: {user: =owner, text: {en: '{{ name }} is now worth {{ amount }}', zh: '{{ name }}：{{ amount }}'}}
  - send_email: {to: =owner.email, message: hello}
  - send_email: {to: [=contact.email, boss@example.com], subject: Deal, body: 'About {{ name }}'}
  - send_email: {to: =contact.email, message: hello}
  - send_email: {to: zoe@example.com, message: hello}
"""
    home = house(VISIT + definitions + rule("tell", "{changed: deal.amount}", steps), packs="sales")
    owner = home.create("user", name="Li", email="li@example.com", language="zh")
    account = home.create("account", name="Acme")
    deal = home.create("deal", name="Big", account=account, owner=owner)
    home.settle()
    home.update("deal", deal, amount=Money(Decimal(1234), "EUR"))
    home.settle()
    [run] = [each for each in home.runs() if each.workflow == "tell"]
    assert (run.status, [each.status for each in home.steps(run)]) == (
        "done",
        ["done", "done", "done", "skipped", "done"],
    )
    notified, mailed = home.steps(run)[:2]
    assert (notified.input, notified.result) == ({"user": [str(owner)]}, {"text": ["Big：€1,234.00"]})
    assert mailed.result["li@example.com"]["subject"] == "您好 Big"
    with home.database.read() as connection:
        [told] = [row for row in connection.execute(notification.select()) if row.run == run.id]
        written = letters(connection, run=run.id)[::-1]
    assert (told.user, told.text, told.record) == (owner, "Big：€1,234.00", deal)
    assert [(each.recipient, each.subject, each.body, each.status) for each in written] == [
        ("li@example.com", "您好 Big", "€1,234.00", "kept"),
        ("boss@example.com", "Deal", "About Big", "kept"),
        ("zoe@example.com", "Hello Big", "It is worth €1,234.00 to Acme.", "kept"),
    ]


def test_a_wrong_address_fails_the_run_with_the_reason(house: Callable) -> None:
    home = house(VISIT + rule("mail", "{created: visit}", "  - send_email: {to: =name, subject: A, body: B}"))
    home.create("visit", name="not an address")
    home.settle()
    [run] = home.runs()
    assert (run.status, run.reason) == ("failed", "“not an address” is not an e-mail address")


def test_the_shipped_rules_take_care_of_a_new_lead(house: Callable) -> None:
    home = house("", packs="sales")
    [owner] = team_of(home, "ann")
    home.create("lead", name="Zoe", email="zoe@example.com", consent=True)
    home.settle()
    [run] = home.runs()
    assert (run.workflow, run.status) == ("new_lead", "done")
    assert [each["title"] for each in home.all("task")] == ["Call Zoe"]
    assert home.all("task")[0]["owner"] == owner


def test_a_computed_field_that_follows_others_starts_rules_for_changed_but_not_for_updated(house):
    at = house(
        """
workflow: busy
when: {changed: account.open_deals, to: 2}
do: [{set: {description: Busy}}]
---
workflow: touched
when: {updated: account}
where: description == null
do: [{set: {tax_number: Touched}}]
""",
        packs="sales",
    )
    account = at.create("account", name="Acme")
    for name in ("One", "Two"):
        at.create("deal", name=name, account=account)
    at.settle()
    found = at.get("account", account)
    assert (found["open_deals"], found["description"], found["tax_number"]) == (2, "Busy", None)
    assert [(run.workflow, run.status) for run in at.runs()] == [("busy", "done")]
