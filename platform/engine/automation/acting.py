"""What a step has at hand while it is performed, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from customary.engine.automation.moment import Moment
from customary.engine.expressions import Expression, Template
from customary.engine.expressions.passage import Passage
from customary.engine.expressions.types import Record, Type
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field, Refusal
from customary.engine.fields.file import Attached
from customary.engine.fields.image import Image
from customary.engine.fields.signature import Signature
from customary.engine.locale import Locale, locale
from customary.engine.model.workflow import Workflow
from customary.engine.money import Money
from customary.engine.records.scope import RecordScope
from customary.engine.records.told import Told
from customary.engine.records.work import Work
from customary.engine.words import Reason

_PICTURES = (Image.kind, Signature.kind)


class CannotDo(Exception):
    """A step cannot be done; `reason` says why. The run fails and nothing of it is kept."""

    def __init__(self, text: str, /, **values: object) -> None:
        self.reason = Reason(text, values)
        super().__init__(str(self.reason))


class Stop(Exception):
    """The workflow asks to end here; the text is the reason it gives."""


class Pause(Exception):
    """The run waits here: until a moment, or for what happens where there is none. `input` is shown meanwhile."""

    def __init__(self, until: datetime | None, input: Any = None) -> None:
        self.until, self.input = until, input
        super().__init__()


@dataclass(frozen=True)
class Done:
    """What a step did. `input` and `result` are shown in the log; `binds` is what `as:` gives to later steps.

    A step that had nothing to do says so in `skipped`. `case` is that of its cases whose steps are taken next.
    """

    input: Any = None
    result: Any = None
    binds: Any = None
    skipped: Reason | None = None
    case: int | None = None


@dataclass
class Acting:
    """One step being performed: in this run, at this moment, at this position."""

    workflow: Workflow
    run: UUID
    moment: Moment
    position: str = "1"
    _scope: RecordScope | None = field(default=None, repr=False)

    @property
    def work(self) -> Work:
        return self.moment.work

    @property
    def about(self) -> tuple[str, UUID]:
        """The record that the run is for."""
        return self.moment.entity, self.moment.id

    @property
    def told_about(self) -> tuple[str, UUID] | None:
        """The record to name in what people are told; None when the run is for none."""
        return self.about if self.moment.entity else None

    @property
    def scope(self) -> RecordScope:
        """The record as it is when the step begins."""
        if self._scope is None:
            self._scope = self.moment.scope()
        return self._scope

    def over(self, record: Mapping[str, Any]) -> Acting:
        """The same step over the record with these values."""
        return replace(self, _scope=self.moment.scope(record))

    def telling(self, told: Told) -> Acting:
        """The same step over the same record, with all that its texts read noted in `told`."""
        record = self.scope.record
        values = None if record is None else record.values_by_name
        return replace(self, _scope=self.moment.scope(values, told))

    def value(self, given: Any) -> Any:
        """What stands in a step as a value: an expression's, a filled-in text, or itself."""
        if isinstance(given, Expression):
            return given.evaluate(self.scope)
        return given.render(self.scope) if isinstance(given, Template) else given

    def deep(self, given: Any) -> Any:
        """A value with all that lies inside it, as JSON has it."""
        if isinstance(given, Mapping):
            return {name: self.deep(each) for name, each in given.items()}
        if isinstance(given, list | tuple):
            return [self.deep(each) for each in given]
        return in_json(self.value(given))

    def the(self, step: Mapping[str, Any]) -> tuple[str, UUID] | None:
        """The record that a step names, else the run's own; None where there is none."""
        if "record" not in step:
            return self.about
        id = self.value(step["record"])
        return (step["entity"], id) if id is not None else None

    def given(self, results: Mapping[str, Any]) -> Acting:
        """The same with more that steps have given."""
        moment = replace(self.moment, results={**self.moment.results, **results})
        return Acting(self.workflow, self.run, moment, self.position)

    def user_of(self, given: Any) -> UUID | None:
        """The user that a value names: a record or its id."""
        value = self.value(given)
        return value["id"] if isinstance(value, Mapping) else value if isinstance(value, UUID) else None

    def values(self, given: Mapping[str, Any], entity: str) -> dict[str, Any]:
        """Values by field of `entity`."""
        fields = self.work.model.entities[entity].fields
        return {name: self._of_field(each, fields[name].kind) for name, each in given.items() if name in fields}

    def written(self, values: Mapping[str, Any], entity: str) -> dict[str, Any]:
        """Values by field in their JSON forms, for the log."""
        fields = self.work.model.entities[entity].fields
        return {name: _in_json(fields[name], value) for name, value in values.items()}

    def text(self, given: Any, language: str | None = None, form: Callable[[str], str] = str) -> str:
        """A text with its holes filled in as people of `language` write; `form` fits what fills them to the text."""
        if isinstance(given, Expression):
            given = Template(given.text, (given,))
        if not isinstance(given, Template):
            return str(given)
        reader = self.locale(language)
        return given.render(self.scope, lambda value, kind: form(self._shown(value, kind, reader)))

    def passage(
        self,
        texts: Mapping[str, Passage],
        language: str,
        form: Callable[[str], str],
        picture: Callable[[Attached], str],
    ) -> str:
        """A longer text by language, filled in; `picture` gives what stands for a picture. Raises TooLong."""
        reader, text = self.locale(language), self.chosen(texts, language)

        def fill(value: Any, kind: Type) -> str:
            return picture(value) if kind.name in _PICTURES else form(self._shown(value, kind, reader))

        return text.render(self.scope, fill)

    def in_language(self, templates: Mapping[str, Any], language: str, form: Callable[[str], str] = str) -> str:
        """A text by language, filled in."""
        return self.text(self.chosen(templates, language), language, form)

    def chosen(self, texts: Mapping[str, Any], language: str) -> Any:
        """That of a language, else the one for all, else what there is."""
        return texts.get(language) or texts.get("") or texts.get("en") or next(iter(texts.values()))

    def locale(self, language: str | None = None) -> Locale:
        settings = self.work.model.settings
        return locale(language or settings.languages[0], settings.time_zone)

    def _of_field(self, given: Any, kind: str) -> Any:
        value = self.value(given)
        if kind == "any_link" and isinstance(value, UUID):
            return AnyLink(given.type.entity, value)
        return value

    def _shown(self, value: Any, kind: Type, reader: Locale) -> str:
        if isinstance(kind, Record):
            if isinstance(value, Mapping) and "entity" not in value:
                return str(plain(value))
            entity, id = (value["entity"], value["id"]) if isinstance(value, Mapping) else (kind.entity, value)
            return self._titled(entity, id)
        return shown(value, reader)

    def _titled(self, entity: str, id: UUID) -> str:
        found = self.scope.find(entity, id)
        return "" if found is None else self.work.model.entities[entity].title.render(self.scope.about(found))


