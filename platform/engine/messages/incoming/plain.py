"""HTML of a mail → its text: for those that bring no text of their own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol", "hr", "pre"}
_SILENT = {"script", "style", "head", "title", "template"}
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")


def text_of(html: str) -> str:
    """The text that people would read, a line for each block; what is quoted begins with “>”."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.strip() for line in "".join(reader.pieces).split("\n"))).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        self._quoted += tag == "blockquote"
        if tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        if tag == "blockquote":
            self._quoted = max(self._quoted - 1, 0)
        if tag in _BLOCKS and tag != "br":
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(" ".join(data.split("\n")) if data.strip() else " ")

    def _break(self) -> None:
        self.pieces.append("\n> " if self._quoted else "\n")
