"""Running numbers: told alike wherever they stand, and without gaps whatever is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Refused
from customary.engine.records.index import LONGEST, search

from ..conftest import DEFINITIONS, Crm

WRITERS = 6


@pytest.fixture
def found_by_number(database: Database) -> Crm:
    """Deals that are found by their number, which stands behind a long note."""
    text = DEFINITIONS.replace("note: {type: long_text}", "note: {type: long_text, search: true}")
    return Crm(database, text.replace("per: year}", "per: year, search: true}"))


def searched(crm: Crm, id: object) -> str:
    with crm.database.read() as connection:
        return connection.execute(sa.select(search.c.text).where(search.c.record == id)).scalar_one()


def test_row_history_and_search_tell_the_same_number(found_by_number):
    crm = found_by_number
    made = [crm.add("deal", name=f"Deal {n}") for n in range(2)]
    numbers = ["D-2026-001", "D-2026-002"]
    assert [crm.value("deal", id, "number") for id in made] == numbers
    assert [crm.changes(id)[0]["after"]["number"] for id in made] == numbers
    assert [searched(crm, id) for id in made] == ["deal 0 d 2026 001", "deal 1 d 2026 002"]


def test_a_number_outgrows_its_digits(crm):
    with crm.work() as work:
        records.create_many(work, "deal", ({"name": f"Deal {n}"} for n in range(999)))
    assert crm.value("deal", crm.add("deal", name="One more"), "number") == "D-2026-1000"


def test_a_number_behind_more_text_than_search_sees_is_given_all_the_same(found_by_number):
    crm = found_by_number
    made = [crm.add("deal", name="A", note="n" * (LONGEST + length)) for length in (-20, -10, 0)]
    numbers = [f"D-2026-00{n}" for n in (1, 2, 3)]
    assert [crm.value("deal", id, "number") for id in made] == numbers
    assert [crm.changes(id)[0]["after"]["number"] for id in made] == numbers
    ends = [searched(crm, id).removeprefix("a ").lstrip("n") for id in made]
    assert ends == [" d 2026 001", " d 2026 ", ""]


def test_a_task_may_tell_the_number_of_its_record(database):
    crm = Crm(database, DEFINITIONS.replace("Research {{ name }}", "Research {{ number }}"))
    crm.add("deal", name="A")
    with crm.reading() as work:
        (task,) = records.select(work, "task", records.Query()).records
    assert task.title == "Research D-2026-001"


def test_a_task_that_looks_its_record_up_finds_it(database):
    counted = DEFINITIONS.replace("Research {{ name }}", "Deal {{ size(account.deals) }}")
    crm = Crm(database, counted)
    account = crm.add("account", name="Acme")
    crm.add("deal", name="A", account=account)
    with crm.reading() as work:
        (task,) = records.select(work, "task", records.Query()).records
    assert task.title == "Deal 1"


def test_what_is_refused_or_rolled_back_leaves_no_gap(crm):
    """Many at once: some names are taken already, some writers think better of it."""
    account = crm.add("account", name="Acme")
    start = threading.Barrier(WRITERS)

    def write(number: int) -> list[object]:
        start.wait()
        made = []
        for turn in range(9):
            try:
                with crm.work() as work:
                    id = records.create(work, "deal", {"name": f"{turn}", "account": account})
                    if (number + turn) % 4 == 0:
                        raise ZeroDivisionError
                made.append(id)
            except (Refused, ZeroDivisionError):
                continue
        return made

    with ThreadPoolExecutor(WRITERS) as pool:
        made = [id for each in pool.map(write, range(WRITERS)) for id in each]
    numbers = sorted(crm.value("deal", id, "number") for id in made)
    assert numbers == [f"D-2026-{n:03}" for n in range(1, len(made) + 1)]
    assert len(made) == crm.rows("deal") == crm.rows("task") == 9


def test_a_record_whose_link_goes_away_meanwhile_is_refused_and_takes_no_number(crm):
    contact = crm.add("contact", last="Gone")
    begun = threading.Event()

    def write() -> object:
        begun.set()
        try:
            with crm.work() as work:
                return records.create(work, "deal", {"name": "A", "main": contact})
        except Refused as refused:
            return [each.field for each in refused.problems]

    with ThreadPoolExecutor(1) as pool:
        with crm.work() as work:
            records.delete(work, "contact", contact)
            waiting = pool.submit(write)
            begun.wait()
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=10) in (["main"], [None])
    assert (crm.rows("deal"), crm.rows("task")) == (0, 0)
    assert crm.value("deal", crm.add("deal", name="B"), "number") == "D-2026-001"
