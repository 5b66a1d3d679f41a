"""Views, the form's layout, titles, checks: what an entity declares about its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.expressions import Template
from customary.engine.fields import kinds
from customary.engine.model.build import Build, Sketch, frozen, items, label, plain
from customary.engine.model.entities.field import text_like
from customary.engine.model.entity import Check, Section, View, with_pieces
from customary.engine.model.pipeline import Pipeline
from customary.engine.text import node as text
from customary.engine.words import Words, words

ALL = Words({"en": "All", "zh": "全部", "el": "Όλα"})
DETAILS = Words({"en": "Details", "zh": "详细信息", "el": "Στοιχεία"})
MORE = Words({"en": "More", "zh": "更多", "el": "Περισσότερα"})
MUST_HOLD = Words({"en": "is not allowed", "zh": "不符合规定", "el": "δεν επιτρέπεται"})

SUMMED = tuple(word for word, each in kinds().items() if each.summable)
GROUPED = ("choice", "user", "link", "boolean")
COLUMNS = 6


def compile_title(build: Build, sketch: Sketch) -> Template:
    """The title as a template: of the key `title`, else of the first field that is a text."""
    names = build.names(sketch.name, old=False)
    node = sketch.body.get("title")
    if node is not None:
        written = str(text.plain(node))
        if "{{" in written:
            made = build.template(node, names)
        else:
            name = build.one_of(node, sketch.fields, f"a field of {sketch.name}")
            made = _hole(build, name, names, node) if name else None
        if made is not None:
            return made
    first = next(iter(text_like(sketch.fields.values())), None)
    written = f"{{{{ {first.name} }}}}" if first else str(sketch.label)
    return build.template(text.Scalar(written, sketch.document.place), names)


def _hole(build: Build, name: str, names: Any, node: text.Node) -> Template | None:
    return build.template(text.Scalar(f"{{{{ {name} }}}}", node.place), names)


def compile_checks(build: Build, sketch: Sketch) -> tuple[Check, ...]:
    """The rules over whole records."""
    found = []
    names = build.names(sketch.name)
    for name, body in items(sketch.body.get("checks")):
        field = body.get("field")
        shown = build.one_of(field, sketch.fields, f"a field of {sketch.name}") if field is not None else None
        condition = build.condition(body.get("check"), names)
        message = plain(body, "message")
        if condition is not None:
            said = words(message) if message else MUST_HOLD
            found.append(Check(name=name, condition=condition, message=said, field=shown))
    return tuple(found)


def compile_unique(build: Build, sketch: Sketch) -> Mapping[str, tuple[str, ...]]:
    """Groups of fields of which no two living records agree in all."""
    groups = sketch.body.get("unique")
    found: dict[str, tuple[str, ...]] = {}
    for name, node in groups.items() if isinstance(groups, text.Mapping) else ():
        fields = build.field_names(node, sketch)
        for each in (sketch.fields[field] for field in fields):
            if not each.comparable:
                build.add(node.place, f"“{each.name}” cannot make records unique", "Use a field of one value.")
        if fields:
            found[name] = fields
    return frozen(found)


def compile_views(build: Build, sketch: Sketch) -> Mapping[str, View]:
    """The declared views, and a table of all records where none is called `all`."""
    found = {name: _view(build, sketch, name, body) for name, body in items(sketch.body.get("views"))}
    if "all" not in found:
        sort = (("created_at", True),)
        columns = _columns(sketch)
        found["all"] = View(name="all", label=ALL, kind="table", entity=sketch.name, columns=columns, sort=sort)
    return frozen(found)


def _view(build: Build, sketch: Sketch, name: str, body: text.Mapping) -> View:
    kind = plain(body, "kind", "table")
    highlights = tuple(each for each in plain(sketch.body, "highlights", ()) if each in sketch.fields)
    columns = build.field_names(body.get("columns"), sketch, [*sketch.inverses, *with_pieces(sketch.fields)])
    pipeline = _pipeline(build, sketch, body) if kind == "board" else None
    return View(
        name=name,
        label=label(body, name),
        kind=kind,
        entity=sketch.name,
        columns=columns or _columns(sketch),
        where=build.question(body.get("where"), build.names(sketch.name, old=False)),
        sort=sorting(build, sketch, body.get("sort")),
        pipeline=pipeline.name if pipeline else None,
        card=build.field_names(body.get("card"), sketch, with_pieces(sketch.fields)) or highlights[:3],
        sum=_of_kind(build, sketch, body.get("sum"), SUMMED, "summed"),
        group=_of_kind(build, sketch, body.get("group"), GROUPED, "grouped by"),
    )


def _columns(sketch: Sketch) -> tuple[str, ...]:
    wanted = [each.name for each in text_like(sketch.fields.values())][:1]
    wanted += [name for name in plain(sketch.body, "highlights", ()) if name in sketch.fields]
    if "stage" in sketch.fields:
        wanted.append("stage")
    wanted += [each.name for each in sketch.fields.values() if not each.system and each.listed]
    return tuple(dict.fromkeys(wanted))[:COLUMNS] or ("created_at",)


def sorting(build: Build, sketch: Sketch, node: text.Node | None) -> tuple[tuple[str, bool], ...]:
    """The fields in whose order records come, and whether each descends."""
    found = []
    for item in node or ():
        written = str(text.plain(item))
        name = written.removeprefix("-")
        named = text.Scalar(name, item.place)
        columns = with_pieces(sketch.fields)
        if build.one_of(named, columns, f"a field of {sketch.name}") is None:
            continue
        if not columns[name].sortable:
            build.add(item.place, f"“{name}” cannot be sorted by", f"A {columns[name].kind} field has no order.")
        else:
            found.append((name, written.startswith("-")))
    return tuple(found)


def _pipeline(build: Build, sketch: Sketch, body: text.Mapping) -> Pipeline | None:
    own = {each.name: each for each in sketch.pipelines}
    if (node := body.get("pipeline")) is not None:
        return own.get(build.one_of(node, own, f"a pipeline of {sketch.name}") or "")
    if not own:
        if "group" not in body:
            build.add(body.place, f"{sketch.name} has no pipeline to show as a board", "Add group: and a choice field.")
        return None
    if len(own) > 1:
        build.add(body.place, f"{sketch.name} has several pipelines", f"Add pipeline: {next(iter(own))}.")
    return next(iter(own.values()))


def _of_kind(build: Build, sketch: Sketch, node: text.Node | None, kinds: tuple[str, ...], verb: str) -> str | None:
    if node is None:
        return None
    name = build.one_of(node, sketch.fields, f"a field of {sketch.name}")
    if name is not None and sketch.fields[name].kind not in kinds:
        build.add(node.place, f"“{name}” cannot be {verb}", f"It is a {sketch.fields[name].kind} field.")
        return None
    return name


def compile_layout(build: Build, sketch: Sketch) -> tuple[Section, ...]:
    """The sections of the form. A field that no section names stands in the last one, so that none is lost."""
    found = []
    placed: set[str] = set()
    for name, body in items(sketch.body.get("layout")):
        rows = []
        for row in body.get("rows") or ():
            fields = build.field_names(row, sketch, sketch.inverses)
            for each in fields:
                if each in placed:
                    build.add(row.place, f"“{each}” is placed twice", "Take one away.")
            placed.update(fields)
            rows.append(fields)
        tab = plain(body, "tab", False)
        found.append(Section(name=name, label=label(body, name), rows=tuple(rows), tab=tab))
    rest = [each for each in sketch.fields.values() if not each.system and each.name not in placed]
    if rest:
        name, title = ("more_fields", MORE) if found else ("details", DETAILS)
        found.append(Section(name=name, label=title, rows=tuple(_pairs(rest))))
    return tuple(found)


def _pairs(fields: Iterable[Any]) -> Iterable[tuple[str, ...]]:
    """Two to a row; what needs the whole width alone."""
    waiting: str | None = None
    for each in fields:
        if each.wide:
            if waiting:
                yield (waiting,)
            waiting = None
            yield (each.name,)
        elif waiting:
            yield waiting, each.name
            waiting = None
        else:
            waiting = each.name
    if waiting:
        yield (waiting,)
