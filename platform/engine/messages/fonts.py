"""The fonts that documents are printed in: the house's own, those of the machine, and what every reader of PDFs has.

In the folder `fonts` of the workspace, `regular.ttf`, `bold.ttf`, `italic.ttf` and `bold-italic.ttf` are the house's;
any other font there is asked for the characters that those lack.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

STYLES = ("", "B", "I", "BI")
_OWN = ("regular", "bold", "italic", "bold-italic")
_FAMILIES = (
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf", "NotoSans-BoldItalic.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf"),
    tuple(f"LiberationSans-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")),
    ("arial.ttf", "arialbd.ttf", "ariali.ttf", "arialbi.ttf"),
)
_OTHERS = (
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "simsun.ttc",
    "PingFang.ttc",
    "DejaVuSans.ttf",
)
_PLACES = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
SIMPLIFIED = 2
"""Which of the fonts in a collection for Chinese, Japanese and Korean writes Chinese as China does."""


def family(own: Path | None) -> Mapping[str, Path]:
    """The files of a family by style; none where the machine has no font."""
    house = _files(own)
    found = {style: house[name] for style, name in zip(STYLES, _OWN, strict=True) if name in house}
    if "" in found:
        return found
    there = _of_the_machine()
    for names in _FAMILIES:
        if names[0] in there:
            return {style: there[name] for style, name in zip(STYLES, names, strict=True) if name in there}
    return {}


def others(own: Path | None) -> Iterator[Path]:
    """Fonts to ask for characters that the family lacks, one after the other."""
    yield from (file for name, file in sorted(_files(own).items()) if name not in _OWN)
    there = _of_the_machine()
    yield from (there[name] for name in _OTHERS if name in there)


def _files(folder: Path | None) -> dict[str, Path]:
    """The fonts in the house's folder, by their names without the ending."""
    if folder is None or not folder.is_dir():
        return {}
    return {each.stem.lower(): each for each in folder.iterdir() if each.suffix.lower() in (".ttf", ".otf", ".ttc")}


@cache
def _of_the_machine() -> dict[str, Path]:
    """The fonts that we know by name, looked for once."""
    wanted = {name for names in _FAMILIES for name in names} | set(_OTHERS)
    found: dict[str, Path] = {}
    for place in _PLACES:
        for folder, _, names in os.walk(Path(place).expanduser()):
            found |= {name: Path(folder, name) for name in names if name in wanted and name not in found}
    return found
