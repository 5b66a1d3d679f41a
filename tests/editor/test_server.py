"""The language server, driven over standard input and output as an editor drives it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PETS, RULES, ACCOUNT, VISITS = "schemas/pet.yaml", "workflows/weigh.yaml", "schemas/account.yaml", "schemas/visit.yaml"


def applied(folder: Path, edit: dict[str, Any]) -> dict[str, str]:
    """The texts of the files that an answer changes, after it."""
    texts = {}
    for uri, changes in edit["changes"].items():
        path = Path(uri.removeprefix("file://"))
        lines = path.read_text("utf-8").splitlines(keepends=True)
        for change in sorted(changes, key=lambda each: -each["range"]["start"]["line"]):
            start, end = change["range"]["start"], change["range"]["end"]
            assert start["character"] == end["character"] == 0
            lines[start["line"] : end["line"]] = [change["newText"]]
        texts[path.relative_to(folder).as_posix()] = "".join(lines)
    return texts


def test_problems_follow_what_is_typed_and_not_yet_saved(editor, mycrm) -> None:
    editor.open(PETS)
    assert editor.problems(PETS) == []
    text = (mycrm / PETS).read_text("utf-8")
    editor.type(PETS, text.replace("type: text, required: true}   # 名字", "type: txt} # 名字"))
    (problem,) = editor.problems(PETS, until=len)
    assert problem["range"] == {"start": {"line": 4, "character": 15}, "end": {"line": 4, "character": 18}}
    assert problem["message"] == "“txt” is not a field type\nDid you mean “text”?"
    editor.type(PETS, text, version=3)
    assert editor.problems(PETS, until=lambda found: not found) == []


def test_a_problem_in_another_file_is_told_there(editor, mycrm) -> None:
    editor.open(PETS)
    assert editor.problems(PETS) == []
    editor.type(PETS, (mycrm / PETS).read_text("utf-8").replace("weight", "mass"))
    found = editor.problems(RULES, until=len)
    assert {each["range"]["start"]["line"] for each in found} == {1, 2, 4, 5}
    (mycrm / "schemas" / "new.yaml").touch()
    editor.open("schemas/new.yaml", "entity: fresh\nfields: {a: {type: nothing}}\n")
    assert len(editor.problems("schemas/new.yaml", until=len)) == 1


def test_positions_count_as_editors_count(editor) -> None:
    text = "entity: pet\nfields:\n  name: {label: '🐕', type: nothing}\n"
    editor.open(PETS, text)
    found = next(each for each in editor.problems(PETS, until=len) if "nothing" in each["message"])
    line = text.splitlines()[2]
    start = len(line[: line.index("nothing")].encode("utf-16-le")) // 2
    assert found["range"]["start"] == {"line": 2, "character": start}


@pytest.mark.parametrize(
    ("path", "text", "offset", "offered", "not_offered"),
    [
        (PETS, "label: Pet", 0, {"icon", "fields", "examples"}, {"name", "weight"}),
        (PETS, "type: text", 6, {"text", "money", "link"}, {"account"}),
        (PETS, "type: text, required", 12, {"max_length", "required", "was"}, {"to", "options"}),
        (PETS, "to: account", 4, {"account", "pet", "contact"}, {"name"}),
        (PETS, "kind: table", 6, {"table", "board"}, {"name"}),
        (PETS, "[name, weight]", 1, {"name", "weight", "created_at"}, {"tier"}),
        (PETS, "weight > 3", 0, {"weight", "keeper", "user", "today", "coalesce"}, {"tier"}),
        (PETS, "keeper.name", 7, {"name", "tier", "pets"}, {"weight", "user"}),
        (PETS, "name\nfields", 0, {"name", "weight"}, {"tier"}),
        (RULES, "pet.weight", 0, {"pet", "account"}, {"weight"}),
        (RULES, "pet.weight", 4, {"weight"}, {"pet"}),
        (RULES, "note:", 0, {"set", "create", "if"}, {"pet"}),
        (RULES, "weight }}", 0, {"name", "weight"}, {"tier"}),
        (RULES, "weight: 3", 0, {"name", "weight"}, {"tier"}),
        (VISITS, 'ill" &&', 0, {"ill", "check"}, {"reason", "today"}),
        (VISITS, "done\"'}", 0, {"waiting", "done"}, {"reason"}),
        (VISITS, "check, pet: =pet", 0, {"ill", "check"}, {"waiting"}),
        (VISITS, "waiting, done]]}}", 0, {"waiting", "done"}, {"ill"}),
    ],
)
def test_what_may_stand_there_is_offered(reader, path, text, offset, offered, not_offered) -> None:
    reader.open(path)
    found = reader.ask("textDocument/completion", reader.at(path, text, offset))["items"]
    labels = {each["label"] for each in found}
    assert offered <= labels
    assert labels & not_offered == set()


def test_a_half_written_line_is_completed(editor, mycrm) -> None:
    text = (mycrm / PETS).read_text("utf-8") + "  light:\n    kind: table\n    where: keeper."
    editor.open(PETS, text)
    position = {"line": text.count("\n"), "character": len("    where: keeper.")}
    params = {"textDocument": {"uri": (mycrm / PETS).as_uri()}, "position": position}
    assert "tier" in {each["label"] for each in editor.ask("textDocument/completion", params)["items"]}


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (PETS, "title: name", "what stands for a record elsewhere"),
        (PETS, "text, required", "One line of text"),
        (PETS, "name != ", "**name** · field of account"),
        (PETS, "weight > 3", "**weight** · field of pet\n\ndecimal\n\n`schemas/pet.yaml:7`"),
        (PETS, "account, inverse", "A company or organisation"),
        (PETS, "entity: pet", "A kind of record"),
        (RULES, "weight }}", "field of pet"),
        (VISITS, 'cat" in', "**cat** · option of visit.kinds\n\nCats"),
        (VISITS, "waiting}\nwhere", "**waiting** · stage of visits"),
        (VISITS, "ill_ones", "view of visit"),
        (VISITS, "follow_up != null", "result of remind"),
        (VISITS, "reminder}", "**reminder** · message"),
    ],
)
def test_hover_tells_what_it_is(reader, path, text, says) -> None:
    reader.open(path)
    found = reader.ask("textDocument/hover", reader.at(path, text, 2))
    assert says in found["contents"]["value"]


@pytest.mark.parametrize(
    ("path", "text", "target", "line"),
    [
        (PETS, "keeper.name", PETS, 5),
        (PETS, "[-weight]", PETS, 6),
        (RULES, "pet.weight", PETS, 0),
        (RULES, "weight > 9", PETS, 6),
        (RULES, "weight: 3", PETS, 6),
        (ACCOUNT, "tier]", ACCOUNT, 2),
        (VISITS, "ill, check", VISITS, 3),
        (VISITS, "ill}", VISITS, 3),
        (VISITS, 'ill" &&', VISITS, 3),
        (VISITS, 'cat" in', VISITS, 4),
        (VISITS, "done\"'}", VISITS, 15),
        (VISITS, "ill_ones", VISITS, 9),
        (VISITS, "visits, card", VISITS, 12),
        (VISITS, "doctor]", VISITS, 17),
        (VISITS, "waiting, done]]\nstages", VISITS, 15),
        (VISITS, "pet]}", VISITS, 5),
        (VISITS, "fee: read", VISITS, 7),
        (VISITS, "visits: {move", VISITS, 12),
        (VISITS, "done]]}}", VISITS, 15),
        (VISITS, "visits.waiting", VISITS, 12),
        (VISITS, "waiting}\nwhere", VISITS, 15),
        (VISITS, 'check"]', VISITS, 3),
        (VISITS, "check, pet: =pet", VISITS, 3),
        (VISITS, "follow_up != null", VISITS, 31),
        (VISITS, "doctor}", VISITS, 17),
        (VISITS, "reminder}", VISITS, 21),
    ],
)
def test_a_name_leads_to_where_it_is_declared(reader, path, text, target, line) -> None:
    reader.open(path)
    found = reader.ask("textDocument/definition", reader.at(path, text, 2))
    assert (found["uri"], found["range"]["start"]["line"]) == ((reader.folder / target).as_uri(), line)


def test_a_name_of_a_pack_leads_to_the_packs_file(reader) -> None:
    reader.open(PETS)
    found = reader.ask("textDocument/definition", reader.at(PETS, "to: account", 5))
    assert Path(found["uri"].removeprefix("file://")).read_text("utf-8").count("entity: account\n") == 1


def test_a_field_is_renamed_in_all_files_and_its_data_moves_along(editor, mycrm) -> None:
    editor.open(PETS)
    edit = editor.ask("textDocument/rename", editor.at(RULES, "weight > 9", 1, newName="mass"))
    texts = applied(mycrm, edit)
    before = (mycrm / PETS).read_text("utf-8")
    declared = before.replace("  weight: {type: decimal, min: 0}", "  mass: {type: decimal, min: 0, was: weight}")
    head, view = declared.split("  heavy", 1)
    assert texts[PETS] == head + "  heavy" + view.replace("weight", "mass")
    rules = (mycrm / RULES).read_text("utf-8")
    assert texts[RULES] == rules.replace("pet.weight", "pet.mass").replace("where: weight", "where: mass").replace(
        "{{ weight }}", "{{ mass }}"
    ).replace("{weight: 3}", "{mass: 3}")


DEMO = """\
demo: pets
records:
  pet:
    rex: {name: Rex, weight: 30} # good dog
  task:
    - {title: Feed, about: pet rex}
  account: []
