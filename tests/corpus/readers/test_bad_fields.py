"""One bad field costs no document: it is understood, or left open, named, and counted with examples."""

import json
from pathlib import Path
from typing import Any

import pytest

from dragoman.corpus.dates.stated import stated_dates
from dragoman.corpus.document import Document, Person
from dragoman.corpus.read import read
from dragoman.index.writing.tally import Tally
from dragoman.search.cli.reports import remark_lines

TEXT = "The two foreign ministers met in Nara, and agreed to resume the talks."


def document(path: Path, data: str) -> Document:
    path.write_text(data)
    (found,) = read([path])
    assert isinstance(found, Document), found
    return found


def record(folder: Path, **values: Any) -> Document:
    return document(folder / "x.jsonl", json.dumps({"id": "a", "text": TEXT, **values}))


# ----------------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("stated", "days"),
    [
        ("c. 1951", "1951-01-01..1951-12-31"),
        ("ca 1951", "1951-01-01..1951-12-31"),
        ("c1951", "1951-01-01..1951-12-31"),
        ("um 1951", "1951-01-01..1951-12-31"),
        ("[1951]", "1951-01-01..1951-12-31"),
        ("[c. 1951?]", "1951-01-01..1951-12-31"),
        ("1951?", "1951-01-01..1951-12-31"),
        ("[13 January 1951]", "1951-01-13"),
        ("1951-52", "1951-01-01..1952-12-31"),
        ("1951/52", "1951-01-01..1952-12-31"),
        ("1951–1953", "1951-01-01..1953-12-31"),
        ("1951-12", "1951-12-01..1951-12-31"),
        ("1/13/2026", "2026-01-13"),
        ("13/1/2026", "2026-01-13"),
        ("13-01-2026", "2026-01-13"),
        ("5/5/2026", "2026-05-05"),
        ("03.04.2026", "2026-04-03"),
        ("2026-1-3", "2026-01-03"),
        ("2026-01-13 to 14", "2026-01-13..2026-01-14"),
        ("2026-01-13 09:00:00+00:00", "2026-01-13"),
        ("2026-01-13T09:00:00+09:00[Asia/Tokyo]", "2026-01-13"),
        ("Tue, 13 Jan 2026 09:00:00 GMT", "2026-01-13"),
        ("Jan 13, 2026, 9:00 AM", "2026-01-13"),
        (1768262400, "2026-01-13"),
        (1768262400000, "2026-01-13"),
        ("1768262400", "2026-01-13"),
        (20260113, "2026-01-13"),
        (1951.0, "1951-01-01..1951-12-31"),
        ({"$date": "2026-01-13T09:00:00Z"}, "2026-01-13"),
        (["2026-01-13", "2026-01-14"], "2026-01-13..2026-01-14"),
    ],
)
def test_a_date_is_understood_where_there_is_no_doubt(tmp_path: Path, stated: object, days: str) -> None:
    found = record(tmp_path, date=stated)
    assert (str(found.dates), found.provenance["dates"], found.remarks) == (days, "given", ())


@pytest.mark.parametrize("head", ["May 0, 1951", "00 May 1951", "0. Mai 1951", "2020年5月0日", "P R 001200Z MAY 51"])
def test_a_day_that_no_month_has_costs_no_document(tmp_path: Path, head: str) -> None:
    assert str(document(tmp_path / "x.txt", f"LONDON, {head}\n\n{TEXT}\n").dates) in ("None", "1951-05-01..1951-05-31")
    page = f'<html><body><article><h1>Talks</h1><time datetime="2020-05-00">{head}</time><p>{TEXT}</p></article></body>'
    assert TEXT in document(tmp_path / "x.html", page).text
    assert record(tmp_path, date=head).text == TEXT


@pytest.mark.parametrize("nothing", ["NaT", "NaN", "nan", "None", "null", "", " ", "-", "N/A", "0000-00-00", None])
def test_what_a_program_writes_for_nothing_is_nothing(tmp_path: Path, nothing: object) -> None:
    found = record(tmp_path, date=nothing)
    assert (found.dates, found.remarks) == (None, ())


