"""`dragoman doctor --repair`: what is damaged is made anew from what is whole, what is lost is named, no more changes.

The model is taken away where nothing may be encoded.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from dragoman.corpus.document import Document, Span
from dragoman.errors import CollectionDamaged, CollectionNotFound
from dragoman.index.keeping.repairs import replaced_ledger
from dragoman.index.keeping.repairs.raw_database import RawDatabase
from dragoman.index.keeping.repairs.repair import Repair
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import repair_collection
from dragoman.search.ranking.settings import Settings
from support.folders import unseal

if TYPE_CHECKING:
    from support.programs import Ran

PAGE = 4096
QUESTIONS = [
    ("the treaty was signed", "hybrid"),
    ('treat* OR "old summit"', "keyword"),
    ("leaders agreed on peace", "meaning"),
    ("outlet:Gazette minister", "hybrid"),
]
FAULTS: dict[str, Callable[[bytes], bytes | None]] = {
    "flipped": lambda content: _with(content, len(content) // 2, bytes([content[len(content) // 2] ^ 4])),
    "truncated": lambda content: content[:-1],
    "zeroed": lambda content: bytes(len(content)),
    "deleted": lambda _: None,
}
KEYWORD_PARTS = [
    ("postings/terms.offsets.npy", "zeroed"),
    ("postings/lengths.npy", "flipped"),
    ("postings/positions.npy", "truncated"),
    ("postings/terms.bytes.npy", "deleted"),
    ("columns/document.npy", "zeroed"),
    ("columns/ids.bytes.npy", "flipped"),
    ("columns/outlet.codes.npy", "truncated"),
    ("segment.json", "deleted"),
]
VECTOR_PARTS = [
    ("vectors/vectors.faiss", "flipped"),
    ("vectors/sentences.npy", "zeroed"),
    ("vectors/sentence_starts.npy", "deleted"),
    ("vectors/sentence_vectors.npy", "truncated"),
]
ENCODER_PARTS = [
    ("encoders/*/query.onnx", "flipped"),
    ("encoders/*/encoder.json", "zeroed"),
    ("encoders/*/tokenizer.json", "deleted"),
]


def _with(content: bytes, at: int, other: bytes) -> bytes:
    return content[:at] + other + content[at + len(other) :]


def article(number: int) -> Document:
    words = "the summit leaders agreed treaty trade peace envoy minister signed talks".split()
    chosen = random.Random(number)
    sentences = (" ".join(chosen.choices(words, k=8)).capitalize() + "." for _ in range(4 + 14 * (number % 3)))
    return Document(
        f"d{number:02}", " ".join(sentences), title=f"Old treaty {number}", outlet=["Gazette", "Post"][number % 2]
    )


class Asked(NamedTuple):
    """What a collection says: hits with their scores, and the ids of its documents."""

    hits: list[list[tuple[str, Span, float]]]
    ids: list[str]


def asked(collection: Collection) -> Asked:
    results = (collection.search(question, mode=mode, fold=False, limit=30) for question, mode in QUESTIONS)  # type: ignore[arg-type]
    hits = [[(hit.document.id, hit.span, hit.score) for hit in each] for each in results]
    return Asked(hits, list(collection.document_ids()))


def ask(folder: Path) -> Asked:
    with open_collection(folder) as collection:
        assert collection.problems() == []
        return asked(collection)


@pytest.fixture(scope="module")
def sound(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of two segments, from which one document was deleted and in which one was replaced."""
    path = tmp_path_factory.mktemp("sound") / "collection"
    shutil.copytree(empty_collections[0], path)
    with open_collection(path) as collection:
        collection.add(article(number) for number in range(9))
        collection.add([article(9), Document("d01", "The envoy left. Talks began at the summit.", outlet="Post")])
        collection.remove(["d04"])
    return path


