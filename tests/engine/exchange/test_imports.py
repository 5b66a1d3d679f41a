"""What a file says is understood as people mean it; what is wrong is said, row by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customary.engine import people, records
from customary.engine.exchange import Row, Sheet, WrongMap, formats, guess, read
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.imports import ImportRefused, Report, Unknown, dry_run, import_rows
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.records.refusal import Forbidden
from customary.engine.records.work import Work
from customary.engine.workspace import Workspace

DATA = Path(__file__).parents[4] / "shared" / "data"
OWN = """
entity: house
fields:
  name: {type: text, required: true, search: true}
  code: {type: text, unique: true}
  part_of: {type: link, to: house, inverse: parts}
---
entity: order
title: '{{ number }}'
label: {en: Order, zh: 订单, el: Παραγγελία}
fields:
  number: {type: text, required: true, unique: true}
  house: {type: link, to: house, inverse: orders, label: {en: Customer, el: Πελάτης}}
  helpers: {type: links, to: house, inverse: helped}
  size:
    type: choice
    options: {small: {label: {en: Small, zh: 小, el: Μικρό}}, large: {label: {en: Very large, zh: 大}}}
  marks: {type: choices, options: [red, green, blue]}
  tags: {type: tags}
  amount: {type: money, label: {en: Amount, zh: 金额, el: Ποσό}}
  weight: {type: decimal}
  rate: {type: percent}
  count: {type: integer}
  paid: {type: boolean}
  ordered: {type: date}
  packed: {type: datetime}
  email: {type: email}
  about: {type: any_link}
  note: {type: long_text}
---
pipeline: orders
entity: order
stages:
  open: {label: {en: Open, zh: 进行中, el: Ανοιχτή}}
  shipped: {label: {en: On its way, zh: 已发货, el: Εστάλη}, requires: [amount]}
  done: {outcome: done, requires: [amount, ordered]}
moves: forward
---
role: clerk
entities:
  order: {read: all, create: all, export: own, fields: {rate: hidden}}
  house: {read: 'name != "Hidden"'}
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("orders")
    (folder / "schemas").mkdir()
    (folder / "customary.yaml").write_text("name: Orders\npacks: []\ntime_zone: Europe/Athens\n", "utf-8")
    (folder / "schemas" / "own.yaml").write_text(OWN.replace("'name != \"Hidden\"'", "'=name != \"Hidden\"'"), "utf-8")
    workspace = Workspace.open(folder, f"sqlite:///{folder / 'orders.db'}")
    workspace.apply(by="test")
    yield workspace
    workspace.close()


@pytest.fixture
def work(workspace: Workspace) -> Iterator[Work]:
    """A unit of work that is taken back after the test, with some houses."""
    with workspace.database.engine.connect().execution_options(customary_write=True) as connection:
        transaction = connection.begin()
        work = workspace.work(connection, SYSTEM)
        names = ["Acme", "Zeta", "Twin", "Twin", "Hidden", "Καφές Α.Ε.", "云海"]
        records.create_many(work, "house", [{"name": name, "code": f"H{at}"} for at, name in enumerate(names)])
        yield work
        transaction.rollback()


def sheet(text: str | bytes, name: str = "orders.csv") -> Sheet:
    return read(text.encode() if isinstance(text, str) else text, name)


def bring_in(work: Work, text: str | bytes, maps: dict[str, str] | None = None, **more: object) -> Report:
    found = sheet(text, str(more.pop("name", "orders.csv")))
    return import_rows(work, "order", found, guess(work, "order", found, maps), **more)


def tried(work: Work, text: str | bytes, maps: dict[str, str] | None = None, entity: str = "order") -> Report:
    found = sheet(text)
    return dry_run(work, entity, found, guess(work, entity, found, maps))


def values(work: Work, *names: str) -> list[tuple]:
    page = records.select(work, "order", records.Query(sort=(("number", False),), fields=("number", *names)))
    return [tuple(record.values.get(name) for name in names) for record in page.records]


