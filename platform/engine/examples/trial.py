"""Tries one example out, and says what differed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.automation.moment import NO_RECORD, system_for
from customary.engine.automation.outside.forms import heard
from customary.engine.automation.people.press import press
from customary.engine.examples.difference import Difference
from customary.engine.examples.effects import effects_differ
from customary.engine.examples.example import Example
from customary.engine.examples.house import House, Room
from customary.engine.examples.rights import rights_differ
from customary.engine.examples.values import BadValue, CannotMake, Values
from customary.engine.messages import forms
from customary.engine.model.example import RECORD
from customary.engine.model.model import Model
from customary.engine.model.rules.form import WebForm
from customary.engine.records.work import Work

NOTHING = "nothing"


def try_out(house: House, example: Example) -> list[Difference]:
    """What came out otherwise than the example says; nothing when all is well."""
    with house.room() as room:
        return list(rights_differ(example, room) if example.kind == "role" else _Trial(example, room).run())


@dataclass
class _Trial:
    example: Example
    room: Room
    made: dict[str, UUID] = field(default_factory=dict)

    def run(self) -> Iterator[Difference]:
        said, actor = self.example.said, self.room.actor(self.example.said.get("as"))
        refused: dict[str, str] = {}
        id: UUID | None = None
        try:
            self.room.look_at_the_clock()
            with self.room.work() as work:
                self._beside(Values(work, self.made, self.example.entity))
            if self.example.entity:
                id, refused = self._try(actor, lambda work: self._make(work))
            if id is not None and "set" in said:
                self.room.forget()
                _, refused = self._try(actor, lambda work: self._change(work, id))
            if self.example.kind == "workflow":
                self.room.settle()
                if id is not None and said.get("press"):
                    _, refused = self._try(actor, lambda work: self._press(work, id))
                    self.room.settle()
                self.room.let_pass(said.get("after", "0d"))
        except CannotMake as problem:
            yield self._differs("given", "a record that can be made", str(problem))
            return
        yield from self._refusals(refused)
        if id is not None or not self.example.entity:
            with self.room.work(system_for(actor.record)) as work:
                yield from self._outcome(work, id or NO_RECORD)

    def _beside(self, values: Values) -> None:
        for entity, rows in (self.example.said.get("there") or {}).items():
            for row in rows:
                values.make(entity, row)

    def _make(self, work: Work) -> UUID:
        given = self._given()
        values = Values(work, self.made, self.example.entity)
        for entity, each in given.items():
            if entity != self.example.entity:
                values.make(entity, each or {})
        if form := self._form(work.model):
            return self._fill_in(work, form, given[self.example.entity] or {})
        return records.create(work, self.example.entity, values.of(self.example.entity, given[self.example.entity]))

    def _form(self, model: Model) -> WebForm | None:
        """The form that is the example's own, or that starts its workflow."""
        if self.example.kind == "web_form":
            return model.web_forms[self.example.definition]
        triggers = model.workflows[self.example.definition].triggers if self.example.kind == "workflow" else ()
        return next((model.web_forms[each["form"]] for each in triggers if each["kind"] == "web_form"), None)

    def _fill_in(self, work: Work, form: WebForm, given: Mapping[str, Any]) -> UUID:
        """Sends a form as a stranger who agrees to what it asks."""
        language = work.model.settings.languages[0]
        stranger = forms.work_of(work.connection, work.release, form, language, work.now)
        values = Values(work, self.made, form.entity).of(form.entity, given)
        return forms.take(stranger, form, forms.Sent(records.new_id(), language, values), heard)

    def _given(self) -> Mapping[str, Any]:
        """The records by entity, the example's own among them."""
        given = self.example.said["given"]
        return given if self.example.kind == "workflow" else {self.example.entity: given}

    def _change(self, work: Work, id: UUID) -> None:
        entity = self.example.entity
        values = Values(work, self.made, entity, records.get(work.as_system(), entity, id).values)
        records.update(work, entity, id, values.of(entity, self.example.said["set"]))

    def _press(self, work: Work, id: UUID) -> None:
        said = self.example.said["press"]
        press(work, self.example.entity, id, self.example.definition, said if isinstance(said, dict) else None)

    def _try(self, actor: Any, act: Callable[[Work], Any]) -> tuple[Any, dict[str, str]]:
        """What an act gives, or the fields at which it is refused and why. Nothing of it is kept then."""
        made = dict(self.made)
        try:
            with self.room.work(actor) as work:
                return act(work), {}
        except records.Refused as refused:
            self.made = made
            return None, {_name(each): str(each) for each in refused.problems}
        except BadValue as bad:
            self.made = made
            return None, {bad.field: str(bad)}
        except records.Forbidden as forbidden:
            self.made = made
            return None, {RECORD: str(forbidden)}
        except records.Missing:
            self.made = made
            return None, {RECORD: "it may not be seen"}

    def _refusals(self, refused: Mapping[str, str]) -> Iterator[Difference]:
        expected = sorted(self.example.said.get("fails") or [])
        if sorted(refused) != expected:
            got = [f"{name} ({why})" for name, why in sorted(refused.items())]
            told = next(key for key in ("fails", "set", "given") if key in self.example.said)
            yield self._differs(told, _listed(expected), _listed(got))

    def _outcome(self, work: Work, id: UUID) -> Iterator[Difference]:
        """The record in the end, and for a workflow what it did."""
        said, entity = self.example.said, self.example.entity
        record = records.get(work, entity, id).values if entity else {}
        values = Values(work, self.made, entity, record)
        fields = work.model.entities[entity].fields if entity else {}
        for name, expected in (said.get("gives") or {}).items():
            if not values.fits(fields[name], expected, record.get(name)):
                got = record.get(name)
                yield self._differs("gives", f"{name} {expected}", _shown(fields[name], got))
        if "holds" in said and not values.holds(said["holds"]):
            yield self._differs("holds", str(said["holds"]), "that it does not hold")
        if self.example.kind == "workflow" and not work.model.workflows[self.example.definition].before:
            for about, expected, got in effects_differ(self.example, values, id):
                yield self._differs(about, expected, got)

    def _differs(self, key: str, expected: str, got: str) -> Difference:
        return Difference(self.example.place_of(key), str(self.example), key, expected, got)


def _name(problem: records.FieldProblem) -> str:
    name = problem.field or RECORD
    return f"{problem.within}.{name}" if problem.within else name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or NOTHING


def _shown(field: Any, value: Any) -> str:
    return NOTHING if value is None else str(field.to_json(value))