@pytest.fixture
def folder(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_collections: tuple[Path, Path]) -> Path:
    """A copy of it, to be spoilt."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
    return shutil.copytree(sound, tmp_path / "collection")


@pytest.fixture
def no_model(folder: Path, tiny_models: tuple[Path, Path]) -> Iterator[None]:
    """The model of the collection is gone for a while: what encodes passages fails."""
    assert folder.is_dir()
    away = tiny_models[0].with_name("away")
    tiny_models[0].rename(away)
    yield
    away.rename(tiny_models[0])


def segments_of(folder: Path) -> list[Path]:
    """The folders of segments, the smallest first; of those with vectors that were made later, none."""
    every = [each for each in (folder / "segments").iterdir() if (each / "columns").exists()]
    return sorted(every, key=lambda each: sum(path.stat().st_size for path in each.rglob("*")))


def spoil(folder: Path, pattern: str, fault: str) -> Path:
    """Damage the first file of that pattern, in the largest segment or in the folder itself."""
    segments = segments_of(folder)
    path = next(iter([*segments[-1].glob(pattern), *folder.glob(pattern)]))
    changed = FAULTS[fault](path.read_bytes())
    if changed is None:
        path.unlink()
    else:
        path.write_bytes(changed)
    return path


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize(("pattern", "fault"), KEYWORD_PARTS)
def test_keyword_parts_are_made_anew_and_nothing_is_encoded(folder: Path, pattern: str, fault: str) -> None:
    before = ask(folder)
    path = spoil(folder, pattern, fault)
    done = repair_collection(folder)
    assert len(done.mended) == 1
    assert path.name in done.mended[0]
    assert (done.lost, done.remaining) == ((), ())
    assert ask(folder) == before


@pytest.mark.parametrize(("pattern", "fault"), VECTOR_PARTS)
def test_vectors_are_encoded_anew(folder: Path, pattern: str, fault: str) -> None:
    before = ask(folder)
    spoil(folder, pattern, fault)
    done = repair_collection(folder)
    assert (len(done.mended), done.lost, done.remaining) == (1, (), ())
    assert " 0 copied" in done.mended[0]
    assert ask(folder) == before


def test_only_the_damaged_segment_is_written_anew(folder: Path) -> None:
    names = {path.name for path in segments_of(folder)}
    damaged = spoil(folder, "vectors/vectors.faiss", "flipped").parents[1].name
    repair_collection(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        live = {name for (name,) in ledger.execute("SELECT name FROM segments WHERE retired_at IS NULL")}
    assert names - live == {damaged}
    assert len(live) == len(names)


def test_segments_that_are_gone_altogether_are_written_anew(folder: Path) -> None:
    before = ask(folder)
    shutil.rmtree(folder / "segments")
    assert len(repair_collection(folder).mended) == 2
    assert ask(folder) == before


@pytest.mark.parametrize(("pattern", "fault"), ENCODER_PARTS)
def test_the_query_encoder_is_made_anew(folder: Path, pattern: str, fault: str) -> None:
    before = ask(folder)
    path = spoil(folder, pattern, fault)
    assert repair_collection(folder).mended == (f"the query encoder: {path.name} made anew",)
    assert ask(folder) == before


@pytest.mark.usefixtures("no_model")
def test_what_takes_a_model_that_is_gone_is_named_and_the_rest_mended(folder: Path) -> None:
    spoil(folder, "vectors/vectors.faiss", "zeroed")
    spoil(folder, "encoders/*/query.onnx", "zeroed")
    spoil(folder, "encoders/*/encoder.json", "deleted")
    small, *_ = segments_of(folder)
    (small / "columns" / "start.npy").unlink()
    done = repair_collection(folder)
    assert [line.split(":")[0] for line in done.mended] == [f"segment {small.name}"]
    assert all("no model folder" in line for line in done.remaining[:2])


def test_a_sound_collection_is_not_changed(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.stat().st_size}
    assert repair_collection(folder) == Repair()
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.stat().st_size}
    assert after == before


def test_whoever_asks_meanwhile_is_answered_as_before(folder: Path) -> None:
    with open_collection(folder) as reader:
        before = asked(reader)
        ledger = folder / "ledger.sqlite"
        ledger.write_bytes(_with(ledger.read_bytes(), 0, bytes(100)))
        repair_collection(folder)
        assert asked(reader) == before


# The ledger


def root(folder: Path, name: str) -> int:
    """The number of the first page of a table or index."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        return ledger.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]


def zero_pages(folder: Path, *pages: int) -> None:
    path = folder / "ledger.sqlite"
    content = path.read_bytes()
    for page in pages:
        content = _with(content, (page - 1) * PAGE, bytes(PAGE))
    path.write_bytes(content)


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize(
    "tables",
    [
        ["live_documents"],
        ["segments"],
        ["segments", "sqlite_autoindex_segments_1", "passages"],
        ["passages", "passages_by_document", "deletions"],
        ["signatures", "bands", "copies"],
        ["seals"],
    ],
    ids=" ".join,
)
def test_what_the_ledger_says_twice_is_not_lost(folder: Path, tables: list[str]) -> None:
    before = ask(folder)
    zero_pages(folder, *(root(folder, table) for table in tables))
    done = repair_collection(folder)
    assert "the damaged one is kept as ledger.sqlite.damaged-" in done.mended[0]
    assert (done.lost, done.remaining) == ((), ())
    assert ask(folder) == before
    assert repair_collection(folder).mended == ()


