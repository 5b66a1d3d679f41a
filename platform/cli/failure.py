"""How a command fails: one clear line on standard error and an exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

PROBLEMS, WRONG_USE = 1, 2


class Failure(click.ClickException):
    """A command that cannot be done. Exit code 1 for problems found, 2 for wrong use."""

    def __init__(self, message: str, exit_code: int = PROBLEMS) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def reported() -> Iterator[None]:
    """Turns what rooms raise into a `Failure`. Anything unforeseen passes, for it is a defect."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        raise _failure(error) from error


def _failure(error: Exception) -> Exception:
    import sqlalchemy as sa

    from customary.engine.people import AccountProblem
    from customary.engine.plan import CannotUndo, Drifted, InTheWay, OutOfDate, UnderWay, Unfit
    from customary.engine.problem import DefinitionError
    from customary.engine.records.refusal import Forbidden, Refused
    from customary.engine.workspace import WorkspaceError, WrongUse

    not_applied = (CannotUndo, Drifted, InTheWay, OutOfDate, UnderWay, Unfit)
    refused = (*not_applied, DefinitionError, AccountProblem, Refused, Forbidden)
    told = (WorkspaceError, *refused)
    if isinstance(error, WrongUse):
        return Failure(str(error), WRONG_USE)
    if isinstance(error, told):
        return Failure(str(error))
    if isinstance(error, sa.exc.OperationalError):
        return Failure(f"The database does not answer: {str(error.orig).strip().splitlines()[0]}")
    return error
