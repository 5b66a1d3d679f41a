"""What is written down is a line for each thing, whoever had a hand in its words."""

from __future__ import annotations

import logging

from customary.cli.log import Lines


def line(text: str, *values: object, error: Exception | None = None) -> str:
    """What stands there of one thing, without its moment and process."""
    trace = (type(error), error, None) if error else None
    record = logging.LogRecord("customary.web", logging.ERROR, "x.py", 1, text, values, trace)
    return Lines().format(record).partition("] ")[2]


def test_a_line_begins_with_its_moment_in_utc():
    record = logging.LogRecord("customary.web", logging.WARNING, "x.py", 1, "broke", (), None)
    record.created, record.msecs, record.process = 0.0, 7.0, 3
    assert Lines().format(record) == "1970-01-01T00:00:00.007Z WARNING customary.web[3] broke"


def test_nobody_begins_a_line_of_their_own():
    assert line("no %s", "a\r\nERROR b\x1b[2J\u2028c") == r"no a\x0d\x0aERROR b\x1b[2J\x2028c"


def test_the_trace_of_an_error_cannot_be_taken_for_a_line():
    told = line("broke", error=ValueError("a\n2026-01-01 ERROR forged"))
    assert told.splitlines() == ["broke", "  ValueError: a", "  2026-01-01 ERROR forged"]
