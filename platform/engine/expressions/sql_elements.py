"""The SQL pieces that SQLite and PostgreSQL write differently.

Each is one template a dialect; `{0}` is the first argument. Where SQLite has none, the piece is the function of
that name in `engine.sqlite`. A fenced sub-select (`OFFSET 0`) names an argument that is needed several times:
without the fence PostgreSQL would copy it, and nested pieces would grow exponentially.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from customary.engine.columns import CodePointText, Moment
from customary.engine.likeness import BETWEEN, LONGEST, MARKS
from customary.engine.pattern import pattern
from customary.engine.sqlite import BLANKS


class Exact(sa.types.TypeDecorator):
    """A decimal of any size: NUMERIC on PostgreSQL, a text or an integer on SQLite."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine:
        return dialect.type_descriptor(sa.Numeric() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class PatternText(sa.types.TypeDecorator):
    """A text pattern, handed to PostgreSQL in its own syntax."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return pattern(value).postgresql if value is not None and dialect.name == "postgresql" else value


class absent(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """`absent(column)`: there is no value. SQLite is told that this is usual: it takes it for rare, and then sorts
    all rows without a value instead of walking the index that has the order of a list (200 times as slow)."""

    name = "absent"
    type = sa.Boolean()
    inherit_cache = True


@compiles(absent)
def _absent(element: absent, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses.clauses[0], **kw)} IS NULL)"


@compiles(absent, "sqlite")
def _absent_sqlite(element: absent, compiler: Any, **kw: Any) -> str:
    return f"likely{_absent(element, compiler, **kw)}"


class elements_of(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """`elements_of(column)`: the texts of a `Names` column as rows of `key`, their order, and `value`."""

    name = "elements_of"
    inherit_cache = True


@compiles(elements_of, "sqlite")
def _elements_of_sqlite(element: elements_of, compiler: Any, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses.clauses[0], **kw)})"


@compiles(elements_of, "postgresql")
def _elements_of_postgresql(element: elements_of, compiler: Any, **kw: Any) -> str:
    list_ = compiler.process(element.clauses.clauses[0], **kw)
    rows = f"jsonb_array_elements_text({list_}) WITH ORDINALITY AS e (value, key)"
    return f'(SELECT key, value COLLATE "C" AS value FROM {rows})'  # noqa: S608 - made of a compiled clause


def element(name: str, type_: sa.types.TypeEngine, postgresql: str, sqlite: str | None = None) -> type:
    element = type(name, (FunctionElement,), {"name": name, "type": type_, "inherit_cache": True})
    compiles(element, "postgresql")(_writer(postgresql))
    compiles(element, "sqlite")(_writer(sqlite or f"customary_{name}({{all}})"))
    return element


def _writer(template: str) -> Any:
    """Brackets only where they are needed: SQLite's parser takes about a hundred levels of them."""
    is_call = template.startswith("customary_") and template.endswith("({all})")

    def write(element: FunctionElement, compiler: Any, **kw: Any) -> str:
        texts = [compiler.process(each, **kw) for each in element.clauses]
        if is_call:
            return template.format(all=", ".join(texts))
        parts = [_part(*each) for each in zip(element.clauses, texts, strict=True)]
        return f"({template.format(*parts, all=', '.join(texts))})"

    return write


def _part(clause: Any, text: str) -> str:
    return text if getattr(clause, "is_literal", False) else f"({text})"


def _ranges(characters: str) -> str:
    """The characters of a class, escaped for PostgreSQL."""
    return "".join(each if each == "-" else f"\\u{ord(each):04X}" for each in characters)


def whole_literal(number: int) -> sa.ColumnElement:
    """A whole number written into the statement itself: a scale, not a value of a user's."""
    return sa.literal_column(str(int(number)), sa.Integer())


# Numbers ------------------------------------------------------------------------------------------

_TIE = "2 * abs(x - trunc(x)) = 1 AND mod(trunc(x), 2) = 0"
_EVEN = f"CASE WHEN {_TIE} THEN trunc(x) ELSE round(x) END"
_KEPT = "SELECT CASE WHEN abs(v) < 1e28 THEN v END"

exact = element("exact", Exact(), "{0}::numeric * 1e-{1}")
whole = element(
    "whole",
    sa.BigInteger(),
    f"SELECT CASE WHEN v BETWEEN -9223372036854775808 AND 9223372036854775807 THEN v::bigint END "  # noqa: S608
    f"FROM (SELECT {_EVEN} AS v FROM (SELECT {{0}} * 1e{{1}} AS x OFFSET 0) AS a) AS b",
)
plus = element("plus", Exact(), "{0} + {1}")
minus = element("minus", Exact(), "{0} - {1}")
times = element(
    "times",
    Exact(),
    f"{_KEPT} FROM (SELECT {_EVEN} * 1e-10 AS v FROM (SELECT {{0}} * {{1}} * 1e10 AS x OFFSET 0) AS a) AS b",  # noqa: S608
)
divide = element(
    "divide",
    Exact(),
    f"{_KEPT} FROM (SELECT (q + CASE WHEN 2 * abs(n - q * d) > abs(d) OR (2 * abs(n - q * d) = abs(d) "  # noqa: S608
    "AND mod(q, 2) <> 0) THEN sign(n) * sign(d) ELSE 0 END) * 1e-10 AS v FROM (SELECT n, d, div(n, d) AS q "
    "FROM (SELECT {0} * 1e10 AS n, nullif({1}, 0) AS d OFFSET 0) AS a OFFSET 0) AS b) AS c",
)
remainder = element("remainder", Exact(), "mod({0}, nullif({1}, 0))")
absolute = element("absolute", Exact(), "abs({0})")
rounded = element("rounded", Exact(), "round({0}, {1})")
plain = element("plain", CodePointText(), 'trim_scale({0})::text COLLATE "C"')
compared = {
    operator: element(name, sa.Boolean(), f"{{0}} {operator} {{1}}", f"customary_compare({{all}}) {operator} 0")
    for operator, name in (("<", "less"), ("<=", "at_most"), (">", "more"), (">=", "at_least"))
}
equal = element("equal", sa.Boolean(), "{0} = {1}", "customary_compare({all}) = 0")
same = element("same", sa.Boolean(), "{0} IS NOT DISTINCT FROM {1}")
total = element("total", Exact(), "coalesce(sum({0}), 0)", "coalesce(customary_sum({0}), 0)")
least = element("least", Exact(), "min({0})")
greatest = element("greatest", Exact(), "max({0})")
# Two amounts in one currency: their own, or else the workspace's
_AGREE = "a = b OR a = '' OR b = ''"
joint = element(
    "joint",
    Exact(),
    f"SELECT CASE WHEN {_AGREE} THEN x ELSE y END FROM "  # noqa: S608
    "(SELECT {0} AS a, {1} AS b, {2} AS x, {3} AS y OFFSET 0) AS t",
)
joint_currency = element(
    "joint_currency",
    CodePointText(),
    "SELECT CASE WHEN a = b OR b = '' THEN a WHEN a = '' THEN b WHEN a IS NOT NULL AND b IS NOT NULL THEN w END "
    "FROM (SELECT {0} AS a, {1} AS b, {2} AS w OFFSET 0) AS t",
)
extremes = {
    "min": element("least_of", Exact(), "least({all})"),
    "max": element("greatest_of", Exact(), "greatest({all})"),
}
_SIX = "(SELECT {0} AS a, {1} AS b, {2} AS x, {3} AS y, {4} AS p, {5} AS q OFFSET 0) AS t"
_ONE_IS_NULL = "x IS NULL THEN y WHEN y IS NULL THEN x"
extreme_money = {
    kind: {
        "amount": element(
            f"{name}_money",
            Exact(),
            f"SELECT CASE WHEN {_ONE_IS_NULL} WHEN {_AGREE} THEN {name}(x, y) "  # noqa: S608
            f"WHEN p IS NOT NULL AND q IS NOT NULL THEN {name}(p, q) END FROM {_SIX}",
        ),
        "base": element(
            f"{name}_worth",
            Exact(),
            f"SELECT CASE WHEN x IS NULL THEN q WHEN y IS NULL THEN p WHEN p IS NOT NULL AND q IS NOT NULL "  # noqa: S608
            f"THEN {name}(p, q) END FROM (SELECT {{0}} AS x, {{1}} AS y, {{2}} AS p, {{3}} AS q OFFSET 0) AS t",
        ),
    }
    for kind, name in (("min", "least"), ("max", "greatest"))
}
extreme_currency = element(
    "extreme_currency",
    CodePointText(),
    "SELECT CASE WHEN x IS NULL THEN b WHEN y IS NULL OR a = b OR b = '' THEN a WHEN a = '' THEN b ELSE w END "
    "FROM (SELECT {0} AS a, {1} AS b, {2} AS x, {3} AS y, {4} AS w OFFSET 0) AS t",
)
extreme_texts = {
    "min": element("least_text", CodePointText(), "least({all})"),
    "max": element("greatest_text", CodePointText(), "greatest({all})"),
}

# Text ---------------------------------------------------------------------------------------------

lower = element("lower", CodePointText(), 'lower({0} COLLATE "und-x-icu") COLLATE "C"')
upper = element("upper", CodePointText(), 'upper({0} COLLATE "und-x-icu") COLLATE "C"')
trim = element("trim", CodePointText(), f"btrim({{0}}, '{BLANKS}')", f"trim({{0}}, '{BLANKS}')")
length = element("length", sa.BigInteger(), "char_length({0})", "length({0})")
contains = element("contains", sa.Boolean(), "strpos({0}, {1}) > 0", "instr({0}, {1}) > 0")
starts_with = element("starts_with", sa.Boolean(), "starts_with({0}, {1})")
ends_with = element("ends_with", sa.Boolean(), "starts_with(reverse({0}), reverse({1}))")
before = element("before", CodePointText(), "split_part({0}, {1}, 1)")
after = element(
    "after",
    CodePointText(),
    "(SELECT substr(t, char_length(split_part(t, m, 1)) + char_length(m) + 1) "
    "FROM (SELECT {0} AS t, {1} AS m OFFSET 0) AS a)",
)
joined = element("joined", CodePointText(), "{0} || {1}", "{0} || {1}")
list_size = element(
    "list_size", sa.BigInteger(), "jsonb_array_length(coalesce({0}, '[]'))", "json_array_length(coalesce({0}, '[]'))"
)
listed = element("listed", sa.Text(), "to_json(ARRAY{0})::text", "SELECT json_group_array(item) FROM {0}")
matches = element("matches", sa.Boolean(), "{0} ~ {1}")
by_code_point = element("by_code_point", CodePointText(), '{0} COLLATE "C"', "{0}")

# `likeness.similar`, piece by piece
_BARE = (
    f"btrim(regexp_replace(replace(replace(lower(regexp_replace(normalize(left({{}}, {LONGEST}), NFKD), "
    f"'[{_ranges(MARKS)}]+', '', 'g') COLLATE \"und-x-icu\"), 'ς', 'σ'), 'ß', 'ss'), "
    f"'[{_ranges(BETWEEN)}]+', ' ', 'g'), ' ')"
)
_PAIRS = 'SELECT substr({0}, i, 2) COLLATE "C" FROM generate_series(1, length({0}) - 1) AS i'
_COUNT = 'count(DISTINCT substr({0}, i, 2) COLLATE "C") FROM generate_series(1, length({0}) - 1) AS i'
similar = element(
    "similar",
    sa.Boolean(),
    f"SELECT CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN length(a) > 2 AND length(b) > 2 AND 200 * "  # noqa: S608
    f"(SELECT count(*) FROM ({_PAIRS.format('a')} INTERSECT {_PAIRS.format('b')}) AS c) >= p * "
    f"((SELECT {_COUNT.format('a')}) + (SELECT {_COUNT.format('b')})) END "
    f"FROM (SELECT ' ' || {_BARE.format('{0}')} || ' ' AS a, "
    f"' ' || {_BARE.format('{1}')} || ' ' AS b, {{2}} AS p OFFSET 0) AS t",
)

# Conditions that stand beside an operator: SQLAlchemy would leave out their brackets
grouped = element("grouped", sa.Boolean(), "{0}", "{0}")

# Days and moments; durations are whole microseconds -------------------------------------------------

LOCAL = "{0} AT TIME ZONE CASE WHEN {0} BETWEEN '0001-01-02 00:00Z' AND '9999-12-30 00:00Z' THEN z ELSE 'UTC' END"
WALL_TO_MOMENT = "l AT TIME ZONE CASE WHEN l BETWEEN '0001-01-03 00:00' AND '9999-12-29 00:00' THEN z ELSE 'UTC' END"
_LOCAL = LOCAL.format("m")
_MOMENT = "FROM (SELECT {0} AS m, {1} AS z OFFSET 0) AS a"

day_of = element("day_of", sa.Date(), f"SELECT ({_LOCAL})::date {_MOMENT}")
time_of = element("time_of", sa.Time(), f"SELECT ({_LOCAL})::time {_MOMENT}")
day_part = element("day_part", sa.BigInteger(), "date_part(replace({1}, 'weekday', 'isodow'), {0})::bigint")
day_text = element("day_text", CodePointText(), "to_char({0}, 'YYYY-MM-DD')", "{0}")
time_text = element("time_text", CodePointText(), "to_char({0}, 'HH24:MI')", "substr({0}, 1, 5)")
moment_text = element("moment_text", CodePointText(), f"SELECT to_char({_LOCAL}, 'YYYY-MM-DD HH24:MI') {_MOMENT}")
add_months = element(
    "add_months",
    sa.Date(),
    "SELECT CASE WHEN extract(year FROM d) * 12 + extract(month FROM d) - 1 + m BETWEEN 12 AND 119999 "
    "THEN (d + make_interval(months => m::int))::date END FROM (SELECT {0} AS d, trunc({1}) AS m OFFSET 0) AS a",
)
moment_of = element(
    "moment_of",
    Moment(),
    f"SELECT {WALL_TO_MOMENT} FROM (SELECT {{0}} + {{1}} AS l, {{2}} AS z OFFSET 0) AS a",  # noqa: S608
)
days_between = element("days_between", Exact(), "({0} - {1})::numeric * 86400000000")
moments_between = element("moments_between", Exact(), "(extract(epoch FROM {0}) - extract(epoch FROM {1})) * 1000000")
times_between = element("times_between", Exact(), "extract(epoch FROM {0} - {1}) * 1000000")
shift_days = element(
    "shift_days",
    sa.Date(),
    "SELECT CASE WHEN (d - DATE '0001-01-01') + n BETWEEN 0 AND 3652058 THEN d + n::int END "
    "FROM (SELECT {0} AS d, div({1}, 86400000000) AS n OFFSET 0) AS a",
)
shift = element(
    "shift",
    Moment(),
    "SELECT CASE WHEN extract(epoch FROM m) * 1000000 + s BETWEEN -62135596800000000 AND 253402300799999999 "
    "THEN m + div(s, 1000000)::float8 * interval '1 second' + mod(s, 1000000)::float8 * interval '1 microsecond' END "
    "FROM (SELECT {0} AS m, trunc({1}) AS s OFFSET 0) AS a",
)
