"""The terms of a condition, and the values that it reads."""

from __future__ import annotations

import pytest

from customary.engine.expressions import compile
from customary.engine.expressions.terms import terms, values_read

from .conftest import HouseNames


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("count > 5", ["count > 5"]),
        ("count > 5 && open", ["count > 5", "open"]),
        ("!open && count > 1", ["!open", "count > 1"]),
        ("(count > 5 || open) && !(rate > 1)", ["(count > 5 || open)", "!(rate > 1)"]),
        ("size(name) > 1 && account.tier == 'gold'  && open", ["size(name) > 1", "account.tier == 'gold'", "open"]),
        ("count > 5 || open", ["count > 5 || open"]),
    ],
)
def test_the_terms_of_a_condition_keep_their_words(text: str, parts: list[str]) -> None:
    assert [each for each, _ in terms(compile(text, HouseNames()))] == parts


def test_the_values_that_a_condition_reads_are_named_by_their_ways() -> None:
    found = compile("count > 5 && old.count <= 5 && account.tier == 'gold' && tasks.exists(t, t.done)", HouseNames())
    assert [path for path, _, _ in values_read(found)] == ["count", "old.count", "account.tier"]
