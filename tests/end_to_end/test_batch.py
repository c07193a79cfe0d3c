"""`search --batch`: a file of questions, each answered by rows that name it."""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.programs import only_line

if TYPE_CHECKING:
    from support.programs import Programs

QUESTIONS = b"\xef\xbb\xbfhotline\n\n  Macron country:France \nopen^4 (\nxyzzy country:Bolivia\n-=cmd\n"


def test_each_row_names_its_question(programs: "Programs", tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_bytes(QUESTIONS.replace(b"open^4 (\n", b""))
    ran = programs("search", "--batch", tmp_path / "questions.txt", "-n", "2", "--mode", "keyword")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert (ran.code, ran.err) == (0, "")
    assert [(row["line"], row["question"], row["rank"]) for row in rows] == [
        ("1", "hotline", "1"),
        ("1", "hotline", "2"),
        ("3", "Macron country:France", "1"),
        ("3", "Macron country:France", "2"),
        ("4", "xyzzy country:Bolivia", ""),
        ("5", "'-=cmd", "1"),
        ("5", "'-=cmd", "2"),
    ]
    by_itself = programs("search", "hotline", "-n", "2", "--mode", "keyword", "--format", "csv").out
    alone = list(csv.DictReader(io.StringIO(by_itself)))
    assert [{name: row[name] for name in alone[0]} for row in rows[:2]] == alone


def test_a_bad_line_is_a_row_and_not_the_end(programs: "Programs") -> None:
    ran = programs("search", "--batch", "-", "--format", "jsonl", "-n", "1", stdin=QUESTIONS)
    said = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 2
    assert ran.err.startswith("search: ")
    assert [(each["line"], each["question"]) for each in said[:2]] == [(1, "hotline"), (3, "Macron country:France")]
    assert said[0]["hits"][0]["document"]["title"] == "Kim Min-seok and Vance open hotline in Washington"
    wrong = next(each for each in said if "error" in each)
    assert wrong["line"] == 4
    assert "means nothing here" in wrong["error"]


def test_the_exit_code_says_whether_anything_was_found(programs: "Programs", tmp_path: Path) -> None:
    (tmp_path / "none.txt").write_text("xyzzy country:Bolivia\n", "utf-8")
    assert programs("search", "--batch", tmp_path / "none.txt").code == 1
    refused = programs("search", "x", "--batch", tmp_path / "none.txt")
    assert "--batch reads the questions from its file" in only_line(refused)
    refused = programs("search", "--batch", tmp_path / "none.txt", "--format", "markdown")
    assert "--batch goes with --format csv or jsonl" in only_line(refused)
    assert programs("search", "--batch", tmp_path / "missing.txt").code == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_files_of_other_programs_are_read(programs: "Programs", tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "questions.txt").write_bytes(f"hotline{end}{end}Élysée{end}".encode(encoding))
    ran = programs("search", "--batch", tmp_path / "questions.txt", "-n", "1", "--mode", "keyword")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(row["line"], row["question"]) for row in rows] == [("1", "hotline"), ("3", "Élysée")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--after", "nonsense"), "nonsense"),
        (("--document", "nosuch"), "nosuch"),
        (("--where", "free words"), "constrains nothing"),
    ],
)
def test_an_option_that_no_line_can_be_asked_with_is_one_error(
    programs: "Programs", options: tuple[str, str], said: str
) -> None:
    ran = programs("search", "--batch", "-", *options, stdin=b"hotline\nMacron\n")
    assert (ran.code, ran.out) == (2, "")
    assert said in only_line(ran)


def test_rows_say_what_there_is_to_know_of_an_answer(programs: "Programs") -> None:
    stdin = b"zqxv\nhotline zqxv\nMacron\n"
    ran = programs("search", "--batch", "-", "-n", "1", "--mode", "keyword", stdin=stdin)
    nothing, some, plain = csv.DictReader(io.StringIO(ran.out))
    assert "No passage says “zqxv”." in nothing["notices"]
    assert some["rank"] == "1"
    assert some["notices"] == "No passage says “zqxv”."
    assert plain["notices"] == ""


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"hotline\ncaf\xe9\nVance\n", "caf\\xe9"),
        (b"hotline\na\xed\xa0\x80\nVance\n", "a\\xed\\xa0\\x80"),
        (
            "\ufeffhotline\na\n".encode("utf-16-le") + b"a\x00\x00\xd8b\x00\n\x00" + "Vance\n".encode("utf-16-le"),
            "a\\x00\\xd8b",
        ),
    ],
)
def test_a_line_in_another_encoding_is_an_error_and_no_other_question(
    programs: "Programs", content: bytes, shown: str
) -> None:
    ran = programs("search", "--batch", "-", "--format", "jsonl", "-n", "1", "--mode", "keyword", stdin=content)
    assert ran.code == 2
    said = {each["question"]: each for each in map(json.loads, ran.out.splitlines())}
    assert "is no text in UTF-8" in said[shown]["error"]
    assert said["hotline"]["hits"]
    assert said["Vance"]["hits"]


def test_a_line_that_can_be_no_question_is_a_row_and_not_read_whole(programs: "Programs", tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_bytes(b"a" * 3_000_000 + b"\nhotline\n" + b"b" * 500_000)
    ran = programs("search", "--batch", tmp_path / "questions.txt", "--format", "jsonl", "-n", "1", "--mode", "keyword")
    said = [json.loads(line) for line in ran.out.splitlines()]
    assert [(each["line"], "error" in each, len(each["question"])) for each in said] == [
        (1, True, 200_000),
        (2, False, 7),
        (3, True, 200_000),
    ]
