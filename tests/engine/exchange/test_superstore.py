"""9,994 lines with semicolons, decimal commas and days first come in without a word said about it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from customary.engine import records
from customary.engine.exchange import guess, read
from customary.engine.exchange.imports import import_rows
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

FILE = Path(__file__).parents[4] / "shared" / "data" / "superstore" / "superstore_semicolon_decimalcomma.csv"
OWN = """
entity: sale
title: '{{ row_id }}'
fields:
  row_id: {type: integer, required: true, unique: true}
  order_id: {type: text}
  order_date: {type: date}
  ship_date: {type: date}
  ship_mode: {type: choice, options: {first_class: {}, second_class: {}, standard_class: {}, same_day: {}}}
  customer_id: {type: text}
  customer_name: {type: text}
  postal_code: {type: text}
  product_name: {type: text}
  sales: {type: decimal}
  quantity: {type: integer}
  discount: {type: decimal}
  profit: {type: decimal}
checks:
  shipped_after_order: {check: ship_date >= order_date, message: must not be before the order, field: ship_date}
"""

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the data set is not here")


def test_superstore_comes_in_and_its_sums_are_right(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: Superstore\npacks: []\n", "utf-8")
    (tmp_path / "schemas" / "sale.yaml").write_text(OWN, "utf-8")
    workspace = Workspace.open(tmp_path, f"sqlite:///{tmp_path / 'superstore.db'}")
    workspace.apply(by="test")
    sheet = read(FILE.read_bytes(), FILE.name)
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        columns = guess(work, "sale", sheet)
        assert [column.name for column in columns if column.field is None] == [
            "Segment", "Country/Region", "City", "State", "Region", "Product ID", "Category", "Sub-Category",
        ]  # fmt: skip
        report = import_rows(work, "sale", sheet, columns)
        assert (report.written, report.refused) == (9994, ())
        total = records.aggregate(work, "sale", sums=["sales", "profit"])[0].values["sum"]
        assert {name: value.quantize(Decimal("0.01")) for name, value in total.items()} == {
            "sales": Decimal("2297200.86"),
            "profit": Decimal("286397.02"),
        }
        assert len(records.aggregate(work, "sale", ["order_id"], limit=10_000)) == 5009
        assert len(records.aggregate(work, "sale", ["customer_id"])) == 793
    workspace.close()
