"""Documents: texts for print by language, over a record."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.expressions.passage import Passage
from customary.engine.model.build import Build, frozen, label, plain
from customary.engine.model.message import Document
from customary.engine.model.names import ModelNames
from customary.engine.model.texts.passage import compile_passage
from customary.engine.text import node as text
from customary.engine.text.source import Document as Written


def compile_documents(build: Build) -> Mapping[str, Document]:
    """The documents by name."""
    found = {name: _document(build, each) for name, each in build.definitions.of("document").items()}
    return frozen({name: each for name, each in found.items() if each is not None})


def _document(build: Build, written: Written) -> Document | None:
    body = written.body
    about = build.entity_named(body.get("about"))
    if about is None:
        return None
    names = build.names(about.name, old=False)
    return Document(
        name=written.name,
        label=label(body, written.name),
        about=about.name,
        title=build.templates(body.get("title"), names),
        body=_passages(build, body.get("body"), names),
        footer=build.templates(body.get("footer"), names),
        paper=plain(body, "paper", "a4"),
        landscape=bool(plain(body, "landscape", False)),
        logo=bool(plain(body, "logo", False)),
    )


def _passages(build: Build, node: text.Node, names: ModelNames) -> Mapping[str, Passage]:
    entries = node.entries if isinstance(node, text.Mapping) else {"": node}
    found = {language: compile_passage(build, each, names) for language, each in entries.items()}
    return frozen({language: each for language, each in found.items() if each is not None})
