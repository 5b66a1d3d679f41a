"""What all kinds of field have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from customary.engine.expressions.types import TEXT, Type
from customary.engine.words import Reason, Words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from customary.engine.expressions import Expression
    from customary.engine.locale import Locale


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a field: its name is the field's physical name plus `suffix` (most fields have one, "")."""

    suffix: str
    type: sa.types.TypeEngine


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an entity, compiled. Each kind is a subclass in a file of its own.

    A kind owns its columns, its value in Python, the texts people type and read, its JSON form, its checks,
    and names its control and its filter operators. Values in Python: see each kind's `python` line.

    The class docstring is the kind's page in the reference; the dataclass attributes a kind adds are its YAML
    keys, and `keys` gives their JSON Schemas.
    """

    kind: ClassVar[str] = ""
    keys: ClassVar[Mapping[str, Any]] = {}
    control: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "empty", "filled")
    type: ClassVar[Type] = TEXT
    stored: ClassVar[bool] = True
    """Whether it has columns in its entity's own table."""
    writable: ClassVar[bool] = True
    """Whether anybody may give it a value: the platform alone counts."""
    inputs: ClassVar[tuple[str, ...]] = ("",)
    """The texts of its form control, each sent under the field's name and, after a point, this."""
    sort_suffix: ClassVar[str] = ""
    """The part to order by."""
    points: ClassVar[str] = ""
    """What it links to: "one" record, "many" (through a table of pairs), "any" (one of several entities), "inside"
    (rows edited within the record); nothing for plain values."""
    part: ClassVar[str] = ""
    """The part (`plays:`) of the entity that it always links to."""
    several: ClassVar[bool] = False
    """Whether its value is a tuple; nothing is then ()."""
    comparable: ClassVar[bool] = True
    """Whether it may be unique: its value is compared as a whole."""
    sortable: ClassVar[bool] = True
    attaches: ClassVar[bool] = False
    """Whether its value is a file, or several."""
    addressed: ClassVar[bool] = False
    """Whether messages are sent to its value, so that it is looked up whose that is."""
    sealed: ClassVar[bool] = False
    """Whether its value is a secret."""
    tabular: ClassVar[bool] = True
    """Whether it may be a column of a list or a file."""
    copied: ClassVar[bool] = True
    """Whether a copy of a record has the value too."""
    importable: ClassVar[bool] = True
    """Whether a table's cells may give its values."""
    searchable: ClassVar[bool] = False
    """Whether search may look in it."""
    computable: ClassVar[bool] = False
    """Whether a formula may give its value."""
    templated: ClassVar[bool] = False
    """Whether a text with holes may give its value."""
    naming: ClassVar[bool] = False
    """Whether it can stand for a record in one line."""
    listed: ClassVar[bool] = True
    """Whether it is among the columns of a list that names none."""
    groupable: ClassVar[bool] = True
    summable: ClassVar[bool] = False
    ranged: ClassVar[bool] = False
    """Whether there is a least and a greatest of its values."""
    settable: ClassVar[bool] = False
    """Whether one control line may give many records the same value."""
    grouped: ClassVar[bool] = False
    """Whether its control is a group of several, which a label cannot point to."""
    wide: ClassVar[bool] = False
    """Whether its control takes a row of its own where no layout says otherwise."""
    at_right: ClassVar[bool] = False
    """Whether its column is set to the right, as numbers are."""
    icon: ClassVar[str] = "type"
    """The Lucide icon that tells it in a list of fields."""

    name: str
    entity: str = ""
    label: Words = Words({})
    help: Words = Words({})
    required: bool | Expression = False
    read_only: bool | Expression = False
    visible: Expression | None = None
    default: object = None
    unique: bool = False
    index: bool = False
    search: bool = False
    history: bool = True
    personal: bool = False
    only: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    filled_from: str = ""
    """The key `from`: an expression over a record as the release before has it, which fills the field once."""
    formula: Expression | None = None
    """What computes it; `computed` is the word it was written under: formula, rollup or lookup."""
    computed: str = ""
    kept: str = ""
    """Why a computed field has columns, which the writer keeps right; empty when it is worked out on reading."""
    reveals: bool = False
    """Whether it is shown also to those who may not see all that it is computed from."""
    system: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        """Its own YAML keys (plain data) as constructor arguments.

        `workspace` holds the settings a kind may need (currency, country, the entity that plays user).
        Raises KeyProblem.
        """
        return {key: _frozen(value) for key, value in keys.items()}

    @property
    def value_type(self) -> Type:
        """The type of this field in expressions."""
        return self.type

    @property
    def pieces(self) -> Mapping[str, Field]:
        """The parts of its value that have columns of their own, as fields by path: address.city."""
        return MappingProxyType({})

    @property
    def entered(self) -> bool:
        """Whether people and programs may write it (not computed, not kept by the platform)."""
        return self.writable and self.formula is None and not self.system

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        """Its columns. `codes` maps today's option names to the codes they were born with."""
        raise NotImplementedError(self.kind)

    def store(self, value: Any) -> Mapping[str, Any]:
        """A value as column values by part suffix."""
        return {"": value}

    def load(self, row: Mapping[str, Any]) -> Any:
        """A value from column values by part suffix."""
        return row[""]

    def parse(self, text: str, locale: Locale) -> Any:
        """What a person typed (or a CSV cell holds) as a value; "" is None. Raises Refusal."""
        raise NotImplementedError(self.kind)

    def from_json(self, data: Any) -> Any:
        """The JSON form as a value. Raises Refusal."""
        raise NotImplementedError(self.kind)

    def take(self, value: Any) -> Any:
        """What an expression, a default or a workflow step gives, as a value of this field. Raises Refusal.

        Nearly always the value itself; a number becomes whole or rounded, or money; a record becomes its id.
        """
        return self.from_json(self.to_json(value)) if value is not None else None

    def from_cell(self, cell: Any, locale: Locale, today: date) -> Any:
        """What stands in a cell of a table, as a value: a text, or what the file itself knows as a number, a day, a
        moment or a truth. Raises Refusal."""
        return self.parse(cell_text(cell, locale), locale)

    def cell(self, value: Any, zone: ZoneInfo | None) -> Any:
        """A value that is not None as a cell of a table holds it. `zone` is given where the file itself knows numbers
        and moments, but no zones."""
        return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)

    def figure(self, value: Any) -> Any:
        """A sum, mean or extreme of its column, as a value."""
        return value

    def fit(self, value: Any) -> Any:
        """What a formula gives, as a value of this field; what it cannot hold is nothing."""
        try:
            return self.take(value)
        except Refusal:
            return None

    def to_json(self, value: Any) -> Any:
        """A value in its JSON form; also how it stands in the change row."""
        return value

    def json_schema(self) -> Mapping[str, Any]:
        """JSON Schema (2020-12) of the JSON form, for the OpenAPI document."""
        return {"type": "string"}

    def format(self, value: Any, locale: Locale) -> str:
        """A value as people read it; None is ""."""
        return "" if value is None else str(value)

    def edit(self, value: Any, locale: Locale) -> str:
        """A value as it stands in its form control; `parse` reads it back."""
        return self.format(value, locale)

    def texts(self, value: Any, locale: Locale) -> tuple[str, ...]:
        """A value as it stands in the `inputs` of its form control; `read` reads them back."""
        return (self.edit(value, locale) if value is not None else "",)

    def item(self, value: Any) -> str:
        """One of the values that its control holds several of, as text."""
        return str(value)

    def read(self, texts: Sequence[str], locale: Locale) -> Any:
        """What a person typed into the `inputs`, as a value. Raises Refusal."""
        return self.parse(texts[0], locale)

    def check(self, value: Any) -> list[Reason]:
        """What is wrong with a value that is not None, beyond its form."""
        return []


class Refusal(ValueError):
    """A value that a field does not take; `reason` completes the field's label."""

    def __init__(self, text: str, **values: object) -> None:
        self.reason = Reason(text, values)
        super().__init__(str(self.reason))


class KeyProblem(ValueError):
    """A key of a field's definition that its kind does not take as it is written."""

    def __init__(self, key: str, summary: str, remedy: str = "") -> None:
        self.key, self.summary, self.remedy = key, summary, remedy
        super().__init__(summary)


def cell_text(cell: Any, locale: Locale) -> str:
    """What a cell holds as a person would have typed it."""
    if isinstance(cell, bool):
        return locale.boolean(cell)
    if isinstance(cell, Decimal) and abs(cell.adjusted()) < 40:
        return f"{cell:f}"
    return str(cell)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value
