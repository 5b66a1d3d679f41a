"""Documents about a record, printed and filed there."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from customary.engine.automation.outside import documents
from customary.engine.automation.worker import send_once
from customary.engine.messages import fonts, letters
from customary.engine.messages.pdf import Sheet, escaped, printed, printed_with
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.records.writer.attach import keep

from .conftest import ON_SQLITE

DEFINITIONS = """
entity: offer
title: name
fields:
  name: {type: text, required: true}
  language: {type: choice, options: [en, el]}
  lines: {type: lines, of: offer_line.offer}
  paper: {type: file}
  papers: {type: files}
  filed: {type: integer, default: 0}
---
entity: offer_line
fields:
  offer: {type: link, to: offer, required: true}
  product: {type: text}
  price: {type: money}
---
document: offer
about: offer
title: {en: 'Offer {{ name }}', el: 'Prosfora {{ name }}'}
footer: House
landscape: true
body:
  en: |
    # Offer for {{ name }}

    | Product | Price |
    |---|--:|
    {% for line in lines %}
    | {{ line.product }} | {{ line.price }} |
    {% end %}

    {% if size(lines) > 1 %}**Many thanks.**{% else %}Thanks.{% end %} ![](file:///etc/passwd) <script>1</script>
  el: Prosfora
---
workflow: print_it
when: {created: offer}
do: [{create_document: {document: offer, into: paper}, as: made}, {set: {filed: '=made.sent ? 1 : 2'}}]
---
workflow: collect
when: {changed: offer.paper}
do: [{create_document: {document: offer, into: papers, language: el}}]
"""


@pytest.fixture
def printing(house: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A house whose machine has no fonts: what is printed can be read in the file."""
    monkeypatch.setattr(fonts, "_of_the_machine", dict)

    def opened(definitions: str = DEFINITIONS) -> Any:
        home = house(definitions, packs="core")
        home.store = home.workspace.files
        return home

    return opened


def deliver(home: Any) -> int:
    home.settle()
    sent = send_once(home.database, home.releases, home.now, store=home.store)
    home.settle()
    return sent


def text_of(pdf: bytes) -> str:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    written = b"".join(zlib.decompress(each) for each in streams if each[:1] == b"x")
    return " ".join(piece.decode("latin-1") for piece in re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", written))


def content(home: Any, file: Any) -> bytes:
    return b"".join(home.store.read(file.id))


def test_a_document_is_filed_at_its_record_and_the_run_goes_on(printing: Callable) -> None:
    home = printing()
    lines = [{"product": "Bolt | *x*\nlong", "price": None}, {"product": "Nut", "price": None}]
    id = home.create("offer", name="Acme <b>", lines=lines)
    home.settle()
    assert home.get("offer", id)["paper"] is None
    assert deliver(home) == 1
    offer = home.get("offer", id)
    assert (offer["paper"].name, offer["paper"].type, offer["filed"]) == ("Offer Acme <b>.pdf", "application/pdf", 1)
    pdf = content(home, offer["paper"])
    told = text_of(pdf)
    for piece in ("Offer for Acme <b>", "Bolt | *x*", "Nut", "Many thanks.", "House", "<script>"):
        assert piece in told
    assert b"/MediaBox [0 0 841.89 595.28]" in pdf and "root:" not in told
    [letter] = home.do(lambda work: letters(work.connection, status="sent"))
    assert (letter.kind, letter.result["name"]) == ("document", "Offer Acme <b>.pdf")


@ON_SQLITE
def test_its_file_starts_rules_and_the_chain_is_known(printing: Callable) -> None:
    home = printing()
    id = home.create("offer", name="Acme")
    deliver(home)
    deliver(home)
    offer = home.get("offer", id)
    assert [each.name for each in offer["papers"]] == ["Prosfora Acme.pdf"]
    assert [run.workflow for run in home.runs()] == ["print_it", "collect"]
    assert home.runs()[1].cause["chain"] == ["print_it"]


@ON_SQLITE
def test_the_record_speaks_its_language_and_what_is_gone_is_said(printing: Callable) -> None:
    home = printing()
    id, gone = home.create("offer", name="Acme", language="el"), home.create("offer", name="B")
    home.settle()
    home.delete("offer", gone)
    deliver(home)
    assert home.get("offer", id)["paper"].name == "Prosfora Acme.pdf"
    [letter] = home.do(lambda work: letters(work.connection, status="failed"))
    assert str(letter.why) == "the record is not there any more"
    assert len(list(home.store.ids())) == 1


def test_values_say_nothing_to_markdown_and_a_letter_no_font_has_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(fonts, "_of_the_machine", dict)
    wild = "# [a](http://x) `b` <i> 1. x\n- y _z_ \\ {{"
    told = text_of(printed(Sheet("T", f"Hello {escaped(wild)}")))
    assert [part in told for part in ("# [a]", "`b` <i> 1. x", "- y _z_ ", "{{")] == [True] * 4
    with pytest.raises(Undeliverable, match="no font here has “Ω”"):
        printed(Sheet("T", "Ω"))


def test_the_house_has_fonts_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_of_the_machine", dict)
    own = tmp_path / "fonts"
    own.mkdir()
    font(own / "regular.ttf", "Tabcdefgh 0123456789/")
    font(own / "more.ttf", "Ω您")
    pdf = printed(Sheet("T", "abc **Ω** 您"), own)
    # Four styles of the family, of which there is one file, and the other one.
    assert pdf.count(b"/FontFile2") == 5


def font(file: Path, letters: str) -> None:
    """A font in which each letter is a box."""
    names = {ord(each): f"g{ord(each)}" for each in letters}
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    box, builder = pen.glyph(), FontBuilder(1000, isTTF=True)
    order = [".notdef", *names.values()]
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, box))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": file.stem, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(file)


