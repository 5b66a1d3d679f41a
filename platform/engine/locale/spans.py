"""Lengths of time as people type and read them: `1h 30min`, `90 min`, `1小时30分钟`, `2 ώ. 15 λεπ.`"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

UNITS = (86_400, 3_600, 60, 1)
SHORT = {
    "en": ("{}d", "{}h", "{}min", "{}s"),
    "zh": ("{}天", "{}小时", "{}分钟", "{}秒"),
    "el": ("{} ημ.", "{} ώ.", "{} λεπ.", "{} δευτ."),
}
_WORDS = {
    604_800: "w week weeks 周 星期 εβδομαδα εβδομαδεσ εβδ",
    86_400: "d day days 天 日 ημερα ημερεσ ημ",
    3_600: "h hr hrs hour hours 小时 时 ωρα ωρεσ ω",
    60: "m min mins minute minutes 分钟 分 λεπτο λεπτα λεπ λ",
    1: "s sec secs second seconds 秒 δευτερολεπτο δευτερολεπτα δευτ δ",
}
_SECONDS = {word: seconds for seconds, words in _WORDS.items() for word in words.split()}
_PIECE = re.compile(r"(\d{1,9}(?:[.,]\d{1,4})?)\s*([^\W\d_]+)\.?[\s,]*")
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?")
_ISO = re.compile(r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})S)?)?")


def read_span(text: str) -> timedelta | None:
    """A length of time with its units, as hours and minutes (`1:30`), or in ISO 8601 (`PT1H30M`)."""
    text = text.strip()
    sign, text = (-1, text[1:].strip()) if text[:1] in ("-", "−") else (1, text)
    seconds = _iso(text) if text[:1] == "P" else _clock(text) if ":" in text else _worded(text)
    return None if seconds is None or seconds != int(seconds) else sign * timedelta(seconds=int(seconds))


def write_span(value: timedelta, language: str) -> str:
    """A length of time in days, hours, minutes and seconds."""
    left, parts = abs(int(value.total_seconds())), []
    shown = SHORT.get(language, SHORT["en"])
    for unit, pattern in zip(UNITS, shown, strict=True):
        count, left = divmod(left, unit)
        if count:
            parts.append(pattern.format(count))
    text = ("" if language == "zh" else " ").join(parts) or shown[2].format(0)
    return f"-{text}" if value < timedelta(0) else text


def iso_span(value: timedelta) -> str:
    """In ISO 8601, in days, hours, minutes and seconds.

    >>> iso_span(timedelta(hours=25, minutes=30))
    'P1DT1H30M'
    """
    left, parts = abs(int(value.total_seconds())), []
    for unit, letter in zip(UNITS, "DHMS", strict=True):
        count, left = divmod(left, unit)
        parts.append(f"{count}{letter}" if count else "")
    clock = "".join(parts[1:])
    text = f"P{parts[0]}{'T' + clock if clock else ''}"
    return ("-" if value < timedelta(0) else "") + (text if text != "P" else "PT0S")


def _worded(text: str) -> float | None:
    rest, seconds = _plain(text), 0.0
    if not rest:
        return None
    while rest:
        found = _PIECE.match(rest)
        if not found or found[2] not in _SECONDS:
            return None
        seconds += float(found[1].replace(",", ".")) * _SECONDS[found[2]]
        rest = rest[found.end() :]
    return round(seconds, 3)


def _plain(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
    return bare.replace("ς", "σ")


def _clock(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    return None if not found else int(found[1]) * 3_600 + int(found[2]) * 60 + int(found[3] or 0)


def _iso(text: str) -> int | None:
    found = _ISO.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    return sum(int(count or 0) * unit for count, unit in zip(found.groups(), (604_800, *UNITS), strict=True))
