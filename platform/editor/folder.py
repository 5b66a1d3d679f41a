"""A workspace as an editor sees it: its files on disk, with the text that is not saved yet in place of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from customary.engine.automation.analyse import analyse
from customary.engine.model.check import check_files
from customary.engine.problem import Problems
from customary.engine.text import WORKSPACE, Document, File, Source, find_packs, gather, read_source
from customary.engine.text.source import SETTINGS_FILE


@dataclass
class Folder:
    """A workspace's folder; `unsaved` has the texts of open files by their path in it."""

    directory: Path
    unsaved: dict[str, str] = field(default_factory=dict)
    _whole: dict[tuple[str, str], Document] = field(default_factory=dict)
    """Each definition as it was last without a break in its text."""

    def files(self, instead: Mapping[str, str] | None = None) -> list[File]:
        """All files that make up the workspace, with the texts of `instead` and those that are not saved."""
        texts = {**self.unsaved, **(instead or {})}
        found = gather(self.directory, Problems())
        files = [replace(each, text=texts[each.path]) if self._is_own(each, texts) else each for each in found]
        known = {each.path for each in found}
        new = [
            File(path, WORKSPACE, text) for path, text in texts.items() if path not in known and _is_definition(path)
        ]
        return files + new

    def problems(self, instead: Mapping[str, str] | None = None) -> Problems:
        """All that is wrong, as `customary check` says it."""
        return check_files(self.files(instead), analyse)

    def source(self) -> Source:
        """The merged definitions; one whose text is broken is as it was before it broke."""
        source = read_source(self.files(), Problems())
        for key, document in source.documents.items():
            if not document.broken or key not in self._whole:
                self._whole[key] = document
        return replace(source, documents={**self._whole, **{k: self._whole[k] for k in source.documents}})

    def path_of(self, shown: str) -> Path:
        """The file that a problem's place names: of the workspace, or of a shipped pack."""
        own = self.directory / shown
        pack = find_packs().get(shown.split("/")[1]) if shown.count("/") > 1 else None
        if own.exists() or pack is None:
            return own
        root = pack.schemas if shown.startswith("schemas/") else pack.workflows
        return root / shown.split("/", 2)[2]

    def shown(self, path: Path) -> str | None:
        """How problems name a file; None for one outside of the workspace."""
        try:
            return path.resolve().relative_to(self.directory.resolve()).as_posix()
        except ValueError:
            return None

    def _is_own(self, file: File, texts: Mapping[str, str]) -> bool:
        return file.path in texts and (file.layer == WORKSPACE or (self.directory / file.path).exists())


def find_folder(path: Path) -> Path | None:
    """The workspace in which a file or folder lies: the nearest that holds a `customary.yaml`."""
    return next((each for each in (path, *path.parents) if (each / SETTINGS_FILE).is_file()), None)


def _is_definition(path: str) -> bool:
    return path.startswith(("schemas/", "workflows/")) and path.endswith((".yaml", ".yml"))
