"""Lines that most documents of an outlet share are cut, and what only looks so is not."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from dragoman.__main__ import dragoman
from dragoman.corpus.cleaning.recurring import WINDOW, RecurringLines
from dragoman.corpus.description.describe import describe
from dragoman.corpus.document import Document
from dragoman.corpus.intake import without_recurring_lines
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.index.feeding import feeder as feeding
from dragoman.index.feeding.feeder import Feeding, feed
from dragoman.index.writing.store import Store
from dragoman.index.writing.tally import Report
from dragoman.index.writing.writer import Writer

SLOGAN = "The Gazette – Independent since 1893"
NOTICE = "The Gazette follows the code of the Press Council, and corrects what turns out to be wrong on page two."
TOWNS = "Seoul Tokyo Paris Rome Lima Oslo Cairo Delhi Hanoi Quito Accra Dakar".split()


def story(
    town: str, *, outlet: str = "The Gazette", above: Iterable[str] = (SLOGAN,), below: Iterable[str] = ()
) -> Document:
    body = [
        f"Ministers reach an agreement in {town}",
        f"The ministers met in {town} on Monday and agreed to hold a further round of talks on trade in the spring.",
        "Thank you.",
    ]
    return describe(Document(id=town, text="\n\n".join([*above, *body, *below]), outlet=outlet))


def cleaned(documents: Iterable[Document]) -> list[Document]:
    return list(without_recurring_lines(documents))


def test_what_most_documents_of_an_outlet_share_is_cut_and_kept_as_cut() -> None:
    before = [story(town, below=["Thank you.", NOTICE]) for town in TOWNS]
    assert before[0].title == SLOGAN
    after = cleaned(before)
    assert [document.id for document in after] == TOWNS
    for town, document in zip(TOWNS, after, strict=True):
        assert document.cut == (SLOGAN, NOTICE)
        assert document.title == f"Ministers reach an agreement in {town}"
        assert document.text.startswith("The ministers met")
        # A short sentence stays, though all of them have it.
        assert document.text.endswith("Thank you.\n\nThank you.")
        assert document.provenance["title"] == "extracted"


@pytest.mark.parametrize(
    "documents",
    [
        [story(town) for town in TOWNS[:4]],
        [story(town, outlet="") for town in TOWNS],
        [story(town, outlet=f"Paper {number}") for number, town in enumerate(TOWNS)],
        [story(town, above=[SLOGAN] if number % 2 else []) for number, town in enumerate(TOWNS)],
        [replace(story("Seoul"), id=town) for town in TOWNS],
        [
            story("Seoul", above=[], below=[NOTICE, (town + ", it was said, kept its own counsel. ") * 12])
            for town in TOWNS
        ],
    ],
    ids=["too few", "no outlet", "many outlets", "only half of them", "one story", "nearly one story"],
)
def test_what_is_not_sure_stays(documents: list[Document]) -> None:
    assert cleaned(documents) == documents


def test_a_given_title_is_never_changed() -> None:
    documents = [
        describe(replace(story(town), title="A title of ours", provenance={"title": "given"})) for town in TOWNS
    ]
    assert {document.title for document in cleaned(documents)} == {"A title of ours"}


def test_more_than_half_of_a_text_is_never_cut() -> None:
    documents = [
        Document(id=town, outlet="G", text=f"{town}\n\n{NOTICE}", title=town, provenance={"title": "given"})
        for town in TOWNS
    ]
    assert cleaned(documents) == documents


def test_lines_once_found_stay_known_and_little_is_held_back() -> None:
    taken = 0

    def many() -> Iterable[Document | Skipped]:
        nonlocal taken
        for number in range(2 * WINDOW + 2):
            taken += 1
            yield replace(story(TOWNS[number % 12] + str(number)), id=str(number))
        yield Skipped("x", "empty")

    found = without_recurring_lines(many())
    assert next(iter(found)) is not None
    assert taken == WINDOW
    *documents, skipped = found
    assert isinstance(skipped, Skipped)
    # The last two are too few to show anything by themselves.
    assert [each.cut for each in documents if isinstance(each, Document)] == [(SLOGAN,)] * (2 * WINDOW + 1)


def page(town: str) -> str:
    document = story(town, above=[])
    lines = [f"<p>{line}</p>" for line in [SLOGAN, *document.text.split("\n\n")] * 1]
    return (
        f'<html><head><meta property="og:site_name" content="The Gazette"><title>{document.title}</title></head><body>'
        f"<article><h1>{document.title}</h1>{''.join(lines)}<p>Officials in {town} said that more was to come, and that"
        f" the treaty on fisheries would be among the first to be signed by the two sides in the year ahead.</p>"
        "</article></body></html>"
    )


def test_web_pages_of_one_outlet_that_are_read_together(tmp_path: Path) -> None:
    for town in TOWNS:
        (tmp_path / f"{town}.html").write_text(page(town), encoding="utf-8")
    together = [each for each in read([tmp_path]) if isinstance(each, Document)]
    assert {document.cut for document in together} == {(SLOGAN,)}
    assert not any(SLOGAN in document.text for document in together)
    (alone,) = read([tmp_path / "Seoul.html"])
    assert isinstance(alone, Document)
    assert SLOGAN in alone.text
    as_they_are = read([tmp_path], options=ReadOptions(cleaning=False))
    assert all(SLOGAN in each.text for each in as_they_are if isinstance(each, Document))


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_pages_in_an_archive_lose_them_as_those_of_a_folder_do(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "records").mkdir(parents=True)
    head = '<head><meta property="og:site_name" content="The Gazette"></head>'
    for town in TOWNS:
        text = "".join(f"<p>{line}</p>" for line in (*story(town).text.split("\n\n")[1:3], NOTICE))
        (folder / f"{town}.html").write_text(f"<html>{head}<body><article>{text}</article></body></html>")
        record = {"id": town, "outlet": "The Gazette", "text": f"They met in {town}.\n\n{NOTICE}"}
        (folder / "records" / f"{town}.json").write_text(json.dumps(record))
    kind = "gztar" if name.endswith("gz") else "zip"
    shutil.make_archive(str(tmp_path / "a"), kind, folder)
    loose, packed = (
        {
            Path(each.id.rpartition("!")[2]).name: (each.text, each.cut)
            for each in read([source])
            if isinstance(each, Document)
        }
        for source in (folder, tmp_path / name)
    )
    assert loose == packed
    for town in TOWNS:  # records say what their text is
        assert (packed[f"{town}.html"][1], packed[town][1]) == ((NOTICE,), ())
    kept = read([tmp_path / name], options=ReadOptions(cleaning=False))
    assert all(NOTICE in each.text for each in kept if isinstance(each, Document))


def test_what_is_kept_does_not_grow_with_the_outlets_lines() -> None:
    recurring = RecurringLines()
    for batch in range(20):
        lines = [f"Slogan number {batch} {number}" for number in range(10)]
        recurring.learn(story(town, above=lines) for town in TOWNS)
    again = [story(town, above=[f"Slogan number {batch} 0" for batch in range(20)]) for town in TOWNS]
    assert recurring.learn(again) == []


# In a collection


@pytest.fixture
def command(tiny_models: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command on a collection of a tiny model, and gives what it says."""
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))

    def call(name: str, *arguments: str | Path) -> str:
        model = ["--model", str(tiny_models[0])] if name == "index" else []
        where = ["--collection", str(tmp_path / "c")]
        ran = CliRunner().invoke(dragoman, [name, *map(str, arguments), *where, *model], catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    return call


def write(path: Path, text: str, *, changed: float = 1_700_000_000) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed, changed))
    return path


