"""Reads one YAML file into documents, by the rules of YAML 1.2, and says of every slip where and what it is."""

from __future__ import annotations

import re
from itertools import islice

import yaml

from customary.engine.problem import Place, Problems
from customary.engine.text.build import Builder, Unreadable
from customary.engine.text.node import Mapping, Node, Scalar
from customary.engine.text.slips import syntax_problem
from customary.engine.text.source import SETTINGS_FILE, WORKSPACE, Document, File

MAX_CHARACTERS = 2_000_000
MOST_KEPT, LONGEST_KEPT = 300, 50_000
MOST_TABS = 50
"""More of the same slip in one file are not told one by one."""
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAB = re.compile(r"^[ ]*(?:- )*[ ]*\t", re.MULTILINE)
_BLANK = re.compile(r"^[ ]*\t[ \t]*(?=#|$)", re.MULTILINE)
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


_clean: dict[File, tuple[Document, ...]] = {}
"""What files say in which nothing is wrong: a plan and an apply read the same packs again and again."""


def read(file: File, problems: Problems) -> list[Document]:
    """The documents of one file. Whatever the file holds, it gives documents and problems, never an exception.

    Where the text breaks off, what came before counts, so that one slip does not make others look wrong.
    """
    kept = _clean.get(file)
    if kept is not None:
        return list(kept)
    found = Problems()
    try:
        documents = _read(file, found)
    finally:
        problems.take_over(found)
    if not len(found) and not found.unread and len(file.text) <= LONGEST_KEPT:
        if len(_clean) >= MOST_KEPT:
            _clean.clear()
        _clean[file] = tuple(documents)
    return documents


def _read(file: File, problems: Problems) -> list[Document]:
    known, all_problems = len(problems), problems
    text = file.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not _readable(file, text, problems):
        problems.unread.add(file.path)
        return []
    if "\t" in text:
        text = blanks_for_tabs(text)
        if tabs := list(islice(_TAB.finditer(text), MOST_TABS)):
            for found in tabs:
                place = place_at(file.path, text, found.end() - 1)
                problems.add(place, "a tab in the indentation", "Indent with blanks.")
            text, problems = text.replace("\t", "  "), Problems()
    found, rest = roots(file, text, problems)
    if len(all_problems) > known:
        all_problems.unread.add(file.path)
    documents = [_document(file, root, problems) for root in found]
    if isinstance(rest, Mapping) and rest.entries:
        documents.append(_document(file, rest, problems, broken=True))
    return [document for document in documents if document is not None]


def roots(file: File, text: str, problems: Problems) -> tuple[list[Node], Node | None]:
    """The nodes of the documents, and of the one in which the text broke off. Lines of the text end in `\\n`."""
    builder = Builder(file, text, problems)
    try:
        builder.run(yaml.parse(text, Loader=yaml.CSafeLoader))
    except Unreadable:
        pass
    except yaml.YAMLError as error:
        syntax_problem(file.path, text, error, problems)
    return builder.roots, builder.rest()


def blanks_for_tabs(text: str) -> str:
    """Tabs on lines without content do no harm; the YAML library would not read them."""
    return _BLANK.sub(lambda found: " " * len(found[0]), text)


def place_at(path: str, text: str, index: int) -> Place:
    """The place of the character at `index` of a text."""
    return Place(path, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _readable(file: File, text: str, problems: Problems) -> bool:
    if len(text) > MAX_CHARACTERS:
        problems.add(
            Place(file.path),
            f"the file is longer than {MAX_CHARACTERS // 1_000_000} million characters",
            "Divide it into several files; import records as CSV.",
        )
        return False
    if found := _UNREADABLE.search(text):
        surrogate = "\udc80" <= found[0] <= "\udcff"
        summary = "not UTF-8 text" if surrogate else f"a character that text cannot hold (U+{ord(found[0]):04X})"
        problems.add(place_at(file.path, text, found.start()), summary, "Save the file as UTF-8 text.")
        return False
    return True


def _document(file: File, root: object, problems: Problems, broken: bool = False) -> Document | None:
    """The document a root node stands for; its first key names its kind and its name."""
    if root is None or (isinstance(root, Scalar) and root.data is None):
        return None
    if not isinstance(root, Mapping) or not root.entries:
        problems.add(root.place, "not a definition", "Begin with its kind and name, such as “entity: account”.")
        return None
    if file.layer == WORKSPACE and file.path == SETTINGS_FILE:
        return Document("workspace", "", root, root.place, file.layer, broken)
    kind, name = next(iter(root.entries.items()))
    if not isinstance(name, Scalar) or not isinstance(name.data, str):
        problems.add(root.keys[kind], f"“{kind}” has no name", f"Begin with kind and name, such as “{kind}: example”.")
        return None
    if not NAME.match(name.data) or len(name.data) > 50:
        problems.add(
            name.place,
            f"“{name.data[:60]}” is not a name",
            "Names are snake_case: small letters, digits and “_”, beginning with a letter, at most 50 long.",
        )
        return None
    entries = {key: value for key, value in root.entries.items() if key != kind}
    keys = {key: place for key, place in root.keys.items() if key != kind}
    body = Mapping(entries, keys, root.place, file.layer)
    return Document(kind, name.data, body, root.keys[kind], file.layer, broken)
