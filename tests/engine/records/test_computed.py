"""Computed fields: formulas, rollups and lookups are fields like any other, for all who may see what they tell."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.engine.conftest import Crm

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records import Query, Refused

DEFINITIONS = """
entity: user
plays: user
title: name
fields:
  name: {type: text}
  email: {type: email}
---
entity: account
title: name
fields:
  name: {type: text, required: true}
  tier: {type: choice, options: [gold, silver]}
  owner: {type: user}
  parent: {type: link, to: account, inverse: branches}
  code: {type: auto_number, format: 'A-###'}
  margin: {type: percent}
  open_deals: {type: integer, rollup: 'size(deals.filter(d, d.open))'}
  won: {type: money, rollup: 'deals.filter(d, d.outcome == "won").sum(d, d.amount)'}
  all_revealed: {type: integer, rollup: size(deals), reveals: true}
  kept_revealed: {type: integer, rollup: size(deals), reveals: true, index: true}
  busy: {type: boolean, rollup: 'deals.exists(d, d.hot_lines > 1)'}
  rank: {type: decimal, scale: 2, formula: open_deals / 3}
  rank_again: {type: decimal, scale: 4, formula: rank * 3}
  of_branches: {type: integer, rollup: 'branches.sum(b, b.open_deals)'}
  quiet: {type: boolean, formula: created_at < now() - duration("1d")}
  quiet_branches: {type: integer, rollup: 'size(branches.filter(b, b.quiet))'}
  next_close: {type: date, rollup: 'deals.filter(d, d.open).min(d, d.closes)'}
---
entity: deal
title: name
fields:
  name: {type: text, required: true}
  account: {type: link, to: account, inverse: deals}
  amount: {type: money}
  closes: {type: date}
  owner: {type: user}
  lines: {type: lines, of: line.deal}
  account_tier: {lookup: account.tier}
  account_code: {lookup: account.code}
  account_owner: {lookup: account.owner}
  owner_email: {lookup: account_owner.email}
  group_tier: {lookup: account.parent.tier}
  total: {type: money, rollup: 'lines.sum(l, l.price * l.quantity)'}
  dearest: {type: money, rollup: 'lines.max(l, l.price)'}
  hot_lines: {type: integer, rollup: 'size(lines.filter(l, l.quantity >= 5))'}
  margin: {lookup: account.margin}
checks:
  rich: {check: total == null || total <= 1000, message: must not be over 1000}
views:
  all: {kind: table, columns: [name, account_tier, total], sort: [-total]}
  board: {kind: board, pipeline: sales, card: [account_tier, total], sum: total}
---
entity: line
title: product
fields:
  deal: {type: link, to: deal, required: true}
  product: {type: text, required: true}
  price: {type: money}
  quantity: {type: integer, default: 1}
  of: {lookup: deal.name}
---
pipeline: sales
entity: deal
stages:
  open: {}
  offer: {guard: hot_lines > 0}
  won: {outcome: won}
moves: any
---
role: all
entities:
  '*': {read: all, create: all, update: all, delete: all}
---
role: own
entities:
  '*': {read: all}
  deal: {read: own}
---
role: inside
entities:
  deal: {read: own}
---
role: no_margin
entities:
  '*': {read: all}
  account: {read: all, fields: {margin: hidden, tier: hidden}}
---
role: busy_only
entities:
  '*': {read: all}
  account: {read: =open_deals > 0}
"""


def euro(amount) -> Money:
    return Money(Decimal(amount), "EUR")


def row(product, price, quantity=1) -> dict:
    return {"product": product, "price": price, "quantity": quantity}


@pytest.fixture
def crm(database) -> Crm:
    return Crm(database, DEFINITIONS)


@pytest.fixture
def world(crm) -> dict:
    person = crm.person("Mary", "all")
    group = crm.add("account", name="Group", tier="gold")
    acme = crm.add("account", name="Acme", tier="silver", parent=group, owner=person.id, margin=Decimal(12))
    idle = crm.add("account", name="Idle", parent=group)
    lines = [
        {"product": "A", "price": euro("10.50"), "quantity": 5},
        {"product": "B", "price": euro(20), "quantity": 2},
    ]
    big = crm.add("deal", name="Big", account=acme, amount=euro(100), closes=date(2026, 5, 1), lines=lines)
    small = crm.add("deal", name="Small", account=acme, closes=date(2026, 4, 1))
    won = crm.add("deal", name="Won", account=acme, amount=euro("70.25"), stage="won")
    return {"group": group, "acme": acme, "idle": idle, "big": big, "small": small, "won": won, "mary": person}


def both(crm, entity, id) -> dict:
    """A record's values as Python works them out; a list, where SQL does, gives the same."""
    with crm.reading() as work:
        one = dict(records.get(work, entity, id).values)
        page = records.select(work, entity, Query())
    listed = next(each.values for each in page.records if each.id == id)
    assert {name: one[name] for name in listed} == dict(listed)
    return one


