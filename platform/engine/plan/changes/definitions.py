"""Changes of definitions: what no table shows, such as labels, views, rules and roles, a line for each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from customary.engine.plan.change import Change
from customary.engine.plan.changes.renames import rename_documents
from customary.engine.plan.changes.renamings import Documents
from customary.engine.plan.changes.stages import GIVEN
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.differences import ABSENT, differences, short
from customary.engine.plan.line import DESTRUCTIVE, ONLINE, SAFE, Line
from customary.engine.text import Source, plain
from customary.engine.words import Reason

PARTS = {
    "fields": "field",
    "views": "view",
    "layout": "section",
    "checks": "check",
    "unique": "unique",
    "no_overlap": "no_overlap",
    "at_most": "at_most",
    "stages": "stage",
    "tiles": "tile",
    "entities": "rights",
    "pipelines": "rights",
}
"""Keys under which named parts stand, and the word for one of them."""

FOLLOWING = frozenset({("role", "entities"), ("role", "pipelines"), ("web_form", "fields")})
"""Where parts have the names of what they are about, whose own line tells that it was renamed."""

IN_ANOTHER_ORDER = Reason("in another order")
KEPT = {"stage": Reason("records that have it keep it"), "pipeline": Reason("records keep the stage they are in")}
"""What is told of parts that records know, when they go."""


def compare_definitions(comparison: Comparison, source: Source | None) -> Iterator[Change]:
    """The changes between the merged definitions of the current release and `source`."""
    if source is None:
        return
    applied = comparison.current.source if comparison.current else None
    old, new = _documents(applied), _documents(source)
    renamed = _renames(comparison, "entity", None)
    if applied is not None:
        yield from _keys("workspace", "", applied.said_of_all, source.said_of_all)
    documents = comparison.renamings.of_documents(old, new)
    yield from rename_documents(documents, comparison.renamings.of_rows())
    handed_over = {(kind, before) for (kind, _), before in documents.items()}
    kept = set()
    for (kind, name), body in new.items():
        names = renamed if kind == "entity" else {name: documents.get((kind, name), name)}
        key = (kind, names.get(name, name))
        kept.add(key)
        if key in old and (key != (kind, name) or key not in handed_over):
            told = kind == "entity" and name in comparison.moved
            said = frozenset({"was"}) if told else _said(name, names)
            yield from _document(comparison, kind, name, old[key], body, said)
        elif kind != "entity":
            yield Change(line=Line(sign="+", kind=kind, path=name))
    for kind, name in old:
        if (kind, name) not in kept and kind != "entity":
            yield Change(line=_gone(kind, name))


def _document(
    comparison: Comparison, kind: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any], said: frozenset[str]
) -> Iterator[Change]:
    parted = [key for key in PARTS if isinstance(old.get(key, {}), Mapping) and isinstance(new.get(key, {}), Mapping)]
    rest = [{key: value for key, value in each.items() if key not in parted} for each in (old, new)]
    yield from _keys(kind, name, *rest, skip=said)
    for key in parted:
        before, after = old.get(key) or {}, new.get(key) or {}
        if kind == "entity" and key == "fields":
            yield from _fields(comparison, name, before, after)
        elif kind == "pipeline" and key == "stages":
            yield from _named("stage", name, before, after, _stage_renames(comparison, new))
        elif (kind, key) in FOLLOWING:
            renamed = _followed(comparison, key, new)
            yield from _named(PARTS[key], name, before, after, renamed, tells="+-")
        else:
            renamed = comparison.renamings.of((kind, name, key), before, after)
            yield from _named(PARTS[key], name, before, after, renamed)
        yield from _order(kind, name, key, before, after)


def _fields(comparison: Comparison, entity: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    owner = comparison.tables.catalogue.entity(entity).id
    renamed = _renames(comparison, "field", owner)
    # Where another entity joins, its line tells of the fields it has under other names.
    skip = frozenset({"type", "options", *(["was"] if entity in comparison.moved else [])})
    yield from _named("field", entity, old, new, renamed, tells="", skip=skip)
    for name, body in new.items():
        was = old.get(renamed.get(name, name))
        entry = comparison.tables.catalogue.find("field", owner, name)
        if isinstance(was, Mapping) and isinstance(body, Mapping) and entry is not None:
            options = _renames(comparison, "option", entry.id)
            before, after = _options(was.get("options")), _options(body.get("options"))
            yield from _named("option", f"{entity}.{name}", before, after, options, tells="")
            yield from _order("field", f"{entity}.{name}", "options", before, after)


def _named(
    kind: str,
    owner: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    renamed: Mapping[str, str],
    tells: str = "+-→",
    skip: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """Parts that stand under names. Of their coming, going and renaming it `tells` what no other line does."""
    kept = {renamed.get(name, name) for name in new}
    for name, value in new.items():
        was, path = renamed.get(name, name), f"{owner}.{name}"
        if was != name and "→" in tells:
            yield Change(line=Line(sign="→", kind=kind, path=path, before=was, after=name))
        if was in old:
            yield from _keys(kind, path, old[was], value, skip | _said(name, renamed))
        elif "+" in tells:
            yield Change(line=Line(sign="+", kind=kind, path=path))
    for name in old:
        if name not in kept and "-" in tells:
            yield Change(line=_gone(kind, f"{owner}.{name}"))


def _gone(kind: str, path: str) -> Line:
    line = Line(sign="-", kind=kind, path=path)
    return replace(line, notes=(KEPT[kind],), grade=DESTRUCTIVE) if kind in KEPT else line


def _order(kind: str, path: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if [name for name in new if name in old] != [name for name in old if name in new]:
        yield Change(line=Line(sign="~", kind=kind, path=path, key=key, notes=(IN_ANOTHER_ORDER,)))


def _keys(kind: str, path: str, old: Any, new: Any, skip: frozenset[str] = frozenset()) -> Iterator[Change]:
    """A line for each key that differs."""
    if not isinstance(old or {}, Mapping) or not isinstance(new or {}, Mapping):
        if old != new:
            before, after = short("", old), short("", new)
            yield Change(line=Line(sign="~", kind=kind, path=path, key="value", before=before, after=after))
        return
    old, new = old or {}, new or {}
    for key in {**old, **new}:
        if key not in skip:
            for each in differences(str(key), old.get(key, ABSENT), new.get(key, ABSENT)):
                grade = ONLINE if kind == "stage" and key in GIVEN else SAFE
                yield Change(line=Line(sign="~", kind=kind, path=path, grade=grade, **each._asdict()))


def _said(name: str, renamed: Mapping[str, str]) -> frozenset[str]:
    """A renaming that has a line of its own says what `was:` would."""
    return frozenset({"was"}) if renamed.get(name, name) != name else frozenset()


def _documents(source: Source | None) -> Documents:
    if source is None:
        return {}
    return {key: plain(document.body) for key, document in source.documents.items()}


def _options(written: Any) -> Mapping[str, Any]:
    """Options by name, however they are written."""
    if isinstance(written, Mapping):
        return written
    return {each: {} for each in written or () if isinstance(each, str)}


def _renames(comparison: Comparison, kind: str, parent: UUID | None) -> dict[str, str]:
    """Today's name to the name before, of all that stays."""
    return {
        turn.after.name: turn.before.name
        for turn in comparison.turns_below[kind, parent]
        if turn.before and turn.verb not in ("retired", "revived")
    }


def _followed(comparison: Comparison, key: str, document: Mapping[str, Any]) -> Mapping[str, str]:
    """Today's name to the name before, of what the parts under a key are about."""
    if key == "entities":
        return _renames(comparison, "entity", None)
    if key == "pipelines":
        return comparison.renamings.found.get(("pipeline",), {})
    entity = comparison.tables.catalogue.find("entity", None, str(document.get("entity")))
    return _renames(comparison, "field", entity.id) if entity else {}


def _stage_renames(comparison: Comparison, pipeline: Mapping[str, Any]) -> dict[str, str]:
    owner = comparison.tables.catalogue.find("entity", None, str(pipeline.get("entity")))
    stage = comparison.tables.catalogue.find("field", owner.id, "stage") if owner else None
    return _renames(comparison, "option", stage.id) if stage else {}
