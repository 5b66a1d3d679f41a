"""Write-back: changes values of a definition file and leaves every other byte of it as it was."""

from __future__ import annotations

from customary.engine.text.edit.change import Edit, EditProblem, Insert, Move, Path, Remove, Rename, Set
from customary.engine.text.edit.edit import edit

__all__ = ["Edit", "EditProblem", "Insert", "Move", "Path", "Remove", "Rename", "Set", "edit"]
