"""Changes of definitions: what no table shows, such as labels, views, rules and roles, one line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from customary.engine.plan.change import Change
from customary.engine.plan.fields import Comparison
from customary.engine.text import Source, plain

PARTS = {
    "fields": "field",
    "views": "view",
    "layout": "section",
    "checks": "check",
    "unique": "unique",
    "stages": "stage",
    "entities": "rights",
    "pipelines": "rights",
}
"""Keys under which named parts stand, and the word for one of them."""

OF_TABLES = frozenset({"fields", "stages"})
"""Parts whose coming and going the tables' own changes already tell."""

Documents = Mapping[tuple[str, str], Mapping[str, Any]]


def compare_definitions(comparison: Comparison, source: Source | None) -> Iterator[Change]:
    """The changes between the merged definitions of the current release and `source`."""
    if source is None:
        return
    applied = comparison.current.source if comparison.current else None
    old, new = _documents(applied), _documents(source)
    renamed = _renamed_entities(comparison)
    if applied is not None:
        yield from _keys("workspace", plain(applied.settings), plain(source.settings))
    gone = set(old)
    for (kind, name), body in new.items():
        was = old.get((kind, renamed.get(name, name) if kind == "entity" else name))
        gone.discard((kind, renamed.get(name, name) if kind == "entity" else name))
        if was is None:
            if kind != "entity":
                yield Change(sign="+", text=f"{kind} {name}")
        else:
            yield from _document(comparison, kind, name, was, body)
    for kind, name in gone:
        if kind != "entity":
            yield Change(sign="-", text=f"{kind} {name}")


def _document(
    comparison: Comparison, kind: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    parted = {key for key in PARTS if isinstance(old.get(key, {}), Mapping) and isinstance(new.get(key, {}), Mapping)}
    rest_old = {key: value for key, value in old.items() if key not in parted}
    rest_new = {key: value for key, value in new.items() if key not in parted}
    yield from _keys(f"{kind} {name}", rest_old, rest_new)
    for key in PARTS:
        if key in parted:
            renamed = _renamed_fields(comparison, name) if kind == "entity" and key == "fields" else {}
            yield from _parts(f"{PARTS[key]} {name}.", key, old.get(key) or {}, new.get(key) or {}, renamed)


def _parts(
    words: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any], renamed: Mapping[str, str]
) -> Iterator[Change]:
    silent = key in OF_TABLES
    for name, value in new.items():
        was = renamed.get(name, name)
        if was not in old:
            if not silent:
                yield Change(sign="+", text=words + name)
        else:
            yield from _keys(words + name, old[was], value, skip=frozenset({"type"}) if silent else frozenset())
    kept = {renamed.get(name, name) for name in new}
    for name in old:
        if name not in kept and not silent:
            yield Change(sign="-", text=words + name)
    if [name for name in new if name in old] != [name for name in old if name in new]:
        yield Change(sign="~", text=words.rstrip(".") + ": order")


def _keys(words: str, old: Any, new: Any, skip: frozenset[str] = frozenset()) -> Iterator[Change]:
    """One line that names the keys which differ."""
    if old == new:
        return
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield Change(sign="~", text=words)
        return
    keys = [key for key in {**old, **new} if old.get(key, _ABSENT) != new.get(key, _ABSENT) and key not in skip]
    if keys:
        yield Change(sign="~", text=f"{words}: {', '.join(map(str, keys))}")


_ABSENT = object()


def _documents(source: Source | None) -> Documents:
    if source is None:
        return {}
    return {key: plain(document.body) for key, document in source.documents.items()}


def _renamed_entities(comparison: Comparison) -> dict[str, str]:
    """New name to old name of the entities that are renamed."""
    return {
        turn.after.name: turn.before.name
        for turn in comparison.turns
        if turn.after.kind == "entity" and turn.before and turn.verb != "retired"
    }


def _renamed_fields(comparison: Comparison, entity: str) -> dict[str, str]:
    owner = comparison.tables.catalogue.find("entity", None, entity)
    return {
        turn.after.name: turn.before.name
        for turn in comparison.turns
        if owner and turn.after.kind == "field" and turn.after.parent == owner.id
        if turn.before and turn.verb not in ("retired", "revived")
    }