def reasons(report: Report) -> list[str]:
    return [verdict.reason for verdict in report.verdicts]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Number,Customer,AMOUNT", ["number", "house", "amount"]),
        ("number,Πελατης,Ποσό", ["number", "house", "amount"]),
        ("number,ΠΕΛΆΤΗΣ,金额", ["number", "house", "amount"]),
        ("orderedOn,e-mail,Wieght", [None, "email", None]),
        ("Nubmer,custommer,e mail", [None, "house", "email"]),
        ("created_at,id,revision", [None, None, None]),
        ("id,property_number,property_amount,property_e_mail", [None, "number", "amount", "email"]),
        ("Order Number,orderstage,παραγγελία_ποσό", ["number", "stage", "amount"]),
        ("order_number,number,Order Count", [None, "number", "count"]),
        ("property_number,other_amount,third_size,weight", [None, None, None, "weight"]),
    ],
)
def test_columns_are_found_by_name_and_by_label_in_any_language(work: Work, header: str, fields: list) -> None:
    assert [column.field for column in guess(work, "order", sheet(f"{header}\n1,2,3\n"))] == fields


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (("Very large", "small", "SMALL"), "size"),
        (("小", "Μικρό", "大"), "size"),
        (("进行中", "shipped"), "stage"),
        (("red", "blue"), "marks"),
        (("small", "small"), None),
        (("small", "medium"), None),
        (("small", "red"), None),
    ],
)
def test_a_column_of_options_is_found_by_its_cells(work: Work, cells: tuple[str, ...], field: str | None) -> None:
    text = "number,Bracket\n" + "".join(f"{at},{cell}\n" for at, cell in enumerate(cells))
    assert [column.field for column in guess(work, "order", sheet(text))] == ["number", field]
    named = sheet(text.replace("Bracket", "note"))
    assert [column.field for column in guess(work, "order", named)] == ["number", "note"]


def test_one_field_takes_one_column(work: Work) -> None:
    text = "number,Number,other\n1,2,3\n"
    assert [column.field for column in guess(work, "order", sheet(text))] == ["number", None, None]
    columns = guess(work, "order", sheet(text), {"other": "number"})
    assert [column.field for column in columns] == [None, None, "number"]


@pytest.mark.parametrize(
    ("maps", "why"),
    [
        ({"nubmer": "number"}, "has no column “nubmer”. Did you mean “number”?"),
        ({"number": "nubmer"}, "has no field “nubmer” to import into. Did you mean “number”?"),
        ({"number": "house.nothing"}, "cannot find “house” by “nothing”"),
        ({"number": "revision"}, "has no field “revision” to import into"),
    ],
)
def test_a_map_to_nowhere_is_said(work: Work, maps: dict[str, str], why: str) -> None:
    with pytest.raises(WrongMap) as wrong:
        guess(work, "order", sheet("number\n1\n"), maps)
    assert str(wrong.value).startswith(why)


def test_cells_are_read_as_people_write_them(work: Work) -> None:
    bring_in(
        work,
        "number;amount;weight;rate;count;paid;ordered;packed;size;marks;tags\n"
        "1;1.234,50;0,5;12,5%;1.000;ja;31/12/2025;31/12/2025 14:30;Μικρό;red, blue;neu\n".replace(";ja;", ";yes;")
        + "2;€ 99,00;-1,25;30;7;NAI;01/02/2026;2026-02-01T12:00:00Z;大;green;a, b\n".replace("NAI", "ναι"),
    )
    assert values(work, "amount", "weight", "rate", "count", "paid", "ordered", "size", "marks", "tags") == [
        (Money(Decimal("1234.50"), "EUR"), Decimal("0.5"), Decimal("12.5"), 1000, True, date(2025, 12, 31), "small",
         ("red", "blue"), ("neu",)),
        (Money(Decimal("99"), "EUR"), Decimal("-1.25"), Decimal("30"), 7, True, date(2026, 2, 1), "large",
         ("green",), ("a", "b")),
    ]  # fmt: skip
    assert values(work, "packed") == [
        (datetime(2025, 12, 31, 12, 30, tzinfo=UTC),),
        (datetime(2026, 2, 1, 12, 0, tzinfo=UTC),),
    ]


