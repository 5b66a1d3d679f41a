"""`customary.lock`: the exact packs that were applied last, and what is different about them now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from customary.engine.problem import Place, Problems
from customary.engine.text.node import plain
from customary.engine.text.read import read
from customary.engine.text.source import WORKSPACE, File, Source

LOCK_FILE = "customary.lock"
ABOUT = "The packs as they were applied last. Written by “customary apply”; keep it with the definitions."
_ANEW = "“customary apply” writes it anew."


@dataclass(frozen=True, slots=True)
class Pin:
    """One pack: its version, and a digest of the text of its files."""

    version: str
    digest: str


def pins(source: Source) -> dict[str, Pin]:
    """The packs of a source, in the order in which they are laid."""
    return {pack: pin_of(pack, source.files) for pack in source.packs}


def pin_of(pack: str, files: Iterable[File]) -> Pin:
    """What pins one pack of some files."""
    own = [each for each in files if each.layer == pack != WORKSPACE]
    documents = (each for file in own for each in read(file, Problems()) if each.kind == "pack")
    described = next((each for each in documents if each.name == pack), None)
    version = str(plain(described.body.get("version")) or "0") if described else "0"
    return Pin(version, _digest(own))


def pinned_in(directory: Path) -> dict[str, Pin] | None:
    """What a folder's lock file pins; None where there is none that can be read."""
    path = directory / LOCK_FILE
    return _read(path.read_text("utf-8", "replace")) if path.is_file() else None


def write_lock(directory: Path, source: Source) -> None:
    """Pins the packs of a source; a file that says so already stays untouched."""
    path, text = directory / LOCK_FILE, _text(pins(source))
    if not path.is_file() or path.read_text("utf-8", "replace") != text:
        path.write_text(text, "utf-8", newline="\n")


def check_lock(directory: Path, source: Source, problems: Problems) -> None:
    """Warns of packs that are not those that were applied last; without a lock file there is nothing to say."""
    path = directory / LOCK_FILE
    if not path.is_file():
        return
    text = path.read_text("utf-8", "replace")
    pinned = _read(text)
    if pinned is None:
        problems.warn(Place(LOCK_FILE), "this does not pin packs", _ANEW)
        return
    now = pins(source)
    for pack in {**pinned, **now}:
        was, there = pinned.get(pack), now.get(pack)
        if was != there:
            problems.warn(place_in_lock(text, pack), _difference(pack, was, there), _remedy(pack, was, there))


def place_in_lock(text: str, pack: str) -> Place:
    """Where a lock file pins a pack."""
    before, found, _ = text.partition(f'    "{pack}": {{')
    line = before.count("\n") + 1 if found else 1
    return Place(LOCK_FILE, line, 5 if found else 1)


def _digest(files: Iterable[File]) -> str:
    """Of the meaning that its text has; how lines end and which file comes first does not count."""
    texts = sorted((each.path, each.text) for each in files)
    content = [[path, text.removeprefix("\ufeff").replace("\r\n", "\n")] for path, text in texts]
    return "sha256:" + hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _text(pinned: Mapping[str, Pin]) -> str:
    packs = {name: {"version": each.version, "digest": each.digest} for name, each in pinned.items()}
    return json.dumps({"about": ABOUT, "packs": packs}, ensure_ascii=False, indent=2) + "\n"


def _read(text: str) -> dict[str, Pin] | None:
    try:
        packs = json.loads(text)["packs"]
        return {str(name): Pin(str(each["version"]), str(each["digest"])) for name, each in packs.items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _difference(pack: str, was: Pin | None, now: Pin | None) -> str:
    if was is None:
        return f"the pack “{pack}” is new since the last apply"
    if now is None:
        return f"the pack “{pack}” is gone since the last apply"
    if was.version != now.version:
        return f"the pack “{pack}” was applied as {was.version} and is {now.version} now"
    return f"the pack “{pack}” has changed since it was applied, though it is still {now.version}"


def _remedy(pack: str, was: Pin | None, now: Pin | None) -> str:
    if was and now and was.version != now.version and was.digest != now.digest:
        return f"It stays at {was.version} until “customary upgrade {pack}”."
    return "See “customary plan”; “customary apply” takes it up."
