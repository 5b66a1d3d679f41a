"""Rights written back: what a page changes of a role becomes a change of the workspace's own YAML, and nothing else.

A role of a pack is changed by what the workspace says over it. What is written is served only when it is planned and
applied, like any other change of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from customary.engine.problem import Problems
from customary.engine.text import WORKSPACE, File, gather, read_source
from customary.engine.text.edit import Edit, EditProblem, Insert, Set, edit
from customary.engine.text.node import plain
from customary.engine.text.read import read
from customary.engine.text.source import SETTINGS_FILE

FILE = "schemas/roles.yaml"
"""Where roles are said that no file of the workspace speaks of yet."""
WORDS = ("all", "team", "own", "none")

Rights = Mapping[tuple[str, str], str]
"""By entity (or `*`) and act: one of WORDS."""


def write_rights(directory: Path, role: str, rights: Rights) -> str:
    """Writes a role's rights into the folder's YAML and gives the path of the file, every other byte of it kept.

    Raises EditProblem where the file cannot say it, DefinitionError where the definitions would have problems then;
    in both cases nothing is written.
    """
    files = gather(directory)
    changed = _changed(files, role, rights)
    _check([each for each in files if each.path != changed.path] + [changed])
    target = directory / changed.path
    before = next((each for each in files if each.path == changed.path), None)
    if target.exists() != (before is not None):
        raise EditProblem(f"“{changed.path}” was changed at this moment; try again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    fresh.write_bytes(changed.text.encode("utf-8", "surrogateescape"))
    fresh.replace(target)
    return changed.path


def _changed(files: Iterable[File], role: str, rights: Rights) -> File:
    own = {each.path: each for each in files if each.layer == WORKSPACE and each.path != SETTINGS_FILE}
    for file in own.values():
        for document in read(file, Problems()):
            if (document.kind, document.name) == ("role", role):
                return File(file.path, WORKSPACE, edit(file.text, _edits(plain(document.body), rights), ("role", role)))
    before = own[FILE].text if FILE in own else ""
    return File(FILE, WORKSPACE, _joined(before, _written(role, rights)))


def _edits(data: Mapping[str, Any], rights: Rights) -> list[Edit]:
    """Each of them on what those before it have made."""
    found: list[Edit] = []
    data = deepcopy(dict(data))
    for (entity, act), right in rights.items():
        made = _edit(data, entity, act, right)
        found.append(made)
        data = deepcopy(made).apply(data)
    return found


def _edit(data: Mapping[str, Any], entity: str, act: str, right: str) -> Edit:
    entities = data.get("entities")
    if not entities:
        return (
            Insert((), "entities", {entity: {act: right}})
            if "entities" not in data
            else Set(("entities",), {entity: {act: right}})
        )
    if not entities.get(entity):
        return (Set if entity in entities else _into)(("entities", entity), {act: right})
    return (Set if act in entities[entity] else _into)(("entities", entity, act), right)


def _into(path: tuple[str, ...], value: Any) -> Insert:
    return Insert(path[:-1], path[-1], value)


def _written(role: str, rights: Rights) -> str:
    lines = [f"role: {role}", "entities:"]
    for entity in dict.fromkeys(entity for entity, _ in rights):
        said = ", ".join(f"{act}: {right}" for (of, act), right in rights.items() if of == entity)
        lines.append(f"  {entity if entity != '*' else repr(entity)}: {{{said}}}")
    return "\n".join(lines) + "\n"


def _joined(before: str, after: str) -> str:
    if not before.strip():
        return before + after
    return f"{before}{'' if before.endswith(chr(10)) else chr(10)}---\n{after}"


def _check(files: list[File]) -> None:
    from customary.engine.model import compile_source

    problems = Problems()
    compile_source(read_source(files, problems), problems)
    problems.raise_errors()