@pytest.mark.parametrize("midnight", [" 00:00:00", "T00:00:00", " 00:00:00.000", " 00:00", "T00:00:00Z", ""])
def test_a_day_may_carry_the_midnight_that_databases_add(work: Work, midnight: str) -> None:
    bring_in(work, f"number,ordered\n1,1996-07-04{midnight}\n")
    assert values(work, "ordered") == [(date(1996, 7, 4),)]


def test_a_day_with_an_hour_is_no_day(work: Work) -> None:
    assert reasons(tried(work, "number,ordered\n1,1996-07-04 10:30:00\n")) == ["Ordered must be a date"]


def test_what_a_database_writes_for_nothing_is_nothing_but_in_a_text(work: Work) -> None:
    report = bring_in(work, "number,ordered,house,size,count,note\n1,NULL,NULL,NULL,\\N,NULL\n")
    assert values(work, "ordered", "house", "size", "count", "note") == [(None, None, None, None, "NULL")]
    assert report.unknown == ()


def test_months_first_is_noticed_where_a_day_over_12_shows_it(work: Work) -> None:
    bring_in(work, "number,ordered\n1,03/05/2026\n2,03/25/2026\n")
    assert values(work, "ordered") == [(date(2026, 3, 5),), (date(2026, 3, 25),)]


def test_links_are_found_by_title_by_what_is_unique_and_by_a_named_field(work: Work) -> None:
    report = bring_in(work, "number,house\n1,Acme\n2, aCME \n3,H1\n4,καφεσ α.ε.\n5,云海\n6,\n")
    assert report.refused == ()
    titles = records.select(work, "order", records.Query(sort=(("number", False),)))
    assert [titles.titles.get(("house", each.values["house"])) for each in titles.records] == [
        "Acme", "Acme", "Zeta", "Καφές Α.Ε.", "云海", None,
    ]  # fmt: skip
    assert tried(work, "number,house\n7,Acme\n", {"house": "house.code"}).refused[0].reason == (
        "Customer names no House: “Acme”"
    )


def test_unknown_and_ambiguous_links_are_counted_and_near_ones_named(work: Work) -> None:
    report = tried(work, "number,house\n1,Acmee\n2,Acmee\n3,Twin\n4,Acme\n5,qqq\n")
    assert report.unknown == (
        Unknown("house", "house", "house", "Acmee", 2, ("Acme",)),
        Unknown("house", "house", "house", "Twin", 1, (), True),
        Unknown("house", "house", "house", "qqq", 1),
    )
    assert reasons(report) == [
        "Customer names no House: “Acmee”. Did you mean “Acme”?",
        "Customer names no House: “Acmee”. Did you mean “Acme”?",
        "Customer names 2 Houses: “Twin”",
        "",
        "Customer names no House: “qqq”",
    ]


def test_texts_are_read_as_others_where_the_map_says_so(work: Work) -> None:
    maps = {"house:A: C": "Acme", "size:XL": "Very large"}
    bring_in(work, "number,house,size\n1,A: C,XL\n", maps)
    assert values(work, "size") == [("large",)]


def test_what_is_not_near_is_not_suggested(work: Work) -> None:
    report = tried(work, "number,size\n1,telecommunications\n2,smell\n")
    assert [(each.text, each.near) for each in report.unknown] == [("telecommunications", ()), ("smell", ("Small",))]


def test_a_column_called_like_the_records_holds_what_they_are_called(work: Work) -> None:
    for name in ("order", "Orders", "订单", "παραγγελια"):
        assert guess(work, "order", Sheet((name, "size"), ()))[0].field == "number"
    both = guess(work, "order", Sheet(("order", "number"), ()))
    assert [each.field for each in both] == [None, "number"]


def test_unknown_options_are_counted_too(work: Work) -> None:
    report = tried(work, "number,size\n1,smal\n2,smal\n")
    assert report.unknown == (Unknown("size", "size", "", "smal", 2, ("Small",)),)


