"""What was applied: releases with their lines, and how the definitions of two of them differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from customary.engine.plan.line import Line, from_text
from customary.engine.plan.masking import masked
from customary.engine.releases import read_files
from customary.engine.releases.release import rows


@dataclass(frozen=True)
class Applied:
    """One release. `back` is the release whose definitions it took up again, where it was an undo."""

    number: int
    at: datetime
    by: str
    lines: tuple[Line, ...]
    back: int | None


@dataclass(frozen=True)
class FileDifference:
    """A definition file that two releases have differently: lines with their sign (+, -, a blank, @ between parts)."""

    path: str
    lines: tuple[tuple[str, str], ...]


def history(connection: sa.Connection, before: int | None = None, limit: int = 50) -> list[Applied]:
    """The newest releases; `before` is the number of the last one of the page before."""
    columns = (rows.c.number, rows.c.applied_at, rows.c.applied_by, rows.c.plan, rows.c.inverse)
    newest = sa.select(*columns).order_by(rows.c.number.desc()).limit(limit)
    found = newest if before is None else newest.where(rows.c.number < before)
    return [_applied(row) for row in connection.execute(found)]


def applied(connection: sa.Connection, number: int) -> Applied | None:
    """One release, or None."""
    return next((each for each in history(connection, number + 1, 1) if each.number == number), None)


def difference(connection: sa.Connection, older: int, newer: int) -> list[FileDifference]:
    """The files that differ between two releases, the packs' too, by path; an older one of 0 has no files."""
    then, now = (_texts(connection, number) for number in (older, newer))
    paths = sorted(path for path in {**then, **now} if then.get(path) != now.get(path))
    return [FileDifference(path, tuple(_compared(then.get(path, ""), now.get(path, "")))) for path in paths]


def _texts(connection: sa.Connection, number: int) -> dict[str, str]:
    return {each.path: each.text for each in read_files(connection, number)} if number else {}


def _compared(then: str, now: str) -> Iterator[tuple[str, str]]:
    compared = difflib.unified_diff(then.splitlines(), now.splitlines(), lineterm="", n=2)
    for text in list(compared)[2:]:
        yield ("@", "") if text.startswith("@@") else (text[:1], masked(text[1:]))


def _applied(row: sa.Row) -> Applied:
    return Applied(row.number, row.applied_at, row.applied_by, from_text(row.plan), row.inverse.get("back"))
