"""`search` and `dragoman` as processes: what they print, how they end, and what no input makes them do."""

import csv
import fcntl
import io
import json
import os
import re
import resource
import shlex
import shutil
import signal
import sqlite3
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from dragoman.corpus.document import Document
from dragoman.errors import CollectionExists, CollectionLocked
from dragoman.index.writing import writer
from dragoman.index.writing.build import build
from dragoman.search.collection import open_collection
from support.places import BRIEFS

if TYPE_CHECKING:
    from support.programs import Programs, Ran

SHIPPED = len(list((BRIEFS).glob("*.md")))
RESULT_KEYS = [
    "query",
    "understood",
    "mode",
    "total",
    "documents",
    "at_least",
    "took_ms",
    "suggestion",
    "undated",
    "hits",
]
HIT_KEYS = [
    *(
        "rank",
        "passage",
        "document",
        "text",
        "start",
        "end",
        "highlights",
        "notes",
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
FARAWAY = "The envoy of Freedonia left the conference on fisheries."
HOSTILE = [
    {
        "id": "evil`#1",
        "title": '=HYPERLINK("http://evil.example","\x1b[31m") \x9b2J `x` <script>alert(1)</script> [a](b) *b* _c_',
        "text": f"- {FARAWAY} \x1b[2J\x1b]0;title\x07 He said \u202egnp.exe\u202c. \x00\x9b31m He <b>came</b> back.",
        "outlet": "@SUM(A1)",
        "url": "https://evil.example/\x1b[31m?q=\u202e>",
        "date": "2026-01-02",
    },
    {
        "id": "cjk",
        "title": "李在明總統與高市早苗首相在奈良舉行會談並就穿梭外交達成一致意見",
        "text": "兩國領導人在奈良會面，討論貿易與安全。" * 12,
    },
    {"id": "plain", "title": "+1 for fisheries", "text": "Fisheries are discussed. " * 5 + "No\u0301thing else was."},
]


def only_line(ran: "Ran", code: int = 2) -> str:
    """The one line in which a program said what was wrong."""
    assert ran.code == code, ran
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert ran.err.endswith("\n")
    name, _, message = lines[0].partition(": ")
    assert name in ("search", "dragoman")
    assert message
    return message


@pytest.fixture(scope="module")
def hostile(programs: "Programs", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of documents that mean no good."""
    folder = tmp_path_factory.mktemp("hostile") / "hostile.idx"
    records = "".join(json.dumps(record) + "\n" for record in HOSTILE).encode()
    ran = programs("dragoman", "index", "-", "--as", "jsonl", "--collection", folder, stdin=records)
    assert (ran.code, ran.err) == (0, "")
    return folder


@pytest.fixture
def copy(programs: "Programs", tmp_path: Path) -> Path:
    """A copy of the collection of the briefs, to be spoilt."""
    return shutil.copytree(programs.collection, tmp_path / "copy.idx")


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


# The first call, and which collection


def test_three_first_calls_at_once_build_one_collection(programs: "Programs") -> None:
    for ran in programs.first_calls:
        assert ran.code == 0
        assert ran.err in (f"First use: building your collection from {SHIPPED} shipped documents, once.\n", "")
        assert json.loads(ran.out)["hits"][0]["document"]["id"] == "briefs/nara-summit"
    assert sorted(path.name for path in programs.collection.parent.iterdir()) == ["collection", "collection.lock"]
    built = (programs.collection / "ledger.sqlite").stat().st_ino
    status = json.loads(programs("dragoman", "status", "--format", "json").out)
    assert (programs.collection / "ledger.sqlite").stat().st_ino == built
    assert (status["documents"], status["generation"]) == (SHIPPED, 1)


def test_an_option_or_a_variable_names_the_collection(programs: "Programs", hostile: Path, tmp_path: Path) -> None:
    named = programs("dragoman", "list", DRAGOMAN_COLLECTION=str(hostile))
    assert "plain\n" in named.out
    assert programs("dragoman", "list", "--collection", hostile).out == named.out
    option_first = programs("dragoman", "list", "--collection", hostile, DRAGOMAN_COLLECTION=str(tmp_path))
    assert option_first.out == named.out
    assert "briefs/nara-summit\n" in programs("dragoman", "list").out
    assert programs("dragoman", "list", "bri", DRAGOMAN_COLLECTION="").out.count("\n") == SHIPPED


# Words and options


def test_a_word_with_a_dash_is_excluded(programs: "Programs") -> None:
    answer = json.loads(programs("search", "-Macron", "summit", "-n", "3", "--format", "json").out)
    assert answer["query"] == "-Macron summit"
    assert len(answer["hits"]) == 3
    assert not [hit for hit in answer["hits"] if "Macron" in hit["text"]]
    assert (
        json.loads(programs("search", "-n", "3", "--format", "json", "--", "-Macron", "summit").out)["hits"]
        == (answer["hits"])
    )


def test_options_end_at_two_dashes(programs: "Programs") -> None:
    answer = json.loads(programs("search", "--format", "json", "Lee", "--", "-n", "3").out)
    assert answer["query"] == "Lee -n 3"
    assert len(answer["hits"]) == 5


def test_filters_need_no_words(programs: "Programs") -> None:
    options = json.loads(programs("search", "--country", "Japan", "--after", "2026", "--format", "json").out)
    words = json.loads(programs("search", "country:Japan", "date:2026..", "--format", "json").out)
    assert options["hits"] == words["hits"] != []
    options = json.loads(programs("search", "--place", "Nara", "--lang", "en", "--format", "json").out)
    words = json.loads(programs("search", "place:Nara", "lang:en", "--format", "json").out)
    assert options["hits"] == words["hits"] != []


def test_pages_follow_one_another(programs: "Programs") -> None:
    ask = ("search", "Lee OR Xi", "--format", "json")
    both = json.loads(programs(*ask, "-n", "4").out)
    pages = [json.loads(programs(*ask, "-n", "2", "--page", page).out) for page in ("1", "2")]
    assert [hit for page in pages for hit in page["hits"]] == both["hits"]
    beyond = programs("search", "Lee OR Xi", "--page", "1000")
    assert (beyond.code, beyond.err) == (1, "")
    assert beyond.out == f"There is no such page: {both['total']} match in all.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "ask something, as in `search Lee Macron strategic partnership`"),
        (["--"], "ask something"),
        (["-n", "3"], "the query holds no word"),
        (["Lee", "-n"], "-n needs a value"),
        (["Lee", "--limt", "3"], "No such option '--limt'"),
        (["Lee", "--explain=yes"], "does not take a value"),
        (["Lee", "-n", "0"], "1<=x<=1000"),
        (["Lee", "-n", "1001"], "1<=x<=1000"),
        (["Lee", "-n", "many"], "not a valid integer"),
        (["Lee", "--page", "0"], "1<=x<=1000"),
        (["Lee", "--mode", "telepathy"], "'hybrid', 'keyword', 'meaning'"),
        (["Lee", "--after", "nonsense"], "'nonsense' is no date: write 2025, 2025-11"),
        (["Lee", "--before", "2025-02-30"], "2025-02-30"),
        (["Lee", "--after", "2026", "--before", "2025"], "nothing is both after"),
        ([""], "the query holds no word"),
        ([" \t\n"], "the query holds no word"),
        (["-"], "the query holds no word"),
        (["…", "!!", "—"], "the query holds no word"),
        (['"strategic partnership'], "never closed"),
        (["(Lee", "OR", "Xi"], "never closed: add ) (column 1)"),
        (["Lee", "AND"], "AND needs a word"),
        (["Lee)"], "closes nothing"),
        (["date:soon"], "'soon' is no date"),
        (["planet:Mars"], "unknown field 'planet': use country"),
        (["a" * 100_000], "100000 characters, more than 4000: shorten it"),
        (["a " * 50_000], "100000 characters, more than 4000: shorten it"),
        (["("] * 1000, "("),
        (["*"], "a wildcard needs"),
    ],
    ids=lambda value: (" ".join(value) if isinstance(value, list) else "")[:30],
)
def test_a_question_that_cannot_be_understood_is_one_line(
    programs: "Programs", arguments: list[str], said: str
) -> None:
    assert said in only_line(programs("search", *arguments))


@pytest.mark.parametrize("question", ["country:Atlantis", "zzzyx*", '"no such words here"', "title:xyzzyx"])
def test_a_question_without_an_answer_is_no_error(programs: "Programs", question: str) -> None:
    ran = programs("search", question)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("Nothing found.\n")


def test_function_words_alone_are_words(programs: "Programs") -> None:
    ran = programs("search", "will not")
    assert (ran.code, ran.err) == (0, "")


# Formats


def test_json_has_the_keys_that_are_promised(programs: "Programs") -> None:
    answer = json.loads(programs("search", "Lee Macron strategic partnership", "--format", "json").out)
    assert list(answer) == RESULT_KEYS
    assert answer["suggestion"] is None
    for rank, hit in enumerate(answer["hits"], 1):
        assert list(hit) == HIT_KEYS
        assert hit["rank"] == rank
        assert list(hit["document"]) == DOCUMENT_KEYS
        assert set(hit["legs"]) == {"keyword", "meaning"}
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
        ("> /dev/full", 2, "search: the system: No space left on device\n"),
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


# Completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(programs: "Programs", shell: str) -> None:
    ran = programs("dragoman", "completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "_SEARCH_COMPLETE" in ran.out
    assert "_DRAGOMAN_COMPLETE" in ran.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ran.out, check=True, text=True)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["search", "Lee", "-Macron", "--expl"], {"--explain"}),
        (["search", "--mode", ""], {"hybrid", "keyword", "meaning"}),
        (["dragoman", "rei"], {"reindex"}),
        (["dragoman", "index", "news/", "--rep"], {"--replace"}),
    ],
)
def test_bash_completes_options(programs: "Programs", words: list[str], completed: set[str]) -> None:
    scripts = Path(programs.command(words[0])[0]).parent
    script = f"""
        eval "$(dragoman completion bash)"
        COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}
        _{words[0]}_completion {words[0]}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    environment = programs.environment | {"PATH": f"{scripts}:{os.environ['PATH']}"}
    ran = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, check=True, text=True)
    assert (set(ran.stdout.split()), ran.stderr) == (completed, "")


# Sources that cannot be read


def test_what_cannot_be_read_is_named_and_the_rest_goes_in(here: Callable[..., "Ran"], tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "good.txt").write_text("The envoy arrived in Geneva. Talks on fisheries began.")
    (news / "same.txt").write_text("The envoy arrived in Geneva. Talks on fisheries began.")
    (news / "latin.txt").write_bytes(
        "Le ministre a été reçu à l'Élysée par le président de la République.".encode("latin-1")
    )
    (news / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (news / "empty.txt").touch()
    (news / "blank.txt").write_text(" \n\n\t ")
    (news / "huge.txt").write_bytes(b"The ministers met again. " * 2_200_000)
    (news / "lines.jsonl").write_text('{"id": "one", "text": "They signed a treaty."}\n{"id": "broken\n[1]\n')
    (news / "lost.txt").symlink_to(tmp_path / "nowhere")
    (news / "picture.jpg").write_bytes(b"\xff\xd8")
    os.mkfifo(news / "pipe.txt")
    ran = here("index", news, tmp_path / "missing.txt", "--collection", tmp_path / "c.idx")
    assert ran.code == 0
    assert re.match(r"documents: 4 added, \d+ skipped \(\d passages encoded\)\n", ran.out)
    skipped = dict(line.removeprefix("skipped ").split(": ", 1) for line in ran.err.splitlines())
    assert {Path(origin.split(",")[0]).name for origin in skipped} >= {
        *("binary.txt", "empty.txt", "blank.txt", "huge.txt", "lost.txt", "picture.jpg", "pipe.txt", "missing.txt"),
    }
    assert [reason for origin, reason in skipped.items() if "lines.jsonl" in origin]
    assert all(skipped.values())
    with open_collection(tmp_path / "c.idx") as collection:
        assert collection.search("reçu à l'Élysée").hits[0].document.id.endswith("latin.txt")

    ran = here("add", news, "--collection", tmp_path / "c.idx")
    assert ran.out.startswith("documents: 4 unchanged, ")


@pytest.mark.parametrize("command", ["index", "add"])
def test_nothing_comes_of_sources_without_a_document(
    programs: "Programs", tmp_path: Path, copy: Path, command: str
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "empty").mkdir()
    new = tmp_path / "new.idx"
    for source in (tmp_path / "bad", tmp_path / "empty", tmp_path / "nowhere", tmp_path / "*.txt"):
        ran = programs("dragoman", command, source, "--collection", new if command == "index" else copy)
        assert ran.code == 2
        assert "not one document could be read" in ran.err
        assert "Traceback" not in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "copy.idx", "empty"]
    assert programs("dragoman", "list", "--collection", copy).out.count("\n") == SHIPPED


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["index"], "Missing argument 'PATH…'"),
        (["add"], "Missing argument 'PATH…'"),
        (["remove"], "Missing argument 'ID…'"),
        (["remove", "briefs/nara-summit", "nobody"], "no document 'nobody' in the collection: nothing was removed"),
        (["show", "nobody"], "no document 'nobody' in the collection: `dragoman list` shows the ids of documents"),
        (["show", "briefs/nara-summit#1-2"], "has no passage 1-2"),
        (["similar", "nobody"], "no passage or document 'nobody'"),
        (["similar", "briefs/nara-summit#1-2"], "no passage or document"),
        (["index", "x", "--field", "id"], "is not NAME=KEY, as in id=_id"),
        (["index", "x", "--model", "/no/model"], "no model folder at '/no/model'"),
        (["status", "--collection", "pyproject.toml"], "is a file"),
        (["nonsense"], "No such command 'nonsense'"),
        (["completion", "tcsh"], "'bash', 'zsh', 'fish'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_that_cannot_be_done_is_one_line(
    programs: "Programs", tmp_path: Path, arguments: list[str], said: str
) -> None:
    if "index" in arguments and "--collection" not in arguments:
        arguments = [*arguments, "--collection", str(tmp_path / "new.idx")]
    assert said in only_line(programs("dragoman", *arguments))
    assert not list(tmp_path.iterdir())
    assert programs("dragoman", "list").out.count("\n") == SHIPPED


