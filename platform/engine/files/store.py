"""Where the contents of files lie: any place that fsspec reaches, by itself a folder of the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

CHUNK = 256 * 1024


class Store:
    """A place for contents by the id of their file. A content is written once and never changed."""

    def __init__(self, url: str, directory: Path) -> None:
        """`url` is a folder of `directory`, or an address such as `s3://bucket/files`."""
        import fsspec

        self.directory = directory
        place = url if "://" in url else str((directory / url).resolve())
        self._system, self._root = fsspec.core.url_to_fs(place)

    def write(self, id: UUID, data: bytes) -> None:
        path = self._path(id)
        self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._system.open(path, "wb") as file:
            file.write(data)

    def read(self, id: UUID) -> Iterator[bytes]:
        """The content, piece by piece. Raises FileNotFoundError."""
        with self._system.open(self._path(id), "rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def size(self, id: UUID) -> int | None:
        """How long the content is; None where there is none."""
        try:
            return self._system.info(self._path(id))["size"]
        except FileNotFoundError:
            return None

    def ids(self) -> Iterator[UUID]:
        """The ids of all contents that lie there."""
        for path in self._system.find(self._root) if self._system.exists(self._root) else ():
            name = path.rpartition("/")[2]
            if len(name) == 32 and set(name) <= set("0123456789abcdef"):
                yield UUID(hex=name)

    def holds(self, id: UUID, data: bytes) -> bool:
        """Whether this very content is there."""
        try:
            return b"".join(self.read(id)) == data
        except FileNotFoundError:
            return False

    def remove(self, id: UUID) -> None:
        path = self._path(id)
        if self._system.exists(path):
            self._system.rm_file(path)

    def _path(self, id: UUID) -> str:
        """By the last letters of the id, for its first are the time: no folder grows too large."""
        return f"{self._root}/{id.hex[-2:]}/{id.hex}"
