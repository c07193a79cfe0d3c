"""Sources that stay: what a second reading takes in, what goes with its file, and a watch as a real process."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from dragoman.corpus import intake
from dragoman.corpus.document import Document
from dragoman.corpus.readers import opening as readers
from dragoman.corpus.readers import registry
from dragoman.corpus.readers.contract import ReadOptions
from dragoman.errors import InvalidField
from dragoman.index.feeding import feeder as feeding
from dragoman.index.feeding.feeder import Feeding, feed, remembered, with_fields
from dragoman.index.ledger import schema
from dragoman.index.writing.store import Store
from dragoman.index.writing.tally import Report
from dragoman.index.writing.vectors.later_vectors import and_encoded, encode_rest
from dragoman.index.writing.writer import Writer
from support.web_server import web_server

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Programs, Ran
    from support.web_server import WebServer


STORY = (
    "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring. "
    "They also signed a treaty on fisheries, which had been discussed for a decade by envoys of both countries."
)
LONG_AGO = 1_700_000_000


def write(path: Path, text: str = STORY, *, changed: float = LONG_AGO) -> Path:
    """Write a file that was last changed at a time, by default so long ago that it has settled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (changed, changed))
    return path


@pytest.fixture
def store(empty_collections: tuple[Path, Path], tmp_path: Path) -> Iterator[Store]:
    """An empty collection of a tiny model."""
    with closing(Store(shutil.copytree(empty_collections[0], tmp_path / "c.idx"))) as opened:
        yield opened


def fed(store: Store, *sources: Path | str, **options: Any) -> Report:
    with store.writing(timeout=10):
        report = feed(Writer(store), [(str(each), Feeding(**options)) for each in sources])
    return and_encoded(report, encode_rest(store))


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """Added, updated, unchanged, removed, skipped."""
    return report.added, report.updated, report.unchanged, report.removed, len(report.skipped)


def names(store: Store) -> list[str]:
    return [Path(each).name for each in store.ledger.live_ids()]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened to be read, as it goes on."""
    files: list[str] = []
    real = readers._opened

    def counted(path: Path) -> Any:
        files.append(path.name)
        return real(path)

    monkeypatch.setattr(readers, "_opened", counted)
    return files


# A folder, again and again


def test_only_what_changed_in_a_folder_is_opened_again(store: Store, tmp_path: Path, opened: list[str]) -> None:
    news = tmp_path / "news"
    for name in ("a.txt", "b.txt", "inner/c.md"):
        write(news / name, f"{name}: {STORY}")
    assert counts(fed(store, news)) == (3, 0, 0, 0, 0)
    opened.clear()
    generation = store.database.generation
    assert counts(fed(store, news)) == (0, 0, 3, 0, 0)
    assert opened == []
    # Nothing that an answer depends on has changed: caches stay good.
    assert store.database.generation == generation

    write(news / "b.txt", f"b.txt: {STORY} It was welcomed.", changed=LONG_AGO + 1)
    write(news / "d.txt", f"d.txt: {STORY}")
    (news / "a.txt").unlink()
    assert counts(fed(store, news)) == (1, 1, 1, 1, 0)
    assert opened == ["b.txt", "d.txt"]
    assert names(store) == ["b.txt", "d.txt", "c.md"]


def test_a_file_that_was_only_touched_is_read_and_left_alone(store: Store, tmp_path: Path, opened: list[str]) -> None:
    note = write(tmp_path / "news" / "a.txt")
    fed(store, note.parent)
    generation = store.database.generation
    os.utime(note, (LONG_AGO + 5, LONG_AGO + 5))
    for files in (["a.txt"], []):
        opened.clear()
        assert counts(fed(store, note.parent)) == (0, 0, 1, 0, 0)
        assert opened == files
    assert store.database.generation == generation


def test_a_file_that_changed_just_now_is_not_trusted(store: Store, tmp_path: Path, opened: list[str]) -> None:
    """It might change once more within the same tick of its file system's clock."""
    note = write(tmp_path / "news" / "a.txt", "The envoy arrived.", changed=time.time())
    fed(store, note.parent)
    now = note.stat().st_mtime_ns
    note.write_text("The envoy departs.")
    os.utime(note, ns=(now, now))
    assert counts(fed(store, note.parent)) == (0, 1, 0, 0, 0)


