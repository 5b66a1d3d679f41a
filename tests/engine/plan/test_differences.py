"""What differs between two values as they are written, told shortly."""

from __future__ import annotations

import pytest

from customary.engine.plan.differences import ABSENT, LONGEST, differences

STEPS = [{"set": {"a": 1}}, {"send_email": {"to": "=owner", "subject": "Hello"}}]
LONG = [f"column_{number}" for number in range(20)]


def told(key: str, old: object, new: object) -> list[str]:
    return [f"{each.key} {each.before or '–'} → {each.after or '–'}" for each in differences(key, old, new)]


@pytest.mark.parametrize(
    ("key", "old", "new", "expected"),
    [
        ("max_length", 200, 80, ["max_length 200 → 80"]),
        ("required", ABSENT, True, ["required – → true"]),
        ("required", True, ABSENT, ["required true → –"]),
        ("default", 1, True, ["default 1 → true"]),
        ("default", "", None, ["default – → null"]),
        ("requires", ["amount"], ["amount", "closes"], ["requires [amount] → [amount, closes]"]),
        ("label", "Deal", "Opportunity", ["label “Deal” → “Opportunity”"]),
        ("label", "Deal", {"en": "Deal", "zh": "商机"}, ["label.zh – → “商机”"]),
        ("label", {"en": "A", "el": "Α"}, {"en": "B"}, ["label “A” → “B”", "label.el “Α” → –"]),
        ("label", ABSENT, {"el": "Α"}, ["label.el – → “Α”"]),
        ("fields", {"cost": "hidden"}, {"cost": "read_only", "x": "hidden"},
         ["fields.cost hidden → read_only", "fields.x – → hidden"]),
        ("do", STEPS, [*STEPS, {"stop": "x"}], ["do.3 – → {stop: x}"]),
        ("do", STEPS, STEPS[1:], ["do.1 {set: {a: 1}} → –"]),
        ("do", STEPS, [STEPS[0], {"send_email": {"to": "=owner", "subject": "Bye"}}],
         ["do.2.send_email.subject “Hello” → “Bye”"]),
        ("when", {"created": "a"}, [{"created": "a"}, {"updated": "b"}],
         ["when {created: a} → [{created: a}, {updated: b}]"]),
        ("columns", LONG, [*LONG[:-1], "x"], ["columns …olumn_18, column_19] → …olumn_18, x]"]),
        ("text", "a\n  b", "a c", ["text “a b” → “a c”"]),
    ],
)  # fmt: skip
def test_differences_are_told_shortly(key, old, new, expected):
    assert told(key, old, new) == expected


def test_no_value_is_longer_than_a_line_takes():
    (each,) = differences("formula", "a + " * 100, "b + " * 100)
    assert len(each.before) == len(each.after) == LONGEST


def test_nothing_differs_between_equal_values():
    assert told("do", STEPS, [dict(each) for each in STEPS]) == []
