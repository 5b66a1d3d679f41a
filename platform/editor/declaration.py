"""Where a name is declared in a document, and the edits that declare it under another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from customary.editor.names import Name
from customary.engine.text.edit import Edit, Insert, Path, Rename, Set

DEFINITIONS = ("entity", "pipeline", "role", "message", "document", "workflow", "calendar", "dashboard")
REMEMBERED = (*DEFINITIONS, "field", "option", "stage", "view")
"""What says `was:` when it is renamed."""


def declared_at(name: Name, document: Any) -> list[Path]:
    """The ways to where a document declares a name; none where it does not."""
    kind = next(iter(document))
    if name.kind in DEFINITIONS:
        return [(kind,)] if kind == name.kind and document[kind] == name.name else []
    owner = {"stage": "pipeline", "result": "workflow"}.get(name.kind, "entity")
    if kind != owner or document[kind] != name.entity:
        return []
    if name.kind == "result":
        return list(_results(document.get("do"), name.name, ("do",)))
    path = _container(name)
    entries = _at(document, path)
    if isinstance(entries, list) and name.name in entries:
        return [(*path, entries.index(name.name))]
    return [(*path, name.name)] if isinstance(entries, dict) and name.name in entries else []


def renaming(name: Name, new: str, document: Any, path: Path) -> Iterator[Edit]:
    """The edits that give it its new name; an option of a plain list becomes one of which something can be said."""
    if name.kind in DEFINITIONS or name.kind == "result":
        yield Set(path, new)
    elif isinstance(path[-1], int):
        entries = _at(document, path[:-1])
        yield Set(path[:-1], {new if each == name.name else str(each): {} for each in entries})
    else:
        yield Rename(path, new)


def remembering(name: Name, new: str, document: Any, path: Path) -> Iterator[Edit]:
    """The edit that says what it was called before; the document and the path are those of before."""
    if name.kind not in REMEMBERED:
        return
    whole = name.kind in DEFINITIONS
    inside = () if whole else (*path[:-1], new)
    said = document if whole else _at(document, path) if not isinstance(path[-1], int) else {}
    was = (said or {}).get("was") or []
    old = [each for each in ([was] if isinstance(was, str) else was) if each != new] + [name.name]
    value = old[0] if len(old) == 1 else old
    if said and "was" in said:
        yield Set((*inside, "was"), value)
    else:
        yield Insert(inside, "was", value, after=name.kind if whole else None)


def _container(name: Name) -> Path:
    """Where its like are declared."""
    if name.kind == "option":
        return ("fields", name.field, "options")
    return ({"field": "fields", "stage": "stages", "view": "views"}[name.kind],)


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _results(node: Any, name: str, path: Path) -> Iterator[Path]:
    """The `as:` that give a result its name, in whatever steps lie below."""
    for number, step in enumerate(node) if isinstance(node, list) else ():
        for key, inner in step.items() if isinstance(step, dict) else ():
            if key == "as" and inner == name:
                yield (*path, number, "as")
            yield from _results(inner, name, (*path, number, key))
