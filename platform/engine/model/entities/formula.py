"""Computed fields that run back into themselves: a problem, because they could never be computed."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine.model.build import Build

Computed = tuple[str, str]
"""An entity and a field of it."""


def check_circles(build: Build) -> None:
    """Adds a problem for every computed field that needs its own value."""
    needs = {
        (sketch.name, each.name): tuple(_needs(build, sketch.name, each.formula.paths))
        for sketch in build.sketches.values()
        for each in sketch.fields.values()
        if each.formula is not None
    }
    settled: set[Computed] = set()
    for start in needs:
        _walk(build, start, needs, [], settled)


def _walk(
    build: Build,
    at: Computed,
    needs: dict[Computed, tuple[Computed, ...]],
    path: list[Computed],
    settled: set[Computed],
) -> None:
    if at in settled or at not in needs:
        return
    if at in path:
        entity, field = at
        circle = " → ".join(f"{each[0]}.{each[1]}" for each in [*path[path.index(at) :], at])
        word = build.sketches[entity].fields[field].computed
        place = build.sketches[entity].nodes[field].get(word).place
        build.add(place, f"the {word} of “{field}” needs its own value", f"{circle}.")
        settled.update(path)
        return
    for further in needs[at]:
        _walk(build, further, needs, [*path, at], settled)
    settled.add(at)


def _needs(build: Build, entity: str, paths: Iterable[tuple[str, ...]]) -> Iterable[Computed]:
    """Every field that paths read on their way."""
    for path in paths:
        here = {entity}
        for name in path:
            yield from ((each, name) for each in here)
            here = {to for each in here for to in _reached(build, each, name)}


def _reached(build: Build, entity: str, name: str) -> Iterable[str]:
    """The entities that a link, or a list of records, leads to."""
    sketch = build.sketches[entity]
    if name in sketch.inverses:
        return (sketch.inverses[name].entity,)
    to = getattr(sketch.fields.get(name), "to", ())
    return [each for each in ((to,) if isinstance(to, str) else to) if each in build.sketches]
