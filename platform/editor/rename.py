"""Renames what has a name in all files of a workspace, and says `was:` so that the data moves along.

The checker finds what refers to it: whatever no longer fits after the declaration has its new name is renamed too,
until everything fits again. So nothing is renamed that only looks alike, and nothing is forgotten that is checked.
Only then `was:` is added, for the checker takes old names of options for what they mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from customary.editor.declaration import REMEMBERED, declared_at, remembering, renaming
from customary.editor.folder import Folder
from customary.editor.names import Name
from customary.editor.sample import Samples
from customary.engine.problem import Problem, Problems
from customary.engine.text import File, plain
from customary.engine.text.edit import Edit, EditProblem, Path, edit
from customary.engine.text.edit.mention import renamed_mentions
from customary.engine.text.read import NAME, roots

ROUNDS = 40
RENAMED = (*REMEMBERED, "result")
_BOUND = ("user", "old", "record")
"""Where a field of this name is gone, an expression would silently mean something else."""


class CannotRename(ValueError):
    """A name cannot be given; the text says why."""


def may_rename(folder: Folder, name: Name | None) -> Name:
    """The name, when it is of the workspace's own. Raises CannotRename."""
    if name is None or name.kind not in RENAMED:
        raise CannotRename("There is nothing here that has a name of its own.")
    if name.place is None or name.detail == "of the pipeline":
        raise CannotRename(f"“{name.name}” is the platform's own.")
    for file, _, document, path in _declarations(folder.files(), name):
        if not (folder.directory / file.path).exists() and file.path not in folder.unsaved:
            raise CannotRename(f"“{name.name}” is declared in the pack “{file.layer}”. Give it a label instead.")
        if name.kind in ("field", "view") and document[path[0]][name.name] is None:
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
    texts = _edited(folder, {}, name, lambda *at: renaming(name, new, *at))
    texts = _in_samples(folder, texts, name, new)
    for _ in range(ROUNDS):
        found = _new_problems(before, folder.problems(texts))
        patched = renamed_mentions({**files, **texts}, found, name.name, new)
        if not patched:
            break
        texts |= patched
    texts = _edited(folder, texts, name, lambda *at: islice(remembering(name, new, *at), 1), once=True)
    found = _new_problems(before, folder.problems(texts))
    if found:
        raise CannotRename(f"Not everything would fit afterwards: {found[0]}")
    return {path: text for path, text in texts.items() if text != files[path]}


def _declarations(files: list[File], name: Name) -> Iterator[tuple[File, int, Any, Path]]:
    """The documents that declare it, one for each layer that says something of it, and where in each."""
    for file, number, document in _documents(files):
        for path in declared_at(name, document):
            yield file, number, document, path


def _edited(
    folder: Folder, texts: dict[str, str], name: Name, edits: Callable[[Any, Path], Iterable[Edit]], once: bool = False
) -> dict[str, str]:
    """The texts after edits where the name is declared: everywhere, or only in the first place."""
    found = dict(texts)
    for file, number, document, path in islice(_declarations(folder.files(), name), 1 if once else None):
        found[file.path] = _after(found.get(file.path, file.text), edits(document, path), number)
    return found


def _in_samples(folder: Folder, texts: dict[str, str], name: Name, new: str) -> dict[str, str]:
    """The texts with the sample records renamed, which nobody checks before they are loaded."""
    found, files = dict(texts), folder.files()
    known = Samples.of(document for _, _, document in _documents(files))
    for file, number, document in _documents(files):
        if "demo" in document and (edits := list(known.edits(name, new, document))):
            found[file.path] = _after(found.get(file.path, file.text), edits, number)
    return found


def _after(text: str, edits: Iterable[Edit], number: int) -> str:
    try:
        return edit(text, edits, number)
    except EditProblem as problem:
        raise CannotRename(str(problem)) from problem


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
