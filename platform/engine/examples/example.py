"""Finds the examples of a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from customary.engine.model.model import Model
from customary.engine.problem import Place
from customary.engine.text import Mapping, Source, plain

KINDS = ("entity", "pipeline", "workflow")


@dataclass(frozen=True)
class Example:
    """One example: the definition that gives it, the entity it is about, and what it says."""

    kind: str
    definition: str
    name: str
    entity: str
    said: dict[str, Any]
    node: Mapping

    def __str__(self) -> str:
        return f"{self.kind} {self.definition} {self.name}"

    def place_of(self, key: str) -> Place:
        return self.node.place_of(key)


def examples(source: Source, model: Model) -> Iterator[Example]:
    """All examples, definition by definition."""
    for (kind, name), document in source.documents.items():
        found = document.body.get("examples")
        if kind not in KINDS or not isinstance(found, Mapping):
            continue
        entity = {"pipeline": model.pipelines, "workflow": model.workflows}.get(kind)
        about = name if entity is None else entity[name].entity
        for each, node in found.items():
            if isinstance(node, Mapping):
                yield Example(kind, name, each, about, plain(node), node)
