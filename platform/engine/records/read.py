"""The reader of records: one record, a page of them, titles, counts. Permission is part of every query."""

from __future__ import annotations

from customary.engine.records.record import Group, Hit, Page, Query, Record
from customary.engine.records.select import compile_where, count, get, select
from customary.engine.records.titles import titles

__all__ = ["Group", "Hit", "Page", "Query", "Record", "compile_where", "count", "get", "select", "titles"]
