"""Text becomes one tree, or an ExpressionError that says where and what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.parser import parse
from customary.engine.expressions.tree import Binary, Call, Chain, Conditional, Items, Literal, Member, Name, Unary

ONE, TWO = Decimal(1), Decimal(2)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 1", Binary(2, "+", Literal(0, ONE), Binary(6, "*", Literal(4, TWO), Literal(8, ONE)))),
        ("1 - 2 - 1", Binary(6, "-", Binary(2, "-", Literal(0, ONE), Literal(4, TWO)), Literal(8, ONE))),
        ("-a.b", Unary(0, "-", Member(3, Name(1, "a"), "b"))),
        ("!a == b", Binary(3, "==", Unary(0, "!", Name(1, "a")), Name(6, "b"))),
        (
            "a && b && c || d",
            Chain(12, "||", (Chain(2, "&&", (Name(0, "a"), Name(5, "b"), Name(10, "c"))), Name(15, "d"))),
        ),
        (
            "a ? b : c ? d : e",
            Conditional(2, Name(0, "a"), Name(4, "b"), Conditional(10, Name(8, "c"), Name(12, "d"), Name(16, "e"))),
        ),
        ("x in ['a', \"b\",]", Binary(2, "in", Name(0, "x"), Items(5, (Literal(6, "a"), Literal(11, "b"))))),
        ("a.f(b).c", Member(7, Call(2, "f", Name(0, "a"), (Name(4, "b"),)), "c")),
        (r"'\u00e9\n\'' + r'\d'", Binary(13, "+", Literal(0, "é\n'"), Literal(15, r"\d"))),
        ("null", Literal(0, None)),
        ("true", Literal(0, True)),
    ],
)
def test_a_text_has_one_tree(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "offset", "summary", "remedy"),
    [
        ("", 0, "there is no expression here", "Write a condition or a formula."),
        ("a = 1", 2, "“=” has no meaning here", "Write “==” to compare."),
        ("a and b", 2, "“and” is not expected here", "Write “&&”."),
        ("a &&", 4, "the expression ends too early", "A value is missing here."),
        ("(a", 2, "the expression ends too early", "Close the bracket."),
        ("f(a b)", 4, "“b” is not expected here", "Separate with “,” or close with “)”."),
        ("a ? b", 5, "the expression ends too early", "A choice is written “condition ? a : b”."),
        ("'abc", 0, "this text has no end", "Close the text with the same quote on the same line."),
        ("“abc”", 0, "““” has no meaning here", 'Use straight quotes: "text".'),
        ("1.2.3", 0, "“1.2.3” is not a number", "Write numbers like 1000 or 12.50."),
        ("12abc", 0, "“12abc” is not a number", "Write numbers like 1000 or 12.50."),
        ("1e30", 0, "“1e30” has too many digits", "At most 28 digits before and 10 after the point."),
        ("0.00000000001", 0, "“0.00000000001” has too many digits", "At most 28 digits before and 10 after the point."),
        ("ποσό > 1", 0, "“π” cannot be in a name", "Names are of a-z, 0-9 and _."),
        ("a[0]", 1, "“[” is not expected here", "Use first() or filter(...) to choose from a list."),
        ("a.", 2, "the expression ends too early", "A value is missing here."),
        (r"'\q'", 1, r"“\q” is not an escape", r"Known: \n \t \" \\ \u0041."),
        (r"'\ud800'", 0, "a text cannot hold the character U+D800", ""),
        ("'a\0b'", 0, "a text cannot hold the character U+0000", ""),
        ("a\0", 1, "“U+0000” has no meaning here", ""),
        ("(" * 65 + "a", 18, "this is nested more than 18 levels deep", "Split it into fields."),
        ("a+" * 600 + "a", 501, "an expression has at most 500 parts", "Split it into fields."),
        ("a" * 10_001, 0, "an expression has at most 10,000 characters", "Split it into fields."),
    ],
)
def test_a_slip_is_shown_with_its_remedy(text: str, offset: int, summary: str, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.offset, caught.value.summary, caught.value.remedy) == (offset, summary, remedy)


def test_a_long_filter_is_not_a_deep_one() -> None:
    assert len(parse(" || ".join(f"a == {n}" for n in range(120))).terms) == 120  # type: ignore[attr-defined]


WORDS = st.sampled_from(
    ["a", "b.c", "amount", "1", "2.5", "'x'", '"', "'", "(", ")", "[", "]", ",", ".", "&&", "||", "!", "?", ":"]
    + ["==", "<", "in", "+", "-", "*", "/", "%", " ", "null", "true", "f(", "all(", ".filter(x,", "\\", "{{", "}}"]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=40).map(" ".join)))
def test_any_text_is_a_tree_or_an_expression_error(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)
        assert error.summary
