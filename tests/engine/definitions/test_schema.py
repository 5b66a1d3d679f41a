"""The JSON Schema for editors: it takes what `check` takes, and refuses the shapes that `check` refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from customary.engine import fields
from customary.engine.definitions import define, kinds
from customary.engine.definitions.schema import schema
from customary.engine.problem import Problems
from customary.engine.text import File, find_packs, plain, read_source
from customary.engine.text.read import roots

BAD = Path(__file__).parents[2] / "fixtures" / "bad"
SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
LEFT_OUT = ("needs “", "has no type", "does not say what it is")
"""What a layer below may say, so that a schema of one file cannot ask for it."""


def documents(text: str) -> list[Any]:
    """The documents of a text; none where it breaks off."""
    found, rest = roots(File("", "", ""), text, Problems())
    return [plain(each) for each in found] if rest is None else []


def refused(text: str) -> list[str]:
    return [error.message for each in documents(text) for error in VALIDATOR.iter_errors(each)]


def shape_problems(text: str) -> list[str]:
    read, problems = Problems(), Problems()
    source = read_source([File("a.yaml", "workspace", text)], read)
    define(source, problems)
    return [each.summary for each in problems if each not in set(read)]


def test_it_is_a_json_schema_of_every_kind_field_trigger_and_step() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(kinds()) <= set(SCHEMA["$defs"])
    assert {f"field_{kind}" for kind in fields.kinds()} <= set(SCHEMA["$defs"])
    assert "x-what" not in str(SCHEMA)


def test_every_key_is_described_for_whoever_is_offered_it() -> None:
    for kind in kinds():
        properties = SCHEMA["$defs"][kind]["properties"]
        assert [key for key, each in properties.items() if not each.get("description")] == [], kind
    text = SCHEMA["$defs"]["any_field"]["properties"]["type"]["anyOf"]
    assert all(each["description"] for each in text)
    assert SCHEMA["$defs"]["entity"]["properties"]["label"]["examples"] == [{"en": "Account", "zh": "客户"}]


@pytest.mark.parametrize("pack", sorted(find_packs()))
def test_the_shipped_packs_fit(pack: str) -> None:
    for file in find_packs()[pack].files(Problems()):
        assert refused(file.text) == [], file.path


def wrongly_shaped() -> list[Path]:
    """The bad fixtures that can be read, and whose shape is wrong in itself."""
    found = []
    for case in sorted(BAD.glob("*.yaml")):
        problems = shape_problems(text := case.read_text("utf-8"))
        if documents(text) and any(not any(words in each for words in LEFT_OUT) for each in problems):
            found.append(case)
    return found


def test_there_are_enough_bad_fixtures_to_learn_from() -> None:
    assert len(wrongly_shaped()) >= 5


@pytest.mark.parametrize("case", wrongly_shaped(), ids=lambda case: case.stem)
def test_a_shape_that_check_refuses_is_refused(case: Path) -> None:
    assert refused(case.read_text("utf-8")) != []


@pytest.mark.parametrize(
    "text",
    [
        "entity: deal\nfields: {source: {max_length: 5}, tier: ~, code: {type: text, after: name}}\n",
        "entity: deal\nviews: {all: {columns: {add: [tier], remove: [source]}, before: mine}, mine: ~}\nicon: ~\n",
        "entity: deal\nfields: {source: {options: {mail: {label: Mail, after: web}}}}\n",
        "pipeline: sales\nstages: {won: {requires: [amount]}, lost: ~}\n",
        "name: A\npacks: [core]\nlanguages: [en, el]\n",
    ],
)
def test_a_layer_may_say_a_part_remove_and_edit(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "entitty: deal\n",
        "entity: Deal\n",
        "entity: deal\nicno: x\n",
        "entity: deal\nfields: {a: {type: monney}}\n",
        "entity: deal\nfields: {a: {type: text, options: [a]}}\n",
        "entity: deal\nfields: {a: {scale: 2, wrong: 1}}\n",
        "entity: deal\nfields: {Name: {type: text}}\n",
        "pipeline: sales\nstages: {won: {outcome: wonn}}\n",
        "workflow: w\ndo: [{set: {a: 1}, stop: true}]\n",
        "workflow: w\ndo: [{send_email: {to: a}}]\n",
        "workflow: w\ndo: [{choose: [{case: a, do: [{sett: {}}]}]}]\n",
        "workflow: w\nwhen: {creatd: lead}\n",
        "name: A\ncurrency: euro\n",
    ],
)
def test_slips_are_refused(text: str) -> None:
    assert refused(text) != []


LANGUAGE = """
entity pipeline workflow role message pack fields label type text link options stages do when set created
views layout checks unique entities name en kind columns sort =x choose case otherwise table required read
"""
WORDS = st.sampled_from(LANGUAGE.split())
VALUES = st.recursive(
    st.one_of(WORDS, st.booleans(), st.integers(-5, 5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(WORDS, VALUES, max_size=3), st.sampled_from(["entity", "pipeline", "workflow", "role", "message"])
)
def test_what_check_takes_is_taken_whatever_it_is(body: dict, kind: str) -> None:
    body.pop(kind, None)
    text = yaml.safe_dump({kind: "example", **body}, sort_keys=False)
    if not shape_problems(text):
        assert refused(text) == [], text