def test_the_same_size_and_time_hide_a_change_until_it_is_asked_for(store: Store, tmp_path: Path) -> None:
    note = write(tmp_path / "news" / "a.txt", "The envoy arrived.")
    fed(store, note.parent)
    write(note, "The envoy departs.")
    assert counts(fed(store, note.parent)) == (0, 0, 1, 0, 0)
    assert counts(fed(store, note.parent, reread=True)) == (0, 1, 0, 0, 0)


def mend_readers(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the readers of these formats, or all, be of another version."""
    monkeypatch.setattr(registry, "READERS_VERSION", 99)
    mended = (replace(each, version="99") if each.name in names or not names else each for each in registry.BUILT_IN)
    monkeypatch.setattr(registry, "BUILT_IN", tuple(mended))


def test_other_options_or_a_mended_reader_read_anew(
    store: Store, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    note = write(tmp_path / "news" / "a.txt", f"# Talks\n\n*{STORY}*")
    fed(store, note.parent)
    report = fed(store, note.parent, reading=ReadOptions(format="markdown"))
    assert counts(report) == (0, 1, 0, 0, 0)
    opened.clear()
    mend_readers(monkeypatch, "html", "text")
    fed(store, note.parent, reading=ReadOptions(format="markdown"))
    assert opened == []
    mend_readers(monkeypatch, "markdown")
    report = fed(store, note.parent, reading=ReadOptions(format="markdown"))
    assert (counts(report), report.passages) == ((0, 0, 1, 0, 0), 0), "what comes out as it was is not encoded"
    assert opened == ["a.txt"]


def test_what_a_mended_reader_reads_otherwise_is_replaced_without_encoding_its_text(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = write(tmp_path / "news" / "a.txt")
    fed(store, page.parent)
    described = intake.describe
    monkeypatch.setattr(intake, "describe", lambda *given, **named: replace(described(*given, **named), place="Seoul"))
    assert counts(fed(store, page.parent)) == (0, 0, 1, 0, 0), "nobody has said that the reader is mended"
    mend_readers(monkeypatch)
    report = fed(store, page.parent)
    assert (counts(report), report.copied) == ((0, 1, 0, 0, 0), report.passages)
    (document,) = map(store.ledger.live_document, store.ledger.live_ids())
    assert document
    assert (document.place, document.text) == ("Seoul", STORY)


def test_what_is_skipped_is_read_and_named_each_time(store: Store, tmp_path: Path) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    write(news / "empty.txt", "")
    write(news / "blank.md", "---\ntitle: Nothing\n---\n")
    write(news / "picture.jpg")
    write(news / "some.jsonl", json.dumps({"id": "1", "text": STORY}) + "\n[]\n")
    first = fed(store, news)
    assert counts(first) == (2, 0, 0, 0, 4)
    again = fed(store, news)
    assert counts(again) == (0, 0, 2, 0, 4)
    assert again.skipped == first.skipped
    (listed,) = store.origins.all()
    assert (listed.documents, listed.skipped) == (2, 4)


@pytest.mark.parametrize("name", ["a.zip", "a.mbox"])
def test_an_archive_is_not_read_again_for_what_was_left_out_of_it(
    store: Store, tmp_path: Path, opened: list[str], name: str
) -> None:
    news = tmp_path / "news"
    news.mkdir()
    if name.endswith(".zip"):
        with zipfile.ZipFile(news / name, "w") as archive:
            archive.writestr("a.txt", STORY)
            archive.writestr("b.jpg", b"")
    else:
        letter = f"From a@b Tue Jan 13 10:00:00 2026\nSubject: Talks\nMessage-ID: <1@x>\n\n{STORY}\n\n"
        (news / name).write_text(letter + letter.partition("<1@x>")[0] + "<2@x>\n\n")
    os.utime(news / name, (1, 1))
    assert counts(fed(store, news)) == (1, 0, 0, 0, 1)
    opened.clear()
    again = fed(store, news)
    assert (counts(again), opened) == ((0, 0, 1, 0, 1), [])
    assert "--reread" in again.skipped[0].reason
    # One that nothing came out of is tried each time.
    (news / name).write_bytes(b"")
    assert len([fed(store, news), fed(store, news)][1].skipped) == 1


def test_a_removed_document_comes_back_with_its_file(store: Store, tmp_path: Path) -> None:
    note = write(tmp_path / "news" / "a.txt")
    fed(store, note.parent)
    with store.writing(timeout=10):
        Writer(store).remove([str(note)])
    assert counts(fed(store, note.parent)) == (1, 0, 0, 0, 0)


# What goes with its file


def test_a_document_stays_without_its_file_if_that_is_wanted(store: Store, tmp_path: Path) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    write(news / "b.txt", f"b: {STORY}").with_name("b.txt")
    fed(store, news)
    (news / "a.txt").unlink()
    assert counts(fed(store, news, keep=True)) == (0, 0, 1, 0, 0)
    assert names(store) == ["a.txt", "b.txt"]
    assert counts(fed(store, news)) == (0, 0, 1, 1, 0)


def test_records_of_a_file_that_is_gone_stay(store: Store, tmp_path: Path) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    records = write(
        news / "b.jsonl", "".join(json.dumps({"id": str(n), "text": f"{n} {STORY}"}) + "\n" for n in range(3))
    )
    assert counts(fed(store, news)) == (4, 0, 0, 0, 0)
    assert counts(fed(store, news)) == (0, 0, 4, 0, 0)
    records.unlink()
    report = fed(store, news)
    assert counts(report) == (0, 0, 1, 0, 1)
    assert report.skipped[0].reason == "the file is gone, and its 3 records stay"
    assert counts(fed(store, news)) == (0, 0, 1, 0, 0)
    assert store.ledger.count_documents() == 4


def test_only_the_folder_that_is_added_loses_what_is_gone(store: Store, tmp_path: Path) -> None:
    here, there, beside = tmp_path / "news", tmp_path / "more", tmp_path / "news-of-old"
    for folder in (here, there, beside):
        write(folder / "a.txt", f"{folder} {STORY}")
    write(here / "b.txt", f"b {STORY}")
    fed(store, here, there, beside)
    for folder in (here, there, beside):
        (folder / "a.txt").unlink()
    assert counts(fed(store, here)) == (0, 0, 1, 1, 0)
    assert [Path(each).parent.name for each in store.ledger.live_ids()] == ["more", "news-of-old", "news"]
    # The last file of a folder is gone like any other.
    report = fed(store, there)
    assert counts(report)[3:] == (1, 1)
    assert report.skipped[0].reason == "holds no files"


def test_a_folder_that_is_gone_itself_takes_nothing_along(store: Store, tmp_path: Path) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    fed(store, news)
    shutil.rmtree(news)
    report = fed(store, news)
    assert counts(report) == (0, 0, 0, 0, 1)
    assert report.skipped[0].reason == "no such file or folder"
    assert names(store) == ["a.txt"]
    (listed,) = store.origins.all()
    assert (listed.kind, listed.documents) == ("folder", 1)


def test_what_is_only_not_mounted_is_not_gone(store: Store, tmp_path: Path) -> None:
    """A mount point that is empty lies on another file system than the files that were read there."""
    disk = tmp_path / "news" / "disk"
    write(disk / "a.txt")
    write(tmp_path / "news" / "b.txt", f"b {STORY}")
    fed(store, tmp_path / "news")
    store.database.note("UPDATE files SET device = device + 1 WHERE path LIKE '%/disk/%'")
    (disk / "a.txt").unlink()
    report = fed(store, tmp_path / "news")
    assert counts(report) == (0, 0, 1, 0, 1)
    assert "unmounted" in report.skipped[0].reason
    assert names(store) == ["b.txt", "a.txt"]


def test_a_renamed_file_keeps_the_id_that_it_gives_itself(store: Store, tmp_path: Path) -> None:
    news = tmp_path / "news"
    first = write(news / "a.md", f"---\nid: talks\n---\n{STORY}")
    fed(store, news)
    first.rename(news / "b.md")
    assert counts(fed(store, news)) == (0, 0, 1, 0, 0)
    assert names(store) == ["talks"]
    write(news / "b.md", f"---\nid: treaty\n---\n{STORY}")
    assert counts(fed(store, news)) == (1, 0, 0, 1, 0)
    assert names(store) == ["treaty"]


def test_of_two_files_with_one_id_the_one_that_is_left_counts(store: Store, tmp_path: Path) -> None:
    news = tmp_path / "news"
    write(news / "a.md", f"---\nid: talks\n---\nThe first. {STORY}")
    write(news / "b.md", f"---\nid: talks\n---\nThe second. {STORY}")
    fed(store, news)
    (news / "b.md").unlink()
    fed(store, news)
    assert counts(fed(store, news)) == (0, 1, 0, 0, 0)
    document = store.ledger.live_document("talks")
    assert document is not None
    assert document.text.startswith("The first.")


def test_a_pattern_loses_what_it_had(store: Store, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.md"):
        write(tmp_path / "news" / name, f"{name} {STORY}")
    pattern = tmp_path / "news" / "*.txt"
    assert counts(fed(store, pattern, tmp_path / "news" / "c.md")) == (3, 0, 0, 0, 0)
    (tmp_path / "news" / "a.txt").unlink()
    (tmp_path / "news" / "c.md").unlink()
    assert counts(fed(store, pattern)) == (0, 0, 1, 1, 0)
    assert names(store) == ["b.txt", "c.md"]
    assert [(each.kind, Path(each.name).name) for each in store.origins.all()] == [
        ("pattern", "*.txt"),
        ("file", "c.md"),
    ]


def test_what_could_not_be_committed_is_not_remembered(store: Store, tmp_path: Path, opened: list[str]) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    write(news / "b.txt", f"b {STORY}")

    def interrupted() -> Iterator[Document]:
        run = feeding.Run(store.database)
        for each in run.documents([(str(news), Feeding())]):
            assert isinstance(each, Document)
            yield each
        raise KeyboardInterrupt

    with store.writing(timeout=10), pytest.raises(KeyboardInterrupt):
        Writer(store).add(interrupted())
    assert store.origins.all() == []
    opened.clear()
    assert counts(fed(store, news)) == (2, 0, 0, 0, 0)
    assert opened == ["a.txt", "b.txt"]


# URLs


@pytest.fixture
def web() -> Iterator["WebServer"]:
    with web_server() as server:
        yield server


def test_a_mended_reader_reads_urls_again(store: Store, web: "WebServer", monkeypatch: pytest.MonkeyPatch) -> None:
    private = ReadOptions(allow_private=True)
    url = web.page("/1", f"<!DOCTYPE html><html><body><article><p>{STORY}</p></article></body></html>", ETag='"1"')
    fed(store, url, reading=private)
    fed(store, url, reading=private)
    assert web.asked[-1][1].get("if-none-match") == '"1"', "it would do to hear that nothing has changed"
    mend_readers(monkeypatch)
    assert counts(fed(store, url, reading=private)) == (0, 0, 1, 0, 0)
    assert "if-none-match" not in web.asked[-1][1]


def test_a_url_is_asked_again_only_for_what_changed(store: Store, web: "WebServer") -> None:
    def page(text: str) -> str:
        return f"<!DOCTYPE html><html><body><article><p>{text}</p></article></body></html>"

    private = ReadOptions(allow_private=True)
    web.page("/1", page(STORY), ETag='"1"')
    web.page("/2", page(f"Second. {STORY}"), ETag='"1"')
    items = "".join(f"<item><title>Talks</title><link>/{n}</link></item>" for n in (1, 2, 3))
    feed_url = web.page("/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", "text/xml", ETag='"1"')
    report = fed(store, feed_url, reading=private)
    assert counts(report) == (2, 0, 0, 0, 1)
    assert list(store.ledger.live_ids()) == [web.url + "/1", web.url + "/2"]
    web.page("/3", page(f"Third. {STORY}"))
    assert counts(fed(store, feed_url, reading=private)) == (1, 0, 2, 0, 0)
    web.asked.clear()
    assert counts(fed(store, feed_url, reading=private)) == (0, 0, 3, 0, 0)
    assert web.paths == ["/feed"]
    # An entry that the feed no longer has stays.
    with store.writing(timeout=10):
        Writer(store).remove([web.url + "/3"])
    web.page("/feed", "<rss version='2.0'><channel><item><link>/3</link></item></channel></rss>", "text/xml")
    assert counts(fed(store, feed_url, reading=private)) == (1, 0, 0, 0, 0)
    assert counts(fed(store, feed_url, reading=private, reread=True)) == (0, 0, 1, 0, 0)
    assert store.ledger.count_documents() == 3
    (listed,) = store.origins.all()
    assert (listed.name, listed.kind, listed.documents) == (feed_url, "url", 1)


def test_an_older_collection_says_what_mends_it(
    store: Store, programs: "Programs", monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.database.change():
        store.database.set("format", schema.OLDEST - 1)
    ran = programs("dragoman", "status", "--collection", store.folder)
    assert (ran.code, ran.out) == (2, "")
    assert "index its sources anew with `dragoman index PATH… --replace`" in ran.err


# The commands, as processes


@pytest.fixture
def collection(store: Store) -> Path:
    return store.folder


def test_add_tells_what_it_did_and_sources_lists_it(
    command: "Callable[..., Ran]", collection: Path, tmp_path: Path
) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    write(news / "b.txt", f"b {STORY}")
    here = ("--collection", collection)
    assert "not fed from anything" in command("sources", *here).err
    ran = command("add", news, *here)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "documents: 2 added (2 passages encoded)\n"
    (news / "a.txt").unlink()
    write(news / "empty.txt", "")
    ran = command("add", news, *here, "--keep")
    assert ran.out == "documents: 1 unchanged, 1 skipped\n"
    ran = command("add", news, *here)
    assert ran.out == "documents: 1 unchanged, 1 removed, 1 skipped\n"
    assert ran.err == f"skipped {news / 'empty.txt'}: empty\n"

    heading, row = command("sources", *here).out.splitlines()
    assert heading.split() == ["documents", "skipped", "last", "read", "kind", "source"]
    assert row.split()[:2] == ["1", "1"]
    assert row.endswith(f"folder  {news}")
    (listed,) = json.loads(command("sources", *here, "--format", "json").out)
    assert list(listed) == ["source", "kind", "options", "added", "read", "documents", "skipped"]
    assert (listed["source"], listed["documents"]) == (str(news), 1)

    ran = command("sources", "--forget", "nowhere", *here)
    assert (ran.code, ran.out) == (2, "")
    assert "is not fed from" in ran.err
    ran = command("sources", "--forget", os.path.relpath(news), *here, "--format", "json")
    assert (ran.code, ran.out) == (0, "[]\n")
    assert command("list", *here).out == f"{news / 'b.txt'}\n"


def test_a_new_collection_remembers_its_sources(
    command: "Callable[..., Ran]", tiny_models: tuple[Path, Path], tmp_path: Path
) -> None:
    write(tmp_path / "news" / "a.text")
    here = ("--collection", tmp_path / "new.idx")
    ran = command("index", tmp_path / "news", "--as", "text", *here, "--model", tiny_models[0])
    assert ran.code == 0
    (listed,) = json.loads(command("sources", *here, "--format", "json").out)
    assert (listed["source"], listed["options"]["format"]) == (str(tmp_path / "news"), "text")


def test_a_url_can_be_added_if_it_is_allowed(command: "Callable[..., Ran]", collection: Path, web: "WebServer") -> None:
    url = web.page("/1", f"<!DOCTYPE html><html><body><article><p>{STORY}</p></article></body></html>")
    here = ("--collection", collection)
    ran = command("add", url, *here)
    assert ran.code == 2
    assert "allow it with --allow-private" in ran.err
    assert web.asked == []
    assert command("add", url, "--allow-private", *here).out.startswith("documents: 1 added")
    assert command("list", *here).out == f"{url}\n"
    assert command("add", url, "--allow-private", *here).out == "documents: 1 unchanged\n"


class Watched:
    """A `dragoman watch` that runs; what it says, line by line."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.told: queue.Queue[str] = queue.Queue()
        self.complained: queue.Queue[str] = queue.Queue()
        for stream, lines in ((process.stdout, self.told), (process.stderr, self.complained)):
            threading.Thread(target=self._listen, args=(stream, lines), daemon=True).start()

    @staticmethod
    def _listen(stream: Any, lines: "queue.Queue[str]") -> None:
        for line in stream:
            lines.put(line.decode())

    def tells(self) -> str:
        """The next line about a change, without its time."""
        return self.told.get(timeout=120)[20:].rstrip("\n")

    def complains(self) -> str:
        """The next line on standard error."""
        return self.complained.get(timeout=120).rstrip("\n")


@pytest.fixture
def watching(programs: "Programs", collection: Path) -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def start(*arguments: str | Path) -> Watched:
        often = ("--every", "0.2", "--urls-every", "1", "--collection", collection)
        started.append(Watched(programs.start("dragoman", "watch", *arguments, *often)))
        assert started[-1].complains().startswith("Watching ")
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdin, each.process.stdout, each.process.stderr):
            assert stream is not None
            stream.close()


