"""Where the cursor stands in a text that may be half written: in which definition, under which keys, at which word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ITEM = "-"
"""The step into a list."""

_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s#:'"\[\]{},][^#:]*?):(?=\s|$)""")
_FIRST = re.compile(r"^(\w+):[ ]*(\w*)", re.MULTILINE)
_WORD = re.compile(r"[\w.]*\Z")
_DOCUMENT = re.compile(r"^(?:---|\.\.\.)(?=\s|$).*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A spot in a text. `path` leads there, lists as “-”; `value` is what its value says before the cursor."""

    kind: str
    name: str
    path: tuple[str, ...]
    word: str
    value: str
    at_key: bool


def cursor_at(text: str, offset: int, is_settings: bool = False) -> Cursor:
    """What can be told from the text before the cursor and the head of its document."""
    starts = [0, *(found.end() for found in _DOCUMENT.finditer(text, 0, offset))]
    start = starts[-1]
    scan = _Scan()
    lines = text[start:offset].split("\n")
    for number, line in enumerate(lines):
        scan.line(line.rstrip("\r"), last=number == len(lines) - 1)
    head = _FIRST.search(text, start)
    kind, name = ("workspace", "") if is_settings else (head[1], head[2]) if head else ("", "")
    value = scan.value
    return Cursor(kind, name, tuple(scan.path), _WORD.search(value)[0], value, scan.at_key)


@dataclass(slots=True)
class _Frame:
    """An open bracket; `key` is the key whose value is being written."""

    bracket: str
    key: str | None = None


@dataclass(slots=True)
class _Scan:
    """Reads lines up to the cursor and keeps what is open there."""

    blocks: list[tuple[int, str]] = field(default_factory=list)
    flows: list[_Frame] = field(default_factory=list)
    literal: int | None = None
    value: str = ""
    at_key: bool = False

    @property
    def path(self) -> list[str]:
        keys = [key for _, key in self.blocks]
        return keys + [
            ITEM if each.bracket == "[" else each.key for each in self.flows if each.bracket == "[" or each.key
        ]

    def line(self, line: str, last: bool) -> None:
        stripped = line.lstrip(" ")
        indent = len(line) - len(stripped)
        if self.flows:
            self._flow(stripped)
        elif self.literal is not None and (not stripped or indent > self.literal):
            self.value += f"\n{stripped}"
        elif stripped and not stripped.startswith("#"):
            self._block(stripped, indent, last)
        elif last:
            self._close(len(line))
            self.value, self.at_key = "", True

    def _block(self, rest: str, indent: int, last: bool) -> None:
        self.literal = None
        dash = rest == ITEM or rest.startswith("- ")
        self._close(indent, keep_key=dash)
        while rest == ITEM or rest.startswith("- "):
            self.blocks.append((indent, ITEM))
            blanks = len(rest[1:]) - len(rest[1:].lstrip(" "))
            indent, rest = indent + 1 + blanks, rest[1:].lstrip(" ")
        if found := _KEY.match(rest):
            self.blocks.append((indent, found[1].strip("\"'")))
            rest = rest[found.end() :].lstrip(" ")
            self.at_key = False
            if rest[:1] in ("|", ">"):
                self.literal = indent
                rest = ""
        else:
            self.at_key = last
        self.value = ""
        if rest[:1] in ("[", "{"):
            self._flow(rest)
        else:
            self.value = rest.lstrip("\"'")

    def _close(self, indent: int, keep_key: bool = False) -> None:
        """Leaves what is not indented less; a list may stand as far left as its key."""
        while self.blocks and self.blocks[-1][0] >= indent:
            if keep_key and self.blocks[-1][0] == indent and self.blocks[-1][1] != ITEM:
                return
            self.blocks.pop()

    def _flow(self, text: str) -> None:
        """Goes through brackets, character by character."""
        token, quote, at = "", "", 0
        while at < len(text):
            here = text[at]
            if quote:
                quote = "" if here == quote else quote
                token += here
            elif here in "\"'" and not token.strip():
                quote, token = here, here
            elif here == "#" and text[at - 1 : at] in ("", " "):
                break
            else:
                token = self._flow_mark(here, text[at + 1 : at + 2], token)
                if not self.flows:
                    break
            at += 1
        top = self.flows[-1] if self.flows else None
        self.at_key = top is not None and top.bracket == "{" and top.key is None
        self.value = token.lstrip(" \"'")

    def _flow_mark(self, here: str, following: str, token: str) -> str:
        """Takes a bracket, comma or colon; gives the token that is being written after it."""
        top = self.flows[-1] if self.flows else None
        if here in "[{" and not token.strip():
            self.flows.append(_Frame(here))
        elif here in "]}":
            self.flows.pop()
        elif here == ",":
            if top and top.bracket == "{":
                top.key = None
        elif here == ":" and top and top.bracket == "{" and top.key is None and following in ("", " "):
            top.key = token.strip(" \"'")
        else:
            return token + here
        return ""
