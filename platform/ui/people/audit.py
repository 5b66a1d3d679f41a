"""The audit log: who came in, what was taken out, who changed what others may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get

from customary.engine import records
from customary.engine.audit import KINDS, Line, lines
from customary.engine.model.entity import Entity
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk
from customary.ui.rules.details import id_in

SIZE = 100
HERE = "releases"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line, with the entity and the title of what it is about, where they are still there."""

    line: Line
    kind: Reason
    entity: Entity | None
    title: str


@get("/settings/audit")
async def log(desk: AtDesk, request: Request) -> Response:
    """The newest lines, of all kinds or of one, of all people or of one."""
    desk.must_open("audit")
    query = request.query_params
    kind, actor, before = query.get("kind", ""), id_in(query.get("actor", "")), id_in(query.get("before", ""))
    found = await desk.read(_lines, kind if kind in KINDS else None, actor, before)
    following = str(found[SIZE - 1].line.id) if len(found) > SIZE else ""
    values = {"lines": found[:SIZE], "kinds": KINDS, "kind": kind, "actor": actor, "next": following}
    return desk.page("page_audit.html", here=HERE, **values)


def _lines(work: Work, kind: str | None, actor: UUID | None, before: UUID | None) -> list[ShownLine]:
    found = list(lines(work.connection, kind=kind, actor=actor, before=before, limit=SIZE + 1))
    entities = {each.entity: work.release.tables.named(each.entity) for each in found if each.entity}
    titles = records.titles(
        work, [(entities[each.entity], each.record) for each in found if each.record and entities.get(each.entity)]
    )
    return [_shown(work, each, entities.get(each.entity), titles) for each in found]


def _shown(work: Work, line: Line, entity: str | None, titles: Mapping[tuple[str, UUID], str]) -> ShownLine:
    known = work.model.entities.get(entity) if entity else None
    title = titles.get((entity, line.record), "") if entity and line.record else ""
    return ShownLine(line=line, kind=KINDS[line.kind], entity=known, title=title)


handlers = [log]
