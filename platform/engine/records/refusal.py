"""Why a read or a write of records is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from customary.engine.words import Reason, Words


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with a record: the reason completes the field's label.

    `field` is None when it concerns the record as a whole. A problem of a child row names the parent's
    `lines` field in `within` and the row's position (from 0) in `row`.
    """

    field: str | None
    reason: Reason
    label: Words = Words({})
    within: str | None = None
    row: int | None = None

    def __str__(self) -> str:
        return f"{self.label} {self.reason}".strip()


def reason_of(problems: Iterable[FieldProblem]) -> Reason:
    """All problems as one reason, which can be said in every language."""
    texts, values = [], {}
    for number, each in enumerate(problems):
        texts.append(f"{{label_{number}}} {{reason_{number}}}" if each.label.by_language else f"{{reason_{number}}}")
        values |= {f"label_{number}": each.label, f"reason_{number}": each.reason}
    return Reason("; ".join(texts), values)


class Refused(Exception):
    """A write that breaks rules; `problems` names all of them. Nothing was written.

    `row` is the position of the refused record when several were given (`create_many`).
    """

    def __init__(self, problems: Iterable[FieldProblem], row: int | None = None) -> None:
        self.problems = list(problems)
        self.row = row
        super().__init__("; ".join(map(str, self.problems)))


class Missing(Exception):
    """There is no such record, or the actor may not know of it."""

    def __init__(self, entity: str, id: UUID | None = None) -> None:
        self.entity, self.id = entity, id
        super().__init__(f"{entity} {id}")


class Stale(Exception):
    """Somebody else changed the record since the revision the writer had seen."""

    def __init__(self, current_revision: int) -> None:
        self.current_revision = current_revision
        super().__init__(f"revision is now {current_revision}")


class Forbidden(Exception):
    """The actor may see the record, or know of the entity, but not do this."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))