"""


def test_sample_records_are_renamed_with_the_field_and_with_the_entity(editor, mycrm) -> None:
    (mycrm / "schemas" / "demo.yaml").write_text(DEMO)
    editor.open(PETS)
    texts = applied(mycrm, editor.ask("textDocument/rename", editor.at(PETS, "weight: {type", 1, newName="mass")))
    assert texts["schemas/demo.yaml"] == DEMO.replace("weight", "mass")
    texts = applied(mycrm, editor.ask("textDocument/rename", editor.at(PETS, "entity: pet", 9, newName="animal")))
    assert texts["schemas/demo.yaml"] == DEMO.replace("  pet:", "  animal:").replace("about: pet", "about: animal")


def test_what_was_renamed_before_keeps_its_older_names(editor, mycrm) -> None:
    text = (mycrm / PETS).read_text("utf-8").replace("min: 0}", "min: 0, was: kilos}")
    (mycrm / PETS).write_text(text, "utf-8")
    editor.open(PETS)
    texts = applied(mycrm, editor.ask("textDocument/rename", editor.at(PETS, "weight: {type", 1, newName="mass")))
    assert "  mass: {type: decimal, min: 0, was: [kilos, weight]}\n" in texts[PETS]


def test_an_entity_is_renamed_in_all_files(editor, mycrm) -> None:
    editor.open(PETS)
    texts = applied(mycrm, editor.ask("textDocument/rename", editor.at(PETS, "entity: pet", 9, newName="animal")))
    assert texts[PETS].startswith("entity: animal\nwas: pet\nlabel: Pet\n")
    assert "when: {changed: animal.weight}" in texts[RULES]
    assert texts.keys() == {PETS, RULES, VISITS}


@pytest.mark.parametrize(
    ("path", "text", "name", "says"),
    [
        (PETS, "to: account", "firm", "declared in the pack “core”"),
        (PETS, "[name, weight", "New Name", "is not a name"),
        (PETS, "[name, weight", "weight", "is there already"),
        (PETS, "kind: table", "x", "nothing here that has a name"),
    ],
)
def test_a_rename_that_cannot_be_says_why(reader, path, text, name, says) -> None:
    reader.open(path)
    with pytest.raises(LookupError, match=says):
        reader.ask("textDocument/rename", reader.at(path, text, 5 if text != "[name, weight" else 2, newName=name))


def test_without_the_extra_package_one_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError(name='pygls')")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from customary.cli import main; main(['lsp'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr.splitlines()) == (
        2,
        ["Error: The language server needs one more package: pip install 'customary[editor]'"],
    )