def test_many_links_and_links_to_anything(work: Work) -> None:
    bring_in(work, 'number,helpers,about\n1,Acme; Zeta,house: Acme\n2,"Acme, 云海",\n')
    page = records.select(work, "order", records.Query(sort=(("number", False),), fields=("helpers", "about")))
    named = [sorted(page.titles[("house", id)] for id in each.values["helpers"]) for each in page.records]
    assert named == [["Acme", "Zeta"], ["Acme", "云海"]]
    assert page.records[0].values["about"].entity == "house"


def test_stages_are_found_by_label_and_their_gates_hold(work: Work) -> None:
    report = tried(work, "number,stage,amount,ordered\n1,On its way,5,\n2,已发货,,\n3,done,5,2026-01-01\n4,gone,,\n")
    assert [verdict.word for verdict in report.verdicts] == ["ok", "error", "ok", "error"]
    assert reasons(report)[1] == "Amount is needed for stage On its way"


def test_links_within_one_file_are_set_when_all_rows_are_there(work: Work) -> None:
    text = "name,code,part_of\nA,a,B\nB,b,C\nC,c,\nD,d,Nowhere\n"
    found = sheet(text)
    report = import_rows(work, "house", found, guess(work, "house", found), skip_bad=True)
    assert [verdict.word for verdict in report.verdicts] == ["ok", "ok", "ok", "error"]
    page = records.select(work, "house", records.Query(where=records.compile_where(work, "house", 'code == "a"')))
    assert page.titles[("house", page.records[0].values["part_of"])] == "B"


def test_a_link_to_a_row_that_is_refused_is_refused_with_it(work: Work) -> None:
    report = tried(work, "name,code,part_of\nA,H0,\nB,b,A\nC,c,B\n", entity="house")
    assert reasons(report)[0] == "Code is already taken by another record"
    assert reasons(report)[1] == "Part of names a row of this file that is refused: “A”"


def test_rows_that_look_like_others_are_marked_but_go_in(work: Work) -> None:
    report = tried(work, "name,code\nACME,x\nNew,y\nnew,z\n", entity="house")
    assert [verdict.word for verdict in report.verdicts] == ["duplicate?", "ok", "duplicate?"]
    assert report.written == 3


def test_values_that_must_be_unique_are_refused_within_the_file_and_beside_it(work: Work) -> None:
    bring_in(work, "number\n1\n")
    report = tried(work, "number\n1\n2\n2\n")
    assert [verdict.word for verdict in report.verdicts] == ["error", "ok", "error"]


def test_rows_with_more_cells_than_the_head_are_refused(work: Work) -> None:
    assert reasons(tried(work, "number,note\n1,a\n2,b,c\n3,d,,\n4\n")) == [
        "", "The row has 3 cells where the head has 2", "", "",
    ]  # fmt: skip


def test_one_bad_row_keeps_all_out_unless_it_is_skipped(work: Work) -> None:
    text = "number,email\n1,a@example.com\n2,not an address\n"
    with pytest.raises(ImportRefused):
        bring_in(work, text)
    assert records.count(work, "order") == 0
    assert bring_in(work, text, skip_bad=True).written == 1
    assert records.count(work, "order") == 1


def test_an_import_tells_how_far_it_is(work: Work) -> None:
    told: list[tuple[int, int]] = []
    bring_in(work, "number\n" + "\n".join(map(str, range(1200))), progress=lambda *each: told.append(each))
    assert told == [(500, 1200), (1000, 1200), (1200, 1200)]


@pytest.mark.postgresql
def test_after_many_rows_the_database_knows_what_lies_in_its_tables(tmp_path: Path, postgresql_url: str) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: Orders\npacks: []\n", "utf-8")
    text = "entity: order\nfields:\n  number: {type: text}\n"
    (tmp_path / "schemas" / "own.yaml").write_text(text, "utf-8")
    workspace = Workspace.open(tmp_path, postgresql_url)
    workspace.apply(by="test")
    with workspace.database.write() as connection:
        bring_in(workspace.work(connection, SYSTEM), "number\n" + "\n".join(map(str, range(1200))))
    known = sa.text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('x_order', 'customary_change')")
    with workspace.database.read() as connection:
        assert dict(connection.execute(known).all()) == {"x_order": 1200, "customary_change": 1200}
    workspace.close()


