"""The workspace's own files under new packs: laid over them they say what was merged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from tests.engine.upgrade.conftest import as_yaml, bodies, changed

from customary.engine.problem import Problems
from customary.engine.text import File, plain, read_source
from customary.engine.text.edit import EditProblem
from customary.engine.upgrade.layered import sides
from customary.engine.upgrade.merge import Merge, same
from customary.engine.upgrade.own import merge_own
from customary.engine.upgrade.tree import laid_tree, of_all_kinds, own_tree

PACKS = bodies().flatmap(lambda base: st.tuples(st.just(base), changed(base)))
EDITS = st.fixed_dictionaries(
    {}, optional={"add": st.lists(st.sampled_from("xyzw"), min_size=1), "remove": st.lists(st.sampled_from("xyz"))}
)


def layers() -> st.SearchStrategy[dict[str, Any]]:
    """What a workspace may lay over a pack: values, `~`, edits of lists."""
    leaf = st.one_of(st.none(), st.integers(0, 2), st.lists(st.sampled_from("xyz")), EDITS)
    names = st.sampled_from(["a", "b", "c", "fields", "options", "columns"])
    value = st.recursive(leaf, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=5)
    return st.dictionaries(names, value, max_size=4)


def pack(text: str) -> list[File]:
    return [File("schemas/p/e.yaml", "p", text)]


def own(text: str) -> list[File]:
    return [File("schemas/e.yaml", "workspace", text)]


def lies_well(files: list[File]) -> bool:
    """Whether the layers are such as a workspace may have."""
    problems = Problems()
    read_source(files, problems)
    return not len(problems)


def text_of(files: list[File]) -> str:
    return "".join(each.text for each in files)


@settings(max_examples=300, deadline=None)
@given(PACKS, layers(), st.sampled_from(["ours", "theirs"]))
def test_the_files_laid_over_the_new_pack_say_what_was_merged(packs, layer, side):
    old, new = (pack(as_yaml("entity", "e", each)) for each in packs)
    files = own(as_yaml("entity", "e", layer))
    assume(lies_well([*old, *files]))
    before, said, after = of_all_kinds(laid_tree(old), own_tree(files), laid_tree(new))
    wanted = Merge(lambda _: side).merge(*sides(before, said, after), after)
    try:
        made = merge_own(old, files, new, Merge(lambda _: side))
    except EditProblem:
        reject()
    assert same(*of_all_kinds(laid_tree([*new, *made]), wanted)), text_of(made)


@settings(max_examples=150, deadline=None)
@given(bodies(), layers())
def test_under_a_pack_that_did_not_change_not_a_byte_changes(body, layer):
    old, files = pack(as_yaml("entity", "e", body)), own(as_yaml("entity", "e", layer))
    assume(lies_well([*old, *files]))
    merge = Merge()
    assert (text_of(merge_own(old, files, old, merge)), merge.open) == (text_of(files), [])


def met(before: str, after: str, layer: str, side: str | None = None) -> tuple[str, list[str]]:
    merge = Merge(lambda _: side)
    made = merge_own(pack(before), own(layer), pack(after), merge)
    return text_of(made), [each.key for each in merge.open]


BEFORE = """entity: deal
fields:
  name: {type: text, max_length: 200}
  fax: {type: phone}
  phone: {type: phone}
views:
  all: {columns: [name, fax, phone]}
