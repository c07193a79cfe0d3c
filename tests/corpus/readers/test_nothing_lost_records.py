"""Every word of a file of records is in a document, or it is said by name what was left out of it.

A column or key that is no field of ours is named, as is one without a name by its number; so is a row without a text,
a sheet that is hidden, and what lies on the cells of one.
"""

import csv
import io
import json
from random import Random

import pytest
from hypothesis import given

from dragoman.corpus.document import Document
from support.packages import zipped
from support.written_words import CHANCE, SOME, Writer, results, words_kept


class RecordWriter(Writer):
    """Records of a random number of fields and own keys; `count` of them."""

    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.count = chance.randint(1, 4)
        self.own = [self.word() for _ in range(chance.randint(0, 2))]

    def record(self) -> dict[str, str]:
        text = f'{self.phrase()}, “{self.phrase()}”;\n\n"{self.phrase()}". {self.phrase()}'
        fields = {"id": self.word(), "title": self.phrase(), "text": text, "topics": f"{self.word()}; {self.word()}"}
        # What is under a key that nobody asks for is told by the key.
        return fields | dict.fromkeys(self.own, "left out")

    def page(self) -> dict[str, str]:
        """A record whose text is a web page."""
        page = f"<html><body><nav>{self.phrase()}</nav><p>{self.phrase()}. {self.phrase()}<p>{self.phrase()}</html>"
        return {"id": self.word(), "html": page, **dict.fromkeys(self.own, "left out")}

    def mapping(self) -> dict[str, str]:
        return self.chance.choice([self.record, self.record, self.page])()

    def text_without(self) -> dict[str, str]:
        """A record without a text, which is told by where it stands."""
        return {"id": "none", "title": "lost"}

    # --------------------------------------------------------------------------------------------------- JSON

    def lines(self) -> str:
        records = [self.mapping() for _ in range(self.count)] + [self.text_without()]
        return "\n".join(json.dumps(each, ensure_ascii=self.chance.random() < 0.5) for each in records)

    def wrapped(self) -> str:
        """Records as programs wrap them, with something beside them that is named."""
        records = [self.mapping() for _ in range(self.count)]
        kind = self.chance.choice(["array", "results", "hits", "ids"])
        content: object = records
        if kind == "results":
            content = {self.word(): {"took": 3}, "results": records}
        elif kind == "hits":
            named = [{"_id": each["id"], "_source": each} for each in records]
            content = {self.word(): "of a query", "hits": {"hits": named}}
        elif kind == "ids":
            content = {self.word(): ["x"], "data": {f"{each.pop('id')}1": each for each in records}}
        data = json.dumps(content, indent=self.chance.choice([None, 2]))
        self.words = {f"{word}1" if f'"{word}1"' in data else word for word in self.words}
        return data

    # ------------------------------------------------------------------------------------------------- tables

    def rows(self) -> list[list[str]]:
        """A row of names, and those under it; perhaps a column has no name."""
        records = [self.record() for _ in range(self.count)]
        unnamed = self.chance.random() < 0.3
        self.words |= {"column"} if unnamed else set()
        rows = [[*records[0], *[""] * unnamed], *([*each.values(), *["left out"] * unnamed] for each in records)]
        return [*rows, ["none", "lost", ""]]


def assert_nothing_lost(writer: RecordWriter, name: str, data: bytes, *, told: int = 1) -> None:
    found = results(name, data)
    documents = [each for each in found if isinstance(each, Document)]
    assert (len(documents), len(found)) == (writer.count, writer.count + told), found
    assert writer.words - words_kept(found) == set(), (data, found)


@SOME
@given(CHANCE)
def test_of_json_lines(chance: Random) -> None:
    writer = RecordWriter(chance)
    data = writer.lines().encode(chance.choice(["utf-8", "utf-8-sig", "utf-16"]))
    assert_nothing_lost(writer, "x.jsonl", data)


@SOME
@given(CHANCE)
def test_of_json(chance: Random) -> None:
    writer = RecordWriter(chance)
    assert_nothing_lost(writer, "x.json", writer.wrapped().encode(), told=0)


