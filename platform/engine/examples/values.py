"""The plain values of examples: as records to make, and to compare with what came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine import expressions, records
from customary.engine.exchange.when import read_day, read_moment
from customary.engine.fields import Refusal
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.model.names import ModelNames
from customary.engine.records.scope import RecordScope
from customary.engine.records.typed import names_of
from customary.engine.records.work import Work


class CannotMake(ValueError):
    """A record beside the example's own cannot be made; the text says why."""


class BadValue(ValueError):
    """A value that a field of the example's own record does not take."""

    def __init__(self, field: str, why: object) -> None:
        self.field = field
        super().__init__(str(why))


class Values:
    """Values of one example, made and compared in one unit of work.

    Expressions after “=” are about the record `about`, which is empty while it is not made. Records that are written
    out with the same values are the same record: `account: {name: A}` twice is one account.
    """

    def __init__(self, work: Work, made: dict[str, UUID], entity: str, about: Mapping[str, Any] | None = None) -> None:
        self.work, self.made = work, made
        self.entity, self.about = entity, dict(about or {})

    def of(self, entity: str, plain: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a record to make or change; the records it links to are made."""
        fields = self.work.model.entities[entity].fields
        values = {}
        for name, each in plain.items():
            try:
                values[name] = self.value(fields[name], each)
            except (BadValue, CannotMake):
                raise
            except (Refusal, ValueError, TypeError, AttributeError, LookupError) as problem:
                raise BadValue(name, problem) from problem
        return values

    def value(self, field: Field, plain: Any) -> Any:
        """One value from its plain form."""
        if plain is None:
            return None
        if isinstance(plain, str) and plain.startswith("="):
            return self._worked_out(field, plain[1:])
        if field.points in ("one", "any"):
            return self._link(field, plain)
        if field.points == "many":
            return tuple(self._link(field, each) for each in plain)
        if field.points == "inside":
            return [self.of(field.of.partition(".")[0], row) for row in plain]
        return self._taken(field, plain)

    def make(self, entity: str, plain: Mapping[str, Any]) -> UUID:
        """A record beside the example's own, made once."""
        key = f"{entity} {plain!r}"
        if key not in self.made:
            try:
                self.made[key] = records.create(self.work.as_system(), entity, self.of(entity, plain))
            except (records.Refused, BadValue) as refused:
                raise CannotMake(f"{entity}: {refused}") from refused
        return self.made[key]

    def fits(self, field: Field, plain: Any, got: Any) -> bool:
        """Whether a value is the expected one; a link may be told by values of the other record."""
        if isinstance(plain, Mapping) and field.points in ("one", "any"):
            kind, values = next(iter(plain.items())) if field.points == "any" else (field.to, plain)
            if got is None or (field.points == "any" and got.entity != kind):
                return False
            record = records.get(self.work, kind, got.id if field.points == "any" else got)
            return self.all_fit(kind, values, record.values)
        return got == self.value(field, plain)

    def all_fit(self, entity: str, plain: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
        fields = self.work.model.entities[entity].fields
        return all(self.fits(fields[name], each, record.get(name)) for name, each in plain.items())

    def holds(self, condition: Any) -> bool:
        written = str(condition).lower() if isinstance(condition, bool) else str(condition).removeprefix("=")
        return expressions.compile(written, self._names).holds(self._scope)

    @property
    def _names(self) -> ModelNames:
        return names_of(self.work, self.entity)

    @property
    def _scope(self) -> RecordScope:
        if not self.entity:
            return RecordScope(self.work)
        scope = RecordScope(self.work, self.entity, self.about, self.about)
        scope.bindings["record"] = scope.record
        return scope

    def _worked_out(self, field: Field, written: str) -> Any:
        compiled = expressions.compile(written, self._names)
        value = compiled.evaluate(self._scope)
        id = value["id"] if isinstance(value, Mapping) else value
        if isinstance(id, UUID) and field.points in ("one", "any"):
            return AnyLink(compiled.type.entity, id) if field.points == "any" else id
        return field.take(value)

    def _link(self, field: Field, plain: Any) -> Any:
        if not isinstance(plain, Mapping):
            raise CannotMake(f"“{plain}”: write out the record that is linked to, such as {{name: A}}")
        if field.points == "any":
            entity, values = next(iter(plain.items()))
            return AnyLink(entity, self.make(entity, values))
        return self.make(field.to, plain)

    def _taken(self, field: Field, plain: Any) -> Any:
        zone = self.work.model.settings.time_zone
        if field.kind == "date":
            return read_day(str(plain), self.work.now.astimezone(zone).date())
        if field.kind == "datetime":
            return read_moment(str(plain), self.work.now, zone)
        # Other currencies than the field's are written out.
        return field.from_json(plain) if field.kind == "money" else field.take(plain)
