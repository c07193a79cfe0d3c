"""A stranger's collection: whatever lies in it, nothing in it is carried out."""

import json
import pickle
import re
import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import faiss
import numpy as np
import pytest
import whoosh.codec.whoosh3
import whoosh.filedb.structfile
import whoosh.index
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged, DragomanError, ModelNotFound
from dragoman.index.encoding.query_encoder import EncoderInfo, QueryEncoder, sha256
from dragoman.search.collection import open_collection
from dragoman.search.making import reindex_collection
from support.folders import unseal
from support.whoosh_reference import inverted, open_reader

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran

DIMENSION = 4
DOCUMENTS = [
    Document(
        "geneva", "Envoys signed a treaty in Geneva. It ended a long war.", title="A treaty", countries=("France",)
    ),
    Document("seoul", "Leaders agreed on trade at the summit in Seoul.", title="A summit"),
]


class Touch:
    """A pickle of it makes a file when it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.file,)


class Folder(NamedTuple):
    """A collection's folder, and a file that is there once anything in it was carried out."""

    path: Path
    trace: Path

    def files(self, pattern: str) -> Iterator[Path]:
        yield from sorted(path for path in (self.path / "segments").rglob(pattern) if path.is_file())

    def seal(self) -> None:
        """Let each segment know the sizes that its files have by now, as in a collection that has no checksums."""
        unseal(self.path)
        with closing(sqlite3.connect(self.path / "ledger.sqlite")) as ledger, ledger:
            ledger.execute("DELETE FROM seals")
        for manifest in self.files("segment.json"):
            files = [path for path in self.files("*.*") if path != manifest]
            sizes = {path.relative_to(manifest.parent).as_posix(): path.stat().st_size for path in files}
            manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "files": sizes}))


