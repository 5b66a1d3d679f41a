"""Definitions: a Source in which every definition has the right shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customary.engine.text.source import Document, Source


@dataclass(frozen=True)
class Definitions:
    """The documents by kind and name. What had a wrong shape is left out of them."""

    source: Source
    documents: Mapping[str, Mapping[str, Document]]

    def of(self, kind: str) -> Mapping[str, Document]:
        """The documents of a kind, by name."""
        return self.documents.get(kind, {})
