"""What has no table is renamed too, with what people and runs know it by."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

from customary.engine import records
from customary.engine.automation.tables import run
from customary.engine.exchange.sample import loaded
from customary.engine.messages.outbox import message
from customary.engine.people.accounts import account
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import change, read_change
from customary.engine.records.deciding.turns import turn
from customary.engine.records.identifier import new_id
from customary.engine.records.saved_view import saved_views
from customary.engine.records.work import Work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

PET = "entity: pet\nfields:\n  name: {type: text}\n"
ROLE = "---\nrole: {name}\n{was}entities: {{pet: {{read: all}}}}\n"
WORKFLOW = "---\nworkflow: {name}\n{was}when: {{created: pet}}\ndo: [{{set: {{name: x}}}}]\n"


def role(name: str, was: str = "") -> str:
    return ROLE.format(name=name, was=f"was: {was}\n" if was else "")


def workflow(name: str, was: str = "") -> str:
    return WORKFLOW.format(name=name, was=f"was: {was}\n" if was else "")


def employ(ground, email: str, *roles: str) -> None:
    row = {"user_id": uuid4(), "email": email, "roles": list(roles), "active": True}
    with ground.database.write() as connection:
        connection.execute(account.insert(), row)


def roles_of(ground) -> dict[str, list[str]]:
    with ground.database.read() as connection:
        return dict(connection.execute(sa.select(account.c.email, account.c.roles)).all())


def test_who_holds_a_renamed_role_keeps_it(ground):
    ground.apply(PET + role("vet") + role("clerk"))
    employ(ground, "ann", "clerk", "vet")
    employ(ground, "bob", "clerk")
    assert ground.apply(PET + role("doctor", "vet") + role("clerk")) == ["→ role vet becomes doctor"]
    assert roles_of(ground) == {"ann": ["clerk", "doctor"], "bob": ["clerk"]}


def test_roles_swap_their_names(ground):
    ground.apply(PET + role("vet") + role("clerk"))
    employ(ground, "ann", "vet")
    employ(ground, "bob", "clerk")
    ground.apply(PET + role("vet", "clerk") + role("clerk", "vet"))
    assert roles_of(ground) == {"ann": ["clerk"], "bob": ["vet"]}


def test_a_new_role_of_the_old_name_is_another(ground):
    ground.apply(PET + role("vet"))
    employ(ground, "ann", "vet")
    lines = ground.apply(PET + role("vet") + role("doctor", "vet"))
    assert (lines, roles_of(ground)) == (["→ role vet becomes doctor", "+ role vet"], {"ann": ["doctor"]})


def test_the_runs_of_a_renamed_workflow_stay_its_own(ground):
    ground.apply(PET + workflow("greet"))
    row = dict.fromkeys(("id", "change", "record"), uuid4()) | {"workflow": "greet", "release": 1, "entity": "pet"}
    row |= {"cause": {}, "status": "done", "cursor": 1, "results": {}, "attempts": 1, "at": datetime.now(UTC)}
    with ground.database.write() as connection:
        connection.execute(run.insert(), row)
    assert ground.apply(PET + workflow("welcome", "greet")) == ["→ workflow greet becomes welcome"]
    with ground.database.read() as connection:
        assert connection.execute(sa.select(run.c.workflow)).scalars().all() == ["welcome"]


def test_the_turns_of_workflows_that_swap_their_names_are_swapped(ground):
    first, second = uuid4(), uuid4()
    ground.apply(PET + workflow("greet") + workflow("thank"))
    with ground.database.write() as connection:
        connection.execute(turn.insert(), [{"key": "greet/1", "last": first}, {"key": "thank/1", "last": second}])
    ground.apply(PET + workflow("thank", "greet") + workflow("greet", "thank"))
    with ground.database.read() as connection:
        assert dict(connection.execute(sa.select(turn.c.key, turn.c.last)).all()) == {
            "thank/1": first,
            "greet/1": second,
        }


def test_a_mail_is_known_by_the_new_name_of_its_message(ground):
    words = "---\nmessage: {}\nabout: pet\nchannel: email\nsubject: Hello\nbody: Hello\n"
    ground.apply(PET + words.format("hello"))
    row = {"id": uuid4(), "at": NOW, "name": "hello", "recipient": "a@b.c", "subject": "", "body": "", "attempts": 0}
    with ground.database.write() as connection:
        connection.execute(message.insert(), row | {"language": "en", "status": "sent"})
    assert ground.apply(PET + words.format("greeting\nwas: hello")) == ["→ message hello becomes greeting"]
    with ground.database.read() as connection:
        assert connection.execute(sa.select(message.c.name)).scalars().all() == ["greeting"]


def test_a_sample_is_not_loaded_again_under_the_new_name_of_its_entity(ground):
    ground.apply(PET)
    id = uuid4()
    with ground.database.write() as connection:
        connection.execute(loaded.insert(), {"entity": "pet", "key": "rex", "record": id})
    ground.apply(PET.replace("entity: pet\n", "entity: animal\nwas: pet\n"))
    with ground.database.read() as connection:
        assert connection.execute(sa.select(loaded)).all() == [("animal", "rex", id)]


VISITS = """
entity: owner
fields:
  name: {type: text}
  town: {type: choice, options: [oslo, bergen]}