def test_rollups_and_lookups_are_worked_out_alike_in_python_and_in_sql(crm, world):
    acme = both(crm, "account", world["acme"])
    assert (acme["open_deals"], acme["won"], acme["busy"]) == (2, euro("70.25"), False)
    assert (str(acme["next_close"]), acme["rank"], acme["rank_again"]) == (
        "2026-04-01",
        Decimal("0.67"),
        Decimal("2.01"),
    )
    assert both(crm, "account", world["group"])["of_branches"] == 2
    idle = both(crm, "account", world["idle"])
    assert (idle["open_deals"], idle["won"], idle["next_close"]) == (0, euro(0), None)
    big = both(crm, "deal", world["big"])
    assert (big["account_tier"], big["group_tier"], big["margin"]) == ("silver", "gold", Decimal(12))
    assert (big["account_owner"], big["owner_email"]) == (world["mary"].id, "mary@example.com")
    assert big["account_code"] == both(crm, "account", world["acme"])["code"]
    assert (big["total"].amount, big["dearest"].amount, big["hot_lines"]) == (Decimal("92.50"), Decimal(20), 1)


def test_a_lookup_has_the_kind_and_the_options_of_what_it_looks_up(crm):
    fields = crm.release.model.entities["deal"].fields
    assert (fields["account_tier"].kind, list(fields["account_tier"].options)) == ("choice", ["gold", "silver"])
    assert (fields["margin"].kind, fields["account_owner"].to) == ("percent", "user")
    assert (fields["account_code"].kind, fields["owner_email"].kind) == ("text", "email")
    assert str(fields["account_tier"].label) == "Account tier"


def test_foreign_amounts_keep_their_currency_in_lists(crm):
    deal = crm.add(
        "deal",
        name="D",
        lines=[
            {"product": "A", "price": Money(Decimal(7), "USD")},
            {"product": "B", "price": Money(Decimal(3), "USD")},
        ],
    )
    assert both(crm, "deal", deal)["total"] == Money(Decimal(10), "USD")


def names(work, **query) -> list[str]:
    return [each.values["name"] for each in records.select(work, "deal", Query(**query)).records]


def test_lists_are_sorted_and_filtered_by_them(crm, world):
    with crm.reading() as work:
        assert names(work, sort=(("total", True), ("name", False))) == ["Big", "Small", "Won"]
        assert names(work, sort=(("account_tier", False), ("name", True))) == ["Won", "Small", "Big"]
        first = records.select(work, "deal", Query(sort=(("hot_lines", True),), limit=2))
        assert first.records[0].values["name"] == "Big"
        further = records.select(work, "deal", Query(sort=(("hot_lines", True),), limit=2, after=first.next))
        assert len(further.records) == 1
        typed = records.compile_typed(work, "deal", 'total > 50 && account_tier == "silver"')
        assert names(work, where=typed) == ["Big"]
        typed = records.compile_typed(work, "deal", "record.total > 50 && record.account.name != name")
        assert names(work, where=typed) == ["Big"]
        typed = records.compile_typed(work, "deal", "account.open_deals == 2 && account.owner == account_owner")
        assert names(work, where=typed, sort=(("name", False),)) == ["Big", "Small", "Won"]


def test_they_are_added_up_and_grouped_by(crm, world):
    with crm.reading() as work:
        (group,) = records.aggregate(work, "deal", ["account_tier"], sums=["total"], maxs=["hot_lines"])
        assert (group.key, group.count) == ({"account_tier": "silver"}, 3)
        assert group.values["sum"]["total"] == euro("92.50")
        board = records.board(work, crm.release.model.entities["deal"].views["board"])
        first = board.columns[0]
        assert (first.stage.name, first.count, first.sum) == ("open", 2, euro("92.50"))


