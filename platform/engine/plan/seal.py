"""The seal of a plan: what it stands on. Who applies a plan that was agreed to before is told when that is another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from customary.engine.plan.applying.journal import unborn
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.plan.line import Line

MATTERING = frozenset({"unfit", "forbidden", "leaving", "erasing"})
"""Kinds of impact by which something goes out of sight or for good, or the database refuses. What merely grows, such as
the number of records that get a default, breaks no seal."""

OTHER_TABLES = Reason("The tables of the database are others.")

SHORTEST = 12
"""So much of a digest says which one is meant."""

_OURS = ("x_", "l_", "ix_x_", "ux_x_", "lx_")
_SHOWN = 3


class Drifted(Exception):
    """What a plan that was agreed to stands on is another now; `reasons` say what."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        told = "\n".join(f"- {each}" for each in self.reasons)
        super().__init__(
            f"This is not the plan that was agreed to, so nothing was changed:\n{told}\nLook at the new plan."
        )


@dataclass(frozen=True, kw_only=True)
class Seal:
    """The release a plan starts from, the definitions it leads to, the tables as they lie, what is to be done, and
    the facts that matter; None where nobody counted."""

    base: int
    definitions: str
    schema: str
    lines: tuple[str, ...]
    facts: Mapping[str, int] | None

    @classmethod
    def of(cls, base: int, definitions: str, schema: str, lines: Iterable[Line], quick: bool) -> Self:
        lines = tuple(lines)
        facts = None if quick else dict(_facts(lines))
        return cls(base=base, definitions=definitions, schema=schema, lines=tuple(map(str, lines)), facts=facts)

    @property
    def digest(self) -> str:
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def uncounted(self) -> Self:
        """The seal that a quick plan has."""
        return replace(self, facts=None)

    def to_json(self) -> dict[str, Any]:
        facts = None if self.facts is None else dict(self.facts)
        return {**vars(self), "lines": list(self.lines), "facts": facts}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "lines": tuple(data["lines"])})

    def drift(self, now: Seal) -> Iterator[Reason]:
        """What is another `now` than when this seal was made."""
        if now.base != self.base:
            values = {"before": self.base, "now": now.base}
            yield Reason("It was made over release {before}, and release {now} is applied by now.", values)
        if now.definitions != self.definitions:
            yield Reason("The definitions were edited.")
        if now.schema != self.schema and now.base == self.base:
            yield OTHER_TABLES
        if (now.base, now.definitions) != (self.base, self.definitions):
            # All else follows from that.
            return
        if self.facts is not None:
            yield from _changed(self.facts, now.facts or {})
        if now.lines != self.lines:
            yield Reason("What is to be done is something else.")


def is_digest(text: str) -> bool:
    """Whether a text can be a digest, or the beginning of one."""
    return re.fullmatch(f"[0-9a-fA-F]{{{SHORTEST},64}}", text) is not None


def hold(now: Seal, agreed: str | Seal) -> None:
    """Raises Drifted unless the plan of this seal is the one that was agreed to: by its digest, whole or its
    beginning, or by its seal."""
    seals = (now, now.uncounted)
    if isinstance(agreed, Seal):
        if agreed not in seals:
            raise Drifted(agreed.drift(now))
    elif len(agreed) < SHORTEST or not any(each.digest.startswith(agreed.lower()) for each in seals):
        short = now.digest[:SHORTEST]
        raise Drifted([Reason("The plan of this moment is {now}, not {agreed}.", {"now": short, "agreed": agreed})])


def fingerprint(connection: sa.Connection) -> str:
    """Tells the tables of records as they lie in the database: their columns and indexes, without those that are being
    added at this moment."""
    if connection.dialect.name == "sqlite":
        query = (
            "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' "
            "UNION ALL SELECT name, '', '' FROM sqlite_master WHERE type = 'index'"
        )
    else:
        query = (
            "SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_class JOIN pg_attribute "
            "ON attrelid = oid WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') "
            "AND attnum > 0 AND NOT attisdropped UNION ALL "
            "SELECT relname, '', '' FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'i'"
        )
    new = {(each.name, each.column) for each in unborn(connection)}
    found = (tuple(row) for row in connection.exec_driver_sql(query) if row[0].startswith(_OURS))
    rows = sorted(row for row in found if not new & {row[:2], (row[0], "")})
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _facts(lines: Iterable[Line]) -> Iterator[tuple[str, int]]:
    for line in lines:
        for each in line.impact:
            if each.kind in MATTERING and each.count is not None:
                yield f"{line}: {each.told}", each.count


def _changed(before: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Reason]:
    known = [each for each in {**before, **now} if before.get(each, 0) != now.get(each, 0)]
    for each in known[:_SHOWN]:
        values = {"fact": each, "before": before.get(each, 0), "now": now.get(each, 0)}
        yield Reason("{fact}: {before} when it was made, and {now} now.", values)
    if len(known) > _SHOWN:
        yield Reason("{count} further counts are others.", {"count": len(known) - _SHOWN})
