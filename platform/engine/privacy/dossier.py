"""A dossier: all that is known of a person as one zip of JSON and files, as far as whoever asks may know it.

Every record in it is asked for by the rights of the actor, who must be allowed to export it. What the platform keeps
beside records (runs of rules, notifications, the audit log) is for administrators; mails are for all who may read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from customary.engine import audit, files, records
from customary.engine.exchange.exports import PAGE, plain
from customary.engine.files.file import Kept, tidy
from customary.engine.messages.correspondence import posts
from customary.engine.model.entity import Entity
from customary.engine.privacy.known import Known, Part, known_of
from customary.engine.privacy.traces import TRACES, Trace
from customary.engine.records.personal.consents import lines
from customary.engine.records.reader.history import history
from customary.engine.records.record import Query, Record, Titles
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.writer.attach import find_seen, listed
from customary.engine.records.writer.delete import pointing_at
from customary.engine.records.writer.shape import shape
from customary.engine.words import Reason

AT_ONCE = 500


def may_have_dossier(work: Work, entity: Entity, values: Mapping[str, Any]) -> bool:
    """Whether the actor may have one of a record, and it is of a person at all."""
    return bool(shape(work, entity.name).personal) and _may_export(work, entity.name, values)


def note_dossier(work: Work, entity: str, id: UUID) -> None:
    """Adds to the audit log that all that is known of a person leaves in a file: a transaction of its own, which comes
    first. Raises Missing, Forbidden."""
    _allowed(work, entity, id)
    work.audit("exported", entity, id, format="dossier")


def write_dossier(work: Work, store: files.Store, entity: str, id: UUID, out: IO[bytes]) -> None:
    """Writes the zip. Raises Missing, Forbidden."""
    _allowed(work, entity, id)
    known = known_of(work, entity, id)
    with ZipFile(out, "w", ZIP_DEFLATED) as made:
        _put(made, "about.json", _about(work, known))
        _put(made, "records.json", list(_own(work, known)))
        _put(made, "linked.json", list(_linked(work, known)))
        _put(made, "mails.json", list(_mails(work, known)))
        if work.access.admin:
            _put(made, "kept_beside.json", {each.name: list(_traced(work, known, each)) for each in TRACES})
            _put(made, "audit.json", [asdict(each) for part in known.ids for each in _audited(work, part)])
        for each in _files(work, known):
            made.writestr(f"files/{each.id}-{tidy(each.name)}", b"".join(store.read(each.id)))


def _allowed(work: Work, entity: str, id: UUID) -> Record:
    record = records.get(work, entity, id)
    if not _may_export(work, entity, record.values):
        raise Forbidden(Reason("may not be exported by you"))
    return record


def _may_export(work: Work, entity: str, values: Mapping[str, Any]) -> bool:
    may = work.access.may(entity, "export")
    return may and work.access.holds(entity, "export", RecordScope(work, entity, dict(values)))


def _about(work: Work, known: Known) -> dict[str, Any]:
    main = known.main
    told = {"entity": main.entity, "id": main.id, "made_at": work.now, "made_by": work.actor.name}
    return told | ({"addresses": sorted(known.addresses)} if work.access.admin else {})


def _own(work: Work, known: Known) -> Iterator[dict[str, Any]]:
    """The person's own records with what was agreed to and their histories; of those that are gone, to administrators,
    these alone."""
    for part in known.parts:
        record = _seen(work, part)
        if record is None and not work.access.admin:
            continue
        told = {"entity": part.entity, "id": part.id, "how": part.how}
        told |= _told(work, record) if record is not None else {"deleted": True}
        agreed = [asdict(each) for each in lines(work, part.entity, part.id)]
        yield {**told, **({"consents": agreed} if agreed else {}), "history": list(_history(work, part))}


def _seen(work: Work, part: Part) -> Record | None:
    try:
        return _allowed(work, part.entity, part.id)
    except (Missing, Forbidden):
        return None


def _told(work: Work, record: Record, titles: Titles | None = None) -> dict[str, Any]:
    fields, named = work.model.entities[record.entity].fields, record.titles if titles is None else titles
    shown = {name: value for name, value in record.values.items() if name in fields and not fields[name].sealed}
    values = {name: plain(fields[name], value, named) for name, value in shown.items() if _is_told(fields[name], value)}
    return {"title": record.title, "values": values}


def _is_told(field: Any, value: Any) -> bool:
    return value not in (None, ()) and field.points != "inside"


def _history(work: Work, part: Part) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = history(work, part.entity, part.id, after, AT_ONCE)
        for each in page.changes:
            yield {"at": each.at, "kind": each.kind, "before": each.before, "after": each.after, "by": each.actor}
        if page.next is None:
            return
        after = page.next


def _linked(work: Work, known: Known) -> Iterator[dict[str, Any]]:
    """Records of others that link to the person, as far as they may be exported."""
    main = known.main
    for other, link in pointing_at(work, main.entity):
        may = work.access.may(other.name, "read") and work.access.may(other.name, "export")
        if may and link.name not in work.access.hidden(other.name):
            for record, titles in _pointing(work, other.name, link, main.id):
                if record.id not in known.ids:
                    told = {"entity": other.name, "id": record.id, "by": link.name}
                    yield {**told, **_told(work, record, titles)}


def _pointing(work: Work, entity: str, link: Any, id: UUID) -> Iterator[tuple[Record, Titles]]:
    text = f'{link.name}.exists(each, each == "{id}")' if link.points == "many" else f'{link.name} == "{id}"'
    where, after = records.compile_where(work, entity, text), None
    while True:
        query = Query(where=where, limit=PAGE, after=after, archived=True, acts=("read", "export"))
        page = records.select(work, entity, query)
        yield from ((each, page.titles) for each in page.records)
        if page.next is None:
            return
        after = page.next


def _mails(work: Work, known: Known) -> Iterator[dict[str, Any]]:
    """The mails at the person's own records, as the actor may read them."""
    for part in known.parts:
        if _seen(work, part) is not None:
            for each in posts(work, part.entity, part.id, most=None):
                yield {"record": part.id, **asdict(each)}