@pytest.fixture
def folder(
    make_collection: "MakeCollection",
    empty_collections: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Folder:
    """A collection of one segment, closed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
    with make_collection(DOCUMENTS) as collection:
        return Folder(collection.path, tmp_path / "trace")


def hostile_whoosh(kind: str, place: Path, trace: Path) -> None:
    """Write a Whoosh index of which one kind of pickle is hostile."""
    passages = [(["treaty"], ["envoy", "treaty", f"t{number}"] * 3, [], []) for number in range(300)]
    inverted(place, passages).close()
    hostile = pickle.dumps(Touch(trace), 2)
    with pytest.MonkeyPatch.context() as patch:
        if kind == "schema":
            patch.setattr(cast("Any", whoosh.index).pickle, "dumps", lambda *_: hostile)
        elif kind == "segments":
            patch.setattr(whoosh.filedb.structfile.StructFile, "write_pickle", lambda self, *_: self.write(hostile))
        else:
            patch.setattr(whoosh.codec.whoosh3, "dumps", lambda *_: hostile)
        shutil.rmtree(place)
        with suppress(Exception):  # it reads what it has written
            inverted(place, passages).close()
    trace.unlink(missing_ok=True)


def use(folder: Folder, command: "Callable[..., Ran]", tmp_path: Path) -> None:
    """All that one does with a collection. What is refused is refused in a line."""
    place = ("--collection", folder.path)
    questions = (
        "treaty",
        "treat*",
        "title:tr?at*",
        "traety~",
        "summit~2",
        '"signed a treaty"',
        "country:France",
        "end",
    )
    with open_collection(folder.path) as collection:
        assert sum(collection.search(question).total for question in questions) > 5
    for arguments in (
        ["status"],
        ["doctor"],
        ["list"],
        ["backup", tmp_path / "backup"],
        ["pack", tmp_path / "a.pack"],
        ["compact"],
        ["reindex"],
    ):
        ran = command(*arguments, *place)
        assert (ran.code in (0, 1), "Traceback" in ran.err) == (True, False), (arguments, ran)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves files open
@pytest.mark.parametrize("kind", ["schema", "segments", "blocks and term infos"])
def test_pickles_in_a_whoosh_index_are_not_read(
    folder: Folder, command: "Callable[..., Ran]", tmp_path: Path, kind: str
) -> None:
    (segment,) = (path.parent for path in folder.files("segment.json"))
    hostile_whoosh(kind, segment / "whoosh", folder.trace)
    folder.seal()
    use(folder, command, tmp_path)
    assert not folder.trace.exists()
    with open_collection(folder.path) as collection:
        assert [hit.document.id for hit in collection.search("treat*", mode="keyword")] == ["geneva"]
        assert collection.problems() == []
    # It is no empty threat: Whoosh would carry it out.
    hostile_whoosh(kind, tmp_path / "whoosh", folder.trace)
    with suppress(Exception), open_reader(tmp_path / "whoosh") as reader:
        for name, term in reader.all_terms():
            list(reader.postings(name, term).all_ids())
    assert folder.trace.exists()


def test_no_whoosh_index_is_left_in_a_collection(folder: Folder) -> None:
    assert list(folder.files("*.npy"))
    assert [path for path in folder.path.rglob("*") if "whoosh" in path.name or path.suffix in (".toc", ".seg")] == []


def test_pickled_objects_in_arrays_are_not_read(folder: Folder) -> None:
    hostile = np.array([Touch(folder.trace)], object)
    for file in folder.files("*.npy"):
        before = file.read_bytes()
        np.save(file, hostile, allow_pickle=True)
        folder.seal()
        with open_collection(folder.path) as collection:
            assert not collection.search("treat* OR summit~")
            assert "Python objects" in collection.left_out[0].reason
        file.write_bytes(before)
    for file in folder.files("*.npy"):
        np.save(file, hostile, allow_pickle=True)
    folder.seal()
    np.save(folder.path / "apart.npy", hostile, allow_pickle=True)
    reindex_collection(folder.path)
    assert not folder.trace.exists()
    np.load(folder.path / "apart.npy", allow_pickle=True)  # which would carry it out
    assert folder.trace.exists()


def test_files_that_a_model_names_as_its_weights_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a model does that takes its weights out of a secret in the folder that one happens to be in, or anywhere."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(np.ones(DIMENSION, np.float32).tobytes())
    for secret in ("secret", str(tmp_path / "secret"), f"../{tmp_path.name}/secret", ""):
        weights = numpy_helper.from_array(np.ones(DIMENSION, np.float32), "weights")
        if secret:
            weights.ClearField("raw_data")
            weights.data_location = TensorProto.EXTERNAL
            for key, value in {"location": secret, "length": str(4 * DIMENSION)}.items():
                weights.external_data.add(key=key, value=value)
        folder = encoder(tmp_path / f"encoder{len(secret)}", weights)
        if secret:
            with pytest.raises(CollectionDamaged, match="not a model that can be run"):
                QueryEncoder(folder)
        else:
            assert QueryEncoder(folder).encode(["peace"]).shape == (1, DIMENSION)


def encoder(folder: Path, weights: TensorProto) -> Path:
    """Write a query encoder that answers every question with its weights, whatever these are."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, DIMENSION])
    shape = numpy_helper.from_array(np.array([1, DIMENSION]), "shape")
    nodes = [helper.make_node("Reshape", ["weights", "shape"], ["embedding"])]
    graph = helper.make_graph(nodes, "graph", inputs, [output], [weights, shape])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).to_str().encode()
    info = EncoderInfo(
        "hostile", "", DIMENSION, 8, "", "", True, "float32", "mean", "float32", sha256(model), sha256(tokenizer)
    )
    folder.mkdir()
    (folder / "query.onnx").write_bytes(model)
    (folder / "tokenizer.json").write_bytes(tokenizer)
    (folder / "encoder.json").write_text(info.to_json())
    return folder


def test_an_index_of_vectors_of_another_kind_is_not_read(folder: Folder) -> None:
    (file,) = folder.files("vectors.faiss")
    before = file.read_bytes()
    (dimension,) = struct.unpack_from("<i", before, 4)
    flat = faiss.IndexFlatIP(dimension)
    flat.add(np.ones((2, dimension), np.float32))
    hostile = [
        bytes(faiss.serialize_index(flat)),
        bytes(faiss.serialize_index(faiss.IndexPreTransform(flat))),
        before[:4] + struct.pack("<i", 1 << 30) + before[8:],
        before[:8] + struct.pack("<q", 1 << 60) + before[16:],
        before[:73] + struct.pack("<Q", 1 << 63) + before[81:],
        before + bytes(8),
        before[:40],
        b"",
    ]
    for content in hostile:
        file.write_bytes(content)
        folder.seal()
        with open_collection(folder.path) as collection:
            assert not collection.search("treaty")
            assert re.search("not an index of vectors|bytes|is empty", collection.left_out[0].reason)


