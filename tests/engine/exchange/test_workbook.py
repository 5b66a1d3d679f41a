"""A workbook that is made to break its reader breaks nothing but itself."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib

import pytest

from customary.engine.exchange import read
from customary.engine.exchange.formats.xlsx import write
from customary.engine.exchange.sheet import Unreadable

FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
"""Two cells as far apart as they can lie: all between them would take half a terabyte."""
SPELLED = {
    "with apostrophes": FAR.replace('"', "'"),
    "with blanks": FAR.replace(' r="', ' r = "'),
    "with a prefix": FAR.replace("<row", "<x:row").replace("</row", "</x:row"),
    "in small letters": FAR.replace("XFD", "xfd"),
    "without places": "<row>" + "<c><v>1</v></c>" * 600 + "</row>",
}
FAR_IN_XLS = (
    "c-p&gUhu)fjZzO8(10BSGsD0CoD6J8VvIn{3F8Pb0OkMx2QgtZ2N3@s1w#sOasVTejg?_H?-_Pb9D?HeAp;Y`29|?Bl7Zn75XUeSF!<%?r7F"
    "-7IDy@e$Ov+SEs$hnm;)5yV~_;9N(f9QgGpg9xgM-?514cSi}Zp?TcFwpj8P2d?ftYYps6^5NeL{+#{e>SJ6O*xu!tdpD8mU*Dz2Zv2vN(*;"
    "8>KIm@_yf<XCtZmM{S0%{?_QwJ0&?0fPuI0+%p+{jb2l@CBAr4=9X^(^s640Vw_hRh%7*_+%y)28ITP{|Vp(-U=*SS1>~&IQS2^G=%^zP`L}"
    "vrvfPXloy<Sd4OaJ13#E82u{TUK)rufe!S$H6ks0@7HNQ*21-7vAWIqkGc<y905$W0WfEV3$df><1=gVrCY!*fN`u)_U{VB__JFinfGCvV)("
    "lqD0+v+++G7j`m+jS&*cw1~>+8TBa;=Z;HG%AP?hmU()?K$>$e;xDbP7;E2sSh5FzPVQnh63s?O`+{G`HUclad%YpMyyN>bL*UYKotsj)@D*"
    "6l92If~ZJ%1@axL3Q+kc$nY8%<aSI#4BJ440m}{slyDyfqhJ(_f>AIEM!_f;1*2d%0Z@+s)bIuMJ3##cR%qXX9XhV_7l{9j4wDR95X6uVgeA"
    "a^sVhSskS=1VBq{xfF|abi%wi-`4{W>;1j2!~7cpcrB!S(LO>+7L_6-@4{X?`y0qSKTQtkgoiaTj+KLD`xz#{"
)
"""The same of 1997, as its bytes are packed: the numbers of row and column are 65,535."""
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>'
SHEET = f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'


LINK = f'<Relationship Id="a" Type="{OFFICE}/{{}}" Target="{{}}"/>'
LINKS = f'<Relationships xmlns="{PACKAGE}/relationships">{LINK}</Relationships>'


def book(rows: str, place: str = "worksheets/sheet1.xml", before: str = "") -> bytes:
    """A workbook of one sheet, made by hand."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        parts.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        parts.writestr("_rels/.rels", LINKS.format("officeDocument", "xl/workbook.xml"))
        parts.writestr("xl/workbook.xml", BOOK)
        parts.writestr("xl/_rels/workbook.xml.rels", LINKS.format("worksheet", place))
        parts.writestr(f"xl/{place}", before + SHEET.format(rows))
    return packed.getvalue()


def test_the_hand_made_workbook_is_one() -> None:
    assert read(book('<row r="1"><c r="A1"><v>1</v></c></row>'), "a.xlsx").columns == ("1",)


@pytest.mark.parametrize("rows", SPELLED.values(), ids=SPELLED)
def test_cells_that_lie_far_apart_are_refused_however_they_are_spelled(rows: str) -> None:
    with pytest.raises(Unreadable):
        read(book(rows), "a.xlsx")


@pytest.mark.parametrize("data", [book(FAR, "elsewhere/sheet1.xml"), zlib.decompress(base64.b85decode(FAR_IN_XLS))])
def test_cells_that_lie_far_apart_are_refused_wherever_they_lie(data: bytes) -> None:
    with pytest.raises(Unreadable, match="is not a spreadsheet"):
        read(data, "a.xlsx")


@pytest.mark.parametrize("entity", ["a", "b", "c"])
def test_no_entity_is_unfolded_and_no_file_of_the_machine_is_read(entity: str) -> None:
    with pytest.raises(Unreadable):
        read(
            book(f'<row r="1"><c r="A1" t="inlineStr"><is><t>&{entity};</t></is></c></row>', before=ENTITIES), "a.xlsx"
        )


def test_what_was_written_is_read_again() -> None:
    assert [row.cells for row in read(b"".join(write(["n"], [["=1+1"], [2]])), "a.xlsx").rows] == [("=1+1",), (2,)]
