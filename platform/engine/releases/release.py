"""A release: definitions that were applied, who applied them and when. Its row is the switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from customary.engine import audit
from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.model.model import Model
from customary.engine.problem import Problems
from customary.engine.releases.catalogue import load_catalogue
from customary.engine.tables import Catalogue, Tables
from customary.engine.text import File, Source, files_from_data, read_source

rows = sa.Table(
    "customary_release",
    system,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("digest", sa.Text(), nullable=False),
    sa.Column("definitions", Json(), nullable=False),
    sa.Column("plan", sa.Text(), nullable=False),
    sa.Column("inverse", Json(), nullable=False),
    sa.Column("applied_at", Moment(), nullable=False),
    sa.Column("applied_by", sa.Text(), nullable=False),
)
"""`inverse` is what an undo needs: how what changed stood before (`inverse.py`)."""


@dataclass(frozen=True, eq=False)
class Release:
    """Applied definitions, compiled, with their tables. A unit of work takes one at its start and keeps it."""

    number: int
    model: Model
    tables: Tables
    applied_at: datetime
    source: Source | None = None
    """Absent only where tests apply a model made by hand."""


def newest_number(connection: sa.Connection) -> int:
    """The number of the newest release; 0 while nothing has been applied."""
    return connection.execute(_NEWEST).scalar() or 0


_NEWEST = sa.select(sa.func.max(rows.c.number))


def read_release(connection: sa.Connection, number: int, catalogue: Catalogue | None = None) -> Release:
    """Compiles a release from its row, over the catalogue as it stands or as it stood then.

    Raises DefinitionError when its definitions do not compile any more.
    """
    source, model = read_definitions(connection, number)
    applied_at = connection.execute(sa.select(rows.c.applied_at).where(rows.c.number == number)).scalar_one()
    return Release(number, model, Tables(model, catalogue or load_catalogue(connection)), applied_at, source)


def read_files(connection: sa.Connection, number: int) -> list[File]:
    """The files that a release was made of, as text."""
    return files_from_data(_definitions(connection, number))


def read_definitions(connection: sa.Connection, number: int) -> tuple[Source, Model]:
    """What a release says, compiled. Raises DefinitionError when it does not compile any more."""
    from customary.engine.model import compile_source

    problems = Problems()
    written = _definitions(connection, number)
    source = read_source(files_from_data(written), problems, files_from_data(written, origins=True))
    model = compile_source(source, problems)
    problems.raise_errors()
    return source, model


def _definitions(connection: sa.Connection, number: int) -> list[dict[str, Any]]:
    return connection.execute(sa.select(rows.c.definitions).where(rows.c.number == number)).scalar_one()


def write_release(
    connection: sa.Connection,
    release: Release,
    plan: str,
    inverse: Mapping[str, Any],
    by: str,
) -> None:
    """Adds the row that makes a release the newest."""
    connection.execute(
        rows.insert(),
        {
            "number": release.number,
            "digest": release.model.digest,
            "definitions": release.source.to_data() if release.source else [],
            "plan": plan,
            "inverse": inverse,
            "applied_at": release.applied_at,
            "applied_by": by,
        },
    )
    told = {"number": release.number, "digest": release.model.digest[:12]}
    audit.note(connection, "released", release.applied_at, who=by, **told)
