"""A pack that lies in the workspace as a copy and was edited there: its files after a merge with the new pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from customary.engine.text import Document, File, Mapping
from customary.engine.text.edit import EditProblem, Set, edit
from customary.engine.upgrade.edits import edits
from customary.engine.upgrade.merge import Merge, moved, renamed, same
from customary.engine.upgrade.pieces import pieces, with_piece, without
from customary.engine.upgrade.tree import documents, node_at, of_all_kinds, pack_tree

Key = tuple[str, str]


def merge_copy(base: list[File], ours: list[File], theirs: list[File], merge: Merge) -> list[File]:
    """The files of the copy, merged. A file that only one side touched is taken as it is, comments and all.

    Raises EditProblem where the merge cannot be written into the text that is there.
    """
    before, own, after = of_all_kinds(pack_tree(base), pack_tree(ours), pack_tree(theirs))
    wanted = replace(merge, names=moved(before, after)).merge(before, own, after)
    assert isinstance(wanted, Mapping)
    copy = _Copy(wanted, {each.path: each for each in _taken(base, ours, theirs)})
    copy.rename()
    copy.drop(theirs)
    copy.add([*theirs, *ours])
    copy.edit()
    copy.prove()
    return [copy.files[path] for path in sorted(copy.files)]


class _Copy:
    """The files on their way to saying what is wanted."""

    def __init__(self, wanted: Mapping, files: dict[str, File]) -> None:
        self.wanted, self.files = wanted, files

    def rename(self) -> None:
        """Documents that the new pack has under another name."""
        for kind, named in pack_tree(self.files.values()).items():
            after = self.wanted.get(kind)
            names = renamed(named, after) if isinstance(named, Mapping) and isinstance(after, Mapping) else {}
            for old, new in names.items():
                if old not in after and new not in named:
                    file = self._holding((kind, old))
                    self._put(replace(file, text=edit(file.text, [Set((kind,), new)], (kind, old))))

    def drop(self, theirs: Iterable[File]) -> None:
        """Documents that are not wanted any more, and those that lie in another file of the new pack now."""
        at = {(each.kind, each.name): each.place.file for each in documents(theirs)}
        count = Counter((each.kind, each.name) for each in self._documents())
        for each in self._documents():
            key = (each.kind, each.name)
            moved = count[key] > 1 and at.get(key) != each.place.file
            if moved or node_at(self.wanted, key) is None:
                self._put(without(self.files[each.place.file], *key))

    def add(self, sources: Iterable[File]) -> None:
        """Documents that no file holds yet, with the text that they have in the first of the sources."""
        known = {(each.kind, each.name) for each in self._documents()}
        for file in sources:
            for start, end, each in pieces(file):
                key = (each.kind, each.name)
                if key not in known and node_at(self.wanted, key) is not None:
                    there = self.files.get(file.path, replace(file, text=""))
                    self._put(with_piece(there, file.text[start:end]))
                    known.add(key)

    def edit(self) -> None:
        """Whatever differs still."""
        for each in self._documents():
            body = node_at(self.wanted, (each.kind, each.name))
            assert isinstance(body, Mapping)
            file = self.files[each.place.file]
            changes = edits(each.body, None, body, in_order=True)
            self._put(replace(file, text=edit(file.text, changes, (each.kind, each.name))))

    def prove(self) -> None:
        """Raises EditProblem if the files say anything else than what is wanted."""
        made = pack_tree(self.files.values())
        for kind, named in self.wanted.items():
            for name, body in named.items() if isinstance(named, Mapping) else ():
                if not same(node_at(made, (kind, name)), body):
                    raise EditProblem(f"The copy's {kind} “{name}” cannot say what was merged; change it by hand.")

    def _documents(self) -> list[Document]:
        return documents(self.files.values())

    def _holding(self, key: Key) -> File:
        return next(self.files[each.place.file] for each in self._documents() if (each.kind, each.name) == key)

    def _put(self, file: File) -> None:
        """A file in which no document is left goes."""
        if any(pieces(file)):
            self.files[file.path] = file
        else:
            self.files.pop(file.path, None)


def _taken(base: Iterable[File], ours: Iterable[File], theirs: Iterable[File]) -> Iterable[File]:
    """The text to start from, file by file: theirs where only they changed it, else ours."""
    before, own, new = ({each.path: each for each in files} for files in (base, ours, theirs))
    for path in dict.fromkeys((*own, *new)):
        if path not in own:
            untouched = path not in before
        else:
            untouched = path in before and _unix(own[path]) == _unix(before[path])
        found = new.get(path) if untouched else own.get(path)
        if found is not None:
            yield found


def _unix(file: File) -> str:
    return file.text.removeprefix("\ufeff").replace("\r\n", "\n")
