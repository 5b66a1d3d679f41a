"""What people agreed to and took back, as their record's page tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.records.personal.consents import EXPIRED, UNSUBSCRIBE, Line, lines
from customary.engine.records.work import Work
from customary.engine.words import Reason

MOST = 20
SYSTEM = Reason("by the system")
WAYS: Mapping[str, Reason] = {
    "form": Reason("on this page"),
    "web_form": Reason("by a form on a website"),
    "api": Reason("over the API"),
    "import": Reason("by an import"),
    "workflow": Reason("by a rule"),
    "webhook": Reason("by another system"),
    "undo": Reason("what was done was taken back"),
    UNSUBSCRIBE: Reason("by the link in a mail"),
    EXPIRED: Reason("its time was over"),
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """A giving or a withdrawal, who wrote it down ("" where nobody who signs in did), and how it came."""

    line: Line
    who: str
    way: Reason


def agreed(work: Work, entity: Entity, id: UUID) -> tuple[Agreed, ...]:
    """The newest lines of a record, as far as this person may see them."""
    found = lines(work, entity.name, id, MOST)
    names = _names(work, {each.actor for each in found if each.actor is not None})
    return tuple(Agreed(each, names.get(each.actor, ""), WAYS.get(each.origin, SYSTEM)) for each in found)


def _names(work: Work, ids: set[UUID]) -> dict[UUID | None, str]:
    people = work.model.playing("user")
    if people is None or not ids:
        return {}
    return {id: title for (_, id), title in records.titles(work, [(people.name, id) for id in sorted(ids)]).items()}