---
entity: pet
fields:
  name: {type: text}
  owner: {type: link, to: owner, inverse: pets}
  kind: {type: choice, options: [cat, dog]}
  likes: {type: choices, options: [fish, bones]}
views:
  board: {kind: board, group: kind, card: [name]}
"""
VISITS_TODAY = """
entity: keeper
was: owner
fields:
  called: {type: text, was: name}
  town: {type: choice, options: {oslo: {was: bergen}, bergen: {was: oslo}}}
---
entity: animal
was: pet
fields:
  kind: {type: text, was: name}
  keeper: {type: link, to: keeper, inverse: animals, was: owner}
  name: {type: choice, options: {feline: {was: cat}, dog: {}}, was: kind}
  likes: {type: choices, options: {salmon: {was: fish}, bones: {}}}
views:
  by_kind: {kind: board, group: name, card: [kind], was: board}
"""
SAVED = [
    (
        "pet",
        {"where": 'kind == "cat" && name == "cat" && owner.town in ["oslo", "bergen"]', "board": "board"},
        {"where": 'name == "feline" && kind == "cat" && keeper.town in ["bergen", "oslo"]', "board": "by_kind"},
    ),
    (
        "pet",
        {"where": '"fish" in likes', "columns": ["kind", "name"], "sort": [["name", True]], "widths": [["kind", 90]]},
        {"where": '"salmon" in likes', "columns": ["name", "kind"], "sort": [["kind", True]], "widths": [["name", 90]]},
    ),
    (
        "owner",
        {"where": 'pets.exists(p, p.kind == "cat" && all(pet).size() > 1)', "figures": [["name", "none"]]},
        {"where": 'animals.exists(p, p.name == "feline" && all(animal).size() > 1)', "figures": [["called", "none"]]},
    ),
    ("pet", {"where": "no (condition"}, {"where": "no (condition"}),
]


def save(ground, entity: str, state: dict) -> None:
    row = {"id": new_id(), "entity": entity, "label": "Mine", "owner": uuid4(), "audience": "me", "state": state}
    with ground.database.write() as connection:
        connection.execute(saved_views.insert(), row | {"created_at": NOW})


def test_saved_views_follow_every_renaming(ground):
    ground.apply(VISITS)
    for entity, state, _ in SAVED:
        save(ground, entity, state)
    lines = ground.apply(VISITS_TODAY)
    assert "→ view animal.board becomes by_kind" in lines
    with ground.database.read() as connection:
        found = connection.execute(sa.select(saved_views).order_by(saved_views.c.id)).all()
    today = {"pet": "animal", "owner": "keeper"}
    assert [(row.entity, row.state) for row in found] == [(today[entity], state) for entity, _, state in SAVED]


def test_history_tells_options_and_entities_by_their_names_of_today(ground):
    note = "---\nentity: note\nfields:\n  about: {type: any_link}\n"

    def work(connection) -> Work:
        return Work(connection, ground.release, SYSTEM, datetime.now(UTC))

    ground.apply(VISITS + note)
    with ground.database.write() as connection:
        pet = records.create(work(connection), "pet", {"kind": "cat", "likes": ["fish", "bones"]})
        owner = records.create(work(connection), "owner", {"town": "oslo"})
        records.create(work(connection), "note", {"about": {"entity": "pet", "id": str(pet)}})
    ground.apply(VISITS_TODAY + note)
    with ground.database.read() as connection:
        rows = connection.execute(sa.select(change).order_by(change.c.id)).mappings().all()
        changes = [read_change(work(connection), row) for row in rows]
    assert [(each.entity, each.record, dict(each.after)) for each in changes[:2]] == [
        ("animal", pet, {"name": "feline", "likes": ["salmon", "bones"]}),
        ("keeper", owner, {"town": "bergen"}),
    ]
    assert changes[2].after["about"] == {"entity": "animal", "id": str(pet)}


ONE_BY_ONE = [
    ("a: {type: text}\n  b: {type: text}", {"a": "first", "b": "second"}),
    ("b: {type: text, was: a}\n  c: {type: text, was: b}", {"b": "first", "c": "second"}),
    ("c: {type: text, was: b}\n  d: {type: text, was: c}", {"c": "first", "d": "second"}),
    ("d: {type: text, was: c}\n  c: {type: text, was: d}", {"d": "first", "c": "second"}),
    ("a: {type: text, was: d}\n  b: {type: text, was: c}", {"a": "first", "b": "second"}),
]


def test_chains_and_swaps_one_after_the_other_lose_nothing(ground):
    ground.apply(f"entity: pet\nfields:\n  {ONE_BY_ONE[0][0]}\n")
    id = ground.add("pet", **ONE_BY_ONE[0][1])
    for fields, expected in ONE_BY_ONE[1:]:
        ground.apply(f"entity: pet\nfields:\n  {fields}\n")
        record = ground.record("pet", id)
        assert {name: record[name] for name in expected} == expected


def test_roles_move_along_a_chain_twice(ground):
    ground.apply(PET + role("a") + role("b"))
    employ(ground, "ann", "a")
    employ(ground, "bob", "b")
    ground.apply(PET + role("b", "a") + role("c", "b"))
    ground.apply(PET + role("c", "b") + role("d", "c"))
    assert roles_of(ground) == {"ann": ["c"], "bob": ["d"]}
    ground.apply(PET + role("d", "c") + role("e", "d"))
    assert roles_of(ground) == {"ann": ["d"], "bob": ["e"]}


def test_a_row_of_names_moves_up_again_and_again(ground):
    row = "abcdefgh"
    for first in range(4):
        names = row[first : first + 4]
        was = [f", was: {row[row.index(name) - 1]}" if first else "" for name in names]
        fields = "".join(f"  {name}: {{type: text{word}}}\n" for name, word in zip(names, was, strict=True))
        ground.apply(f"entity: pet\nfields:\n{fields}")
        if first == 0:
            id = ground.add("pet", a="1", b="2", c="3", d="4")
    record = ground.record("pet", id)
    assert [record[name] for name in "defg"] == ["1", "2", "3", "4"]


def test_a_chain_is_followed_over_releases_that_were_never_applied(ground):
    ground.apply("entity: pet\nfields:\n  a: {type: choice, options: [x]}\n")
    id = ground.add("pet", a="x")
    ground.apply(
        "entity: beast\nwas: [pet, animal]\nfields:\n  c: {type: choice, was: [a, b], options: {z: {was: [x, y]}}}\n"
    )
    assert ground.value("beast", id, "c") == "z"


def test_entities_swap_their_names(ground):
    both = "entity: {0}\n{1}fields:\n  name: {{type: text}}\n---\nentity: {2}\n{3}fields:\n  name: {{type: text}}\n"
    ground.apply(both.format("pet", "", "person", ""))
    pet, person = ground.add("pet", name="Rex"), ground.add("person", name="Ann")
    ground.apply(both.format("person", "was: pet\n", "pet", "was: person\n"))
    assert (ground.value("person", pet, "name"), ground.value("pet", person, "name")) == ("Rex", "Ann")


def test_a_link_to_many_keeps_its_pairs_under_a_new_name(ground):
    text = "entity: pet\nfields:\n  name: {type: text}\n  friends: {type: links, to: pet}\n"
    ground.apply(text)
    one, other = ground.add("pet"), ground.add("pet")
    ground.link("pet", "friends", one, other)
    ground.apply(text.replace("friends: {", "mates: {was: friends, "))
    assert ground.links("pet", "mates") == {(one, other)}


def test_stages_swap_and_their_pipeline_is_renamed(ground):
    text = "---\npipeline: care\nentity: pet\nstages:\n  sick: {}\n  well: {outcome: done}\n"
    ground.apply(PET + text)
    id = ground.add("pet", stage="sick")
    turned = text.replace("pipeline: care\n", "pipeline: health\nwas: care\n")
    turned = turned.replace("sick: {}", "ill: {was: sick}")
    assert ground.apply(PET + turned) == ["→ pipeline care becomes health", "→ stage health.sick becomes ill"]
    assert ground.value("pet", id, "stage") == "ill"


def test_whatever_has_a_name_may_say_what_it_was(ground):
    ground.apply(NAMED)
    renamed = re.sub(r"  (sane|one|few|main|total): \{", r"  new_\1: {was: \1, ", NAMED)
    assert ground.apply(renamed) == [
        "→ section visit.main becomes new_main",
        "→ check visit.sane becomes new_sane",
        "→ no_overlap visit.one becomes new_one",
        "→ at_most visit.few becomes new_few",
        "→ tile day.total becomes new_total",
    ]
    assert [line[0] for line in ground.undo()] == ["→"] * 5


NAMED = """
entity: visit
fields:
  name: {type: text}
  day: {type: date}
layout:
  main: {rows: [[name], [day]]}
checks:
  sane: {check: name != null}
no_overlap:
  one: {per: [name], from: day, to: day}
at_most:
  few: {per: [name], count: 3}
---
dashboard: day
tiles:
  total: {kind: number, of: visit}
"""
