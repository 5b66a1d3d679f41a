"""The side doors: nobody learns of a hidden field, or of a record that they may not read, by asking in another way."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest
from tests.engine.conftest import Crm

from customary.engine import records
from customary.engine.exchange.columns import WrongMap, guess
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.lookup import lookup
from customary.engine.exchange.sheet import Row, Sheet
from customary.engine.expressions.error import ExpressionError
from customary.engine.model.entity import View
from customary.engine.people.limits import Limits
from customary.engine.records import Missing, Query, Refused

DEFINITIONS = """
entity: user
plays: user
title: name
fields: {name: {type: text}, email: {type: email}, region: {type: text}}
---
entity: firm
title: name
fields:
  name: {type: text, required: true, search: true}
  code: {type: text, unique: true, search: true}
  city: {type: text, search: true}
  owner: {type: user, default: =user}
  private: {type: boolean, default: false}
---
entity: person
title: '{{ name }} of {{ firm.name }}'
fields:
  name: {type: text}
  firm: {type: link, to: firm, inverse: people}
  city: {lookup: firm.city}
---
entity: badge
title: '{{ number }} {{ holder.firm.code }}'
fields:
  number: {type: text}
  holder: {type: link, to: person}
---
entity: order
title: name
fields:
  name: {type: text, required: true}
  firm: {type: link, to: firm, on_delete: restrict, inverse: orders}
  place: {type: text}
  items: {type: lines, of: item.order}
views:
  board: {kind: board, pipeline: flow}
unique: {one: [name, place]}
---
entity: item
title: what
fields:
  order: {type: link, to: order, required: true}
  what: {type: text}
  secret: {type: boolean, default: false}
---
pipeline: flow
entity: order
stages: {new: {}, old: {outcome: done}}
---
role: admin
admin: true
---
role: clerk
entities:
  firm: {read: =!private, create: all, update: all, delete: all, export: own, fields: {code: hidden}}
  person: {read: all, create: all}
  badge: {read: all}
  order: {read: all, create: all, update: all, export: all, fields: {stage: hidden, place: hidden}}
  item: {read: =!secret, create: all, update: all, delete: =what != "Nut"}
---
role: cleaner
entities:
  firm: {read: all, delete: all}