# Collections that cannot be used


def set_setting(collection: Path, key: str, change: Callable[[Any], Any]) -> None:
    with closing(sqlite3.connect(collection / "ledger.sqlite")) as ledger, ledger:
        (value,) = ledger.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        ledger.execute("UPDATE settings SET value = ? WHERE key = ?", (json.dumps(change(json.loads(value))), key))


def spoil_nothing_but_the_name(collection: Path) -> None:
    collection.rename(collection.with_name("elsewhere"))


def spoil_by_emptying(collection: Path) -> None:
    shutil.rmtree(collection)
    collection.mkdir()


def spoil_all_but_the_ledger(collection: Path) -> None:
    shutil.rmtree(collection / "segments")
    shutil.rmtree(collection / "encoders")


def spoil_a_segment(collection: Path) -> None:
    largest = max((collection / "segments").rglob("*.npy"), key=lambda path: path.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)


def spoil_the_ledger(collection: Path) -> None:
    os.truncate(collection / "ledger.sqlite", 5000)


def spoil_the_rest_of_the_ledger(collection: Path) -> None:
    content = bytearray((collection / "ledger.sqlite").read_bytes())
    content[3 * 4096 :] = bytes(len(content) - 3 * 4096)
    (collection / "ledger.sqlite").write_bytes(content)


