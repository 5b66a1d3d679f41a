"""A rule's condition in words: "Amount at least 50,000 and Priority is not Key". What has no words stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.tokens import Token, tokens
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.words import Words
from customary.ui.list.condition import conditions
from customary.ui.list.sentence import Sentence

JOINS = {"||": "or", "&&": "and"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A part of a condition: what is compared, how, and with what; or `join` (and, or, a bracket), or `code`."""

    subject: str = ""
    verb: str = ""
    object: str = ""
    join: str = ""
    code: str = ""


def spoken(text: str, entity: Entity, model: Model, locale: Locale) -> tuple[Said, ...]:
    """The parts of a condition over records of `entity`, in their order.

    `amount >= 50000 && open` is Amount at least 50,000; and; Open: yes.
    """
    try:
        return tuple(_parts(text, entity, model, locale))
    except ExpressionError:
        return (Said(code=text),)


def _parts(text: str, entity: Entity, model: Model, locale: Locale) -> Iterator[Said]:
    found = _depths(text)
    if any(token.value == "?" and depth == 0 for token, depth in found):
        yield Said(code=text.strip())
        return
    for operator, join in JOINS.items():
        pieces = _cut(text, found, operator)
        if len(pieces) > 1:
            for number, piece in enumerate(pieces):
                if number:
                    yield Said(join=join)
                yield from _parts(piece, entity, model, locale)
            return
    if _is_closed(found):
        yield from [Said(join="("), *_parts(text.strip()[1:-1], entity, model, locale), Said(join=")")]
    else:
        yield _clause(text.strip(), entity, model, locale)


def _depths(text: str) -> list[tuple[Token, int]]:
    """Each token with how many brackets are open around it."""
    depth, found = 0, []
    for token in tokens(text):
        if token.kind == "end":
            break
        symbol = token.value if token.kind == "symbol" else ""
        depth -= symbol in (")", "]")
        found.append((token, depth))
        depth += symbol in ("(", "[")
    return found


def _cut(text: str, found: list[tuple[Token, int]], operator: str) -> list[str]:
    cuts = [token for token, depth in found if depth == 0 and token.kind == "symbol" and token.value == operator]
    starts, ends = [0, *(cut.end for cut in cuts)], [*(cut.offset for cut in cuts), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _is_closed(found: list[tuple[Token, int]]) -> bool:
    """Whether brackets are around it all."""
    outside = [token.value for token, depth in found if depth == 0]
    return outside == ["(", ")"]


def _clause(text: str, entity: Entity, model: Model, locale: Locale) -> Said:
    plain, fields = _as_names(text, entity, model, locale.language)
    [condition] = conditions(plain, fields) or [None]
    if condition is None or not condition.field:
        return Said(code=text)
    sentence = Sentence(locale, fields, {})
    subject, verb, object = sentence.said(condition)
    return Said(subject=subject, verb=verb, object=object)


def _as_names(text: str, entity: Entity, model: Model, language: str) -> tuple[str, Mapping[str, Field]]:
    """The text with each path (`account.owner.name`) as one name, and the fields that the names stand for."""
    fields, plain, end = dict(entity.fields), "", 0
    found = [token for token in tokens(text) if token.kind != "end"]
    at = 0
    while at < len(found):
        length = _length(found, at)
        names = [token.value for token in found[at : at + length : 2]]
        field = _at_path(names, entity, model, language) if length > 1 else None
        if field is not None:
            fields[field.name] = field
            plain += text[end : found[at].offset] + field.name
            end = found[at + length - 1].end
        at += length
    return plain + text[end:], fields


def _length(found: list[Token], at: int) -> int:
    """How many tokens the path that begins here has; 1 for all else."""
    end = at + 1
    while end + 1 < len(found) and found[at].kind == found[end + 1].kind == "name" and found[end].value == ".":
        end += 2
    return end - at


def _at_path(names: list[str], entity: Entity, model: Model, language: str) -> Field | None:
    labels, here, field = [], entity, None
    for name in names:
        field = here.fields.get(name) if here else None
        if field is None:
            return None
        labels.append(field.label.in_language(language))
        here = model.entities.get(getattr(field, "to", "") or "")
    return replace(field, name="__".join(names), label=Words({"": " › ".join(labels)})) if field else None
