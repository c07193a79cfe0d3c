"""JSON: records in an array or an object, however they are wrapped; what is none is named."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped

RECORDS: list[dict[str, Any]] = [
    {"id": "a", "title": "Talks", "date": "2026-01-13", "text": "The ministers met in Nara."},
    {"id": "b", "text": "Die Minister trafen sich.", "people": [{"name": "Jane Doe"}], "votes": None},
]
ONE, TWO = "The envoy of Freedonia left.", "The envoy of Freedonia came back."


def reading(path: Path, content: object, **options: object) -> tuple[list[Document], list[str]]:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(str(path)) for each in found if isinstance(each, Skipped)]


@pytest.mark.parametrize(
    "content",
    [
        RECORDS,
        {"count": 2, "next": None, "results": RECORDS},
        {"response": {"numFound": 2, "docs": RECORDS}},
        {"speeches": RECORDS[:1], "letters": RECORDS[1:]},
        {"data": [{"id": each["id"], "attributes": {k: v for k, v in each.items() if k != "id"}} for each in RECORDS]},
        [RECORDS],
        json.dumps(RECORDS, indent=2).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(RECORDS).encode(),
        "\n".join(map(json.dumps, RECORDS)).encode(),  # JSONL under another name
        json.dumps(RECORDS).replace("null", "NaN").encode(),  # as pandas writes it
    ],
)
def test_records_are_found_however_they_are_wrapped(content: object, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.json", content)
    assert [each.id for each in documents] == ["a", "b"]
    assert (documents[0].title, str(documents[0].dates)) == ("Talks", "2026-01-13")
    assert [each.name for each in documents[1].people] == ["Jane Doe"]
    assert skipped == []


def test_what_a_search_engine_exports_is_read_with_its_own_names(tmp_path: Path) -> None:
    hits = [{"_id": "1", "_source": {"body": ONE, "desk": "Asia"}}, {"_id": "2", "_source": {"body": TWO}}]
    content = {"took": 3, "hits": {"total": 2, "hits": hits}}
    documents, skipped = reading(tmp_path / "x.json", content, fields={"id": "_id", "text": "body"})
    assert [(each.id, each.text) for each in documents] == [("1", ONE), ("2", TWO)]
    assert documents[0].unused == ("desk",)
    assert [each.example for each in documents[0].remarks] == ["took, hits.total"]  # left out, and named
    assert skipped == []


def test_a_file_of_one_record_may_give_the_record_its_name(tmp_path: Path) -> None:
    for content in ({"title": "A letter", "text": ONE}, {"document": {"title": "A letter", "text": ONE}, "rev": 3}):
        documents, skipped = reading(tmp_path / "letter.json", content)
        assert [(each.id, each.title) for each in documents] == [(str(tmp_path / "letter.json"), "A letter")]
        assert skipped == []
    documents, _ = reading(tmp_path / "letter.json", {"id": 7, "text": ONE})
    assert documents[0].id == "7"


@pytest.mark.parametrize(
    "content",
    [
        {"info": {"text": ONE}, "results": RECORDS},
        {"meta": {"about": {"text": ONE}}, "data": {"items": RECORDS}},
        {"id": "page-7", "article": {"text": ONE}, "comments": RECORDS},
        {"letters": {"data": {"text": ONE}}, "other": {"text": TWO}, "docs": RECORDS},
    ],
)
def test_one_text_beside_records_swallows_none_of_them(content: dict[str, Any], tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.json", content)
    assert {ONE, *(each["text"] for each in RECORDS)} <= {each.text for each in documents}
    assert {"a", "b"} <= {each.id for each in documents}
    assert skipped == []


def test_of_what_stands_beside_many_records_the_outermost_and_then_the_last_is_named(tmp_path: Path) -> None:
    items = [{"x": {"id": f"{n}", "text": ONE}, "y": {"id": f"y{n}", "text": TWO}, "b": n} for n in range(1, 40)]
    documents, skipped = reading(tmp_path / "x.json", {"items": items, "count": 39})
    assert (len(documents), skipped) == (78, [])
    named = ["count", *(f"items[{number}].b" for number in range(38, 29, -1))]
    assert [each.example for each in documents[0].remarks] == [", ".join(named) + " …"]


@pytest.mark.parametrize("key", ["id-1", "first-id", "1951/03", "Treaty of Nara"])
def test_a_record_is_called_alike_whether_others_stand_beside_it_or_not(key: str, tmp_path: Path) -> None:
    alone, _ = reading(tmp_path / "x.json", {key: {"text": ONE}})
    together, skipped = reading(tmp_path / "x.json", {key: {"text": ONE}, "id-2": {"text": TWO}})
    assert [alone[0].id, "id-2"] == [each.id for each in together]
    assert skipped == []


def test_keys_that_only_say_what_a_record_is_are_no_ids_of_many_files(tmp_path: Path) -> None:
    content = {"original": {"text": ONE}, "translation": {"text": TWO}}
    ids = [each.id for name in ("x.json", "y.json") for each in reading(tmp_path / name, content)[0]]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS[:1]) + "\n" + json.dumps(RECORDS[1:]) + "\n",  # a file that a program adds to, run by run
        json.dumps(RECORDS, indent=1)[:-1] + "][]",
        "\n".join(json.dumps(each, indent=1) for each in RECORDS),
        "\n".join(json.dumps({**each, "votes": "x" * 70_000}) for each in RECORDS),  # JSONL of long lines
    ],
)
def test_what_stands_behind_the_first_value_is_read_too(content: str, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.json", content.encode())
    assert [each.id for each in documents] == ["a", "b"]
    assert skipped == []
    for rest in ("and more", "]", "7"):
        documents, skipped = reading(tmp_path / "x.json", (content + rest).encode())
        assert [each.id for each in documents] == ["a", "b"]
        assert len(skipped) == 1


def test_a_bad_record_is_named_and_the_rest_goes_in(tmp_path: Path) -> None:
    content = [RECORDS[0], {"id": "x"}, "a string", {"text": ONE}, RECORDS[1]]
    documents, skipped = reading(tmp_path / "x.json", content)
    assert [each.id for each in documents] == ["a", "b"]
    assert skipped == [
        " record 2: has no text: name its field with text=KEY if it is not 'text'",
        " record 3: not a record: an object is needed",
        " record 4: has no id: name its field with id=KEY if it is not 'id'",
    ]
    documents, skipped = reading(tmp_path / "x.json", {"docs": [RECORDS[0], {"id": "x"}], "facets": [{"name": "y"}]})
    assert [each.id for each in documents] == ["a"]
    assert skipped == [" docs[1]: has no text: name its field with text=KEY if it is not 'text'"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"[]", "an array without records"),
        (b"{}", "no object in it has a text"),
        (b'{"title": "no text"}', "no object in it has a text"),
        (b"no JSON at all", "not JSON"),
        (b"%PDF-1.7", "not JSON: it is a PDF"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"[" + b"9" * 5_000 + b"]", "a number has too many digits"),
        (b'{"id": "a", "text": "x"} and more', "something follows"),
        (b'{"id": "a", "text": "x', "cut off"),
    ],
)
def test_what_is_no_json_is_one_line(content: bytes, reason: str, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.json", content)
    assert (documents, len(skipped)) == ([], 1)
    assert reason in skipped[0]


def test_what_comes_before_damage_is_read(tmp_path: Path) -> None:
    for rest in (b', {"id": "b", "te', b' {"id": "b", "text": "x"}]', b", nonsense]", b""):
        documents, skipped = reading(tmp_path / "x.json", json.dumps(RECORDS[:1]).encode()[:-1] + rest)
        assert [each.id for each in documents] == ["a"]
        assert skipped[0].startswith(": after record 1: ")


def test_a_long_array_is_read_piece_by_piece(tmp_path: Path) -> None:
    many = [{"id": str(number), "text": f"{ONE} " * (number % 7 * 400)} for number in range(1, 50)]
    documents, _ = reading(tmp_path / "x.json", json.dumps(many).encode())
    packed, _ = reading(tmp_path / "x.json.gz", gzip.compress(json.dumps(many, indent=1).encode()))
    wanted = [each["text"].strip() for each in many if each["text"]]
    assert [each.text.strip() for each in documents] == [each.text.strip() for each in packed] == wanted


def test_a_wrong_byte_is_replaced_and_told(tmp_path: Path) -> None:
    content = json.dumps([{**each, "text": "Café: " + each["text"]} for each in RECORDS], ensure_ascii=False).encode()
    documents, skipped = reading(tmp_path / "x.json", content.replace(b"sich", b"sic\xffh"))
    assert [each.text for each in documents][1] == "Café: Die Minister trafen sic\N{REPLACEMENT CHARACTER}h."
    assert any(each.remarks for each in documents)
    assert skipped == []