def test_a_watch_keeps_a_folder_current_until_ctrl_c(
    programs: "Programs", collection: Path, tmp_path: Path, watching: Callable[..., Watched]
) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    watch = watching(news)
    assert watch.tells() == "1 added (1 passage encoded)"
    write(news / "b.txt", f"b {STORY}")
    assert watch.tells() == "1 added (1 passage encoded)"
    write(news / "b.txt", f"c {STORY}", changed=LONG_AGO + 1)
    assert watch.tells() == "1 updated (1 passage encoded)"
    (news / "a.txt").unlink()
    assert watch.tells() == "1 removed"
    write(news / "empty.txt", "")
    assert watch.complains() == f"skipped {news / 'empty.txt'}: empty"
    # What is skipped for the same reason again is no news, when something else is.
    write(news / "d.txt", f"d {STORY}")
    assert watch.tells() == "1 added (1 passage encoded)"
    # What nothing holds is a line, too, once.
    write(news / "e.md", f"---\nchapter: x\n---\ne {STORY}")
    assert watch.tells() == "1 added (1 passage encoded)"
    assert (
        watch.complains()
        == "Not used: chapter (1 document); `dragoman reindex --field NAME=KEY` makes a field of a key"
    )
    write(news / "e.md", f"---\nchapter: x\n---\nf {STORY}", changed=LONG_AGO + 1)
    assert watch.tells() == "1 updated (1 passage encoded)"
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=120) == 0
    assert (*watch.told.queue, *watch.complained.queue) == ()
    assert programs("dragoman", "doctor", "--collection", collection).out == "the collection is sound\n"
    assert programs("dragoman", "list", "--collection", collection).out == "".join(
        f"{news / name}\n" for name in ("b.txt", "d.txt", "e.md")
    )


