"""What to write instead, where the types of an expression do not fit."""

from __future__ import annotations

from customary.engine.expressions.meaning import Node
from customary.engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    MONEY,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    ListOf,
    Record,
    Type,
    spoken,
)
from customary.engine.words import Reason

_MADE_BY = {
    (DATETIME, DATE): Reason('Write datetime(x) for the beginning of a day, or datetime(x, time("09:30")).'),
    (DATE, DATETIME): Reason("Write date(x) for the day of a datetime."),
    (TIME, DATETIME): Reason("Write time(x) for the time of day of a datetime."),
    (NUMBER, TEXT): Reason("Leave out the quotes around a number."),
    (DURATION, NUMBER): Reason('Write duration("14d").'),
    **dict.fromkeys(
        ((TEXT, kind) for kind in (NUMBER, MONEY, BOOLEAN, DATE, DATETIME, TIME, DURATION)),
        Reason("Write format(x) to make a text of it."),
    ),
}


def between(operator: str, left: Node, right: Node) -> Reason | None:
    """What to write where these two do not go together."""
    types = {spoken(left.type), spoken(right.type)}
    if NULL in types:
        return Reason("Give a value, for example with coalesce(x, 0).")
    if operator == "+" and TEXT in types:
        return Reason("Write format(x) to make a text of it.")
    if types == {MONEY, NUMBER} and operator in ("+", "-"):
        return Reason("Only money can be added to money.")
    if types == {DATE, DATETIME}:
        return Reason("Write date(x) for the day of a datetime.")
    if types == {TIME, DATETIME}:
        return Reason("Write time(x) for the time of day of a datetime.")
    if NUMBER in types and DATE in types and operator in ("+", "-"):
        return Reason('Write duration("14d").')
    if types == {NUMBER, TEXT}:
        return Reason("Leave out the quotes around a number.")
    if TEXT in types and any(isinstance(kind, Record) for kind in types):
        return Reason("Compare one of the record's fields.")
    return None


def taken(node: Node) -> Reason | None:
    """What to take of a list or a record."""
    if isinstance(node.type, ListOf):
        return Reason("Ask something of the list, for example size(x) > 0.")
    if isinstance(node.type, Record):
        return Reason("Take one of its fields, for example x.name.")
    return None


def made(expected: Type, node: Node) -> Reason | None:
    """How what is needed is made of what is there."""
    return _MADE_BY.get((spoken(expected), spoken(node.type))) or taken(node)
