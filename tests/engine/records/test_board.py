"""Boards: stages side by side."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from customary.engine import records
from customary.engine.money import Money


def test_a_board_counts_sums_and_shows_the_first_cards(crm):
    account = crm.add("account", name="Acme")
    for number in range(5):
        crm.add("deal", name=f"D{number}", account=account, amount=Money(Decimal(10), "EUR"))
    crm.add("deal", name="Lost", stage="lost", lost_reason="price")
    with crm.reading() as work:
        view = work.model.entities["deal"].views["board"]
        found = records.board(work, view, limit=2)
        qualify, lost = found.columns[0], found.columns[4]
        assert (qualify.count, qualify.sum, len(qualify.page.records)) == (5, Money(Decimal(50), "EUR"), 2)
        assert (lost.stage.name, lost.count, lost.sum, len(lost.page.records)) == ("lost", 1, None, 1)
        assert [column.count for column in found.columns] == [5, 0, 0, 0, 1]
        assert found.titles["account", account] == "Acme"
        more = records.board_column(work, view, "qualify", 10, qualify.page.next)
        assert len(more.records) == 3


def test_a_board_takes_the_same_number_of_queries_however_many_cards(crm):
    def queries() -> int:
        counted = []
        with crm.reading() as work:
            view = work.model.entities["deal"].views["board"]
            sa.event.listen(work.connection, "before_cursor_execute", lambda *a: counted.append(a[2]))
            records.board(work, view)
        return len(counted)

    crm.add("deal", name="A", account=crm.add("account", name="A"))
    few = queries()
    for number in range(5):
        crm.add("deal", name=f"B{number}", account=crm.add("account", name=f"B{number}"))
    assert queries() == few


def test_a_board_shows_only_what_may_be_read_and_what_a_condition_leaves(crm):
    mary = crm.person("Mary", "seller")
    crm.add("deal", mary, name="Mine")
    crm.add("deal", name="Theirs")
    with crm.reading(mary) as work:
        view = work.model.entities["deal"].views["board"]
        assert records.board(work, view).columns[0].count == 1
        none = records.compile_where(work, "deal", 'name == "Nothing"')
        assert records.board(work, view, where=none).columns[0].count == 0
        assert records.board(work, view, text="mine").columns[0].count == 1
