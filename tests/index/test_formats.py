"""Collections as earlier versions wrote them. Those with other terms are refused until they have been indexed anew,
which takes no model, and then asked and changed like any other; from format 4 on, they are read as they are."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.fields import OwnField
from dragoman.errors import CollectionMismatch, CollectionNotFound, ModelNotFound
from dragoman.index.encoding.forward import passage_precision
from dragoman.index.encoding.model import fingerprint, weights_hash
from dragoman.index.encoding.query_encoder import RECIPE_VERSION
from dragoman.index.ledger import schema
from dragoman.index.ledger.database import Database
from dragoman.index.segments.segment import open_vectors
from dragoman.index.writing.store import Store
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import reindex_collection
from support.folders import unseal
from support.tiny_model import make_tiny_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.programs import Ran

CUT = '"cut": ["'
COLLECTIONS = Path(__file__).parent / "collections"

READER = """
import sys
import dragoman

with dragoman.open_collection(sys.argv[1]) as collection:
    print(*sorted(hit.document.id for hit in collection.search("treat*", mode="keyword")))
    hits = collection.search("Leaders agreed on trade at the summit in Seoul.", mode="meaning")
    print(*(hit.document.id for hit in hits), collection.problems())
"""


@pytest.fixture(params=[2, 3])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A collection as it was written."""
    return unpacked(request.param, tmp_path)


@pytest.fixture
def folder(earlier: Path) -> Path:
    """The same, indexed anew; its model is long gone."""
    reindex_collection(earlier)
    return earlier


def unpacked(form: int, place: Path) -> Path:
    """A copy of the collection that is kept in a format, whose model is not there."""
    with tarfile.open(COLLECTIONS / f"format-{form}" / "collection.tar.xz") as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # which Python 3.11.2 does not know
        packed.extractall(place)
    _name_model(place / "collection", place / "no-model-here")
    return place / "collection"


def ids(collection: Collection, question: str) -> list[str]:
    return sorted(hit.document.id for hit in collection.search(question, mode="keyword", fold=False))


def test_it_is_refused_with_the_command_that_mends_it(earlier: Path, here: "Callable[..., Ran]") -> None:
    with pytest.raises(CollectionMismatch, match="dragoman reindex --collection"):
        open_collection(earlier)
    before = {path: path.read_bytes() for path in earlier.rglob("*") if path.is_file()}
    for command in (["status"], ["add", str(earlier)], ["compact"]):
        ran = here(*command, "--collection", earlier)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.count("\n") == 1
        assert f"mend it with `dragoman reindex --collection {earlier}`" in ran.err
    assert {path: path.read_bytes() for path in earlier.rglob("*") if path.is_file()} == before


def test_it_is_asked_by_words_patterns_filters_and_meaning(folder: Path) -> None:
    with open_collection(folder) as collection:
        assert list(collection.document_ids()) == ["geneva", "paris", "seoul"]
        assert ids(collection, "sign") == ["geneva", "paris"]
        assert ids(collection, "treat*") == ["geneva"]
        assert ids(collection, "sumit~") == ["seoul"]
        assert ids(collection, '"paix à Paris"') == ["paris"]
        assert ids(collection, 'country:"South Korea"') == ["seoul"]
        assert ids(collection, "date:2025-03") == ["paris"]
        assert ids(collection, "minister") == []
        hits = collection.search("Leaders agreed on trade at the summit in Seoul.", mode="meaning")
        assert [hit.document.id for hit in hits] == ["seoul"]
        assert collection.problems() == []
        assert (collection.generation, collection.status().segments) == (4, 1)


def test_it_is_asked_where_nothing_may_be_written(folder: Path) -> None:
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):  # as on a medium that was written without them
        (folder / name).unlink()
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    command = [sys.executable, "-c", READER, str(folder)]
    if os.geteuid() == 0:  # whom no mode keeps from writing
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", mount, str(folder), *command]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | 0o200)
    assert (ran.stdout, ran.stderr) == ("geneva\nseoul []\n", "")
    assert not (folder / "ledger.sqlite-wal").exists()


