"""The only writer of records: every function is one write, with its change row, in the caller's transaction."""

from __future__ import annotations

from customary.engine.records.writer.create import create, create_many
from customary.engine.records.writer.delete import delete
from customary.engine.records.writer.merging import merge
from customary.engine.records.writer.take_back import take_back
from customary.engine.records.writer.update import archive, move, restore, update

__all__ = ["archive", "create", "create_many", "delete", "merge", "move", "restore", "take_back", "update"]
"""All raise Refused (with everything that is wrong), Missing, Forbidden or Stale; then nothing was written,
and the transaction must be rolled back (or the savepoint in which the write was tried)."""
