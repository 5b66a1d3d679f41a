"""Records that may not be at the same time, and those of which there may be only so many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Refused

from ..conftest import Crm

ROOMS = """
entity: room
title: name
fields: {name: {type: text}}
---
entity: booking
title: name
fields:
  name: {type: text}
  room: {type: link, to: room, inverse: bookings}
  starts: {type: datetime}
  ends: {type: datetime}
  status: {type: choice, options: [booked, cancelled], default: booked}
no_overlap: {room: {per: [room], from: starts, to: ends, where: 'status == "booked"'}}
---
entity: leave
fields: {name: {type: text}, first: {type: date}, last: {type: date}}
no_overlap: {days: {per: [name], from: first, to: last, message: {en: lies in another leave, el: άλλη άδεια}}}
---
entity: shift
title: name
fields: {name: {type: text}, places: {type: integer}}
---
entity: seat
title: name
fields:
  name: {type: text}
  shift: {type: link, to: shift, inverse: seats}
  status: {type: choice, options: [booked, waiting], default: booked}
at_most:
  places: {per: [shift], count: =shift.places, where: 'status == "booked"'}
  all_in_all: {count: 9}
"""

SAME_TIME = "is at the same time as another record"


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database, ROOMS)


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=ZoneInfo("Europe/Athens"))


def refused(act, *args, **values) -> list[tuple]:
    with pytest.raises(Refused) as found:
        act(*args, **values)
    return [(each.field, str(each.reason)) for each in found.value.problems]


def test_two_bookings_of_a_room_do_not_overlap_and_may_touch(crm: Crm) -> None:
    room, other = crm.add("room", name="A"), crm.add("room", name="B")
    first = crm.add("booking", room=room, starts=at(10), ends=at(12))
    assert refused(crm.add, "booking", room=room, starts=at(11), ends=at(13)) == [("starts", SAME_TIME)]
    assert refused(crm.add, "booking", room=room, starts=at(9)) == [("starts", SAME_TIME)]
    after = crm.add("booking", room=room, starts=at(12), ends=at(14))
    crm.add("booking", room=room, starts=at(9), ends=at(10))
    elsewhere = crm.add("booking", room=other, starts=at(11), ends=at(13))
    crm.add("booking", room=None, starts=at(11), ends=at(13))
    crm.add("booking", room=room, starts=None, ends=at(13))
    assert refused(crm.update, "booking", after, starts=at(11)) == [("starts", SAME_TIME)]
    assert refused(crm.update, "booking", elsewhere, room=room) == [("room", SAME_TIME)]
    assert refused(crm.add, "booking", room=room, starts=at(20), ends=at(19)) == [("ends", "must not be before Starts")]
    crm.update("booking", first, name="longer", ends=at(11))
    crm.update("booking", after, starts=at(11))


def test_only_living_records_for_which_the_condition_holds_count(crm: Crm) -> None:
    room = crm.add("room", name="A")
    first = crm.add("booking", room=room, starts=at(10), ends=at(12))
    second = crm.add("booking", room=room, starts=at(10), ends=at(12), status="cancelled")
    assert refused(crm.update, "booking", second, status="booked") == [("starts", SAME_TIME)]
    with crm.work() as work:
        records.archive(work, "booking", first)
    crm.update("booking", second, status="booked")
    with crm.work() as work:
        assert refused(records.restore, work, "booking", first) == [("starts", SAME_TIME)]


def test_the_last_day_belongs_to_what_lasts_days_and_a_rule_may_say_it_in_its_own_words(crm: Crm) -> None:
    crm.add("leave", name="Ann", first=date(2026, 3, 2), last=date(2026, 3, 4))
    own = [("first", "lies in another leave")]
    assert refused(crm.add, "leave", name="Ann", first=date(2026, 3, 4), last=date(2026, 3, 6)) == own
    crm.add("leave", name="Ann", first=date(2026, 3, 5), last=date(2026, 3, 5))
    crm.add("leave", name="Bob", first=date(2026, 3, 4))
    assert refused(crm.add, "leave", name="Bob", first=date(2030, 1, 1), last=date(2030, 1, 2)) == own


def test_rows_that_come_together_do_not_overlap_either(crm: Crm) -> None:
    problems: dict[int, list] = {}
    days = [(1, 2), (2, 3), (4, 5), (6, 5)]
    rows = [{"name": "Ann", "first": date(2026, 3, a), "last": date(2026, 3, b)} for a, b in days]
    with crm.work() as work:
        made = records.create_many(work, "leave", rows, problems.__setitem__)
    assert [id is not None for id in made] == [True, False, True, False]
    assert [problem.field for found in problems.values() for problem in found] == ["first", "last"]


def test_a_shift_has_as_many_seats_as_it_says(crm: Crm) -> None:
    small, open_to_all = crm.add("shift", name="Early", places=2), crm.add("shift", name="Late")
    seats = [crm.add("seat", shift=small) for _ in range(2)]
    full = [("shift", "has no place left: 2 of 2 are taken")]
    assert refused(crm.add, "seat", shift=small) == full
    waiting = crm.add("seat", shift=small, status="waiting")
    assert refused(crm.update, "seat", waiting, status="booked") == full
    crm.update("shift", small, places=1)
    crm.update("seat", seats[0], name="Ann stays")
    crm.update("seat", seats[0], shift=open_to_all)
    assert refused(crm.update, "seat", seats[0], shift=small) == [("shift", "has no place left: 1 of 1 are taken")]
    for _ in range(6):
        crm.add("seat", shift=open_to_all)
    assert refused(crm.add, "seat") == [(None, "has no place left: 9 of 9 are taken")]


def test_seats_that_come_together_are_counted_one_after_the_other(crm: Crm) -> None:
    shift = crm.add("shift", name="Early", places=2)
    refused_rows: dict[int, list] = {}
    with crm.work() as work:
        made = records.create_many(work, "seat", [{"shift": shift}] * 4, refused_rows.__setitem__)
    assert [id is not None for id in made] == [True, True, False, False]


def test_who_comes_while_another_is_being_written_waits_and_is_told(crm: Crm) -> None:
    room, shift = crm.add("room", name="A"), crm.add("shift", name="Early", places=1)
    wanted = {"seat": {"shift": shift}, "booking": {"room": room, "starts": at(10), "ends": at(12)}}

    def write() -> list:
        problems = []
        for entity, values in wanted.items():
            with crm.work() as work, pytest.raises(Refused) as found:
                records.create(work, entity, values)
            problems += [each.field for each in found.value.problems]
        return problems

    with ThreadPoolExecutor(1) as pool:
        with crm.work() as work:
            for entity, values in wanted.items():
                records.create(work, entity, values)
            waiting = pool.submit(write)
            with suppress(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=30) == ["shift", "starts"]
    assert (crm.rows("booking"), crm.rows("seat")) == (1, 1)
