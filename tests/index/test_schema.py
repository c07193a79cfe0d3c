"""From one format of a collection to the next: who reads what, and who changes it when."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.readers.contract import ReadOptions
from dragoman.errors import CollectionMismatch
from dragoman.index.feeding.feeder import Feeding, feed
from dragoman.index.ledger.database import Database
from dragoman.index.ledger.schema import FORMAT, MIGRATIONS
from dragoman.index.writing.store import Store
from dragoman.index.writing.writer import Writer
from support.folders import unseal

if TYPE_CHECKING:
    from conftest import MakeCollection


def name_the_archive(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO settings VALUES ('archive', '\"Geneva\"')")


def rename_the_archive(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE settings SET value = '\"Vienna\"' WHERE key = 'archive'")


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM documents")
    raise RuntimeError("the power went")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Database.create(tmp_path / "ledger.sqlite", {}).close()
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., Database]]:
    """Opens the ledger, as a Dragoman with these further steps would."""
    databases: list[Database] = []

    def open_with(*steps: Callable[[sqlite3.Connection], object]) -> Database:
        databases.append(Database(path, (*MIGRATIONS, *steps)))
        return databases[-1]

    yield open_with
    for each in databases:
        each.close()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_new_ledger_has_the_present_format_and_needs_nothing(path: Path, opened: Callable[..., Database]) -> None:
    database = opened()
    assert database.setting("format") == FORMAT
    before = path.stat().st_mtime_ns, tables(path)
    database.migrate()
    assert (path.stat().st_mtime_ns, tables(path)) == before


def test_whoever_reads_leaves_an_older_format_as_it_is(opened: Callable[..., Database]) -> None:
    database = opened(name_the_archive)
    assert database.setting("format") == FORMAT
    assert "archive" not in database.settings()


def settings(database: Database) -> dict[str, object]:
    return {name: value for name, value in database.settings().items() if name != "revision"}


def test_whoever_writes_goes_all_the_steps_from_where_the_ledger_is(opened: Callable[..., Database]) -> None:
    opened(name_the_archive).migrate()
    assert settings(opened(name_the_archive)) == {"format": FORMAT + 1, "generation": 0, "archive": "Geneva"}
    opened(name_the_archive, rename_the_archive).migrate()
    later = opened(name_the_archive, rename_the_archive)
    later.migrate()  # and none of them twice
    assert settings(later) == {"format": FORMAT + 2, "generation": 0, "archive": "Vienna"}


def test_a_step_that_fails_leaves_everything_as_it_was(opened: Callable[..., Database]) -> None:
    with pytest.raises(RuntimeError, match="power"):
        opened(name_the_archive, fail).migrate()
    assert opened().settings() == {"format": FORMAT, "generation": 0}


def test_an_older_dragoman_says_that_it_must_be_upgraded(opened: Callable[..., Database]) -> None:
    opened(name_the_archive).migrate()
    with pytest.raises(CollectionMismatch, match=f"has format {FORMAT + 1}.*upgrade dragoman"):
        opened()


def test_a_table_that_is_missing_is_made_by_whoever_writes(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection([Document("a", "The envoys met.")])
    collection.close()
    ledger = collection.path / "ledger.sqlite"
    unseal(collection.path)
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("DROP TABLE recurring_lines")
        connection.execute("DROP INDEX files_by_document")
    (tmp_path / "b.html").write_text("<p>The envoys signed a treaty on fisheries in Geneva.</p>")
    with closing(Store(collection.path)) as store:
        assert store.snapshot().info.passages == 1
        assert "recurring_lines" not in tables(ledger)
        with store.writing(timeout=10):
            assert feed(Writer(store), [(str(tmp_path / "b.html"), Feeding(ReadOptions()))]).added == 1
        assert "recurring_lines" in tables(ledger)
        assert store.database.generation == 2