def test_the_commands_cut_them_also_from_a_page_that_comes_alone(command: Callable[..., str], tmp_path: Path) -> None:
    pages = [write(tmp_path / "news" / f"{town}.html", page(town)) for town in TOWNS]
    ninth = shutil.move(pages.pop(8), tmp_path / "ninth.html")
    later = [shutil.move(each, tmp_path) for each in pages[8:]]
    del pages[8:]
    assert "8 added" in command("index", tmp_path / "news")
    for each in pages:
        assert SLOGAN not in command("show", each.as_posix())
        assert command("show", each.as_posix(), "--cut") == f"1 line cut\n{SLOGAN}\n"
    assert "8 unchanged" in command("add", tmp_path / "news")
    shutil.move(ninth, tmp_path / "news")
    assert "1 added, 8 unchanged" in command("add", tmp_path / "news")
    beside = shutil.move(later[0], tmp_path / "Quito.html")
    command("add", beside)
    for path in (tmp_path / "news" / "ninth.html", Path(beside)):
        shown = json.loads(command("show", path.as_posix(), "--json"))
        assert (SLOGAN in shown["text"], shown["cut"]) == (False, [SLOGAN])
    assert "9 unchanged" in command("add", tmp_path / "news")
    assert "9 unchanged" in command("add", tmp_path / "news", "--reread")


