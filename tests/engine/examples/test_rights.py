"""Examples of roles: what holders may do with a record."""

from __future__ import annotations

import pytest

from customary.engine.examples import House, examples, try_out
from customary.engine.model import compile_source
from customary.engine.problem import DefinitionError, Problems
from customary.engine.text import WORKSPACE, File, read_source

BASE = """
entity: user
plays: user
title: name
fields: {name: {type: text, required: true}, email: {type: email}, region: {type: text}}
---
entity: deal
title: name
fields: {name: {type: text, required: true}, owner: {type: user}, region: {type: text}, cost: {type: integer}}
---
role: admin
admin: true
---
role: seller
entities:
  deal:
    read: '=owner == user || region == user.region && region != null'
    create: all
    update: own
    fields: {cost: hidden}
examples:
"""
RULE = "owner == user || region == user.region && region != null"
SELLER = """
  own: {given: {deal: {name: A, owner: =user}}, may: [read, update, create], may_not: [delete, export], hidden: [cost]}
  others: {given: {deal: {name: A, owner: {name: Bob}}}, may_not: [read, update]}
  territory: {user: {region: north}, given: {deal: {name: A, region: north}}, may: [read], may_not: [update]}
"""


def tried(text: str) -> list[str]:
    problems = Problems()
    files = [File("customary.yaml", WORKSPACE, "name: T\n"), File("schemas/a.yaml", WORKSPACE, BASE + text)]
    source = read_source(files, problems)
    model = compile_source(source, problems)
    problems.raise_errors()
    with House(source, model) as house:
        return [str(each) for example in examples(source, model) for each in try_out(house, example)]


def test_a_role_is_as_its_examples_say():
    assert tried(SELLER) == []


def test_what_comes_out_otherwise_is_told_with_its_rule():
    wrong = """
  own: {given: {deal: {name: A, owner: =user}}, may: [delete], may_not: [read], hidden: [name], read_only: [region]}
"""
    assert [each.partition("  ")[2] for each in tried(wrong)] == [
        "role seller own: may: expected delete, got the contrary: no rule of it",
        f"role seller own: may_not: expected read, got the contrary: seller ={RULE}",
        "role seller own: hidden: expected name, got that it is seen",
        "role seller own: read_only: expected region, got that it is open",
    ]


def test_a_record_that_cannot_be_made_is_told():
    (told,) = tried("  bad: {given: {deal: {owner: =user}}, may: [read]}\n")
    assert "given: expected a record that can be made" in told


@pytest.mark.parametrize(
    "text",
    [
        "  a: {given: {daal: {name: A}}}",
        "  a: {given: {deal: {nome: A}}}",
        "  a: {given: {deal: {name: A}}, may: [reed]}",
        "  a: {given: {deal: {name: A}}, hidden: [costs]}",
        "  a: {given: {deal: {name: A}}, user: {land: north}}",
        "  a: {given: {deal: {name: A}, user: {name: B}}}",
    ],
)
def test_names_that_nobody_knows_are_problems(text):
    with pytest.raises(DefinitionError):
        tried(text + "\n")