def test_checks_and_guards_hold_over_rows_that_are_being_written(crm, world):
    with pytest.raises(Refused, match="must not be over 1000"):
        crm.add("deal", name="D", lines=[{"product": "A", "price": euro(600), "quantity": 2}])
    with pytest.raises(Refused):
        crm.update("deal", world["small"], stage="offer")
    crm.update("deal", world["small"], stage="offer", lines=[{"product": "A", "quantity": 5}])
    assert crm.value("deal", world["small"], "hot_lines") == 1


def test_nobody_sets_them(crm, world):
    with pytest.raises(Refused, match="kept by the system"):
        crm.update("account", world["acme"], open_deals=7)
    with pytest.raises(Refused, match="kept by the system"):
        crm.update("deal", world["big"], account_tier="gold")


def test_a_rollup_is_seen_by_who_may_read_all_that_it_counts_unless_it_reveals(crm, world):
    seller, boss = crm.person("Sam", "own"), crm.person("Bea", "all")
    counted = {"open_deals", "won", "busy", "rank", "rank_again", "of_branches", "next_close"}
    assert not counted & crm.values("account", world["acme"], seller).keys()
    seen = crm.values("account", world["acme"], seller)
    assert (seen["all_revealed"], seen["kept_revealed"]) == (3, 3)
    assert counted <= crm.values("account", world["acme"], boss).keys()
    with crm.reading(seller) as work:
        with pytest.raises(Refused):
            records.select(work, "account", Query(sort=(("open_deals", True),)))
        typed = records.compile_typed(work, "account", "all_revealed == 3 && kept_revealed == 3")
        assert records.count(work, "account", Query(where=typed)) == 1


def test_what_counts_the_rows_inside_a_record_is_seen_with_it(crm, world):
    seller = crm.person("Sid", "inside")
    mine = crm.add("deal", name="Mine", owner=seller.id, lines=[row("A", euro(4), 2)])
    seen = crm.values("deal", mine, seller)
    assert (seen["total"], seen["dearest"], seen["hot_lines"]) == (euro(8), euro(4), 0)
    (line,) = seen["lines"]
    assert crm.values("line", line, seller)["of"] == "Mine"
    assert not {"account_tier", "margin"} & seen.keys()
    with pytest.raises(records.Missing):
        crm.values("deal", world["big"], seller)


def test_a_lookup_of_a_hidden_field_is_hidden(crm, world):
    one = crm.person("Nora", "no_margin")
    seen = crm.values("deal", world["big"], one)
    assert not {"margin", "account_tier", "group_tier"} & seen.keys()
    assert seen["account_code"] == "A-002"


def test_a_row_rule_may_ask_a_rollup(crm, world):
    one = crm.person("Bob", "busy_only")
    with crm.reading(one) as work:
        assert [each.values["name"] for each in records.select(work, "account", Query()).records] == ["Acme"]
        with pytest.raises(records.Missing):
            records.get(work, "account", world["idle"])


def test_what_goes_through_a_link_to_any_record_is_seen_by_who_may_read_all_of_them(database):
    seen = "  seen: {type: any_link, to: [account, deal]}\n  seen_on: {type: datetime, formula: seen.created_at}\n"
    crm = Crm(database, DEFINITIONS.replace("  tier: {type: choice", f"{seen}  tier: {{type: choice"))
    account = crm.add("account", name="A")
    crm.update("account", account, seen={"entity": "account", "id": account})
    assert crm.values("account", account, crm.person("Bea", "all"))["seen_on"] is not None
    assert "seen_on" not in crm.values("account", account, crm.person("Sam", "own"))


def test_what_reads_the_time_is_never_of_yesterday(crm):
    group = crm.add("account", name="Group")
    crm.add("account", name="Branch", parent=group)
    for days in (0, 2):
        crm.now += timedelta(days=days)
        assert both(crm, "account", group)["quiet_branches"] == (1 if days else 0)
        with crm.reading() as work:
            found = [records.compile_typed(work, "account", text) for text in ("quiet_branches > 0", "quiet")]
            counts = [records.count(work, "account", Query(where=each)) for each in found]
            sort = (("quiet_branches", True), ("name", True))
            names = [each.values["name"] for each in records.select(work, "account", Query(sort=sort)).records]
        assert counts == ([1, 2] if days else [0, 0])
        assert names[0] == "Group"
