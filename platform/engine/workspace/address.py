"""Which database a workspace has."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.environment import secret
from customary.engine.text.source import SETTINGS_FILE
from customary.engine.text.workspace import database_in
from customary.engine.workspace.errors import WrongUse

DATABASE_VARIABLE = "CUSTOMARY_DATABASE"
DEFAULT_DATABASE = "sqlite:///customary.db"


def url_for(directory: Path, given: str | None = None) -> str:
    """The database that a folder with a `customary.yaml` takes. Raises WrongUse."""
    try:
        return given or secret(DATABASE_VARIABLE) or declared_database(directory) or DEFAULT_DATABASE
    except OSError as error:
        raise WrongUse(f"The file with the database's URL cannot be read: {error}") from error


def declared_database(directory: Path) -> str | None:
    """The database that its `customary.yaml` names."""
    return database_in((directory / SETTINGS_FILE).read_bytes())


def database_at(text: str, directory: Path) -> Database:
    """The database of a URL; a relative SQLite file lies in the workspace's folder."""
    url = url_of(text)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str((directory / url.database).resolve()))
    return Database(url.render_as_string(hide_password=False))


def url_of(text: str) -> sa.URL:
    """The parts of a database's URL. Raises WrongUse when it is none, or of a database that is not supported."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError as error:
        raise WrongUse(f"“{text}” is not a database URL. For example: sqlite:///customary.db") from error
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise WrongUse(f"“{backend}” is not supported. Databases: sqlite, postgresql.")
    return url
