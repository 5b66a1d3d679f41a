"""Markdown printed as PDF, with pictures that are given. Nothing is fetched, and nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

from customary.engine.files import Store
from customary.engine.messages import fonts
from customary.engine.messages.pictures import CLOSE, MARK, OPEN, Picture, logo_of, read_all
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.words import Reason

BREAK = "\ue000"
"""Stands for the end of a line inside a value, which Markdown would take for more."""
_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
_OURS = str.maketrans("", "", BREAK + OPEN + CLOSE)
_TAG = re.compile(r"<[^>]*>")
_CELL = re.compile(r"<(td|th)(?=[ >])([^>]*)>(.*?)</\1>", re.S)
_ALIGNED = re.compile(r'style="text-align:(left|center|right)"')
FAMILY = "house"
PLAIN = "helvetica"
"""What every reader of PDFs has; it knows no letters but those of Western Europe."""
HIGHEST = 100
"""Millimetres of a picture on a page."""
LOGO = 45, 22
"""Millimetres of the logo at the head."""


@dataclass(frozen=True)
class Sheet:
    """What is printed, and on what paper."""

    title: str
    markdown: str
    footer: str = ""
    paper: str = "a4"
    landscape: bool = False
    language: str = "en"
    pictures: Sequence[Mapping[str, Any]] = ()
    """The files that the text shows, by their places: `{"file": id, "name": name}`."""
    logo: bool = False
    """Whether the house's logo stands at the head."""


def escaped(text: str) -> str:
    """A value that says nothing to Markdown."""
    return _SPECIAL.sub(r"\\\1", text.translate(_OURS).replace("\r\n", "\n").strip("\n")).replace("\n", BREAK)


def printed_with(sheet: Sheet, store: Store) -> bytes:
    """The PDF, with pictures out of a store, and the fonts and the logo of its workspace. Raises Undeliverable."""
    pictures = read_all(sheet.pictures, store)
    return printed(sheet, store.directory / "fonts", pictures, logo_of(store.directory) if sheet.logo else None)


def printed(
    sheet: Sheet, own_fonts: Path | None = None, pictures: Sequence[Picture] = (), logo: Picture | None = None
) -> bytes:
    """The PDF. Raises Undeliverable where no font has a character of the text."""
    html = _html(sheet.markdown)
    pdf = _paper(sheet)
    shown = unescape(_TAG.sub("", html))
    _write_with(pdf, f"{sheet.footer}{shown}0123456789/", own_fonts)
    pdf.add_page()
    pdf.set_draw_color(170)
    pdf.set_line_width(0.15)
    pdf.pictures = pictures
    if logo is not None:
        _put_at_the_head(pdf, logo)
    pdf.write_html(html, tag_styles=_styles(), table_line_separators=True, li_prefix_color=0)
    return bytes(pdf.output())


def _put_at_the_head(pdf: Any, logo: Picture) -> None:
    width, height = logo.within(*LOGO)
    pdf.image(BytesIO(logo.content), x=pdf.w - pdf.r_margin - width, y=pdf.t_margin, w=width, h=height)
    pdf.set_y(pdf.t_margin + height + 4)


def _html(markdown: str) -> str:
    html = _CELL.sub(_cell, _reader().render(markdown)).replace(BREAK, "<br>")
    html = MARK.sub(r'<img src="\1">', html)
    return (
        _ALIGNED.sub(r'align="\1"', html)
        .replace("<table>", '<table width="100%" cellpadding="1">')
        .replace("<p>", '<p line-height="1.35">')
    )


def _cell(found: re.Match[str]) -> str:
    """A cell as the printer takes it: a picture, or of one style, and lines for breaks."""
    tag, said, inside = found.groups()
    if shows := MARK.search(inside):
        return f"<{tag}{said}>{shows[0]}</{tag}>"
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
    from fpdf.html import HTML2FPDF

    class Writer(HTML2FPDF):
        """Takes a picture by its place among those that are given; the printer itself would open files by name."""

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            if tag == "img":
                self.show(int(dict(attrs)["src"]))
            else:
                super().handle_starttag(tag, attrs)

        def show(self, place: int) -> None:
            pictures = self.pdf.pictures
            if place >= len(pictures):
                return
            if self.table_row is not None:
                self.table_row.cell(img=BytesIO(pictures[place].content), img_fill_width=True)
                self.td_th["inserted"] = True
                return
            self._end_paragraph()
            pdf, content = self.pdf, BytesIO(pictures[place].content)
            width, height = pictures[place].within(pdf.epw - 2 * pdf.c_margin, HIGHEST)
            pdf.image(content, x=pdf.l_margin + pdf.c_margin, w=width, h=height)

    class Paper(FPDF):
        """Pages with their number, and what the document says, at the foot."""

        HTML2FPDF_CLASS = Writer

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
