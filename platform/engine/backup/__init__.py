"""Backup: everything a workspace holds as one checked file, and a workspace made of one again."""

from __future__ import annotations

from customary.engine.backup.archive import Unusable, verified
from customary.engine.backup.backup import Saved, backup
from customary.engine.backup.restore import Restored, restore

__all__ = ["Restored", "Saved", "Unusable", "backup", "restore", "verified"]