@pytest.mark.parametrize(
    "stated",
    [
        "n.d.", "s.d.", "o. D.", "undated", "unknown", "soon", "3/4/2026", "01-02-2026", "13/13/2026", "2026-13-01",
        "2026-02-30", "Winter 1951", "1951 or 1952", "before 1951", "12/11/51", 2026011309, 17, True, {"y": 1},
        ["2026-01-13", "2026-01-01"], ["2026", "2027", "2028"], [["2026"]], "x" * 5000,
    ],
)  # fmt: skip
def test_a_date_in_doubt_is_left_open_and_named(tmp_path: Path, stated: object) -> None:
    found = record(tmp_path, date=stated)
    assert found.text == TEXT
    assert found.dates is None
    (remark,) = found.remarks
    assert remark.kind.startswith("date was left open (")
    assert 0 < len(remark.example) < 70


def test_a_date_left_open_is_told_once_with_examples(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,text,date\n" + "".join(f"{n},{TEXT[:24]},n.d.\n" for n in range(100)))
    tally = Tally()
    for each in read([tmp_path / "x.csv"]):
        assert isinstance(each, Document)
        tally.count_remarks(each)
    (line,) = remark_lines(tally.report())
    where = tmp_path / "x.csv"
    examples = ", ".join(f"{where} line {number} ('n.d.')" for number in (2, 3, 4))
    assert line == f"date was left open (no date beyond doubt) in 100 documents: {examples}, …"


def test_a_date_is_never_more_than_the_value_says() -> None:
    for year in range(1850, 2100, 7):
        assert str(stated_dates(f"[{year}]")) == f"{year}-01-01..{year}-12-31"
        assert str(stated_dates(f"13.02.{year}")) == f"{year}-02-13"


# ---------------------------------------------------------------------------------------------------- other fields


@pytest.mark.parametrize(
    ("cell", "countries"),
    [
        ("Congo, Democratic Republic of the", ["Democratic Republic of the Congo"]),
        ("Congo, The Democratic Republic of the, France", ["Democratic Republic of the Congo", "France"]),
        ("Japan, Korea, Republic of, China", ["Japan", "South Korea", "China"]),
        ("Korea, South; Korea, North", ["South Korea", "North Korea"]),
        ("Iran, Islamic Republic of", ["Iran"]),
        ("Gambia, The, Niger, Nigeria", ["Gambia", "Niger", "Nigeria"]),
        (["Germany, Federal Republic of", "Chad"], ["Germany", "Chad"]),
        ("France, Germany", ["France", "Germany"]),
        ("Guinea, Chad, Sudan, South", ["Guinea", "Chad", "South Sudan"]),
    ],
)
def test_a_country_in_the_order_of_an_index_is_one(tmp_path: Path, cell: object, countries: list[str]) -> None:
    assert list(record(tmp_path, countries=cell).countries) == countries


@pytest.mark.parametrize(
    ("author", "name"),
    [
        (["Jane Doe", "John Roe"], "Jane Doe, John Roe"),
        ([{"name": "Jane Doe", "email": "j@d.org"}, "John Roe"], "Jane Doe, John Roe"),
        ({"name": "Jane Doe"}, "Jane Doe"),
        (["Jane Doe"], "Jane Doe"),
        ("Jane Doe", "Jane Doe"),
    ],
)
@pytest.mark.parametrize("key", ["author", "authors"])
def test_authors_may_be_several(tmp_path: Path, author: object, name: str, key: str) -> None:
    assert record(tmp_path, **{key: author}).author == name


@pytest.mark.parametrize(
    ("values", "left_open"),
    [
        ({"title": ["a", "b"]}, "title"),
        ({"title": {"x": "y"}}, "title"),
        ({"title": True}, "title"),
        ({"url": ["a", "b"]}, "url"),
        ({"countries": [1]}, "countries"),
        ({"countries": {"x": 1}}, "countries"),
        ({"people": {"a": 1}}, "people"),
        ({"people": [3]}, "people"),
        ({"people": [[["x"]]]}, "people"),
        ({"topics": [["a", "b"]]}, "topics"),
        ({"references": 5}, "references"),
        ({"notes": 5}, "notes"),
        ({"notes": [["1", "x", "y"]]}, "notes"),
        ({"language": "Klingon"}, "language"),
        ({"lang": 7}, "lang"),
    ],
)
def test_a_field_of_another_kind_is_left_open_and_named(tmp_path: Path, values: dict[str, Any], left_open: str) -> None:
    found = record(tmp_path, **values)
    assert found.text == TEXT
    (remark,) = found.remarks
    assert remark.kind.startswith(f"{left_open} was left open (")


def test_an_empty_field_is_nothing_to_tell(tmp_path: Path) -> None:
    names = ("title", "date", "people", "countries", "topics", "references", "notes", "author", "senders", "language")
    for nothing in ([], {}, "", None):
        assert record(tmp_path, **dict.fromkeys(names, nothing)).remarks == ()


def test_what_fits_of_a_field_is_kept(tmp_path: Path) -> None:
    found = record(
        tmp_path, title=1984, place=["Nara"], countries=["Japan", 5, "KR"], people=["Lee", 3, {"name": "Kim"}]
    )
    assert (found.title, found.place, found.countries) == ("1984", "Nara", ("Japan", "South Korea"))
    assert found.people == (Person("Lee"), Person("Kim"))
    assert len(found.remarks) == 2


@pytest.mark.parametrize(
    "cell",
    [
        "Japan; South Korea",
        "Japan|South Korea",
        "Japan, South Korea",
        "Japan\nSouth Korea",
        "日本、韓国",
        "['Japan', 'South Korea']",
        '["Japan", "KR"]',
    ],
)
def test_a_cell_may_list_several(tmp_path: Path, cell: str) -> None:
    quoted = cell.replace('"', '""')
    found = document(tmp_path / "x.csv", f'id,text,countries,people\na,"{TEXT}","{quoted}","{quoted}"\n')
    assert len(found.people) == 2
    if cell.isascii():
        assert found.countries == ("Japan", "South Korea")
        assert len({person.name for person in found.people}) == 2


def test_a_name_with_a_comma_stays_whole_among_semicolons(tmp_path: Path) -> None:
    found = document(tmp_path / "x.csv", f'id,text,people\na,"{TEXT}","Lee, Jae-myung; Takaichi, Sanae"\n')
    assert [person.name for person in found.people] == ["Lee, Jae-myung", "Takaichi, Sanae"]


@pytest.mark.parametrize("cell", ["[" * 5000 + "]", "[" + "(" * 900 + "]", "[1,2", "[__import__('os')]"])
def test_a_hostile_list_is_a_text(tmp_path: Path, cell: str) -> None:
    assert record(tmp_path, topics=cell).text == TEXT


# ---------------------------------------------------------------------------------------------------- front matter


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: Nara: the summit", "Nara: the summit"),
        ("title: [Draft] Joint statement", "[Draft] Joint statement"),
        ('title: "Strictly" confidential', '"Strictly" confidential'),
        ("title: *Strictly* confidential", "*Strictly* confidential"),
        ("title: @ministry on the talks", "@ministry on the talks"),
        ("title: 50 % more: what now?", "50 % more: what now?"),
        ("title: L’accord : texte intégral", "L’accord : texte intégral"),
    ],
)
def test_a_title_may_have_signs_of_yaml(tmp_path: Path, line: str, title: str) -> None:
    front = f"---\n{line}\ndate: 2026-01-13\ncountries:\n- Japan\n- KR\nauthor: {{name: Jane Doe}}\n---\n\n{TEXT}\n"
    found = document(tmp_path / "x.md", front)
    assert (found.title, str(found.dates), found.author) == (title, "2026-01-13", "Jane Doe")
    assert found.countries == ("Japan", "South Korea")


def test_a_field_that_is_no_yaml_is_left_open_and_the_others_are_read(tmp_path: Path) -> None:
    front = f"---\ntitle: Nara\ntopics:\n  - a: b: c\n - d\ndate: n.d.\n---\n\n{TEXT}\n"
    found = document(tmp_path / "x.md", front)
    assert found.title == "Nara"
    assert [each.kind for each in found.remarks] == [
        "topics was left open (no YAML)",
        "date was left open (no date beyond doubt)",
    ]
