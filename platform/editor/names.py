"""The names that definitions declare, with where they are declared and what is behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from customary.engine.model.entities.system import PIPELINE_FIELDS, RECORD_FIELDS
from customary.engine.problem import Place
from customary.engine.text import Document, Source, plain
from customary.engine.text import Mapping as Node
from customary.engine.text.node import Scalar, Sequence

PLAYED = {"user": "user", "users": "user", "team": "team"}
"""Kinds of field that link to whatever entity plays a part."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name: of which kind it is, in what (a field in its entity), where it is declared, what people call it."""

    kind: str
    name: str
    place: Place | None = None
    entity: str = ""
    detail: str = ""
    target: str = ""
    """The entity that a field or list leads to."""
    inverse: str = ""
    """What the list that leads back is called there."""
    help: str = ""
    field: str = ""
    """The field whose option it is."""


class Names:
    """All names of a source."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def of(self, kind: str) -> Mapping[str, Name]:
        """The definitions of a kind."""
        found = (each for each in self.source.documents.values() if each.kind == kind)
        return {each.name: _of_document(each) for each in found}

    def members(self, entity: str) -> Mapping[str, Name]:
        """What a record of an entity has: its fields, the lists that lead back to it, what the platform keeps."""
        return self._members.get(entity, {})

    def stages(self, pipeline: str) -> Mapping[str, Name]:
        return {each.name: each for each in self._inside("pipeline", pipeline, "stages", "stage")}

    def views(self, entity: str) -> Mapping[str, Name]:
        return {each.name: each for each in self._inside("entity", entity, "views", "view")}

    def choices(self, entity: str, field: str) -> Mapping[str, Name]:
        """What a field may be: its options, or for `stage` the stages of all pipelines of its entity."""
        if field == "stage":
            pipelines = (each for each in self.of("pipeline").values() if each.entity == entity)
            return {name: each for own in pipelines for name, each in self.stages(own.name).items()}
        said = self._said(entity, field)
        if said is None:
            return {}
        if "lookup" in said:
            *links, last = str(plain(said.get("lookup"))).removeprefix("=").strip().split(".")
            end = self.along(entity, links)
            return self.choices(end.target, last) if end is not None and last != field else {}
        return {each.name: each for each in _options(entity, field, said.get("options"))}

    def results(self, workflow: str) -> Mapping[str, Name]:
        """What the steps of a workflow call their results."""
        document = self.source.documents.get(("workflow", workflow))
        found = _results(document.body.get("do")) if document else ()
        return {str(node.data): Name("result", str(node.data), node.place, workflow) for node in found}

    def along(self, entity: str, steps: Iterable[str]) -> Name | None:
        """The member at the end of a path: `account`, `owner`, `manager`."""
        found = None
        for step in steps:
            found = self.members(entity).get(step)
            if found is None:
                return None
            entity = found.target
        return found

    def entity_of(self, kind: str, name: str) -> str:
        """The entity that a definition is about."""
        document = self.source.documents.get((kind, name))
        if kind == "entity" or document is None:
            return name if kind == "entity" else ""
        if kind == "workflow":
            return self._triggered(plain(document.body.get("when")))
        return str(plain(document.body.get("entity")) or plain(document.body.get("about")) or "")

    def watched(self, workflow: str) -> str:
        """The field whose change starts a workflow, with its entity before: `deal.amount`."""
        document = self.source.documents.get(("workflow", workflow))
        when = plain(document.body.get("when")) if document else None
        said = [each for each in (when if isinstance(when, list) else [when]) if isinstance(each, dict)]
        return next((str(each["changed"]) for each in said if "changed" in each), "")

    def playing(self, part: str) -> str:
        entities = (each for each in self.source.documents.values() if each.kind == "entity")
        return next((each.name for each in entities if plain(each.body.get("plays")) == part), part)

    def _triggered(self, when: object) -> str:
        first = when[0] if isinstance(when, list) and when else when
        if not isinstance(first, dict):
            return ""
        for key, value in first.items():
            if key in ("entered", "left"):
                return self.entity_of("pipeline", str(value).partition(".")[0])
            if key not in ("from", "to", "before") and isinstance(value, str):
                return value.partition(".")[0]
        return ""

    @cached_property
    def _members(self) -> dict[str, dict[str, Name]]:
        found: dict[str, dict[str, Name]] = {}
        documents = [each for each in self.source.documents.values() if each.kind == "entity"]
        for document in documents:
            found[document.name] = {each.name: each for each in self._fields(document)}
        for each in [field for own in found.values() for field in own.values() if field.inverse]:
            back = Name("list", each.inverse, each.place, each.target, f"list of {each.entity}", each.entity)
            found.setdefault(each.target, {}).setdefault(each.inverse, back)
        for document in self.source.documents.values():
            if document.kind == "pipeline":
                own = found.setdefault(str(plain(document.body.get("entity"))), {})
                for name in PIPELINE_FIELDS:
                    own.setdefault(name, Name("field", name, document.place, detail="of the pipeline"))
        return found

    def _said(self, entity: str, field: str) -> Node | None:
        document = self.source.documents.get(("entity", entity))
        fields = document.body.get("fields") if document else None
        said = fields.get(field) if isinstance(fields, Node) else None
        return said if isinstance(said, Node) else None

    def _inside(self, kind: str, owner: str, key: str, what: str) -> Iterable[Name]:
        """The names of a mapping in a definition."""
        document = self.source.documents.get((kind, owner))
        entries = document.body.get(key) if document else None
        for name, body in entries.items() if isinstance(entries, Node) else ():
            said = plain(body) if isinstance(body, Node) else {}
            yield Name(what, name, entries.place_of(name), owner, _label(said), help=_text(said.get("help")))

    def _fields(self, document: Document) -> Iterable[Name]:
        fields = document.body.get("fields")
        for name, body in fields.items() if isinstance(fields, Node) else ():
            said = plain(body) if isinstance(body, Node) else {}
            kind = str(said.get("type", "lookup" if "lookup" in said else ""))
            target = said.get("to") or str(said.get("of", "")).partition(".")[0]
            target = target if isinstance(target, str) else ""
            target = target or (self.playing(PLAYED[kind]) if kind in PLAYED else "")
            inverse = str(said.get("inverse") or "") if target else ""
            help = ". ".join(each for each in (_label(said), _text(said.get("help"))) if each)
            yield Name("field", name, fields.place_of(name), document.name, kind, target, inverse, help)
        for name in RECORD_FIELDS:
            target = self.playing("user") if name.endswith("_by") else document.name if name == "id" else ""
            yield Name("field", name, None, document.name, "kept by the platform", target)


def _options(entity: str, field: str, options: object) -> Iterable[Name]:
    if isinstance(options, Sequence):
        for each in options.items:
            if isinstance(each, Scalar):
                yield Name("option", str(each.data), each.place, entity, field=field)
    for name, body in options.items() if isinstance(options, Node) else ():
        said = plain(body) if isinstance(body, Node) else {}
        yield Name("option", name, options.place_of(name), entity, _label(said), field=field)


def _results(node: object) -> Iterable[Scalar]:
    """What follows `as:`, in whatever steps lie below."""
    for each in node.items if isinstance(node, Sequence) else ():
        for key, inner in each.items() if isinstance(each, Node) else ():
            if key == "as" and isinstance(inner, Scalar):
                yield inner
            yield from _results(inner)


def _of_document(document: Document) -> Name:
    said = plain(document.body)
    about = str(said.get("entity") or said.get("about") or "")
    return Name(document.kind, document.name, document.place, about, _label(said), help=_text(said.get("help")))


def _label(said: Mapping[str, object]) -> str:
    return _text(said.get("label"))


def _text(words: object) -> str:
    if isinstance(words, dict):
        return str(words.get("en") or next(iter(words.values()), ""))
    return words if isinstance(words, str) else ""
