"""CSV and JSONL: records with all their fields, however they are quoted and encoded, and what is wrong with a file."""

import gzip
import io
import json
import lzma
import os
import sys
from datetime import date
from pathlib import Path

import pytest

from dragoman.corpus.document import DateInterval, Document, Note
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import LONGEST_RECORD, ReadOptions, Skipped

HEADER = "id,title,text,date,countries\n"
ROW = 'a,Talks,"Lee said: ""Yes, we will.""\nMacron agreed.",2025-11-22,"France, ROK"\n'


def reading(path: Path, data: bytes | str, **options: object) -> tuple[list[Document], list[str]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(str(path)) for each in found if isinstance(each, Skipped)]


# ----------------------------------------------------------------------------------------------------------- CSV


def test_a_row_is_a_document_with_its_fields(tmp_path: Path) -> None:
    ((document,), skipped) = reading(tmp_path / "x.csv", HEADER + ROW)
    assert skipped == []
    assert (document.id, document.title) == ("a", "Talks")
    assert document.text == 'Lee said: "Yes, we will."\nMacron agreed.'
    assert document.dates == DateInterval(date(2025, 11, 22), date(2025, 11, 22))
    assert document.countries == ("France", "South Korea")
    assert document.origin == f"{tmp_path / 'x.csv'} line 2"


def test_columns_may_be_called_anything(tmp_path: Path) -> None:
    table = "_id;headline;body\n7;Talks;They met, at last.\n"
    fields = {"id": "_id", "title": "headline", "text": "body"}
    ((document,), skipped) = reading(tmp_path / "x.csv", table, fields=fields)
    assert (document.id, document.title, document.text, skipped) == ("7", "Talks", "They met, at last.", [])
    assert reading(tmp_path / "x.csv", table)[1] == [
        " line 2: has no text: name its field with text=KEY if it is not 'text'"
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "text", "note"], ["1", f'"One{delimiter} two; three, four | five."', "x"], ["2", "They met.", ""]]
    ((first, second), skipped) = reading(tmp_path / "x.csv", "\r\n".join(delimiter.join(row) for row in rows))
    assert first.text == f"One{delimiter} two; three, four | five."
    assert (second.text, skipped) == ("They met.", [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    said = "Le président a été reçu à Séoul par le ministre des affaires étrangères, a déclaré l'Élysée."
    table = "id,text\n" + "".join(f'{number},"{said * 30}"\n' for number in range(40))  # longer than the sample
    documents, skipped = reading(tmp_path / "x.csv", table.encode(encoding))
    assert (len(documents), skipped) == (40, [])
    assert {each.text for each in documents} == {said * 30}


def test_a_bad_row_is_one_line_and_the_rest_goes_in(tmp_path: Path) -> None:
    table = "id,text,date\n1,They met.\n\n2,a,b,c,d\n,No id.,\n4,,2025\n5,No such day.,2025-02-30\n6,\u200fשלום.\0,\n"
    documents, skipped = reading(tmp_path / "x.csv", table.encode() + b"7,caf\xe9,\n8,Last.,\n")
    assert [each.id for each in documents] == ["1", "5", "6", "7", "8"]
    assert documents[2].text == "\u200fשלום."
    assert skipped == [
        " line 4: 5 cells where 3 columns are named: quote those that hold commas",
        " line 5: has no id: name its field with id=KEY if it is not 'id'",
        " line 6: has no text: name its field with text=KEY if it is not 'text'",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"id,text\n", "no rows under the names of its columns"),
        (b"just a line\nand another\n", "not CSV: its first line should name columns, and is 'just a line'"),
        (b"id,text,text\n1,a,b\n", "two columns are called 'text'"),
        (b"%PDF-1.7 x", "not CSV: it is a PDF"),
        (b"<!DOCTYPE html><html>", "not CSV: it is HTML"),
        (bytes(range(256)) * 10, "binary"),
    ],
)
def test_what_is_no_csv_is_one_line(tmp_path: Path, data: bytes, reason: str) -> None:
    documents, skipped = reading(tmp_path / "x.csv", data)
    assert (documents, skipped) == ([], [f": {reason}"])


