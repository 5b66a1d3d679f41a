"""Dashboards: figures of what their reader may read, each with the way to the very records behind it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.engine.conftest import Crm

from customary.engine import analysis, records
from customary.engine.money import Money
from customary.engine.records import Missing, Query

DEFINITIONS = """
entity: user
plays: user
title: name
fields: {name: {type: text}, email: {type: email}}
---
entity: rate
plays: rate
title: currency
fields: {currency: {type: text}, day: {type: date}, value: {type: decimal}}
---
entity: firm
title: name
fields: {name: {type: text}, branch: {type: choice, options: [steel, retail]}}
---
entity: sale
title: name
fields:
  name: {type: text}
  firm: {type: link, to: firm}
  owner: {type: user}
  amount: {type: money}
  cost: {type: integer}
  day: {type: date}
---
pipeline: flow
entity: sale
stages: {new: {}, sent: {}, won: {outcome: won}}
---
dashboard: whole
tiles:
  count: {kind: number, of: sale}
  sum: {kind: number, of: sale, where: open || true, sum: amount, target: 100}
  month: {kind: number, of: sale, sum: amount, by: day, compare: last month}
  none: {kind: number, of: sale, where: name == "none", avg: cost}
  by_firm: {kind: bar, of: sale, by: firm, sum: amount, top: 1}
  by_branch: {kind: bar, of: sale, by: firm.branch}
  line: {kind: line, of: sale, by: day, last: 3, sum: amount}
  created: {kind: line, of: sale, by: created_at, each: week, last: 2}
  stages: {kind: funnel, pipeline: flow, sum: amount}
  first: {kind: table, of: sale, columns: [name, cost], sort: [-amount], top: 2}
---
dashboard: costs
tiles:
  sum: {kind: number, of: sale, sum: cost}
  where: {kind: number, of: sale, where: cost > 5}
  by: {kind: bar, of: sale, by: cost}
  sort: {kind: table, of: sale, columns: [name, cost], sort: [cost]}
  column: {kind: table, of: sale, columns: [name, cost]}
  behind: {kind: bar, of: sale, by: firm.branch}
