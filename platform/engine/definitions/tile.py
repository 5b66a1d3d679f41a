"""The shape of tiles: what all kinds may say, and what the tile's own kind adds."""

from __future__ import annotations

from functools import cache

from customary.engine.definitions.kinds.dashboard import COMMON, TILES
from customary.engine.definitions.shapes import Shape, mapping
from customary.engine.definitions.validate import Validator, missing
from customary.engine.problem import Problems
from customary.engine.text.node import Mapping, Node, Scalar

LATER = ("series", "ratio")


def check_tiles(dashboard: Mapping, problems: Problems) -> Mapping:
    """The dashboard with those of its tiles that have the right shape."""
    tiles = dashboard.get("tiles")
    if not isinstance(tiles, Mapping):
        return dashboard
    kept = {name: each for name, tile in tiles.items() if (each := _check(name, tile, tiles, problems)) is not None}
    entries = {**dashboard.entries, "tiles": Mapping(kept, tiles.keys, tiles.place, tiles.layer)}
    return Mapping(entries, dashboard.keys, dashboard.place, dashboard.layer)


def shape(kind: str) -> Shape:
    """The JSON Schema of tiles of a kind."""
    own, required = TILES[kind]
    return mapping(f"a {kind} tile", {**COMMON, **own}, required=("kind", *required), later=LATER)


def _check(name: str, tile: Node, tiles: Mapping, problems: Problems) -> Node | None:
    kind = tile.get("kind") if isinstance(tile, Mapping) else None
    if kind is None:
        missing(tiles.place_of(name), f"“{name}” has no kind", f"Write {name}: {{kind: number, of: …}}.", problems)
        return None
    word = kind.data if isinstance(kind, Scalar) else None
    if word not in TILES:
        problems.add(kind.place, f"“{word}” is not a kind of tile", f"There are {', '.join(TILES)}.")
        return None
    return _validator(str(word)).check(tile, problems)


@cache
def _validator(kind: str) -> Validator:
    return Validator(shape(kind))
