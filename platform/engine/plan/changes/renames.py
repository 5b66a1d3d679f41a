"""Renamings of definitions that have no table of their own, and of the rows that hold their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa

from customary.engine.messages.surveys import ASKS
from customary.engine.people import rename_roles
from customary.engine.plan.change import SWITCH, Change
from customary.engine.plan.line import Line
from customary.engine.records.deciding import decisions
from customary.engine.releases.inverse import Names

if TYPE_CHECKING:
    from customary.engine.records.work import Work

_runs = sa.table("customary_run", sa.column("workflow"))
_turns = sa.table("customary_turn", sa.column("key", sa.Text), sa.column("last", sa.Uuid))
_mails = sa.table("customary_message", sa.column("name"))
_received = sa.table("customary_mail", sa.column("mailbox"))
_mailboxes = sa.table("customary_mailbox", sa.column("name"))
_entries = sa.table("customary_form_entry", sa.column("form"))
_tickets = sa.table("customary_ticket", sa.column("purpose"))


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameRoles(Change):
    """Who holds a role, and what is asked of it, follows its name. All at once, for two may have swapped theirs."""

    phase: ClassVar[int] = SWITCH

    names: Mapping[str, str]

    def switch(self, work: Work) -> None:
        rename_roles(work.connection, self.names)
        decisions.rename_roles(work.connection, self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameRows(Change):
    """Rows that know something by its name know it by the new one."""

    phase: ClassVar[int] = SWITCH

    column: sa.ColumnClause
    names: Mapping[str, str]

    def switch(self, work: Work) -> None:
        name = sa.case(dict(self.names), value=self.column)
        statement = sa.update(self.column.table).where(self.column.in_(self.names))
        work.connection.execute(statement.values({self.column: name}))


@dataclass(frozen=True, kw_only=True, eq=False)
class RenameTurns(Change):
    """Whose turn it is, where a workflow shares work out, is known by the workflow and its step."""

    phase: ClassVar[int] = SWITCH

    names: Mapping[str, str]

    def switch(self, work: Work) -> None:
        connection = work.connection
        rows = [dict(row) for row in connection.execute(sa.select(_turns)).mappings()]
        kept = [{**row, "key": self._renamed(row["key"])} for row in rows]
        if kept != rows:
            # Names may be swapped, and no two rows may have one key even for a moment.
            connection.execute(_turns.delete())
            connection.execute(_turns.insert(), kept)

    def _renamed(self, key: str) -> str:
        workflow, _, position = key.partition("/")
        return f"{self.names.get(workflow, workflow)}/{position}"


def _carry(kind: str, names: Mapping[str, str]) -> Iterator[Change]:
    """What people, runs and mails know by the old names of one kind of definition."""
    if kind == "role":
        yield RenameRoles(names=names)
    if kind == "workflow":
        yield RenameRows(column=_runs.c.workflow, names=names)
        yield RenameTurns(names=names)
    if kind == "mailbox":
        yield RenameRows(column=_received.c.mailbox, names=names)
        yield RenameRows(column=_mailboxes.c.name, names=names)
    if kind == "web_form":
        yield RenameRows(column=_entries.c.form, names=names)
    if kind == "survey":
        asks = {ASKS + before: ASKS + name for before, name in names.items()}
        yield RenameRows(column=_tickets.c.purpose, names=asks)
    if kind in ("message", "document"):
        yield RenameRows(column=_mails.c.name, names=names)


def rename_documents(renamed: Mapping[tuple[str, str], str], in_rows: Mapping[str, Names]) -> Iterator[Change]:
    """A line for each renaming, and what carries the new names into rows, by kind."""
    for (kind, name), before in renamed.items():
        yield Change(line=Line(sign="→", kind=kind, path=name, before=before, after=name))
    for kind, names in in_rows.items():
        yield from _carry(kind, {before: name for name, before in names.items()})
