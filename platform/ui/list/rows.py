"""The rows of a list as HTML, made column by column: a template took twice as long for the same.

A list is looked at again after each change, when one row of it is another. So rows are kept under all that they show.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from functools import lru_cache

from markupsafe import Markup, escape

from customary.engine.records.record import Record
from customary.ui.drawn import Same
from customary.ui.list.load import Listing
from customary.ui.show import Show

LOOKS = 32
"""Ways in which rows are drawn, of which some are kept: columns, in a language, of what a reader may see."""
MOST = 200
"""Rows that are kept of each, some thousand bytes with what they are kept under."""


def rows(show: Show, listing: Listing, now: datetime, select: str) -> Markup:
    """A row for each record of the page; `select` says what the box at its beginning is for."""
    page = listing.page
    if not page.cells or any(map(show.tells_time, listing.columns)):
        drawn = _drawn(show, listing, page.records, now, select)
    else:
        look = (show, page.form, Same(listing.entity), *map(Same, listing.columns))
        kept = _kept(look, listing.title_field, select)
        new = [place for place, cells in enumerate(page.cells) if cells not in kept]
        made = _drawn(show, listing, [page.records[place] for place in new], now, select)
        kept.update(zip((page.cells[place] for place in new), made, strict=True))
        drawn = [kept[cells] for cells in page.cells]
        _forget(kept)
    return Markup("".join(drawn))  # noqa: S704 - of values that were escaped


@lru_cache(LOOKS)
def _kept(*_look: Hashable) -> dict[tuple, str]:
    """Rows that were drawn in one way, by all cells that their records are made of."""
    return {}


def _forget(kept: dict[tuple, str]) -> None:
    """Leaves those that were drawn last, where there are too many."""
    if len(kept) > MOST:
        for cells in [*kept][: len(kept) - MOST // 2]:
            del kept[cells]


def _drawn(show: Show, listing: Listing, page: Sequence[Record], now: datetime, select: str) -> list[str]:
    first, *others = listing.columns
    titles = {key: title for record in page for key, title in record.titles.items()}
    base, named = f"/{listing.entity.name}/", _named(show, listing)
    columns = [show.cells(each, [record.values[each.name] for record in page], titles, now) for each in others]
    drawn = []
    for record, *cells in zip(page, *columns, strict=True):
        id, title = str(record.id), escape(record.title)
        box = f'<input type="checkbox" name="id" value="{id}" aria-label="{select} {title}">'
        name = f'<th scope="row" class="name"><a href="{base}{id}">{named(record, title)}</a></th>'
        drawn.append(f'<tr data-row>\n<td class="pick">{box}</td>\n{name}\n{"".join(cells)}\n</tr>\n')
    return drawn


def _named(show: Show, listing: Listing) -> Callable[[Record, Markup], str]:
    """Draws the first column: what a record is called, or its value there, after a face or the entity's icon."""
    first = listing.columns[0]
    titled, person = listing.is_title(first), listing.entity.plays in ("person", "user")
    mark = show.icon(listing.entity.icon, size=14)

    def named(record: Record, title: Markup) -> str:
        value = record.values[first.name]
        shown = title if titled or value is None else escape(show.plain(first, value, record.titles))
        return f"{show.avatar(record.title) if person else mark}{shown}"

    return named