@pytest.fixture
def store(empty_collections: tuple[Path, Path], tmp_path: Path) -> Iterator[Store]:
    """An empty collection of a tiny model."""
    with closing(Store(shutil.copytree(empty_collections[0], tmp_path / "c.idx"))) as opened:
        yield opened


def fed(store: Store, source: Path, *, reread: bool = False) -> Report:
    with store.writing(timeout=10):
        return feed(Writer(store), [(str(source), Feeding(reread=reread))])


def cut_by_name(store: Store) -> dict[str, tuple[str, ...]]:
    documents = filter(None, map(store.ledger.live_document, store.ledger.live_ids()))
    return {Path(each.id).stem: each.cut for each in documents}


def test_a_document_does_not_change_by_itself_when_more_becomes_known(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = tmp_path / "news"
    # Files that have not settled are read again each time.
    monkeypatch.setattr(feeding, "_UNSETTLED_NS", 2**62)
    for town in TOWNS[:3]:
        write(news / f"{town}.html", page(town))
    assert fed(store, news).added == 3
    for town in TOWNS[3:]:
        write(news / f"{town}.html", page(town))
    report = fed(store, news)
    assert (report.added, report.updated, report.unchanged) == (9, 0, 3)
    assert cut_by_name(store) == {town: (SLOGAN,) if town in TOWNS[3:] else () for town in TOWNS}
    generation = store.database.generation
    assert fed(store, news).unchanged == 12
    assert store.database.generation == generation
    # What did change is read with all that is known, and so is everything on demand.
    write(news / "Seoul.html", page("Seoul").replace("fisheries", "forests"))
    assert fed(store, news).updated == 1
    assert cut_by_name(store)["Seoul"] == (SLOGAN,)
    assert fed(store, news, reread=True).updated == 2
    assert set(cut_by_name(store).values()) == {(SLOGAN,)}


def test_pages_of_a_window_that_was_not_taken_are_read_again(store: Store, tmp_path: Path) -> None:
    for town in TOWNS:
        write(tmp_path / "news" / f"{town}.html", page(town))

    def interrupted() -> Iterator[Document | Skipped]:
        found = feeding.Run(store.database).documents([(str(tmp_path / "news"), Feeding())])
        yield next(found)
        yield next(found)
        raise KeyboardInterrupt

    with store.writing(timeout=10), pytest.raises(KeyboardInterrupt):
        Writer(store).add(interrupted())
    assert fed(store, tmp_path / "news").added == 12
    assert set(cut_by_name(store).values()) == {(SLOGAN,)}


def test_little_is_held_back_by_a_folder(store: Store, tmp_path: Path) -> None:
    for number in range(WINDOW + 10):
        write(tmp_path / "news" / f"{number:03}.txt", f"The ministers met in {number} towns, and agreed on a treaty.")
    with store.writing(timeout=10):
        run = feeding.Run(store.database)
        found = run.documents([(str(tmp_path / "news"), Feeding())])
        next(found)
        write(tmp_path / "news" / f"{WINDOW + 9:03}.txt", "They never met.")
        texts = [each.text for each in found if isinstance(each, Document)]
    assert len(texts) == WINDOW + 9
    assert texts[-1] == "They never met."
