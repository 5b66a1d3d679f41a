"""YAML text → Source: reading with places, layers of packs, the files of a workspace."""

from __future__ import annotations

from customary.engine.text.layers import merge
from customary.engine.text.node import Mapping, Node, Scalar, Sequence, plain
from customary.engine.text.packs import Pack, find_packs
from customary.engine.text.read import read
from customary.engine.text.source import WORKSPACE, Document, File, Source, files_from_data
from customary.engine.text.workspace import gather, read_source

__all__ = [
    "WORKSPACE",
    "Document",
    "File",
    "Mapping",
    "Node",
    "Pack",
    "Scalar",
    "Sequence",
    "Source",
    "files_from_data",
    "find_packs",
    "gather",
    "merge",
    "plain",
    "read",
    "read_source",
]