@pytest.mark.parametrize("pages", [[1], [1, 2]], ids=["head", "head and settings"])
def test_a_ledger_that_is_no_database_any_more_is_read_page_by_page(folder: Path, pages: list[int]) -> None:
    before = ask(folder)
    assert root(folder, "settings") == 2
    zero_pages(folder, *pages)
    done = repair_collection(folder)
    assert done.remaining == ()
    assert not any("cannot be read" in line for line in done.lost)
    assert ask(folder) == before


def test_documents_below_a_page_that_leads_to_them_are_found(folder: Path) -> None:
    with open_collection(folder) as collection:
        collection.add([Document(f"e{n}", f"Envoy {n} spoke of peace and trade. " * 90) for n in range(5)])
    before = ask(folder)
    zero_pages(folder, root(folder, "documents"))
    done = repair_collection(folder)
    assert (done.lost, done.remaining) == ((), ())
    assert ask(folder) == before
    assert "d04" not in before.ids


def test_of_a_ledger_that_was_cut_short_what_is_lost_is_named(folder: Path) -> None:
    with open_collection(folder) as collection:
        collection.add([Document(f"e{n}", f"Envoy {n} spoke of peace and trade. " * 90) for n in range(30)])
    before = ask(folder)
    path = folder / "ledger.sqlite"
    path.write_bytes(path.read_bytes()[: -25 * PAGE - 100])
    done = repair_collection(folder)
    after = ask(folder)
    gone = set(before.ids) - set(after.ids)
    assert gone
    assert gone == {line.split(":")[0] for line in done.lost if line.endswith("its text cannot be read")}
    assert set(after.ids) < set(before.ids)
    assert not {hit[0] for hits in after.hits for hit in hits} & gone
    assert repair_collection(folder).mended == ()


def test_a_document_whose_text_was_altered_is_kept_and_named(folder: Path) -> None:
    path = folder / "ledger.sqlite"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"The envoy left. Talks", b"The envoy l\xff\xfft. Talks"))
    done = repair_collection(folder)
    assert done.lost == ("d01: it is not what was added, and kept as it can be read",)
    with open_collection(folder) as collection:
        assert collection.document("d01").text.startswith(
            "The envoy l\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}t."
        )
        assert collection.document("d01").outlet == "Post"
        assert [hit.document.id for hit in collection.search("began", mode="keyword")] == ["d01"]
        assert collection.problems() == []
        assert (
            collection.add([Document("d01", "The envoy left. Talks began at the summit.", outlet="Post")]).updated == 1
        )


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_flipped_nothing_is_lost_without_a_word(folder: Path, seed: int) -> None:
    before = ask(folder)
    path, chosen = folder / "ledger.sqlite", random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(3):
        content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
    path.write_bytes(content)
    done = repair_collection(folder)
    after = ask(folder)
    assert done.remaining == ()
    told = " ".join(done.lost)
    assert all(each in told for each in set(before.ids) ^ set(after.ids))
    assert done.lost or after == before
    assert repair_collection(folder).mended == ()


def test_a_deleted_document_does_not_come_back(folder: Path) -> None:
    zero_pages(folder, root(folder, "documents"), root(folder, "live_documents"), root(folder, "deletions"))
    repair_collection(folder)
    assert "d04" not in ask(folder).ids


@pytest.mark.parametrize("content", [b"", b"no ledger at all " * 1000, bytes(50 * PAGE)])
def test_where_nothing_can_be_read_nothing_is_touched(folder: Path, content: bytes) -> None:
    ledger = folder / "ledger.sqlite"
    ledger.write_bytes(content)
    with pytest.raises(CollectionDamaged, match="not one document can be read"):
        repair_collection(folder)
    assert ledger.read_bytes() == content
    ledger.unlink()
    with pytest.raises(CollectionDamaged, match=r"is gone, .* index the\s+sources anew"):
        repair_collection(folder)
    shutil.rmtree(folder)
    with pytest.raises(CollectionNotFound):
        repair_collection(folder)


