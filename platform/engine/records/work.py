"""One unit of work: what every read and write of records is done with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine import access, audit
from customary.engine.access import Access, shares
from customary.engine.access.shares import SharedWith
from customary.engine.model.model import Model
from customary.engine.people.actor import SYSTEM, Actor

if TYPE_CHECKING:
    from customary.engine.releases import Release


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a write happens; it is kept in the change row.

    `origin` is form, api, import, workflow, undo or system. `chain` names the workflows that led here, outermost
    first, and `depth` counts them. `parent` is the record that a child row was written with. What is `quiet` starts no
    rules; those before the save hold all the same. What came by a web form names the `form`, and the wording of the
    `consent` that was given with it.
    """

    origin: str = "system"
    run: str | None = None
    depth: int = 0
    chain: tuple[str, ...] = ()
    parent: tuple[str, UUID] | None = None
    quiet: bool = False
    form: str | None = None
    consent: str | None = None

    def to_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"origin": self.origin}
        if self.run:
            plain["run"] = self.run
        if self.depth:
            plain["depth"] = self.depth
        if self.chain:
            plain["chain"] = list(self.chain)
        if self.parent:
            plain["parent"] = [self.parent[0], str(self.parent[1])]
        if self.quiet:
            plain["quiet"] = True
        if self.form:
            plain["form"] = self.form
        if self.consent:
            plain["consent"] = self.consent
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Cause:
        parent = plain.get("parent")
        return cls(
            origin=plain.get("origin", "system"),
            run=plain.get("run"),
            depth=plain.get("depth", 0),
            chain=tuple(plain.get("chain", ())),
            parent=(parent[0], UUID(parent[1])) if parent else None,
            quiet=plain.get("quiet", False),
            form=plain.get("form"),
            consent=plain.get("consent"),
        )


@dataclass(frozen=True)
class Work:
    """A connection, the release it is done under, who does it, when, and why.

    `now` is aware and fixed for the whole unit; nothing below asks the clock.
    """

    connection: sa.Connection
    release: Release
    actor: Actor
    now: datetime
    cause: Cause = field(default_factory=Cause)
    single: bool = False
    """Whether it is about one record, or few: then statements look themselves for what is shared, instead of being told
    what one more had found."""
    stirred: list[Any] = field(default_factory=list, compare=False, repr=False)
    """Written records that computed fields of others may read; shared with the works made of this one."""

    @property
    def model(self) -> Model:
        return self.release.model

    @cached_property
    def access(self) -> Access:
        return access.compile(self.release.model, self.actor)

    @cached_property
    def reader(self) -> tuple:
        """The actor as far as permission and conditions may ask: equal ones may read by the same statements."""
        actor = self.actor
        return (actor.is_system, actor.id, actor.roles, actor.limits, repr(actor.record), self.shared.key)

    @cached_property
    def shared(self) -> SharedWith:
        """The records that were shared with the actor; nobody asks for those of who may read everything anyway."""
        user, model = self.actor.record, self.release.model
        if user is None or self.access.admin or not self.access.roles:
            return shares.NOTHING
        rows = self.release.tables.rows(model.playing("user").name)
        day = self.now.astimezone(model.settings.time_zone).date()
        if self.single:
            return shares.asked_for(model, rows, user, day)
        return shares.shared_with(self.connection, model, rows, user, day)

    @property
    def is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def as_system(self) -> Work:
        """The same unit of work with all rights; the change rows then name no person."""
        return replace(self, actor=SYSTEM)

    def of_one(self) -> Work:
        """The same unit of work, about a single record."""
        return replace(self, single=True)

    def because(self, **changes: Any) -> Work:
        """The same unit of work with another cause: `work.because(origin="workflow", run=...)`."""
        return replace(self, cause=replace(self.cause, **changes))

    def audit(self, kind: str, entity: str = "", id: UUID | None = None, **details: Any) -> None:
        """Adds a line to the audit log, in this very transaction."""
        about = (self.release.tables.code(entity), id) if entity else None
        who = self.actor.email or self.actor.name
        audit.note(self.connection, kind, self.now, actor=self.actor.id, who=who, about=about, **details)

    def update(self, entity: str, id: UUID, values: Mapping[str, Any]) -> int:
        """`records.update`, for rooms that lie below this one and are handed the work."""
        from customary.engine.records.writer.update import update

        return update(self, entity, id, values)

    def create(self, entity: str, values: Mapping[str, Any]) -> UUID:
        """`records.create`, for rooms that lie below this one and are handed the work."""
        from customary.engine.records.writer.create import create

        return create(self, entity, values)
