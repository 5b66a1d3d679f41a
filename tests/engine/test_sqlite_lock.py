"""Whoever waits for SQLite's lock looks often, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from customary.engine.database import Database


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'lock.db'}"


@contextmanager
def held(url: str) -> Iterator[None]:
    """By another process, as it were: each has turns of its own."""
    database = Database(url)
    with database.write():
        yield
    database.close()


def test_whoever_waits_is_let_in_as_soon_as_the_lock_is_free(file: str, monkeypatch: pytest.MonkeyPatch):
    database, looks, other = Database(file), [], ExitStack()

    def rest(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            other.close()

    monkeypatch.setattr(time, "sleep", rest)
    other.enter_context(held(file))
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    database.close()
    assert len(looks) == 3
    assert max(looks) < 0.01


def test_whoever_waited_long_enough_is_told(file: str, monkeypatch: pytest.MonkeyPatch):
    database = Database(file)
    monkeypatch.setattr("customary.engine.database.PATIENCE_SECONDS", 0.02)
    with held(file), pytest.raises(sa.exc.OperationalError, match="locked"), database.write():
        pass
    with database.write():
        pass
    database.close()
