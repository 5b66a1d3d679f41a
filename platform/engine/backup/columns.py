"""Kinds of columns: how their values stand in a backup, alike for SQLite and PostgreSQL."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import CodePointText, Json, Moment


@dataclass(frozen=True, slots=True)
class Kind:
    """A column's type, and its values as JSON and back. What JSON has itself passes as it is."""

    type: sa.types.TypeEngine
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None


KINDS = {
    "uuid": Kind(sa.Uuid(), str, UUID),
    "moment": Kind(Moment(), lambda value: value.isoformat(), datetime.fromisoformat),
    "date": Kind(sa.Date(), lambda value: value.isoformat(), date.fromisoformat),
    "time": Kind(sa.Time(), lambda value: value.isoformat(), time.fromisoformat),
    "boolean": Kind(sa.Boolean()),
    "integer": Kind(sa.Integer()),
    "whole": Kind(sa.BigInteger()),
    "number": Kind(sa.Numeric(), str, Decimal),
    "float": Kind(sa.Double()),
    "text": Kind(CodePointText()),
    "plain": Kind(sa.Text()),
    "json": Kind(Json()),
    "bytes": Kind(sa.LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode),
}
"""Exact decimals are whole numbers in both databases. `plain` is text that sorts as the database likes."""

_OF_TYPE: tuple[tuple[type[sa.types.TypeEngine], str], ...] = (
    (sa.Uuid, "uuid"),
    (sa.CHAR, "uuid"),
    (sa.DateTime, "moment"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.Boolean, "boolean"),
    (sa.BigInteger, "whole"),
    (sa.Integer, "integer"),
    (sa.Float, "float"),
    (sa.Numeric, "number"),
    (sa.LargeBinary, "bytes"),
    (sa.JSON, "json"),
    (sa.String, "text"),
)


def kind_of(found: sa.types.TypeEngine) -> str:
    """The kind of a column as the database tells of it. Raises TypeError for one that is none of ours."""
    for each, kind in _OF_TYPE:
        if isinstance(found, each):
            return kind
    raise TypeError(f"{found!r}")
