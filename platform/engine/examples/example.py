"""Finds the examples of a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from customary.engine.model.model import Model
from customary.engine.problem import Place
from customary.engine.text import Mapping, Source, plain

KINDS = ("entity", "pipeline", "workflow", "role", "web_form")


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
        for each, node in found.items():
            if isinstance(node, Mapping):
                said = plain(node)
                yield Example(kind, name, each, _about(kind, name, model, said), said, node)


def _about(kind: str, name: str, model: Model, said: Mapping) -> str:
    """The entity that an example is about."""
    if kind == "role":
        return next(iter(said["given"]))
    around = {"pipeline": model.pipelines, "workflow": model.workflows, "web_form": model.web_forms}.get(kind)
    return name if around is None else around[name].entity
