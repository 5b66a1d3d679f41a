"""The types of calls: functions of the registry, and macros over lists."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING

from customary.engine.expressions import meaning, operators
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.functions import FUNCTIONS, MACROS, Function
from customary.engine.expressions.meaning import Constant, Node
from customary.engine.expressions.slips import SLIPS
from customary.engine.expressions.tree import Call, Literal, Name, Tree
from customary.engine.expressions.types import (
    BOOLEAN,
    CALENDAR,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    MONEY,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    ListOf,
    Record,
    Type,
)
from customary.engine.pattern import PatternError, pattern
from customary.engine.words import Reason, suggestion

if TYPE_CHECKING:
    from customary.engine.expressions.checker import Checker

MAX_LISTS = 3
"""How deep lists may be asked inside lists: each level multiplies the work."""
LONGEST = timedelta(days=365_000)
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"\s*(\d{1,12})\s*([a-z]+)", re.ASCII)
_TESTS = ("exists", "all")
_SUMS = ("sum", "avg", "min", "max")
_SUMMED = {"sum": {NUMBER, MONEY, DURATION}, "avg": {NUMBER, MONEY, DURATION}}
_SUMMED |= dict.fromkeys(("min", "max"), {NUMBER, MONEY, DURATION, TEXT, DATE, DATETIME, TIME})


def call(checker: Checker, tree: Call) -> Node:
    """What a call means. Raises ExpressionError."""
    if tree.name == "all" and tree.target is None:
        return _every(checker, tree)
    arguments = (*([tree.target] if tree.target is not None else []), *tree.arguments)
    if tree.name in ("coalesce", "format", "duration"):
        return _SPECIAL[tree.name](checker, tree, arguments)
    if tree.name in _GIVEN and len(arguments) == 1 and isinstance(arguments[0], Literal):
        return _given(checker, tree, arguments)
    if tree.name in MACROS:
        return _macro(checker, tree, arguments)
    if not FUNCTIONS[tree.name]:
        raise _unknown(tree)
    nodes = [checker.node(argument) for argument in arguments]
    return _by_calendar(checker, tree, nodes) if _counts_by_calendar(tree.name) else _invoke(tree, nodes)


def _unknown(tree: Call) -> ExpressionError:
    known = {*FUNCTIONS.by_name(), *MACROS}
    remedy = SLIPS.get(tree.name.lower()) or suggestion(tree.name, known)
    remedy = remedy or Reason("The reference lists all functions under “Functions of the expression language”.")
    return ExpressionError(tree.offset, "there is no function “{name}”", remedy, name=tree.name)


# Functions of the registry ------------------------------------------------------------------------


def _invoke(tree: Call, arguments: list[Node]) -> Node:
    for function in FUNCTIONS[tree.name]:
        if len(function.parameters) == len(arguments) and all(map(_takes, function.parameters, arguments)):
            if tree.name == "round" and len(arguments) == 2:
                _must_be_places(arguments[1])
            if tree.name == "matches":
                _must_be_pattern(arguments[1])
            if tree.name == "similar" and len(arguments) == 3:
                _must_be_percent(arguments[2])
            return meaning.Invoke(tree.offset, function.result, function, tuple(arguments))
    raise ExpressionError(tree.offset, _mismatch(tree.name, arguments), _known(FUNCTIONS[tree.name]))


def _counts_by_calendar(name: str) -> bool:
    return any(CALENDAR in function.parameters for function in FUNCTIONS[name])


def _by_calendar(checker: Checker, tree: Call, nodes: list[Node]) -> Node:
    """A call with its calendar: the one it names last, or the workspace's."""
    *others, last = nodes or [None]
    named = last.value if len(others) == 2 and isinstance(last, Constant) and isinstance(last.value, str) else ""
    found = checker.names.calendar(named)
    if found is None:
        known = [*checker.names.calendars()]
        if named:
            raise ExpressionError(last.offset, "“{name}” is not a calendar", suggestion(named, known), name=named)
        remedy = 'Name one: {name}(a, b, "{calendar}").' if known else "Define one, such as calendar: office."
        summary, calendar = "“{name}” does not know which calendar counts", (*known, "")[0]
        raise ExpressionError(tree.offset, summary, remedy, name=tree.name, calendar=calendar)
    return _invoke(tree, [*(others if named else nodes), Constant(tree.offset, CALENDAR, found)])


def _takes(parameter: Type, argument: Node) -> bool:
    kind = operators.spoken(argument.type)
    return kind in (parameter, NULL)