def test_a_signal_ends_a_watch_though_it_comes_while_something_is_let_go_of(
    programs: "Programs", collection: Path, tmp_path: Path
) -> None:
    write(tmp_path / "news" / "a.txt")
    code = """
import os, signal, sys
from dragoman.__main__ import main
from dragoman.search.cli import sources

class LetGoOf:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass

print_change = sources._ChangePrinter.__call__

def printed(self, report):
    print_change(self, report)
    LetGoOf()

sources._ChangePrinter.__call__ = printed
sys.argv = ["dragoman", "watch", *sys.argv[1:]]
main()
"""
    command = [sys.executable, "-c", code, str(tmp_path / "news"), "--every", "0.2", "--collection", str(collection)]
    ran = subprocess.run(command, env=programs.environment, capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, "1 added" in ran.stdout) == (0, True), ran
    assert ran.stderr == f"Watching 1 source of {collection} until Ctrl-C\n"  # what was lost is no news


def test_a_host_ends_a_watch_in_a_thread_of_its_own(make_collection: "MakeCollection", tmp_path: Path) -> None:
    write(tmp_path / "news" / "a.txt")
    collection, stop, told = make_collection([]), threading.Event(), list[int]()

    def tell(report: Report) -> None:
        told.append(report.added)
        stop.set()

    with ThreadPoolExecutor(1) as threads:
        watched = threads.submit(collection.watch, [tmp_path / "news"], every=3600, on_change=tell, stop=stop)
        watched.result(timeout=120)
    assert told == [1]


