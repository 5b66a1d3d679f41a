"""What a search may look in: the index knows all words of a record, its reader perhaps not all of its fields."""

from __future__ import annotations

from functools import reduce

import sqlalchemy as sa

from customary.engine.expressions.types import TEXT
from customary.engine.fields.field import Field
from customary.engine.records.index import plain_words
from customary.engine.records.work import Work
from customary.engine.records.writer.shape import shape
from customary.engine.tables import TableRows

MOST_WORDS = 12
LONGEST = 200
"""Letters of a search."""
_BETWEEN = "-_.,;:@/\\()+'\"#&"
_IDEOGRAPH = "\u2e7f"
"""From here on a sign is a word."""


def patterns(text: str) -> dict[str, str]:
    """The parameters of `shows_words`: each typed word as it begins in a text, a run of Chinese signs anywhere."""
    typed = [plain_words(each).split() for each in text[:LONGEST].split()]
    found = [_pattern(parts) for parts in typed if parts][:MOST_WORDS]
    return {f"word_{place}": found[place] if place < len(found) else "%" for place in range(MOST_WORDS)}


def shows_words(work: Work, rows: TableRows) -> list[sa.ColumnElement]:
    """The conditions that what is found stands in fields that the reader sees; none where they see all.

    It is asked of what the index found, so its cost is that of the hits.
    """
    searched, hidden = shape(work, rows.entity).searched, work.access.hidden(rows.entity)
    if hidden.isdisjoint(each.name for each in searched):
        return []
    texts = [text for each in searched if each.name not in hidden for text in _texts(rows, each)]
    words = (sa.bindparam(f"word_{place}", type_=sa.Text) for place in range(MOST_WORDS))
    return [sa.or_(sa.false(), *(text.like(word) for text in texts)) for word in words]


def _pattern(parts: list[str]) -> str:
    if any(sign > _IDEOGRAPH for part in parts for sign in part):
        return f"%{''.join(parts)}%"
    return f"% {' '.join(parts)}%"


def _texts(rows: TableRows, each: Field) -> list[sa.ColumnElement]:
    """The texts of a field with a space before every word; of kinds that are no plain text there is none."""
    if each.several or each.attaches or (each.value_type != TEXT and not each.sort_suffix):
        return []
    column = rows.column(each.name, each.sort_suffix or "")
    plain = reduce(lambda text, sign: sa.func.replace(text, sign, " "), _BETWEEN, sa.func.lower(column))
    return [sa.literal(" ", sa.Text).concat(sa.func.coalesce(plain, ""))]
