"""Packs: finding those that are shipped or lie in a workspace, and putting them in order of need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from customary.engine.problem import Place, Problems, did_you_mean
from customary.engine.text.node import Scalar, Sequence, plain
from customary.engine.text.read import read
from customary.engine.text.source import File

MAX_BYTES = 8_000_001
"""More of a file is not read: it is refused as too long."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of definitions and what it says of itself."""

    name: str
    version: str
    needs: tuple[tuple[str, Place], ...]
    schemas: Path
    workflows: Path

    def files(self, problems: Problems) -> list[File]:
        """Its definition files; problems show them as `schemas/core/account.yaml`."""
        folders = ((self.schemas, f"schemas/{self.name}"), (self.workflows, f"workflows/{self.name}"))
        found = (each for folder, shown in folders for each in yaml_files(folder, shown, problems))
        return [File.of_bytes(path, self.name, data) for path, data in found]


def find_packs(workspace: Path | None = None, problems: Problems | None = None) -> dict[str, Pack]:
    """The packs there are, by name: the shipped ones, and those in a workspace's own folder."""
    own = packs_in(workspace, problems) if workspace else {}
    return shipped_packs(problems) | own


def shipped_packs(problems: Problems | None = None) -> dict[str, Pack]:
    """The packs that come with Customary."""
    return packs_in(_shipped(), problems)


def packs_in(root: Path, problems: Problems | None = None) -> dict[str, Pack]:
    """The packs that lie in a folder, as `schemas/core` and `workflows/core` do."""
    problems = problems if problems is not None else Problems()
    found = (_pack(each, root, problems) for each in sorted(root.glob("schemas/*/pack.yaml")))
    return {pack.name: pack for pack in found if pack}


def in_order(wanted: Sequence | None, packs: Mapping[str, Pack], problems: Problems) -> list[Pack]:
    """The wanted packs and what they need, each after what it needs."""
    ordered: dict[str, Pack] = {}
    for item in wanted or ():
        if isinstance(item, Scalar) and isinstance(item.data, str):
            _need(item.data, item.place, (), packs, ordered, problems)
    return list(ordered.values())


def yaml_files(folder: Path, shown: str, problems: Problems) -> Iterator[tuple[str, bytes]]:
    """The YAML files under a folder, with their paths as problems show them."""
    paths = [path for pattern in ("*.yaml", "*.yml") for path in folder.rglob(pattern) if path.is_file()]
    for path in sorted(paths):
        name = f"{shown}/{path.relative_to(folder).as_posix()}".encode(errors="replace").decode()
        data = read_bytes(path, name, problems)
        if data is not None:
            yield name, data


def read_bytes(path: Path, name: str, problems: Problems) -> bytes | None:
    """What a file holds, or None and a problem when it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        problems.add(Place(name), f"the file cannot be read: {error.strerror}", "Let this user read it.")
        return None


def _need(
    name: str,
    place: Place,
    chain: tuple[str, ...],
    packs: Mapping[str, Pack],
    ordered: dict[str, Pack],
    problems: Problems,
) -> None:
    if name in chain:
        circle = " → ".join([*chain[chain.index(name) :], name])
        problems.add(place, f"packs need each other in a circle: {circle}", "Remove one of these needs.")
        return
    if name in ordered:
        return
    if name not in packs:
        problems.add(place, f"there is no pack “{name}”", did_you_mean(name, packs))
        return
    for needed, where in packs[name].needs:
        _need(needed, where, (*chain, name), packs, ordered, problems)
    ordered[name] = packs[name]


def _shipped() -> Path:
    """In a checkout the packs lie beside the code; in an installed wheel, inside the package."""
    # Not `customary.__path__`: an editable install has a second folder of that name, with a copy of the packs.
    package = Path(__file__).resolve().parents[2]
    return package if (package / "schemas").is_dir() else package.parent


def _pack(described: Path, root: Path, problems: Problems) -> Pack | None:
    folder = described.parent
    shown = f"schemas/{folder.name}/pack.yaml"
    data = read_bytes(described, shown, problems)
    if data is None:
        return None
    documents = read(File.of_bytes(shown, folder.name, data), problems)
    document = next((each for each in documents if each.kind == "pack"), None)
    if document is None:
        problems.add(Place(shown), "the file does not describe a pack", f"Begin with “pack: {folder.name}”.")
        return None
    if document.name != folder.name:
        problems.add(document.place, f"“{document.name}” is not the folder's name", f"Name it “{folder.name}”.")
    needs = document.body.get("needs")
    return Pack(
        name=folder.name,
        version=str(plain(document.body.get("version")) or "0"),
        needs=tuple(
            (each.data, each.place)
            for each in (needs if isinstance(needs, Sequence) else ())
            if isinstance(each, Scalar) and isinstance(each.data, str)
        ),
        schemas=folder,
        workflows=root / "workflows" / folder.name,
    )
