"""Packs: a collection as one file, which gives the same answers elsewhere, and of which nothing is believed."""

import fcntl
import io
import json
import os
import shutil
import signal
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import DateInterval, Document, Note, Page, Person, Reference
from dragoman.corpus.fields import OwnField
from dragoman.errors import CollectionExists, CollectionMismatch, DragomanError, InvalidPack
from dragoman.index.keeping import pack as packing
from dragoman.index.keeping import unpack as unpacking
from dragoman.index.writing import writer
from dragoman.index.writing.tally import Progress
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection, reindex_collection, unpack
from dragoman.search.ranking.settings import Settings
from support.places import ROOT

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran

DOCUMENTS = [
    Document(
        "geneva",
        "Envoys signed a treaty in Geneva. It ended a long war.\n\nA second paragraph of it follows here. " * 40,
        title="Traité — condition",
        dates=DateInterval(date(1950, 3, 1), date(1950, 3, 31)),
        countries=("France",),
        people=(Person("Ada Lee", "envoy", "Korea"),),
        references=(Reference("Le Monde", "Traité"),),
        notes=(Note("1", 5, "An armistice, rather."),),
        pages=(Page("xii", 0), Page("xiii", 40)),
        cut=("Menu", "Home"),
        extra={"desk": ("Asia",)},
        provenance={"title": "given"},
        origin="geneva.pdf",
        recipients=("Acheson",),
    ),
    Document(
        "seoul", "정상들이 서울에서 만났다. Leaders agreed on trade at the summit.", title="A summit", language="ko"
    ),
    Document("gone", "This one is removed before anything is packed."),
    Document("paris", "Talks began in Paris. Nobody said a word."),
]
QUESTIONS = ("treaty", "treat*", "summit~", "end of fighting", "country:France", "desk:Asia", '"in Paris"', "서울")


