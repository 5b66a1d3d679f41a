"""Markdown printed as PDF. Nothing is fetched, and nothing of it is run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from customary.engine.messages import fonts
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.words import Reason

BREAK = "\ue000"
"""Stands for the end of a line inside a value, which Markdown would take for more."""
_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
_TAG = re.compile(r"<[^>]*>")
_CELL = re.compile(r"<(td|th)(?=[ >])([^>]*)>(.*?)</\1>", re.S)
_ALIGNED = re.compile(r'style="text-align:(left|center|right)"')
FAMILY = "house"
PLAIN = "helvetica"
"""What every reader of PDFs has; it knows no letters but those of Western Europe."""


@dataclass(frozen=True)
class Sheet:
    """What is printed, and on what paper."""

    title: str
    markdown: str
    footer: str = ""
    paper: str = "a4"
    landscape: bool = False
    language: str = "en"


def escaped(text: str) -> str:
    """A value that says nothing to Markdown."""
    return _SPECIAL.sub(r"\\\1", text.replace(BREAK, "").replace("\r\n", "\n").strip("\n")).replace("\n", BREAK)


def printed(sheet: Sheet, own_fonts: Path | None = None) -> bytes:
    """The PDF. Raises Undeliverable where no font has a character of the text."""
    html = _html(sheet.markdown)
    pdf = _paper(sheet)
    shown = unescape(_TAG.sub("", html))
    _write_with(pdf, f"{sheet.footer}{shown}0123456789/", own_fonts)
    pdf.add_page()
    pdf.set_draw_color(170)
    pdf.set_line_width(0.15)
    pdf.write_html(html, tag_styles=_styles(), table_line_separators=True, li_prefix_color=0)
    return bytes(pdf.output())


def _html(markdown: str) -> str:
    html = _CELL.sub(_cell, _reader().render(markdown)).replace(BREAK, "<br>")
    return (
        _ALIGNED.sub(r'align="\1"', html)
        .replace("<table>", '<table width="100%" cellpadding="1">')
        .replace("<p>", '<p line-height="1.35">')
    )


def _cell(found: re.Match[str]) -> str:
    """A cell as the printer takes it: of one style, and lines for breaks."""
    tag, said, inside = found.groups()
    text = _TAG.sub("", re.sub("<br ?/?>", "\n", inside.replace(BREAK, "\n")))
    for each, wide in (("b", "strong"), ("i", "em")):
        if text and inside.startswith(f"<{wide}>") and inside.endswith(f"</{wide}>"):
            text = f"<{each}>{text}</{each}>"
    return f"<{tag}{said}>{text}</{tag}>"


@cache
def _reader() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable(["image"])


def _paper(sheet: Sheet) -> Any:
    from fpdf import FPDF

    class Paper(FPDF):
        """Pages with their number, and what the document says, at the foot."""

        def footer(self) -> None:
            self.set_y(-14)
            self.set_font(self.written_in, size=8)
            self.set_text_color(110)
            self.cell(0, 5, sheet.footer, align="L")
            self.set_x(self.l_margin)
            self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = Paper(orientation="landscape" if sheet.landscape else "portrait", format=sheet.paper)
    pdf.written_in = PLAIN
    pdf.set_title(sheet.title)
    pdf.set_lang(sheet.language)
    pdf.set_creator("Customary")
    pdf.set_margins(20, 18)
    pdf.set_auto_page_break(True, margin=20)
    return pdf


def _write_with(pdf: Any, text: str, own_fonts: Path | None) -> None:
    """Chooses the fonts: the family, and one more after the other while characters are missing."""
    missing = {each for each in text if not each.isspace()}
    family = fonts.family(own_fonts)
    for style in fonts.STYLES if family else ():
        pdf.add_font(FAMILY, style, family.get(style, family[""]))
    if family:
        pdf.written_in = FAMILY
        missing -= _known(pdf, FAMILY)
        missing = _fall_back(pdf, missing, own_fonts)
    else:
        missing = {each for each in missing if ord(each) > 0xFF}
    if missing:
        why = "no font here has “{character}”; put one that has it into the folder fonts of the workspace"
        raise Undeliverable(Reason(why, {"character": min(missing)}))
    pdf.set_font(pdf.written_in, size=10.5)


def _fall_back(pdf: Any, missing: set[str], own_fonts: Path | None) -> set[str]:
    used = []
    for number, file in enumerate(fonts.others(own_fonts)):
        if not missing:
            break
        name = f"other{number}"
        collection = {"collection_font_number": fonts.SIMPLIFIED} if "CJK" in file.name else {}
        pdf.add_font(name, "", file, **collection)
        if found := missing & _known(pdf, name):
            missing = missing - found
            used.append(name)
    pdf.set_fallback_fonts(used, exact_match=False)
    return missing


def _known(pdf: Any, name: str) -> set[str]:
    return {chr(code) for code in pdf.fonts[name].cmap}


@cache
def _styles() -> Any:
    from fpdf import FontFace, TextStyle

    sizes = {"h1": 20, "h2": 15, "h3": 12.5, "h4": 11}
    heads = {
        tag: TextStyle(font_style="B", font_size_pt=each, t_margin=each / 3, b_margin=0.5)
        for tag, each in sizes.items()
    }
    others = {"a": FontFace(color=(29, 78, 137)), "code": FontFace(family="courier")}
    return {**heads, **others, "blockquote": TextStyle(color=90, l_margin=6, t_margin=2, b_margin=2)}
