"""Many writers at once: nobody's change is lost, nothing is taken twice, nothing has a gap."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from customary.engine import records
from customary.engine.records import Refused, Stale

WRITERS = 6


def together(job: Callable[[int], object]) -> list[object]:
    """Runs `job(number)` in several threads that begin at the same moment; gives results and exceptions."""
    start = threading.Barrier(WRITERS)

    def run(number: int) -> object:
        start.wait()
        try:
            return job(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def test_of_writers_who_saw_the_same_revision_one_wins(crm):
    account = crm.add("account", name="Acme")

    def write(number: int) -> int:
        with crm.work() as work:
            return records.update(work, "account", account, {"name": f"A{number}"}, revision=1)

    results = together(write)
    assert sorted(type(each).__name__ for each in results) == ["Stale"] * (WRITERS - 1) + ["int"]
    assert all(each.current_revision == 2 for each in results if isinstance(each, Stale))


def test_writers_of_different_fields_keep_each_others_change(crm):
    deal = crm.add("deal", name="A")
    fields = ["note", "code", "name", "discount", "owner", "closes"]

    def write(number: int) -> int:
        with crm.work() as work:
            return records.update(work, "deal", deal, {fields[number % 3]: f"by {number % 3}"})

    assert not [each for each in together(write) if isinstance(each, Exception)]
    values = crm.values("deal", deal)
    assert (values["note"], values["code"], values["name"]) == ("by 0", "by 1", "by 2")


def test_a_unique_value_is_taken_once_and_the_others_are_told_at_the_field(crm):
    def write(number: int) -> object:
        with crm.work() as work:
            return records.create(work, "account", {"name": "Acme"})

    results = together(write)
    refused = [each for each in results if isinstance(each, Refused)]
    assert (len(refused), crm.rows("account")) == (WRITERS - 1, 1), results
    assert {str(each.problems[0]) for each in refused} == {"Name is already taken by another record"}


def test_whoever_waited_for_a_record_sees_the_links_it_has_by_then(crm):
    ann, bob = crm.add("contact", last="Ann"), crm.add("contact", last="Bob")
    deal = crm.add("deal", name="A", contacts=[ann])

    def wait_and_write() -> object:
        with crm.work() as work:
            return records.update(work, "deal", deal, {"contacts": [ann]})

    with ThreadPoolExecutor(1) as pool:
        with crm.work() as work:
            records.update(work, "deal", deal, {"contacts": [bob]})
            waiting = pool.submit(wait_and_write)
            with contextlib.suppress(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=10) == 3
    assert crm.value("deal", deal, "contacts") == (ann,)
    assert [each["before"] for each in crm.changes(deal)][1:] == [{"contacts": [str(ann)]}, {"contacts": [str(bob)]}]


def test_numbers_are_given_once_without_gaps(crm):
    def write(number: int) -> object:
        made = []
        for turn in range(5):
            try:
                with crm.work() as work:
                    made.append(records.create(work, "deal", {"name": f"{number}-{turn}"}))
                    if random.random() < 0.3:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                made.pop()
        return made

    made = [id for each in together(write) for id in each]
    numbers = sorted(crm.value("deal", id, "number") for id in made)
    assert numbers == [f"D-2026-{number:03}" for number in range(1, len(made) + 1)]


def test_rows_and_their_parent_wait_for_each_other(crm):
    deal = crm.add("deal", name="A", lines=[{"product": "Bolt"}])

    def write(number: int) -> object:
        with crm.work() as work:
            if number % 2:
                return records.create(work, "line", {"deal": deal, "product": f"P{number}"})
            return records.move(work, "deal", deal, "won") if number == 0 else None

    results = together(write)
    assert not [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)], results
    crm.add("line", deal=crm.add("deal", name="B"), product="Nut")
    refused = sum(isinstance(each, Refused) for each in results)
    assert len(crm.value("deal", deal, "lines")) == 1 + 3 - refused


def test_writers_of_a_row_and_of_its_parent_never_wait_in_a_circle(crm):
    deal = crm.add("deal", name="A", lines=[{"product": "Bolt"}])
    (line,) = crm.value("deal", deal, "lines")

    def write(number: int) -> object:
        for turn in range(8):
            with crm.work() as work:
                if number % 2:
                    records.update(work, "line", line, {"quantity": number * 10 + turn + 1})
                else:
                    records.update(work, "deal", deal, {"lines": [{"id": line, "product": f"P{number}-{turn}"}]})
        return None

    assert together(write) == [None] * WRITERS


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
@pytest.mark.parametrize("new", [True, False])
def test_many_links_to_a_record_that_is_deleted_meanwhile_are_refused(crm, new):
    contact, deal = crm.add("contact", last="Lee"), crm.add("deal", name="A")
    gone = threading.Event()

    def delete() -> None:
        with crm.work() as work:
            records.delete(work, "contact", contact)
            gone.set()
            time.sleep(0.5)  # long enough for the other to have looked, and to wait

    other = threading.Thread(target=delete)
    other.start()
    gone.wait(5)
    with pytest.raises(Refused), crm.work() as work:
        if new:
            records.create(work, "deal", {"name": "B", "contacts": [contact]})
        else:
            records.update(work, "deal", deal, {"contacts": [contact]})
    other.join()