def _must_be_places(node: Node) -> None:
    value = node.value if isinstance(node, Constant) else None
    if value not in range(11):
        raise ExpressionError(node.offset, "the decimals must be a number from 0 to 10", "Write round(x, 2).")


def _must_be_percent(node: Node) -> None:
    value = node.value if isinstance(node, Constant) else None
    if value not in range(1, 101):
        raise ExpressionError(
            node.offset, "the percent must be a whole number from 1 to 100", "Write similar(a, b, 80)."
        )


def _must_be_pattern(node: Node) -> None:
    text = node.value if isinstance(node, Constant) else None
    if not isinstance(text, str):
        raise ExpressionError(node.offset, "the pattern must be a plain text", 'Write matches(x, r"^[A-Z]+$").')
    try:
        pattern(text)
    except PatternError as error:
        raise ExpressionError(
            node.offset, "“{text}” is not a pattern: {problem}", text=text, problem=Reason(error.text, error.values)
        ) from None


def _mismatch(name: str, arguments: list[Node]) -> Reason:
    given = [operators.spoken(each.type).word for each in arguments if each.type != CALENDAR]
    if not given:
        return Reason("“{name}” needs something in its brackets", {"name": name})
    types = reduce(lambda one, other: Reason("{one}, {other}", {"one": one, "other": other}), given)
    return Reason("“{name}” does not take {types}", {"name": name, "types": types})


def _known(functions: tuple[Function, ...]) -> Reason:
    signatures = dict.fromkeys(each.signature for each in functions)
    written = reduce(lambda one, other: Reason("{one} or {other}", {"one": one, "other": other}), signatures)
    return Reason("Write {written}.", {"written": written})


# Functions with types of their own ----------------------------------------------------------------


def _coalesce(checker: Checker, tree: Call, arguments: tuple[Tree, ...]) -> Node:
    if len(arguments) < 2:
        raise ExpressionError(tree.offset, "“coalesce” chooses between two or more", "Write coalesce(a, b).")
    nodes = operators.alike([checker.node(argument) for argument in arguments], tree.offset)
    return meaning.Coalesce(tree.offset, operators.common(*nodes), tuple(nodes))


def _format(checker: Checker, tree: Call, arguments: tuple[Tree, ...]) -> Node:
    if len(arguments) != 1:
        raise ExpressionError(tree.offset, "“format” takes one value", "Write format(x).")
    node = checker.node(arguments[0])
    if isinstance(node.type, ListOf | Record) or node.type == JSON:
        raise ExpressionError(tree.offset, "a {type} has no plain text", "Take one of its fields.", type=node.type)
    return meaning.Text(tree.offset, TEXT, node)


def _duration(checker: Checker, tree: Call, arguments: tuple[Tree, ...]) -> Node:
    del checker
    text = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], Literal) else None
    if not isinstance(text, str):
        raise ExpressionError(tree.offset, "“duration” takes a plain text", 'Write duration("14d").')
    return Constant(tree.offset, DURATION, _span(text, arguments[0].offset))


def _span(text: str, offset: int) -> timedelta:
    remedy = "Write for example 30min, 2h, 3d, 1w or 1h30m."
    rest, seconds = text.strip(), 0.0
    sign, rest = (-1, rest[1:]) if rest.startswith("-") else (1, rest)
    while match := _SPAN.match(rest):
        if match[2] in ("month", "months", "y", "year", "years"):
            remedy = "Months differ in length; write add_months(date, 1)."
        if match[2] in ("business", "working"):
            remedy = "A calendar counts these: write business_days(date, 2) or working_time(datetime, duration(“4h”))."
        if match[2] not in _SECONDS:
            break
        seconds += int(match[1]) * _SECONDS[match[2]]
        rest = rest[match.end() :]
    if rest.strip() or not text.strip(" -"):
        raise ExpressionError(offset, "“{text}” is not a duration", remedy, text=text)
    if seconds > LONGEST.total_seconds():
        raise ExpressionError(offset, "“{text}” is too long", "At most a thousand years.", text=text)
    return sign * timedelta(seconds=seconds)


def _given(checker: Checker, tree: Call, arguments: tuple[Tree, ...]) -> Node:
    """`date("2026-03-31")`, `time("09:30")`: a value written out."""
    value = arguments[0].value  # type: ignore[attr-defined]  # the caller saw a Literal
    if isinstance(value, str):
        kind, read = _GIVEN[tree.name]
        return Constant(tree.offset, kind, read(value, arguments[0].offset))
    return _invoke(tree, [checker.node(arguments[0])])


