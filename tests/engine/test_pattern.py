"""Patterns mean what regular expressions mean, and no pattern and no text takes long."""

from __future__ import annotations

import random
import re
import time

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from customary.engine.database import Database
from customary.engine.pattern import PatternError, pattern

ATOMS = ("a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", r"\.", "é", r"[a-cx\d]", r"\S", "[]a]", "[a-]")


def _random_pattern(pick: random.Random, depth: int) -> str:
    if depth == 0:
        return pick.choice(ATOMS)
    one, other = _random_pattern(pick, depth - 1), _random_pattern(pick, depth - 1)
    forms = [one + other, f"({one}|{other})", f"(?:{one})*", f"({one})+", f"({one}){{1,3}}", f"({one})?", f"^{one}"]
    return pick.choice([*forms, f"{one}$", f"({one}|)"])


def test_a_pattern_finds_what_pythons_finds(database: Database) -> None:
    pick = random.Random(3)
    with database.read() as connection:
        for n in range(1_500):
            text = _random_pattern(pick, 3)
            probes = ["".join(pick.choice("ab.é1c \n_]-") for _ in range(pick.randrange(8))) for _ in range(5)]
            expected = [re.search(text.replace("$", r"\Z"), probe, re.ASCII) is not None for probe in probes]
            assert [pattern(text).found_in(probe) for probe in probes] == expected, (text, probes)
            if n % 5 == 0 and not database.is_sqlite:
                found = connection.scalar(sa.select(sa.literal(probes[0]).op("~")(pattern(text).postgresql)))
                assert found == expected[0], (text, probes[0])


def test_no_pattern_takes_long() -> None:
    start = time.perf_counter()
    for text in ("(a*)*b", "(a|a)*b", "a*a*a*a*a*b", "(a{1,12}){1,10}b"):
        assert not pattern(text).found_in("a" * 20_000)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("text", "position", "summary"),
    [
        ("a(", 1, "this “(” is not closed"),
        ("a)", 1, "this “)” opens nowhere"),
        ("[a", 0, "this “[” is not closed"),
        ("*a", 0, "there is nothing before “*” to repeat"),
        ("a**", 2, "a repetition cannot be repeated; put it into brackets"),
        (r"(a)\1", 3, "“\\1” has no meaning in a pattern here"),
        ("(?=a)", 0, "groups are plain: ( ) or (?: )"),
        ("[b-a]", 1, "this range has no order"),
        ("a{60}", 1, "counts go from 0 to 50, the smaller one first"),
        ("((a{50}){50})", 0, "this pattern is too large"),
    ],
)
def test_a_pattern_outside_the_subset_is_refused(text: str, position: int, summary: str) -> None:
    with pytest.raises(PatternError) as caught:
        pattern(text)
    assert (caught.value.position, caught.value.summary) == (position, summary)


@given(st.text(st.sampled_from("ab(){}[]|*+?^$\\-,1d.é\0"), max_size=30), st.text(max_size=20))
def test_any_pattern_works_or_is_refused(text: str, probe: str) -> None:
    try:
        pattern(text).found_in(probe)
    except PatternError as error:
        assert 0 <= error.position <= len(text)
