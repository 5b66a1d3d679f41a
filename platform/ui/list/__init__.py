"""The list of an entity's records: filter, sort, columns, views, and what can be done with many at once."""

from __future__ import annotations

from customary.ui.list import bulk, cell, filter, head, page, stage_cell, views

PARTS = (page, filter, views, bulk, cell, head, stage_cell)
handlers = [handler for part in PARTS for handler in part.handlers]
