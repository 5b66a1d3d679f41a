"""Reading records: conditions, order, pages, counts, titles; always within what the reader may see."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.expressions.error import ExpressionError
from customary.engine.money import Money
from customary.engine.records import Forbidden, Missing, Query, Refused
from customary.engine.records.reader.cursor import write_cursor
from customary.engine.records.reader.reading import ready


def names(page) -> list[str]:
    return [record.values["name"] for record in page.records]


def test_a_condition_a_sort_and_a_limit_choose_records(crm):
    for name, industry in (("Beta", "steel"), ("alpha", "steel"), ("Gamma", "retail"), ("Éclair", "steel")):
        crm.add("account", name=name, industry=industry)
    with crm.reading() as work:
        where = records.compile_where(work, "account", 'industry == "steel"')
        page = records.select(work, "account", Query(where, (("name", False),), limit=2, count="exact"))
        assert (names(page), page.count) == (["alpha", "Beta"], 3)
        rest = records.select(work, "account", Query(where, (("name", False),), limit=2, after=page.next))
        assert (names(rest), rest.next, rest.count) == (["Éclair"], None, None)


@pytest.mark.parametrize(
    "sort",
    [
        (),
        (("closes", False),),
        (("closes", True),),
        (("amount", True), ("name", False)),
        (("stage", False), ("closes", True), ("name", True)),
        (("weighted", False),),
    ],
)
def test_pages_are_the_whole_in_order_with_empty_values_last(crm, sort):
    chance = random.Random(7)
    rows = [
        {
            "name": chance.choice("abcde"),
            "closes": chance.choice([None, None, *(date(2026, 4, 1) + timedelta(days) for days in range(4))]),
            "amount": chance.choice([None, Money(Decimal(1), "EUR"), Money(Decimal(2), "EUR")]),
        }
        for _ in range(40)
    ]
    with crm.work() as work:
        records.create_many(work, "deal", rows)
    with crm.reading() as work:
        whole = records.select(work, "deal", Query(sort=sort, limit=100)).records
        paged, after = [], None
        while True:
            page = records.select(work, "deal", Query(sort=sort, limit=7, after=after))
            paged += page.records
            after = page.next
            if after is None:
                break
    assert [record.id for record in paged] == [record.id for record in whole]
    assert len({record.id for record in whole}) == 40
    keys = [tuple(sort_key(record.values[name], down) for name, down in sort) for record in whole]
    assert keys == sorted(keys)


def sort_key(value, down: bool) -> tuple:
    if value is None:
        return (1, 0)
    if isinstance(value, Money):
        value = value.amount
    if isinstance(value, date):
        value = value.toordinal()
    if isinstance(value, str):
        value = ["qualify", *"abcde"].index(value)
    return (0, -value if down else value)


def test_a_page_takes_the_same_number_of_queries_however_many_records(crm):
    def queries(work) -> int:
        counted = []
        sa.event.listen(work.connection, "before_cursor_execute", lambda *a: counted.append(a[2]))
        records.select(work, "deal", Query(sort=(("created_at", True),)))
        return len(counted)

    def add(count: int) -> None:
        for number in range(count):
            account = crm.add("account", name=f"A{count}-{number}")
            crm.add("deal", name="A", account=account, main=crm.add("contact", last="B"))

    add(1)
    with crm.reading() as work:
        few = queries(work)
    add(6)
    with crm.reading() as work:
        assert queries(work) == few <= 4


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sort", [("name", False), ("amount", True)])
def test_a_page_in_the_order_of_a_view_walks_its_index_on_sqlite(crm, sort):
    for number in range(3):
        crm.add("deal", name=f"A{number}", amount=Money(Decimal(10), "EUR"))
    with crm.reading() as work:
        where = records.compile_where(work, "deal", "open && account == null && amount > 5")
        begin = Query(where, (sort,), limit=1)
        first, then = plans(work, begin), plans(work, replace(begin, after=records.select(work, "deal", begin).next))
    assert [each for each in (*first, *then) if "ORDER BY" in each] == []
    assert ",id)<(?,?)" in then[0] or ",id)>(?,?)" in then[0]


def plans(work, query: Query) -> list[str]:
    """How SQLite finds the rows of a page of deals. (PostgreSQL decides by how the values are spread.)"""
    sent = []
    note = lambda *args: sent.append(args[2:4])  # noqa: E731
    sa.event.listen(work.connection, "before_cursor_execute", note)
    records.select(work, "deal", query)
    sa.event.remove(work.connection, "before_cursor_execute", note)
    statement, parameters = sent[0]
    return [row[3] for row in work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def test_titles_of_links_come_with_the_page(crm):
    account = crm.add("account", name="Acme")
    contact = crm.add("contact", first="Mary", last="Lee")
    deal = crm.add("deal", name="Press", account=account, main=contact)
    with crm.reading() as work:
        (record,) = records.select(work, "deal", Query()).records
    assert (record.id, record.title) == (deal, "Press")
    assert record.titles["account", account] == "Acme"
    assert record.titles["contact", contact] == "Mary Lee"


def test_archived_records_are_there_only_when_asked_for(crm):
    account = crm.add("account", name="Acme")
    with crm.work() as work:
        records.archive(work, "account", account)
    with crm.reading() as work:
        assert records.select(work, "account", Query()).records == ()
        assert len(records.select(work, "account", Query(archived=True)).records) == 1
        assert records.get(work, "account", account).id == account
        with pytest.raises(Missing):
            records.get(work, "account", account, archived=False)


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "bm90IGpzb24", "é", "[]", "a" * 10_000, "WyJhYSIsMV0", "\0"])
def test_a_cursor_that_is_none_is_refused(crm, cursor):
    with crm.reading() as work:
        if cursor:
            with pytest.raises(Refused):
                records.select(work, "account", Query(after=cursor))


def test_a_cursor_forged_with_values_of_another_kind_is_refused_or_read(crm):
    crm.add("deal", name="a", account=crm.add("account", name="A"))
    with crm.reading() as work:
        for sort in ("name", "created_at", "amount", "account"):
            query = Query(sort=((sort, False),))
            shape = ready(work, "deal", query).shape
            for value in (1, True, "x", Decimal("1.5"), date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)):
                with pytest.raises(Refused):
                    records.select(work, "deal", replace(query, after=write_cursor(shape, [None, value])))
                with suppress(Refused):
                    records.select(work, "deal", replace(query, after=write_cursor(shape, [value, uuid4()])))


def test_a_cursor_of_another_list_is_refused(crm):
    for name in "abc":
        crm.add("account", name=name)
    with crm.reading() as work:
        page = records.select(work, "account", Query(sort=(("name", False),), limit=1))
        with pytest.raises(Refused):
            records.select(work, "account", Query(sort=(("name", True),), limit=1, after=page.next))


def test_what_cannot_be_sorted_by_or_shown_is_refused(crm):
    with crm.reading() as work:
        for query in (Query(sort=(("nothing", False),)), Query(sort=(("tags", False),)), Query(fields=("nothing",))):
            with pytest.raises(Refused):
                records.select(work, "account", query)


def test_only_wanted_fields_are_loaded(crm):
    crm.add("account", name="Acme", industry="steel")
    with crm.reading() as work:
        (record,) = records.select(work, "account", Query(fields=("name",))).records
    assert set(record.values) == {"id", "revision", "name"}


def test_conditions_over_links_and_lists_work(crm):
    account = crm.add("account", name="Acme", industry="steel")
    one = crm.add("contact", last="One")
    deal = crm.add("deal", name="A", account=account, contacts=(one,), lines=[{"product": "Bolt", "quantity": 3}])
    crm.add("deal", name="B")
    with crm.reading() as work:
        for text in (
            'account.industry == "steel"',
            "size(lines.filter(l, l.quantity > 2)) == 1",
            'contacts.exists(c, c.last == "One")',
            "open && account != null",
            'name in ["A", "C"]',
        ):
            page = records.select(work, "deal", Query(records.compile_where(work, "deal", text)))
            assert [record.id for record in page.records] == [deal], text


@pytest.mark.parametrize(
    "text", ["nothing == 1", "name", "name ==", "(" * 500, "\0", "amount > 'x'", "secret_", "1 / 0 == 1 &&"]
)
def test_a_condition_that_is_none_is_an_expression_error(crm, text):
    with crm.reading() as work, pytest.raises(ExpressionError):
        records.compile_where(work, "account", text)


def test_a_hidden_field_cannot_be_seen_nor_inferred(crm):
    mary = crm.person("Mary", "seller")
    account = crm.add("account", mary, name="Acme")
    crm.update("account", account, secret="gold")
    with crm.reading(mary) as work:
        assert "secret" not in records.get(work, "account", account).values
        (record,) = records.select(work, "account", Query()).records
        assert "secret" not in record.values
        for text in (
            'secret == "gold"',
            'owner != null && secret > "a"',
            'old.secret == "x"',
            'all(account).exists(a, a.secret == "gold")',
        ):
            with pytest.raises(ExpressionError):
                records.compile_where(work, "account", text)
        with pytest.raises(ExpressionError):
            records.compile_where(work, "deal", 'account.secret == "gold"')
        for query in (Query(sort=(("secret", False),)), Query(fields=("secret",))):
            with pytest.raises(Refused):
                records.select(work, "account", query)
        for figures in ({"group": ["secret"]}, {"group": ["account.secret"]}):
            with pytest.raises(Refused):
                records.aggregate(work, "account" if figures["group"] == ["secret"] else "deal", **figures)
        assert all("secret" not in each.names for each in records.history(work, "account", account).changes)


def test_a_step_over_a_link_sees_only_what_the_reader_may_see(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    account = crm.add("account", name="Acme", owner=john.id)
    contact = crm.add("contact", last="Hidden", account=account)
    crm.add("deal", mary, name="A", main=None)
    deal = crm.add("deal", name="B", owner=mary.id, main=contact, account=account)
    with crm.reading(mary) as work:
        for text in ('main.last == "Hidden"', 'account.contacts.exists(c, c.last == "Hidden")'):
            page = records.select(work, "deal", Query(records.compile_where(work, "deal", text)))
            assert page.records == (), text
        assert ("contact", contact) not in records.get(work, "deal", deal).titles
    with crm.reading(john) as work, pytest.raises(Missing):
        records.get(work, "deal", deal)


def test_nobody_reads_without_a_role(crm):
    crm.add("account", name="Acme")
    nobody = crm.person("Nobody")
    with crm.reading(nobody) as work:
        with pytest.raises(Forbidden):
            records.select(work, "account", Query())
        with pytest.raises(Missing):
            records.get(work, "account", uuid4())


def test_counts_are_exact_estimated_or_left_out(crm):
    with crm.work() as work:
        records.create_many(work, "account", [{"name": f"A{number}"} for number in range(1_100)])
    with crm.reading() as work:
        assert records.select(work, "account", Query(count="exact")).count == 1_100
        assert records.select(work, "account", Query(count="estimate")).count >= 1_000
        assert records.select(work, "account", Query()).count is None
        assert records.count(work, "account") == 1_100


@pytest.mark.parametrize(
    "text",
    [
        r'name == "\u0000"',
        r'name == "\ud800"',
        "quantity > 99999999999999999999999999",
        "quantity * 9223372036854775807 * 9223372036854775807 > 1",
        'product.matches("(((a+)+)+)+$")',
        "price > 999999999999999999999999",
    ],
)
def test_values_beyond_the_database_are_refused_or_find_nothing(crm, text):
    crm.add("deal", name="A", lines=[{"product": "Bolt", "quantity": 2_000_000_000}])
    with crm.reading() as work:
        try:
            where = records.compile_where(work, "line", text)
            found = records.select(work, "line", Query(where, count="exact")).count
        except (ExpressionError, Refused):
            found = 0
    assert found == 0
