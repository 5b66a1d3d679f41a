"""A field's value as HTML: what lists, cards and record pages put where a value stands."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from babel.numbers import format_compact_currency
from markupsafe import Markup, escape

from customary.engine.fields.field import Field
from customary.engine.fields.normal import normal
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.money import Money
from customary.engine.words import Words
from customary.ui.looks import looks

EMPTY = Markup('<span class="empty">—</span>')
NAMELESS = Markup('<span class="quiet">•••</span>')
"""A record whose title the reader may not know."""
ROUNDED = 1_000_000
"""Amounts from here on are told in millions where there is little room."""
Titles = Mapping[tuple[str, UUID], str]
NO_TITLES: Titles = {}
_RIGHT = '<td class="end number">'


class Show:
    """Draws values for one locale. `show(field, value, titles, now)` is a value as safe HTML.

    `titles` are the titles of linked records by (entity, id), as the reader of records gives them with a page.
    """

    def __init__(self, locale: Locale, icon: Callable[..., Markup]) -> None:
        self.locale = locale
        self.icon = icon
        self._kinds: dict[str, Callable[[Any, Any, Titles, datetime | None], Markup]] = {
            "choice": lambda field, value, _titles, _now: self.option(field, value),
            "choices": lambda field, value, _titles, _now: self._many(self.option(field, each) for each in value),
            "tags": lambda _field, value, _titles, _now: self._many(self.pill(each, "grey") for each in value),
            "boolean": lambda _field, value, _titles, _now: self.icon("check") if value else EMPTY,
            "consent": lambda _field, value, _titles, _now: self.icon("check") if value else EMPTY,
            "date": lambda _field, value, _titles, now: self.day(value, now),
            "datetime": lambda _field, value, _titles, now: self.moment(value, now),
            "link": lambda field, value, titles, _now: self.link(field.to, value, titles),
            "user": lambda field, value, titles, _now: self.person(field.to, value, titles),
            "any_link": lambda _field, value, titles, _now: self.link(value.entity, value.id, titles),
            "links": lambda field, value, titles, _now: self._many(self.link(field.to, each, titles) for each in value),
            "email": lambda _field, value, _titles, _now: _anchor(f"mailto:{value}", value),
            "phone": lambda field, value, _titles, _now: _anchor(f"tel:{value}", field.format(value, self.locale)),
            "url": lambda _field, value, _titles, _now: _outside(value),
            **{kind: partial(draw, self) for kind, draw in looks().items()},
        }

    def __call__(self, field: Field, value: Any, titles: Titles = NO_TITLES, now: datetime | None = None) -> Markup:
        return EMPTY if _is_empty(value) else self._kinds.get(field.kind, self._written)(field, value, titles, now)

    @staticmethod
    def tells_time(field: Field) -> bool:
        """Whether how a value looks depends on when it is looked at."""
        return field.kind == "datetime"

    def cells(self, field: Field, values: Iterable[Any], titles: Titles, now: datetime) -> list[str]:
        """The cells of a column, all at once: a call from a template costs as much as a cell."""
        draw, opening = self._kinds.get(field.kind, self._written), _RIGHT if field.at_right else "<td>"
        return [f"{opening}{EMPTY if _is_empty(each) else draw(field, each, titles, now)}</td>" for each in values]

    def plain(self, field: Field, value: Any, titles: Titles = NO_TITLES) -> str:
        """A value as text alone, for where a link of its own would be in the way."""
        to = getattr(field, "to", None)
        if isinstance(to, str) and isinstance(value, UUID):
            return titles.get((to, value), "•••")
        return field.format(value, self.locale)

    def brief(self, field: Field, value: Any) -> str:
        """A value as short as a column's head has room for: millions are rounded."""
        if isinstance(value, Money) and abs(value.amount) >= ROUNDED:
            return format_compact_currency(value.amount, value.currency, locale=self.locale.language, fraction_digits=1)
        return field.format(value, self.locale)

    def inside(self, words: Words) -> str:
        """A label in the middle of a sentence: "New deal", but "New SLA"."""
        text = words.in_language(self.locale.language)
        return text[0].lower() + text[1:] if text[:1].isupper() and not text[1:2].isupper() else text

    def stage(self, entity: Entity, name: str | None) -> str:
        """A stage's label."""
        field = entity.fields.get("stage")
        return self.plain(field, name) if field and name else "—"

    def labels(self, entity: Entity, names: Iterable[str]) -> str:
        """Labels of fields in a row, at most three."""
        fields = [entity.fields[name] for name in names if name in entity.fields]
        own = [each for each in fields if not each.system] or fields
        return ", ".join(self.inside(each.label) for each in own[:3]) + (" …" if len(own) > 3 else "")

    def sorted_options(self, field: Any) -> list[tuple[str, str]]:
        """Names and labels of a long list of options, in the order of the reader's alphabet."""
        language = self.locale.language
        labels = [(name, option.label.in_language(language)) for name, option in field.options.items()]
        return sorted(labels, key=lambda each: normal(each[1]))

    @staticmethod
    def kind_icon(field: Field) -> str:
        """The icon that tells a kind of field in a list of fields."""
        return field.icon

    def option(self, field: Any, name: str) -> Markup:
        """A choice as a quiet pill with the option's colour."""
        chosen = field.options.get(name)
        if chosen is None:
            return _pill(name, "grey")
        return _pill(chosen.label.in_language(self.locale.language) or name, chosen.colour or "grey")

    def pill(self, text: str | Words, colour: str | None = "grey") -> Markup:
        words = text.in_language(self.locale.language) if isinstance(text, Words) else text
        return _pill(words, colour or "grey")

    def day(self, value: date, now: datetime | None = None) -> Markup:
        """A date; within a week of now as people say it, with the full date on hover."""
        return _day(self.locale, value)

    def moment(self, value: datetime, now: datetime | None = None) -> Markup:
        """A moment; near now as people say it ("3 hours ago"), with date and time on hover."""
        full = self.locale.datetime(value)
        near = now is not None and abs(now - value) < timedelta(days=7)
        text = self.locale.relative(value, now) if near and now else self.locale.date(value)
        return _made(f'<time datetime="{value.isoformat()}" title="{escape(full)}">{escape(text)}</time>')

    def link(self, entity: str, id: UUID, titles: Titles) -> Markup:
        title = titles.get((entity, id))
        return NAMELESS if title is None else _link(entity, id, title)

    def person(self, entity: str, id: UUID, titles: Titles) -> Markup:
        """A colleague: avatar and name."""
        return _person(titles.get((entity, id), "•••"))

    def avatar(self, name: str, size: str = "") -> Markup:
        """A circle with a name's initials, always in the same colour for the same name."""
        return _avatar(name, size)

    @staticmethod
    def initials(name: str) -> str:
        """One or two letters for a circle: "Ann Lee" is AL, "王小明" is 王."""
        words = [word for word in name.split() if word[0].isalnum()]
        if not words:
            return "?"
        if ord(words[0][0]) > 0x2E7F:
            return words[0][0]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    @staticmethod
    def hue(name: str) -> int:
        return zlib.crc32(name.encode()) % 8

    def _written(self, field: Field, value: Any, _titles: Titles, _now: datetime | None) -> Markup:
        """A value of a kind that looks as it is written."""
        return escape(field.format(value, self.locale))

    @staticmethod
    def _many(parts: Any) -> Markup:
        return _made(f'<span class="many">{"".join(parts)}</span>')


