"""Fields of archives and of a collection's own, from the command line: declared, filtered by, counted, completed."""

import itertools
import json
import lzma
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from dragoman.corpus.readers.contract import ReadOptions
from dragoman.errors import InvalidField
from dragoman.index.writing.tally import MOST_UNUSED, OTHERS
from dragoman.search.cli.search import search
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import build_collection
from support.places import SHARED
from support.programs import Ran, only_line

Command = Callable[..., Ran]

CORPUS = SHARED / "frus-dev" / "corpus.jsonl.xz"


def jsonl(path: Path, records: Iterable[Mapping[str, object]]) -> Path:
    lines = (
        json.dumps({"id": str(number), "text": f"They met. Talks {number} ended.", **record})
        for number, record in enumerate(records)
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def indexed(tiny_models: tuple[Path, Path], tmp_path: Path, command: Command) -> Command:
    """Makes a collection of sources, at `tmp_path / "c.idx"`, with the options that it is given."""
    return lambda *given: command("index", *given, "--collection", tmp_path / "c.idx", "--model", tiny_models[0])


def totals(collection: Collection, *questions: str) -> list[int]:
    """How many documents each question matches."""
    return [len(collection.search(each, limit=100, per_document=True, fold=False).hits) for each in questions]


@pytest.mark.shared("frus-dev")
def test_documents_of_an_archive_are_filtered_counted_and_completed(
    indexed: Command, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with lzma.open(CORPUS, "rt", encoding="utf-8") as stream:
        ours = (line for line in stream if '"Dean Rusk"' in line and len(line) < 6000)
        lines = list(itertools.islice(ours, 60))
    (tmp_path / "frus.jsonl").write_text("".join(lines), encoding="utf-8")
    records = [json.loads(line) for line in lines]

    ran = indexed(tmp_path / "frus.jsonl", "--field", "outlet=source", "--field", "desk=chapter")
    assert ran.code == 0
    assert ran.err.splitlines()[-1].startswith("Not used: volume_title (60 documents), source_note (")
    assert ran.err.splitlines()[-1].endswith("; `dragoman reindex --field NAME=KEY` makes a field of a key")
    assert "chapter" not in ran.err

    with open_collection(tmp_path / "c.idx") as collection:
        sent = sum("Rusk" in " ".join(each["from"]) for each in records)
        received = sum("Department of State" in each["to"] for each in records)
        volume = records[0]["volume"]
        inside = sum(each["volume"] == volume for each in records)
        secret = sum(". Secret" in each["source_note"] for each in records)
        desk = records[0]["chapter"][-1]
        desked = sum(desk in each["chapter"] for each in records)
        questions = (
            "person:Rusk", "from:Rusk", 'to:="Department of State"', f"volume:{volume}", 'classification:="Secret"',
            f"desk:={json.dumps(desk, ensure_ascii=False)}", "outlet:FRUS",
        )  # fmt: skip
        assert totals(collection, *questions) == [60, sent, received, inside, secret, desked, 60]
        assert min(sent, received, inside, secret, desked) > 0
        assert len(collection.search("classification:secret", limit=100).hits) > 0
        completed = [each.text for each in collection.complete("classification:sec")]
        assert "classification:=Secret" in completed
        assert any(volume in each.text for each in collection.complete(f"volume:{volume[:6]}"))
        assert collection.complete(f"desk:{desk[:5]}")
        assert collection.complete("from:Rus")

    capfd.readouterr()
    with pytest.raises(SystemExit):
        search(["classification:secret", "--facets", "3", "--collection", str(tmp_path / "c.idx")])
    printed = capfd.readouterr().out
    for label in ("Volume", "Classification", "Desk", "From", "To"):
        assert label.lower() in printed.lower()


def test_numbers_and_dates_of_ones_own_are_asked_for_as_ranges(indexed: Command, tmp_path: Path) -> None:
    votes = [5, "10", 15.0, "20.5", "many", None]
    days = ["2025-10-31", "2025-11", "November 22, 2025", "2026", "soon", ""]
    records = [{"ballots": vote, "in": day} for vote, day in zip(votes, days, strict=True)]
    fields = ("--field", "votes=ballots", "--field-type", "votes=number")
    dates = ("--field", "received=in", "--field-type", "received=date")
    ran = indexed(jsonl(tmp_path / "x.jsonl", records), *fields, *dates)
    assert ran.code == 0
    where = tmp_path / "x.jsonl"
    assert ran.err.splitlines()[-2:] == [
        f"ballots was left open (no number) in 1 document: {where} line 5 ('many')",
        f"in was left open (no date) in 1 document: {where} line 5 ('soon')",
    ]
    with open_collection(tmp_path / "c.idx") as collection:
        assert collection.status().documents == 6
        questions = ("votes:10..20", "votes:..10", "votes:20..", "received:2025-11..", "received:..2025-11-01")
        assert totals(collection, *questions) == [2, 2, 1, 3, 2]


def test_what_is_not_used_is_counted_over_a_feeding_and_told_again(
    indexed: Command, command: Command, tmp_path: Path
) -> None:
    records = [{"chapter": "x", "pages": [number], "desk": [["x"], "Asia"]} for number in range(3)]
    source = jsonl(tmp_path / "x.jsonl", [*records, {"pages": [1], "_score": 1, "title": "Talks"}])
    ran = indexed(source, "--field", "desk=desk")
    line = "Not used: pages (4 documents), chapter (3)"
    assert "desk was left open (a list within a list) in 3 documents: " in ran.err
    assert ran.err.splitlines()[-1] == f"{line}; `dragoman reindex --field NAME=KEY` makes a field of a key"
    # Documents that are as they were count as well.
    again = command("add", source, "--reread", "--collection", tmp_path / "c.idx")
    assert again.out == "documents: 4 unchanged\n"
    assert again.err.splitlines()[-1].startswith(line)


def test_a_report_names_so_many_keys_and_counts_the_others_together(
    tiny_models: tuple[Path, Path], tmp_path: Path
) -> None:
    records = [{"chapter": "x", **{f"key{number}-{each}": 1 for each in range(MOST_UNUSED)}} for number in range(3)]
    source = jsonl(tmp_path / "x.jsonl", records)
    report = build_collection(tmp_path / "c.idx", [source], model=str(tiny_models[0]))
    assert len(report.unused) == MOST_UNUSED + 1
    assert next(iter(report.unused.items())) == ("chapter", 3)
    assert list(report.unused.items())[-1] == (OTHERS, 3)


def test_a_field_may_have_a_hundred_thousand_values(indexed: Command, tmp_path: Path) -> None:
    records = [{"tag": [f"t{number * 1000 + each}" for each in range(1000)]} for number in range(100)]
    ran = indexed(jsonl(tmp_path / "x.jsonl", records), "--field", "tag=tag")
    assert (ran.code, "Not used" in ran.err) == (0, False)
    with open_collection(tmp_path / "c.idx") as collection:
        assert totals(collection, "tag:t54321", "tag:t100000") == [1, 0]
        assert collection.complete("tag:t1")  # of the commonest values only


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--field", "country-of=x"], "a field cannot be called 'country-of': use small letters only"),
        (["--field", "Desk=x"], "a field cannot be called 'Desk'"),
        (["--field", "a\x1b[31m=x"], "a field cannot be called"),
        (["--field", f"{'x' * 40}=x"], "32 at most"),
        (["--field", "where=x"], "there is a field 'where' already"),
        (["--field", "note=x"], "there is a field 'note' already"),
        (["--field", "desk=x", "--field-type", "desk=colour"], "must be one of facet, text, number, date"),
        (["--field", "country=x", "--field-type", "country=facet"], "'country' is no field of the collection's own"),
        (["--field-type", "desk=facet"], "'desk' is no field of the collection's own"),
    ],
)
def test_a_field_that_cannot_be_is_one_line(indexed: Command, tmp_path: Path, given: list[str], said: str) -> None:
    assert said in only_line(indexed(jsonl(tmp_path / "x.jsonl", [{}]), *given))
    assert not (tmp_path / "c.idx").exists()


def test_a_collection_that_is_there_gets_a_field_and_then_its_values(
    indexed: Command, command: Command, tmp_path: Path
) -> None:
    source, folder = jsonl(tmp_path / "x.jsonl", [{"department": "Asia"}, {}]), tmp_path / "c.idx"
    assert "Not used: department (1 document); " in indexed(source).err
    assert command("reindex", "--field", "desk=department", "--collection", folder).code == 0
    again = command("add", "--reread", source, "--collection", folder)
    assert again.out == "documents: 1 updated, 1 unchanged\n"
    assert "Not used" not in again.err
    with open_collection(folder) as collection:
        assert totals(collection, "desk:Asia") == [1]


def test_a_field_of_ours_may_lie_under_another_key_and_is_not_declared(indexed: Command, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "x.jsonl", [{"land": "ROK", "absender": "Rusk"}])
    assert indexed(source, "--field", "country=land", "--field", "from=absender").err.count("Not used") == 0
    with open_collection(tmp_path / "c.idx") as collection:
        assert totals(collection, "country:Korea", "from:Rusk") == [1, 1]
        with pytest.raises(InvalidField, match=r"^the collection has no field 'desk': "):
            collection.feed([source], reading=ReadOptions(fields={"desk": "land"}))
