"""What `search` and `dragoman` print as processes: in each format, to terminals and pipes, whatever a text holds."""

import csv
import fcntl
import io
import json
import os
import re
import shlex
import struct
import subprocess
import termios
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.programs import only_line

if TYPE_CHECKING:
    from support.programs import Programs


RESULT_KEYS = [
    "query",
    "understood",
    "mode",
    "total",
    "documents",
    "at_least",
    "weaker",
    "took_ms",
    "suggestion",
    "undated",
    "unknown",
    "left_out",
    "covered",
    "notices",
    "hits",
    "nearest",
]
HIT_KEYS = [
    *(
        "rank",
        "passage",
        "document",
        "text",
        "start",
        "end",
        "pages",
        "highlights",
        "title_highlights",
        "notes",
        "described",
        "copies",
        "more",
        "legs",
        "score",
        "reason",
    ),
]
DOCUMENT_KEYS = ["id", "title", "date", "outlet", "url", "place", "countries", "people"]

STYLE = re.compile(r"\x1b\[[\d;]*m")
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def in_terminal(command: list[str], environment: dict[str, str], columns: int = 80, lines: int = 2000) -> str:
    """What a program writes to a terminal of that size."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    written = b""
    with subprocess.Popen(
        command, env=environment, stdin=its, stdout=its, stderr=its, start_new_session=True
    ) as process:
        os.close(its)
        with suppress(OSError):  # Linux says so when the last writer is gone
            while block := os.read(ours, 65536):
                written += block
        os.close(ours)
    assert process.returncode == 0, written
    return written.decode().replace("\r\n", "\n")


def width(line: str) -> int:
    """How many columns a line takes."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in STYLE.sub("", line)
    )


# Formats


def test_colours_may_be_forced_and_forbidden(programs: "Programs") -> None:
    asked = ("search", "Macron", "-n", "1")
    plain = programs(*asked).out
    assert not STYLE.search(plain)
    assert STYLE.search(programs(*asked, FORCE_COLOR="1").out)
    assert STYLE.search(programs("dragoman", "show", "briefs/lee-macron-johannesburg", FORCE_COLOR="1").out)
    assert not STYLE.search(programs(*asked, FORCE_COLOR="0").out)
    assert not STYLE.search(programs(*asked, FORCE_COLOR="").out)
    assert not STYLE.search(programs(*asked, FORCE_COLOR="1", NO_COLOR="1").out)


def test_a_tilde_in_the_variable_is_the_home(programs: "Programs") -> None:
    below = programs.collection.relative_to(programs.collection.parents[2])
    home = str(programs.collection.parents[2])
    assert programs("search", "Macron", "-n", "1", DRAGOMAN_COLLECTION=f"~/{below}", HOME=home).code == 0
    assert programs("search", "Macron", f"--collection=~/{below}", HOME=home).code == 0


def test_a_table_may_begin_with_a_byte_order_mark(programs: "Programs") -> None:
    plain = programs("search", "Macron", "--format", "csv").out
    assert programs("search", "Macron", "--format", "csv", "--bom").out == "\ufeff" + plain
    refused = programs("search", "Macron", "--bom")
    assert (refused.code, refused.err) == (2, "search: --bom goes with --format csv\n")


def test_json_has_the_keys_that_are_promised(programs: "Programs") -> None:
    answer = json.loads(programs("search", "Lee Macron strategic partnership", "--format", "json").out)
    assert list(answer) == RESULT_KEYS
    assert answer["suggestion"] is None
    for rank, hit in enumerate(answer["hits"], 1):
        assert list(hit) == HIT_KEYS
        assert hit["rank"] == rank
        assert list(hit["document"]) == DOCUMENT_KEYS
        assert set(hit["legs"]) == {"keyword", "meaning", "date"}
        for leg in hit["legs"].values():
            assert leg is None or set(leg) == {"rank", "score"}
        for mark in hit["highlights"]:
            assert set(mark) == {"start", "end", "shade"}
            assert mark["shade"] in ("keyword", "meaning")
    explained = json.loads(programs("search", "Lee", "-n", "1", "--explain", "--format", "json").out)["hits"][0]
    assert list(explained) == [*HIT_KEYS, "explanation"]