---
role: admin
admin: true
---
role: looker
entities: {sale: {read: own, fields: {cost: hidden}}, firm: {read: none}}
dashboards: [whole, costs]
---
role: other
entities: {sale: {read: all}, firm: {read: all}}
---
role: barred
deny: true
dashboards: [whole]
"""


@pytest.fixture
def crm(database) -> Crm:
    return Crm(database, DEFINITIONS)


@pytest.fixture
def looker(crm):
    """Somebody who owns two of five sales; it is the second of March."""
    person = crm.person("Ann", "looker")
    steel, shop = crm.add("firm", name="Steel", branch="steel"), crm.add("firm", name="Shop", branch="retail")
    for name, firm, owner, amount, day, stage in (
        ("A", steel, person.id, "10", date(2026, 3, 1), "new"),
        ("B", shop, person.id, "20", date(2026, 2, 2), "won"),
        ("C", shop, None, "40", date(2026, 2, 20), "won"),
        ("D", None, None, None, date(2026, 1, 5), "sent"),
        ("E", shop, None, "80", date(2025, 12, 5), "new"),
    ):
        money = Money(Decimal(amount), "EUR") if amount else None
        crm.add("sale", name=name, firm=firm, owner=owner, amount=money, cost=7, day=day, stage=stage)
    return person


def told(crm: Crm, actor=None, name: str = "whole"):
    with crm.reading(*([actor] if actor else [])) as work:
        return {each.tile.name: each for each in analysis.tell(work, name)}


def figures(answer) -> list[object]:
    return [plain(each.value) for each in answer.figures]


def plain(value) -> object:
    return f"{int(value.amount)} {value.currency}" if isinstance(value, Money) else value


def test_each_kind_tells_what_its_reader_may_read(crm, looker):
    mine, all_ = told(crm, looker), told(crm)
    assert (figures(mine["count"]), figures(all_["count"])) == ([2], [5])
    assert (figures(mine["sum"]), figures(all_["sum"])) == (["30 EUR"], ["150 EUR"])
    assert figures(all_["month"]) == ["10 EUR"] and plain(all_["month"].before.value) == "20 EUR"
    assert figures(all_["none"]) == [None]
    assert figures(all_["by_firm"]) == ["140 EUR"] and all_["by_firm"].rest == 1
    assert [(each.key, each.value) for each in all_["by_branch"].figures] == [("retail", 3), ("steel", 1), (None, 1)]
    assert figures(all_["line"]) == ["0 EUR", "60 EUR", "10 EUR"]
    assert figures(mine["line"]) == ["0 EUR", "20 EUR", "10 EUR"]
    assert figures(all_["created"]) == [0, 5]
    assert [(each.key, plain(each.value)) for each in all_["stages"].figures] == [
        ("new", "90 EUR"), ("sent", "0 EUR"), ("won", "60 EUR"),
    ]  # fmt: skip
    assert [each.title for each in all_["first"].page.records] == ["E", "C"]
    assert [each.title for each in mine["first"].page.records] == ["B", "A"]


def test_bars_are_the_longest_of_all_in_one_currency_however_many_values_there_are(crm, looker, monkeypatch):
    monkeypatch.setattr("customary.engine.records.reader.aggregate.MOST", 2)
    crm.add("rate", currency="USD", day=date(2026, 1, 1), value=Decimal("0.5"))
    for name, amount in (("Zinc", Money(Decimal(150), "USD")), ("Yard", Money(Decimal(90), "EUR")), ("Able", None)):
        crm.add("sale", name=name, firm=crm.add("firm", name=name), amount=amount)
    [bar] = (answer := told(crm)["by_firm"]).figures
    assert (plain(bar.value), answer.titles["firm", bar.key], answer.rest) == ("140 EUR", "Shop", 3)
    with crm.reading() as work:
        ranked = records.aggregate(work, "sale", ["firm.name"], sums=["amount"], alike=True, ranked=True)
        assert [(each.key["firm.name"], plain(each.values["sum"]["amount"])) for each in ranked] == [
            ("Shop", "140 EUR"), ("Yard", "90 EUR"),
        ]  # fmt: skip
        for how, first in (("avgs", "Yard"), ("mins", "Yard"), ("maxs", "Yard")):
            [group] = records.aggregate(work, "sale", ["firm.name"], **{how: ["amount"]}, ranked=True, limit=1)
            assert (group.key["firm.name"], group.of) == (first, 6)
        [group] = records.aggregate(work, "sale", ["firm.name"], ranked=True, limit=1)
        assert (group.key["firm.name"], group.count) == ("Shop", 3)


def test_the_list_behind_a_figure_has_the_records_that_it_is_made_of(crm, looker):
    for actor in (None, looker):
        answers = told(crm, actor)
        with crm.reading(*([actor] if actor else [])) as work:

            def behind(figure, work=work):
                page = records.select(
                    work, "sale", Query(where=records.compile_where(work, "sale", figure.where or "true"))
                )
                amounts = [each.values["amount"].amount for each in page.records if each.values["amount"]]
                return len(page.records), sum(amounts)

            shown = [each for answer in answers.values() if not answer.closed for each in answer.figures]
            shown += [answer.before for answer in answers.values() if answer.before]
            assert len(shown) > 10
            for figure in shown:
                count, amount = behind(figure)
                assert figure.value in (count, None) or figure.value.amount == amount, figure


def test_what_reads_a_hidden_field_is_closed_and_tells_nothing(crm, looker):
    mine = told(crm, looker, "costs")
    assert {name for name, each in mine.items() if each.closed} == {"sum", "where", "by", "sort", "behind"}
    assert all(each.figures == () and each.page is None for each in mine.values() if each.closed)
    assert {name for each in mine["column"].page.records for name in each.values} == {"id", "revision", "name"}
    assert not any(each.closed for each in told(crm, name="costs").values())


def test_roles_open_dashboards_and_one_that_denies_closes_them(crm, looker):
    assert len(told(crm, looker)) == 10
    for person in (crm.person("Bob", "other"), crm.person("Eve", "looker", "barred"), crm.person("Tim")):
        with pytest.raises(Missing):
            told(crm, person)
    assert told(crm, crm.person("Zoe", "looker", "barred"), "costs")
    with pytest.raises(Missing):
        told(crm, name="nothing")


def test_money_of_several_currencies_is_told_in_one(crm, looker):
    crm.add("rate", currency="USD", day=date(2025, 1, 1), value=Decimal(2))
    crm.add("sale", name="F", amount=Money(Decimal(8), "USD"), day=date(2026, 1, 7), stage="sent")
    assert figures(told(crm)["line"]) == ["16 EUR", "60 EUR", "10 EUR"]
    assert figures(told(crm)["stages"]) == ["90 EUR", "16 EUR", "60 EUR"]


def test_a_tile_asks_the_same_few_queries_whatever_it_finds(crm, looker):
    def asked() -> int:
        sent: list[str] = []
        with crm.reading() as work:
            sa.event.listen(work.connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
            analysis.tell(work, "whole")
        return len(sent)

    before = asked()
    for n in range(30):
        crm.add("sale", name=str(n), firm=crm.add("firm", name=str(n)), day=crm.now.date() - timedelta(days=n))
    assert asked() == before <= 14
