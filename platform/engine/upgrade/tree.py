"""All definitions of some files as one tree: kind, name, and what stands under them."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine.problem import Place, Problems
from customary.engine.text import WORKSPACE, Document, File, Mapping, Node, merge, read

NAVIGATION = "navigation"
SETTINGS = ("workspace", "")
"""Kind and name of what `customary.yaml` says. Of it only the navigation is laid over packs."""


def documents(files: Iterable[File]) -> list[Document]:
    """The documents of files, with the text of which there are no problems to tell here."""
    return [document for file in files for document in read(file, Problems())]


def laid_tree(files: Iterable[File]) -> Mapping:
    """What the files say together, each layer laid over those before it."""
    source = merge(documents(files), Problems())
    found = {key: each.body for key, each in source.documents.items() if key[0] != "pack"}
    if source.navigation is not None:
        found[SETTINGS] = _mapping({NAVIGATION: source.navigation})
    return _tree(found)


def own_tree(files: Iterable[File]) -> Mapping:
    """What the workspace's own files say, not laid over anything."""
    found = {}
    for document in documents(each for each in files if each.layer == WORKSPACE):
        if document.kind != "workspace":
            found[document.kind, document.name] = document.body
        elif (groups := document.body.get(NAVIGATION)) is not None:
            found[SETTINGS] = _mapping({NAVIGATION: groups})
    return _tree(found)


def pack_tree(files: Iterable[File]) -> Mapping:
    """What the files of one pack say, its own description included."""
    return _tree({(each.kind, each.name): each.body for each in documents(files)})


def of_all_kinds(*trees: Mapping) -> tuple[Mapping, ...]:
    """The trees, each with every kind that any of them has: a kind by itself is nothing that could be changed."""
    kinds = dict.fromkeys(kind for tree in trees for kind in tree)
    return tuple(_mapping({kind: tree.get(kind) or _mapping({}) for kind in kinds}) for tree in trees)


def node_at(tree: Node | None, path: Iterable[str]) -> Node | None:
    """What stands at a path; None when nothing does."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def place_near(tree: Mapping, path: Iterable[str]) -> Place | None:
    """Where the key at a path is written, or else the nearest thing around it; None when not even its document is."""
    place: Place | None = None
    node: Node | None = tree
    for depth, key in enumerate(path):
        if not isinstance(node, Mapping) or key not in node:
            break
        place = node.place_of(key) if depth else None
        node = node.get(key)
    return place


def _tree(found: dict[tuple[str, str], Mapping]) -> Mapping:
    kinds: dict[str, dict[str, Mapping]] = {}
    for (kind, name), body in found.items():
        kinds.setdefault(kind, {})[name] = body
    return _mapping({kind: _mapping(named) for kind, named in kinds.items()})


def _mapping(entries: dict[str, Mapping]) -> Mapping:
    return Mapping(entries, {key: each.place for key, each in entries.items()}, Place("customary.yaml"))
