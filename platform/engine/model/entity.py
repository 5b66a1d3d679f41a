"""What an entity is made of, compiled: checks, views, sections, what points to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from customary.engine.expressions import Expression, Template
from customary.engine.fields.field import Field
from customary.engine.model.entities.limit import Limit
from customary.engine.model.entities.retention import Retention
from customary.engine.model.nothing import NOTHING
from customary.engine.model.pipeline import Pipeline
from customary.engine.problem import Place
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule over a record that must not be false; the message is shown at `field` (or at the record)."""

    name: str
    condition: Expression
    message: Words
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class View:
    """One way of looking at an entity's records. `kind` is table or board (further kinds come as files)."""

    name: str
    label: Words
    kind: str
    entity: str
    columns: tuple[str, ...] = ()
    where: Expression | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    """Field name and whether descending."""
    pipeline: str | None = None
    card: tuple[str, ...] = ()
    sum: str | None = None
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled part of the form and the record page: rows of field names."""

    name: str
    label: Words
    rows: tuple[tuple[str, ...], ...]
    tab: bool = False


@dataclass(frozen=True, kw_only=True)
class Inverse:
    """The other end of a link: the records of `entity` whose `field` points here."""

    name: str
    label: Words
    entity: str
    field: str
    many_to_many: bool = False


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A kind of record. `fields` are in their order; system and pipeline fields stand at the end."""

    name: str
    label: Words
    plural: Words
    icon: str
    title: Template
    fields: Mapping[str, Field]
    highlights: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    unique: Mapping[str, tuple[str, ...]] = NOTHING
    limits: tuple[Limit, ...] = ()
    retention: Retention | None = None
    views: Mapping[str, View] = NOTHING
    layout: tuple[Section, ...] = ()
    inverses: Mapping[str, Inverse] = NOTHING
    pipelines: tuple[Pipeline, ...] = ()
    plays: str | None = None
    """person, organisation, activity, task, user, team or None."""
    help: Words = Words({})
    was: tuple[str, ...] = ()
    place: Place | None = None
    tree: str | None = None
    """The link to its own entity that makes its records a tree: they have `ancestors` and `descendants`."""
    child_of: tuple[str, str] | None = None
    """Parent entity and its `lines` field, when records of this entity are edited inside another."""

    @cached_property
    def columns(self) -> Mapping[str, Field]:
        """The fields and, by path, the parts of those that have parts: what lists show, sort and filter by."""
        return with_pieces(self.fields)

    @property
    def owner_field(self) -> str:
        """What says whose a record is: the field `owner`, else who created it."""
        return "owner" if "owner" in self.fields else "created_by"

    @property
    def searchable(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields.values() if each.search)


def with_pieces(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Fields and, behind each, its parts by path."""
    found: dict[str, Field] = {}
    for name, each in fields.items():
        found |= {name: each, **each.pieces}
    return found
