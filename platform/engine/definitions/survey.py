"""Surveys as entities: the answers to a survey are records like others, so the rest of the engine sees an entity."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import replace
from functools import cache
from typing import Any

from customary.engine import fields as field_kinds
from customary.engine.definitions.asking import askable
from customary.engine.definitions.kinds.survey import QUESTION_KEYS
from customary.engine.definitions.shapes import mapping
from customary.engine.definitions.validate import Validator
from customary.engine.problem import Problems, did_you_mean
from customary.engine.text.node import Mapping, Node, Scalar, plain
from customary.engine.text.source import Document

NPS, LOWEST, HIGHEST = "nps", 0, 10
COUNTED = (NPS, "boolean", "choice", "decimal", "duration", "integer", "money", "percent", "rating")
"""Answers that are counted and summed up; what people say otherwise is personal."""
SHARED = ("label", "plural", "icon", "was")
"""What a survey says of its answers in the words of an entity."""


def check_questions(survey: Mapping, problems: Problems) -> Mapping:
    """The survey with those of its questions that have the right shape."""
    questions = survey.get("questions")
    if not isinstance(questions, Mapping):
        return survey
    checked = ((name, _checked(name, each, questions, problems)) for name, each in questions.items())
    kept = {name: each for name, each in checked if each is not None}
    entries = {**survey.entries, "questions": Mapping(kept, questions.keys, questions.place, questions.layer)}
    return Mapping(entries, survey.keys, survey.place, survey.layer)


def answers(survey: Document, entities: MappingType[str, Document], problems: Problems) -> Document | None:
    """The entity of a survey's answers: the record that each is about, and a field for each question."""
    if survey.name in entities:
        remedy = "Its answers are an entity of that name: call one of them something else."
        problems.add(survey.place, f"“{survey.name}” is an entity already", remedy)
        return None
    body, about = survey.body, plain(survey.body.get("about"))
    questions = body.get("questions")
    if not isinstance(about, str) or not isinstance(questions, Mapping):
        return None
    if about in questions:
        problems.add(questions.place_of(about), f"“{about}” is what the answers are about", "Choose another name.")
        return None
    fields: dict[str, Node] = {about: _link(survey, about, entities)}
    fields |= {name: _field(each) for name, each in questions.items() if isinstance(each, Mapping)}
    entries = {key: body.entries[key] for key in SHARED if key in body}
    entries["title"] = Scalar(f"{{{{ {about} }}}}", body.place_of("about"), body.layer)
    entries["fields"] = Mapping(fields, questions.keys, questions.place, questions.layer)
    return replace(survey, kind="entity", body=Mapping(entries, body.keys, body.place, body.layer))


def _checked(name: str, node: Node, questions: Mapping, problems: Problems) -> Node | None:
    kind = node.get("kind") if isinstance(node, Mapping) else None
    word = kind.data if isinstance(kind, Scalar) else None
    if word == NPS or word in askable():
        return _validator(str(word)).check(node, problems)
    known = [NPS, *askable()]
    place = kind.place if kind is not None else questions.place_of(name)
    summary = f"“{word}” cannot be asked for" if word else f"“{name}” does not say what answers it"
    problems.add(place, summary, did_you_mean(str(word or ""), known) or f"Write {name}: {{kind: long_text}}.")
    return None


def _link(survey: Document, about: str, entities: MappingType[str, Document]) -> Mapping:
    node = survey.body.get("about")
    entries: dict[str, Node] = {"type": Scalar("link", node.place, node.layer), "to": node}
    named = entities[about].body.get("label") if about in entities else None
    if named is not None:
        entries["label"] = named
    return Mapping(entries, {}, node.place, node.layer)


def _field(question: Mapping) -> Mapping:
    """A question in the words of a field."""
    entries = {_KEYS.get(key, key): each for key, each in question.items()}
    if plain(question.get("kind")) == NPS:
        scale = {"type": "integer", "min": LOWEST, "max": HIGHEST}
        entries |= {key: Scalar(each, question.place_of("kind"), question.layer) for key, each in scale.items()}
    if "personal" not in question and plain(question.get("kind")) not in COUNTED:
        entries["personal"] = Scalar(True, question.place, question.layer)
    keys = {_KEYS.get(key, key): place for key, place in question.keys.items()}
    return Mapping(entries, keys, question.place, question.layer)


_KEYS = {"kind": "type", "if": "visible"}


@cache
def _validator(kind: str) -> Validator:
    own: MappingType[str, Any] = {} if kind == NPS else field_kinds.kinds()[kind].keys
    return Validator(mapping(f"a question of kind {kind}", {**QUESTION_KEYS, **own}, required=("kind",)))