def spoil_the_encoder(collection: Path) -> None:
    (weights,) = (collection / "encoders").rglob("query.onnx")
    os.truncate(weights, 1000)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_nothing_but_the_name, "no collection at .*: make one with `dragoman index"),
        (spoil_by_emptying, "no collection at .*: make one with `dragoman index"),
        (spoil_all_but_the_ledger, "damaged.*: restore the collection from a copy, or index its sources anew"),
        (spoil_a_segment, "damaged.*changed in size.*: restore the collection from a copy, or index its sources anew"),
        (spoil_the_ledger, "is not a ledger.*: restore it from a copy, or index the sources anew"),
        (spoil_the_rest_of_the_ledger, "ledger.*: .*restore .* from a copy, or index .* anew"),
        (spoil_the_encoder, "query.onnx.*: mend it with `dragoman reindex"),
        (lambda path: set_setting(path, "format", lambda _: 99), "has format 99, .*: upgrade dragoman"),
        (lambda path: set_setting(path, "analyzer", lambda _: 0), "mend it with `dragoman reindex"),
        (
            lambda path: set_setting(path, "encoder", lambda info: info | {"model_hash": "0" * 64}),
            "vectors were made with .* but the encoder in it is .*: mend it with `dragoman reindex",
        ),
    ],
)
def test_a_collection_that_cannot_be_used_says_what_mends_it(
    programs: "Programs", copy: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(copy)
    assert re.search(said, only_line(programs("search", "Nara", "summit", "--collection", copy)))
    # A thorough look ends just as well, and nothing that changes a collection harms it further.
    for command in (["doctor"], ["remove", "briefs/nara-summit"]):
        ran = programs("dragoman", *command, "--collection", copy)
        assert ran.code in (0, 1, 2)
        assert "Traceback" not in ran.err


def test_a_damaged_collection_may_be_replaced(here: Callable[..., "Ran"], copy: Path, tmp_path: Path) -> None:
    spoil_the_ledger(copy)
    (tmp_path / "note.txt").write_text("The envoy arrived in Geneva.")
    assert here("index", tmp_path / "note.txt", "--replace", "--collection", copy).code == 0
    with open_collection(copy) as collection:
        assert collection.search("Geneva").total == 1


def test_a_change_waits_for_another_writer_only_so_long(programs: "Programs", copy: Path) -> None:
    (copy / "writer.json").write_text('{"pid": 12345, "host": "elsewhere", "since": "2026-01-01 10:00:00"}')
    with FileLock(copy / "writer.lock"):
        for command in (
            ["remove", "briefs/nara-summit"],
            ["compact"],
            ["reindex"],
            ["add", copy],
            ["index", copy, "--replace"],
        ):
            message = only_line(programs("dragoman", *command, "--wait", "0", "--collection", copy))
            assert message.startswith(
                "the collection is being written by process 12345 on elsewhere since 2026-01-01 10"
            )
            assert message.endswith(": try again later")
        assert programs("search", "Nara", "--collection", copy).code == 0
    assert programs("dragoman", "remove", "briefs/nara-summit", "--collection", copy).code == 0


# Making and replacing


def test_an_existing_collection_is_not_overwritten(programs: "Programs", copy: Path) -> None:
    message = only_line(programs("dragoman", "index", copy, "--collection", copy))
    assert message == f"{copy} exists: add to it with `dragoman add`, or give --replace to start anew"


@pytest.mark.parametrize("replace", [[], ["--replace"]])
def test_a_folder_that_is_no_collection_is_not_replaced(
    programs: "Programs", tmp_path: Path, replace: list[str]
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("Years of work.")
    message = only_line(programs("dragoman", "index", tmp_path, *replace, "--collection", tmp_path / "thesis"))
    assert str(tmp_path / "thesis") in message
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "Years of work."
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_replacement_that_fails_leaves_the_old_collection(programs: "Programs", copy: Path) -> None:
    ran = programs("dragoman", "index", copy / "nothing", "--replace", "--collection", copy)
    assert "no such file or folder" in only_line(ran)
    assert programs("dragoman", "list", "--collection", copy).out.count("\n") == SHIPPED
    assert [path.name for path in copy.parent.iterdir()] == ["copy.idx"]


def test_a_full_disk_leaves_everything_as_it_was(programs: "Programs", copy: Path, tmp_path: Path) -> None:
    many = "".join(json.dumps({"id": str(n), "text": f"Envoy {n} arrived. " * 100}) + "\n" for n in range(20)).encode()

    def no_more_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    for command, target in (("index", tmp_path / "new.idx"), ("add", copy)):
        arguments = (command, "-", "--format", "jsonl", "--collection", target)
        with programs.start("dragoman", *arguments, preexec_fn=no_more_room) as process:
            out, err = process.communicate(many)
        assert (process.returncode, out) == (2, b"")
        assert len(err.splitlines()) == 1, err
        assert b"too large" in err or b"full" in err or b"disk" in err, err
    assert [path.name for path in tmp_path.iterdir()] == ["copy.idx"]
    assert programs("dragoman", "doctor", "--collection", copy).out == "the collection is sound\n"
    assert programs("dragoman", "list", "--collection", copy).out.count("\n") == SHIPPED


def test_an_interruption_is_one_line_and_leaves_nothing_half_done(programs: "Programs", tmp_path: Path) -> None:
    process = programs.start("dragoman", "index", "-", "--as", "jsonl", "--collection", tmp_path / "new.idx")
    assert process.stdin is not None
    with process:
        process.stdin.write(b'{"id": "1", "text": "The envoy arrived."}\n')
        process.stdin.flush()  # it stays open: there might be more to come
        while not list(tmp_path.iterdir()):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert err.strip() == b"dragoman: interrupted"
    assert not list(tmp_path.iterdir())


@pytest.fixture
def tiny(tiny_models: tuple[Path, Path], empty_collections: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of a tiny model, whose exported twin is at hand."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
    return str(tiny_models[0])


def interrupted() -> Iterator[Document]:
    """Two documents, and Ctrl-C before the third."""
    yield Document(id="1", text="The first envoy arrived.")
    yield Document(id="2", text="The second envoy arrived.")
    raise KeyboardInterrupt


def test_an_interruption_keeps_whole_steps(tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "COMMIT_PASSAGES", 1)
    with pytest.raises(KeyboardInterrupt, match=r"2 documents are in .*: go on with `dragoman add`"):
        build(tmp_path / "new.idx", interrupted(), model=tiny)
    assert [path.name for path in tmp_path.iterdir()] == ["new.idx"]
    with open_collection(tmp_path / "new.idx") as collection:
        assert collection.status().documents == 2
        assert collection.problems() == []

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "new.idx", interrupted(), model=tiny, replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["new.idx"]
    with open_collection(tmp_path / "new.idx") as collection:
        assert collection.status().generation == 2


def test_a_place_that_is_taken_meanwhile_is_left_alone(tiny: str, tmp_path: Path) -> None:
    target = tmp_path / "new.idx"

    def slow() -> Iterator[Document]:
        yield Document(id="1", text="The envoy arrived.")
        target.mkdir()
        (target / "thesis.txt").write_text("Years of work.")

    with pytest.raises(CollectionExists):
        build(target, slow(), model=tiny)
    assert [path.name for path in tmp_path.rglob("*")] == ["new.idx", "thesis.txt"]


def test_nobody_adds_to_a_collection_that_is_being_replaced(tiny: str, tmp_path: Path) -> None:
    target = tmp_path / "new.idx"
    build(target, [Document(id="1", text="The envoy arrived.")], model=tiny)

    def meanwhile() -> Iterator[Document]:
        with open_collection(target) as old, pytest.raises(CollectionLocked):
            old.add([Document(id="lost", text="The envoy left.")], lock_timeout=0)
        yield Document(id="2", text="Another envoy arrived.")

    build(target, meanwhile(), model=tiny, replace=True)
    with open_collection(target) as collection:
        assert collection.search("envoy").hits[0].document.id == "2"


def test_a_link_to_a_collection_stays_a_link(tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for number in "12":
        build(tmp_path / "link", [Document(id=number, text="The envoy arrived.")], model=tiny, replace=True)
    assert (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    build(Path(), [Document(id="3", text="The envoy arrived.")], model=tiny)
    assert (tmp_path / "here" / "ledger.sqlite").exists()


def test_the_collection_of_the_briefs_is_sound(programs: "Programs") -> None:
    ran = programs("dragoman", "doctor")
    assert (ran.code, ran.out, ran.err) == (0, "the collection is sound\n", "")
    ran = programs("dragoman", "similar", "briefs/nara-summit", "-n", "2", "--format", "json")
    assert json.loads(ran.out)["hits"][0]["document"]["id"] != "briefs/nara-summit"
