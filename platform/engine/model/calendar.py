"""Calendars: hours and holidays as the expression language counts by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from customary.engine.model.build import Build
from customary.engine.text import node as text
from customary.engine.working import DAY, Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE = DAY // 1440

Span = tuple[int, int]


def compile_calendars(build: Build) -> None:
    """Gives the world its calendars, and the one that holds where none is named."""
    documents = build.definitions.of("calendar")
    build.world.calendars = {name: _calendar(build, name, each.body) for name, each in documents.items()}
    chosen = build.settings.calendar
    if chosen is None:
        build.world.calendar = next(iter(documents)) if len(documents) == 1 else ""
        return
    node = build.definitions.of("workspace")[""].body.get("calendar")
    build.world.calendar = build.one_of(node, documents, "a calendar") or ""


def _calendar(build: Build, name: str, body: text.Mapping) -> Calendar:
    hours: dict[int, tuple[Span, ...]] = {}
    written = body.get("hours")
    for key, spans in written.items() if isinstance(written, text.Mapping) else ():
        # What is said later holds: `fri` after `mon-fri`, and a workspace's hours over its pack's.
        hours |= dict.fromkeys(_days(key), _spans(build, spans))
        if not _days(key):
            build.add(written.place_of(key), f"“{key}” goes backwards", "A week runs from mon to sun.")
    if not any(hours.values()):
        build.add(body.place, f"calendar {name} has no working hours", "Write hours: {mon-fri: [9:00-17:00]}.")
    every = tuple(hours.get(day, ()) for day in range(7))
    return Calendar(name, every if any(every) else (((0, DAY),),) * 7, tuple(_holidays(build, body)))


def _days(key: str) -> range:
    first, _, last = key.partition("-")
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)


def _spans(build: Build, node: text.Node) -> tuple[Span, ...]:
    found = []
    for item in node if isinstance(node, text.Sequence) else ():
        start, end = (_time(each) for each in str(text.plain(item)).split("-"))
        if not start < end <= DAY:
            remedy = "Over midnight write two: 22:00-24:00, and 0:00-6:00 on the next day."
            build.add(item.place, f"“{text.plain(item)}” does not end after its beginning on one day", remedy)
        else:
            found.append((start, end, item))
    found.sort(key=lambda each: each[:2])
    for before, after in pairwise(found):
        if after[0] < before[1]:
            build.add(after[2].place, f"“{text.plain(after[2])}” overlaps other hours", "Join the two into one.")
            return ((before[0], max(before[1], after[1])),)
    return tuple((start, end) for start, end, _ in found)


def _time(written: str) -> int:
    hours, minutes = written.strip().split(":")
    return (int(hours) * 60 + int(minutes)) * _MINUTE


def _holidays(build: Build, body: text.Mapping) -> Iterable[date]:
    node = body.get("holidays")
    for item in node if isinstance(node, text.Sequence) else ():
        try:
            yield date.fromisoformat(str(text.plain(item)))
        except ValueError:
            build.add(item.place, f"“{text.plain(item)}” is not a day", "Days are written 2026-12-25.")
