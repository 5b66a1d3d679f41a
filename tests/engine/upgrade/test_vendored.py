"""A pack that was edited in place: its files after the merge, byte for byte where nothing changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.upgrade.conftest import as_yaml, bodies, changed

from customary.engine.text import File, plain
from customary.engine.upgrade.merge import Merge, same
from customary.engine.upgrade.tree import of_all_kinds, pack_tree
from customary.engine.upgrade.vendored import merge_copy

FIRST, SECOND = "schemas/p/first.yaml", "schemas/p/second.yaml"
Documents = dict[str, dict[str, Any]]


def files(documents: Documents, apart: bool) -> list[File]:
    """The documents in one file, or each second one in another."""
    texts = [as_yaml("entity", name, body) for name, body in documents.items()]
    parts = {FIRST: texts[::2], SECOND: texts[1::2]} if apart else {FIRST: texts}
    return [File(path, "p", "---\n".join(each)) for path, each in parts.items() if each]


def packs() -> st.SearchStrategy[tuple[Documents, Documents, Documents]]:
    names = st.dictionaries(st.sampled_from("uvw"), bodies(), min_size=1)
    return names.flatmap(lambda base: st.tuples(st.just(base), _side(base), _side(base)))


def _side(base: Documents) -> st.SearchStrategy[Documents]:
    kept = st.fixed_dictionaries({}, optional={name: changed(body) for name, body in base.items()})
    return st.builds(lambda one, more: {**more, **one}, kept, st.dictionaries(st.sampled_from("xu"), bodies()))


@settings(max_examples=100, deadline=None)
@given(packs(), st.tuples(st.booleans(), st.booleans(), st.booleans()), st.sampled_from(["ours", "theirs"]))
def test_the_files_say_what_was_merged_however_documents_lie_in_them(sides, apart, side):
    base, ours, theirs = map(files, sides, apart)
    wanted = Merge(lambda _: side).merge(*of_all_kinds(pack_tree(base), pack_tree(ours), pack_tree(theirs)))
    made = merge_copy(base, ours, theirs, Merge(lambda _: side))
    told, entities = pack_tree(made).get("entity") or {}, wanted.get("entity") or {}
    assert set(told) == set(entities)
    for name in told:
        assert same(told.get(name), entities.get(name), in_order=True), (name, plain(told.get(name)))


def merged(base: str, ours: str, theirs: str, side: str | None = None) -> tuple[str, list[str]]:
    merge = Merge(lambda _: side)
    made = merge_copy(*([File(FIRST, "p", each)] for each in (base, ours, theirs)), merge)
    return "".join(each.text for each in made), [each.key for each in merge.open]


BASE = "# The pack's\nentity: pet\nfields:\n  name: {type: text, max_length: 200}\n  age: {type: integer}\n"


def test_a_file_that_nobody_edited_is_the_new_packs():
    new = "# New words\n" + BASE.replace("200", "100")
    assert merged(BASE, BASE, new) == (new, [])


def test_the_clients_comments_and_lines_stay_where_the_pack_changed_others():
    ours = BASE.replace("name: {type: text, max", "name: {type: text, label: 'N', max").replace(
        "\n  age", " # ours\n  age"
    )
    theirs = BASE.replace("integer}", "integer, min: 0}").replace("fields:", "icon: paw\nfields:")
    text, conflicts = merged(BASE, ours, theirs)
    assert text == ours.replace("integer}", "integer, min: 0}").replace("fields:", "icon: paw\nfields:")
    assert conflicts == []


def test_a_conflict_leaves_the_choice():
    ours, theirs = BASE.replace("200", "80"), BASE.replace("200", "100")
    assert merged(BASE, ours + "\n", theirs)[1] == ["entity.pet.fields.name.max_length"]
    assert merged(BASE, ours + "# end\n", theirs, "ours")[0] == ours + "# end\n"
    assert merged(BASE, ours + "# end\n", theirs, "theirs")[0] == theirs + "# end\n"


def test_an_entity_that_the_pack_renamed_keeps_what_the_client_said():
    ours = BASE.replace("entity: pet\n", "entity: pet\nicon: paw # ours\n")
    theirs = BASE.replace("entity: pet\n", "entity: animal\nwas: pet\n")
    text, conflicts = merged(BASE, ours, theirs)
    assert conflicts == []
    assert "entity: animal\n" in text and "icon: paw # ours\n" in text and "was: pet\n" in text


def test_line_ends_and_the_mark_of_windows_stay():
    ours = "\ufeff" + (BASE + "icon: paw\n").replace("\n", "\r\n")
    text, _ = merged(BASE, ours, BASE.replace("200", "100") + "---\nentity: toy\n")
    assert text == ours.replace("200", "100") + "---\r\nentity: toy\r\n"