class Changed(NamedTuple):
    """What is in the files of a pack."""

    files: dict[str, bytes]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files["documents.jsonl"].splitlines()]

    def write(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return path


@pytest.fixture(scope="module")
def original(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A collection of two segments, with a document removed, fields of its own, names and a ranking."""
    folder = tmp_path_factory.mktemp("packs") / "summits"
    shutil.copytree(empty_collections[0], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
        reindex_collection(folder, fields=[OwnField("desk", "department")])
        with open_collection(folder) as collection:
            collection.add(DOCUMENTS[:1])
            collection.add(DOCUMENTS[1:])
            collection.remove(["gone"])
            collection.keep_variants(["accord, treaty"])
            collection.keep_settings(Settings(keyword_weight=0.6))
            yield collection


@pytest.fixture
def model(tiny_models: tuple[Path, Path]) -> str:
    return str(tiny_models[0])


@pytest.fixture(scope="module")
def packed(original: Collection) -> Path:
    pack = original.path.with_name("summits.pack")
    original.pack(pack)
    return pack


def answers(collection: Collection) -> list[Any]:
    return [
        [(hit.document, hit.passage, hit.score, hit.highlights) for hit in collection.search(question, fold=False)]
        for question in QUESTIONS
    ]


def read(path: Path) -> Changed:
    with zipfile.ZipFile(path) as archive:
        return Changed({name: archive.read(name) for name in archive.namelist()})


def array(content: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, content, allow_pickle=True)
    return file.getvalue()


def test_it_answers_as_the_original_does(original: Collection, packed: Path, model: str, tmp_path: Path) -> None:
    expected = answers(original)
    assert sum(map(bool, expected)) >= len(QUESTIONS) - 1
    report = unpack(packed, tmp_path / "copy", model=model)
    assert (report.added, report.passages, report.copied) == (3, report.passages, report.passages)
    with open_collection(tmp_path / "copy") as copy:
        assert answers(copy) == expected
        assert [copy.document(name) for name in copy.document_ids()] == [DOCUMENTS[n] for n in (0, 3, 1)]
        assert copy.problems() == []
        assert copy.variants == original.variants
        assert copy.fields.own == (OwnField("desk", "department"),)
        assert copy.status().tuned
        assert not copy.sources()
        assert copy.status().segments == 1


def test_the_same_collection_gives_the_same_bytes(
    original: Collection, packed: Path, model: str, tmp_path: Path
) -> None:
    original.compact()
    original.pack(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == packed.read_bytes()
    unpack(packed, tmp_path / "copy", model=model)
    with open_collection(tmp_path / "copy") as copy:
        copy.pack(tmp_path / "of the copy")
    assert (tmp_path / "of the copy").read_bytes() == packed.read_bytes()


def test_there_is_nothing_in_it_but_json_and_arrays(packed: Path) -> None:
    files = read(packed).files
    assert list(files) == ["documents.jsonl", "vectors.npy", "sentence_vectors.npy", "pack.json"]
    for name, content in files.items():
        if name.endswith(".npy"):
            assert np.load(io.BytesIO(content), allow_pickle=False).size
        else:
            assert all(json.loads(line) for line in (content.splitlines() if name.endswith("jsonl") else [content]))
    assert not any(str(packed.parent).encode() in content for content in files.values()), "a path of this machine"


def test_the_reader_in_its_documentation_reads_it(
    packed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (ROOT / "docs" / "pack.md").read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(packed.parent)
    exec(compile(code, "docs/pack.md", "exec"), {})
    assert "paris Talks began in Paris." in capsys.readouterr().out


def test_another_model_is_refused_and_encodes_anew_where_it_may(
    packed: Path, tiny_models: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(CollectionMismatch, match=r"made with 'first'.* --model, or give --reencode"):
        unpack(packed, tmp_path / "copy", model=str(tiny_models[1]))
    assert not (tmp_path / "copy").exists()
    report = unpack(packed, tmp_path / "copy", model=str(tiny_models[1]), reencode=True)
    assert (report.added, report.copied) == (3, 0)
    with open_collection(tmp_path / "copy") as copy:
        assert {hit.document.id for hit in copy.search("treaty", mode="keyword")} == {"geneva"}
        assert copy.document("geneva") == DOCUMENTS[0]


def test_vectors_of_another_precision_are_taken_and_added_to_in_the_same(
    packed: Path, model: str, tmp_path: Path
) -> None:
    """As on a machine whose processor has no bfloat16, or where it has and the other's had not."""
    pack = read(packed)
    said = json.loads(pack.files["pack.json"])
    other = "float32" if said["encoder"]["precision"] == "bfloat16" else "bfloat16"
    said["encoder"]["precision"] = other
    pack.files["pack.json"] = json.dumps(said).encode()
    unpack(pack.write(tmp_path / "other"), tmp_path / "copy", model=model)
    with open_collection(tmp_path / "copy") as copy:
        assert copy.status().precision == other
        assert copy.problems() == []
        assert copy.add([Document("tokyo", "A treaty in Tokyo.")]).added == 1
        assert copy.search("A treaty in Tokyo.", mode="meaning")[0].document.id == "tokyo"
        copy.pack(tmp_path / "more")


def test_what_is_there_is_not_overwritten(original: Collection, packed: Path, model: str, tmp_path: Path) -> None:
    before = packed.read_bytes()
    with pytest.raises(CollectionExists, match="exists: name another file"):
        original.pack(packed)
    assert packed.read_bytes() == before
    with pytest.raises(CollectionExists, match="exists"):
        unpack(packed, original.path, model=model)
    create_collection(tmp_path / "none", model=model).close()
    with open_collection(tmp_path / "none") as none, pytest.raises(DragomanError, match="nothing to pack"):
        none.pack(tmp_path / "none.pack")
    with pytest.raises(DragomanError, match="no pack can be written to"):
        original.pack(tmp_path / "no" / "folder")
    assert [path.name for path in tmp_path.glob(".*")] == []


def hostile(packed: Path, place: Path) -> Iterator[tuple[str, Path]]:
    """What is wrong with a pack, as it is to be told, and the pack."""
    sound = read(packed)

    def changed(name: str, content: bytes | str) -> Path:
        raw = content.encode() if isinstance(content, str) else content
        return Changed({**sound.files, name: raw}).write(place / "hostile")

    def manifest(**values: Any) -> Path:
        said = {**json.loads(sound.files["pack.json"]), **values}
        return changed("pack.json", json.dumps({name: value for name, value in said.items() if value is not ...}))

    def first(change: Callable[[dict[str, Any]], object]) -> Path:
        lines = sound.lines()
        change(lines[0])
        return changed("documents.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))

    vectors, coded = (np.load(io.BytesIO(sound.files[f"{name}.npy"])) for name in ("vectors", "sentence_vectors"))
    passages, dimension = vectors.shape
    lines = sound.files["documents.jsonl"].splitlines(keepends=True)
    yield "no ZIP archive", changed("pack.json", b"").parent / "sound.txt"
    for name in sound.files:
        rest = {each: content for each, content in sound.files.items() if each != name}
        yield "it has not just the files", Changed(rest).write(place / "hostile")
    for name in ("../../evil", "/etc/passwd", "segments/x.npy", "more/", "evil.pkl"):
        yield "it has not just the files", changed(name, b"evil")
    yield "is not JSON", changed("pack.json", "{")
    yield "nested too deeply", changed("pack.json", "[" * 100_000)
    yield "does not describe a pack", changed("pack.json", "[1]")
    yield "of version 99", manifest(pack=99)
    yield "pack.json lacks something", manifest(documents="3")
    yield "pack.json lacks something", manifest(variants=...)
    yield "pack.json lacks something", manifest(sources=[])
    yield "pack.json is longer", changed("pack.json", b" " * (5 << 20))
    for counts in ({"documents": 0}, {"documents": -3}, {"passages": 1 << 60}, {"documents": passages + 1}):
        yield "counts what cannot be", manifest(**counts)
    yield "other numbers of passages", first(lambda line: line["passages"].pop())
    yield "cut short", manifest(documents=4)
    yield "more lines", manifest(documents=2)
    yield "vectors.npy is not an array of", manifest(passages=passages + 1)
    yield "sentence_vectors.npy is not an array of", manifest(sentences=len(coded) + 1)
    made = json.loads(sound.files["pack.json"])["encoder"]
    yield "its encoder cannot be used", manifest(encoder={})
    yield "its encoder cannot be used", manifest(encoder={**made, "dimension": "8"})
    yield "its encoder cannot be", manifest(encoder={**made, "dimension": 1 << 40})
    yield "its encoder cannot be", manifest(encoder={**made, "precision": "float1"})
    yield "a field cannot be called", manifest(fields=[["no way", "k", "facet"]])
    yield "there is a field 'title' already", manifest(fields=[["title", "k", "facet"]])
    yield "ranking", manifest(ranking={"depth": "deep"})
    yield "ranking", manifest(ranking=[1])
    yield "a name is missing", manifest(variants=["treaty,"])
    # Vectors
    yield "vectors.npy is not an array of", changed("vectors.npy", array(vectors.astype(np.float32)))
    yield "vectors.npy is not an array of", changed("vectors.npy", array(np.asfortranarray(vectors)))
    yield "vectors.npy is not an array of", changed("vectors.npy", array(np.array([{}] * passages, object)))
    yield "vectors.npy is not an array of", changed("vectors.npy", b"evil")
    for head in (b"{'descr': '<f2', ", b"\xa2" * 100, b"(" * 9000, b"__import__('os').getpid()"):
        spoilt_head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head
        yield "vectors.npy is not an array of", changed("vectors.npy", spoilt_head)
    yield "cut short", changed("vectors.npy", sound.files["vectors.npy"][:-2])
    yield "more rows", changed("vectors.npy", sound.files["vectors.npy"] + b"\0" * dimension * 2)
    for wrong in (np.nan, np.inf, 2.0, -60_000.0):
        spoilt = vectors.copy()
        spoilt[-1, 0] = wrong
        yield "is none of unit length", changed("vectors.npy", array(spoilt))
    # Documents
    yield "is not JSON", changed("documents.jsonl", b"evil\n" + b"".join(lines[1:]))
    yield "is not JSON", changed("documents.jsonl", b"\xff\xfe\n" + b"".join(lines[1:]))
    yield "is not JSON", changed("documents.jsonl", b"NaN\n" + b"".join(lines[1:]))
    yield "nested too deeply", changed("documents.jsonl", b"[" * 100_000 + b"\n" + b"".join(lines[1:]))
    for value in (b"[]", b"7", b'"\\"["'):  # which take much more as objects than as bytes
        many = b"[" + (value + b",") * (1 << 21) + value + b"]\n"
        yield "line 1 of documents.jsonl has more values", changed("documents.jsonl", many)
    yield "comes twice, or out of order", changed("documents.jsonl", b"".join([lines[0], lines[0], lines[2]]))
    yield "comes twice, or out of order", changed("documents.jsonl", b"".join(reversed(lines)))
    for change in (
        lambda line: line.update(more=1),
        lambda line: line.update(text=5),
        lambda line: line["description"].update(title=["a"]),
        lambda line: line["description"].update(evil="x"),
        lambda line: line["description"].pop("people"),
        lambda line: line["description"].update(people=[{"name": "x"}]),
        lambda line: line["description"].update(notes=[{"mark": "1", "at": True, "text": ""}]),
        lambda line: line["description"].update(dates=["1950-01-01"]),
        lambda line: line["passages"].append([0, 5]),
        lambda line: line.update(passages={}),
        lambda line: line["passages"][0][2].append(["0", 5]),
    ):
        yield "lacks something, or has something of another type", first(change)
    end = len(sound.lines()[0]["text"])
    for at in (-1, end + 1, 10**9):
        page, note = [["1", 0], ["2", at]], {"mark": "2", "at": at, "text": "Note."}
        yield "lies outside of its text", first(lambda line, page=page: line["description"].update(pages=page))
        yield "lies outside of its text", first(lambda line, note=note: line["description"]["notes"].append(note))
    for at in ("0", 1.0, True, None, [0]):
        page, note = [["1", at]], {"mark": "2", "at": at, "text": "Note."}
        yield "of another type", first(lambda line, page=page: line["description"].update(pages=page))
        yield "of another type", first(lambda line, note=note: line["description"]["notes"].append(note))
    yield "line 1 of documents.jsonl", first(lambda line: line["description"].update(dates=["1950-01-01", "now"]))
    yield "ends before it begins", first(lambda line: line["description"].update(dates=["1951-01-01", "1950-01-01"]))
    yield "an id that is not empty", first(lambda line: line["description"].update(id=""))
    yield "control characters", first(lambda line: line["description"].update(id="a\nb"))
    yield "surrogates", first(lambda line: line.update(text=line["text"][:-1] + "\ud800"))
    yield "it has no passages", first(lambda line: line.update(passages=[]))
    for span in ([5, 5, [[5, 5]]], [-1, 5, [[-1, 5]]], [0, 10**9, [[0, 10**9]]], [7, 3, [[7, 3]]], [0, 5, []]):
        yield "is not a run of sentences", first(lambda line, span=span: line["passages"].insert(0, span))
    for sentences in ([[0, 4]], [[0, 9], [3, 5]], [[1, 5]], [[5, 0], [0, 5]]):
        wrong = [0, 5, sentences]
        yield "is not a run of sentences", first(lambda line, wrong=wrong: line["passages"].insert(0, wrong))
    for over in ([[0, 9, [[0, 9]]], [1, 9, [[1, 9]]]], [[0, 9, [[0, 9]]]] * 2, [[5, 9, [[5, 9]]], [0, 5, [[0, 5]]]]):
        yield "behind the one before", first(lambda line, over=over: line.update(passages=over))
    yield "is empty", first(lambda line: line["passages"].insert(0, [0, 5, [[0, 0], [0, 5]]]))


def test_nothing_of_it_is_believed(packed: Path, model: str, tmp_path: Path) -> None:
    (tmp_path / "sound.txt").write_text("PK\x03\x04 evil")
    tried = 0
    before = sorted(path.name for path in tmp_path.parent.iterdir())
    for reason, path in hostile(packed, tmp_path):
        print(reason)
        with pytest.raises(InvalidPack, match="is not a pack that can be unpacked") as refused:
            unpack(path, tmp_path / "copy", model=model)
        assert reason in str(refused.value), str(refused.value)
        assert "\n" not in str(refused.value)
        assert not (tmp_path / "copy").exists(), reason
        tried += 1
    assert tried > 70
    assert sorted(path.name for path in tmp_path.parent.iterdir()) == before
    assert not list(tmp_path.glob(".copy*"))


def test_notes_and_pages_may_stand_at_both_ends_of_a_text_and_in_any_order(
    packed: Path, model: str, tmp_path: Path
) -> None:
    sound = read(packed)
    lines = sound.lines()
    end = len(lines[0]["text"])
    notes = [{"mark": str(number), "at": at, "text": "Note."} for number, at in enumerate((end, 0))]
    lines[0]["description"].update(pages=[["2", end], ["1", 0]], notes=notes)
    documents = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    unpack(Changed({**sound.files, "documents.jsonl": documents}).write(tmp_path / "odd"), tmp_path / "c", model=model)
    with open_collection(tmp_path / "c") as collection:
        document = collection.document(lines[0]["id"] if "id" in lines[0] else lines[0]["description"]["id"])
    assert document is not None
    assert document.pages == (Page("1", 0), Page("2", end))
    assert [note.at for note in document.notes] == [end, 0]


def test_an_archive_that_lies_is_refused(packed: Path, model: str, tmp_path: Path) -> None:
    sound, refused = read(packed), "is not a pack that can be unpacked"
    raw = bytearray(packed.read_bytes())
    listed = raw.index(b"PK\x01\x02")
    bombs: dict[str, bytes] = {}

    def patched(offset: int, content: bytes) -> bytes:
        return bytes(raw[:offset] + content + raw[offset + len(content) :])

    bombs["encrypted, packed in another way"] = patched(listed + 8, b"\1\0")
    bombs["encrypted, packed in another way, "] = patched(listed + 10, b"\x0e\0")  # LZMA
    with zipfile.ZipFile(tmp_path / "link", "w") as archive:
        for name, content in sound.files.items():
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            archive.writestr(link, content)
    bombs["or no file"] = (tmp_path / "link").read_bytes()
    with zipfile.ZipFile(tmp_path / "dense", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**sound.files, "vectors.npy": bytes(80 << 20)}.items():
            archive.writestr(name, content)
    bombs["packed more densely"] = (tmp_path / "dense").read_bytes()
    with zipfile.ZipFile(tmp_path / "twice", "w") as archive:
        for name in sound.files:
            archive.writestr(name, sound.files[name])
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("pack.json", sound.files["pack.json"])
    bombs["it has not just the files"] = (tmp_path / "twice").read_bytes()
    with zipfile.ZipFile(tmp_path / "many", "w") as archive:
        for number in range(500):
            archive.writestr(f"{number}", b"")
    bombs["lists more files"] = (tmp_path / "many").read_bytes()
    bombs["no ZIP archive, or is cut short"] = bytes(raw[:-1])
    bombs["no ZIP archive, or is cut short, "] = bytes(raw) + b"more"
    bombs["no ZIP archive, or is cut short,  "] = b""
    end = raw.index(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    bombs["its end is not as it should be"] = bytes(raw[:end]) + locator + bytes(raw[end:])
    middle = raw.index(sound.files["vectors.npy"][200:230])
    bombs["CRC"] = patched(middle, bytes([raw[middle] ^ 1]))
    for reason, content in bombs.items():
        (tmp_path / "hostile").write_bytes(content)
        with pytest.raises(InvalidPack, match=refused) as told:
            unpack(tmp_path / "hostile", tmp_path / "copy", model=model)
        assert reason.strip(", ") in str(told.value), str(told.value)
        assert not (tmp_path / "copy").exists()
    with pytest.raises(DragomanError, match="cannot be read"):
        unpack(tmp_path / "nowhere", tmp_path / "copy", model=model)


def test_it_may_be_larger_than_zip_archives_used_to_be(
    packed: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    read(packed).write(tmp_path / "large")
    monkeypatch.undo()
    assert b"PK\x06\x06" in (tmp_path / "large").read_bytes()
    assert unpack(tmp_path / "large", tmp_path / "copy", model=model).added == 3


def test_a_document_is_packed_only_if_it_can_be_unpacked(
    original: Collection, packed: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (packing, unpacking):
        monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    with pytest.raises(DragomanError, match=r"document 'geneva' has [\d,]+ bytes, and 1,000 fit into a pack"):
        original.pack(tmp_path / "more")
    with pytest.raises(InvalidPack, match=r"line 1 of documents\.jsonl is longer than any may be"):
        unpack(packed, tmp_path / "copy", model=model)
    assert not (tmp_path / "more").exists()


def test_a_text_may_have_what_as_values_would_be_too_many(
    make_collection: "MakeCollection", model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Document("table", 'A table: "[1,2],{3},[[]]", \\ and so on. ' * 100, title='The "table", [in] full\\')
    collection = make_collection([table])
    monkeypatch.setattr(packing, "MOST_VALUES", 500)
    collection.pack(tmp_path / "table.pack")
    unpack(tmp_path / "table.pack", tmp_path / "copy", model=model)
    with open_collection(tmp_path / "copy") as copy:
        assert copy.document("table").text == table.text
    monkeypatch.setattr(packing, "MOST_VALUES", 100)
    with pytest.raises(DragomanError, match=r"document 'table' has more than the 100 values that fit into a pack"):
        collection.pack(tmp_path / "more.pack")


def test_an_interruption_leaves_nothing_of_it(
    packed: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "COMMIT_PASSAGES", 1)

    def interrupt(progress: Progress) -> None:
        if progress.documents == 2:
            raise KeyboardInterrupt

    for reencode in (True, False):
        with pytest.raises(KeyboardInterrupt):
            unpack(packed, tmp_path / "copy", model=model, reencode=reencode, progress=interrupt)
        assert list(tmp_path.iterdir()) == []


def test_what_a_kill_leaves_beside_a_pack_the_next_attempt_removes(
    original: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.pack"
    child = os.fork()
    if not child:
        monkeypatch.setattr(packing, "sync", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        with open_collection(original.path) as collection:
            collection.pack(target)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    [left] = tmp_path.iterdir()
    others = [tmp_path / ".b.pack.0123456789ab.unfinished", tmp_path / ".a.pack.notes.unfinished"]
    at_work = left.with_name(".a.pack.0123456789ab.unfinished")
    for each in (*others, at_work):
        each.touch()
    with at_work.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        original.pack(target)
    assert {*tmp_path.iterdir()} == {target, at_work, *others}


def test_the_commands_pack_and_unpack(
    original: Collection, model: str, command: "Callable[..., Ran]", tmp_path: Path
) -> None:
    ran = command("pack", tmp_path / "a.pack", "--collection", original.path)
    assert (ran.code, ran.err) == (0, "")
    assert f"3 documents in {original.status().passages} passages packed into {tmp_path / 'a.pack'}" in ran.out
    ran = command("unpack", tmp_path / "a.pack", "--collection", tmp_path / "copy")
    assert (ran.code, ran.out) == (2, "")
    assert "give --reencode" in ran.err
    ran = command("unpack", tmp_path / "a.pack", "--collection", tmp_path / "copy", "--model", model)
    assert ran.code == 0
    assert f"3 documents in {original.status().passages} passages unpacked into {tmp_path / 'copy'}" in ran.out
    ran = command("unpack", tmp_path / "a.pack", "--collection", tmp_path / "copy", "--model", model)
    assert ran.code == 2
    assert "exists" in ran.err
