"""The workspace's own files after a merge with new packs below them."""

from __future__ import annotations

from dataclasses import replace

from customary.engine.text import WORKSPACE, File, Mapping, Node
from customary.engine.text.edit import EditProblem, edit
from customary.engine.upgrade.edits import edits
from customary.engine.upgrade.layered import sides
from customary.engine.upgrade.merge import Merge, moved, same
from customary.engine.upgrade.pieces import without
from customary.engine.upgrade.tree import NAVIGATION, SETTINGS, documents, laid_tree, node_at, of_all_kinds, own_tree

Key = tuple[str, str]


def merge_own(old: list[File], own: list[File], new: list[File], merge: Merge) -> list[File]:
    """The workspace's own files, so that laid over the `new` packs they say what was merged.

    `old` are the packs as they were. A file in which nothing has to change keeps every byte. Raises EditProblem where
    the merge cannot be written into the text that is there.
    """
    before, said, after = of_all_kinds(laid_tree(old), own_tree(own), laid_tree(new))
    base, ours = sides(before, said, after)
    wanted = replace(merge, names=moved(before, after)).merge(base, ours, after)
    files = {each.path: each for each in own}
    for document in documents(each for each in own if each.layer == WORKSPACE):
        key = (document.kind, document.name)
        path = document.place.file
        files[path] = _edited(files[path], key, document.body, node_at(after, key), node_at(wanted, key))
    made = [each for each in files.values() if each.text.strip()]
    made_tree, wanted = of_all_kinds(laid_tree([*new, *made]), wanted)
    if not same(made_tree, wanted):
        raise EditProblem("The workspace's own files cannot say what was merged; change them by hand.")
    return made


def _edited(file: File, key: Key, own: Mapping, below: Node | None, wanted: Node | None) -> File:
    if key == SETTINGS:
        own = Mapping({NAVIGATION: own.entries[NAVIGATION]}, own.keys, own.place) if NAVIGATION in own else own
        changes = list(edits(own, below, wanted)) if NAVIGATION in own and isinstance(wanted, Mapping) else []
        return replace(file, text=edit(file.text, changes)) if changes else file
    if not isinstance(wanted, Mapping):
        return without(file, *key)
    changes = list(edits(own, below, wanted))
    if not changes:
        return file
    edited = replace(file, text=edit(file.text, changes, key))
    nothing_left = any((each.kind, each.name) == key and not len(each.body) for each in documents([edited]))
    return without(edited, *key) if nothing_left else edited
