"""`search` and `dragoman` as processes: words and options, completion, making and replacing a collection."""

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionExists, CollectionLocked
from dragoman.index.writing import writer
from dragoman.index.writing.build import build
from dragoman.search.collection import open_collection
from support.places import SHIPPED
from support.programs import only_line

if TYPE_CHECKING:
    from support.programs import Programs


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
    assert (status["documents"], status["generation"]) == (SHIPPED, 2)


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
        (["strategic^4 partnership"], "leave it out (column 10); try: strategic partnership"),
        (["country:(Lee", "OR", "Xi"], "never closed: add ) (column 9)"),
        (["treaty^4"], "leave it out (column 7); try: treaty"),
        (["Lee", "+Macron"], 'to demand a word, quote it or write it with AND (column 5); try: Lee "Macron"'),
        (["date:soon"], "'soon' is no date"),
        (["a" * 100_000], "100000 characters, more than 20000: shorten it"),
        (["a " * 50_000], "100000 characters, more than 20000: shorten it"),
        (["("] * 1000, "the query holds no word"),
        (["*"], "the query holds no word"),
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


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
@pytest.mark.parametrize("before", ["", "autoload -Uz compinit; compinit -u;"])
def test_zsh_completes_options_whether_anything_does_before(programs: "Programs", tmp_path: Path, before: str) -> None:
    scripts = Path(programs.command("search")[0]).parent
    script = f'{before} eval "$(dragoman completion zsh)"; echo $_comps[search] $_comps[dragoman]'
    environment = programs.environment | {"PATH": f"{scripts}:{os.environ['PATH']}", "ZDOTDIR": str(tmp_path)}
    ran = subprocess.run(["zsh", "-f", "-c", script], env=environment, capture_output=True, check=True, text=True)
    assert (ran.stdout, ran.stderr) == ("_search_completion _dragoman_completion\n", "")


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