def test_a_watch_waits_for_a_writer_and_survives_errors(
    collection: Path, tmp_path: Path, watching: Callable[..., Watched]
) -> None:
    news = tmp_path / "news"
    write(news / "a.txt")
    watch = watching(news, "--wait", "0")
    assert watch.tells() == "1 added (1 passage encoded)"
    with FileLock(collection / "writer.lock"):
        write(news / "b.txt", f"b {STORY}")
        assert "the collection is being written by" in watch.complains()
    assert watch.tells() == "1 added (1 passage encoded)"
    collection.rename(collection.with_name("away"))
    assert "no collection at" in watch.complains()
    collection.with_name("away").rename(collection)
    (news / "a.txt").unlink()
    assert watch.tells() == "1 removed"
    watch.process.send_signal(signal.SIGTERM)
    assert watch.process.wait(timeout=120) == 0


def test_a_watch_of_all_sources_reads_each_with_its_options(
    programs: "Programs", collection: Path, tmp_path: Path, web: "WebServer", watching: Callable[..., Watched]
) -> None:
    here = ("--collection", collection)
    ran = programs("dragoman", "watch", *here)
    assert (ran.code, ran.out) == (2, "")
    assert "name what to watch" in ran.err
    write(tmp_path / "news" / "a.notes")
    url = web.page("/1", f"<!DOCTYPE html><html><body><article><p>{STORY}</p></article></body></html>")
    assert programs("dragoman", "add", tmp_path / "news", "--format", "text", *here).code == 0
    assert programs("dragoman", "add", url, "--allow-private", *here).code == 0
    watch = watching()
    write(tmp_path / "news" / "b.notes", f"b {STORY}")
    assert watch.tells() == "1 added (1 passage encoded)"
    web.page("/1", f"<!DOCTYPE html><html><body><article><p>Corrected. {STORY}</p></article></body></html>")
    assert watch.tells() == "1 updated (1 passage encoded)"


