"""What goes with a mail: documents about the same record, files that expressions give, and fields with files."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.model.build import Build
from customary.engine.model.message import Document
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text


def check_enclosed(build: Build, node: text.Node | None, entity: str, documents: Mapping[str, Document]) -> None:
    """Adds problems for what cannot go with a mail about a record of `entity`; `node` is one thing, or a list."""
    for each in node.items if isinstance(node, text.Sequence) else filter(None, (node,)):
        if isinstance(each, text.Mapping):
            check_document(build, each.get("document"), entity, documents)
        elif str(text.plain(each)).startswith("="):
            _check_expression(build, each)
        else:
            _check_field(build, each, entity)


def check_document(build: Build, node: text.Node, entity: str, documents: Mapping[str, Document]) -> None:
    """Adds a problem where a document is not there, or about something else."""
    name = str(text.plain(node))
    document = documents.get(name)
    if document is None:
        build.add(node.place, f"“{name}” is not a document", did_you_mean(name, documents))
    elif document.about != entity:
        summary = f"document {name} is about {document.about}, and this is about {entity or 'nothing'}"
        build.add(node.place, summary, "Make another document of it.")


def _check_expression(build: Build, node: text.Node) -> None:
    found = next((each for place, each in build.expressions if place is node), None)
    if found is not None and str(found.type) not in ("file", "files"):
        build.add(node.place, f"a {found.type} is not a file", "Name one, such as =account.contract.")


def _check_field(build: Build, node: text.Node, entity: str) -> None:
    said, fields = str(text.plain(node)), build.sketches[entity].fields if entity else {}
    if said not in fields or not fields[said].attaches:
        known = [each.name for each in fields.values() if each.attaches]
        remedy = did_you_mean(said, known) or "Name a field with files."
        build.add(node.place, f"“{said}” is not a field for files", remedy)
