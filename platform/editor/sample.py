"""Names in sample data: it is not checked before it is loaded, so the checker cannot find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from customary.editor.names import Name
from customary.engine.text.edit import Edit, Path, Rename, Set


@dataclass(frozen=True)
class Samples:
    """What is known to read sample records by: what is said of each field, and the entities of pipelines."""

    fields: Mapping[tuple[str, str], Mapping[str, Any]]
    """By entity and name."""
    piped: Mapping[str, str]
    """Entities by pipeline."""

    @classmethod
    def of(cls, documents: Iterable[Mapping[str, Any]]) -> Samples:
        fields: dict[tuple[str, str], dict[str, Any]] = {}
        piped: dict[str, str] = {}
        for document in documents:
            declared = document.get("fields")
            for name, said in declared.items() if isinstance(declared, dict) else ():
                if isinstance(said, dict):
                    fields.setdefault((str(document.get("entity")), name), {}).update(said)
            if "pipeline" in document and "entity" in document:
                piped[str(document["pipeline"])] = str(document["entity"])
        return cls(fields, piped)

    def edits(self, name: Name, new: str, document: Mapping[str, Any]) -> Iterator[Edit]:
        """The edits of a `demo` document that give something another name, what lies deeper first."""
        records = document.get("records")
        for entity, entries in records.items() if isinstance(records, dict) else ():
            for key, record in _entries(entries):
                yield from self._in_record(name, new, entity, record, ("records", entity, key))
            if name.kind == "entity" and entity == name.name:
                yield Rename(("records", entity), new)

    def _in_record(self, name: Name, new: str, entity: str, record: Any, path: Path) -> Iterator[Edit]:
        for field, value in record.items() if isinstance(record, dict) else ():
            said = self.fields.get((entity, field), {})
            if field == "stages" or said.get("type") == "lines":
                inside = str(said.get("of", entity)).partition(".")[0]
                for key, each in _entries(value):
                    yield from self._in_record(name, new, inside, each, (*path, field, key))
                if field == "stages" and self._is_chosen(name, entity, "stage") and name.name in value:
                    yield Rename((*path, field, name.name), new)
            elif name.kind == "entity" and said.get("type") == "any_link" and str(value).startswith(f"{name.name} "):
                yield Set((*path, field), f"{new}{value.removeprefix(name.name)}")
            elif self._is_chosen(name, entity, field):
                yield from _chosen(name, new, value, (*path, field))
        if name.kind == "field" and entity == name.entity and isinstance(record, dict) and name.name in record:
            yield Rename((*path, name.name), new)

    def _is_chosen(self, name: Name, entity: str, field: str) -> bool:
        """Whether the values of a field are such names."""
        if name.kind == "stage":
            return field == "stage" and self.piped.get(name.entity) == entity
        return name.kind == "option" and (entity, field) == (name.entity, name.field)


def _chosen(name: Name, new: str, value: Any, path: Path) -> Iterator[Edit]:
    if value == name.name:
        yield Set(path, new)
    for number, each in enumerate(value) if isinstance(value, list) else ():
        if each == name.name:
            yield Set((*path, number), new)


def _entries(entries: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(entries, dict):
        return entries.items()
    return enumerate(entries) if isinstance(entries, list) else ()