def test_offsets_are_into_the_text_that_dragoman_shows(programs: "Programs") -> None:
    answer = json.loads(programs("search", "strategic partnership", "-n", "9", "--format", "json").out)
    marked = set()
    for document_id in {hit["document"]["id"] for hit in answer["hits"]}:
        shown = json.loads(programs("dragoman", "show", document_id, "--json").out)
        for hit in answer["hits"]:
            if hit["document"]["id"] == document_id:
                assert shown["text"][hit["start"] : hit["end"]] == hit["text"]
                assert [hit["start"], hit["end"]] in shown["passages"]
                for mark in hit["highlights"]:
                    assert hit["start"] <= mark["start"] < mark["end"] <= hit["end"]
                    if mark["shade"] == "keyword":
                        marked.add(shown["text"][mark["start"] : mark["end"]].lower())
    assert "strategic partnership" in marked
    assert marked <= {"strategic", "partnership", "partnerships", "partners", "partner", "strategic partnership"}


def test_json_lines_are_the_hits(programs: "Programs") -> None:
    ask = ("search", "Nara shuttle", "--format")
    lines = [json.loads(line) for line in programs(*ask, "jsonl").out.splitlines()]
    assert lines == json.loads(programs(*ask, "json").out)["hits"]


def test_csv_is_a_table_that_runs_nothing(programs: "Programs", hostile: Path) -> None:
    ran = programs("search", "fisheries", "--format", "csv", "--collection", hostile)
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert {row["document"] for row in rows} >= {"plain"}
    assert list(rows[0])[:3] == ["rank", "passage", "document"]
    for row in rows:
        assert not [cell for cell in row.values() if cell.lstrip().startswith(tuple("=+-@"))]
    assert "'+1 for fisheries" in {row["title"] for row in rows}
    assert "'@SUM(A1)" in {row["outlet"] for row in rows}


def test_markdown_quotes_without_obeying(programs: "Programs", hostile: Path) -> None:
    ran = programs("search", "Freedonia fisheries", "--format", "markdown", "--collection", hostile)
    for sign in ("<script>", "[a](b)", " *b* ", "`x`", "<b>"):
        assert sign not in ran.out
    assert re.search(
        r"^   > \\- The envoy of \*\*Freedonia\*\* left the conference on \*\*fisheries\*\*\.", ran.out, re.M
    )
    assert "](<https://evil.example/" in ran.out


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "markdown"])
def test_no_document_steers_the_terminal(programs: "Programs", hostile: Path, form: str) -> None:
    ran = programs("search", "fisheries Freedonia", "--explain", "--format", form, "--collection", hostile)
    assert ran.code == 0
    assert "Freedonia" in ran.out
    assert not STEERING.findall(ran.out)


def test_no_document_steers_the_terminal_in_colours_or_when_shown(programs: "Programs", hostile: Path) -> None:
    (evil,) = [
        each for each in programs("dragoman", "list", "--collection", hostile).out.splitlines() if "evil" in each
    ]
    for command in (
        programs.command("search", "fisheries", "Freedonia", "--collection", hostile),
        programs.command("dragoman", "show", evil, "--collection", hostile),
        programs.command("dragoman", "show", evil, "--json", "--collection", hostile),
        programs.command("dragoman", "list", "--collection", hostile),
    ):
        shown = STYLE.sub("", in_terminal(command, programs.environment))
        assert "evil" in shown
        assert not STEERING.findall(shown)
    assert not STEERING.findall(only_line(programs("dragoman", "show", "\x1b[31mred", "--collection", hostile)))


# Terminals and pipes


