"""Files: their content in a store, and a row for each in the database."""

from __future__ import annotations

from customary.engine.files.file import Kept, claim, find, forget, keep
from customary.engine.files.store import Store

__all__ = ["Kept", "Store", "claim", "find", "forget", "keep"]