def _is_empty(value: Any) -> bool:
    return not value and (value is None or value == () or value == "")


def _anchor(target: str, text: str) -> Markup:
    return _made(f'<a class="link" href="{escape(target)}">{escape(text)}</a>')


def _outside(address: str) -> Markup:
    if not address.lower().startswith(("http://", "https://")):
        return escape(address)
    shown = address.split("://", 1)[1].removeprefix("www.").rstrip("/")
    rest = 'rel="noopener noreferrer" target="_blank"'
    return _made(f'<a class="link" href="{escape(address)}" {rest}>{escape(shown)}</a>')


def _made(html: str) -> Markup:
    """HTML of which every part that is not ours was escaped. `Markup.format` would do it ten times slower."""
    return Markup(html)  # noqa: S704


@lru_cache(maxsize=4096)
def _pill(text: str, colour: str) -> Markup:
    return _made(f'<span class="pill" data-colour="{escape(colour)}">{escape(text)}</span>')


@lru_cache(maxsize=4096)
def _link(entity: str, id: UUID, title: str) -> Markup:
    return _made(f'<a class="link" href="/{entity}/{id}">{escape(title)}</a>')


@lru_cache(maxsize=4096)
def _person(name: str) -> Markup:
    return _made(f'<span class="person">{_avatar(name, "")}<span>{escape(name)}</span></span>')


@lru_cache(maxsize=4096)
def _avatar(name: str, size: str) -> Markup:
    marks = f'data-hue="{Show.hue(name)}" data-size="{escape(size)}"'
    return _made(f'<span class="avatar" {marks} aria-hidden="true">{escape(Show.initials(name))}</span>')


@lru_cache(maxsize=4096)
def _day(locale: Locale, value: date) -> Markup:
    return _made(f'<time datetime="{value.isoformat()}">{escape(locale.date(value))}</time>')
