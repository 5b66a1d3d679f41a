"""Definitions: shapes, exact places, words that help, and any YAML without an exception."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from customary.engine import fields
from customary.engine.definitions import Definitions, define, kinds
from customary.engine.definitions.field import shape
from customary.engine.definitions.kinds.workflow import STEPS, TRIGGERS
from customary.engine.definitions.slips import SLIPS
from customary.engine.problem import Problems
from customary.engine.text import File, plain, read_source


def defined(text: str) -> tuple[Definitions, list[str]]:
    problems = Problems()
    source = read_source([File("a.yaml", "workspace", text)], problems)
    return define(source, problems), [str(each) for each in problems]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("fields: {Big Town: {type: text}}", "“Big Town” is not a name in snake_case  Write big_town."),
        ("fields: {firstName: {type: text}}", "“firstName” is not a name in snake_case  Write first_name."),
        ("fields: {a: {type: text, unique: yes}}", "“yes” is not true or false  Write true."),
        ("fields: {a: {type: text, unique: Off}}", "“Off” is not true or false  Write false."),
        ("fields: {a: {type: money, min: lots}}", "“lots” does not fit  Write a number, such as 10 or 2.5."),
        ("fields: {a: {type: text, max_length: 0}}", "“0” does not fit  Write a whole number from 1 to 10000."),
        ("fields: {a: {type: money, currency: euro}}", "“euro” does not fit  Write it as three capitals, such as EUR."),
        ("fields: {a: {type: text}}\nhighlights: a", "“a” is not a list of names  Write it in brackets: [a]."),
    ],
)
def test_the_remedy_is_what_should_have_been_written(written: str, problem: str) -> None:
    problems = Problems()
    define(read_source([File("a.yaml", "workspace", f"entity: visit\n{written}\n")], problems), problems)
    assert [str(each).split("  ", 1)[1] for each in problems] == [problem]


def test_every_shape_is_a_json_schema_with_a_page() -> None:
    assert set(kinds()) >= {"entity", "pipeline", "workflow", "role", "message", "demo", "pack", "workspace"}
    for kind in kinds().values():
        Draft202012Validator.check_schema(kind.SHAPE)
        assert kind.__doc__
    for name, kind in fields.kinds().items():
        Draft202012Validator.check_schema(shape(name, kind.keys))
    for each in (*STEPS.values(), *TRIGGERS.values()):
        Draft202012Validator.check_schema(each)


def test_problems_have_the_exact_place_and_the_likely_remedy() -> None:
    _, problems = defined("entity: deal\nfields:\n  amount: {type: monney, lable: A}\nicno: star\n")
    assert problems == [
        "a.yaml:3:18  “monney” is not a field type  Did you mean “money”?",
        "a.yaml:4:1  “icno” is not a key of an entity  Did you mean “icon”?",
    ]


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("number", "Write “integer” or “decimal”."),
        ("string", "Write “text”."),
        ("bool", "Write “boolean”."),
        ("Picklist", "Write “choice”."),
        ("currency", "Write “money”."),
        ("lookup", "Write “link”."),
        ("many-to-many", "Write “links”."),
        ("weather", "The reference lists all types of fields."),
    ],
)
def test_a_type_that_others_know_by_another_word_is_told_by_ours(word: str, remedy: str) -> None:
    _, problems = defined(f"entity: deal\nfields:\n  amount: {{type: {word}}}\n")
    assert problems == [f"a.yaml:3:18  “{word}” is not a field type  {remedy}"]


def test_the_words_of_others_lead_to_types_there_are() -> None:
    meant = {each for types in SLIPS.values() for each in types}
    assert meant <= set(fields.kinds()) and not set(SLIPS) & set(fields.kinds())


def test_what_is_wrong_is_left_out_and_the_rest_stays() -> None:
    definitions, problems = defined(
        "entity: deal\nicon: 3\nfields:\n  name: {type: text, unique: 3}\n  x: {type: zzz}\n"
    )
    assert len(problems) == 3
    body = plain(definitions.of("entity")["deal"].body)
    assert body == {"fields": {"name": {"type": "text"}, "x": {"type": "text"}}}


def test_a_problem_deep_in_a_choice_of_shapes_is_told_where_it_is() -> None:
    _, problems = defined("entity: deal\nlabel: {en: Deal, chinese: X, el: [1]}\nfields: {name: {type: text}}\n")
    assert problems == [
        "a.yaml:2:19  “chinese” is not a language, such as en",
        "a.yaml:2:35  a list is not text",
    ]


LANGUAGE = """
entity pipeline workflow role message pack demo records fields label type text link options stages do when set create
task notify assign views layout checks unique entities name en was kind columns sort =x true choose case otherwise
"""
WORDS = st.sampled_from(LANGUAGE.split())
VALUES = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(WORDS, VALUES, max_size=6), WORDS)
def test_any_yaml_gives_definitions_and_problems_never_an_exception(body: dict, kind: str) -> None:
    body.pop(kind, None)
    definitions, problems = defined(yaml.safe_dump({kind: "example", **body}, sort_keys=False))
    if kind not in kinds():
        assert f"“{kind}” is not a kind of definition" in problems[0]
        return
    kept = plain(definitions.of(kind)["example"].body)
    # Nothing is made up, and nothing is left out without a word.
    assert kept.keys() <= body.keys()
    assert kept == body or problems


def test_a_hundred_entities_with_two_thousand_fields_are_defined_without_a_problem() -> None:
    label = "label: {en: A, zh: B, el: C}"
    body = "".join(f"  f{n}: {{type: text, {label}, required: true, max_length: 9, search: true}}\n" for n in range(20))
    text = "---\n".join(f"entity: e{n}\n{label}\nfields:\n{body}" for n in range(100))
    definitions, problems = defined(text)
    assert (len(definitions.of("entity")), problems) == (100, [])
