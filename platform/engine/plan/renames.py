"""Renamings of definitions that have no table of their own, and of the rows that hold their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from customary.engine.people import rename_roles
from customary.engine.plan.change import FILL, Change

if TYPE_CHECKING:
    from alembic.operations import Operations

Documents = Mapping[tuple[str, str], Mapping[str, Any]]

_runs = sa.table("customary_run", sa.column("workflow"))


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameRoles(Change):
    """Who holds a role holds it under its new name. All at once, for two may have swapped their names."""

    phase: ClassVar[int] = FILL

    names: Mapping[str, str]

    def apply(self, operations: Operations) -> None:
        rename_roles(operations.get_bind(), self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameRuns(Change):
    """What a workflow did stays its own: its log, and that it ran once."""

    phase: ClassVar[int] = FILL

    names: Mapping[str, str]

    def apply(self, operations: Operations) -> None:
        name = sa.case(dict(self.names), value=_runs.c.workflow)
        operations.get_bind().execute(_runs.update().where(_runs.c.workflow.in_(self.names)).values(workflow=name))


CARRIED = {"role": RenameRoles, "workflow": RenameRuns}


def document_renames(old: Documents, new: Documents) -> dict[tuple[str, str], str]:
    """Kind and name of today to the name before. A `was:` not heard before wins over an equal name: so swaps work."""
    found: dict[tuple[str, str], str] = {}
    taken: set[tuple[str, str]] = set()
    for (kind, name), body in new.items():
        heard = _was(old.get((kind, name), {}))
        for word in _was(body):
            if kind != "entity" and (kind, word) in old and word not in (name, *heard) and (kind, word) not in taken:
                found[kind, name] = word
                taken.add((kind, word))
                break
    return found


def rename_documents(renamed: Mapping[tuple[str, str], str]) -> Iterator[Change]:
    """A line for each renaming, and what carries the new names into rows."""
    for (kind, name), before in renamed.items():
        yield Change(sign="→", text=f"{kind} {before} becomes {name}")
    for kind, carry in CARRIED.items():
        if names := {before: name for (of, name), before in renamed.items() if of == kind}:
            yield carry(names=names)


def _was(body: Mapping[str, Any]) -> tuple[str, ...]:
    written = body.get("was") or ()
    return (written,) if isinstance(written, str) else tuple(map(str, written))
