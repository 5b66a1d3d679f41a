"""What somebody wrote in an answer, without what the answer quotes and without the signature below.

>>> written("Yes, please.\\n\\nOn Mon, Ann wrote:\\n> Shall we come?")
'Yes, please.'
"""

from __future__ import annotations

import re

_WROTE = re.compile(
    r"^(on\b.{5,200}\bwrote|am\b.{5,200}\bschrieb.{0,100}|le\b.{5,200}\ba écrit|el\b.{5,200}\bescribió"
    r"|il\b.{5,200}\bha scritto|op\b.{5,200}\bschreef.{0,100}|στις\b.{5,200}\bέγραψε.{0,100})\s?:$",
    re.IGNORECASE | re.DOTALL,
)
_WROTE_IN_CHINESE = re.compile(r"^.*\d.*(写道|寫道)\s?[:：]$")
_ORIGINAL = re.compile(
    r"^(-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|message d'origine|αρχικό μήνυμα|原始邮件)"
    r"\s*-{2,}|_{10,})$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^\*?(from|von|de|da|van|από|发件人|寄件者)\s?[:：]\*?\s?\S", re.IGNORECASE)
_SECOND = re.compile(
    r"^\*?(sent|date|to|gesendet|datum|an|envoyé|à|εστάλη|προς|发送时间|日期|收件人)\s?[:：]", re.IGNORECASE
)
_SIGNATURE = "-- "
MOST_LINES = 20_000


def written(whole: str) -> str:
    """What the sender wrote; the whole where nothing else is in it."""
    lines = [line.rstrip("\r") for line in whole.split("\n")[:MOST_LINES]]
    end = next((number for number in range(len(lines)) if _ends(lines, number)), len(lines))
    kept = [line for line in lines[:end] if not line.startswith(">")]
    return "\n".join(kept).strip() or whole.strip()


def _ends(lines: list[str], number: int) -> bool:
    """Whether what was written ends before a line."""
    line = lines[number].strip()
    if lines[number] == _SIGNATURE or _ORIGINAL.match(line) or _WROTE_IN_CHINESE.match(line):
        return True
    if _HEADER.match(line):
        return any(_SECOND.match(each.strip()) for each in lines[number + 1 : number + 4])
    # The line that says who wrote when may be broken into two or three.
    return bool(line) and any(
        _WROTE.match(" ".join(each.strip() for each in lines[number : number + count])) for count in (1, 2, 3)
    )
