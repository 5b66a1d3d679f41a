"""Countries and territories by their ISO codes, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import babel

LANGUAGES = ("en", "zh", "el")
NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
"""Codes of two letters that name no country one could write to."""


@lru_cache(maxsize=1)
def territories() -> Mapping[str, Mapping[str, str]]:
    """The names of each country by language: `territories()["GR"]["el"]`."""
    by_language = {language: babel.Locale(language).territories for language in LANGUAGES}
    codes = sorted(code for code in by_language["en"] if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY)
    return MappingProxyType(
        {code: {language: str(names.get(code, code)) for language, names in by_language.items()} for code in codes}
    )
