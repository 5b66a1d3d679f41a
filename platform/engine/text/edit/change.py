"""What can be changed in a document, as values; each knows what it does to plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and indexes of lists, from the root of the document."""


class EditProblem(ValueError):
    """An edit that cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Set:
    """Gives a value that is there another content: `Set(("fields", "name", "max_length"), 80)`."""

    path: Path
    value: Any

    def apply(self, data: Any) -> Any:
        container, key = at(data, self.path)
        container[key] = self.value
        return data


@dataclass(frozen=True, slots=True)
class Insert:
    """Adds an entry to the mapping or list at `path`: at its end, or beside the key or index in `after` or `before`.

    `Insert(("fields",), "tier", {"type": "text"}, after="name")`; in a list the key is None.
    """

    path: Path
    key: str | None
    value: Any
    after: str | int | None = None
    before: str | int | None = None

    def apply(self, data: Any) -> Any:
        container = value_at(data, self.path)
        if container is None and self.path:
            return Set(self.path, self.within).apply(data)
        _put(container, self.key, self.value, position(container, self.after, self.before), self.path)
        return data

    @property
    def within(self) -> Any:
        """The entry as a mapping or list of its own."""
        return [self.value] if self.key is None else {self.key: self.value}


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes an entry away: `Remove(("fields", "fax"))`."""

    path: Path

    def apply(self, data: Any) -> Any:
        container, key = at(data, self.path)
        del container[key]
        return data


@dataclass(frozen=True, slots=True)
class Move:
    """Takes an entry to another place of its mapping or list, or to the mapping or list at `to`.

    `Move(("fields", "name"), before="code")`. Indexes are those before the entry was taken away.
    """

    path: Path
    to: Path | None = None
    after: str | int | None = None
    before: str | int | None = None

    def apply(self, data: Any) -> Any:
        container, key = at(data, self.path)
        target = container if self.to is None else value_at(data, self.to)
        if self.to is not None and self.to[: len(self.path)] == self.path:
            raise EditProblem(f"“{shown(self.path)}” cannot be moved into itself.")
        place, moving = position(target, self.after, self.before), container[key]
        if target is container:
            place -= place > index_of(container, key)
        del container[key]
        _put(target, key if isinstance(target, dict) else None, moving, place, self.to or self.path[:-1])
        return data


@dataclass(frozen=True, slots=True)
class Rename:
    """Gives an entry of a mapping another key: `Rename(("fields", "phone"), "telephone")`."""

    path: Path
    name: str

    def apply(self, data: Any) -> Any:
        container, key = at(data, self.path)
        if not isinstance(container, dict):
            raise EditProblem(f"“{shown(self.path)}” has no name: it is an item of a list.")
        if self.name in container and self.name != key:
            raise EditProblem(f"“{self.name}” is there already, beside “{shown(self.path)}”.")
        entries = [(self.name if each == key else each, value) for each, value in container.items()]
        container.clear()
        container.update(entries)
        return data


Edit = Set | Insert | Remove | Move | Rename


def at(data: Any, path: Path) -> tuple[Any, Any]:
    """The mapping or list that holds a value, and the value's key in it. Raises EditProblem."""
    if not path:
        raise EditProblem("A whole document cannot be changed at once; name a key in it.")
    container = value_at(data, path[:-1])
    index_of(container, path[-1], path)
    return container, path[-1]


def value_at(data: Any, path: Path) -> Any:
    """The value at a path. Raises EditProblem when there is none."""
    for number, step in enumerate(path):
        index_of(data, step, path[: number + 1])
        data = data[step]
    return data


def index_of(container: Any, key: str | int, path: Path = ()) -> int:
    """Where an entry stands in its mapping or list. Raises EditProblem."""
    if isinstance(container, dict) and isinstance(key, str) and key in container:
        return list(container).index(key)
    if isinstance(container, list) and isinstance(key, int) and 0 <= key < len(container):
        return key
    raise EditProblem(f"There is no “{shown(path or (key,))}”.")


def position(container: Any, after: str | int | None, before: str | int | None) -> int:
    """The index that a new entry gets."""
    if not isinstance(container, dict | list):
        raise EditProblem("Only a mapping or a list takes entries.")
    if after is not None:
        return index_of(container, after) + 1
    return index_of(container, before) if before is not None else len(container)


def shown(path: Path) -> str:
    return ".".join(map(str, path))


def _put(container: Any, key: str | None, value: Any, place: int, path: Path) -> None:
    if isinstance(container, list):
        if key is not None:
            raise EditProblem(f"“{shown(path)}” is a list; its items have no keys.")
        container.insert(place, value)
        return
    if key is None or key in container:
        raise EditProblem(f"“{shown((*path, key or ''))}” is there already." if key else "An entry needs a key.")
    entries = list(container.items())
    entries.insert(place, (key, value))
    container.clear()
    container.update(entries)
