"""Records: the only writer, and the reader, in which permission is part of every query."""

from __future__ import annotations

from customary.engine.records.changes import Change
from customary.engine.records.identifier import new_id
from customary.engine.records.read import (
    Group,
    Hit,
    Page,
    Query,
    Record,
    compile_where,
    count,
    get,
    select,
    titles,
)
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused, Stale
from customary.engine.records.scope import RecordScope
from customary.engine.records.search import search
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import archive, create, create_many, delete, move, restore, update

__all__ = [
    "Cause",
    "Change",
    "FieldProblem",
    "Forbidden",
    "Group",
    "Hit",
    "Missing",
    "Page",
    "Query",
    "Record",
    "RecordScope",
    "Refused",
    "Stale",
    "Work",
    "archive",
    "compile_where",
    "count",
    "create",
    "create_many",
    "delete",
    "get",
    "move",
    "new_id",
    "restore",
    "search",
    "select",
    "titles",
    "update",
]