def _every(checker: Checker, tree: Call) -> Node:
    if len(tree.arguments) != 1 or not isinstance(tree.arguments[0], Name):
        raise ExpressionError(tree.offset, "“all” takes the name of an entity", "For example all(visit).")
    name = tree.arguments[0]
    if not checker.names.has_entity(name.name):
        raise ExpressionError(name.offset, "there is no entity “{entity}”", entity=name.name)
    return meaning.Every(tree.offset, ListOf(item=Record(entity=name.name)), name.name)


_GIVEN = {"date": (DATE, operators.day), "time": (TIME, operators.clock)}
_SPECIAL = {"coalesce": _coalesce, "format": _format, "duration": _duration}


# Macros over lists --------------------------------------------------------------------------------


def _macro(checker: Checker, tree: Call, arguments: tuple[Tree, ...]) -> Node:
    if not arguments:
        raise _written_otherwise(tree, "“{name}” needs a list")
    source = checker.node(arguments[0])
    if not isinstance(source.type, ListOf):
        if tree.name == "size" and len(arguments) == 1:
            return _invoke(tree, [source])
        if tree.name in ("min", "max") and len(arguments) > 1:
            return _extreme(tree, [source, *map(checker.node, arguments[1:])])
        summary = "“{name}” asks a list, and this is a {type}"
        raise ExpressionError(tree.offset, summary, name=tree.name, type=source.type)
    item = source.type.item
    if tree.name in ("size", "distinct", "first", "last") and len(arguments) == 1:
        return _plain(tree, source, item)
    if tree.name in _SUMS and len(arguments) == 1:
        return _summed(tree, source, item)
    if tree.name in (*_TESTS, *_SUMS, "filter", "map") and len(arguments) == 3:
        return _with_variable(checker, tree, source, item, arguments)
    raise _written_otherwise(tree, "“{name}” is not written so")


def _written_otherwise(tree: Call, summary: str) -> ExpressionError:
    return ExpressionError(
        tree.offset, summary, "Write {written}.", name=tree.name, written=MACROS[tree.name].signature
    )


def _extreme(tree: Call, nodes: list[Node]) -> Node:
    """`max(a, b)`: of values, not of a list."""
    nodes = operators.alike(nodes, tree.offset)
    kind = operators.common(*nodes)
    if operators.spoken(kind) not in _SUMMED[tree.name]:
        summary, remedy = "there is no {name} of a {type}", "Numbers, days and texts have one."
        raise ExpressionError(tree.offset, summary, remedy, name=tree.name, type=kind)
    return meaning.Extreme(tree.offset, kind, tree.name, tuple(nodes))


def _plain(tree: Call, source: Node, item: Type) -> Node:
    if tree.name == "distinct":
        return meaning.Distinct(tree.offset, source.type, source)
    return meaning.Fold(tree.offset, NUMBER if tree.name == "size" else item, tree.name, source)


def _summed(tree: Call, source: Node, item: Type) -> Node:
    if operators.spoken(item) not in _SUMMED[tree.name]:
        remedy = "Say of what: {name}(x, x.field)." if isinstance(item, Record) else None
        raise ExpressionError(tree.offset, "there is no {name} of a list of {type}", remedy, name=tree.name, type=item)
    return meaning.Fold(tree.offset, item, tree.name, source)


def _with_variable(checker: Checker, tree: Call, source: Node, item: Type, arguments: tuple[Tree, ...]) -> Node:
    name = arguments[1]
    if not isinstance(name, Name):
        summary = "a name for the item at hand is needed here"
        raise ExpressionError(name.offset, summary, "For example {name}(x, ...).", name=tree.name)
    if checker.lists == MAX_LISTS:
        summary = "lists are nested more than {most} deep"
        raise ExpressionError(tree.offset, summary, "Split it into fields.", most=MAX_LISTS)
    outer = checker.variables
    checker.lists += 1
    variable = checker.variable(name.name, item, name.offset)
    checker.variables = {**outer, name.name: variable}
    needs_condition = tree.name in (*_TESTS, "filter")
    body = checker.condition(arguments[2]) if needs_condition else checker.node(arguments[2])
    checker.variables = outer
    checker.lists -= 1
    if tree.name == "filter":
        return meaning.Filter(tree.offset, source.type, source, variable, body)
    if isinstance(body.type, ListOf):
        raise ExpressionError(body.offset, "a list of lists is more than can be asked")
    mapped = meaning.Map(tree.offset, ListOf(item=body.type), source, variable, body)
    if tree.name == "map":
        return mapped
    if tree.name in _TESTS:
        return meaning.Fold(tree.offset, BOOLEAN, tree.name, mapped)
    return _summed(tree, mapped, body.type)
