"""Releases: what has been applied, kept for good, and the newest of it compiled and ready to serve."""

from __future__ import annotations

from customary.engine.releases.catalogue import load_catalogue, save_catalogue
from customary.engine.releases.inverse import Inverse, read_inverses
from customary.engine.releases.release import (
    Release,
    newest_number,
    read_definitions,
    read_files,
    read_release,
    write_release,
)
from customary.engine.releases.releases import Releases

__all__ = [
    "Inverse",
    "Release",
    "Releases",
    "load_catalogue",
    "newest_number",
    "read_definitions",
    "read_files",
    "read_inverses",
    "read_release",
    "save_catalogue",
    "write_release",
]
