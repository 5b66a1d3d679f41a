"""Gathers the files of a workspace, its packs' first, and reads them into one Source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from customary.engine.problem import Place, Problems
from customary.engine.text.layers import merge
from customary.engine.text.node import Sequence, plain
from customary.engine.text.packs import find_packs, in_order, read_bytes, yaml_files
from customary.engine.text.read import read
from customary.engine.text.source import SETTINGS_FILE, WORKSPACE, File, Source


def gather(directory: Path, problems: Problems | None = None) -> list[File]:
    """All files that make up a workspace: `customary.yaml`, the packs in order of need, its own definitions."""
    problems = problems if problems is not None else Problems()
    settings = _settings(directory, problems)
    if settings is None:
        return []
    packs = find_packs(directory, problems)
    files = [settings]
    for pack in in_order(_wanted(settings), packs, problems):
        files += pack.files(problems)
    local = {f"schemas/{name}/" for name in packs} | {f"workflows/{name}/" for name in packs}
    for folder in ("schemas", "workflows"):
        for path, data in yaml_files(directory / folder, folder, problems):
            if not any(path.startswith(prefix) and _is_local(directory, prefix) for prefix in local):
                files.append(File.of_bytes(path, WORKSPACE, data))
    return files


def read_source(files: Iterable[File], problems: Problems, origins: Iterable[File] = ()) -> Source:
    """The files, in layer order, as one Source. `origins` are kept with it and not read."""
    files = tuple(files)
    documents = [document for file in files for document in read(file, problems)]
    return replace(merge(documents, problems, files), origins=tuple(origins))


def database_in(settings: bytes) -> str | None:
    """The database that the text of a `customary.yaml` names."""
    for document in read(File.of_bytes(SETTINGS_FILE, WORKSPACE, settings), Problems()):
        declared = plain(document.body.get("database"))
        if isinstance(declared, str):
            return declared
    return None


def _settings(directory: Path, problems: Problems) -> File | None:
    path = directory / SETTINGS_FILE
    if not path.is_file():
        problems.add(Place(SETTINGS_FILE), "the file is not there", "Make a workspace with “customary init”.")
        return None
    data = read_bytes(path, SETTINGS_FILE, problems)
    return File.of_bytes(SETTINGS_FILE, WORKSPACE, data) if data is not None else None


def _wanted(settings: File) -> Sequence | None:
    """The list of packs; what is wrong with the file is said when it is read with the others."""
    for document in read(settings, Problems()):
        packs = document.body.get("packs")
        if isinstance(packs, Sequence):
            return packs
    return None


def _is_local(directory: Path, prefix: str) -> bool:
    """Whether a folder of the workspace is a pack of its own, which `packs` may or may not list."""
    return (directory / "schemas" / prefix.split("/")[1] / "pack.yaml").is_file()
