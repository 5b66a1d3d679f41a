"""JSON that comes from outside, and whether it is of its declared shape."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from customary.engine.definitions.outside import KINDS as WORDS
from customary.engine.model.rules.payload import KINDS, Unfit, compiled, read, take

SHAPE = compiled(
    {"id": {"kind": "text", "required": True}, "hours": "decimal", "count": "integer", "paid": "boolean", "on": "date",
     "at": "datetime", "rest": "json"}
)  # fmt: skip


def test_every_kind_that_may_be_written_is_known() -> None:
    assert tuple(KINDS) == WORDS


def test_values_are_taken_by_their_kinds_and_the_rest_is_passed_over() -> None:
    text = (
        b'{"id": 7, "hours": 0.1, "count": 3.0, "paid": true, "on": "2026-02-28", "at": 0, "rest": {"a": [1]}, "x": 1}'
    )
    assert take(SHAPE, read(text)) == {
        "id": "7",
        "hours": Decimal("0.1"),
        "count": Decimal(3),
        "paid": True,
        "on": date(2026, 2, 28),
        "at": datetime(1970, 1, 1, tzinfo=UTC),
        "rest": {"a": [1]},
    }
    assert take(SHAPE, {"id": "x"})["hours"] is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": NaN}', "not JSON"),
        (b'{"id": 1e999}', "not JSON"),
        (b"1" * 5000, "not JSON"),
        (b'{"id": "\\ud800"}', "not JSON"),
        (b'{"id": "\\u0000"}', "no text can hold"),
        (b"[]", "not an object"),
        (b"{}", "“id” is missing"),
        (b'{"id": null}', "“id” is missing"),
        (b'{"id": {}}', "“id” is not of the kind text"),
        (b'{"id": "a", "hours": "x"}', "“hours”"),
        (b'{"id": "a", "hours": true}', "“hours”"),
        (b'{"id": "a", "count": 1.5}', "“count”"),
        (b'{"id": "a", "paid": "yes"}', "“paid”"),
        (b'{"id": "a", "on": "2026-02-30"}', "“on”"),
        (b'{"id": "a", "on": 3}', "“on”"),
        (b'{"id": "a", "at": 99999999999999999999}', "“at”"),
    ],
)
def test_what_does_not_fit_is_said(body: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        take(SHAPE, read(body))
