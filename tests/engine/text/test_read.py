"""Reading YAML: 1.2 rules, places, and problems instead of exceptions for any text."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from customary.engine.problem import Place, Problems
from customary.engine.text import Document, File, Mapping, plain, read


def read_text(text: str) -> tuple[list[Document], list[str]]:
    problems = Problems()
    return read(File("a.yaml", "workspace", text), problems), [str(each) for each in problems]


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("1.50", Decimal("1.50")),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("True", "True"),
        ("012", "012"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("1:30", "1:30"),
        ("2026-12-25", "2026-12-25"),
        ("=", "="),
        ("=user", "=user"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_only_plain_numbers_and_four_words_are_special(written: str, data: object) -> None:
    documents, problems = read_text(f"entity: deal\nvalue: {written}\n")
    assert problems == []
    assert plain(documents[0].body) == {"value": data}


def test_keys_are_always_text() -> None:
    documents, _ = read_text("workflow: w\non: 1\n404: x\n'null': y\n")
    assert plain(documents[0].body) == {"on": 1, "404": "x", "null": "y"}


def test_a_file_holds_many_documents_each_with_kind_name_and_place() -> None:
    documents, problems = read_text("# first\nentity: deal\ntitle: name\n---\npipeline: sales\n---\n# nothing\n")
    assert problems == []
    assert [(each.kind, each.name, each.place) for each in documents] == [
        ("entity", "deal", Place("a.yaml", 2, 1)),
        ("pipeline", "sales", Place("a.yaml", 5, 1)),
    ]


def test_values_know_where_they_are_written_whatever_the_alphabet() -> None:
    documents, _ = read_text("entity: deal\nlabel: {zh: 商机, el: Ευκαιρία, en: Deal}\n")
    label = documents[0].body.get("label")
    assert isinstance(label, Mapping)
    assert (label.keys["en"], label.get("en").place) == (Place("a.yaml", 2, 31), Place("a.yaml", 2, 35))


WRITTEN = [
    "a > 1 && QQ",
    "a >\n    1 &&\n\n    QQ",
    "'it''s > 1 && ''x'' == QQ'",
    "'a\n\n  b QQ'",
    '"a\\u0041 \\"x\\" \\a\\e QQ"',
    '"a \\\n   b  \\n \\t QQ"',
    '"a\n\n  b \\x20 QQ"',
    ">\n  a >\n  b\n\n  c QQ",
    ">-\n  a\n    more\n  b QQ",
    "|\n  a\n    b\n\n  c QQ",
    "|2-\n    a\n    b QQ",
    "|+ # of two lines\n  a\n  b QQ",
    "|\n\n\n  商机 > 1\n  b QQ",
    ">\n\n  a\n\n\n  QQ",
]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("spot", ["QQ", "Q", ""])
def test_a_character_inside_a_text_has_its_place(written: str, spot: str) -> None:
    """However it is written; the end is right after the last character."""
    text = f"entity: deal\ncheck: {written}\n"
    check = read_text(text)[0][0].body.get("check")
    data = check.data.rstrip()
    found = check.text_place(data.rindex(spot) if spot else len(data))
    at = text.rindex(spot) if spot else text.rindex("Q") + 1
    assert (found.line, found.column) == (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def test_a_slip_late_in_a_file_keeps_what_came_before() -> None:
    documents, problems = read_text("entity: a\nicon: x\n---\nentity: b\nicon: y\nlabel: {en: B\ntitle: name\n")
    assert [(each.name, plain(each.body)) for each in documents] == [("a", {"icon": "x"}), ("b", {"icon": "y"})]
    assert problems == ["a.yaml:6:8  “{” is never closed  Add the missing “}” or “]”, or quote the text."]


@pytest.mark.parametrize("mark", ["[", "{a: ", "- ", "? "])
def test_sixty_thousand_levels_of_nesting_are_one_problem(mark: str) -> None:
    documents, problems = read_text("entity: deal\nvalue:\n  " + mark * 60_000)
    assert len(problems) == 1
    assert "nested more than 50 levels deep" in problems[0] or "a key must be a word" in problems[0]


def test_anchors_may_be_used_but_not_explode() -> None:
    documents, problems = read_text("entity: deal\na: &colours [red, blue]\nb: *colours\n")
    assert (plain(documents[0].body), problems) == ({"a": ["red", "blue"], "b": ["red", "blue"]}, [])
    lines = ["entity: deal", "a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 64))]
    started = time.perf_counter()
    _, problems = read_text("\n".join(lines))
    assert "more values than one file may hold" in problems[0]
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"entity: deal\nlabel: caf\xe9\n", "a.yaml:2:11  not UTF-8 text  Save the file as UTF-8 text."),
        ("entity: deal\n".encode("utf-16"), "a.yaml:1:1  not UTF-8 text  Save the file as UTF-8 text."),
        (
            b"entity: deal\x00",
            "a.yaml:1:13  a character that text cannot hold (U+0000)  Save the file as UTF-8 text.",
        ),
    ],
)
def test_junk_is_one_problem_at_its_place(data: bytes, line: str) -> None:
    problems = Problems()
    assert read(File.of_bytes("a.yaml", "workspace", data), problems) == []
    assert [str(each) for each in problems] == [line]


def test_a_huge_file_is_refused_at_once() -> None:
    started = time.perf_counter()
    _, problems = read_text("entity: deal\n" + "x: y\n" * 1_000_000)
    assert problems == [
        "a.yaml:1:1  the file is longer than 2 million characters  Divide it into several files; import records as CSV."
    ]
    assert time.perf_counter() - started < 2


def test_a_tab_inside_a_text_is_no_problem() -> None:
    documents, problems = read_text("entity: deal\nhelp: 'a\tb'\n\t\n\t# a comment\n")
    assert (plain(documents[0].body), problems) == ({"help": "a\tb"}, [])


PIECES = st.sampled_from(
    [
        *"{}[]:,-#&*!|>'\"%@`?~=\n\t \\",
        "\r\n",
        ": ",
        "- ",
        "a",
        "entity: x\n",
        "é",
        "商",
        "\x00",
        "---\n",
        "<<",
        "&a",
        "*a",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_give_documents_and_problems_never_an_exception(data: bytes) -> None:
    problems = Problems()
    for document in read(File.of_bytes("a.yaml", "workspace", data), problems):
        plain(document.body)
    assert all(each.place.line >= 1 and each.place.column >= 1 for each in problems)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.one_of(
            st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"])), st.integers(), st.booleans()
        ),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner)
        ),
        max_leaves=12,
    )
)
def test_what_is_written_as_yaml_is_read_back(value: object) -> None:
    if isinstance(value, int) and abs(value) > 10**39:
        return
    written = yaml.safe_dump({"entity": "deal", "value": value}, sort_keys=False, allow_unicode=True)
    documents, problems = read_text(written)
    if problems:
        assert all("is a comment here" in each for each in problems)
    else:
        assert plain(documents[0].body) == {"value": value}
