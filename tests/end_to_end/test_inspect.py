"""`dragoman inspect`: what would be read, as what, what is cut and what is skipped, before anything is encoded."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dragoman.__main__ import dragoman

STORY = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."


def inspected(*arguments: object, code: int = 0) -> Result:
    ran = CliRunner().invoke(dragoman, ["inspect", *map(str, arguments)])
    assert ran.exit_code == code, ran.output
    return ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files as archives have them: a page, a despatch, records, and what cannot be read."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "a.md").write_text(f"---\ntitle: Talks\ndate: 1951-03-14\nauthor: Jane Doe\nshelf: 3\n---\n{STORY}\n")
    (folder / "b.txt").write_text(f"Share this article\nSeoul, 2 March 1950\n\n{STORY}\n\nAdvertisement\n")
    records = [{"id": n, "text": STORY, "pages": [["9", 0], ["10", 40]]} for n in (1, 2, 1)] + [{"text": STORY}]
    (folder / "c.jsonl").write_text("\n".join(map(json.dumps, records)))
    (folder / "d.xyz").write_text("?")
    (folder / "e.xyz").write_text("?")
    (folder / "f.pdf").write_bytes(b"no PDF at all")
    return folder


def test_the_summary_counts_what_would_be_read_cut_and_skipped(folder: Path) -> None:
    lines = inspected(folder, "--limit", 0).output.splitlines()
    assert lines[0].startswith("5 documents of ")
    assert lines[0].endswith(" characters, 4 skipped")
    assert lines[1] == "formats: jsonl 3, markdown 1, text 1"
    assert lines[2] == "languages: en 5"
    assert lines[3] == "dates: 1950-03-02 to 1951-03-14"
    assert "pages: 6 in 3 documents" in lines
    assert "cut: 2 lines in 1 document; the most frequent:" in lines
    assert "  1  Advertisement" in lines
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.startswith(("title", "date ", "author"))}
    assert rows["author"] == ["1", "0", "0", "4"]
    assert rows["date"] == ["1", "1", "0", "3"]
    assert "1 document with the id of another, of which the last counts: 1" in lines
    assert f"skipped 2: no reader for .xyz: {folder / 'd.xyz'}, {folder / 'e.xyz'}" in lines
    assert any(line.startswith("skipped 1: has no id") and line.endswith("c.jsonl line 4") for line in lines)
    assert any(line.startswith("Not used: shelf (1 document)") for line in lines)


def test_the_first_documents_are_described_with_where_each_field_comes_from(folder: Path) -> None:
    shown = inspected(folder, "--limit", 2).output
    first, second, rest = shown.split("\n\n", 2)
    assert first.startswith(f"{folder / 'a.md'} (markdown, 106 characters, en, 0 lines cut)\n")
    assert "\n  title     Talks (given)\n  date      1951-03-14 (given)\n  author    Jane Doe (given)" in first
    assert second.startswith(f"{folder / 'b.txt'} (text, ")
    assert "date      1950-03-02 (extracted)" in second
    assert "Advertisement" not in second
    assert rest.startswith("5 documents")


def test_the_lines_that_are_cut_are_shown_if_that_is_wanted(folder: Path) -> None:
    shown = inspected(folder / "b.txt", "--cut").output
    assert "\n  cut       Share this article\n  cut       Advertisement\n" in shown


def test_the_whole_is_a_table_or_lines_of_json(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(inspected(folder, "--format", "csv").output)))
    assert len(rows) == 9
    by_origin = {row["origin"]: row for row in rows}
    despatch = by_origin[str(folder / "a.md")]
    assert (despatch["format"], despatch["title"], despatch["date"]) == ("markdown", "Talks", "1951-03-14")
    assert (despatch["given"], despatch["not used"], despatch["skipped"]) == ("title; date; author", "shelf", "")
    assert (by_origin[str(folder / "b.txt")]["cut"], by_origin[f"{folder / 'c.jsonl'} line 1"]["pages"]) == ("2", "2")
    assert by_origin[str(folder / "d.xyz")]["skipped"] == "no reader for .xyz"
    assert "lines" not in despatch
    with_cut = list(csv.DictReader(io.StringIO(inspected(folder / "b.txt", "--format", "csv", "--cut").output)))
    assert with_cut[0]["lines"] == "Share this article\nAdvertisement"
    objects = [json.loads(line) for line in inspected(folder, "--format", "jsonl", "--cut").output.splitlines()]
    assert [each.get("skipped", "") for each in objects] == [row["skipped"] for row in rows]
    assert objects[1]["cut"] == ["Share this article", "Advertisement"]
    assert objects[1]["provenance"]["dates"] == "extracted"


def test_a_table_for_excel_and_against_formulas(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: '=cmd()'\n---\n{STORY}\n")
    shown = inspected(tmp_path / "a.md", "--format", "csv", "--bom").output
    assert shown.startswith("\ufefforigin,")
    assert "'=cmd()" in shown
    assert "--bom goes with --format csv" in inspected(tmp_path / "a.md", "--bom", code=2).output


def test_nothing_of_a_document_steers_the_terminal(tmp_path: Path) -> None:
    hostile = "\x1b[31mTalks\u202e\x07"
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "title": hostile, "text": STORY, "place": hostile}))
    (tmp_path / "b\x1b[31m.xyz").write_text("?")
    (tmp_path / "c.txt").write_text(f"Advertisement \u202e\n{STORY}")
    for form in ("text", "csv", "jsonl"):
        shown = inspected(tmp_path, "--cut", "--format", form).output
        assert not {"\x1b", "\u202e", "\x07"} & set(shown), form


def test_options_say_how_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(json.dumps({"_id": "a", "text": STORY, "desk": "Asia"}))
    found = inspected(
        tmp_path, "--as", "jsonl", "--field", "id=_id", "--field", "desk=desk", "--format", "jsonl"
    ).output
    assert (json.loads(found)["id"], json.loads(found)["extra"]) == ("a", {"desk": ["Asia"]})
    assert "Not used" not in inspected(tmp_path, "--as", "jsonl", "--field", "id=_id", "--field", "desk=desk").output


def test_where_nothing_can_be_read_it_says_so(tmp_path: Path) -> None:
    assert "skipped 1: no such file or folder" in inspected(tmp_path / "nowhere", code=1).output


LEAN = """
import sys
from click.testing import CliRunner
from dragoman.__main__ import dragoman

ran = CliRunner().invoke(dragoman, ["inspect", sys.argv[1]])
assert ran.exit_code == 0, ran.output
print(sorted({"torch", "transformers", "onnxruntime", "sentence_transformers"} & sys.modules.keys()))
"""


@pytest.mark.process
def test_it_needs_neither_an_encoder_nor_a_collection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAGOMAN_COLLECTION", str(folder / "no-collection-here"))
    ran = subprocess.run([sys.executable, "-c", LEAN, str(folder)], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
    assert not (folder / "no-collection-here").exists()
