"""Marks on fields: what roles hide, let be read only, or be filled only while a record is made."""

from __future__ import annotations

from collections.abc import Iterable

from customary.engine.model.entity import Entity
from customary.engine.model.role import Grant

RANKS = {"on_create": 1, "read_only": 2, "hidden": 3}
"""From the mark that takes least away; no mark takes nothing."""


def hidden(entity: Entity, grants: Iterable[Grant]) -> set[str]:
    """The fields that all roles hide through which records can be read, or one that denies."""
    readers = [grant for grant in grants if grant.deny or grant.read is not False]
    return {name for name in _named(readers, entity) if _rank(name, readers) == RANKS["hidden"]}


def closed(entity: Entity, grants: Iterable[Grant], new: bool) -> set[str]:
    """The fields that none of the roles by which records are written lets write, of a new record or a present one."""
    writers = [grant for grant in grants if grant.deny or grant.update is not False or grant.create is not False]
    least = RANKS["read_only"] if new else RANKS["on_create"]
    return {name for name in _named(writers, entity) if _rank(name, writers) >= least}


def pieces(entity: Entity, names: Iterable[str]) -> set[str]:
    """The parts of these fields: what holds for an address holds for its city."""
    return {path for name in names if name in entity.fields for path in entity.fields[name].pieces}


def telling(entity: Entity, unseen: frozenset[str]) -> set[str]:
    """The fields of rules over several records that read a hidden one: a refused change would tell what that holds."""
    groups = [set(names) for names in (*entity.unique.values(), *(each.fields for each in entity.limits))]
    return {name for names in groups if names & unseen for name in names}


def _named(grants: list[Grant], entity: Entity) -> set[str]:
    return {name for grant in grants for name in grant.fields if name in entity.fields}


def _rank(name: str, grants: list[Grant]) -> int:
    """Roles add up, so the mildest mark holds; but what one denies is denied."""
    given = [RANKS.get(grant.fields.get(name, ""), 0) for grant in grants if not grant.deny]
    denied = [RANKS.get(grant.fields.get(name, ""), 0) for grant in grants if grant.deny]
    return max([min(given, default=0), *denied])
