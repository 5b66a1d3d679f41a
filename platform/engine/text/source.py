"""Source: all definitions of a workspace as plain data, merged, each value with its place and layer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from customary.engine.problem import Place
from customary.engine.text.node import Mapping, plain

WORKSPACE = "workspace"
"""The layer of the workspace's own files; the other layers are packs' names."""

SETTINGS_FILE = "customary.yaml"


@dataclass(frozen=True, slots=True)
class File:
    """One definition file: its path as problems show it, the layer it belongs to, its text.

    Bytes that are not UTF-8 stand in the text as lone surrogates; `read` makes a problem of them.
    """

    path: str
    layer: str
    text: str

    @classmethod
    def of_bytes(cls, path: str, layer: str, data: bytes) -> File:
        return cls(path, layer, data.decode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True)
class Document:
    """One definition: its kind and name (from its first key) and the rest of its keys."""

    kind: str
    name: str
    body: Mapping
    place: Place
    layer: str
    broken: bool = False
    """Its text broke off with a problem: what is missing may have come later."""


@dataclass(frozen=True)
class Source:
    """What `merge` gives: the files it came from, the settings, and one document per kind and name."""

    files: tuple[File, ...]
    settings: Mapping
    documents: MappingType[tuple[str, str], Document]
    navigation: Mapping | None = None
    """The packs' and the workspace's groups, laid over each other and in their order."""
    origins: tuple[File, ...] = ()
    """The untouched files of packs that lie in the workspace as copies, where they are known: what an upgrade starts
    from. They are no part of what the workspace says."""

    @cached_property
    def packs(self) -> tuple[str, ...]:
        """The packs in the order in which they are laid."""
        return tuple(dict.fromkeys(each.layer for each in self.files if each.layer != WORKSPACE))

    @cached_property
    def said_of_all(self) -> dict[str, Any]:
        """The settings without the place of the records: a matter of the machine, which may tell a password."""
        return {key: value for key, value in plain(self.settings).items() if key != "database"}

    @cached_property
    def digest(self) -> str:
        """Equal for equal meaning: comments, layout of the text and division into files do not count."""
        content = [
            self.said_of_all,
            plain(self.navigation),
            [(*key, plain(each.body)) for key, each in sorted(self.documents.items())],
        ]
        text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), default=_number)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_data(self) -> list[dict[str, Any]]:
        """The files as JSON data, as a release keeps them; `files_from_data` reads them back."""
        origins = [{**_to_data(each), "origin": True} for each in self.origins]
        return [*map(_to_data, self.files), *origins]


def files_from_data(data: SequenceType[MappingType[str, Any]], origins: bool = False) -> list[File]:
    """The files that `Source.to_data` wrote down, or those of the `origins` alone."""
    return [File(each["path"], each["layer"], each["text"]) for each in data if bool(each.get("origin")) == origins]


def _to_data(file: File) -> dict[str, Any]:
    return {"path": file.path, "layer": file.layer, "text": file.text}


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        return f"decimal {value}"
    raise TypeError(type(value).__name__)