"""


@pytest.fixture
def crm(database) -> Crm:
    return Crm(database, DEFINITIONS)


@pytest.fixture
def clerk(crm):
    return crm.person("Ann", "clerk")


@pytest.fixture
def firms(crm):
    """One with a hidden code and one that is hidden itself."""
    seen = crm.add("firm", name="Acme Steel", code="Zebra-7 玄武", city="Ioánnina", private=False)
    unseen = crm.add("firm", name="Shadow", code="Quagga", city="Athens", private=True)
    return seen, unseen


def test_search_does_not_look_in_hidden_fields(crm, clerk, firms):
    with crm.reading(clerk) as work:
        for text in ("zebra", "7", "玄", "玄武", "acme zebra", "quagga", "shadow"):
            assert records.search(work, text) == []
            assert records.select(work, "firm", Query(text=text)).records == ()
            assert records.count(work, "firm", Query(text=text)) == 0
            assert records.aggregate(work, "firm", text=text)[0].count == 0
            assert records.options(work, "firm", text) == []
        for text in ("acme", "ste", "ACME steel", "ioan", "Ioánnina acme"):
            assert [hit.title for hit in records.search(work, text)] == ["Acme Steel"]
            assert len(records.select(work, "firm", Query(text=text)).records) == 1
            assert [hit.title for hit in records.options(work, "firm", text)] == ["Acme Steel"]
    with crm.reading() as work:
        assert len(records.search(work, "zebra")) == len(records.search(work, "玄武")) == 1


def test_titles_leave_out_what_they_take_from_elsewhere(crm, clerk, firms):
    seen, unseen = firms
    ann = crm.add("person", name="Ann", firm=seen)
    bob = crm.add("person", name="Bob", firm=unseen)
    badge = crm.add("badge", number="1", holder=ann)
    with crm.reading(clerk) as work:
        assert records.get(work, "person", ann).title == "Ann of Acme Steel"
        assert records.get(work, "person", bob).title == "Bob of "
        assert [hit.title for hit in records.options(work, "person", "shadow")] == []
        assert records.get(work, "badge", badge).title == ""
        assert records.titles(work, [("badge", badge)]) == {("badge", badge): ""}
        assert "1 Zebra-7 玄武" not in lookup(work, "badge").exact
        assert records.options(work, "badge", "zebra") == []
    with crm.reading() as work:
        assert records.get(work, "badge", badge).title == "1 Zebra-7 玄武"


def test_a_key_for_some_entities_is_told_nothing_of_others_though_its_owner_was(crm, firms):
    id = crm.add("person", name="Ann", firm=firms[0])
    ada = crm.person("Ada", "admin")
    key = replace(ada, limits=Limits(entities=frozenset({"person"})))
    for who, told in ((ada, True), (key, False)):
        with crm.reading(who) as work:
            assert ("city" in records.get(work, "person", id).values) is told
            with nullcontext() if told else pytest.raises(ExpressionError):
                records.compile_where(work, "person", 'firm.city == "Athens"')


def test_an_import_does_not_find_records_by_a_hidden_field(crm, clerk, firms):
    sheet = Sheet(("name", "firm"), (Row(2, ("Eve", "Zebra-7 玄武")),))
    with crm.reading(clerk) as work:
        assert lookup(work, "firm").exact.keys() == {"Acme Steel"}
        with pytest.raises(WrongMap):
            guess(work, "person", sheet, {"firm": "firm.code"})


def test_a_hidden_field_is_none_to_filter_sort_and_group_by(crm, clerk, firms):
    with crm.reading(clerk) as work:
        for text in ('code == "Quagga"', "people.exists(p, p.firm.code != null)", 'all(firm).exists(f, f.code != "")'):
            with pytest.raises(ExpressionError):
                records.compile_where(work, "firm", text)
        with pytest.raises(ExpressionError):
            records.compile_where(work, "person", 'firm.code == "Quagga"')
        for ask in (
            lambda: records.select(work, "firm", Query(sort=(("code", False),))),
            lambda: records.select(work, "firm", Query(fields=("code",))),
            lambda: records.aggregate(work, "firm", ["code"]),
            lambda: records.aggregate(work, "firm", mins=["code"]),
            lambda: records.aggregate(work, "person", ["firm.code"]),
        ):
            with pytest.raises(Refused):
                ask()


def test_a_board_over_a_hidden_stage_is_none(crm, clerk):
    view: View = crm.release.model.entities["order"].views["board"]
    with crm.reading(clerk) as work:
        with pytest.raises(Missing):
            records.board(work, view)
        with pytest.raises(Missing):
            records.board_column(work, view, "old")


def test_rows_that_may_not_be_read_stay_when_their_parent_is_written(crm, clerk):
    order = crm.add("order", name="A", items=[{"what": "Bolt"}, {"what": "Gold", "secret": True}, {"what": "Nut"}])
    with crm.reading(clerk) as work:
        bolt, nut = records.get(work, "order", order).values["items"]
    crm.update("order", order, clerk, items=[{"id": nut}, {"what": "Screw"}])
    found = crm.values("order", order)["items"]
    assert sorted(crm.value("item", id, "what") for id in found) == ["Gold", "Nut", "Screw"]
    with pytest.raises(Refused) as refused:
        crm.update("order", order, clerk, items=[])
    assert "may not be deleted by you" in str(refused.value)
    assert bolt not in found


def test_who_may_not_see_them_is_not_told_how_many_records_use_one(crm, firms):
    cleaner = crm.person("Cleo", "cleaner")
    crm.add("order", name="A", firm=firms[0])
    with pytest.raises(Refused) as refused, crm.work(cleaner) as work:
        records.delete(work, "firm", firms[0])
    assert str(refused.value.problems[0].reason) == "is still used by records that you may not see"


def test_an_export_asks_its_own_right_whatever_its_columns(crm, clerk, firms):
    crm.add("firm", clerk, name="Mine")
    with crm.reading(clerk) as work:
        for fields in (("name",), ("name", "owner"), None):
            text = b"".join(export_rows(work, "firm", fields=fields)).decode()
            assert "Mine" in text
            assert "Acme" not in text
            assert "Zebra" not in text
