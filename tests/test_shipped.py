"""Every shipped definition: it compiles, and speaks English, Chinese and Greek."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from customary.engine.examples import House, examples, try_out
from customary.engine.model.check import check
from customary.engine.model.model import Model
from customary.engine.problem import Problems
from customary.engine.text import Mapping, Scalar, Sequence, find_packs, gather, plain, read_source

LANGUAGES = {"en", "zh", "el"}
PACKS = sorted(find_packs())
WORDED = {"label", "plural", "help", "summary", "guard_message", "message", "subject", "body", "text"}
SAME_EVERYWHERE = {"English", "中文", "Ελληνικά"}
"""Languages are called what their speakers call them."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "customary.yaml").write_text(f"name: Shipped\npacks: [{', '.join(PACKS)}]\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def model(workspace: Path) -> Model:
    from customary.engine.model import compile_source

    problems = Problems()
    compiled = compile_source(read_source(gather(workspace), problems), problems)
    assert [str(problem) for problem in problems] == []
    return compiled


def texts(node: Any, key: str = "") -> Iterator[tuple[Any, str]]:
    """Every text by language, and every plain text where one by language could stand."""
    if isinstance(node, Mapping):
        if node.entries and node.entries.keys() <= LANGUAGES:
            yield node, key
        else:
            for name, entry in node.entries.items():
                yield from texts(entry, name)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from texts(item)
    elif isinstance(node, Scalar) and key in WORDED and not str(plain(node)).startswith("="):
        yield node, key


def test_the_packs_are_without_problems(workspace: Path) -> None:
    problems, _ = check(workspace)
    assert [str(problem) for problem in problems] == []


def test_every_text_is_there_in_all_languages(workspace: Path) -> None:
    source = read_source(gather(workspace), Problems())
    lacking = []
    for (kind, _), document in source.documents.items():
        if kind == "demo":
            continue
        for node, key in texts(document.body):
            if isinstance(node, Mapping) and node.entries.keys() != LANGUAGES:
                lacking.append(f"{node.place} {key}")
            elif isinstance(node, Scalar) and plain(node) not in SAME_EVERYWHERE and key != "message":
                lacking.append(f"{node.place} {key}: {plain(node)}")
    assert lacking == []


def test_every_entity_field_option_stage_and_view_has_a_label(model: Model) -> None:
    named: list[tuple[str, Any]] = []
    for entity in model.entities.values():
        named += [(entity.name, entity.label), (entity.name, entity.plural)]
        named += [(f"{entity.name}.{name}", each.label) for name, each in entity.fields.items()]
        named += [(f"{entity.name} view {name}", view.label) for name, view in entity.views.items()]
        named += [(f"{entity.name} section {each.name}", each.label) for each in entity.layout]
    for pipeline in model.pipelines.values():
        named += [(f"{pipeline.name}.{name}", stage.label) for name, stage in pipeline.stages.items()]
    assert [name for name, words in named if not words.by_language.keys() >= LANGUAGES] == []


def test_every_field_that_is_entered_has_a_place_on_the_form(model: Model) -> None:
    for entity in model.entities.values():
        if entity.child_of is not None:
            continue
        placed = {name for section in entity.layout for row in section.rows for name in row}
        entered = {name for name, each in entity.fields.items() if each.entered and each.kind != "auto_number"}
        assert entered - placed == set(), entity.name


def test_the_platform_finds_who_plays_what(model: Model) -> None:
    parts = ("person", "organisation", "activity", "task", "user", "team")
    assert [model.playing(part).name for part in parts] == ["contact", "account", "activity", "task", "user", "team"]


def test_every_example_comes_out_as_it_says(workspace: Path, model: Model) -> None:
    source = read_source(gather(workspace), Problems())
    with House(source, model) as house:
        differences = [str(each) for example in examples(source, model) for each in try_out(house, example)]
    assert differences == []


def test_every_pipeline_workflow_and_check_has_an_example(workspace: Path, model: Model) -> None:
    found = list(examples(read_source(gather(workspace), Problems()), model))
    shown = {(each.kind, each.definition) for each in found}
    assert [name for name in model.pipelines if ("pipeline", name) not in shown] == []
    assert [name for name in model.workflows if ("workflow", name) not in shown] == []
    refused = {(each.entity, name) for each in found for name in each.said.get("fails", ())}
    checks = [(entity.name, each.field) for entity in model.entities.values() for each in entity.checks]
    assert [each for each in checks if each not in refused] == []
