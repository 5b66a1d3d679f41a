"""Text → tokens, each with its offset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation

from customary.engine.expressions.error import ExpressionError
from customary.engine.words import Reason

MAX_LENGTH = 10_000
MAX_DIGITS = 28
DECIMALS = 10
_MOST_DIGITS = {"before": MAX_DIGITS, "after": DECIMALS}

_WIDE = Context(prec=60)
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?![\w.]))
      | (?P<text>[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<symbol>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]])
    """,
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?"}
SLIPS = {
    "=": "Write “==” to compare.",
    "&": "Write “&&” for “and”.",
    "|": "Write “||” for “or”.",
    "“": 'Use straight quotes: "text".',
    "”": 'Use straight quotes: "text".',
    "‘": 'Use straight quotes: "text".',
    "’": 'Use straight quotes: "text".',
    "«": 'Use straight quotes: "text".',
    '"': "Close the text with the same quote on the same line.",
    "'": "Close the text with the same quote on the same line.",
    ";": "An expression is one formula, without “;”.",
    "{": "Lists are written with [ ]; there are no maps.",
    "$": "Names are written as they are, without “$”.",
    "#": "There are no comments inside an expression.",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, text, name, symbol or end; `value` is the number, the unescaped text, or the word itself."""

    kind: str
    value: str | Decimal
    offset: int
    end: int


def tokens(text: str, start: int = 0) -> list[Token]:
    """All tokens of `text` from `start`, the last of kind `end`. Raises ExpressionError."""
    if len(text) - start > MAX_LENGTH:
        text_length = "an expression has at most {most} characters"
        raise ExpressionError(start, text_length, "Split it into fields.", most=f"{MAX_LENGTH:,}")
    found = []
    while start < len(text):
        token = next_token(text, start)
        if token.kind != "space":
            found.append(token)
        start = token.end
    found.append(Token("end", "", len(text), len(text)))
    return found


def next_token(text: str, start: int) -> Token:
    """The token at `start`; blanks are one of kind `space`."""
    match = _TOKEN.match(text, start)
    if match is None:
        raise _stray(text, start)
    kind, word = match.lastgroup or "", match.group()
    value: str | Decimal = word
    if kind == "number":
        value = _number(word, start)
    elif kind == "text":
        value = _unescape(word, start)
    return Token(kind, value, start, match.end())


def _stray(text: str, start: int) -> ExpressionError:
    character = text[start]
    if character in "\"'":
        return ExpressionError(start, "this text has no end", SLIPS[character])
    if character.isdigit() or character == ".":
        word = re.compile(r"[\w.]+").match(text, start)
        shown = word.group() if word else character
        return ExpressionError(start, "“{word}” is not a number", "Write numbers like 1000 or 12.50.", word=shown)
    if character.isalpha():
        return ExpressionError(
            start, "“{character}” cannot be in a name", "Names are of a-z, 0-9 and _.", character=character
        )
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return ExpressionError(start, "“{shown}” has no meaning here", SLIPS.get(character), shown=shown)


def _number(word: str, offset: int) -> Decimal:
    try:
        number = Decimal(word)
    except InvalidOperation:
        raise ExpressionError(offset, "“{word}” is not a number", word=word) from None
    too_long = number and (number.adjusted() >= MAX_DIGITS or number.adjusted() < -DECIMALS)
    if too_long or number != number.quantize(Decimal(1).scaleb(-DECIMALS), context=_WIDE):
        remedy = Reason("At most {before} digits before and {after} after the point.", _MOST_DIGITS)
        raise ExpressionError(offset, "“{word}” has too many digits", remedy, word=word)
    return number


def _unescape(word: str, offset: int) -> str:
    raw = word[0] in "rR"
    body = word[2:-1] if raw else word[1:-1]
    if not raw and "\\" in body:
        body = _ESCAPE.sub(lambda match: _escaped(match, offset + 1 + match.start()), body)
    for character in body:
        if character == "\0" or "\ud800" <= character <= "\udfff":
            raise ExpressionError(offset, "a text cannot hold the character {code}", code=f"U+{ord(character):04X}")
    return body


def _escaped(match: re.Match[str], offset: int) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        if number > 0x10FFFF:
            raise ExpressionError(offset, "“{word}” is not a character", word=match.group())
        return chr(number)
    if match[4] not in _PLAIN_ESCAPES:
        remedy = 'Known: \\n \\t \\" \\\\ \\u0041.'
        raise ExpressionError(offset, "“{word}” is not an escape", remedy, word=match.group())
    return _PLAIN_ESCAPES[match[4]]