@pytest.mark.parametrize("format_name", ["csv", "json", "xlsx"])
def test_what_is_exported_can_be_imported_again(work: Work, format_name: str) -> None:
    full = {
        "number": "1", "house": "Acme", "helpers": "Acme|Zeta", "size": "large", "marks": "red,blue", "tags": "x,y",
        "amount": "-12,50", "weight": "0,25", "rate": "12,5", "count": "-3", "paid": "no", "ordered": "2026-03-09",
        "packed": "2026-03-09 10:00", "email": "a@example.com", "about": "house: Zeta", "note": '"=1+1\nzwei"',
        "stage": "shipped",
    }  # fmt: skip
    bring_in(work, f"{';'.join(full)}\n{';'.join(full.values())}\n2{';' * (len(full) - 1)}\n")
    before = values(work, *work.model.entities["order"].fields.keys() - {"id", "created_at", "updated_at", "open"})
    data = b"".join(export_rows(work, "order", format_name))
    for record in records.select(work, "order", records.Query()).records:
        records.delete(work, "order", record.id)
    report = bring_in(work, data, name=f"orders.{format_name}")
    assert report.refused == ()
    after = values(work, *work.model.entities["order"].fields.keys() - {"id", "created_at", "updated_at", "open"})
    if format_name == "csv":  # the guard against formulas stays
        after = [tuple(cell.replace("'=", "=") if isinstance(cell, str) else cell for cell in row) for row in after]
    assert after == before


@pytest.mark.parametrize("format_name", sorted(formats()))
def test_naughty_strings_go_in_and_come_out(work: Work, format_name: str) -> None:
    file = DATA / "naughty-strings" / "blns.json"
    if not file.is_file():
        pytest.skip("the data set is not here")
    naughty = json.loads(file.read_text("utf-8"))
    text = json.dumps([{"number": str(at), "note": each} for at, each in enumerate(naughty)])
    report = bring_in(work, text, name="naughty.json", skip_bad=True)
    assert {verdict.reason for verdict in report.refused} <= {"Note must not contain control characters"}
    data = b"".join(export_rows(work, "order", format_name))
    assert len(read(data, f"a.{format_name}").rows) == report.written
    assert report.written > 480


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.decimals(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
        | st.just(Decimal("1e999999")),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "amount", "x"]), inner),
        max_leaves=3,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_any_cell_is_a_value_or_a_reason(work: Work, cell: object) -> None:
    names = [name for name, each in work.model.entities["order"].fields.items() if each.entered]
    found = Sheet(tuple(names), (Row(1, (cell,) * len(names)),))
    assert len(dry_run(work, "order", found, guess(work, "order", found)).verdicts) == 1


def test_payloads_leave_as_texts(work: Work) -> None:
    payloads = ["=cmd|' /C calc'!A0", "@SUM(1+9)", "+1+2", "-1+2", "\t=1"]
    bring_in(work, json.dumps([{"number": each or "x"} for each in payloads]), name="a.json")
    data = b"".join(export_rows(work, "order", "csv", fields=["number"]))
    _, *written = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert all(cell.startswith("'") for row in written for cell in row)
    assert {row.cells[0] for row in read(data, "a.csv").rows} == {each.strip() for each in payloads}


def test_rights_hold_for_imports_and_exports(workspace: Workspace, work: Work) -> None:
    clerk = people.Actor(id=None, roles=("clerk",))
    mine = Work(work.connection, work.release, clerk, work.now, work.cause)
    assert "rate" not in {column.field for column in guess(mine, "order", sheet("number,rate\n1,2\n"))}
    hidden = tried(mine, "number,house\n1,Hidden\n")
    assert reasons(hidden) == ["Customer names no House: “Hidden”"], "what one may not see cannot be found"
    with pytest.raises(Forbidden):
        tried(mine, "name\nA\n", entity="house")
    with pytest.raises(Forbidden):
        export_rows(mine, "house")
    bring_in(work, "number,rate\n1,2\n")
    found = read(b"".join(export_rows(mine, "order", "csv")), "a.csv")
    assert "rate" not in found.columns and found.rows == (), "only one's own may be exported"
