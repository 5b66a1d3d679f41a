"""Values with parts: an address, a name, a point on earth are asked for, sorted and written by their parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.exchange import guess, read
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.imports import import_rows
from customary.engine.expressions.error import ExpressionError
from customary.engine.fields import Field, Refusal, kinds
from customary.engine.fields.address import Place
from customary.engine.fields.location import Point
from customary.engine.fields.person_name import Name
from customary.engine.locale import locale
from customary.engine.money import Money
from customary.engine.records import Query, Refused
from customary.engine.records.scope import RecordScope

from ..conftest import DEFINITIONS, Crm

EN, ZH, EL = locale("en", "UTC"), locale("zh", "UTC"), locale("el", "UTC")
SHOP = """
---
entity: shop
title: name
fields:
  name: {type: person_name, required: true}
  address: {type: address}
  spot: {type: location}
  price: {type: money}
views:
  all: {kind: table, columns: [name, address.city], sort: [address.city, -name.last]}
"""


@pytest.fixture
def crm(database: Database) -> Crm:
    crm = Crm(
        database,
        DEFINITIONS.replace(
            "role: leader\nentities:", "role: leader\nentities:\n  shop: {read: all, fields: {address: hidden}}", 1
        )
        + SHOP,
    )
    rows = [
        (Name(first="Ann", last="Lee"), {"city": "Athens", "country": "GR", "postcode": "10563"}, ("37.98", "23.73")),
        (Name(first="文娟", last="李"), {"city": "杭州市", "region": "浙江省", "country": "CN"}, ("30.27", "120.15")),
        (Name(first="Bob", last="Álvarez"), {"city": "athina"}, None),
        (Name(last="Zed"), None, None),
    ]
    for name, address, spot in rows:
        point = {"latitude": spot[0], "longitude": spot[1]} if spot else None
        crm.add("shop", name=name, address=address, spot=point, price=Money(Decimal(5), "USD"))
    return crm


def make(kind: str) -> Field:
    cls = kinds()[kind]
    return cls(name="it", **cls.configure({}, {"map": "https://map.test/{latitude}/{longitude}"}))


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('address.city == "Athens"', ["Lee"]),
        ('lower(address.city) in ["athens", "athina"] && address.country == null', ["Álvarez"]),
        ('address.country == "CN"', ["李"]),
        ("address == null", ["Zed"]),
        ("address != null && spot == null", ["Álvarez"]),
        ("spot.latitude > 31", ["Lee"]),
        ('starts_with(name.last, "Z") && name.first == null', ["Zed"]),
        ('price.currency == "USD" && price.amount > 4 && name.last == "Zed"', ["Zed"]),
        ('format(name) == "李文娟"', ["李"]),
    ],
)
def test_conditions_ask_for_parts_alike_in_sql_and_in_python(crm: Crm, where: str, found: list[str]) -> None:
    with crm.reading() as work:
        expression = records.compile_where(work, "shop", where)
        page = records.select(work, "shop", Query(where=expression))
        assert [each.values["name"].last for each in page.records] == found
        every = records.select(work, "shop", Query()).records
        holding = [each for each in every if expression.holds(RecordScope(work, "shop", dict(each.values)))]
        assert [each.values["name"].last for each in holding] == found


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ('address == "Athens"', "a address is not compared as a whole"),
        ("address.town == null", "“town” is not a part of a address"),
        ('address.country == "Greece"', "“Greece” is not one of the options"),
    ],
)
def test_what_has_no_meaning_is_a_problem(crm: Crm, where: str, problem: str) -> None:
    with crm.reading() as work, pytest.raises(ExpressionError) as caught:
        records.compile_where(work, "shop", where)
    assert caught.value.summary == problem


def test_lists_sort_by_a_whole_and_by_its_parts_page_by_page(crm: Crm) -> None:
    def order(*sort: tuple[str, bool]) -> list[str]:
        found, after = [], None
        with crm.reading() as work:
            while True:
                page = records.select(
                    work, "shop", Query(sort=sort, limit=1, after=after, fields=("name", "address.city"))
                )
                found += [each.values["name"].last for each in page.records]
                if (after := page.next) is None:
                    return found

    assert order(("name", False)) == ["Álvarez", "Lee", "Zed", "李"]
    assert order(("address.city", False)) == ["Lee", "Álvarez", "李", "Zed"]
    assert order(("name.last", True)) == ["李", "Zed", "Lee", "Álvarez"]


def test_a_part_is_read_alone(crm: Crm) -> None:
    with crm.reading() as work:
        page = records.select(work, "shop", Query(sort=(("name", False),), fields=("address.city", "spot.latitude")))
        assert [each.values.get("address.city") for each in page.records] == ["athina", "Athens", None, "杭州市"]
        assert page.records[1].values["spot.latitude"] == Decimal("37.980000")
        assert "address" not in page.records[0].values


def test_a_part_is_written_and_the_others_stay(crm: Crm) -> None:
    id = crm.add("shop", **{"name.last": "New", "address.city": "Patra"})
    crm.update("shop", id, **{"address.country": "GR", "name.first": "Eva"})
    values = crm.values("shop", id)
    assert (values["name"], values["address"]) == (Name(first="Eva", last="New"), Place(city="Patra", country="GR"))
    crm.update("shop", id, **{"address.country": None, "address.city": ""})
    assert crm.value("shop", id, "address") is None
    with pytest.raises(Refused):
        crm.update("shop", id, **{"address.planet": "Mars"})


def test_the_parts_of_a_hidden_field_are_hidden(crm: Crm) -> None:
    leader = crm.person("Lea", "leader")
    with crm.reading(leader) as work:
        page = records.select(work, "shop", Query())
        assert "address" not in page.records[0].values
        for query in (Query(fields=("address.city",)), Query(sort=(("address.city", False),))):
            with pytest.raises(Refused):
                records.select(work, "shop", query)
        with pytest.raises(ExpressionError):
            records.compile_where(work, "shop", 'address.city == "Athens"')


def test_a_table_has_a_column_for_each_part_and_takes_columns_called_like_them(crm: Crm) -> None:
    with crm.work() as work:
        data = b"".join(export_rows(work, "shop", "csv", None, ["name", "address"], (("name", False),)))
        assert data.decode("utf-8-sig").splitlines()[0].split(",") == [
            *(f"name.{part}" for part in ("prefix", "first", "middle", "last", "suffix")),
            *(f"address.{part}" for part in ("street", "city", "region", "postcode", "country")),
        ]
        sheet = read("First name,Last name,City,Country\nEva,Braun,Graz,Austria\nWei,Li,北京,中国\n".encode(), "a.csv")
        report = import_rows(work, "shop", sheet, guess(work, "shop", sheet))
        assert report.refused == ()
        made = [records.get(work, "shop", verdict.id).values for verdict in report.verdicts]
        assert [(each["name"], each["address"]) for each in made] == [
            (Name(first="Eva", last="Braun"), Place(city="Graz", country="AT")),
            (Name(first="Wei", last="Li"), Place(city="北京", country="CN")),
        ]


def test_search_finds_by_every_part_of_a_name(crm: Crm) -> None:
    with crm.reading() as work:
        assert [hit.title for hit in records.search(work, "lee ann")] == ["Ann Lee"]
        assert [hit.title for hit in records.search(work, "文娟")] == ["李文娟"]


def test_records_are_grouped_by_a_part(crm: Crm) -> None:
    with crm.reading() as work:
        groups = records.aggregate(work, "shop", ["address.country"])
        assert [(group.key["address.country"], group.count) for group in groups] == [("CN", 1), ("GR", 1), (None, 2)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann Lee", Name(first="Ann", last="Lee")),
        ("Lee, Ann", Name(first="Ann", last="Lee")),
        ("Dr. Ann Maria Lee", Name(prefix="Dr.", first="Ann", middle="Maria", last="Lee")),
        ("李文娟", Name(last="李", first="文娟")),
        ("欧阳娜娜", Name(last="欧阳", first="娜娜")),
        ("Plato", Name(last="Plato")),
    ],
)
def test_a_name_in_one_text_is_taken_apart(text: str, name: Name) -> None:
    assert make("person_name").parse(text, EN) == name


def test_a_chinese_name_is_shown_family_first_without_a_blank() -> None:
    assert make("person_name").format(Name(first="文娟", last="李"), EN) == "李文娟"
    assert make("person_name").format(Name(prefix="Dr", first="Ann", last="Lee"), ZH) == "Dr Ann Lee"


@pytest.mark.parametrize(
    ("place", "where", "shown"),
    [
        (Place(street="Ermou 1", city="Athens", postcode="105 63", country="GR"), EL, "Ermou 1, 105 63 Athens, Ελλάδα"),
        (
            Place(street="1 Main St", city="Austin", region="TX", postcode="78701", country="US"),
            EN,
            "1 Main St, Austin, TX 78701, United States",
        ),
        (
            Place(street="文三路1号", city="杭州市", region="浙江省", postcode="310000", country="CN"),
            ZH,
            "中国浙江省杭州市文三路1号 310000",
        ),
    ],
)
def test_an_address_is_shown_in_the_order_of_its_country(place: Place, where: Any, shown: str) -> None:
    assert make("address").format(place, where) == shown


def test_a_country_is_taken_by_its_code_or_its_name_in_any_language() -> None:
    read_in = make("address").made_of["country"].parse
    assert [read_in(text, EN) for text in ("gr", "Greece", "Ελλάδα", "希腊")] == ["GR"] * 4
    with pytest.raises(Refusal):
        make("address").from_json({"country": "XX"})


def test_a_location_is_valid_and_leads_to_the_map_of_the_workspace() -> None:
    field = make("location")
    athens = field.parse("37.9838, 23.7275", EN)
    assert athens == Point(latitude=Decimal("37.983800"), longitude=Decimal("23.727500"))
    assert field.address(athens) == "https://map.test/37.983800/23.727500"
    assert [str(each) for each in field.check(field.parse("97, 23", EN))] == ["must be at most 90"]
    assert [str(each) for each in field.check(Point(latitude=Decimal(1)))] == [
        "must be latitude and longitude, such as 37.98381, 23.72754"
    ]
    assert field.from_json({"latitude": 37.123456789, "longitude": "23.1"}).latitude == Decimal("37.123457")
