"""Lays the packs and the workspace over each other: by kind, name and key, before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine.problem import Place, Problems, did_you_mean
from customary.engine.text.node import Mapping, Node, Scalar, Sequence
from customary.engine.text.source import Document, File, Source

ORDERED = frozenset({"fields", "options", "stages", "views", "layout", "checks", "tiles", "questions", "navigation"})
"""Mappings whose entries may say `after:` or `before:` which other entry they stand."""

EDITS = frozenset({"add", "remove", "before", "after"})


def merge(documents: Iterable[Document], problems: Problems, files: tuple[File, ...] = ()) -> Source:
    """The documents, given in layer order, as one Source."""
    merged: dict[tuple[str, str], Document] = {}
    said: dict[tuple[str, str, str], Place] = {}
    navigation: Node | None = None
    settings = Mapping({}, {}, Place("customary.yaml"))
    for document in sorted(documents, key=lambda each: each.kind == "workspace"):
        if document.kind in ("pack", "workspace") and (groups := document.body.get("navigation")):
            navigation = laid(navigation, groups, "navigation", problems)
        if document.kind == "workspace":
            settings = document.body
            continue
        below = merged.get((document.kind, document.name))
        first = said.setdefault((document.layer, document.kind, document.name), document.place)
        if first is not document.place and document.kind != "pack":
            problems.add(
                document.place,
                f"“{document.kind}: {document.name}” is there twice",
                f"The first is at {first.file}:{first.line}; keep one.",
            )
            continue
        if document.kind == "pack":
            merged[document.kind, document.name] = document
        else:
            merged[document.kind, document.name] = _lay(below, document, problems)
    return Source(files, settings, merged, navigation if isinstance(navigation, Mapping) else None)


def _lay(below: Document | None, above: Document, problems: Problems) -> Document:
    body = laid(below.body if below else None, above.body, "", problems)
    assert isinstance(body, Mapping)
    broken = above.broken or (below is not None and below.broken)
    return Document(above.kind, above.name, body, below.place if below else above.place, above.layer, broken)


def laid(below: Node | None, above: Node, key: str, problems: Problems) -> Node:
    """`above` laid over `below`; `key` is the key under which both stand, "" for a whole document."""
    if not isinstance(above, Mapping):
        return above
    if isinstance(below, Sequence) and above.entries:
        if key != "options" or EDITS.issuperset(above.entries):
            return _edited(below, above, problems)
        below = as_mapping(below)
    if not isinstance(below, Mapping):
        below = None
    return _merged_mapping(below, above, key, problems)


def _merged_mapping(below: Mapping | None, above: Mapping, key: str, problems: Problems) -> Mapping:
    if below is None and key not in ORDERED and not any(isinstance(each, Mapping) for each in above.entries.values()):
        return above
    entries = dict(below.entries) if below else {}
    keys = dict(below.keys) if below else {}
    positions: list[tuple[str, str, Scalar]] = []
    for name, value in above.entries.items():
        if below and name in entries and isinstance(value, Scalar) and value.data is None:
            del entries[name], keys[name]
            continue
        if key in ORDERED and isinstance(value, Mapping):
            value = _without_position(name, value, positions)
        entries[name] = laid(entries.get(name), value, name, problems)
        keys.setdefault(name, above.keys[name])
    for name, side, target in positions:
        entries = _moved(entries, name, side, target, problems)
    return Mapping(entries, keys, below.place if below else above.place, above.layer)


def _without_position(name: str, value: Mapping, positions: list[tuple[str, str, Scalar]]) -> Mapping:
    for side in ("after", "before"):
        target = value.entries.get(side)
        if isinstance(target, Scalar) and isinstance(target.data, str):
            positions.append((name, side, target))
            entries = {key: each for key, each in value.entries.items() if key != side}
            value = Mapping(entries, value.keys, value.place, value.layer)
    return value


def _moved(entries: dict[str, Node], name: str, side: str, target: Scalar, problems: Problems) -> dict[str, Node]:
    if target.data not in entries or target.data == name:
        others = [each for each in entries if each != name]
        problems.add(target.place, f"there is no “{target.data}” to stand {side}", did_you_mean(target.data, others))
        return entries
    order = [each for each in entries if each != name]
    order.insert(order.index(target.data) + (side == "after"), name)
    return {each: entries[each] for each in order}


def _edited(below: Sequence, edits: Mapping, problems: Problems) -> Sequence:
    """A mapping over a list edits it: add, remove, before, after."""
    items = list(below.items)
    for name, value in edits.items():
        if name == "add":
            items += [each for each in _items(value) if not _index(items, each) >= 0]
        elif name == "remove":
            for each in _items(value):
                if (at := _index(items, each)) >= 0:
                    del items[at]
                else:
                    problems.add(each.place, f"“{_word(each)}” is not in the list", "Remove what is there.")
        elif name in ("before", "after") and isinstance(value, Mapping):
            _insert(items, name, value, problems)
        else:
            problems.add(edits.place_of(name), f"“{name}” does not edit a list", "Known: add, remove, before, after.")
    return Sequence(tuple(items), below.place, edits.layer)


def _insert(items: list[Node], side: str, value: Mapping, problems: Problems) -> None:
    for target, new in value.items():
        at = _index(items, Scalar(target, value.keys[target]))
        if at < 0:
            problems.add(value.keys[target], f"“{target}” is not in the list", "Name an item that is there.")
            continue
        at += side == "after"
        items[at:at] = _items(new)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _index(items: list[Node], wanted: Node) -> int:
    word = _word(wanted)
    return next((at for at, each in enumerate(items) if isinstance(each, Scalar) and _word(each) == word), -1)


def _word(node: Node) -> str:
    return str(node.data) if isinstance(node, Scalar) else "this"


def as_mapping(items: Sequence) -> Mapping:
    """A list of options as the mapping that it is short for."""
    names = [each for each in items if isinstance(each, Scalar) and isinstance(each.data, str)]
    return Mapping(
        {each.data: Mapping({}, {}, each.place, each.layer) for each in names},
        {each.data: each.place for each in names},
        items.place,
        items.layer,
    )
