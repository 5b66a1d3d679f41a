"""Why a workspace cannot be used."""

from __future__ import annotations


class WorkspaceError(Exception):
    """A workspace cannot be used as asked; the text says why and what to do."""


class WrongUse(WorkspaceError):
    """What was asked for cannot be: no workspace in that folder, no such pack, not a database's URL."""
