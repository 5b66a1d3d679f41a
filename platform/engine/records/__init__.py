"""Records: the only writer, and the reader, in which permission is part of every query."""

from __future__ import annotations

from customary.engine.records import saved_view as _saved_view  # noqa: F401 - declares its table
from customary.engine.records.changes import Change
from customary.engine.records.identifier import new_id
from customary.engine.records.read import (
    Board,
    Column,
    Group,
    History,
    Hit,
    Page,
    Query,
    Record,
    aggregate,
    board,
    board_column,
    compile_typed,
    compile_where,
    count,
    get,
    history,
    look,
    options,
    search,
    select,
    titles,
)
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused, Stale
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import archive, create, create_many, delete, merge, move, restore, take_back, update

__all__ = [
    "Board",
    "Cause",
    "Change",
    "Column",
    "FieldProblem",
    "Forbidden",
    "Group",
    "History",
    "Hit",
    "Missing",
    "Page",
    "Query",
    "Record",
    "RecordScope",
    "Refused",
    "Stale",
    "Work",
    "aggregate",
    "archive",
    "board",
    "board_column",
    "compile_typed",
    "compile_where",
    "count",
    "create",
    "create_many",
    "delete",
    "get",
    "history",
    "look",
    "merge",
    "move",
    "new_id",
    "options",
    "restore",
    "search",
    "select",
    "take_back",
    "titles",
    "update",
]