def test_it_is_compacted(folder: Path, tmp_path: Path) -> None:
    _move_model(folder, make_tiny_model(tmp_path / "model", seed=1))
    with open_collection(folder) as collection:
        collection.add([Document("vienna", "Envoys signed a peace in Vienna.")])
        before = [(hit.document.id, hit.score) for hit in collection.search("treaty traité", fold=False)]
        collection.compact()
        assert collection.status().segments == 1
        assert [(hit.document.id, hit.score) for hit in collection.search("treaty traité", fold=False)] == before
        assert ids(collection, "sum*") == ["seoul"]
        assert collection.problems() == []


def test_documents_are_removed_and_added(folder: Path, tmp_path: Path) -> None:
    _move_model(folder, make_tiny_model(tmp_path / "model", seed=1))
    with open_collection(folder) as collection:
        assert collection.remove(["seoul"]).removed == 1
        report = collection.add([Document("vienna", "Envoys signed a peace in Vienna."), collection.document("geneva")])
        assert (report.added, report.unchanged) == (1, 1)
        assert list(collection.document_ids()) == ["geneva", "paris", "vienna"]
        assert ids(collection, "sign") == ["geneva", "paris", "vienna"]
        collection.compact()
        assert collection.problems() == []


@pytest.mark.parametrize("gone", [True, False])
def test_it_is_indexed_anew_with_the_vectors_that_it_has(
    earlier: Path, gone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if not gone:
        model = make_tiny_model(tmp_path / "model", seed=1)
        _move_model(earlier, model)
        precision = passage_precision()
        _record(earlier, "precision", precision)
        unseal(earlier)
        with closing(sqlite3.connect(earlier / "ledger.sqlite")) as ledger, ledger:
            name = f"{fingerprint(str(model), model, precision)[:16]}-{RECIPE_VERSION}"
            ledger.execute("UPDATE settings SET value = ? WHERE key = 'encoder_folder'", (json.dumps(name),))
    before = _stored_vectors(earlier)
    report = reindex_collection(earlier)
    assert (report.updated, report.passages, report.copied) == (3, 3, 3)
    with open_collection(earlier) as collection:
        assert _vectors(earlier) == before
        assert ids(collection, "sign") == ["geneva", "paris"]
        assert ids(collection, "treat*") == ["geneva"]
        assert collection.problems() == []


def test_without_its_model_nothing_is_encoded_and_so_nothing_is_changed(earlier: Path) -> None:
    unseal(earlier)
    with closing(sqlite3.connect(earlier / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE passages SET end = end - 1")  # as if documents were split in another way by now
    with pytest.raises(ModelNotFound):
        reindex_collection(earlier)
    with pytest.raises(CollectionMismatch):
        open_collection(earlier)


def test_a_model_that_is_asked_for_must_be_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        reindex_collection(folder, model=str(tmp_path / "nowhere"))


def test_what_an_older_one_lacks_is_named_and_had_by_indexing_anew(tmp_path: Path) -> None:
    folder = unpacked(2, tmp_path)
    assert reindex_collection(folder).unfilled == ("author", "topic", "from", "to", "volume", "classification")
    _move_model(folder, make_tiny_model(tmp_path / "model", seed=1))
    with open_collection(folder) as collection:
        assert collection.status().lacking == ()
        geneva = collection.document("geneva")
        assert collection.add([geneva]).unchanged == 1, "what it has not got is empty, and no news"
        collection.add([replace(geneva, author="A. Consul", senders=("Rusk",))])
        assert ids(collection, "from:rusk author:consul") == ["geneva"]
        assert collection.facets("treaty").columns["from"].distinct == 1


def test_fields_of_archives_and_of_its_own_are_asked_for(tmp_path: Path) -> None:
    folder = unpacked(3, tmp_path)
    assert reindex_collection(folder).unfilled == ()
    with open_collection(folder) as collection:
        for question in (
            "from:Rusk",
            "to:bundy",
            "volume:frus1961",
            "classification:secret",
            "author:consul topic:trade",
            "desk:asia",
            "votes:10..20",
            "received:2025-03",
        ):
            assert ids(collection, question) == ["geneva"], question
        assert ids(collection, "votes:..10") == ids(collection, "-desk:asia desk:europe") == ["paris"]
        assert [each.text for each in collection.complete("desk:eu")] == ["desk:=Europe"]
        facets = collection.facets("votes:0..")
        assert [each.value for each in facets.columns["desk"].values] == ["Asia", "Europe"]
        assert "votes" not in facets.columns
        assert collection.status().fields == ("desk", "votes", "received")


def test_a_field_that_is_declared_otherwise_has_to_be_read_again(tmp_path: Path) -> None:
    folder = unpacked(3, tmp_path)
    assert reindex_collection(folder, fields=[OwnField("desk", "bureau")]).unfilled == ("desk",)
    assert reindex_collection(folder, fields=[OwnField("desk", "bureau")]).unfilled == ()


def test_what_was_cut_moves_into_a_table_when_somebody_writes(tmp_path: Path) -> None:
    folder = unpacked(4, tmp_path)
    ledger = (folder / "ledger.sqlite").read_bytes()
    with open_collection(folder) as collection:
        geneva, paris, seoul = (collection.document(each) for each in ("geneva", "paris", "seoul"))
        assert geneva.cut == ("Home | News | “Sport”", "Subscribe")
        assert (paris.cut, seoul.cut) == (("Abonnez-vous",), ())
        assert (folder / "ledger.sqlite").read_bytes() == ledger, "who only reads leaves it as it is"
        before = _stored_vectors(folder)
        report = collection.add([geneva, replace(paris, cut=("Menu",)), replace(seoul, cut=("Login",))])
        assert (report.unchanged, report.passages) == (3, 0)
        assert collection.document("geneva") == geneva
        assert collection.document("paris").cut == ("Menu",)
        assert collection.document("seoul").cut == ("Login",)
        assert collection.add([seoul]).unchanged == 1
        assert collection.document("seoul") == seoul
        assert _stored_vectors(folder) == before
        assert collection.problems() == []
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as written:
        assert not [text for (text,) in written.execute("SELECT description FROM documents") if '"cut": ["' in text]
        assert len(written.execute("SELECT version FROM cuts").fetchall()) == 3, "that of a document that is gone, too"


def test_cuts_move_in_steps_that_are_kept_when_the_next_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpacked(4, tmp_path)
    monkeypatch.setattr(schema, "_AT_A_TIME", 1)
    left: list[int] = []

    def moved(connection: sqlite3.Connection) -> object:
        (rows,) = connection.execute("SELECT count(*) FROM documents WHERE instr(description, ?)", [CUT]).fetchone()
        left.append(rows)
        if len(left) == 3:
            raise RuntimeError("the power went")
        return schema.MIGRATIONS[2](connection)

    with closing(Database(folder / "ledger.sqlite", (*schema.MIGRATIONS[:2], moved))) as database:
        with pytest.raises(RuntimeError):
            database.migrate()
        assert database.setting("format") == 4
        with open_collection(folder) as collection:  # half of it moved, and all of it read
            assert [collection.document(each).cut for each in ("geneva", "paris", "seoul")] == [
                ("Home | News | “Sport”", "Subscribe"),
                ("Abonnez-vous",),
                (),
            ]
        database.migrate()
        assert left == [3, 2, 1, 1, 0]
        assert "cuts_moved" not in database.settings()
        assert database.setting("format") == 5


@pytest.mark.parametrize("form", [4, 5])
def test_states_can_be_kept_once_somebody_writes(form: int, tmp_path: Path) -> None:
    folder = unpacked(form, tmp_path)
    ledger = (folder / "ledger.sqlite").read_bytes()
    with open_collection(folder) as collection:
        assert ids(collection, "sign") == ["geneva", "paris"]
        assert collection.problems() == []
        assert (collection.kept(), collection.status().kept) == ([], ())
        with pytest.raises(CollectionNotFound, match="no state 'spring' is kept"):
            open_collection(folder, at="spring")
        assert (folder / "ledger.sqlite").read_bytes() == ledger, "who only reads leaves it as it is"
        collection.keep("spring")
        collection.remove(["geneva"])
        assert ids(collection, "sign") == ["paris"]
        assert collection.problems() == []
    with open_collection(folder, at="spring") as kept:
        assert ids(kept, "sign") == ["geneva", "paris"]
        assert kept.document("geneva").cut == ("Home | News | “Sport”", "Subscribe")


def test_a_collection_gets_an_identity_that_its_copies_share_once_somebody_writes(tmp_path: Path) -> None:
    identities: list[str] = []
    for name, form in (("one", 5), ("copy", 5), ("other", 4)):
        with closing(Database(unpacked(form, tmp_path / name) / "ledger.sqlite")) as database:
            database.migrate()
            identities.append(database.setting("identity"))
            database.migrate()
            assert database.setting("identity") == identities[-1]
    assert identities[0] == identities[1] != identities[2]


@pytest.mark.parametrize(
    ("now", "then"),
    [('"language": "en"', '"language": "?"'), ('"notes": [{', '"notes": [{"x": 1, '), ("{", "no JSON {")],
)
def test_a_row_that_is_no_document_today_keeps_no_collection_from_being_written_to(
    tmp_path: Path, now: str, then: str
) -> None:
    folder = unpacked(4, tmp_path)
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        (was,) = ledger.execute("SELECT description FROM documents WHERE id = 'geneva'").fetchone()
        assert now in was
        ledger.execute("UPDATE documents SET description = ? WHERE id = 'geneva'", (was.replace(now, then, 1),))
    with open_collection(folder) as collection:
        paris = collection.document("paris")
        assert paris.cut == ("Abonnez-vous",)
        assert collection.add([replace(paris, cut=("Menu",))]).unchanged == 1
        assert collection.document("paris").cut == ("Menu",)
        assert collection.remove(["geneva"]).removed == 1
        assert collection.status().documents == 2


def _stored_vectors(folder: Path) -> dict[str, bytes]:
    """What `_vectors` gives, of a collection whose other parts cannot be read."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        rows = ledger.execute(
            "SELECT id, name, ordinal FROM passages JOIN documents USING (version) JOIN segments ON number = segment "
            "WHERE documents.retired_at IS NULL ORDER BY start DESC"
        ).fetchall()
    return {
        id_: open_vectors(folder / "segments" / name).get(np.array([ordinal])).tobytes() for id_, name, ordinal in rows
    }


def _vectors(folder: Path) -> dict[str, bytes]:
    """The vector of each document's first passage, by document, read past all that checks settings."""
    with closing(Store(folder, check=False)) as store:
        snapshot = store.snapshot()
        numbers = {each: snapshot.find(each)[:1] for each in store.ledger.live_ids()}
        return {each: snapshot.vectors(number).tobytes() for each, number in numbers.items()}


def _record(folder: Path, field: str, value: object) -> None:
    """Change what a collection says of its encoder."""
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ((recorded,),) = ledger.execute("SELECT value FROM settings WHERE key = 'encoder'").fetchall()
        info = json.dumps({**json.loads(recorded), field: value})
        ledger.execute("UPDATE settings SET value = ? WHERE key = 'encoder'", (info,))


def _name_model(folder: Path, model: Path) -> str:
    """Say that a collection's model is in a folder. Returns the hash of the weights that its vectors were made with."""
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ((recorded,),) = ledger.execute("SELECT value FROM settings WHERE key = 'encoder'").fetchall()
        info = {**json.loads(recorded), "name": str(model)}
        ledger.execute("UPDATE settings SET value = ? WHERE key = 'encoder'", (json.dumps(info),))
    (encoder,) = (folder / "encoders").iterdir()
    (encoder / "encoder.json").write_text(json.dumps(info, indent=2) + "\n")
    return info["model_hash"]


def _move_model(folder: Path, model: Path) -> None:
    """Let a collection's model be a folder with the same one."""
    if _name_model(folder, model) != weights_hash(model):
        pytest.skip("this version of torch draws other random weights")
