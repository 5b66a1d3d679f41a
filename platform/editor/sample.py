"""Names in sample data: it is not checked before it is loaded, so the checker cannot find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from customary.editor.names import Name
from customary.engine.text.edit import Edit, Path, Rename, Set

Kinds = Mapping[tuple[str, str], Mapping[str, Any]]
"""What is said of each field, by entity and name."""


def field_kinds(documents: Iterable[Mapping[str, Any]]) -> Kinds:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for document in documents:
        fields = document.get("fields")
        for name, said in fields.items() if isinstance(fields, dict) else ():
            if isinstance(said, dict):
                found.setdefault((str(document.get("entity")), name), {}).update(said)
    return found


def sample_edits(name: Name, new: str, document: Mapping[str, Any], kinds: Kinds) -> Iterator[Edit]:
    """The edits of a `demo` document that give an entity or a field another name, what lies deeper first."""
    records = document.get("records")
    for entity, entries in records.items() if isinstance(records, dict) else ():
        for key, record in _entries(entries):
            yield from _in_record(name, new, entity, record, ("records", entity, key), kinds)
        if name.kind == "entity" and entity == name.name:
            yield Rename(("records", entity), new)


def _in_record(name: Name, new: str, entity: str, record: Any, path: Path, kinds: Kinds) -> Iterator[Edit]:
    for field, value in record.items() if isinstance(record, dict) else ():
        said = kinds.get((entity, field), {})
        if field == "stages" or said.get("type") == "lines":
            inside = str(said.get("of", entity)).partition(".")[0]
            for key, each in _entries(value):
                yield from _in_record(name, new, inside, each, (*path, field, key), kinds)
        elif name.kind == "entity" and said.get("type") == "any_link" and str(value).startswith(f"{name.name} "):
            yield Set((*path, field), f"{new}{value.removeprefix(name.name)}")
    if name.kind == "field" and entity == name.entity and isinstance(record, dict) and name.name in record:
        yield Rename((*path, name.name), new)


def _entries(entries: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(entries, dict):
        return entries.items()
    return enumerate(entries) if isinstance(entries, list) else ()