def test_a_ledger_leads_to_no_other_folder_and_runs_no_statements_of_its_own(folder: Folder) -> None:
    outside = folder.path.parent / "outside"
    outside.mkdir()
    for statement in (
        "INSERT INTO segments (name, retired_at) VALUES ('../../outside', 1)",
        "INSERT INTO segments (name) VALUES ('/outside')",
        "INSERT INTO segments (name, retired_at) VALUES ('', 1)",
        "CREATE TRIGGER more AFTER INSERT ON documents BEGIN DELETE FROM documents; END",
        "CREATE VIEW more AS SELECT 1",
        "CREATE VIRTUAL TABLE more USING fts5(words)",
    ):
        shutil.copytree(folder.path, folder.path.with_name("copy"))
        unseal(folder.path.with_name("copy"))
        with closing(sqlite3.connect(folder.path.with_name("copy") / "ledger.sqlite")) as ledger, ledger:
            ledger.execute(statement)
        with pytest.raises(CollectionDamaged, match="do not use it"), open_collection(folder.path.with_name("copy")):
            pass
        shutil.rmtree(folder.path.with_name("copy"))
    assert outside.exists()


def test_the_query_encoder_lies_in_the_collection(folder: Folder) -> None:
    shutil.copytree(folder.path / "encoders", folder.path.parent / "encoders")
    for name in ("../../encoders", "/etc", "..", "a/b"):
        unseal(folder.path)
        with closing(sqlite3.connect(folder.path / "ledger.sqlite")) as ledger, ledger:
            ledger.execute("UPDATE settings SET value = ? WHERE key = 'encoder_folder'", (json.dumps(name),))
        with open_collection(folder.path) as collection, pytest.raises(CollectionDamaged, match="lies elsewhere"):
            collection.search("peace", mode="meaning")


@pytest.mark.parametrize("name", ["writer.lock", "writer.json", "ledger.sqlite-wal", "ledger.sqlite-shm"])
def test_nothing_is_written_through_a_link(folder: Folder, name: str) -> None:
    precious = folder.path.parent / "precious"
    precious.write_text("mine")
    (folder.path / name).unlink(missing_ok=True)
    (folder.path / name).symlink_to(precious)
    with pytest.raises(CollectionDamaged, match=f"{name} is a link"), open_collection(folder.path) as collection:
        collection.add([Document("paris", "Talks began in Paris.")])
    assert precious.read_text() == "mine"


def test_a_backup_writes_through_no_link_either(folder: Folder, tmp_path: Path) -> None:
    precious = folder.path.parent / "precious"
    precious.write_text("mine")
    (folder.path / "backups.jsonl").symlink_to(precious)
    (folder.path / "copying.lock").unlink(missing_ok=True)
    (folder.path / "copying.lock").symlink_to(folder.path.parent / "nologin")
    with open_collection(folder.path) as collection:
        collection.backup(tmp_path / "backup")
    assert precious.read_text() == "mine"
    assert not (folder.path.parent / "nologin").exists()
    with open_collection(tmp_path / "backup") as backup:
        assert [hit.document.id for hit in backup.search("treat*", mode="keyword")] == ["geneva"]


def test_nothing_is_swept_but_segments(folder: Folder) -> None:
    home = folder.path.parent / "home"
    shutil.move(folder.path / "segments", home)
    (folder.path / "segments").symlink_to(home)
    (home / "letters").mkdir()
    with open_collection(folder.path) as collection:
        collection.remove(["seoul"])
        assert [hit.document.id for hit in collection.search("treaty", mode="keyword")] == ["geneva"]
    assert (home / "letters").exists()


def test_code_that_a_model_brings_is_not_run(folder: Folder, tiny_models: tuple[Path, Path]) -> None:
    """A collection names its model, which may well lie beside it in the same archive."""
    model = folder.path / "model"
    shutil.copytree(tiny_models[0], model)
    (model / "own.py").write_text(f"from pathlib import Path\nPath({str(folder.trace)!r}).touch()\nclass Own: pass\n")
    modules = json.loads((model / "modules.json").read_text())
    (model / "modules.json").write_text(json.dumps([{**modules[0], "type": "own.Own"}, *modules[1:]]))
    unseal(folder.path)
    with closing(sqlite3.connect(folder.path / "ledger.sqlite")) as ledger, ledger:
        (info,) = ledger.execute("SELECT value FROM settings WHERE key = 'encoder'").fetchone()
        info = json.dumps({**json.loads(info), "name": str(model)})
        ledger.execute("UPDATE settings SET value = ? WHERE key = 'encoder'", (info,))
    with open_collection(folder.path) as collection, pytest.raises(ModelNotFound, match="code of its own"):
        collection.add([Document("paris", "Talks began in Paris.")])
    with pytest.raises(DragomanError):
        reindex_collection(folder.path, model=str(model))
    assert not folder.trace.exists()
