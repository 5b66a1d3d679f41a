"""Steps that reach beyond the record at hand: finding, copying, tagging, converting, merging, other workflows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customary.engine.fields.any_link import AnyLink
from customary.engine.records import history, restore
from customary.engine.records.refusal import Refused
from customary.engine.records.writer.merging import merge

HOUSE = """
entity: person
fields:
  name: {type: text, required: true}
  mail: {type: email}
  company: {type: text}
  town: {type: text}
  labels: {type: tags}
  helpers: {type: users}
  owner: {type: user}
  boss: {type: link, to: person, inverse: staff, tree: true}
  friends: {type: links, to: person}
  firm: {type: link, to: firm, inverse: people}
  told: {type: text}
  number: {type: auto_number, format: 'P-###'}
unique: {mail: [mail]}
---
entity: firm
fields:
  name: {type: text, required: true}
  town: {type: text}
  owner: {type: user}
---
entity: order
fields:
  name: {type: text, required: true}
  buyer: {type: link, to: person, inverse: orders}
  lines: {type: lines, of: line.order}
---
entity: line
fields:
  name: {type: text, required: true}
  order: {type: link, to: order, required: true}
  pieces: {type: integer}
---
pipeline: orders
entity: order
stages: {open: {}, sent: {outcome: won}}
"""


def rule(name: str, do: str, when: str = "{created: person}", more: str = "") -> str:
    return f"---\nworkflow: {name}\nwhen: {when}\n{more}do:\n{do}\n"


def test_found_records_are_of_their_entity_for_later_steps_also_after_waiting(house: Callable) -> None:
    steps = """
  - find: {entity: person, where: firm == record.firm && id != record.id, sort: [-name]}
    as: others
  - find: {entity: person, where: town == "Nowhere", first: true}
    as: nobody
  - find: {entity: person, where: firm == record.firm, sort: [name], first: true}
    as: first
  - wait: 1d
  - set: {told: '{{ size(others) }} {{ first.name }} {{ first.firm.name }}', boss: =first}
    if: nobody == null
  - for_each:
      in: others
      as: each
      do: [{update: {record: =each, set: {town: 'with {{ name }}'}}}]
"""
    home = house(HOUSE, packs="core")
    firm = home.create("firm", name="F")
    anna, bert = (home.create("person", name=name, firm=firm) for name in ("Anna", "Bert"))
    home.archive("person", home.create("person", name="Aaron", firm=firm))
    home.create("person", name="Stranger")
    home.redefine(HOUSE + rule("look", steps, more="where: name == 'Cora'\n"))
    cora = home.create("person", name="Cora", firm=firm)
    home.settle()
    home.later(days=1)
    assert [run.status for run in home.runs()] == ["done"]
    assert [home.get("person", cora)[name] for name in ("told", "boss")] == ["2 Anna F", anna]
    assert [home.get("person", each)["town"] for each in (anna, bert)] == ["with Cora", "with Cora"]


def test_an_upsert_changes_the_one_that_is_there_and_makes_it_else(house: Callable) -> None:
    step = "  - upsert: {entity: firm, match: [name], set: {name: =company, town: =town}}\n    as: firm_of\n"
    home = house(HOUSE + rule("firms", step + "  - set: {firm: =firm_of}"), packs="core")
    there = home.create("firm", name="Acme", town="Old")
    one = home.create("person", name="A", company="Acme", town="New")
    two = home.create("person", name="B", company="Other", town="Far")
    home.settle()
    assert home.get("person", one)["firm"] == there
    assert home.get("firm", there)["town"] == "New"
    made = home.get("person", two)["firm"]
    assert {each["name"]: each["id"] for each in home.all("firm")} == {"Acme": there, "Other": made}
    home.create("firm", name="Acme")
    home.create("person", name="C", company="Acme")
    home.settle()
    assert str(home.runs()[-1].reason) == "firm: more than one record fits"


def test_a_copy_has_its_rows_and_begins_anew(house: Callable) -> None:
    step = """
  - copy: {set: {name: 'Again {{ name }}'}}
    as: twin
  - update: {record: =twin, set: {name: '{{ twin.name }}!'}}