def test_doctor_lists_dates_that_cannot_be_right(
    command: "Callable[..., Ran]", collection: Path, tmp_path: Path
) -> None:
    text = "The summit will be held next week, starting on October 1, 2023, in Geneva."
    note = write(tmp_path / "a.md", f"---\ndate: 2025-11-23\n---\n{text}")
    assert command("add", note, "--collection", collection).code == 0
    ran = command("doctor", "--collection", collection)
    assert (ran.code, ran.err) == (0, "")
    suspect, verdict = ran.out.splitlines()
    assert suspect.startswith(f"suspect: {note}: ")
    assert "October 1, 2023" in suspect
    assert verdict == "the collection is sound"


def test_starting_a_search_loads_nothing_of_the_feeding(programs: "Programs") -> None:
    code = "import sys, dragoman.search.cli.search; print('dragoman.corpus.fetching.fetch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=programs.environment)
    assert (ran.stdout, ran.stderr) == ("False\n", "")


def test_what_a_source_was_said_of_a_field_that_there_is_not_is_left_out(store: Store, tmp_path: Path) -> None:
    """A field may be gone, or a name may have meant nothing from the beginning: the source is fed all the same."""
    (tmp_path / "x.jsonl").write_text('{"id": "a", "text": "The envoy left."}')
    with store.writing(0):
        feed(Writer(store), [(str(tmp_path / "x.jsonl"), Feeding(ReadOptions(fields={"title": "headline"})))])
        (known,) = store.origins.all()
        options = {**known.options, "fields": {"title": "headline", "chap": "chapter"}}
        with store.database.change():
            store.origins.keep(known.name, known.kind, options, known.documents, known.skipped)
    fields = store.ledger.manifest.fields
    ((_, remembered_now),) = remembered(store.origins, fields)
    assert remembered_now.reading.fields == {"title": "headline"}
    with pytest.raises(InvalidField, match="has no field 'chap'"):
        with_fields(Feeding(ReadOptions(fields={"chap": "chapter"})), fields)
