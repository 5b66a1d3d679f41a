"""The merge of any three definitions: it loses nothing, makes nothing up, and asks where it has to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.upgrade.conftest import as_yaml, bodies, changed

from customary.engine.problem import Problems
from customary.engine.text import File, Mapping, Node, plain
from customary.engine.text.read import roots
from customary.engine.upgrade.merge import Conflict, Merge

TRIPLES = bodies().flatmap(lambda base: st.tuples(st.just(base), changed(base), changed(base)))
ABSENT = object()


def node(body: dict[str, Any]) -> Node:
    found, _ = roots(File("a.yaml", "p", ""), as_yaml("entity", "e", body), Problems())
    assert isinstance(found[0], Mapping)
    return found[0]


def merged(base: dict, ours: dict, theirs: dict, side: str | None = None) -> tuple[dict, list[Conflict]]:
    merge = Merge(lambda _: side)
    return plain(merge.merge(node(base), node(ours), node(theirs))), merge.open


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every path and what stands there; a mapping is no more than that it is one."""
    if isinstance(value, list) and path[-1:] == ("options",):
        value = {each: {} for each in value}
    if not isinstance(value, dict):
        return {path: (type(value), value)}
    found: dict[tuple[str, ...], Any] = {path: dict}
    for key, each in value.items():
        found |= leaves(each, (*path, key))
    return found


@settings(max_examples=200, deadline=None)
@given(TRIPLES)
def test_what_one_side_changed_is_kept_and_what_both_changed_is_asked(triple):
    base, ours, theirs = triple
    made, conflicts = merged(*triple)
    at = {each.path for each in conflicts}
    b, o, t, m = (leaves({"entity": "e", **each}) for each in (base, ours, theirs, made))
    for path in {**b, **o, **t, **m}:
        before, own, new = (each.get(path, ABSENT) for each in (b, o, t))
        if any(path[: len(each)] == each for each in at):
            continue
        assert own in (new, before) or new == before, f"{path} was changed on both sides and not asked"
        assert m.get(path, ABSENT) == (new if own == before else own), path


@settings(max_examples=200, deadline=None)
@given(TRIPLES)
def test_it_asks_of_nothing_that_is_no_conflict(triple):
    for conflict in merged(*triple)[1]:
        values = [plain(each) for each in (conflict.base, conflict.ours, conflict.theirs)]
        told = [leaves(each, conflict.path) for each in values]
        assert told[0] != told[1] and told[0] != told[2] and told[1] != told[2], conflict.key


@settings(max_examples=150, deadline=None)
@given(TRIPLES)
def test_the_sides_may_change_places(triple):
    base, ours, theirs = triple
    one, other = merged(base, ours, theirs), merged(base, theirs, ours)
    assert {each.path for each in one[1]} == {each.path for each in other[1]}
    for side, opposite in (("ours", "theirs"), ("theirs", "ours")):
        first, second = merged(base, ours, theirs, side), merged(base, theirs, ours, opposite)
        assert leaves(first[0]) == leaves(second[0])
        assert first[1] == second[1] == []


@settings(max_examples=150, deadline=None)
@given(TRIPLES)
def test_merging_what_is_equal_gives_the_same(triple):
    base, ours, _ = triple
    told = {"entity": "e", **ours}
    for made, conflicts in (merged(base, ours, ours), merged(base, base, ours), merged(base, ours, base)):
        assert (list(made), made, conflicts) == (list(told), told, [])


def test_a_conflict_tells_the_three_values_and_where_they_stand():
    made, (conflict,) = merged({"max_length": 200}, {"max_length": 80}, {"max_length": 100})
    assert conflict.key == "max_length"
    assert [plain(each) for each in (conflict.base, conflict.ours, conflict.theirs)] == [200, 80, 100]
    assert [str(each.place) for each in (conflict.base, conflict.ours)] == ["a.yaml:2:13", "a.yaml:2:13"]


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_side_renamed_is_the_same_thing_on_the_other(turned):
    base = {"fields": {"fax": {"type": "phone"}}}
    renaming = {"fields": {"telefax": {"type": "phone", "was": "fax"}}}
    other = {"fields": {"fax": {"type": "phone", "label": "Facs"}}}
    made, conflicts = merged(base, *((renaming, other) if turned else (other, renaming)))
    assert made["fields"] == {"telefax": {"type": "phone", "was": "fax", "label": "Facs"}}
    assert conflicts == []


def test_names_that_were_swapped_carry_what_the_other_side_said_along():
    base = {"fields": {"a": {"type": "text"}, "b": {"type": "date"}}}
    swapped = {"fields": {"b": {"type": "text", "was": "a"}, "a": {"type": "date", "was": "b"}}}
    labelled = {"fields": {"a": {"type": "text", "label": "A"}, "b": {"type": "date"}}}
    made, conflicts = merged(base, labelled, swapped)
    assert made["fields"] == {"b": {"type": "text", "was": "a", "label": "A"}, "a": {"type": "date", "was": "b"}}
    assert conflicts == []


def test_two_other_new_names_for_one_thing_are_asked():
    base = {"fields": {"fax": {"type": "phone"}}}
    one, other = ({"fields": {name: {"type": "phone", "was": "fax"}}} for name in ("telefax", "facs"))
    assert [each.key for each in merged(base, one, other)[1]] == ["fields.fax"]
    for side, name in (("ours", "telefax"), ("theirs", "facs")):
        made, conflicts = merged(base, one, other, side)
        assert (made["fields"], conflicts) == ({name: {"type": "phone", "was": "fax"}}, [])


def test_a_changed_thing_that_the_other_side_took_away_is_asked():
    base = {"fields": {"fax": {"type": "phone"}}}
    conflicts = merged(base, {"fields": {"fax": {"type": "phone", "label": "Facs"}}}, {"fields": {}})[1]
    assert [(each.key, each.theirs) for each in conflicts] == [("fields.fax", None)]


def test_options_are_the_same_written_short_or_long():
    long = {"options": {"x": {}, "y": {}, "z": {"label": "Z"}}}
    made, conflicts = merged({"options": ["x", "y"]}, long, {"options": ["x", "y", "w"]})
    assert (made["options"], conflicts) == ({"x": {}, "y": {}, "w": {}, "z": {"label": "Z"}}, [])
