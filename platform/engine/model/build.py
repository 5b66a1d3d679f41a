"""What the stages of one compilation share: definitions, problems, and entities while they are being made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from customary.engine import expressions
from customary.engine.definitions import Definitions
from customary.engine.expressions import Expression, ExpressionError, Template
from customary.engine.expressions.types import BOOLEAN, Record, Type
from customary.engine.fields import Field
from customary.engine.model.entity import Inverse
from customary.engine.model.names import ModelNames, World
from customary.engine.model.pipeline import Pipeline
from customary.engine.model.workspace import Settings
from customary.engine.problem import Place, Problems, did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document
from customary.engine.words import Words, label_of, words


@dataclass
class Sketch:
    """An entity while it is made: its fields so far, and where they came from."""

    name: str
    document: Document
    label: Words
    plural: Words
    plays: str | None = None
    fields: dict[str, Field] = field(default_factory=dict)
    nodes: dict[str, text.Mapping] = field(default_factory=dict)
    inverses: dict[str, Inverse] = field(default_factory=dict)
    pipelines: list[Pipeline] = field(default_factory=list)
    child_of: tuple[str, str] | None = None
    tree: str | None = None
    """The link to its own entity that makes its records a tree."""

    @property
    def body(self) -> text.Mapping:
        return self.document.body


@dataclass
class Build:
    """One compilation. Everything in it may change until the model is made."""

    definitions: Definitions
    problems: Problems
    settings: Settings
    country: str | None = None
    world: World = field(default_factory=World)
    sketches: dict[str, Sketch] = field(default_factory=dict)
    user: str = "user"
    """The entity that plays user."""
    team: str = "team"
    questions: list[tuple[text.Node, Expression, str]] = field(default_factory=list)
    """Conditions that the database is asked over an entity."""
    expressions: list[tuple[text.Scalar, Expression]] = field(default_factory=list)
    """All that were compiled, with where they are written."""

    @property
    def workspace(self) -> Mapping[str, Any]:
        """What kinds of field may need to know of the workspace."""
        settings = self.settings
        known = {"currency": settings.currency, "country": self.country, "map": settings.map}
        return {**known, "user": self.user, "team": self.team}

    def add(self, place: Place, summary: str, remedy: str = "") -> None:
        self.problems.add(place, summary, remedy)

    def warn(self, place: Place, summary: str, remedy: str = "") -> None:
        self.problems.warn(place, summary, remedy)

    def names(self, entity: str, *, old: bool = True, **more: Type) -> ModelNames:
        """The names over a record of `entity`, for somebody who acts."""
        bindings: dict[str, Type] = dict(more)
        if self.user in self.world.members:
            bindings["user"] = Record(entity=self.user)
        if entity:
            bindings["record"] = Record(entity=entity)
            if old:
                bindings["old"] = Record(entity=entity)
        return ModelNames(self.world, entity, bindings)

    def condition(self, node: text.Node | None, names: ModelNames) -> Expression | None:
        """An expression that is true, false or unknown."""
        return self.expression(node, names, BOOLEAN) if node is not None else None

    def question(self, node: text.Node | None, names: ModelNames) -> Expression | None:
        """A condition that the database must be able to answer."""
        found = self.condition(node, names)
        if node is not None and found is not None:
            self.questions.append((node, found, names.entity))
        return found

    def expression(self, node: text.Node, names: ModelNames, expect: Type | None = None) -> Expression | None:
        """An expression, with or without its `=`; what is wrong with it becomes a problem at its very character."""
        if not isinstance(node, text.Scalar) or node.data is None or node.data == "":
            self.add(node.place, "this is not an expression", "Write one, such as amount > 100.")
            return None
        written = str(node.data).lower() if isinstance(node.data, bool) else str(node.data)
        begin = 1 if written.startswith("=") else 0
        try:
            found = expressions.compile(written[begin:], names, expect)
        except ExpressionError as error:
            self.add(node.text_place(error.offset + begin), error.summary, error.remedy)
            return None
        self.expressions.append((node, found))
        return found

    def spelled_out(
        self, node: text.Node, written: str, names: ModelNames, expect: Type | None = None
    ) -> Expression | None:
        """The expression that a short form at `node` stands for; what is wrong with it is said there."""
        try:
            return expressions.compile(written, names, expect)
        except ExpressionError as error:
            self.add(node.place, error.summary, error.remedy)
            return None

    def template(self, node: text.Node, names: ModelNames) -> Template | None:
        """A text with `{{ holes }}`."""
        written = node.data if isinstance(node, text.Scalar) else None
        if written is None or isinstance(written, bool):
            self.add(node.place, "this is not a text")
            return None
        try:
            return expressions.template(str(written), names)
        except ExpressionError as error:
            self.add(node.text_place(error.offset), error.summary, error.remedy)
            return None

    def templates(self, node: text.Node | None, names: ModelNames) -> Mapping[str, Template]:
        """A text with holes by language; "" where it is the same in all."""
        if node is None:
            return frozen({})
        entries = node.entries if isinstance(node, text.Mapping) else {"": node}
        found = {language: self._text(each, names) for language, each in entries.items()}
        return frozen({language: each for language, each in found.items() if each is not None})

    def _text(self, node: text.Node, names: ModelNames) -> Template | None:
        """A text with holes, or one that is all hole: what an expression after `=` gives."""
        if not str(text.plain(node)).startswith("="):
            return self.template(node, names)
        found = self.expression(node, names)
        return Template(found.text, (found,)) if found is not None else None

    def entity_named(self, node: text.Node) -> Sketch | None:
        """The entity that a value names, else a problem there."""
        name = node.data if isinstance(node, text.Scalar) else None
        if name in self.sketches:
            return self.sketches[name]
        self.no_entity(node.place, name)
        return None

    def no_entity(self, place: Place, name: object) -> None:
        """Says that there is no such entity."""
        remedy = did_you_mean(str(name), self.sketches) or "See: customary show entity."
        self.add(place, f"“{name}” is not an entity", remedy)

    def one_of(self, node: text.Node, known: Iterable[str], what: str) -> str | None:
        """The name a value gives, when it is among `known`; else a problem that says it is not `what`."""
        name = node.data if isinstance(node, text.Scalar) else None
        known = list(known)
        if isinstance(name, str) and name in known:
            return name
        self.add(node.place, f"“{name}” is not {what}", did_you_mean(str(name), known))
        return None

    def field_names(self, node: text.Node | None, sketch: Sketch, extra: Iterable[str] = ()) -> tuple[str, ...]:
        """A list of an entity's fields (and of what `extra` adds to them); those that are none become problems."""
        if node is None:
            return ()
        items = node.items if isinstance(node, text.Sequence) else (node,)
        known = [*sketch.fields, *extra]
        found = (self.one_of(item, known, f"a field of {sketch.name}") for item in items)
        return tuple(dict.fromkeys(name for name in found if name is not None))


def frozen(mapping: dict[str, Any]) -> Mapping[str, Any]:
    """A mapping that nobody can change any more."""
    return MappingProxyType(mapping)


def label(body: text.Mapping, name: str) -> Words:
    """The label that is given, or one made of the name."""
    given = text.plain(body.get("label"))
    return words(given) if given else label_of(name)


def was(body: text.Mapping) -> tuple[str, ...]:
    """The old names of something."""
    given = text.plain(body.get("was"))
    return () if not given else (given,) if isinstance(given, str) else tuple(map(str, given))


def plain(body: text.Mapping, key: str, otherwise: Any = None) -> Any:
    """The plain value of a key."""
    value = text.plain(body.get(key))
    return otherwise if value is None else value


def items(node: text.Node | None) -> Iterable[tuple[str, text.Mapping]]:
    """The entries of a mapping of mappings; an empty entry is an empty mapping."""
    if isinstance(node, text.Mapping):
        for name, entry in node.items():
            yield name, entry if isinstance(entry, text.Mapping) else text.Mapping({}, {}, node.place_of(name))
