"""Longer texts: loops and choices around holes."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from customary.engine.expressions import ExpressionError
from customary.engine.expressions import passage as passages
from customary.engine.expressions.types import BOOLEAN, TEXT, ListOf
from customary.engine.model.names import ModelNames, World
from customary.engine.model.texts.passage import _Reader

NAMES = ModelNames(World(), "", {"name": TEXT, "paid": BOOLEAN, "tags": ListOf(item=TEXT)})


def rendered(text: str, **bindings: Any) -> str:
    known = {"name": "Zoë", "paid": True, "tags": ("a", "b"), **bindings}
    scope = SimpleNamespace(
        bindings=known, record=None, old=None, now=datetime.now(UTC), zone=ZoneInfo("UTC"), find=lambda *_: None
    )
    return _Reader(text).read(NAMES).render(scope, lambda value, kind: f"<{value}>")


def test_a_tag_alone_on_its_line_leaves_no_line_behind() -> None:
    text = "| tag |\n|---|\n{% for tag in tags %}\n| {{ tag }} of {{ name }} |\n  {% end %}\nEnd"
    assert rendered(text) == "| tag |\n|---|\n| <a> of <Zoë> |\n| <b> of <Zoë> |\nEnd"
    assert rendered(text, tags=None) == "| tag |\n|---|\nEnd"


def test_choices_lie_in_loops_and_loops_in_choices() -> None:
    inner = '{% for tag in tags %}{% if tag == "a" %}1{% else %}{{ tag }}{% end %}{% end %}'
    text = f"A{{% if paid %}}{inner}{{% else %}}none{{% end %}}B"
    assert (rendered(text), rendered(text, paid=False)) == ("A1<b>B", "AnoneB")


@pytest.mark.parametrize(
    ("text", "offset", "summary"),
    [
        ("ab{% for tag in tags %}", 4, "this part has no end"),
        ("{% if paid %}{% else %}", 2, "this part has no end"),
        ("{% if paid %}{% else %}{% else %}{% end %}", 2, "this part has no end"),
        ("{% for tag in tags %}{% else %}{% end %}", 2, "this part has no end"),
        ("a {% end %}", 4, "there is nothing to end here"),
        ("{% while paid %}", 2, "this tag is not known"),
        ("{% for tag in name %}{% end %}", 14, "this is not a list"),
        ("{% for name in tags %}{% end %}", 2, "“name” already means something here"),
        ("{% if name %}{% end %}", 6, None),
        ("{% for tag in tagss %}{% end %}", 14, "“tagss” is not known here"),
        ("x{{ nam }}", 4, "“nam” is not known here"),
        ("{% for tag in tags %}{{ tagg }}{% end %}", 24, "“tagg” is not known here"),
        ("{% if paid %}" * 9, None, "these parts lie too deep in each other"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, offset: int | None, summary: str | None) -> None:
    with pytest.raises(ExpressionError) as error:
        _Reader(text).read(NAMES)
    if offset is not None:
        assert error.value.offset == offset
    if summary is not None:
        assert error.value.summary == summary


def test_a_text_has_an_end() -> None:
    with pytest.raises(passages.TooLong):
        rendered("{% for tag in tags %}x{% end %}", tags=("a",) * (passages.MOST_ROUNDS + 1))
    with pytest.raises(passages.TooLong):
        rendered("{% for tag in tags %}{{ name }}{% end %}", tags=("a",) * 100, name="x" * 10_000)
