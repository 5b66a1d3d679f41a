"""Documents: what is to be printed lies in the outbox, and becomes a file of its record outside of any transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.file import Attached
from customary.engine.files import Store, keep
from customary.engine.files.file import tidy
from customary.engine.messages.outbox import Letter, put
from customary.engine.messages.pdf import Sheet, printed_with
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.model.message import Document
from customary.engine.people.actor import SYSTEM
from customary.engine.records import storage
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import update
from customary.engine.releases import Release
from customary.engine.words import Reason


def put_document(
    work: Work,
    document: Document,
    sheet: Sheet,
    *,
    into: str,
    about: tuple[str, UUID],
    run: UUID | None = None,
    position: str | None = None,
) -> UUID:
    """Puts a document into the outbox, filled in, and gives its id. It becomes a file in the field `into`."""
    details = {
        "into": into,
        "footer": sheet.footer,
        "paper": sheet.paper,
        "landscape": sheet.landscape,
        "pictures": sheet.pictures,
        "logo": sheet.logo,
        "cause": {"run": work.cause.run, "depth": work.cause.depth, "chain": list(work.cause.chain)},
    }
    more = {"language": sheet.language, "name": document.name, "about": about, "run": run, "position": position}
    return put(work, "document", to=into, subject=sheet.title, body=sheet.markdown, details=details, **more)


@dataclass(frozen=True)
class Made:
    """A printed document, which is yet to become a file of its record."""

    data: bytes


@dataclass(frozen=True)
class Documents:
    """Prints documents, and files them at their records."""

    release: Release
    store: Store

    def deliver(self, letter: Letter) -> Made:
        """Prints one. Raises Undeliverable."""
        details = letter.details or {}
        sheet = Sheet(
            title=letter.subject,
            markdown=letter.body,
            footer=details.get("footer", ""),
            paper=details.get("paper", "a4"),
            landscape=bool(details.get("landscape")),
            language=letter.language,
            pictures=details.get("pictures") or (),
            logo=bool(details.get("logo")),
        )
        try:
            return Made(printed_with(sheet, self.store))
        except Undeliverable:
            raise
        except Exception as error:
            why = Reason("it cannot be printed: {why}", {"why": f"{type(error).__name__}: {error}"[:300]})
            raise Undeliverable(why) from error

    def keep(self, connection: sa.Connection, letter: Letter, made: Made, now: datetime) -> Mapping[str, Any]:
        """Files it at its record, in the transaction that notes so. Raises Undeliverable."""
        work = Work(connection, self.release, SYSTEM, now, _cause(letter))
        entity = self.release.tables.named(letter.entity or "")
        values = storage.load(work, entity, letter.record, lock=True) if entity and letter.record else None
        if entity is None or values is None:
            raise Undeliverable(Reason("the record is not there any more"))
        name = tidy(f"{letter.subject or letter.name}.pdf")
        kept = keep(connection, self.store, new_id(), name, made.data, None, now)
        try:
            update(work, entity, letter.record, self._filed(entity, letter, values, kept.attached))
        except (Refused, Forbidden, Missing, Stale) as error:
            raise Undeliverable(Reason("its record does not take it: {why}", {"why": str(error)[:300]})) from error
        return {"file": str(kept.id), "name": name, "size": kept.size}

    def _filed(self, entity: str, letter: Letter, values: Mapping[str, Any], file: Attached) -> dict[str, Any]:
        field = self.release.model.entities[entity].fields.get(letter.recipient)
        if field is None or field.kind not in ("file", "files"):
            raise Undeliverable(Reason("there is no field “{field}” for files any more", {"field": letter.recipient}))
        return {field.name: file if field.kind == "file" else [*(values.get(field.name) or ()), file]}


def _cause(letter: Letter) -> Cause:
    """The run that asked for it, so that a rule which its file starts knows where it came from."""
    told = (letter.details or {}).get("cause") or {}
    return Cause("workflow", told.get("run"), told.get("depth", 0), tuple(told.get("chain", ())))
