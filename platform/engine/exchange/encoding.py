"""Which encoding a text file is in: Unicode in its forms, Greek and Chinese and western code pages."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_GREEK = re.compile("(?<![A-Za-zΆ-ώ])[Ά-ώ]{3,}(?![A-Za-z])")
"""Whole words; western text read as Greek gives single letters among Latin ones."""
SAMPLE = 200_000


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding. Every file is readable; the guess is shown to people."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace").removeprefix("\ufeff"), name
    if (name := _wide(data)) is not None:
        return data.decode(name, "replace"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # One broken sign in a long file does not make it Greek.
        if _mostly_utf8(data):
            return data.decode("utf-8", "replace"), "utf-8"
    name = _code_page(data[:SAMPLE])
    return data.decode(name, "replace"), name


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of western text is zero."""
    sample = data[:2000]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.3 and even < len(sample) * 0.05:
        return "utf-16-le"
    if even > len(sample) * 0.3 and odd < len(sample) * 0.05:
        return "utf-16-be"
    return None


def _mostly_utf8(data: bytes) -> bool:
    text = data[:SAMPLE].decode("utf-8", "replace")
    high = sum(1 for sign in text if sign > "\x7f")
    return high > 20 and text.count("\ufffd") * 20 < high


def _code_page(sample: bytes) -> str:
    if _chinese(sample):
        return "gb18030"
    greek = sample.decode("cp1253", "replace")
    letters = sum(len(word) for word in _GREEK.findall(greek))
    high = sum(len(run) for run in _HIGH.findall(sample))
    if letters * 2 > high and "\ufffd" not in greek:
        return "cp1253"
    return "cp1252" if "\ufffd" not in sample.decode("cp1252", "replace") else "latin-1"


def _chinese(sample: bytes) -> bool:
    """Whether the high bytes are pairs, and most of them common signs (the first level of GB 2312).

    Greek text read as pairs gives signs too, but rare ones.
    """
    runs = _HIGH.findall(sample)
    try:
        sample.rstrip(b"".join(runs[-1:])).decode("gb18030")
    except UnicodeDecodeError:
        return False
    pairs = [run[at : at + 2] for run in runs for at in range(0, len(run) - 1, 2)]
    if not pairs:
        return False
    common = sum(1 for pair in pairs if 0xB0 <= pair[0] <= 0xD7 or 0xA1 <= pair[0] <= 0xA3)
    return common * 10 > len(pairs) * 7
