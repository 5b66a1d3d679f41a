"""Tables: a model and the catalogue of physical names as SQLAlchemy tables, made at run time."""

from __future__ import annotations

from customary.engine.tables.catalogue import Catalogue, Entry
from customary.engine.tables.entity_table import SYSTEM_COLUMNS, EntityTable
from customary.engine.tables.rows import TableRows
from customary.engine.tables.tables import Tables

__all__ = ["SYSTEM_COLUMNS", "Catalogue", "EntityTable", "Entry", "TableRows", "Tables"]
