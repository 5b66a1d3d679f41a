"""What every kind of field must do, tested for each of them alike."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import jsonschema
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from customary.engine.columns import Scaled
from customary.engine.database import Database
from customary.engine.expressions.types import Type
from customary.engine.fields import Field, KeyProblem, Refusal, kinds
from customary.engine.fields.address import Place
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.file import Attached
from customary.engine.fields.location import Point
from customary.engine.fields.person_name import Name
from customary.engine.fields.secret import AS_IT_IS
from customary.engine.locale import locale
from customary.engine.money import Money
from customary.engine.words import Reason

ONE = UUID("0190a1b2-0000-7000-8000-000000000001")
TWO = UUID("0190a1b2-0000-7000-8000-000000000002")
OPTIONS = {
    "small": {"label": {"en": "Small", "zh": "小", "el": "Μικρό"}, "colour": "blue"},
    "very_large": {"label": {"en": "Very large, really"}, "was": "huge"},
}
NOON = dt.datetime(2026, 7, 1, 9, 30, 15, 250_000, tzinfo=dt.UTC)

ATTACHED = [Attached(id=ONE, name="a.pdf", type="application/pdf", size=3)]
PICTURE = [Attached(id=TWO, name="a.png", type="image/png", size=3)]

SAMPLES: Mapping[str, tuple[dict[str, Any], list[Any]]] = {
    "address": (
        {},
        [
            Place(street="Ermou 1", city="Athens", postcode="105 63", country="GR"),
            Place(street="文三路1号", city="杭州市", region="浙江省", country="CN"),
            Place(country="US"),
        ],
    ),
    "any_link": ({"to": ["account", "contact"]}, [AnyLink("account", ONE)]),
    "auto_number": ({"format": "D-#####"}, ["D-00012"]),
    "barcode": ({"format": "ean13"}, ["4006381333931", "9780201379624"]),
    "boolean": ({}, [True, False]),
    "choice": ({"options": OPTIONS}, ["small", "very_large"]),
    "choices": ({"options": OPTIONS}, [(), ("small",), ("small", "very_large")]),
    "color": ({}, ["#3366ff", "#000000"]),
    "consent": ({"text": {"en": "I agree", "el": "Συμφωνώ"}, "expires": "2y"}, [True, False]),
    "date": ({}, [dt.date(2026, 2, 28), dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "datetime": ({}, [NOON, NOON.replace(microsecond=0), NOON.replace(second=0, microsecond=0)]),
    "decimal": ({"scale": 3}, [Decimal("1234567.891"), Decimal("-0.500"), Decimal("0.000")]),
    "duration": (
        {},
        [dt.timedelta(hours=1, minutes=30), dt.timedelta(days=-2), dt.timedelta(365_000)],
    ),
    "email": ({}, ["jane@example.com", "用户@例子.广告"]),
    "file": ({}, ATTACHED),
    "files": ({}, [tuple(ATTACHED)]),
    "image": ({}, PICTURE),
    "integer": ({}, [0, -7, 1_234_567, 2**63 - 1]),
    "json": ({}, [{"a": [1, 2.5, None, "中文"], "": {}}, [], "x", 0, False, {}]),
    "lines": ({"of": "line.parent"}, [(), (ONE, TWO)]),
    "link": ({"to": "account"}, [ONE]),
    "links": ({"to": "account"}, [(), (ONE, TWO)]),
    "location": (
        {},
        [
            Point(latitude=Decimal("37.983810"), longitude=Decimal("23.727540")),
            Point(latitude=Decimal("-90.000000"), longitude=Decimal("180.000000")),
        ],
    ),
    "long_text": ({}, ["One\nTwo\n\n三", "🙂"]),
    "markdown": ({}, ["# Title\n\n- one\n- *two*"]),
    "money": (
        {},
        [Money(Decimal("12.50"), "EUR"), Money(Decimal("-1234567.89"), "USD"), Money(Decimal("5.00"), "JPY")],
    ),
    "percent": ({}, [Decimal("30.00"), Decimal("-0.25"), Decimal("1250.00")]),
    "person_name": (
        {},
        [
            Name(prefix="Dr", first="Ann", middle="B.", last="Lee", suffix="Jr"),
            Name(first="文娟", last="李"),
            Name(last="Παπαδοπούλου"),
        ],
    ),
    "phone": ({"region": "GR"}, ["+302101234567", "ext 12"]),
    "rating": ({}, [1, 5]),
    "secret": ({}, [AS_IT_IS]),
    "signature": ({}, PICTURE),
    "tags": ({}, [(), ("new", "Ελλάδα", "中文")]),
    "team": ({}, [ONE]),
    "text": ({}, ["Jane", "  x".strip(), "Ωμέγα", "李文娟", "a'b\"c\\d%_", "=1+1"]),
    "time": ({}, [dt.time(9, 30), dt.time(0, 0), dt.time(23, 59, 59)]),
    "url": ({}, ["https://example.com/a?b=c#d", "mailto:jane@example.com", "http://localhost:8080/"]),
    "user": ({}, [ONE]),
    "users": ({}, [(), (ONE, TWO)]),
}
NAUGHTY_TEXTS = [
    "", " ", "\x00", "a\x00b", "\ud800", "a\udfffb", "\x1b[31m", "\u202e", "\ufeff", "\uffff", "NaN", "nan", "inf",
    "-Infinity", "1e400", "1e-400", "9" * 500, "-" + "9" * 30, "0x1F", "1_000", "٣", "½", "²", "--1", "+-1", "1.2.3",
    "1,,2", ",", ".", "-", "()", "(", "%", "€", "€€1", "EUR", "1 XXXX", "null", "true", "[]", "{}",
    "'; DROP TABLE x--",
    "<script>alert(1)</script>", "javascript:alert(1)", "data:text/html,x", "http://", "https://[::1", "http://a b",
    "//", "mailto:", "@", "a@", "a@b@c", "a" * 300 + "@example.com", "2026-02-30", "0000-00-00", "99999-01-01",
    "+99999d", "-99999y", "+", "31/31/2026", "T", "2026-01-01T25:00", "0001-01-01T00:00+14:00", "12:99",
    "9999-12-31T23:59-14:00", "{{ x }}", "${x}", "=1", "x" * 200_000, "\n" * 5_000, "a,b,c\n;；、",
    "00000000-0000-0000-0000-00000000000g",
    "account:", ":x", "account:x", "deal_line:0190a1b2-0000-7000-8000-000000000001", "🏳️‍🌈", "Z̸̡̢̛", "١٢٣", "一二三",
]  # fmt: skip
NAUGHTY_DATA: list[Any] = [
    True, False, 0, -1, 1, 2**63, -(2**63) - 1, 10**400, 1.5, float("nan"), float("inf"), -0.0, 1e308, 5e-324,
    Decimal("NaN"), Decimal("Infinity"), Decimal("1E+400"), [], [[]], [None], [1], ["x"], {},
    {"id": None}, {"id": "x"},
    {"amount": None}, {"amount": "x", "currency": "EUR"}, {"amount": "1", "currency": "XXX1"},
    {"amount": "1", "currency": 7}, {"amount": {"a": 1}}, {"entity": "x", "id": 1}, {"entity": 1,
    "id": str(ONE)}, [{"id": str(ONE)}], b"x",
    object(), (),
]  # fmt: skip
ZONES = {"en": "America/New_York", "zh": "Asia/Shanghai", "el": "Europe/Athens"}
LOCALES = [locale(language, zone) for language, zone in ZONES.items()]


def build(kind: str, **more: Any) -> Field:
    cls = kinds()[kind]
    return cls(name="it", entity="thing", **cls.configure({**SAMPLES[kind][0], **more}, {"currency": "EUR"}))


each_kind = pytest.mark.parametrize("kind", sorted(kinds()))
each_locale = pytest.mark.parametrize("where", LOCALES, ids=list(ZONES))


@each_kind
def test_a_kind_has_samples_here_and_a_page_in_the_reference(kind: str) -> None:
    assert SAMPLES[kind][1]
    cls = kinds()[kind]
    assert "__doc__" in vars(cls)
    assert not cls.__doc__.startswith(f"{cls.__name__}(")
    assert cls.control
    assert cls.operators
    for schema in cls.keys.values():
        jsonschema.Draft202012Validator.check_schema(schema)


@each_kind
def test_its_yaml_keys_are_taken(kind: str) -> None:
    field = build(kind)
    assert dataclasses.is_dataclass(field)
    assert isinstance(field.value_type, Type)
    for key, value in SAMPLES[kind][0].items():
        jsonschema.validate(value, kinds()[kind].keys[key])


def test_values_come_back_from_the_database_as_they_went_in(database: Database) -> None:
    fields = {kind: build(kind) for kind in kinds()}
    columns = {kind: {p.suffix: f"{kind}{p.suffix}" for p in field.parts({})} for kind, field in fields.items()}
    table = sa.Table(
        "thing",
        sa.MetaData(),
        sa.Column("number", sa.Integer, primary_key=True),
        *(
            sa.Column(columns[kind][part.suffix], part.type)
            for kind, field in fields.items()
            for part in field.parts({})
        ),
    )
    cases = [(kind, value) for kind in fields for value in [*SAMPLES[kind][1], None] if columns[kind]]
    with database.write() as connection:
        table.create(connection)
        for number, (kind, value) in enumerate(cases):
            stored = fields[kind].store(None if value == () else value)
            assert set(stored) == set(columns[kind])
            row = {columns[kind][suffix]: each for suffix, each in stored.items()}
            connection.execute(table.insert(), {"number": number, **row})
        for number, (kind, value) in enumerate(cases):
            row = connection.execute(table.select().where(table.c.number == number)).mappings().one()
            loaded = fields[kind].load({suffix: row[name] for suffix, name in columns[kind].items()})
            empty = () if fields[kind].several else None
            assert loaded == (empty if value is None else value)
            assert type(loaded) is type(empty if value is None else value)


@each_kind
@each_locale
def test_what_is_shown_for_editing_reads_back_as_the_value(kind: str, where: Any) -> None:
    field = build(kind)
    for value in SAMPLES[kind][1]:
        assert field.parse(field.edit(value, where), where) == value
        assert isinstance(field.format(value, where), str)


@each_kind
def test_the_json_form_reads_back_as_the_value_and_fits_its_schema(kind: str) -> None:
    field = build(kind)
    jsonschema.Draft202012Validator.check_schema(field.json_schema())
    for value in SAMPLES[kind][1]:
        data = json.loads(json.dumps(field.to_json(value), ensure_ascii=True))
        assert field.from_json(data) == value
        assert field.take(value) == value
        if kind != "lines":
            jsonschema.validate(data, field.json_schema())


@each_kind
def test_good_values_pass_the_checks(kind: str) -> None:
    field = build(kind)
    assert [field.check(value) for value in SAMPLES[kind][1]] == [[] for _ in SAMPLES[kind][1]]


@each_kind
@each_locale
def test_nothing_is_nothing_in_every_form(kind: str, where: Any) -> None:
    field = build(kind)
    empty = () if field.several else None
    assert field.parse("", where) == empty
    assert field.parse("  ", where) == empty
    assert field.from_json(None) == empty
    assert field.format(None, where) == ""
    assert field.edit(None, where) == ""
    assert field.to_json(None) == (None if empty is None else [])
    assert set(field.store(None)) == {part.suffix for part in field.parts({})}


@each_kind
@each_locale
def test_naughty_texts_give_a_value_that_can_be_kept_or_a_refusal(kind: str, where: Any) -> None:
    field = build(kind)
    for text in NAUGHTY_TEXTS:
        try:
            value = field.parse(text, where)
        except Refusal as refusal:
            assert_speaks(refusal.reason)
        else:
            assert_can_be_kept(field, value)


@each_kind
def test_naughty_data_gives_a_value_that_can_be_kept_or_a_refusal(kind: str) -> None:
    field = build(kind)
    for data in [*NAUGHTY_DATA, *NAUGHTY_TEXTS]:
        try:
            value = field.from_json(data)
        except Refusal as refusal:
            assert_speaks(refusal.reason)
        else:
            assert_can_be_kept(field, value)
        assert isinstance(field.check(data), list)


@each_kind
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=())), which=st.sampled_from(LOCALES))
def test_any_text_gives_a_value_that_can_be_kept_or_a_refusal(kind: str, text: str, which: Any) -> None:
    field = build(kind)
    try:
        assert_can_be_kept(field, field.parse(text, which))
    except Refusal as refusal:
        assert_speaks(refusal.reason)


def assert_speaks(reason: Reason) -> None:
    """A reason is one short line that completes a label, and its holes can be filled."""
    assert 0 < len(str(reason)) < 300
    assert reason.text[0].islower()
    assert not reason.text.endswith(".")


def assert_can_be_kept(field: Field, value: Any) -> None:
    """A value that has passed parsing either fails the checks or survives both database drivers."""
    if value is None or field.check(value):
        return
    json.dumps(field.to_json(value), ensure_ascii=False).encode()
    for part in field.parts({}):
        stored = field.store(value)[part.suffix]
        if isinstance(stored, str):
            assert "\x00" not in stored
            stored.encode()
        if isinstance(part.type, Scaled):
            stored = part.type.process_bind_param(stored, sqlite.dialect())
        assert not isinstance(stored, int) or abs(stored) < 2**63


@pytest.mark.parametrize(
    ("kind", "keys", "problem"),
    [
        ("choice", {"options": []}, KeyProblem("options", "has no options")),
        ("choice", {"options": ["a", "b", "a"]}, KeyProblem("options", "“a” is given twice")),
        ("duration", {"min": "soon"}, KeyProblem("min", "“soon” is not a duration")),
        ("time", {"max": "25:00"}, KeyProblem("max", "“25:00” is not a time of day")),
        ("integer", {"min": 5, "max": 1}, KeyProblem("min", "min is greater than max")),
        ("money", {"currency": "ZZZ"}, KeyProblem("currency", "“ZZZ” is not a currency")),
        ("text", {"pattern": "("}, KeyProblem("pattern", "“(” is not a pattern")),
        ("date", {"min": "2026-02-30"}, KeyProblem("min", "“2026-02-30” is not a day")),
        ("phone", {"region": "XX"}, KeyProblem("region", "“XX” is not a country's two letters")),
        ("auto_number", {"format": "A"}, KeyProblem("format", "must have one run of #")),
    ],
)
def test_a_key_that_makes_no_sense_is_a_problem(kind: str, keys: dict[str, Any], problem: KeyProblem) -> None:
    with pytest.raises(KeyProblem) as caught:
        build(kind, **keys)
    assert (caught.value.key, caught.value.summary) == (problem.key, problem.summary)
