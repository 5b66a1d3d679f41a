"""The reader of records: one record, a page of them, titles, counts. Permission is part of every query."""

from __future__ import annotations

from customary.engine.records.reader.aggregate import aggregate
from customary.engine.records.reader.board import Board, Column, board, board_column
from customary.engine.records.reader.history import History, history
from customary.engine.records.reader.options import options
from customary.engine.records.reader.search import search
from customary.engine.records.reader.select import count, get, look, select
from customary.engine.records.record import Group, Hit, Page, Query, Record
from customary.engine.records.titles import titles
from customary.engine.records.typed import compile_typed, compile_where

__all__ = [
    "Board",
    "Column",
    "Group",
    "History",
    "Hit",
    "Page",
    "Query",
    "Record",
    "aggregate",
    "board",
    "board_column",
    "compile_typed",
    "compile_where",
    "count",
    "get",
    "history",
    "look",
    "options",
    "search",
    "select",
    "titles",
]
