"""A filter's condition as a sentence: "Stage is any of Propose, Negotiate", "Amount over 10,000", "Open: yes"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from customary.engine.expressions.types import DATE, DATETIME, TIME
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.ui.catalogue import say
from customary.ui.list.condition import Condition, Value


class Sentence:
    """Words conditions in one language; `titles` are those of the records that conditions name."""

    def __init__(self, locale: Locale, fields: Mapping[str, Field], titles: Mapping[tuple[str, UUID], str]) -> None:
        self.locale = locale
        self.fields = fields
        self.titles = titles

    def said(self, condition: Condition) -> tuple[str, str, str]:
        """What is compared, how, and with what; "" where nothing is left to say. A yes or no is all said at first."""
        field = self.fields[condition.field]
        label = field.label.in_language(self.locale.language)
        if field.control == "boolean":
            return say(self.locale.language, BY_TRUTH[is_yes(condition)], label=label), "", ""
        return label, self.verb(field, condition.operator), self.object(condition)

    def verb(self, field: Field, operator: str) -> str:
        """The operator as a reader says it for this kind of field."""
        return say(self.locale.language, verb(field, operator))

    def object(self, condition: Condition) -> str:
        """The values as text; "" for operators that have none."""
        field = self.fields[condition.field]
        return ", ".join(self._value(field, value) for value in condition.values)

    def _value(self, field: Field, value: Value) -> str:
        language = self.locale.language
        if value.kind == "user":
            return say(language, "me")
        if value.kind == "days":
            return self._days(int(value.data or 0))  # type: ignore[arg-type]
        if isinstance(value.data, date):
            return self.locale.date(value.data)
        if value.kind == "number":
            return self.locale.number(value.data) + (" %" if field.kind == "percent" else "")  # type: ignore[arg-type]
        if value.kind in ("time", "duration"):
            return field.format(value.data, self.locale)
        return self._text(field, str(value.data))

    def _text(self, field: Any, text: str) -> str:
        options = getattr(field, "options", None)
        if options and text in options:
            return options[text].label.in_language(self.locale.language)
        if getattr(field, "to", None):
            return self.titles.get((field.to, UUID(text)), "•••")
        return f"“{text}”"

    def _days(self, days: int) -> str:
        language = self.locale.language
        if days == 0:
            return say(language, "today")
        if days > 0:
            return say(language, "in {days} days", days=days)
        return say(language, "{days} days ago", days=-days)


def verb(field: Field, operator: str) -> str:
    """The msgid of an operator for a kind of field."""
    if operator in ("<", "<=", ">", ">="):
        return (BY_DATE if field.value_type in (DATE, DATETIME, TIME) else BY_NUMBER)[operator]
    return PLAIN[operator]


def is_yes(condition: Condition) -> bool:
    """Whether a condition on a yes-or-no field wants yes."""
    return bool(condition.values[0].data) == (condition.operator == "==")


BY_TRUTH = {True: "{label}: yes", False: "{label}: no"}
"""A label may be any word or clause ("On sale", "Wants no mail"): only as a heading it reads well in every language."""
PLAIN = {
    "==": "is",
    "!=": "is not",
    "in": "is any of",
    "has": "contains",
    "contains": "contains",
    "starts_with": "starts with",
    "between": "is between",
    "empty": "is empty",
    "filled": "is filled in",
}
BY_DATE = {"<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
BY_NUMBER = {"<": "under", "<=": "at most", ">": "over", ">=": "at least"}
