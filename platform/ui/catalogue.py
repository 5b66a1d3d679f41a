"""The words of the pages in other languages: gettext catalogues, read once per language."""

from __future__ import annotations

import gettext
import io
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from customary.engine.locale import locale
from customary.engine.money import Money
from customary.engine.words import Reason, Words

FOLDER = Path(__file__).parent / "languages"
LANGUAGES = {"en": "English", "zh": "中文", "el": "Ελληνικά"}
"""What a person may choose, each called by its own name."""


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; English is what the pages are written in."""
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return gettext.NullTranslations()
    packed = io.BytesIO()
    with file.open("rb") as text:
        write_mo(packed, read_po(text, locale=language))
    packed.seek(0)
    return gettext.GNUTranslations(packed)


def say(language: str, text: str, /, **values: object) -> str:
    """A text of ours in a language, its `{holes}` filled. `text` is never what a user wrote."""
    told = catalogue(language).gettext(text)
    return told.format(**{name: _in_language(each, language) for name, each in values.items()}) if values else told


def count_say(language: str, one: str, many: str, count: int, shown: str, /, **values: object) -> str:
    """A text that depends on a number: `{count}` in it stands for the number as it is shown."""
    return catalogue(language).ngettext(one, many, count).format(count=shown, **values)


def say_reason(language: str, reason: Reason) -> str:
    """Why something was refused, in a language."""
    return say(language, reason.text, **reason.values)


def _in_language(value: object, language: str) -> object:
    """A hole's value as readers of the language write it."""
    if isinstance(value, Words):
        return value.in_language(language)
    if isinstance(value, Reason):
        return say_reason(language, value)
    if isinstance(value, Money):
        return locale(language).money(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return locale(language).date(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return locale(language).number(value)
    return value