@SOME
@given(CHANCE)
def test_of_a_table(chance: Random) -> None:
    writer = RecordWriter(chance)
    out = io.StringIO()
    delimiter = chance.choice(",;\t|")
    rows = csv.writer(out, delimiter=delimiter, lineterminator=chance.choice(["\n", "\r\n"]))
    rows.writerows(writer.rows())
    data = out.getvalue().encode(chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    assert_nothing_lost(writer, "x.csv", data)


# ------------------------------------------------------------------------------------------------------- workbooks

SPACES = 'xmlns="{0}/spreadsheetml/2006/main" xmlns:r="{0}/officeDocument/2006/relationships"'.format(
    "http://schemas.openxmlformats.org"
)
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."


class BookWriter(RecordWriter):
    """Sheets with texts in all the ways in which a cell may have one."""

    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.shared: list[str] = []

    def cell(self, text: str) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        half = len(text) // 2
        whole = f"<t xml:space='preserve'>{text}</t>"
        parted = "".join(
            f"<r><rPr><b/></rPr><t xml:space='preserve'>{each}</t></r>" for each in (text[:half], text[half:])
        )
        kind = self.chance.choice(["inline", "shared", "computed", "computed inline"])
        if kind == "computed":
            return f'<c t="str"><f>A1&amp;A2</f><v>{text}</v></c>'
        content = self.chance.choice([whole, parted])
        if kind == "shared":
            self.shared.append(f"<si>{content}</si>")
            return f'<c t="s"><v>{len(self.shared) - 1}</v></c>'
        return f'<c t="inlineStr"><is>{content}</is></c>'

    def sheet(self) -> str:
        rows = [f"<row>{''.join(map(self.cell, row))}</row>" for row in self.rows()]
        empty = "<row/>" * self.chance.randint(0, 2)
        return f"<worksheet {SPACES}><sheetData>{empty}{''.join(rows)}</sheetData></worksheet>"

    def file(self) -> bytes:
        comment = (
            f"<comments {SPACES}><commentList><comment ref='A1'><text><t>unread</t></text></comment></commentList>"
        )
        self.words |= {"comments", "hidden", "North", "South"}
        relation = "<Relationship Id='{0}' Type='" + KINDS + "{1}' Target='{2}'/>"
        relations = (
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>"
        )
        listed = "".join(relation.format(f"r{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in (1, 2))
        listed += relation.format("s", "sharedStrings", "sharedStrings.xml")
        types = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "worksheets/sheet2": "worksheet"}
        types = {f"xl/{part}": kind for part, kind in types.items()} | {"xl/sharedStrings": "sharedStrings"}
        told = "".join(
            f"<Override PartName='/{part}.xml' ContentType='{TYPES}{kind}+xml'/>" for part, kind in types.items()
        )
        space = "http://schemas.openxmlformats.org/package/2006/content-types"
        sheets = "<sheet name='North' sheetId='1' r:id='r1'/><sheet name='South' sheetId='2' state='hidden' r:id='r2'/>"
        return zipped(
            {
                "[Content_Types].xml": f"<Types xmlns='{space}'>{told}</Types>",
                "_rels/.rels": relations.format(relation.format("w", "officeDocument", "xl/workbook.xml")),
                "xl/workbook.xml": f"<workbook {SPACES}><sheets>{sheets}</sheets></workbook>",
                "xl/_rels/workbook.xml.rels": relations.format(listed),
                "xl/worksheets/sheet1.xml": self.sheet(),
                "xl/worksheets/sheet2.xml": f"<worksheet {SPACES}><sheetData/></worksheet>",
                "xl/worksheets/_rels/sheet1.xml.rels": relations.format(
                    relation.format("c", "comments", "../notes.xml")
                ),
                "xl/notes.xml": f"{comment}</comments>",
                "xl/sharedStrings.xml": f"<sst {SPACES}>{''.join(self.shared)}</sst>",
            }
        )


@SOME
@given(CHANCE)
def test_of_a_workbook(chance: Random) -> None:
    pytest.importorskip("openpyxl")
    writer = BookWriter(chance)
    # A row without a text, what lies on the cells, and a hidden sheet are told.
    assert_nothing_lost(writer, "x.xlsx", writer.file(), told=3)
