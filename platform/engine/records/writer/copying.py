"""Copying a record: what was entered in it, with the rows inside it, as a new one from its beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.fields.field import Field
from customary.engine.records import storage
from customary.engine.records.reader.select import get
from customary.engine.records.work import Work
from customary.engine.records.writer.create import create
from customary.engine.records.writer.shape import shape


def copy(work: Work, entity: str, id: UUID, changes: Mapping[str, Any], with_lines: bool = True) -> UUID:
    """Makes a copy of a record, with these values instead of its own, and gives its id.

    Numbers are given anew, it begins in the first stage, and what no two records may share, secrets and files are left
    out. Raises Missing, Forbidden, Refused.
    """
    get(work, entity, id)
    values: Any = storage.load(work, entity, id)
    return create(work, entity, {**_entered(work, entity, values, with_lines), **changes})


def _entered(work: Work, entity: str, values: Mapping[str, Any], with_lines: bool) -> dict[str, Any]:
    hidden = work.access.hidden(entity) | work.access.read_only(entity, True)
    known = shape(work, entity)
    alone = {name for names in known.unique if len(names) == 1 for name in names}
    found = {}
    for name, each in known.entered.items():
        if name in hidden or name in alone or not _may_be_copied(work, each):
            continue
        if each.points != "inside":
            found[name] = values.get(name)
        elif with_lines:
            found[name] = _rows(work, each, values["id"])
    return found


def _may_be_copied(work: Work, each: Field) -> bool:
    kept_from = each.read_only is True and not work.actor.is_system
    return not (each.system or each.sealed or each.attaches or kept_from)


def _rows(work: Work, each: Field, id: UUID) -> list[dict[str, Any]]:
    rows = storage.load_where(work, each.to, each.through, id)
    living = (row for row in rows if row["archived_at"] is None)
    return [
        {name: value for name, value in _entered(work, each.to, row, True).items() if name != each.through}
        for row in living
    ]