UNCLOSED = "the quote that opens in line {} is never closed: close it, or double the quotes within a cell"


@pytest.mark.parametrize(
    ("rows", "kept", "opened"),
    [
        ('1,"He said no and left,T\n2,ok then,U\n3,ok again,V\n', ["2", "3"], [2]),
        ('1,"Er sagte nein,T\n2,"ja, doch",U\n3,"gut\nso",V\n', ["2", "3"], [2]),
        ('1,a,T\n2,b,"Il a dit\n3,c,V\n4,"d\nd",W\n', ["1", "3", "4"], [3]),
        ('1,"oui\nnon","Il a dit\n2,c,V\n', ["2"], [3]),
        ('1,"a,T\n2,b,"\n3,c,V\n', ["3"], [2, 3]),
        ('1,a,T\n2,"да\n', ["1"], [3]),
    ],
)
def test_a_quotation_left_open_costs_its_own_line_which_is_named(
    tmp_path: Path, rows: str, kept: list[str], opened: list[int]
) -> None:
    documents, skipped = reading(tmp_path / "x.csv", "id,text,title\n" + rows)
    assert [each.id for each in documents] == kept
    assert skipped == [f" line {line}: {UNCLOSED.format(line)}" for line in opened]


def test_a_long_quotation_left_open_tells_how_much_it_takes_along(tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.csv", 'id,text,title\n1,a,T\n2,"It begins\nand goes on\nand on\n')
    assert [each.id for each in documents] == ["1"]
    assert skipped == [f" line 3: {UNCLOSED.format(3)}, and the 2 lines behind it are lost to it"]


def test_marks_within_a_cell_that_are_not_doubled_are_read_as_they_stand(tmp_path: Path) -> None:
    rows = '1,"He said "no" and left",T\n2,"""Yes,"" she said.\nAnd stayed.",U\n'
    (first, second), skipped = reading(tmp_path / "x.csv", "id,text,title\n" + rows)
    assert (first.text, first.title) == ('He said "no" and left', "T")
    assert (second.text, second.title) == ('"Yes," she said.\nAnd stayed.', "U")
    assert [each.kind for each in first.remarks] == [
        "quotes within a cell that are not doubled were read as they stand"
    ]
    assert (second.remarks, skipped) == ((), [])


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('"Peace" talks begin in town,Paris', ('"Peace" talks begin in town', "Paris")),
        ('"Peace" talks and "war" ends,Paris', ('"Peace" talks and "war" ends', "Paris")),
        ('"Quoted" word,The title here', ('"Quoted" word', "The title here")),
        ('A text,"Frieden" jetzt', ("A text", '"Frieden" jetzt')),
        ('"La «paix»" dit-il,"Nara" again', ('"La «paix»" dit-il', '"Nara" again')),
        ('"The "new" deal, he said",London', ('The "new" deal, he said', "London")),
        ('"x\\"y, z",T', ('x\\"y, z', "T")),
        ('"A 5" gun, he said",T', ('A 5" gun, he said', "T")),
        ('"He said "no", and then "yes"",T', ('He said "no", and then "yes"', "T")),
        ('"First line\nsaid "hello" to, all\nthird line, with comma",T',
         ('First line\nsaid "hello" to, all\nthird line, with comma', "T")),
        ('"Er sagte "ja"\nund ging\n\nund "blieb"",T', ('Er sagte "ja"\nund ging\n\nund "blieb"', "T")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_quotes_that_are_not_doubled_part_cells_where_they_must_have_been_meant_to(
    tmp_path: Path, row: str, cells: tuple[str, str], delimiter: str
) -> None:
    first, second = (row[: row.rindex(",")], row[row.rindex(",") + 1 :])
    rows = (("id", "text", "title"), ("1", "a", "T"), ("2", first, second), ("3", "ok", "U"))
    table = "".join(delimiter.join(each) + "\n" for each in rows)
    documents, skipped = reading(tmp_path / "x.csv", table)
    assert [each.id for each in documents] == ["1", "2", "3"]
    assert (documents[1].text, documents[1].title) == cells
    assert documents[1].remarks
    assert skipped == []


@pytest.mark.parametrize(
    ("rows", "kept", "told"),
    [
        ('1,"The first article says\nmany things, and so on\n2,Second\n3,Third\n', ["2", "3"],
         " line 2: {}, and the line behind it is lost to it"),
        ('1,a\n2,"Er sagt\nvieles, und so\nweiter, und so\n3,c\n', ["1", "3"],
         " line 3: {}, and the 2 lines behind it are lost to it"),
        ('A-1,a\nB-2,"said "no to, all\nof it, too\nC-3,"c\nd"\n', ["A-1", "C-3"],
         " line 3: {}, and the line behind it is lost to it"),
        ('3f2a,a\nb41,b\n77,c\n9,"d\nnot, this\ne0f,e\n', ["3f2a", "b41", "77", "e0f"],
         " line 5: {}, and the line behind it is lost to it"),
    ],
)  # fmt: skip
def test_a_quotation_left_open_makes_no_rows_of_its_prose(
    tmp_path: Path, rows: str, kept: list[str], told: str
) -> None:
    documents, skipped = reading(tmp_path / "x.csv", "id,text\n" + rows)
    assert [each.id for each in documents] == kept
    assert skipped == [told.format(UNCLOSED.format(int(told.split()[1].strip(":"))))]


@pytest.mark.parametrize("said", ["sep=;\n", "\ufeffsep=;\r\n", "SEP=;\n"])
def test_the_line_of_excel_that_names_the_delimiter_is_understood(tmp_path: Path, said: str) -> None:
    table = f"{said}id;text\n1;They met, and left, and met again, and left.\n"
    ((document,), skipped) = reading(tmp_path / "x.csv", table)
    assert (document.text, skipped) == ("They met, and left, and met again, and left.", [])
    assert document.origin == f"{tmp_path / 'x.csv'} line 3"


def test_a_quotation_that_never_ends_is_not_kept_in_memory(tmp_path: Path) -> None:
    line = "word " * 20_000 + "\n"
    table = 'id,text\n1,They met.\n2,"' + line * (LONGEST_RECORD // len(line) + 2)
    documents, skipped = reading(tmp_path / "x.csv", table)
    assert [each.id for each in documents] == ["1"]
    limit = "a row of more than 20 million characters, perhaps for want of a closing quote"
    assert skipped == [f": from line 3 on it is no CSV: {limit}"]


def test_a_long_article_in_a_cell_is_no_trouble(tmp_path: Path) -> None:
    said = "They met in Seoul. " * 20_000
    ((document,), skipped) = reading(tmp_path / "x.csv", f"id,text\n1,{said}\n")
    assert (len(document.text), skipped) == (len(said), [])


def test_csv_may_be_packed_or_piped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, pack in (("x.csv.gz", gzip.compress), ("x.tsv.xz", lzma.compress)):
        assert [each.id for each in reading(tmp_path / name, pack((HEADER + ROW).encode()))[0]] == ["a"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((HEADER + ROW).encode())))
    assert [each.id for each in read(["-"], options=ReadOptions(format="csv")) if isinstance(each, Document)] == ["a"]
    assert not sys.stdin.closed


# --------------------------------------------------------------------------------------------------------- JSONL


def test_footnotes_come_with_a_record(tmp_path: Path) -> None:
    notes = [["1", 4, "First."], ["2", 999, "Beyond."], {"mark": "*", "at": 0, "text": "A mapping."}, [3, 9, "Number."]]
    record = {"id": "a", "text": "They met.", "notes": notes}
    ((document,), skipped) = reading(tmp_path / "x.jsonl", json.dumps(record))
    assert skipped == []
    assert document.notes == (
        Note("1", 4, "First."), Note("2", 9, "Beyond."), Note("*", 0, "A mapping."), Note("3", 9, "Number."),
    )  # fmt: skip
    assert document.text == "They met."


def test_an_offset_means_the_same_place_in_the_tidied_text(tmp_path: Path) -> None:
    raw = "\ufeffOne.\r\nTwo\0 three."
    record = {"id": "a", "text": raw, "notes": [["1", raw.index(" three"), "Here."]]}
    ((document,), _) = reading(tmp_path / "x.jsonl", json.dumps(record))
    assert document.text[: document.notes[0].at] == "One.\nTwo"


@pytest.mark.parametrize(
    "notes", [5, {"a": 1}, [["1", "x", "y"]], [["1", 2]], ["word"], [["1", -4, "y"]], [["1", True, "y"]]]
)
def test_footnotes_that_are_none_are_left_open_and_named(tmp_path: Path, notes: object) -> None:
    ((document,), skipped) = reading(tmp_path / "x.jsonl", json.dumps({"id": "a", "text": "They met.", "notes": notes}))
    assert (document.notes, skipped) == ((), [])
    assert [each.kind for each in document.remarks] == ["notes was left open (no list of [mark, offset, text])"]


def test_notes_that_are_a_remark_are_left_alone(tmp_path: Path) -> None:
    ((document,), skipped) = reading(tmp_path / "x.jsonl", '{"id": "a", "text": "They met.", "notes": "to be checked"}')
    assert (document.notes, skipped) == ((), [])


def test_surrogates_and_marks_of_direction(tmp_path: Path) -> None:
    said = "שלום\u200f, \u202bsaid he\u202c."
    ((document,), skipped) = reading(tmp_path / "x.jsonl", json.dumps({"id": "a", "text": said + "\ud800"}))
    assert (document.text, skipped) == (said, [])


# ------------------------------------------------------------------------------------------------------- web pages

FRAGMENT = (
    "<p>Office of the Spokesperson</p><p>The ministers met in Seoul on Monday &amp; agreed to hold a further round of "
    "talks on trade in the spring.</p><p>They signed a treaty on fisheries, too.</p><p>Share this article</p>"
)
PAGE = (
    '<html lang="en"><head><title>Talks in Seoul on trade and fisheries</title>'
    '<meta property="og:site_name" content="The Gazette"></head><body><nav><a href="/">Home</a></nav><article>'
    f"<h1>Talks in Seoul on trade and fisheries</h1>{FRAGMENT * 2}</article></body></html>"
)


@pytest.mark.parametrize(("key", "options"), [("html", {}), ("body", {"fields": {"html": "body"}})])
def test_a_record_may_hold_a_web_page(tmp_path: Path, key: str, options: dict[str, object]) -> None:
    record = {"id": "a", key: FRAGMENT, "title": "Talks", "date": "2025-11-22", "place": "Seoul", "outlet": "Ministry"}
    ((document,), skipped) = reading(tmp_path / "x.jsonl", json.dumps(record), **options)
    assert skipped == []
    assert "The ministers met in Seoul on Monday & agreed to hold" in document.text
    assert "<" not in document.text
    assert document.cut == ("Share this article",)
    assert (document.title, document.place, document.outlet) == ("Talks", "Seoul", "Ministry")
    assert document.dates == DateInterval(date(2025, 11, 22), date(2025, 11, 22))
    assert {document.provenance[name] for name in ("title", "dates", "place", "outlet")} == {"given"}
    assert document.provenance["language"] == "inferred"


def test_what_a_page_tells_of_itself_fills_the_record_up(tmp_path: Path) -> None:
    own = json.dumps({"id": "a", "html": PAGE, "outlet": "The Herald", "notes": [["1", 900_000, "A note."]]})
    bare = json.dumps({"id": "b", "html": PAGE, "text": " "})
    ((first, second), skipped) = reading(tmp_path / "x.jsonl", f"{own}\n{bare}")
    assert skipped == []
    assert (first.outlet, second.outlet) == ("The Herald", "The Gazette")
    assert {each.title for each in (first, second)} == {"Talks in Seoul on trade and fisheries"}
    assert "Home" not in first.text
    assert first.notes == (Note("1", len(first.text), "A note."),)
    kept = reading(tmp_path / "x.jsonl", json.dumps({"id": "a", "html": FRAGMENT}), cleaning=False)[0][0]
    assert kept.text.endswith("Share this article")


def test_a_text_goes_before_a_page_and_a_table_may_hold_pages(tmp_path: Path) -> None:
    table = f'id,text,html\na,They met.,<p>They never met.</p>\nb,,"{FRAGMENT}"\n'
    ((first, second), skipped) = reading(tmp_path / "x.csv", table)
    assert (first.text, skipped) == ("They met.", [])
    assert second.text.endswith("They signed a treaty on fisheries, too.")


def test_pages_without_text_and_hostile_ones_are_one_line_each_or_text(tmp_path: Path) -> None:
    pages = [
        "", "<p> </p><script>alert(1)</script>", 5, "<div>" * 10_000 + "They met.", "<p>They\0 met.\ud800<!--",
        "<html><body " + "a=1 " * 5_000 + ">They met.", "<html><p>&#99999999999999; They met.",
    ]  # fmt: skip
    lines = [json.dumps({"id": str(number), "html": each}) for number, each in enumerate(pages, 1)]
    documents, skipped = reading(tmp_path / "x.jsonl", "\n".join(lines))
    assert skipped == [
        " line 1: has no text: name its field with text=KEY if it is not 'text'",
        " line 2: a page without text",
        " line 3: html is a number, not a string",
    ]
    assert [each.id for each in documents] == ["4", "5", "6", "7"]
    assert all("They met." in each.text for each in documents)


# -------------------------------------------------------------------------------------------- hostile and unsteady


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_a_compression_bomb_is_one_line(tmp_path: Path, ending: str) -> None:
    content = b'{"id": "a", "text": "They met."}\n' + b" " * 110_000_000
    packed = gzip.compress(content) if ending == ".gz" else lzma.compress(content, preset=0)
    documents, skipped = reading(tmp_path / f"x.jsonl{ending}", packed)
    assert [each.id for each in documents] == ["a"]
    assert skipped == [": a compression bomb: it unpacks to more than 250 times its size"]


def test_a_packed_file_that_is_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    filling = [os.urandom(900).hex() for _ in range(400)]
    lines = "".join(json.dumps({"id": str(n), "text": "They met.", "x": x}) + "\n" for n, x in enumerate(filling))
    for name, pack in (("x.jsonl.gz", gzip.compress), ("x.jsonl.xz", lzma.compress)):
        packed = pack(lines.encode())
        documents, (reason,) = reading(tmp_path / name, packed[: len(packed) * 3 // 4])
        assert 200 < len(documents) < 400
        assert "damaged after line" in reason


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    records = tmp_path / "x.jsonl"
    records.write_text("".join(f'{{"id": "{n}", "text": "They met."}}\n' for n in range(3)))
    found = []
    for each in read([records]):
        found.append(each)
        os.truncate(records, 40)
    assert [each.id for each in found[:-1]] == ["0", "1", "2"]
    assert found[-1] == Skipped(str(records), "it changed while it was read: add it again, records may be missing")


def test_a_file_of_one_document_that_changes_is_not_taken_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.txt"
    path.write_text("They met in Seoul.")
    (tmp_path / "y.txt").write_text("They met in Paris.")
    reader = __import__("dragoman.corpus.readers.text", fromlist=["read"])
    whole = reader.read_text

    def slowly(*said: object) -> object:
        decoded = whole(*said)
        if "Seoul" in decoded.text:
            path.write_text("They never met.")
        return decoded

    monkeypatch.setattr(reader, "read_text", slowly)
    found = list(read([tmp_path]))
    assert found[0] == Skipped(str(path), "it changed while it was read: add it again")
    assert [each.text for each in found[1:] if isinstance(each, Document)] == ["They met in Paris."]


def test_links_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text(f"id,text\n{name},They met.\n")
    (tmp_path / "a" / "to_b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "to_a").symlink_to(tmp_path / "a")
    (tmp_path / "c.csv").symlink_to("d.csv")
    (tmp_path / "d.csv").symlink_to("c.csv")
    for source in (tmp_path, tmp_path / "**" / "*.csv"):
        found = list(read([source]))
        assert [each.id for each in found if isinstance(each, Document)] == ["a", "b"]
        reasons = {each.reason for each in found if isinstance(each, Skipped)}
        assert reasons == {"too many levels of symbolic links"}