def test_an_interruption_leaves_the_damaged_ledger_and_its_log(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, settings = tmp_path / "copy", Settings(fusion="reciprocal-rank")
    with open_collection(folder) as collection:
        collection.keep_settings(settings)  # which only the log has
        shutil.copytree(folder, copy)
    before = ask(folder)
    zero_pages(copy, 1)
    assert (copy / "ledger.sqlite-wal").stat().st_size

    def killed(*_: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # After the log is put away, before the new ledger has its name: the worst moment.
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            repair_collection(copy)
    assert not (copy / "ledger.sqlite-wal").exists()
    repair_collection(copy)
    with open_collection(copy) as collection:
        assert collection.settings == settings
        assert asked(collection) == before


def test_a_damaged_log_counts_up_to_the_fault_and_that_is_said(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with open_collection(folder) as collection, closing(sqlite3.connect(folder / "ledger.sqlite")) as reader:
        before = asked(collection)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM settings").fetchone()  # as long as somebody reads, what is new stays in the log
        collection.add([Document("late", "Peace talks were signed late.")])
        collection.add([Document("later", "Peace talks were signed later.")])
        shutil.copytree(folder, copy)
    log = copy / "ledger.sqlite-wal"
    content = log.read_bytes()
    log.write_bytes(_with(content, 32 + 24 + 2000, bytes([content[2056] ^ 1])))
    done = repair_collection(copy)
    assert done.lost == ("the ledger's log was damaged: what was committed last may be lost",)
    assert ask(copy) == before


# Faces


def test_doctor_says_what_it_mended_and_what_is_lost(folder: Path, command: "Callable[..., Ran]") -> None:
    ran = command("doctor", "--repair", "--collection", folder)
    assert (ran.code, ran.out) == (0, "nothing is damaged\n")
    spoil(folder, "postings/lengths.npy", "flipped")
    ran = command("doctor", "--repair", "--collection", folder)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "the collection is sound again")
    assert "postings/lengths.npy was altered" in ran.out
    assert command("doctor", "--collection", folder).out == "the collection is sound\n"
    path = folder / "ledger.sqlite"
    path.write_bytes(path.read_bytes().replace(b"The envoy left. Talks", b"The envoy left! Talks"))
    ran = command("doctor", "--repair", "--collection", folder)
    assert ran.code == 1
    assert "lost: d01: it is not what was added, and kept as it can be read\n" in ran.out


# Rows


def test_rows_are_read_as_sqlite_reads_them(tmp_path: Path) -> None:
    path, chosen = tmp_path / "some.sqlite", random.Random(1)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT, some BLOB, real REAL)")
        database.execute("CREATE TABLE pairs (one TEXT, other INTEGER, PRIMARY KEY (one, other)) WITHOUT ROWID")
        sizes = [*range(0, 200, 7), *(chosen.randrange(40_000) for _ in range(40)), 4061, 4062, 4063]
        for number, size in enumerate(sizes):
            row = number - 5, "é" * size, bytes(size // 3) if number % 2 else None, number / 3
            database.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", row)
            database.execute("INSERT INTO pairs VALUES (?, ?)", ("x" * size, -(2 ** (number % 60))))
        database.execute("DELETE FROM texts WHERE number % 5 = 0")
        for _ in ("in the log", "in the file"):
            with RawDatabase(path, tmp_path / "some.sqlite-wal") as raw:
                roots = raw.roots()
                texts = {row.key: row.values[1:] for row in raw.rows(roots["texts"], of_index=False)}
                pairs = {row.values for row in raw.rows(roots["pairs"], of_index=True)}
                assert list(raw.stray()) == []
                assert raw.broken == 0
            assert texts == {row[0]: row[1:] for row in database.execute("SELECT * FROM texts")}
            assert pairs == set(database.execute("SELECT * FROM pairs"))
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_a_kept_log_belongs_to_the_ledger_that_it_was_kept_with(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    ledger.write_bytes(b"x")
    kept = tmp_path / "ledger.sqlite.damaged-20260101-000000"
    kept.write_bytes(b"x")
    log = kept.with_name(f"{kept.name}-wal")
    log.write_bytes(b"log")
    assert replaced_ledger.damaged_log(ledger) == tmp_path / "ledger.sqlite-wal"
    kept.unlink()
    kept.hardlink_to(ledger)
    assert replaced_ledger.damaged_log(ledger) == log


def test_documents_that_no_segment_has_are_found_by_doctor_too(folder: Path) -> None:
    before = ask(folder)
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        version = "SELECT version FROM documents WHERE id = 'd03'"
        ledger.execute(f"DELETE FROM passages WHERE version = ({version})")
    with open_collection(folder) as collection:
        assert any("1 documents are in no segment" in each for each in collection.problems())
    assert repair_collection(folder).mended
    assert ask(folder).ids == before.ids
