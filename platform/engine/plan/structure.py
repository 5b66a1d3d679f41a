"""Changes of structure: tables, columns, keys and indexes that are added. Nothing physical is renamed or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa

from customary.engine.plan.change import ADD_COLUMN, ADD_INDEX, ADD_KEY, CREATE_TABLE, DROP_INDEX, Change

if TYPE_CHECKING:
    from alembic.operations import Operations


@dataclass(frozen=True, kw_only=True, eq=False)
class AddTable(Change):
    """A table with its columns. SQLite takes foreign keys only with the table; PostgreSQL takes them afterwards,
    when the tables they point to are there."""

    phase: ClassVar[int] = CREATE_TABLE

    table: sa.Table

    def apply(self, operations: Operations) -> None:
        inline = None if _is_sqlite(operations) else []
        operations.execute(sa.schema.CreateTable(self.table, include_foreign_key_constraints=inline))


@dataclass(frozen=True, kw_only=True, eq=False)
class AddColumns(Change):
    """The columns of one field."""

    phase: ClassVar[int] = ADD_COLUMN

    table: sa.Table
    columns: tuple[str, ...]

    def apply(self, operations: Operations) -> None:
        for name in self.columns:
            keys = [key for key in self.table.foreign_key_constraints if name in key.columns]
            if keys and _is_sqlite(operations):
                operations.execute(self._with_key(operations, name, keys[0]))
            else:
                operations.add_column(self.table.name, sa.Column(name, self.table.c[name].type))

    def _with_key(self, operations: Operations, name: str, key: sa.ForeignKeyConstraint) -> str:
        """SQLite takes a new column's foreign key only inside ADD COLUMN, where Alembic leaves out ON DELETE."""
        dialect = operations.get_bind().dialect
        quote = dialect.identifier_preparer.quote
        target = key.elements[0].column.table.name
        return (
            f"ALTER TABLE {quote(self.table.name)} ADD COLUMN {quote(name)} {self.table.c[name].type.compile(dialect)} "
            f"CONSTRAINT {quote(key.name)} REFERENCES {quote(target)} (id) ON DELETE {key.ondelete}"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class AddKeys(Change):
    """Foreign keys of a table, or of some of its columns."""

    phase: ClassVar[int] = ADD_KEY

    table: sa.Table
    columns: tuple[str, ...] | None = None

    def apply(self, operations: Operations) -> None:
        if _is_sqlite(operations):
            return
        for key in sorted(self.table.foreign_key_constraints, key=lambda key: str(key.name)):
            if self.columns is None or set(key.columns.keys()) <= set(self.columns):
                target = key.elements[0].column.table.name
                columns = key.columns.keys()
                operations.create_foreign_key(key.name, self.table.name, target, columns, ["id"], ondelete=key.ondelete)


@dataclass(frozen=True, kw_only=True, eq=False)
class AddIndex(Change):
    """An index that declarations call for."""

    phase: ClassVar[int] = ADD_INDEX

    index: sa.Index

    def apply(self, operations: Operations) -> None:
        operations.execute(sa.schema.CreateIndex(self.index))


@dataclass(frozen=True, kw_only=True, eq=False)
class DropIndex(Change):
    """An index that nothing calls for any more. It holds no data of its own."""

    phase: ClassVar[int] = DROP_INDEX

    name: str

    def apply(self, operations: Operations) -> None:
        operations.execute(sa.text(f"DROP INDEX {operations.get_bind().dialect.identifier_preparer.quote(self.name)}"))


def _is_sqlite(operations: Operations) -> bool:
    return operations.get_bind().dialect.name == "sqlite"
