"""Two texts are similar in any alphabet, in bounded time, and alike on both databases."""

from __future__ import annotations

import time
import unicodedata

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from customary.engine.columns import CodePointText
from customary.engine.database import Database
from customary.engine.expressions import sql_elements as elements
from customary.engine.likeness import bare, similar

ALIKE = [
    ("Müller GmbH", "MULLER gmbh"),
    ("Müller", "Mueller"),
    ("Acme Ltd.", "Acme Limited"),
    ("Anderson", "Andersen"),
    ("北京科技有限公司", "北京科技公司"),
    ("ΟΔΟΣ ΕΡΜΟΥ", "οδός Ερμού"),
    ("Ｆｕｌｌ Ｗｉｄｔｈ", "full width"),
    ("Straße", "STRASSE"),
    ("(a.b)[c]^_`{d}", "a b c d"),
    ("が", "か"),
    ("İstanbul", "istanbul"),
]
DIFFERENT = [("Smith", "Jones"), ("李雷", "韩梅梅"), ("", ""), ("---", "..."), ("a", ""), ("Άννα", "Κώστας")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_case_marks_width_and_a_few_letters_do_not_matter(one: str, other: str) -> None:
    assert similar(one, other)
    assert similar(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_texts_are_not_similar(one: str, other: str) -> None:
    assert not similar(one, other)


def test_the_database_finds_the_same_similar(database: Database) -> None:
    texts = [each for pair in (*ALIKE, *DIFFERENT) for each in pair] + ["ﬁne print ™ ½", "Ĳ ſ ǆ ŉ", "x" * 500, "\u0301"]
    with database.read() as connection:
        for one in texts:
            for percent in (1, 60, 100):
                share = elements.whole_literal(percent)
                clauses = [
                    elements.similar(sa.literal(one, CodePointText()), sa.literal(other, CodePointText()), share)
                    for other in texts
                ]
                found = connection.execute(sa.select(*(sa.type_coerce(each, sa.Boolean) for each in clauses))).one()
                assert [*found] == [similar(one, other, percent) for other in texts], (one, percent)


@given(st.text(max_size=40))
def test_any_text_is_similar_to_its_other_forms(text: str) -> None:
    if bare(text):
        assert similar(text, unicodedata.normalize("NFD", text), 100)
        assert similar(text, f" {text}! ", 100)


def test_long_texts_cost_no_more_than_their_beginning() -> None:
    start = time.process_time()
    for _ in range(20):
        similar("ab" * 1_000_000, "ba" * 1_000_000)
    assert time.process_time() - start < 1
