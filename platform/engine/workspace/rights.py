"""Rights written back: what a page changes of a role becomes a change of the workspace's own YAML, and nothing else.

A role of a pack is changed by what the workspace says over it. What is written is served only when it is planned and
applied, like any other change of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any

from customary.engine.problem import Problems
from customary.engine.text import WORKSPACE, File, gather, read_source
from customary.engine.text.edit import Edit, EditProblem, Insert, Remove, Set, edit
from customary.engine.text.node import plain
from customary.engine.text.read import read
from customary.engine.text.source import SETTINGS_FILE

FILE = "schemas/roles.yaml"
"""Where roles are said that no file of the workspace speaks of yet."""
WORDS = ("all", "team", "own", "none")

Way = tuple[str, ...]
"""Where something stands in a role: `("entities", "visit", "read")`."""
Said = Mapping[Way, Any]
"""What is to stand there; None where nothing is to be said."""


def write_role(directory: Path, role: str, said: Said) -> str:
    """Writes what a role says into the folder's YAML and gives the path of the file, every other byte of it kept.

    Raises EditProblem where the file cannot say it, DefinitionError where the definitions would have problems then;
    in both cases nothing is written.
    """
    files = gather(directory)
    changed = _changed(files, role, said)
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


def _changed(files: list[File], role: str, said: Said) -> File:
    below = _below(files, role)
    own = {each.path: each for each in files if each.layer == WORKSPACE and each.path != SETTINGS_FILE}
    for file in own.values():
        for document in read(file, Problems()):
            if (document.kind, document.name) == ("role", role):
                return File(file.path, WORKSPACE, _edited(file.text, role, dict(plain(document.body)), said, below))
    before = own[FILE].text if FILE in own else ""
    return File(FILE, WORKSPACE, _joined(before, _begun(role, said, below)))


def _below(files: list[File], role: str) -> Mapping[str, Any]:
    """What the packs say of the role."""
    source = read_source([each for each in files if each.layer != WORKSPACE], Problems())
    document = source.documents.get(("role", role))
    return plain(document.body) if document is not None else {}


def _edited(text: str, role: str, data: dict[str, Any], said: Said, below: Mapping[str, Any]) -> str:
    """Each change is made on what those before it have made."""
    data = deepcopy(data)
    for way, value in said.items():
        change = _change(data, way, value, below)
        if change is not None:
            text, data = edit(text, [change], ("role", role)), deepcopy(change).apply(data)
    return text


def _change(data: Mapping[str, Any], way: Way, value: Any, below: Mapping[str, Any]) -> Edit | None:
    if value is not None or _is_there(below, way):
        return _put(data, way, value)
    return Remove(way) if _is_there(data, way) else None


def _put(data: Any, way: Way, value: Any) -> Edit:
    """Along the way as far as it is there, and from there on anew."""
    for depth, name in enumerate(way):
        anew = reduce(lambda inner, key: {key: inner}, reversed(way[depth + 1 :]), value)
        if name not in data:
            return Insert(way[:depth], name, anew)
        data = data[name]
        if not isinstance(data, dict) or not data or depth == len(way) - 1:
            return Set(way[: depth + 1], anew)
    raise ValueError("there is no way to nothing")


def _is_there(data: Any, way: Way) -> bool:
    for name in way:
        if not isinstance(data, dict) or name not in data:
            return False
        data = data[name]
    return True


def _begun(role: str, said: Said, below: Mapping[str, Any]) -> str:
    """A new document, with a line for each entity."""
    text, data = f"role: {role}\n", {"role": role}
    entity = next((way[1] for way in said if way[0] == "entities"), None)
    if entity is not None:
        text += f"entities:\n  {entity if entity != '*' else repr(entity)}: {{}}\n"
        data["entities"] = {entity: {}}
    return _edited(text, role, data, said, below)


def _joined(before: str, after: str) -> str:
    if not before.strip():
        return before + after
    return f"{before}{'' if before.endswith(chr(10)) else chr(10)}---\n{after}"


def _check(files: Iterable[File]) -> None:
    from customary.engine.model import compile_source

    problems = Problems()
    compile_source(read_source(list(files), problems), problems)
    problems.raise_errors()