"""
    home = house(HOUSE + rule("again", step, "{entered: orders.sent}"), packs="core")
    buyer = home.create("person", name="B")
    lines = [{"name": "x", "pieces": 2}, {"name": "y"}]
    id = home.create("order", name="O", buyer=buyer, lines=lines)
    home.update("order", id, stage="sent")
    home.settle()
    [twin] = [each for each in home.all("order") if each["id"] != id]
    assert (twin["name"], twin["buyer"], twin["stage"]) == ("Again O!", buyer, "open")
    rows = [each for each in home.all("line") if each["order"] == twin["id"]]
    assert [(each["name"], each["pieces"]) for each in rows] == [("x", 2), ("y", None)]


def test_tags_and_followers_are_added_to_those_that_are_there(house: Callable) -> None:
    steps = "  - tag: {add: [new, '{{ town }}'], remove: cold}\n  - tag: NEW\n  - follow: {user: [=owner, =owner]}"
    home = house(HOUSE + rule("mark", steps), packs="core")
    owner, other = (home.create("user", name=name, email=f"{name}@example.com") for name in "ab")
    id = home.create("person", name="A", town="Rhodes", labels=["cold", "vip"], owner=owner, helpers=[other])
    home.settle()
    person = home.get("person", id)
    assert person["labels"] == ("vip", "new", "Rhodes")
    assert set(person["helpers"]) == {owner, other}
    assert [step.status for step in home.steps(home.runs()[0])] == ["done", "skipped", "done"]


def test_a_conversion_makes_records_links_them_and_takes_the_timeline_along(house: Callable) -> None:
    steps = """
  - convert:
      into:
        firm: {name: =company}
        order: {name: 'For {{ made.firm.name }}', buyer: =record}
      match: {firm: [name]}
      set: {firm: =made.firm}
      timeline: order
    as: result
  - set: {told: '{{ result.order.name }} {{ result.firm.town }}'}
"""
    home = house(HOUSE + rule("convert", steps, "{changed: person.company}"), packs="core")
    id = home.create("person", name="A", town="Rhodes")
    call = home.create("activity", subject="Called", kind="call", about=AnyLink("person", id))
    home.update("person", id, company="Acme")
    home.settle()
    [firm], [order] = home.all("firm"), home.all("order")
    assert (firm["name"], firm["town"]) == ("Acme", "Rhodes")
    assert (order["name"], order["buyer"]) == ("For Acme", id)
    assert (home.get("person", id)["firm"], home.get("person", id)["told"]) == (firm["id"], "For Acme Rhodes")
    assert home.get("activity", call)["about"] == AnyLink("order", order["id"])
    other = home.create("person", name="B", town="Kos")
    home.update("person", other, company="Acme")
    home.settle()
    assert [each["id"] for each in home.all("firm")] == [firm["id"]]


def test_merged_records_keep_both_histories_and_all_that_leads_to_them(house: Callable) -> None:
    steps = """
  - find: {entity: person, where: name == record.name && id != record.id, first: true}
    as: twin
  - merge: {record: =twin, set: {told: merged}}
"""
    home = house(HOUSE, packs="core")
    old = home.create("person", name="A", mail="a@example.com", town="Rhodes", labels=["x"])
    friend = home.create("person", name="F", boss=old, friends=[old])
    order = home.create("order", name="O", buyer=old)
    call = home.create("activity", subject="Called", kind="call", about=AnyLink("person", old))
    home.redefine(HOUSE + rule("twins", steps, "{changed: person.town}"))
    new = home.create("person", name="A", labels=["y"], boss=friend)
    with pytest.raises(Refused, match="must not be the record itself or one below it"):
        home.do(lambda work: merge(work, "person", old, new))
    assert home.get("person", old)["archived_at"] is None
    home.update("person", new, boss=None)
    home.update("person", new, town="Kos")
    home.settle()
    assert [(run.status, str(run.reason)) for run in home.runs()] == [("done", "None")]
    kept = home.get("person", new)
    assert (kept["mail"], kept["town"], kept["labels"], kept["told"]) == ("a@example.com", "Kos", ("y", "x"), "merged")
    assert home.get("person", old)["archived_at"] is not None
    assert (home.get("person", friend)["boss"], home.get("person", friend)["friends"]) == (new, (new,))
    assert (home.get("order", order)["buyer"], home.get("activity", call)["about"]) == (new, AnyLink("person", new))
    for id, other in ((old, new), (new, old)):
        found = home.do(lambda work, id=id: history(work, "person", id)).changes
        assert [each.cause["with"] for each in found if each.kind == "merged"] == [["person", str(other)]]
    with pytest.raises(Refused, match="already taken"):
        home.do(lambda work: restore(work, "person", old))


def test_a_record_is_not_merged_with_itself(house: Callable) -> None:
    home = house(HOUSE, packs="core")
    id = home.create("person", name="A")
    with pytest.raises(Refused, match="cannot be merged with itself"):
        home.do(lambda work: merge(work, "person", id, id))


CALLED = "{called: {of: firm, inputs: {reason: {kind: text, required: true}, count: integer}}}"


def test_a_workflow_runs_another_and_hears_how_it_ended(house: Callable) -> None:
    outer = """
  - run: {workflow: inner, record: =firm, inputs: {reason: 'from {{ name }}', count: =1 + 1}}
    as: ended
  - set: {told: '{{ ended.status }} {{ ended.done ? "yes" : "no" }}'}