def _traced(work: Work, known: Known, trace: Trace) -> Iterator[dict[str, Any]]:
    """What stands in a table of the platform, without what opens doors."""
    for row in trace.rows(work.connection, known):
        yield {name: value for name, value in row.items() if name != "token"}


def _audited(work: Work, id: UUID) -> Iterator[audit.Line]:
    return audit.lines(work.connection, record=id, limit=None)


def _files(work: Work, known: Known) -> list[Kept]:
    """The files on fields that the actor sees, those that mails brought, and those that went with ours."""
    ids: set[UUID] = set()
    for record in filter(None, (_seen(work, part) for part in known.parts)):
        fields = work.model.entities[record.entity].fields
        values = (value for name, value in record.values.items() if fields[name].attaches)
        ids |= {one.id for value in values for one in listed(value)}
    with_mails = [each for told in _mails(work, known) for each in told["files"]]
    ids |= {UUID(each["id"]) for each in with_mails if "id" in each}
    ids |= {UUID(each["file"]) for each in with_mails if "file" in each and _may_have(work, each)}
    return sorted(files.find(work.connection, ids).values(), key=lambda each: each.id)


def _may_have(work: Work, sent: Mapping[str, Any]) -> bool:
    """Whether who may read a mail may have a file that went with it: one that hung on a record is that record's."""
    if sent.get("own"):
        return True
    with suppress(Missing, Forbidden):
        return bool(find_seen(work, UUID(sent["file"])))
    return False


def _put(made: ZipFile, name: str, data: Any) -> None:
    made.writestr(name, json.dumps(data, ensure_ascii=False, indent=1, default=str))
