"""Asking the database what a person typed: values that it cannot hold are their mistake, not a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason

TOO_DEEP = Reason("cannot be asked for that: the conditions are nested too deep")


def ask(work: Work, statement: sa.Select, parameters: Mapping[str, Any]) -> sa.CursorResult:
    """Runs a query. Raises Refused when a typed value is beyond what the database can compare or add up."""
    try:
        return work.connection.execute(statement, parameters)
    except (sa.exc.DataError, UnicodeError, OverflowError) as error:
        raise _refused() from error
    except sa.exc.OperationalError as error:
        # What SQLite adds up may overflow; its parser may too, and says so in another word.
        told = str(error.orig)
        if told == "integer overflow":
            raise _refused() from error
        if "parser stack overflow" in told or "Expression tree is too large" in told:
            raise Refused([FieldProblem(None, TOO_DEEP)]) from error
        raise
    except sa.exc.StatementError as error:
        # A value that its column type cannot even be given: SQLAlchemy wraps what Python raised.
        if isinstance(error, sa.exc.DBAPIError):
            raise
        raise _refused() from error


def _refused() -> Refused:
    return Refused([FieldProblem(None, Reason("cannot be asked for that: a value is out of range"))])
