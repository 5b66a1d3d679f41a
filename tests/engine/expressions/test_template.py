"""Holes in texts, and the one rule of values."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.expressions import Expression, ExpressionError, Template, template, value

from .conftest import TABLES, House


def test_holes_are_filled(house: House) -> None:
    found = template("{{ name }} ({{ amount }}): {{ open ? \"}}\" : '{{' }}!", house.names)
    assert found.render(house.scope(house.records["deal"][0])) == "Big deal (0 EUR): }}!"
    assert found.paths == {("name",), ("amount",), ("open",)}


def test_an_empty_value_leaves_its_hole_empty(house: House) -> None:
    assert template("<{{ owner.name }}>", house.names).render(house.scope({"owner": None})) == "<>"


def test_a_reader_formats_values_as_they_like(house: House) -> None:
    found = template("{{ closes }} {{ name }}", house.names)
    shown = found.render(house.scope(house.records["deal"][0]), lambda value, kind: f"[{kind}: {value}]")
    assert shown == "[date: 2026-03-31] [text: Big deal]"


def test_a_text_without_holes_is_literal(house: House) -> None:
    assert template("plain } text", house.names).literal
    assert not template("{{ name }}", house.names).literal


@pytest.mark.parametrize(
    ("text", "offset", "summary"),
    [
        ("Call {{ nam }}", 8, "“nam” is not known here"),
        ("Call {{ name", 5, "this hole has no end"),
        ("{{ }}", 2, "there is no expression here"),
        ("{{}}", 2, "there is no expression here"),
        ("a {{ 'x }}", 5, "this text has no end"),
    ],
)
def test_a_problem_is_placed_in_the_whole_text(house: House, text: str, offset: int, summary: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        template(text, house.names)
    assert (caught.value.offset, caught.value.summary) == (offset, summary)


def test_titles_are_the_same_in_sql(filled: Database, house: House) -> None:
    found = template(
        "{{ name }} · {{ amount }} · {{ closes }} · {{ stage }} · {{ owner.name }} {{ created_at }}", house.names
    )
    with filled.read() as connection:
        titles = connection.execute(sa.select(TABLES["deal"].c.id, found.clause(house.rows, house.values))).all()
    assert dict(map(tuple, titles)) == {each["id"]: found.render(house.scope(each)) for each in house.records["deal"]}


def test_a_value_is_literal_unless_it_says_otherwise(house: House) -> None:
    assert value("now()", house.names) == "now()"
    assert value(12, house.names) == 12
    assert isinstance(value("=now()", house.names), Expression)
    assert isinstance(value("Call {{ name }}", house.names), Template)
    with pytest.raises(ExpressionError) as caught:
        value("=nme", house.names)
    assert caught.value.offset == 1