"""
"""A pack, and below what a client lays over it."""


@pytest.mark.parametrize(("side", "left"), [("ours", "max_length: 80, help: Short"), ("theirs", "help: Short")])
def test_a_value_that_both_changed_is_asked_and_taken_as_decided(side, left):
    layer = "entity: deal\nfields:\n  name: {max_length: 80, help: Short} # the till prints 80\n"
    after = BEFORE.replace("200", "100")
    assert met(BEFORE, after, layer)[1] == ["entity.deal.fields.name.max_length"]
    text, conflicts = met(BEFORE, after, layer, side)
    assert text == f"entity: deal\nfields:\n  name: {{{left}}} # the till prints 80\n"
    assert conflicts == []


def test_a_line_that_repeats_what_the_pack_said_is_the_clients_word_too():
    layer = "entity: deal\nfields: {name: {max_length: 200}}\n"
    assert met(BEFORE, BEFORE.replace("200", "100"), layer)[1] == ["entity.deal.fields.name.max_length"]


def test_a_line_that_the_pack_says_now_itself_is_no_conflict_and_stays():
    layer = "entity: deal\nfields: {name: {max_length: 100}}\n"
    assert met(BEFORE, BEFORE.replace("200", "100"), layer) == (layer, [])


def test_what_was_said_of_a_renamed_field_is_said_of_it_under_its_new_name():
    after = BEFORE.replace("fax: {type: phone}", "telefax: {type: phone, was: fax}")
    text, conflicts = met(BEFORE, after, "entity: deal\nfields:\n  fax: {label: Facs} # they say so\n")
    assert (text, conflicts) == ("entity: deal\nfields:\n  telefax: {label: Facs} # they say so\n", [])


def test_a_field_that_goes_away_is_kept_whole_or_given_up():
    after = BEFORE.replace("  fax: {type: phone}\n", "")
    layer = "entity: deal\nicon: star\nfields:\n  fax: {label: Facs}\n"
    assert met(BEFORE, after, layer)[1] == ["entity.deal.fields.fax"]
    assert met(BEFORE, after, layer, "ours")[0] == layer.replace("{label: Facs}", "{label: Facs, type: phone}")
    assert met(BEFORE, after, layer, "theirs")[0] == "entity: deal\nicon: star\n"


def test_a_field_that_both_took_away_needs_no_line():
    after = BEFORE.replace("  fax: {type: phone}\n", "")
    assert met(BEFORE, after, "entity: deal\nicon: star\nfields: {fax: ~}\n") == ("entity: deal\nicon: star\n", [])


def test_a_field_that_the_client_took_away_and_the_pack_changed_is_asked():
    layer = "entity: deal\nfields: {fax: ~}\n"
    assert met(BEFORE, BEFORE.replace("fax: {type: phone", "fax: {type: phone, index: true"), layer) == (
        layer,
        ["entity.deal.fields.fax"],
    )


def test_a_list_that_is_edited_is_edited_anew():
    layer = "entity: deal\nviews: {all: {columns: {remove: [fax, phone], add: [owner]}}}\n"
    text, conflicts = met(BEFORE, BEFORE.replace("[name, fax, phone]", "[name, phone, city]"), layer)
    assert (text, conflicts) == (layer.replace("[fax, phone]", "[phone]"), [])


def test_a_list_edited_beside_what_is_gone_is_asked():
    layer = "entity: deal\nviews: {all: {columns: {after: {fax: [owner]}}}}\n"
    after = BEFORE.replace("[name, fax, phone]", "[name, phone]")
    assert met(BEFORE, after, layer)[1] == ["entity.deal.views.all.columns"]
    assert "columns: [name, fax, owner, phone]" in met(BEFORE, after, layer, "ours")[0]
    assert met(BEFORE, after, layer, "theirs")[0] == ""


def test_a_field_that_both_brought_is_merged_key_by_key():
    layer = "entity: deal\nfields:\n  region: {type: choice, options: [north, south]}\n"
    after = BEFORE + "---\n" + "entity: other\n"
    after = after.replace("  fax:", "  region: {type: text, label: Region}\n  fax:")
    assert met(BEFORE, after, layer)[1] == ["entity.deal.fields.region.type"]
    assert met(BEFORE, after, layer, "ours") == (layer, [])


def test_navigation_in_the_settings_is_merged_too():
    files = [File("customary.yaml", "workspace", "name: A\nnavigation: {sales: {entities: [deal, visit]}} # ours\n")]
    old, new = (
        [File("schemas/p/pack.yaml", "p", f"pack: p\nnavigation: {{sales: {{entities: {entities}}}}}\n")]
        for entities in ("[deal]", "[deal, lead]")
    )
    merge = Merge()
    assert text_of(merge_own(old, files, new, merge)) == files[0].text
    assert [each.key for each in merge.open] == ["workspace.navigation.sales.entities"]
    taken = text_of(merge_own(old, files, new, Merge(lambda _: "theirs")))
    assert plain(laid_tree([*new, File("customary.yaml", "workspace", taken)])) == plain(laid_tree(new))


def test_a_list_in_which_the_pack_only_gave_a_field_its_new_name_is_no_conflict():
    after = BEFORE.replace("fax: {type: phone}", "telefax: {type: phone, was: fax}").replace(
        "name, fax", "name, telefax"
    )
    layer = "entity: deal\nviews: {all: {columns: [fax, name]}}\n"
    assert met(BEFORE, after, layer) == (layer, [])
