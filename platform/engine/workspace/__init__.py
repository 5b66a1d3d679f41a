"""A workspace: one business's folder of definitions and its database, and what can be done with both."""

from __future__ import annotations

from customary.engine.workspace.address import (
    DATABASE_VARIABLE,
    DEFAULT_DATABASE,
    database_at,
    declared_database,
    url_for,
)
from customary.engine.workspace.create import create
from customary.engine.workspace.errors import WorkspaceError, WrongUse
from customary.engine.workspace.tables import ROOMS_WITH_TABLES, declare_tables
from customary.engine.workspace.workspace import Workspace

__all__ = [
    "DATABASE_VARIABLE",
    "DEFAULT_DATABASE",
    "ROOMS_WITH_TABLES",
    "Workspace",
    "WorkspaceError",
    "WrongUse",
    "create",
    "database_at",
    "declare_tables",
    "declared_database",
    "url_for",
]
