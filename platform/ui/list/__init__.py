"""The list of an entity's records: filter, sort, columns, views, and what can be done with many at once."""

from __future__ import annotations

from customary.ui.list import bulk, cell, filter, head, page, views

handlers = [*page.handlers, *filter.handlers, *views.handlers, *bulk.handlers, *cell.handlers, *head.handlers]