PICTURES = """
entity: report
title: name
fields:
  name: {type: text, required: true}
  photo: {type: image}
  signed: {type: signature}
  before: {type: link, to: report}
  after: {type: lines, of: shot.report}
  paper: {type: file}
---
entity: shot
fields: {report: {type: link, to: report, required: true}, picture: {type: image}}
---
document: report
about: report
title: Report {{ name }}
logo: LOGO
body: |
  {{ name }} {{ photo }}

  | Signed | Before |
  |---|---|
  | {{ signed }} | {{ before.photo }} |

  {% for each in after %}{{ each.picture }}{{ each.picture }}{% end %}

  ![](LEAK) <img src="LEAK">
---
workflow: print_it
when: {created: report}
do: [{create_document: {document: report, into: paper}}]
"""


def drawn(width: int, height: int, form: str = "PNG") -> bytes:
    found = BytesIO()
    PIL.Image.new("RGB", (width, height), "green").save(found, form)
    return found.getvalue()


def attached(home: Any, name: str, data: bytes) -> Any:
    return home.do(lambda work: keep(work, home.store, name, data)).attached


def sizes(pdf: bytes) -> set[tuple[int, int]]:
    return {tuple(map(int, each)) for each in re.findall(rb"/Height (\d+)\n.*?/Width (\d+)", pdf, re.S)}


def test_a_document_shows_the_pictures_of_its_record_and_opens_nothing_else(
    printing: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak = tmp_path / "leak.png"
    leak.write_bytes(drawn(77, 77))
    home = printing(PICTURES.replace("LOGO", "true").replace("LEAK", str(leak)))
    (home.workspace.directory / "logo.png").write_bytes(drawn(30, 20))
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("something was fetched"))
    before = home.create("report", name="Old", photo=attached(home, "old.jpg", drawn(50, 40, "JPEG")))
    pictures = {
        "photo": attached(home, "a.jpg", drawn(2000, 1000, "JPEG")),
        "signed": attached(home, "s.png", drawn(61, 10)),
    }
    wild = f"\ue0011\ue002 ![]({leak}) <img src='{leak}'>"
    id = home.create("report", name=wild, before=before, **pictures)
    deliver(home)
    pdf = content(home, home.get("report", id)["paper"])
    assert sizes(pdf) == {(20, 30), (800, 1600), (10, 61), (40, 50)}
    assert "1 ![]" in text_of(pdf)


@ON_SQLITE
def test_a_picture_that_is_gone_or_broken_and_a_logo_that_is_not_there_are_told(printing: Callable) -> None:
    home = printing(PICTURES.replace("LOGO", "false"))
    broken = drawn(60, 40)[:60]
    for name, data in (("gone.png", drawn(5, 5)), ("broken.png", broken), ("huge.png", drawn(6000, 5000))):
        home.create("report", name=name, photo=attached(home, name, data))
    home.settle()
    home.store.remove(next(each["photo"].id for each in home.all("report") if each["name"] == "gone.png"))
    deliver(home)
    found = {str(each.why) for each in home.do(lambda work: letters(work.connection, status="failed"))}
    assert found == {
        "the file “gone.png” is not there any more",
        "the picture “broken.png” cannot be read",
        "the picture “huge.png” cannot be read",
    }
    with pytest.raises(Undeliverable, match=r"there is no logo\.png"):
        printed_with(Sheet("T", "T", logo=True), home.store)


@ON_SQLITE
def test_a_document_shows_so_many_pictures_and_each_once_in_its_file(
    printing: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST", 2)
    home = printing(PICTURES.replace("LOGO", "false"))
    for name, count in (("few", 2), ("many", 3)):
        shots = [attached(home, "a.png", drawn(5, each + 1)) for each in range(count)]
        home.create("report", name=name, after=[{"picture": each} for each in shots])
    deliver(home)
    few = next(each for each in home.all("report") if each["name"] == "few")
    assert content(home, few["paper"]).count(b"/Subtype /Image") == 2
    assert [str(run.reason) for run in home.runs() if run.status == "failed"] == [
        "the document “report” shows more than 2 pictures"
    ]
