"""Templates: one Jinja environment for each locale, so that numbers, dates and words come out right everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from customary.engine.locale import Locale
from customary.engine.messages import html
from customary.engine.words import Words
from customary.ui import icons
from customary.ui.catalogue import catalogue, say_reason
from customary.ui.drawn import Drawn
from customary.ui.rules.schedule import schedule_in_words
from customary.ui.show import Show
from customary.ui.web import assets

FOLDER = Path(__file__).parent / "templates"


class _Memory(BytecodeCache):
    """Compiled templates, kept in memory: an environment more costs no compilation."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_MEMORY = _Memory()


@lru_cache(maxsize=128)
def environment(locale: Locale, sprite_url: str) -> Environment:
    """The templates for people of one locale.

    Filters: `words` (Words in the reader's language), `reason` (a Reason likewise), `prose` (Words in Markdown, as
    HTML), `number`, `money`, `percent`, `date`, `datetime`, `initials`, `hue`. Globals: `_`/`gettext`, `ngettext`,
    `icon(name, label="", size=16)`, `static(path)`, `show` (a field's value as HTML, see show.py), `locale`, and those
    of drawn.py: `drawn(template, **values)`, `field(control)`, `control(control)`.
    """
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        bytecode_cache=_MEMORY,
        cache_size=-1,
        auto_reload=False,
    )
    made.install_gettext_translations(catalogue(locale.language), newstyle=True)
    made.globals["_"] = made.globals["gettext"] = _say(locale.language)
    made.globals["ngettext"] = _count_say(locale)
    draw = partial(icons.icon, sprite_url)
    show = Show(locale, draw)
    drawn = Drawn(made)
    made.globals |= {"icon": draw, "static": assets.url, "show": show, "locale": locale}
    made.globals |= {"drawn": drawn.part, "field": drawn.field, "control": drawn.control}
    made.filters |= _filters(locale, show)
    return made


def render(locale: Locale, sprite_url: str, template: str, **values: Any) -> str:
    return environment(locale, sprite_url).get_template(template).render(**values)


def _say(language: str) -> Callable[..., Markup]:
    """`gettext` of the templates. Jinja's own asks the catalogue at every call: a tenth of a page's time."""

    @cache
    def told(text: str) -> Markup:
        return Markup(catalogue(language).gettext(text))  # noqa: S704 - a text of the templates

    @cache
    def whole(text: str) -> Markup:
        return told(text) % {}

    def say(text: str, /, **values: object) -> Markup:
        return told(text) % values if values else whole(text)

    return say


def _count_say(locale: Locale) -> Callable[..., Markup]:
    """`ngettext` of the templates; `%(num)s` is the number as people of the locale write it."""

    def say(one: str, many: str, count: int, /, **values: object) -> Markup:
        told = Markup(catalogue(locale.language).ngettext(one, many, count))  # noqa: S704 - a text of the templates
        return told % {"num": locale.number(count), **values}

    return say


def _filters(locale: Locale, show: Show) -> dict[str, Any]:
    return {
        "words": lambda words: words.in_language(locale.language) if isinstance(words, Words) else words,
        "reason": partial(say_reason, locale.language),
        "schedule": partial(schedule_in_words, locale=locale),
        "prose": lambda words: Markup(html.fragment(words.in_language(locale.language))),  # noqa: S704 - our own HTML
        "number": locale.number,
        "money": locale.money,
        "percent": locale.percent,
        "date": locale.date,
        "datetime": locale.datetime,
        "initials": show.initials,
        "hue": show.hue,
    }