"""
    inner = "  - wait: 1d\n  - set: {town: '{{ payload.reason }} {{ payload.count * 2 }}'}"
    home = house(HOUSE + rule("outer", outer) + rule("inner", inner, CALLED), packs="core")
    firm = home.create("firm", name="F")
    id = home.create("person", name="A", firm=firm)
    home.settle()
    assert sorted((run.workflow, run.status) for run in home.runs()) == [("inner", "waiting"), ("outer", "waiting")]
    home.later(days=1)
    assert [run.status for run in home.runs()] == ["done", "done"]
    assert (home.get("firm", firm)["town"], home.get("person", id)["told"]) == ("from A 4", "done yes")


def test_workflows_that_run_each_other_end_somewhere(house: Callable) -> None:
    up = "  - run: {workflow: up, record: =boss}"
    home = house(
        HOUSE + rule("start", up, "{changed: person.town}") + rule("up", up, "{called: {of: person}}"), packs="core"
    )
    boss = home.create("person", name="Top")
    second = home.create("person", name="Self", boss=boss)
    home.update("person", second, town="Kos")
    home.settle()
    assert [run.status for run in home.runs()] == ["done", "done"]
    [last] = home.steps(home.runs()[-1])
    assert (last.status, last.result) == ("skipped", "there is no such record")
    for number in range(12):
        boss = home.create("person", name=str(number), boss=boss)
    home.update("person", boss, town="Kos")
    home.settle()
    runs = home.runs()[2:]
    assert [run.status for run in runs] == ["done"] * 9 + ["failed"]
    assert "up cannot run: 10 rules have started each other in a row (start → up" in str(runs[-1].reason)


def test_what_a_step_names_is_checked(house: Callable) -> None:
    bad = """
  - find: {entity: persn}
  - find: {entity: person, where: twon == "A", sort: [nme]}
  - upsert: {entity: firm, match: [town], set: {name: X}}
  - tag: {field: name, add: x}
  - follow: {user: =name}
  - share: {with: =firm}
  - merge: {record: =firm}
  - convert: {into: {firm: {name: X}}, timeline: order}
  - run: {workflow: nobody}
  - run: {workflow: bad}
  - run: {workflow: inner, inputs: {count: many, other: 1}}
"""
    home = house(HOUSE, packs="core")
    with pytest.raises(Exception) as error:
        home.redefine(HOUSE + rule("bad", bad) + rule("inner", "  - stop: true", CALLED))
    told = str(error.value)
    for summary in (
        "“persn” is not an entity",
        "“twon” is not known here",
        "person cannot be sorted by “nme”",
        "“town” is not set",
        "“name” is not a field of tags of person",
        "this is not a user",
        "this is neither a user nor a team",
        "firm cannot be merged into person",
        "“order” is not made here",
        "“nobody” is not a workflow",
        "bad does not say that it may be run",
        "inner is about firm, and this is about person",
        "the input “reason” is missing",
        "“count” is not of the kind integer",
        "“other” is not an input of it",
    ):
        assert summary in told, summary
