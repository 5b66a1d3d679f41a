"""All tables of a model, by today's names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.tables.catalogue import Catalogue
from customary.engine.tables.entity_table import SYSTEM_COLUMNS, EntityTable
from customary.engine.tables.growth import target
from customary.engine.tables.indexes import add_indexes
from customary.engine.tables.past import Past
from customary.engine.tables.rows import Predicate, TableRows
from customary.engine.tables.shape import is_stored

if TYPE_CHECKING:
    from customary.engine.expressions import Values


class Tables:
    """A model laid over the physical names of a catalogue. Never changes; a release keeps its own."""

    def __init__(self, model: Model, catalogue: Catalogue) -> None:
        self.model = model
        self.catalogue = catalogue
        self.past = Past(catalogue)
        self.metadata = sa.MetaData()
        self._codes = {each: catalogue.entity(each).code for each in model.entities}
        self._names = {code: name for name in model.entities for code in self.codes(name)}
        self._tables = {entity.name: self._table(entity) for entity in model.entities.values()}
        for made in self._tables.values():
            add_indexes(made, _timed(model, made.entity.name), _rights(model, made.entity.name))

    @classmethod
    def fresh(cls, model: Model) -> Tables:
        """The tables of a database in which nothing was before."""
        return cls(model, Catalogue.fresh(model))

    def entity(self, name: str) -> EntityTable:
        """The table of an entity. Raises KeyError when there is none of that name."""
        return self._tables[name]

    def rows(self, entity: str, predicate: Predicate | None = None, values: Values | None = None) -> TableRows:
        """The entity's rows for expressions; `predicate` says what a reader may see behind links, and
        `values` are what formulas read beside the record (now, user)."""
        return TableRows(self, entity, self._tables[entity].table, predicate, values)

    def code(self, entity: str) -> str:
        """The name an entity was born with: what to keep where rows outlive a renaming."""
        return self._codes[entity]

    def codes(self, entity: str) -> tuple[str, ...]:
        """That name, and those of the entities that have become one with it."""
        own = self._codes[entity]
        return (own, *(each.code for each in self.catalogue.joined(own)))

    def named(self, code: str) -> str | None:
        """Today's name of the entity born with this one, or None when it is gone."""
        return self._names.get(code)

    def _table(self, entity: Entity) -> EntityTable:
        table = sa.Table(
            self.catalogue.entity(entity.name).physical, self.metadata, *(make() for make in SYSTEM_COLUMNS.values())
        )
        physical: dict[str, str] = {}
        suffixes: dict[str, tuple[str, ...]] = {}
        link_tables: dict[str, sa.Table] = {}
        for name, field in entity.fields.items():
            if name in SYSTEM_COLUMNS:
                continue
            physical[name] = self.catalogue.field(entity.name, name).physical
            if field.points == "many":
                link_tables[name] = self._link_table(entity, field, physical[name])
            else:
                suffixes[name] = self._add_columns(table, entity, field, physical[name])
            for path, piece in field.pieces.items():
                physical[path] = f"{physical[name]}_{path.partition('.')[2]}"
                suffixes[path] = tuple(part.suffix for part in piece.parts({}))
        code, entities = self._codes[entity.name], frozenset(self._codes)
        return EntityTable(entity, table, code, physical, suffixes, link_tables, entities)

    def _add_columns(self, table: sa.Table, entity: Entity, field: Field, stem: str) -> tuple[str, ...]:
        parts = field.parts(self._codes_of(entity, field)) if is_stored(field) else ()
        for part in parts:
            table.append_column(sa.Column(stem + part.suffix, part.type))
        if parts and (to := target(field, self.model)):
            key = _foreign_key([stem], self.catalogue.entity(to).physical, table.name, "SET NULL")
            table.append_constraint(key)
        return tuple(part.suffix for part in parts)

    def _codes_of(self, entity: Entity, field: Field) -> dict[str, str]:
        """What today's names in the field's values are kept as: entities for any_link, else its options."""
        if field.points == "any":
            return self._codes
        return self.catalogue.codes(self.catalogue.field(entity.name, field.name).id)

    def _link_table(self, entity: Entity, field: Field, name: str) -> sa.Table:
        here, there = (self.catalogue.entity(each).physical for each in (entity.name, target(field, self.model)))
        return sa.Table(
            name,
            self.metadata,
            sa.Column("source", sa.Uuid(), primary_key=True),
            sa.Column("target", sa.Uuid(), primary_key=True),
            _foreign_key(["source"], here, name, "CASCADE"),
            _foreign_key(["target"], there, name, "CASCADE"),
            sa.Index(f"lx_{name}", "target", "source"),
        )


def _foreign_key(columns: list[str], to: str, table: str, deleted: str) -> sa.ForeignKeyConstraint:
    """Nothing may dangle. What happens to the links of a deleted record is decided by `on_delete` before; the
    database's own action is there for columns and tables that are retired, which no rule looks at any more."""
    return sa.ForeignKeyConstraint(columns, [f"{to}.id"], name=key_name(table, columns, to), ondelete=deleted)


def key_name(table: str, columns: list[str], to: str) -> str:
    """The name of a foreign key, which follows from what it is."""
    return f"fk_{table}_{hashlib.sha256(f'{table}.{columns}.{to}'.encode()).hexdigest()[:10]}"


def _timed(model: Model, entity: str) -> Iterator[str]:
    """The fields of an entity by which time starts workflows."""
    for workflow in model.workflows.values():
        for trigger in workflow.triggers:
            if trigger["entity"] == entity and trigger["kind"] in ("due", "idle"):
                yield trigger.get("field", "updated_at")


def _rights(model: Model, entity: str) -> Iterator[Any]:
    """The rules by which roles let people see some of an entity's records."""
    for role in model.roles.values():
        grant = role.entities.get(entity, role.entities.get("*"))
        if grant is not None and not grant.deny and not isinstance(grant.read, bool):
            yield grant.read
