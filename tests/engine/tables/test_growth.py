"""Names are given at birth; what a model's names mean follows from `was`."""

from __future__ import annotations

from customary.engine.model import compile_source
from customary.engine.problem import Problems
from customary.engine.tables import Catalogue
from customary.engine.tables.growth import grow
from customary.engine.text import WORKSPACE, File, read_source


def model(text: str):
    problems = Problems()
    files = [File("customary.yaml", WORKSPACE, "name: Test\n"), File("schemas/test.yaml", WORKSPACE, text)]
    found = compile_source(read_source(files, problems), problems)
    problems.raise_errors()
    return found


def deal(*fields: str) -> str:
    return "entity: deal\nfields:\n" + "".join(f"  {field}\n" for field in fields)


def grown(*texts: str) -> tuple[Catalogue, list[str]]:
    """The catalogue after all these definitions, and what happened to fields at the last."""
    catalogue, turns = Catalogue(), ()
    for text in texts:
        catalogue, turns = grow(catalogue, model(text))
    told = [f"{turn.verb} {turn.after.name}" for turn in turns if turn.after.kind == "field"]
    return catalogue, [line for line in told if not line.startswith("kept")]


def columns(catalogue: Catalogue) -> dict[str, str]:
    owner = catalogue.entity("deal")
    living = [entry for entry in catalogue.children("field", owner.id) if not entry.retired]
    return {entry.name: entry.physical for entry in living}


A, B = "a: {type: text}", "b: {type: text}"


def test_the_same_model_changes_nothing():
    first, _ = grown(deal(A, B))
    again, told = grown(deal(A, B), deal(A, B))
    assert (columns(again), told) == (columns(first), [])


def test_a_was_that_is_settled_may_stay_for_ever():
    swapped = deal("a: {type: text, was: b}", "b: {type: text, was: a}")
    catalogue, told = grown(deal(A, B), swapped, swapped, swapped)
    assert (columns(catalogue), told) == ({"a": "f_b", "b": "f_a"}, [])


def test_a_was_of_long_ago_takes_nothing_from_a_newcomer():
    text = deal("a: {type: text, was: b}")
    catalogue, told = grown(text, deal("a: {type: text, was: b}", B))
    assert (columns(catalogue), told) == ({"a": "f_a", "b": "f_b"}, ["born b"])


def test_several_former_names_are_tried():
    catalogue, told = grown(deal(A), deal("c: {type: text, was: [b, a]}"))
    assert (columns(catalogue), told) == ({"c": "f_a"}, ["renamed c"])


def test_names_may_go_round_in_a_circle():
    catalogue, told = grown(
        deal(A, B, "c: {type: text}"),
        deal("a: {type: text, was: c}", "b: {type: text, was: a}", "c: {type: text, was: b}"),
    )
    assert columns(catalogue) == {"a": "f_c", "b": "f_a", "c": "f_b"}


def test_a_field_may_be_renamed_and_change_its_kind_at_once():
    catalogue, told = grown(deal(A, B), deal("x: {type: integer, was: a}", B))
    assert (columns(catalogue), told) == ({"x": "f_x", "b": "f_b"}, ["retyped x"])


def test_columns_never_collide_with_parts_of_other_fields():
    catalogue, _ = grown(deal("sum: {type: money}", "sum_currency: {type: text}", "sum_base: {type: integer}"))
    assert len(set(columns(catalogue).values())) == 3
    used = [column for entry in catalogue.entries.values() if entry.kind == "field" for column in entry.columns()]
    assert len(used) == len(set(used))


def test_long_names_fit_into_both_databases():
    long = "n" * 49
    text = f"entity: {long}\nfields:\n  {long}: {{type: money}}\n  {long}x: {{type: money}}\n"
    catalogue, _ = grow(Catalogue(), model(text))
    names = [column for entry in catalogue.entries.values() for column in entry.columns()]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 63


def test_a_retired_field_keeps_its_id_when_it_comes_back():
    before, _ = grown(deal(A, B))
    after, told = grown(deal(A, B), deal(A), deal(A, B))
    assert (columns(after), told) == (columns(before), ["revived b"])


def test_an_option_is_born_with_its_name_as_code():
    def options(text: str) -> str:
        return deal(f"kind: {{type: choice, options: {text}}}")

    catalogue, _ = grown(options("[a, b]"), options("{a: {}, c: {was: b}}"), options("{a: {}, c: {was: b}, b: {}}"))
    assert catalogue.codes(catalogue.field("deal", "kind").id) == {"a": "a", "c": "b", "b": "b_2"}
