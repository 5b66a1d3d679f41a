"""Checks nodes against shapes, and says what is wrong at the exact place, in the writer's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from customary.engine.problem import Place, Problems, did_you_mean
from customary.engine.text.node import Mapping, Node, Scalar, Sequence, plain

Path = tuple[str | int, ...]

_YES_NO = ("yes", "on", "y", "1", "no", "off", "n", "0")
MOST_OF_A_KIND = 100
"""More unknown keys of one mapping are not told one by one."""


class Validator:
    """A shape, ready to check many nodes."""

    def __init__(self, shape: Any) -> None:
        self._validator = Draft202012Validator(shape)

    def check(self, node: Node, problems: Problems, data: Any = None) -> Node | None:
        """The node without what is wrong with it (None when nothing is left), its problems added."""
        data = plain(node) if data is None else data
        bad: set[Path] = set()
        for error in self._validator.iter_errors(data):
            for each in _nearest(error):
                bad.update(_report(node, each, problems))
        if not bad:
            return node
        above = {each[:length] for each in bad for length in range(len(each))}
        return _without(node, bad, above, ())


def _report(root: Node, error: ValidationError, problems: Problems) -> Iterator[Path]:
    """Adds the problems of an error; gives the paths that must go."""
    path = tuple(error.absolute_path)
    node = _at(root, path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(node, path, error, problems)
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                missing(node.place, f"{_noun(error.schema)} needs “{name}”", _example(error.schema, name), problems)
        yield path
    elif list(error.relative_schema_path)[-2:-1] == ["propertyNames"]:
        yield from _bad_name(node, path, error, problems)
    else:
        problems.add(node.place, *_words(node, error))
        yield path


def _nearest(error: ValidationError) -> list[ValidationError]:
    """Of the branches of an `anyOf`, the errors inside the one that was most likely meant."""
    if error.validator != "anyOf":
        return [error]
    deeper = [each for each in error.context if each.validator not in ("type", "const", "enum") or each.path]
    if not deeper:
        return [error]
    meant = max(deeper, key=lambda each: len(each.path)).schema_path[0]
    return [found for each in deeper if each.schema_path[0] == meant for found in _nearest(each)]


def _unknown_keys(node: Node, path: Path, error: ValidationError, problems: Problems) -> Iterator[Path]:
    known = error.schema.get("properties", {})
    for number, key in enumerate(each for each in error.instance if each not in known):
        yield (*path, key)
        if number < MOST_OF_A_KIND:
            place = node.place_of(key) if isinstance(node, Mapping) else node.place
            unknown_key(key, place, _noun(error.schema), known, error.schema.get("x-later", ()), problems)


class Forgiving(Problems):
    """The problems of a document whose text broke off: what is missing in it may have come later."""

    def __init__(self, problems: Problems) -> None:
        super().__init__()
        self.add = problems.add  # type: ignore[method-assign]


def missing(place: Place, summary: str, remedy: str, problems: Problems) -> None:
    """Adds the problem of something that is not there."""
    if not isinstance(problems, Forgiving):
        problems.add(place, summary, remedy)


def unknown_key(
    key: str, place: Place, noun: str, known: Iterable[str], later: Iterable[str], problems: Problems
) -> None:
    """Adds the problem of a key that is not of this version, or not of the language."""
    if key in later:
        problems.add(place, f"“{key}” is not available yet", "Remove it for now.")
    else:
        problems.add(place, f"“{key}” is not a key of {noun}", did_you_mean(key, known))


def _bad_name(node: Node, path: Path, error: ValidationError, problems: Problems) -> Iterator[Path]:
    name = error.instance
    place = node.place_of(name) if isinstance(node, Mapping) else node.place
    problems.add(place, f"“{name}” is not {error.schema.get('x-what', 'a name')}", _named(str(name), error.schema))
    yield (*path, name)


def _named(name: str, schema: Any) -> str:
    """What a name would be in the form that is wanted."""
    written = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")
    fits = (
        written != name and re.search(schema.get("pattern", ""), written) and "snake_case" in schema.get("x-what", "")
    )
    return f"Write {written}." if fits else ""


def _words(node: Node, error: ValidationError) -> tuple[str, str]:
    what = error.schema.get("x-what", "") if isinstance(error.schema, dict) else ""
    if error.validator == "enum":
        if error.instance in error.schema.get("x-later", ()):
            return f"“{error.instance}” is not available yet", f"Use {what}."
        words = [each for each in error.validator_value if isinstance(each, str)]
        return f"{_shown(node)} is not {_one(error.schema.get('x-noun', 'word'))} here", did_you_mean(
            str(error.instance), words
        )
    if error.validator in ("minProperties", "minItems", "maxProperties", "maxItems"):
        limit = f"at {'least' if error.validator.startswith('min') else 'most'} {error.validator_value}"
        return f"{_shown(node)} has {limit} entries here", f"Write {what}." if what else ""
    if not what:
        return f"{_shown(node)} does not fit", _wanted(error.schema)
    return f"{_shown(node)} is not {_article(what)}", _quote(node, error)


def _one(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _wanted(schema: Any) -> str:
    """What a key of a field takes, where its shape says no more than its type."""
    if not isinstance(schema, dict):
        return ""
    if "x-example" in schema:
        return f"Write it as {schema['x-example']}."
    what = _TYPES.get(str(schema.get("type")), "")
    bounds = (f"{word} {schema[key]}" for word, key in (("from", "minimum"), ("to", "maximum")) if key in schema)
    return f"Write {' '.join((what, *bounds))}." if what else ""


_TYPES = {
    "integer": "a whole number",
    "number": "a number, such as 10 or 2.5",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list in brackets: [one, two]",
    "object": "names with their values: {one: 1}",
}


def _article(what: str) -> str:
    return what.split(": ", 1)[0] if ": {" in what or ": [" in what else what


def _quote(node: Node, error: ValidationError) -> str:
    """`label: 12` and `title: true` were meant as texts; a shape with an example shows it."""
    what = error.schema.get("x-what", "")
    if what == "true or false" and isinstance(node, Scalar):
        said = str(node.data).lower()
        return (
            f"Write {'true' if said in ('yes', 'on', 'y', '1') else 'false'}."
            if said in _YES_NO
            else "Write true or false."
        )
    if what == "a list of names" and isinstance(node, Scalar) and node.data is not None:
        return f"Write it in brackets: [{node.data}]."
    if "text" in what and isinstance(node, Scalar) and not isinstance(node.data, str | None):
        return f"Quote it: '{node.raw}'."
    example = re.search(r": ([\[{].*)", what)
    return f"Write it as {example[1]}." if example else ""


def _shown(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return "nothing" if node.data is None else f"“{str(node.raw or node.data)[:60]}”"


def _noun(schema: Any) -> str:
    return schema.get("x-noun", "this") if isinstance(schema, dict) else "this"


def _example(schema: Any, name: str) -> str:
    what = schema.get("properties", {}).get(name, {}).get("x-what", "") if isinstance(schema, dict) else ""
    if not what:
        return ""
    return f"Add “{name}:” and {what if what.startswith(('a ', 'an ', 'one ', 'the ')) else f'a {what}'}."


def _at(node: Node, path: Path) -> Node:
    for step in path:
        if isinstance(node, Mapping):
            node = node.entries[str(step)]
        elif isinstance(node, Sequence):
            node = node.items[int(step)]
    return node


def _without(node: Node, bad: set[Path], above: set[Path], path: Path) -> Node | None:
    """The node without the bad paths; what does not lie `above` one of them stays the same object."""
    if path in bad:
        return None
    if path not in above:
        return node
    if isinstance(node, Mapping):
        kept = {key: _without(value, bad, above, (*path, key)) for key, value in node.entries.items()}
        entries = {key: value for key, value in kept.items() if value is not None}
        return Mapping(entries, node.keys, node.place, node.layer)
    if isinstance(node, Sequence):
        items = [_without(item, bad, above, (*path, at)) for at, item in enumerate(node.items)]
        return Sequence(tuple(item for item in items if item is not None), node.place, node.layer)
    return node
