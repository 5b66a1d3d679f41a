"""Functions over text."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from customary.engine.expressions import sql_elements as elements
from customary.engine.expressions.functions.function import Registry
from customary.engine.expressions.sql_operands import Number
from customary.engine.expressions.types import BOOLEAN, NUMBER, TEXT
from customary.engine.likeness import ENOUGH
from customary.engine.likeness import similar as are_similar
from customary.engine.pattern import pattern
from customary.engine.sqlite import BLANKS


def register(functions: Registry) -> None:
    functions.add("lower", TEXT, to=TEXT, sql=elements.lower)(lower)
    functions.add("upper", TEXT, to=TEXT, sql=elements.upper)(upper)
    functions.add("trim", TEXT, to=TEXT, sql=elements.trim)(trim)
    functions.add("size", TEXT, to=NUMBER, sql=lambda text: Number(elements.length(text), 0))(size)
    functions.add("contains", TEXT, TEXT, to=BOOLEAN, sql=elements.contains)(contains)
    functions.add("starts_with", TEXT, TEXT, to=BOOLEAN, sql=elements.starts_with)(starts_with)
    functions.add("ends_with", TEXT, TEXT, to=BOOLEAN, sql=elements.ends_with)(ends_with)
    functions.add("before", TEXT, TEXT, to=TEXT, sql=elements.before)(before)
    functions.add("after", TEXT, TEXT, to=TEXT, sql=elements.after)(after)
    functions.add("matches", TEXT, TEXT, to=BOOLEAN, sql=_matches)(matches)
    functions.add("similar", TEXT, TEXT, to=BOOLEAN, sql=_similar)(similar)
    functions.add("similar", TEXT, TEXT, NUMBER, to=BOOLEAN, sql=_similar)(similar_by)


def lower(text: str) -> str:
    """The text in small letters."""
    return text.lower()


def upper(text: str) -> str:
    """The text in capital letters."""
    return text.upper()


def trim(text: str) -> str:
    """The text without blanks at its ends."""
    return text.strip(BLANKS)


def size(text: str) -> int:
    """How many characters a text has."""
    return len(text)


def contains(text: str, part: str) -> bool:
    """Whether the part stands somewhere in the text; small and capital letters differ."""
    return part in text


def starts_with(text: str, start: str) -> bool:
    """Whether the text begins so."""
    return text.startswith(start)


def ends_with(text: str, end: str) -> bool:
    """Whether the text ends so."""
    return text.endswith(end)


def before(text: str, mark: str) -> str:
    """What stands in front of the first such mark, for example `before(name, " ")`; all of it where there is none."""
    return text.partition(mark)[0] if mark else text


def after(text: str, mark: str) -> str:
    """What stands behind the first such mark; nothing where there is none."""
    return text.partition(mark)[2] if mark else ""


def matches(text: str, expression: str) -> bool:
    r"""Whether a pattern fits some part of the text, for example `matches(code, r"^[A-Z]{2}\d+$")`. The pattern is
    a plain text; patterns are regular expressions without back references and without looking around."""
    return pattern(expression).found_in(text)


def similar(text: str, other: str) -> bool:
    """Whether two texts are nearly the same: case, accents and punctuation do not count, and few letters differ."""
    return are_similar(text, other)


def similar_by(text: str, other: str, percent: Decimal) -> bool:
    """Whether two texts agree in so many percent of their letter pairs (a plain number from 1 to 100; 60 when left
    out)."""
    return are_similar(text, other, int(percent))


def _similar(text: sa.ColumnElement, other: sa.ColumnElement, percent: Number | None = None) -> sa.ColumnElement:
    share = ENOUGH if percent is None or percent.value is None else int(percent.value)
    return elements.similar(text, other, elements.whole_literal(share))


def _matches(text: sa.ColumnElement, expression: sa.BindParameter) -> sa.ColumnElement:
    return elements.matches(text, sa.literal(expression.value, elements.PatternText()))
