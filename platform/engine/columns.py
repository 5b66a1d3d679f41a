"""Types of columns, and the two functions over them that SQLite and PostgreSQL say differently."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class CodePointText(sa.types.TypeDecorator):
    """Text that compares by code point on both databases."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text())


class Moment(sa.types.TypeDecorator):
    """A moment in UTC. SQLite keeps it as text in ISO form, which sorts as time does."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Scaled(sa.types.TypeDecorator):
    """An exact decimal kept as a whole number of `10 ** -scale`, so both databases calculate alike."""

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale
        self._unit = Decimal(1).scaleb(-scale)

    def process_bind_param(self, value: Decimal | int | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        return int(Decimal(value).quantize(self._unit, ROUND_HALF_EVEN).scaleb(self.scale))

    def process_result_value(self, value: int | Decimal | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.scale)


class Code(sa.types.TypeDecorator):
    """A named value (an option, a stage) kept as the code it was given at birth.

    `codes` maps today's name to its code; what has no entry is its own code. So a renamed option keeps its rows.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, codes: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self.codes = codes
        self._code = dict(codes)
        self._name = {code: name for name, code in codes}

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return self._code.get(value, value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return self._name.get(value, value)


class Names(sa.types.TypeDecorator):
    """A list of texts (options, tags) as a JSON array; empty is NULL. `has(column, text)` asks for one."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, codes: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(none_as_null=True)
        self.codes = codes
        self._code = dict(codes)
        self._name = {code: name for name, code in codes}

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        json_type = postgresql.JSONB if dialect.name == "postgresql" else sa.JSON
        return dialect.type_descriptor(json_type(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> list[str] | None:
        return [self._code.get(item, item) for item in value] if value else None

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> tuple[str, ...]:
        return tuple(self._name.get(item, item) for item in value or ())


class Json(sa.types.TypeDecorator):
    """Any JSON value; absent is NULL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        json_type = postgresql.JSONB if dialect.name == "postgresql" else sa.JSON
        return dialect.type_descriptor(json_type(none_as_null=True))


class SomeIds(sa.types.TypeDecorator):
    """Any number of ids as PostgreSQL writes an array: for 50 of them psycopg takes 35 µs longer."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[UUID], dialect: sa.Dialect) -> str:
        return f"{{{','.join([each.hex for each in value])}}}"


class has(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """`has(column, text)`: the list in a `Names` column holds the text (given as its code)."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(has, "sqlite")
def _has_sqlite(element: has, compiler: Any, **kw: Any) -> str:
    column, text = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {text})"  # noqa: S608 - made of compiled clauses


@compiles(has, "postgresql")
def _has_postgresql(element: has, compiler: Any, **kw: Any) -> str:
    column, text = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"coalesce(jsonb_exists({column}, {text}), false)"


class _Ids(sa.types.UserDefinedType):
    """Ids gathered in one value: an array on PostgreSQL, JSON on SQLite."""

    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, _coltype: object) -> Callable[[Any], tuple[UUID, ...]]:
        if dialect.name == "postgresql":
            return tuple
        return lambda text: tuple(UUID(each) for each in json.loads(text))


class gathered(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """`gathered(query)`: all ids that a scalar subquery of one column `id` finds, in its order, as one tuple."""

    type = _Ids()
    inherit_cache = True


@compiles(gathered, "sqlite")
def _gathered_sqlite(element: gathered, compiler: Any, **kw: Any) -> str:
    query = compiler.process(element.clauses.clauses[0], **kw)
    return f"(SELECT json_group_array(id) FROM {query})"  # noqa: S608 - made of a compiled clause


@compiles(gathered, "postgresql")
def _gathered_postgresql(element: gathered, compiler: Any, **kw: Any) -> str:
    return f"ARRAY{compiler.process(element.clauses.clauses[0], **kw)}"
