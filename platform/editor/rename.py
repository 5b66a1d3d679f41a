"""Renames an entity or a field in all files of a workspace, and says `was:` so that the data moves along.

The checker finds what refers to it: whatever no longer fits after the declaration has its new name is renamed too,
until everything fits again. So nothing is renamed that only looks alike, and nothing is forgotten that is checked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from customary.editor.folder import Folder
from customary.editor.names import Name
from customary.editor.sample import field_kinds, sample_edits
from customary.engine.problem import Place, Problem, Problems
from customary.engine.text import File, plain
from customary.engine.text.edit import Edit, EditProblem, Insert, Rename, Set, edit
from customary.engine.text.read import NAME, roots

ROUNDS = 40
_BOUND = ("user", "old", "record")
"""Where a field of this name is gone, an expression would silently mean something else."""


class CannotRename(ValueError):
    """A name cannot be given; the text says why."""


def may_rename(folder: Folder, name: Name | None) -> Name:
    """The name, when it is an entity's or field's of the workspace's own. Raises CannotRename."""
    if name is None or name.kind not in ("entity", "field"):
        raise CannotRename("Only entities and fields can be renamed here.")
    if name.place is None or name.detail == "of the pipeline":
        raise CannotRename(f"“{name.name}” is the platform's own.")
    for file, _, document in _declarations(folder.files(), name):
        if not (folder.directory / file.path).exists() and file.path not in folder.unsaved:
            raise CannotRename(f"“{name.name}” is declared in the pack “{file.layer}”. Give it a label instead.")
        if name.kind == "field" and not isinstance(document["fields"][name.name], dict):
            raise CannotRename(f"“{name.name}” is taken away in {file.path}.")
    if name.kind == "field" and name.name in _BOUND:
        raise CannotRename(f"“{name.name}” means something else in expressions, so rename it by hand.")
    return name


def renamed(folder: Folder, name: Name, new: str) -> dict[str, str]:
    """The texts of all files that change, by path. Raises CannotRename."""
    name = may_rename(folder, name)
    if not NAME.match(new) or len(new) > 50:
        raise CannotRename(f"“{new}” is not a name. Names are snake_case, such as {name.name}.")
    before, files = folder.problems(), {each.path: each.text for each in folder.files()}
    texts = _declared_anew(folder, name, new)
    for _ in range(ROUNDS):
        found = _new_problems(before, folder.problems(texts))
        patched = _patched({**files, **texts}, found, name.name, new)
        if not patched:
            break
        texts |= patched
    if found:
        raise CannotRename(f"Not everything would fit afterwards: {found[0]}")
    return {path: text for path, text in texts.items() if text != files[path]}


def _declarations(files: list[File], name: Name) -> Iterator[tuple[File, int, Any]]:
    """The documents that declare it: one for each layer that says something of it."""
    for file, number, document in _documents(files):
        if document.get("entity") != (name.entity if name.kind == "field" else name.name):
            continue
        if next(iter(document)) == "entity" and (name.kind == "entity" or name.name in (document.get("fields") or {})):
            yield file, number, document


def _declared_anew(folder: Folder, name: Name, new: str) -> dict[str, str]:
    """The texts with the declarations and the sample records renamed."""
    texts: dict[str, str] = {}
    files = folder.files()
    kinds = field_kinds(document for _, _, document in _documents(files))
    try:
        told = False
        for file, number, document in _declarations(files, name):
            edits = _declaration_edits(name, new, document, told)
            texts[file.path] = edit(texts.get(file.path, file.text), edits, number)
            told = True
        for file, number, document in _documents(files):
            edits = list(sample_edits(name, new, document, kinds)) if "demo" in document else []
            if edits:
                texts[file.path] = edit(texts.get(file.path, file.text), edits, number)
    except EditProblem as problem:
        raise CannotRename(str(problem)) from problem
    return texts


def _declaration_edits(name: Name, new: str, document: Mapping[str, Any], told: bool) -> list[Edit]:
    """The new name, and below it, once, the old one."""
    if name.kind == "entity":
        renaming: list[Edit] = [Set(("entity",), new)]
        inside, said = (), document
    else:
        renaming = [Rename(("fields", name.name), new)]
        inside, said = ("fields", new), document["fields"][name.name]
    if told:
        return renaming
    was = said.get("was") or []
    old = [each for each in ([was] if isinstance(was, str) else was) if each != new] + [name.name]
    value = old[0] if len(old) == 1 else old
    if "was" in said:
        return [*renaming, Set((*inside, "was"), value)]
    return [*renaming, Insert(inside, "was", value, after="entity" if name.kind == "entity" else None)]


def _documents(files: list[File]) -> Iterator[tuple[File, int, Any]]:
    for file in files:
        found, _ = roots(file, file.text.removeprefix("\ufeff").replace("\r\n", "\n"), Problems())
        for number, each in enumerate(found):
            if isinstance(document := plain(each), dict) and document:
                yield file, number, document


def _new_problems(before: Problems, after: Problems) -> list[Problem]:
    """What was not wrong before."""
    known = Counter((each.place.file, each.summary) for each in before.errors)
    found = []
    for each in after.errors:
        known[each.place.file, each.summary] -= 1
        if known[each.place.file, each.summary] < 0:
            found.append(each)
    return found


def _patched(texts: Mapping[str, str], problems: list[Problem], old: str, new: str) -> dict[str, str]:
    """The texts with the old name replaced where a problem points at it."""
    found: dict[str, str] = {}
    about = re.compile(rf"“[-=]?{re.escape(old)}[”.]")
    places = {each.place for each in problems if about.search(each.summary)}
    for place in sorted(places, reverse=True):
        text = found.get(place.file, texts.get(place.file, ""))
        at = offset_of(text, place)
        word = re.compile(rf"\b{re.escape(old)}\b").search(
            text, at, text.find("\n", at) if "\n" in text[at:] else len(text)
        )
        if word:
            found[place.file] = text[: word.start()] + new + text[word.end() :]
    return found


def offset_of(text: str, place: Place) -> int:
    """Where a place is in a text."""
    start = 1 if text.startswith("\ufeff") else 0
    for _ in range(place.line - 1):
        start = text.find("\n", start) + 1
        if start == 0:
            return len(text)
    return min(start + place.column - 1, len(text))
