"""Dashboards: what their tiles ask is checked against the entities, and every expression compiled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from customary.engine.expressions.types import DATE, DATETIME, ListOf, Record
from customary.engine.model.build import Build, Sketch, frozen, items, label, plain
from customary.engine.model.entities.view import sorting
from customary.engine.model.entity import with_pieces
from customary.engine.model.tile import COUNT, Dashboard, Tile
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document
from customary.engine.words import words

FIGURES = ("sum", "avg", "min", "max")
USUAL = {"bar": 10, "line": 12, "table": 5}
"""How many bars, stretches or records a tile has where it does not say."""


def compile_dashboards(build: Build) -> Mapping[str, Dashboard]:
    """The dashboards by name."""
    return frozen({name: _dashboard(build, each) for name, each in build.definitions.of("dashboard").items()})


def check_dashboards(build: Build) -> None:
    """Adds a problem for each dashboard that a role names and nobody declares."""
    known = build.definitions.of("dashboard")
    for document in build.definitions.of("role").values():
        given = document.body.get("dashboards")
        for each in given.items if isinstance(given, text.Sequence) else ():
            build.one_of(each, known, "a dashboard")


def _dashboard(build: Build, document: Document) -> Dashboard:
    body = document.body
    tiles = {name: tile for name, each in items(body.get("tiles")) if (tile := _tile(build, name, each)) is not None}
    return Dashboard(
        name=document.name,
        label=label(body, document.name),
        help=words(plain(body, "help")),
        icon=plain(body, "icon", "chart-column"),
        tiles=frozen(tiles),
    )


def _tile(build: Build, name: str, body: text.Mapping) -> Tile | None:
    _check_rights(build, body)
    kind, sketch = plain(body, "kind"), _entity(build, body)
    if sketch is None:
        return None
    figure, field = _figure(build, sketch, body)
    return Tile(
        name=name,
        label=label(body, name),
        help=words(plain(body, "help")),
        kind=kind,
        entity=sketch.name,
        where=build.question(body.get("where"), build.names(sketch.name, old=False)),
        figure=figure,
        field=field,
        by=_by(build, sketch, kind, body),
        unit=_unit(build, kind, body),
        most=plain(body, "last" if kind == "line" else "top", USUAL.get(kind, 0)),
        target=Decimal(str(plain(body, "target"))) if "target" in body else None,
        pipeline=plain(body, "pipeline", ""),
        columns=build.field_names(body.get("columns"), sketch, with_pieces(sketch.fields)),
        sort=sorting(build, sketch, body.get("sort")),
    )


def _check_rights(build: Build, body: text.Mapping) -> None:
    """What is told with the rights of another than who looks would tell of records that no role opened to them, and
    of whom a text in a folder would be, nobody can say."""
    if plain(body, "rights") == "owner":
        remedy = "Leave it out: a tile counts with the rights of whoever looks."
        build.add(body.get("rights").place, "nobody owns a dashboard, so nobody else's rights can count", remedy)


def _entity(build: Build, body: text.Mapping) -> Sketch | None:
    if "of" in body:
        return build.entity_named(body.get("of"))
    known = {each.name: sketch for sketch in build.sketches.values() for each in sketch.pipelines}
    node = body.get("pipeline")
    name = build.one_of(node, known, "a pipeline") if node is not None else None
    return known[name] if name else None


def _figure(build: Build, sketch: Sketch, body: text.Mapping) -> tuple[str, str]:
    """What is reckoned, and with which field."""
    given = [each for each in FIGURES if each in body]
    for other in given[1:]:
        build.add(body.place_of(other), f"a tile has one figure, and “{given[0]}” is it", "Make another tile of it.")
    if not given:
        return COUNT, ""
    how, node = given[0], body.get(given[0])
    name = build.one_of(node, sketch.fields, f"a field of {sketch.name}")
    if name is None:
        return COUNT, ""
    each = sketch.fields[name]
    if not (each.summable if how in ("sum", "avg") else each.ranged):
        build.add(node.place, f"“{name}” has no {how}", f"It is a {each.kind} field.")
    return how, name


def _by(build: Build, sketch: Sketch, kind: str, body: text.Mapping) -> str:
    """What records are told apart by: a day, or for bars whatever has one value."""
    node = body.get("by")
    if node is None:
        return ""
    if kind == "bar":
        return _apart(build, sketch, node)
    name = build.one_of(node, sketch.fields, f"a field of {sketch.name}")
    if name is not None and sketch.fields[name].value_type not in (DATE, DATETIME):
        build.add(node.place, f"“{name}” is no date", f"It is a {sketch.fields[name].kind} field.")
    return name or ""


def _apart(build: Build, sketch: Sketch, node: text.Node) -> str:
    written = str(text.plain(node))
    if written in sketch.fields:
        each = sketch.fields[written]
        if not each.groupable:
            build.add(node.place, f"“{written}” cannot be grouped by", f"It is a {each.kind} field.")
        return written
    if "." not in written:
        build.add(node.place, f"“{written}” is not a field of {sketch.name}", did_you_mean(written, sketch.fields))
        return ""
    found = build.expression(node, build.names(sketch.name, old=False))
    if found is not None and isinstance(found.type, ListOf | Record):
        build.add(node.place, f"“{written}” is not one value", "Name a field of it.")
    return found.text if found else ""


def _unit(build: Build, kind: str, body: text.Mapping) -> str:
    """The stretch of time that the tile cuts its days into."""
    if kind == "line":
        return plain(body, "each", "month")
    compared = plain(body, "compare", "").removeprefix("last ")
    if compared and "by" not in body:
        build.add(body.get("compare").place, "“compare” needs “by”", "Say by which date: by: created_at.")
    if not compared and kind == "number" and "by" in body:
        build.add(body.get("by").place, "“by” needs “compare”", "Say with what: compare: last month.")
    return compared
