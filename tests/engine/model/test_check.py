"""Every slip gives its problem at its line: a fixture's wrong line ends in `# ERROR: <summary>` (or `# WARNING:`)."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customary.engine.model.check import check

BAD = Path(__file__).parents[2] / "fixtures" / "bad"
EXPECTED = re.compile(r"# (ERROR|WARNING): (.*?)(?=# ERROR: |# WARNING: |$)")
CASES = sorted(path for path in BAD.iterdir() if path.is_dir() or path.suffix == ".yaml")


def workspace_of(case: Path, directory: Path) -> Path:
    """A workspace that is the fixture's folder, or holds the fixture's file on top of the core pack."""
    if case.is_dir():
        return shutil.copytree(case, directory / "workspace")
    schemas = directory / "workspace" / "schemas"
    schemas.mkdir(parents=True)
    (directory / "workspace" / "customary.yaml").write_text("name: Bad\npacks: [core]\n")
    shutil.copy(case, schemas / case.name)
    return directory / "workspace"


def expected(workspace: Path) -> set[tuple[str, int, str, str]]:
    found = set()
    for path in workspace.rglob("*.yaml"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for severity, summary in EXPECTED.findall(line):
                found.add((path.relative_to(workspace).as_posix(), number, severity.lower(), summary.strip()))
    return found


def found(workspace: Path) -> set[tuple[str, int, str, str]]:
    problems, _ = check(workspace)
    return {(each.place.file, each.place.line, each.severity, each.summary) for each in problems}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is no key for is told, on a machine that has one too."""
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY", raising=False)
    monkeypatch.delenv("CUSTOMARY_SECRET_KEY_FILE", raising=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_bad_definition_gives_exactly_its_problems(case: Path, tmp_path: Path) -> None:
    workspace = workspace_of(case, tmp_path)
    assert expected(workspace)
    assert found(workspace) == expected(workspace)


@pytest.mark.parametrize("case", [each for each in CASES if each.is_file()], ids=lambda case: case.stem)
def test_line_ends_and_a_byte_order_mark_change_no_problem(case: Path, tmp_path: Path) -> None:
    workspace = workspace_of(case, tmp_path)
    wanted = expected(workspace)
    path = workspace / "schemas" / case.name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(workspace) == wanted


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    (tmp_path / "customary.yaml").write_text("name: Bad\npacks: [core]\ncurency: EUR\n")
    (schemas / "a.yaml").write_text("entity: visit\nfields:\n  name: {type: txet}\n")
    (schemas / "b.yaml").write_text("entity: trip\nfields:\n\tname: {type: text}\n")
    (schemas / "c.yaml").write_text("enttiy: ride\n")
    problems, _ = check(tmp_path)
    assert [str(each) for each in problems] == [
        "customary.yaml:3:1  “curency” is not a key of a workspace  " + problems_remedy(problems, "customary.yaml"),
        "schemas/a.yaml:3:16  “txet” is not a field type  Did you mean “text”?",
        "schemas/b.yaml:3:1  a tab in the indentation  Indent with blanks.",
        "schemas/c.yaml:1:1  “enttiy” is not a kind of definition  Did you mean “entity”?",
    ]


def test_an_entity_that_is_near_to_none_is_told_where_all_are_listed(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: Bad\npacks: [core, sales]\n")
    (tmp_path / "schemas" / "a.yaml").write_text("entity: visit\nfields:\n  x: {type: link, to: xylophone}\n")
    (tmp_path / "schemas" / "b.yaml").write_text("entity: ride\nfields:\n  name: {type: text}\n")
    problems, _ = check(tmp_path)
    assert [each.remedy for each in problems if "xylophone" in each.summary] == ["See: customary show entity."]


def problems_remedy(problems: object, file: str) -> str:
    return next(each.remedy for each in problems if each.place.file == file)


def test_the_shipped_packs_have_no_problem_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "customary.yaml").write_text("name: Good\npacks: [sales]\n")
    problems, counts = check(tmp_path)
    assert [str(each) for each in problems] == []
    assert str(counts).startswith("11 entities with ")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(("customary.yaml", "schemas/a.yaml", "schemas/mine/pack.yaml")), st.binary(max_size=80))
def test_any_bytes_in_any_file_give_problems_never_an_exception(name: str, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        workspace = Path(folder)
        (workspace / "schemas" / "mine").mkdir(parents=True)
        (workspace / "customary.yaml").write_text("name: A\npacks: [mine]\n")
        (workspace / "schemas" / "mine" / "pack.yaml").write_text("pack: mine\n")
        (workspace / name).write_bytes(data)
        for problem in check(workspace)[0]:
            assert str(problem).encode()


def test_conditions_and_formulas_read_parts_of_fields(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: Parts\n")
    (tmp_path / "schemas" / "house.yaml").write_text(
        """
entity: house
title: known_as
fields:
  at: {type: address}
  tenant: {type: person_name}
  known_as: {type: text, formula: 'coalesce(at.street, "") + ", " + coalesce(tenant.last, "")'}
views:
  athens: {kind: table, columns: [known_as], where: at.city == "Athens"}
"""
    )
    problems, _ = check(tmp_path)
    assert [str(each) for each in problems] == []


def test_a_folder_without_settings_says_so(tmp_path: Path) -> None:
    problems, _ = check(tmp_path)
    assert [str(each) for each in problems] == [
        "customary.yaml:1:1  the file is not there  Make a workspace with “customary init”."
    ]


MISTAKES = {
    10: "{type: txet}",
    20: "{type: integer, visible: f19 + 1 > nothing}",
    30: "{type: text, lable: X}",
    40: "{type: link, to: nowhere}",
}


def test_two_hundred_mistakes_in_five_thousand_lines_are_told_at_once(tmp_path: Path) -> None:
    lines = []
    for entity in range(50):
        lines += [f"entity: thing{entity}", "fields:"]
        lines += [f"  f{n}: {MISTAKES.get(n, f'{{type: integer, label: {{en: Field {n}}}}}')}" for n in range(67)]
        lines += [line for n in range(15) for line in (f"  c{n}:", f"    {{type: boolean, formula: 'f1 > {n}'}}")]
        lines.append("---")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: Big\npacks: [core]\n")
    (tmp_path / "schemas" / "big.yaml").write_text("\n".join(lines))
    assert len(lines) == 5_000
    start = time.process_time()
    problems, _ = check(tmp_path)
    spent = time.process_time() - start
    assert len(problems) == 200
    assert [lines[each.place.line - 1].split(":")[0].strip() for each in problems][:4] == ["f10", "f20", "f30", "f40"]
    assert spent < 2, "it takes about one second"
