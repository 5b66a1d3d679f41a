"""Whatever is handed in: it is taken or refused, and nothing is half written."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customary.engine import records
from customary.engine.expressions.error import ExpressionError
from customary.engine.fields.any_link import AnyLink
from customary.engine.money import Money
from customary.engine.records import Forbidden, Missing, Query, Refused
from customary.engine.records.reader.cursor import read_cursor, write_cursor

FIELDS = [
    *("name", "account", "main", "contacts", "owner", "amount", "discount", "weighted", "closes", "note"),
    *("lost_reason", "code", "number", "lines", "stage", "outcome", "open", "id", "revision", "created_at"),
    *("archived_at", "nothing"),
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.floats(),
    st.text(st.characters()),
    st.sampled_from(["qualify", "won", "price", "", "\0", "\ud800", "x" * 5_000]),
    st.dates(),
    st.datetimes(),
    st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    st.uuids(),
    st.lists(st.one_of(st.integers(), st.text(), st.uuids(), st.just({"product": "Bolt"})), max_size=3),
    st.dictionaries(st.sampled_from(["id", "entity", "amount", "currency"]), st.text(), max_size=2),
    st.builds(Money, st.decimals(), st.sampled_from(["EUR", "JPY", "", "XXXX"])),
    st.builds(AnyLink, st.sampled_from(["deal", "nothing"]), st.uuids()),
    st.binary(max_size=5),
)
SOFT = {"deadline": None, "max_examples": 60, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(**SOFT)
@given(values=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_any_values_are_taken_or_refused(crm, values):
    before = crm.rows("deal"), crm.rows("line"), len(crm.queued())
    try:
        with crm.work() as work:
            records.create(work, "deal", {"name": "A", **values})
    except Refused as refused:
        assert refused.problems and all(str(each) for each in refused.problems)
        assert (crm.rows("deal"), crm.rows("line"), len(crm.queued())) == before
    else:
        assert crm.rows("deal") == before[0] + 1


@settings(**SOFT)
@example(text="null")
@example(text="name == 'A'")
@given(text=st.one_of(st.text(), st.text(alphabet="()[]{}.,&|!=<>+-*/'\"\\ abn1ame0_")))
def test_any_text_is_a_condition_or_an_expression_error(crm, text):
    with crm.reading() as work:
        try:
            page = records.select(work, "deal", Query(records.compile_where(work, "deal", text), count="exact"))
        except ExpressionError as error:
            assert error.summary and 0 <= error.offset <= len(text)
        except Refused as refused:
            assert all(str(each) for each in refused.problems)
        else:
            assert len(page.records) <= page.count <= crm.rows("deal")


@settings(**SOFT)
@given(text=st.text(min_size=1), name=st.text())
def test_any_cursor_and_sort_are_read_or_refused(crm, text, name):
    with crm.reading() as work:
        for query in (Query(after=text), Query(sort=((name, True),)), Query(fields=(name,))):
            if not query.after and name in work.model.entities["deal"].fields:
                continue
            with pytest.raises(Refused):
                records.select(work, "deal", query)
        assert len(records.select(work, "deal", Query(text=text)).records) <= crm.rows("deal")


@given(
    values=st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**63) + 1, 2**63 - 1),
            st.text(st.characters(exclude_categories=("Cs",)), max_size=200),
            st.uuids(),
            st.dates(),
            st.datetimes(timezones=st.just(UTC)),
            st.decimals(-(10**14), 10**14, places=4),
        ),
        max_size=4,
    )
)
def test_a_cursor_keeps_its_values_and_its_list(values):
    cursor = write_cursor("one list", values)
    assert read_cursor("one list", cursor, len(values)) == values
    with pytest.raises(Refused):
        read_cursor("another list", cursor, len(values))
    with pytest.raises(Refused):
        read_cursor("one list", cursor, len(values) + 1)


def test_ids_and_entities_that_are_none_are_missing(crm):
    with crm.reading() as work:
        for entity in ("nothing", "", "\0", "x" * 999):
            with pytest.raises(Missing):
                records.get(work, entity, uuid4())
            with pytest.raises((Missing, Forbidden)):
                records.select(work, entity, Query())
        with pytest.raises(Missing):
            records.get(work, "deal", UUID(int=0))
