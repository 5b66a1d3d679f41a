"""Markdown → the HTML of a mail: no HTML of others comes through, and its style stands in every element.

>>> links("[Our offer](https://example.com/offer) ends **soon**.")
('https://example.com/offer',)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

STYLE = """
body { margin: 0; padding: 24px 16px; font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 600px; margin: 0 auto; }
h1, h2, h3 { line-height: 1.25; margin: 24px 0 8px; }
p, ul, ol, blockquote, pre, table { margin: 0 0 16px; }
blockquote { padding-left: 12px; border-left: 3px solid #c7ccd4; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; }
footer { margin-top: 32px; font-size: 13px; color: #5c6470; }
"""
LONGEST = 200_000
"""Longer texts are sent as they are, without HTML."""

Led = Callable[[int, str], str]
"""The address that stands in the mail for its n-th link."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>&-])")
_NUMBERED = re.compile(r"^(\d+)([.)])", re.MULTILINE)


def escaped(text: str) -> str:
    """A text in Markdown that reads as it stands, whatever it holds."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))


def links(markdown: str) -> tuple[str, ...]:
    """The web addresses that a text leads to, in their order."""
    return tuple(str(each.attrs["href"]) for each in _leading(_reader().parse(markdown)))


def page(markdown: str, language: str, *, led: Led | None = None, foot: str = "") -> str:
    """The whole HTML of a mail. `foot` is HTML of ours that stands below."""
    tokens = _reader().parse(markdown)
    for number, each in enumerate(_leading(tokens) if led else ()):
        each.attrs["href"] = led(number, str(each.attrs["href"]))
    body = _reader().renderer.render(tokens, _reader().options, {})
    return _styled().inline(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main>{foot}</body></html>"
    )


def fragment(markdown: str) -> str:
    """HTML to stand in a page of ours, whose links open beside it: what is being filled in there stays."""
    tokens = _reader().parse(markdown)
    for each in _leading(tokens):
        each.attrs |= {"target": "_blank", "rel": "noopener"}
    return str(_reader().renderer.render(tokens, _reader().options, {}))


def _leading(tokens: list[Token]) -> list[Token]:
    """The links to the web among the tokens."""
    inside = (each for token in tokens for each in token.children or ())
    return [each for each in inside if each.type == "link_open" and _is_web(str(each.attrs.get("href", "")))]


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # A picture would be fetched from elsewhere, and tell there who reads the mail and when.
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")


@cache
def _styled() -> CSSInliner:
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
