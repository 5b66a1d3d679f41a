"""What a workspace lays over its packs, as a side of a merge: every line that it writes is its word."""

from __future__ import annotations

from customary.engine.problem import Problems
from customary.engine.text import Mapping, Node, Scalar, Sequence
from customary.engine.text.layers import EDITS, ORDERED, as_mapping, laid
from customary.engine.upgrade.merge import renamed, same

POSITIONS = ("after", "before")


def sides(base: Node | None, own: Node, theirs: Node | None, key: str = "") -> tuple[Node | None, Node | None]:
    """Base and ours of a merge in which `own` was laid over `base` and is to lie over `theirs`.

    A line that says what the pack said all the same counts as the workspace's: the base is without it. A list that
    is edited (`add`, `remove`) is edited anew, so the pack may change it as well.
    """
    if key == "options" and isinstance(own, Mapping) and not _edits(own):
        base, theirs = (as_mapping(each) if isinstance(each, Sequence) else each for each in (base, theirs))
    if isinstance(own, Mapping) and isinstance(base, Mapping):
        return _mappings(base, own, theirs, key)
    if isinstance(own, Mapping) and isinstance(base, Sequence) and isinstance(theirs, Sequence) and _edits(own):
        again = edited_again(theirs, own, key)
        return (theirs, again) if again is not None else (base, laid(base, own, key, Problems()))
    if isinstance(own, Mapping):
        return base, laid(base, own, key, Problems())
    if isinstance(own, Scalar) and own.data is None and (base is not None or theirs is not None):
        return (own if base is None else base), None
    return (None if same(base, own) else base), own


def edited_again(items: Sequence, own: Mapping, key: str) -> Node | None:
    """A list with the workspace's edits. What they remove may be gone; None where they stand beside what is gone."""
    problems = Problems()
    edited = without_gone(items, own)
    found = laid(items, edited, key, problems) if len(edited) else items
    return None if len(problems) else found


def without_gone(items: Sequence, own: Mapping) -> Mapping:
    """The edits of a list, but for those that take out what is not in it any more."""
    removed = own.get("remove")
    if not isinstance(removed, Sequence):
        return own
    left = tuple(each for each in removed if any(same(each, item) for item in items))
    entries = {**own.entries, "remove": Sequence(left, removed.place, removed.layer)}
    if not left:
        del entries["remove"]
    return Mapping(entries, own.keys, own.place)


def without_position(value: Node, key: str) -> Node:
    """An entry without the `after:` or `before:` that says where it stands among the others under `key`."""
    if key not in ORDERED or not isinstance(value, Mapping):
        return value
    entries = {name: each for name, each in value.items() if name not in POSITIONS or not isinstance(each, Scalar)}
    return Mapping(entries, value.keys, value.place, value.layer)


def _mappings(base: Mapping, own: Mapping, theirs: Node | None, key: str) -> tuple[Mapping, Mapping]:
    """Key by key; the workspace's words for a renamed thing are words for the thing under its new name."""
    ours = laid(base, own, key, Problems())
    assert isinstance(ours, Mapping)
    names = renamed(base, theirs) if isinstance(theirs, Mapping) else {}
    base_entries, entries = dict(base.entries), dict(ours.entries)
    for name, value in own.items():
        if name in ours or name in base:
            there = theirs.get(names.get(name, name)) if isinstance(theirs, Mapping) else None
            before, after = sides(base.get(name), without_position(value, key), there, name)
            _put(base_entries, name, before)
            _put(entries, name, after)
    return (
        Mapping(base_entries, {**own.keys, **base.keys}, base.place, base.layer),
        Mapping(entries, {**base.keys, **own.keys}, own.place, own.layer),
    )


def _put(entries: dict[str, Node], name: str, value: Node | None) -> None:
    if value is None:
        entries.pop(name, None)
    else:
        entries[name] = value


def _edits(own: Mapping) -> bool:
    return bool(len(own)) and EDITS.issuperset(own.entries)