def test_a_pipe_gets_signs_and_a_terminal_colours(programs: "Programs") -> None:
    ask = ("search", "Lee Macron strategic partnership", "-n", "1")
    piped = programs(*ask).out
    assert "*strategic partnership*" in piped
    assert not STYLE.search(piped)
    coloured = in_terminal(programs.command(*ask), programs.environment)
    assert re.search(r"\x1b\[33m(\x1b\[\d+m)*strategic partnership\x1b\[0m", coloured)
    assert "*" not in coloured


def test_the_sentence_nearest_in_meaning_is_marked(programs: "Programs") -> None:
    ask = ("search", "what did France ask about quantum and space", "-n", "1")
    assert re.search(r"_Macron put[^_]*\*quantum\*[^_]*\._", programs(*ask).out)
    assert "\x1b[4mMacron put" in in_terminal(programs.command(*ask), programs.environment)


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(programs: "Programs", variables: dict[str, str]) -> None:
    environment = programs.environment | variables
    assert "\x1b" not in in_terminal(programs.command("search", "Nara", "-n", "1"), environment)
    assert "\x1b" not in in_terminal(programs.command("dragoman", "show", "briefs/nara-summit"), environment)


@pytest.mark.parametrize("columns", [30, 72])
def test_lines_fit_into_the_terminal(programs: "Programs", hostile: Path, columns: int) -> None:
    for question, collection in (("Nara", programs.collection), ("奈良", hostile)):
        command = programs.command("search", question, "--explain", "--collection", collection)
        lines = in_terminal(command, programs.environment, columns).splitlines()
        # What is to be copied stays in one piece.
        assert [line for line in lines if width(line) > columns and "#" not in line and "://" not in line] == []
        assert max(map(width, lines)) > columns - 12


def test_only_a_terminal_that_would_overflow_gets_a_pager(programs: "Programs", tmp_path: Path) -> None:
    paged = tmp_path / "paged"
    environment = programs.environment | {"PAGER": f"tee {shlex.quote(str(paged))}"}
    command = programs.command("search", "Lee", "-n", "3")
    in_terminal(command, environment, lines=500)
    programs("search", "Lee", "-n", "20", PAGER=environment["PAGER"])
    assert not paged.exists()
    in_terminal(command, environment, lines=10)
    assert "of 20" in paged.read_text() or "hybrid" in paged.read_text()


@pytest.mark.parametrize(("reader", "read"), [("head -1", "{\n"), ("true", "")])
def test_a_reader_that_has_seen_enough_is_no_error(programs: "Programs", reader: str, read: str) -> None:
    # More than a pipe holds, so that somebody notices.
    ask = ("search", "Lee OR Xi OR Trump OR the", "-n", "100", "--explain", "--format", "json")
    assert len(programs(*ask).out) > 66_000
    script = f"{shlex.join(programs.command(*ask))} | {reader}; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", script], env=programs.environment, capture_output=True, check=True, text=True)
    assert (ran.stdout, ran.stderr) == (f"{read}0\n", "")


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("<&- >&- 2>&-", 0, ""),
        ("> /dev/full", 2, "search: standard output: no room is left on the disk: make room, and try again\n"),
    ],
)
def test_a_closed_or_full_output_is_no_surprise(programs: "Programs", redirection: str, code: int, said: str) -> None:
    script = f"{shlex.join(programs.command('search', 'Nara'))} {redirection}"
    ran = subprocess.run(["bash", "-c", script], env=programs.environment, capture_output=True, check=False, text=True)
    assert (ran.returncode, ran.stderr) == (code, said)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_any_encoding_can_be_written_in(programs: "Programs", hostile: Path, encoding: str) -> None:
    ask = ("search", "奈良", "-n", "1", "--collection", hostile)
    for form in ("text", "markdown", "csv"):
        ran = programs(*ask, "--format", form, PYTHONIOENCODING=encoding)
        assert (ran.code, ran.err) == (0, "")
    ran = programs(*ask, "--format", "json", PYTHONIOENCODING=encoding)
    assert json.loads(ran.out)["hits"][0]["document"]["title"].startswith("李在明")
