"""Finding records by words: the same hits on both databases, in all scripts."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.fields.normal import words
from customary.engine.records import Query
from customary.engine.records.index import plain_words

NAMES = ("Acme GmbH", "北京科技有限公司", "Παπαδόπουλος ΑΕ", "Müller & Söhne", "Große Straße 5", "Café-Bar o'Neill")


@pytest.fixture
def found(crm):
    for name in NAMES:
        crm.add("account", name=name)

    def find(text: str) -> list[str]:
        with crm.reading() as work:
            everywhere = sorted(hit.title for hit in records.search(work, text))
            listed = sorted(each.title for each in records.select(work, "account", Query(text=text)).records)
        assert listed == everywhere
        return everywhere

    return find


def test_words_are_found_by_their_beginning_without_case_and_marks(found):
    assert found("acm") == ["Acme GmbH"]
    assert found("muller") == ["Müller & Söhne"]
    assert found("grosse str") == ["Große Straße 5"]
    assert found("CAFE") == ["Café-Bar o'Neill"]
    assert found("neill") == ["Café-Bar o'Neill"]
    assert found("παπαδοπουλος") == ["Παπαδόπουλος ΑΕ"]
    assert found("ΠΑΠΑΔΌΠΟΥΛΟΣ") == ["Παπαδόπουλος ΑΕ"]
    assert found("北京") == ["北京科技有限公司"]
    assert found("科技有限") == ["北京科技有限公司"]
    assert found("京北") == []


def test_all_words_must_be_there_in_any_order(found):
    assert found("gmbh acme") == ["Acme GmbH"]
    assert found("acme muller") == []


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", '"', "' OR 1=1 --", "* AND", "a:b | c & (", "\0", "NEAR(", "-", "\\", "é" * 300]
)
def test_any_text_is_a_search_and_none_is_an_error(crm, text):
    with crm.reading() as work:
        assert records.search(work, text) == []
        records.select(work, "account", Query(text=text))
        records.options(work, "account", text)
        records.aggregate(work, "account", text=text)


def test_a_search_follows_changes(crm):
    account = crm.add("account", name="Acme")
    crm.update("account", account, name="Zenith")
    with crm.reading() as work:
        assert records.search(work, "acme") == []
        assert [hit.id for hit in records.search(work, "zen")] == [account]
    with crm.work() as work:
        records.archive(work, "account", account)
    with crm.reading() as work:
        assert records.search(work, "zen") == []


def test_a_search_finds_only_what_may_be_read(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    crm.add("deal", mary, name="Giant press")
    with crm.reading(john) as work:
        assert [hit.entity for hit in records.search(work, "giant")] == ["task"]
    with crm.reading(mary) as work:
        assert {hit.title for hit in records.search(work, "giant")} == {"Giant press", "Research Giant press"}


def test_options_begin_with_what_was_typed_and_then_contain_it(crm):
    for name in ("Northwind", "Wind Power", "Window Cleaners", "Acme"):
        crm.add("account", name=name, industry="steel")
    with crm.reading() as work:
        assert [hit.title for hit in records.options(work, "account", "wind")] == [
            "Wind Power",
            "Window Cleaners",
            "Northwind",
        ]
        assert [hit.title for hit in records.options(work, "account", "50%_")] == []
        assert [(hit.title, hit.detail) for hit in records.options(work, "account", "", 2)] == [
            ("Acme", "Steel"),
            ("Window Cleaners", "Steel"),
        ]
        where = work.model.entities["deal"].fields["account"].where
        assert len(records.options(work, "account", where=where)) == 4


def test_words_are_parted_wherever_neither_a_letter_nor_a_digit_stands() -> None:
    for sign in map(chr, range(0x3000)):
        plain = "".join(each if each.isalnum() else " " for each in words(f"a{sign}b"))
        assert plain_words(f"a{sign}b").split() == plain.split(), f"U+{ord(sign):04X}"
