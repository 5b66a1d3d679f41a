"""Defaults in the order of what they read, so that one that reads another finds its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from customary.engine.expressions import Expression, Template
from customary.engine.fields import Field
from customary.engine.model.build import Build, Sketch
from customary.engine.model.dependence import own_reads

Fields = Mapping[str, Field]


def in_order(fields: Fields) -> tuple[Field, ...]:
    """The fields that have a default: as they are written, but each after those whose defaults it reads."""
    found: dict[str, Field] = {}
    for name in _with_default(fields):
        _take(fields, name, found, ())
    return tuple(found.values())


def check_defaults(build: Build) -> None:
    """Adds a problem for every default that needs its own value."""
    for sketch in build.sketches.values():
        told: set[str] = set()
        for name in _with_default(sketch.fields):
            if name not in told and (circle := _circle(sketch.fields, name)):
                told.update(circle)
                _tell(build, sketch, circle)


def value_of(default: Any, scope: Any) -> Any:
    """What a default gives in a scope."""
    if isinstance(default, Expression):
        return default.evaluate(scope)
    return default.render(scope) if isinstance(default, Template) else default


def _with_default(fields: Fields) -> Iterator[str]:
    return (name for name, each in fields.items() if each.default is not None)


def _take(fields: Fields, name: str, found: dict[str, Field], waiting: tuple[str, ...]) -> None:
    if name in found or name in waiting:
        return
    for read in _read_defaults(fields, name):
        _take(fields, read, found, (*waiting, name))
    found[name] = fields[name]


def _read_defaults(fields: Fields, name: str) -> Iterable[str]:
    """The fields with defaults that the default of a field reads, as they are written."""
    default = fields[name].default
    if not isinstance(default, Expression | Template):
        return ()
    read = own_reads(fields, default)
    return (each for each in _with_default(fields) if each in read)


def _circle(fields: Fields, name: str) -> tuple[str, ...]:
    """The way on which a default comes back to itself; empty where it does not."""
    ways, seen = [(name,)], {name}
    for way in ways:
        for read in _read_defaults(fields, way[-1]):
            if read == name:
                return way
            if read not in seen:
                seen.add(read)
                ways.append((*way, read))
    return ()


def _tell(build: Build, sketch: Sketch, circle: tuple[str, ...]) -> None:
    name = circle[0]
    way = " → ".join((*circle, name))
    place = sketch.nodes[name].get("default").place
    build.add(place, f"the default of “{name}” needs its own value", f"{way}.")
