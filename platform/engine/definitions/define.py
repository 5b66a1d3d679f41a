"""Source → Definitions: every document against the shape of its kind."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache
from types import ModuleType

from customary.engine import fields
from customary.engine.definitions import kinds as kinds_folder
from customary.engine.definitions.definitions import Definitions
from customary.engine.definitions.field import check_fields
from customary.engine.definitions.rule import check_rule
from customary.engine.definitions.survey import answers, check_questions
from customary.engine.definitions.tile import check_tiles
from customary.engine.definitions.validate import Forgiving, Validator
from customary.engine.problem import Problems, did_you_mean
from customary.engine.text.node import Mapping, plain
from customary.engine.text.source import Document, Source

LATER_KINDS = ("records", "sla")


@cache
def kinds() -> dict[str, ModuleType]:
    """The kinds of definition: each is a file of the folder `kinds`, with its SHAPE and its docstring."""
    names = (each.name for each in pkgutil.iter_modules(kinds_folder.__path__))
    return {name: importlib.import_module(f"{kinds_folder.__name__}.{name}") for name in sorted(names)}


def define(source: Source, problems: Problems) -> Definitions:
    """The definitions of a source; what has a wrong shape is a problem and is left out."""
    documents: dict[str, dict[str, Document]] = {kind: {} for kind in kinds()}
    for document in source.documents.values():
        if document.kind not in documents or document.kind == "workspace":
            _unknown_kind(document, problems)
        else:
            told = Forgiving(problems) if document.broken else problems
            documents[document.kind][document.name] = _defined(document, told)
    surveys = (answers(each, documents["entity"], problems) for each in documents["survey"].values())
    documents["entity"] |= {each.name: each for each in surveys if each is not None}
    settings = _checked("workspace", source.settings, problems)
    place = source.settings.place
    documents["workspace"][""] = Document("workspace", "", settings, place, source.settings.layer)
    return Definitions(source, documents)


def _defined(document: Document, problems: Problems) -> Document:
    body = document.body
    if document.kind == "entity":
        body = check_fields(body, fields.kinds(), problems)
    elif document.kind == "workflow":
        body = check_rule(body, problems)
    elif document.kind == "dashboard":
        body = check_tiles(body, problems)
    elif document.kind == "survey":
        body = check_questions(body, problems)
    body = _checked(document.kind, body, problems)
    if body is document.body:
        return document
    return replace(document, body=body)


def _checked(kind: str, body: Mapping, problems: Problems) -> Mapping:
    data = plain(body)
    if kind == "entity" and isinstance(data.get("fields"), dict):
        data["fields"] = dict.fromkeys(data["fields"], True)
    kept = _validator(kind).check(body, problems, data)
    return kept if isinstance(kept, Mapping) else Mapping({}, {}, body.place, body.layer)


@cache
def _validator(kind: str) -> Validator:
    return Validator(kinds()[kind].SHAPE)


def _unknown_kind(document: Document, problems: Problems) -> None:
    if document.kind in LATER_KINDS:
        problems.add(document.place, f"“{document.kind}” is not a kind of definition yet", "Remove it for now.")
        return
    known = [kind for kind in kinds() if kind != "workspace"]
    problems.add(document.place, f"“{document.kind}” is not a kind of definition", did_you_mean(document.kind, known))
