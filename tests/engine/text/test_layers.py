"""Layers: by kind, name and key; every merged value remembers where it is from."""

from __future__ import annotations

from customary.engine.problem import Place, Problems
from customary.engine.text import File, Source, files_from_data, plain, read_source

BASE = """
entity: deal
label: Deal
highlights: [account, amount]
fields:
  name: {type: text, required: true}
  amount: {type: money}
  source: {type: choice, options: [web, fair]}
views:
  all: {columns: [name, source, amount]}
"""


def merged(above: str) -> tuple[Source, list[str]]:
    problems = Problems()
    files = [File("schemas/sales/deal.yaml", "sales", BASE), File("schemas/deal.yaml", "workspace", above)]
    return read_source(files, problems), [str(each) for each in problems]


def deal(above: str) -> dict:
    source, problems = merged(above)
    assert problems == []
    return plain(source.documents["entity", "deal"].body)


def test_a_key_is_replaced_added_and_removed() -> None:
    body = deal("entity: deal\nlabel: Chance\nicon: star\nfields: {amount: ~, name: {max_length: 5}}\n")
    assert (body["label"], body["icon"]) == ("Chance", "star")
    assert body["fields"] == {
        "name": {"type": "text", "required": True, "max_length": 5},
        "source": {"type": "choice", "options": ["web", "fair"]},
    }


def test_a_list_replaces_a_list() -> None:
    assert deal("entity: deal\nhighlights: [name]\n")["highlights"] == ["name"]


def test_a_mapping_over_a_list_edits_it() -> None:
    edited = "entity: deal\nviews: {all: {columns: {add: [owner], remove: [source], before: {amount: [tier]}}}}\n"
    assert deal(edited)["views"]["all"]["columns"] == ["name", "tier", "amount", "owner"]


def test_new_options_are_laid_over_a_short_list_of_options() -> None:
    options = deal("entity: deal\nfields: {source: {options: {mail: {label: Mail}}}}\n")["fields"]["source"]["options"]
    assert options == {"web": {}, "fair": {}, "mail": {"label": "Mail"}}


def test_a_field_stands_where_it_says() -> None:
    body = deal("entity: deal\nfields:\n  tier: {type: text, after: name}\n  first: {type: text, before: name}\n")
    assert list(body["fields"]) == ["first", "name", "tier", "amount", "source"]
    assert "after" not in body["fields"]["tier"]


def test_a_trigger_keeps_its_own_before_and_after() -> None:
    source, problems = merged("workflow: w\nwhen: {due: {field: deal.closes, before: x}}\n")
    assert plain(source.documents["workflow", "w"].body)["when"] == {"due": {"field": "deal.closes", "before": "x"}}
    assert problems == []


def test_merged_values_remember_file_line_and_layer() -> None:
    source, _ = merged("entity: deal\nlabel: Chance\n")
    body = source.documents["entity", "deal"].body
    label, highlights = body.get("label"), body.get("highlights")
    assert (label.place, label.layer) == (Place("schemas/deal.yaml", 2, 8), "workspace")
    assert (highlights.place, highlights.layer) == (Place("schemas/sales/deal.yaml", 4, 13), "sales")


def test_the_digest_follows_the_meaning_and_not_the_text() -> None:
    plainly, commented = merged("entity: deal\nlabel: A\n")[0], merged("# why\nentity:   deal\nlabel: 'A'\n")[0]
    assert plainly.digest == commented.digest
    assert plainly.digest != merged("entity: deal\nlabel: B\n")[0].digest


def test_a_source_is_read_back_from_what_a_release_keeps() -> None:
    source, _ = merged("entity: deal\nlabel: Chance\n")
    again = read_source(files_from_data(source.to_data()), Problems())
    assert (again.digest, again.packs) == (source.digest, ("sales",))


def test_navigation_of_packs_and_workspace_is_one() -> None:
    problems = Problems()
    files = [
        File("customary.yaml", "workspace", "name: A\nnavigation: {work: {entities: [visit], before: sales}}\n"),
        File("schemas/core/pack.yaml", "core", "pack: core\nnavigation: {people: {entities: [user]}}\n"),
        File("schemas/sales/pack.yaml", "sales", "pack: sales\nnavigation: {sales: {before: people}}\n"),
    ]
    source = read_source(files, problems)
    assert [str(each) for each in problems] == []
    assert list(source.navigation) == ["work", "sales", "people"]


def test_a_definition_that_is_there_twice_names_its_twin_of_the_same_layer() -> None:
    files = [
        File("schemas/sales/deal.yaml", "sales", BASE),
        File("schemas/a.yaml", "workspace", "\nentity: deal\n"),
        File("schemas/b.yaml", "workspace", "entity: deal\n"),
    ]
    problems = Problems()
    read_source(files, problems)
    told = "schemas/b.yaml:1:1  “entity: deal” is there twice  The first is at schemas/a.yaml:2; keep one."
    assert [str(each) for each in problems] == [told]