def shown(value: Any, reader: Locale) -> str:
    """A value as it stands in a text for people."""
    if isinstance(value, bool):
        return reader.boolean(value)
    if isinstance(value, Money):
        return reader.money(value)
    if isinstance(value, datetime):
        return reader.datetime(value)
    if isinstance(value, date):
        return reader.date(value)
    if isinstance(value, int | Decimal):
        return reader.number(value)
    if isinstance(value, list | tuple):
        return ", ".join(shown(each, reader) for each in value)
    return str(value)


def _in_json(field: Field, value: Any) -> Any:
    try:
        taken = field.take(value)
        return None if taken is None else field.to_json(taken)
    except (Refusal, TypeError, ValueError, NotImplementedError):
        return plain(value)


def in_json(value: Any) -> Any:
    """A value as other systems are told it: numbers as numbers, amounts with their currency, records by their id."""
    if isinstance(value, Money):
        return {"amount": in_json(value.amount), "currency": value.currency}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [in_json(each) for each in value]
    if isinstance(value, Mapping) and "entity" not in value:
        return {str(name): in_json(each) for name, each in value.items()}
    return plain(value)


def plain(value: Any) -> Any:
    """A value as the log keeps it."""
    if isinstance(value, AnyLink):
        return {"entity": value.entity, "id": str(value.id)}
    if isinstance(value, Mapping):
        if "id" in value and "entity" in value:
            return {"entity": value["entity"], "id": str(value["id"])}
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
