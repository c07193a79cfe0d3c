"""Archives and compressed files: whatever is readable is readable in them, under `path!member`, and within limits."""

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers import allowance
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.index.feeding.feeder import Feeding, feed
from dragoman.index.writing.store import Store
from dragoman.index.writing.writer import Writer

LETTER = "The two foreign ministers met in Nara and agreed to resume the fisheries talks in the spring.\n"
RECORDS = '{"id": "r1", "text": "The envoy left."}\n{"id": "r2", "text": "The envoy came back."}\n{"text": "No id."}\n'
PAGE = f"<html><head><title>Talks</title></head><body><p>{LETTER * 4}</p></body></html>"


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: Mapping[str, str | bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # pyright: ignore[reportCallIssue, reportArgumentType]
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def reading(path: Path, data: bytes, **options: object) -> tuple[dict[str, str], list[str]]:
    """The texts by the ids without the path, and what was skipped."""
    path.write_bytes(data)
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = {each.id.removeprefix(str(path)): each.text for each in found if isinstance(each, Document)}
    return documents, [str(each).removeprefix(str(path)) for each in found if isinstance(each, Skipped)]


MEMBERS: dict[str, str | bytes] = {
    "letter.txt": LETTER,
    "1946/X.MD": "---\ntitle: A memorandum\n---\n" + LETTER,
    "pages/a.html": PAGE,
    "records.jsonl": RECORDS,
    "records.csv.gz": gzip.compress(b"id,text\nc1,The treaty was signed.\n"),
    "photo.jpg": b"\xff\xd8\xff",
    "README": "who reads it",
    ".DS_Store": b"\0\0\0\1",
    "__MACOSX/._letter.txt": b"\0\5",
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(MEMBERS)),
        ("a.ZIP", zipped(MEMBERS, zipfile.ZIP_STORED)),
        ("b.zip", zipped(MEMBERS, zipfile.ZIP_BZIP2)),
        ("l.zip", zipped(MEMBERS, zipfile.ZIP_LZMA)),
        ("a.tar", tarred(MEMBERS)),
        ("a.tar.gz", tarred(MEMBERS, "w:gz")),
        ("a.tgz", tarred(MEMBERS, "w:gz")),
        ("a.tar.bz2", tarred(MEMBERS, "w:bz2")),
        ("a.tar.xz", tarred(MEMBERS, "w:xz")),
        ("a.txz", tarred(MEMBERS, "w:xz")),
    ],
)
def test_all_that_is_readable_is_read_in_an_archive(name: str, data: bytes, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / name, data)
    assert set(documents) == {"!letter.txt", "!1946/X.MD", "!pages/a.html", "r1", "r2", "c1"}
    assert documents["!letter.txt"] == documents["!1946/X.MD"] == LETTER.strip()
    assert documents["c1"] == "The treaty was signed."
    assert skipped == [
        "!records.jsonl line 3: has no id: name its field with id=KEY if it is not 'id'",
        "!photo.jpg: no reader for .jpg",
        "!README: no reader for files without an extension",
    ]


def test_an_archive_in_an_archive_is_read_and_what_lies_deeper_is_named(tmp_path: Path) -> None:
    innermost = zipped({"deep.txt": LETTER})
    inner = tarred({"in.txt": LETTER, "c.zip": innermost}, "w:gz")
    documents, skipped = reading(tmp_path / "a.zip", zipped({"b.tar.gz": inner, "out.txt": LETTER}))
    assert set(documents) == {"!b.tar.gz!in.txt", "!out.txt"}
    assert skipped == ["!b.tar.gz!c.zip: more than 2 archives within one another: unpack the outermost"]


@pytest.mark.parametrize(
    ("name", "pack"), [("x.txt.gz", gzip.compress), ("x.TXT.BZ2", bz2.compress), ("x.txt.xz", lzma.compress)]
)
def test_a_compressed_file_is_the_document_that_it_holds(name: str, pack: object, tmp_path: Path) -> None:
    packed: bytes = pack(LETTER.encode())  # pyright: ignore[reportCallIssue]
    assert reading(tmp_path / name, packed) == ({"": LETTER.strip()}, [])
    documents, skipped = reading(tmp_path / name, packed[:-12])
    assert not documents
    assert skipped[0].startswith(": damaged: ")


def test_a_compressed_file_of_records_or_of_a_page_is_read_as_one(tmp_path: Path) -> None:
    documents, _ = reading(tmp_path / "a.html.gz", gzip.compress(PAGE.encode()))
    assert "fisheries" in documents[""]
    documents, _ = reading(tmp_path / "a.jsonl.bz2", bz2.compress(RECORDS.encode()))
    assert set(documents) == {"r1", "r2"}
    documents, _ = reading(tmp_path / "a.dat.gz", gzip.compress(LETTER.encode()), format="text")
    assert documents == {"": LETTER.strip()}
    _, skipped = reading(tmp_path / "a.dat.gz", gzip.compress(LETTER.encode()))
    assert skipped == [": no reader for .gz"]


def test_no_name_of_a_member_leads_anywhere(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "../../escaped.txt": LETTER,
        "a/../../b.txt": LETTER,
        "/etc/absolute.txt": LETTER,
        "C:\\letters\\x.txt": LETTER,
        "./here.txt": LETTER,
        "line\nbreak\x1b[31m.txt": LETTER,
    }
    (tmp_path / "in").mkdir()
    for name, data in (("a.zip", zipped(members)), ("a.tar", tarred(members))):
        documents, skipped = reading(tmp_path / "in" / name, data)
        assert set(documents) == {
            "!etc/absolute.txt", "!C:/letters/x.txt", "!here.txt", r"!line\x0abreak\x1b[31m.txt"
        }  # fmt: skip
        assert skipped == [
            f"!{each}: its name leads out of the archive" for each in ("../../escaped.txt", "a/../../b.txt")
        ]
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.tar", "a.zip", "in"]


TWICE = [("a.txt", "One."), ("a.txt", "Two."), ("./a.txt", "Three."), ("d\\c.txt", "Four."), ("d/c.txt", "Five.")]


def with_twins(name: str, members: Sequence[tuple[str, str]] = (*TWICE, ("x.jpg", ""))) -> bytes:
    """An archive in which several members have the same name."""
    out = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for each, content in members:
                archive.writestr(each, content)
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for each, content in members:
            entry = tarfile.TarInfo(each)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
def test_members_of_one_name_are_all_kept(name: str, empty_collections: tuple[Path, Path], tmp_path: Path) -> None:
    documents, _ = reading(tmp_path / name, with_twins(name))
    assert sorted(documents.values()) == ["Five.", "Four.", "One.", "Three.", "Two."]
    assert documents["!a.txt"] == "One."
    taken = [("a 2.txt", "One."), ("a.txt", "Two."), ("a.txt", "Three.")]
    assert set(reading(tmp_path / name, with_twins(name, taken))[0]) == {"!a 2.txt", "!a.txt", "!a 3.txt"}
    (tmp_path / name).write_bytes(with_twins(name))
    with closing(Store(shutil.copytree(empty_collections[0], tmp_path / "c.idx"))) as store:
        for counts in ((5, 0, 0), (0, 0, 5)):
            with store.writing(timeout=10):
                report = feed(Writer(store), [(str(tmp_path / name), Feeding(ReadOptions()))])
            assert (report.added, report.updated, report.unchanged) == counts


def test_a_link_or_device_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("A secret of this machine.")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind, name in ((tarfile.SYMTYPE, "soft.txt"), (tarfile.LNKTYPE, "hard.txt"), (tarfile.CHRTYPE, "dev.txt")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, str(tmp_path / "secret.txt")
            archive.addfile(entry)
    documents, skipped = reading(tmp_path / "a.tar", out.getvalue())
    assert not documents
    assert [each.partition(": ")[2] for each in skipped] == ["no file, but a link, a device or a sparse file"] * 3


def test_names_without_a_stated_encoding_are_mostly_utf_8(tmp_path: Path) -> None:
    data = zipped({"회담.txt": LETTER}).replace("회담.txt".encode(), "회담.txt".encode())
    # The bit that says UTF-8, in the header of the member and in the list, is taken away.
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        where = data.index(mark) + at
        data = data[:where] + b"\0\0" + data[where + 2 :]
    assert set(reading(tmp_path / "a.zip", data)[0]) == {"!회담.txt"}


def test_a_bomb_is_a_line_and_what_came_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "_UNSUSPECTED", 1_000_000)
    bomb = b"0" * 19_000_000  # a thousand times its size
    for name, data in (
        ("a.zip", zipped({"a.txt": LETTER, "b.txt": bomb, "c.txt": LETTER})),
        ("b.zip", zipped({"a.txt": LETTER, "in.zip": zipped({"b.txt": bomb})})),
        ("a.tar.gz", tarred({"a.txt": LETTER, "b.txt": bomb, "c.txt": LETTER}, "w:gz")),
        ("c.zip", zipped({"a.txt": LETTER, "b.txt.gz": gzip.compress(b"0" * 19_000_000)})),
    ):
        documents, skipped = reading(tmp_path / name, data)
        assert set(documents) == {"!a.txt"}
        assert skipped[-1] == ": an archive bomb: it unpacks to more than 250 times its size"


def test_an_archive_may_have_many_members_but_not_any_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many: dict[str, str | bytes] = {f"{number}.md": "A short note." for number in range(10_000)}
    documents, skipped = reading(tmp_path / "a.zip", zipped(many, zipfile.ZIP_STORED))
    assert (len(documents), skipped) == (10_000, [])
    monkeypatch.setattr(allowance, "MOST_MEMBERS", 500)
    documents, skipped = reading(tmp_path / "a.zip", zipped(many, zipfile.ZIP_STORED))
    assert (len(documents), skipped) == (500, [": an archive of more than 500 members"])
    inner = zipped({f"{number}.md": "A note." for number in range(300)})
    documents, skipped = reading(tmp_path / "b.zip", zipped({"1.zip": inner, "2.zip": inner, "3.zip": inner}))
    assert len(documents) == 498  # the archives are members as well
    assert skipped[-1] == ": an archive of more than 500 members"


def test_members_under_a_password_are_named_and_the_others_read(tmp_path: Path) -> None:
    data = zipped({"secret.txt": LETTER, "open.txt": LETTER})
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        where = data.index(mark) + at
        data = data[:where] + b"\1\0" + data[where + 2 :]
    documents, skipped = reading(tmp_path / "a.zip", data)
    assert set(documents) == {"!open.txt"}
    assert skipped == ["!secret.txt: protected by a password: pack it without one"]


def test_records_of_two_members_that_count_from_one_are_all_kept(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "1950/acts.csv": "id,text\n1,The treaty of 1950.\n2,Another act.\n",
        "1951/acts.csv": "id,text\n1,The treaty of 1951.\n2,Another act.\n",
        "1952.jsonl": '{"id": 1, "text": "The treaty of 1952."}\n',
        "1953.md": "---\nid: 1\n---\nThe treaty of 1953.",
    }
    for name, pack in (("a.zip", zipped), ("a.tar", tarred)):
        documents, skipped = reading(tmp_path / name, pack(members))
        assert documents == {
            "1": "The treaty of 1950.",
            "2": "Another act.",  # twice the same
            "!1951/acts.csv!1": "The treaty of 1951.",
            "!1952.jsonl!1": "The treaty of 1952.",
            "!1953.md!1": "The treaty of 1953.",
        }
        assert skipped == []


def test_an_archive_of_hidden_files_alone_is_named(tmp_path: Path) -> None:
    for name, pack in (("a.zip", zipped), ("a.tar", tarred)):
        found = reading(tmp_path / name, pack({".notes.txt": LETTER, "__MACOSX/._a.txt": b"\0"}))
        assert found == ({}, [": an archive of hidden files alone"])


def test_what_is_skipped_again_and_again_is_counted(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {f"{number}.jpg": b"" for number in range(3_000)}
    members |= {f"{number}.txt": b"" for number in range(30)} | {"a.txt": LETTER}
    for name, pack in (("a.zip", zipped), ("a.tar", tarred)):
        documents, skipped = reading(tmp_path / name, pack(members))
        assert set(documents) == {"!a.txt"}
        assert len(skipped) == 42
        assert skipped[:2] == ["!0.jpg: no reader for .jpg", "!1.jpg: no reader for .jpg"]
        assert skipped[-2:] == [": 2,980 more: no reader for .jpg", ": 10 more: empty"]


def test_damage_costs_what_is_damaged(tmp_path: Path) -> None:
    data = zipped({"a.txt": os.urandom(40).hex(), "b.txt": LETTER}, zipfile.ZIP_STORED)
    spoilt = bytearray(data)
    spoilt[data.index(b"a.txt") + 8] ^= 1
    documents, skipped = reading(tmp_path / "a.zip", bytes(spoilt))
    assert (set(documents), skipped) == ({"!b.txt"}, ["!a.txt: damaged: it cannot be unpacked"])
    assert reading(tmp_path / "a.zip", data[:-30]) == ({}, [": not a ZIP archive, or damaged"])
    tar = tarred({"a.txt": LETTER, "b.txt": LETTER * 100})
    documents, skipped = reading(tmp_path / "a.tar", tar[:3000])
    assert (set(documents), skipped[0]) == ({"!a.txt"}, "!b.txt: damaged: it cannot be unpacked")
    documents, skipped = reading(tmp_path / "a.tar", tar[:1024])
    assert (set(documents), skipped) == ({"!a.txt"}, [": it ends without its end mark: it may be cut off"])
    random = tarred({"a.txt": LETTER, "b.txt": os.urandom(50_000).hex()}, "w:gz")
    documents, skipped = reading(tmp_path / "a.tar.gz", random[:-9000])
    assert set(documents) == {"!a.txt"}
    assert "damaged" in skipped[0]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz"])
@pytest.mark.parametrize("data", [b"", b"nothing of the kind" * 100, b"%PDF-1.7", b"PK\5\6" + b"\xff" * 18])
def test_what_is_no_archive_is_one_line(name: str, data: bytes, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / name, data)
    assert (documents, len(skipped)) == ({}, 1)
    assert "fault in" not in skipped[0]


def test_a_header_that_claims_a_huge_size_is_not_believed(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 7 * 2**30
    documents, skipped = reading(tmp_path / "a.tar", entry.tobuf(tarfile.GNU_FORMAT) + b"a" * 1024)
    assert (documents, len(skipped)) == ({}, 1)


def test_a_collection_loses_nothing_when_an_archive_shrinks(
    empty_collections: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    with closing(Store(shutil.copytree(empty_collections[0], tmp_path / "c.idx"))) as store:
        for members, counts in (
            (dict(MEMBERS), (6, 0, 0)),
            ({"letter.txt": LETTER}, (0, 1, 0)),
        ):
            path.write_bytes(zipped(members))
            with store.writing(timeout=10):
                report = feed(Writer(store), [(str(tmp_path), Feeding(ReadOptions()))])
            assert (report.added, report.unchanged, report.removed) == counts
        assert len(list(store.ledger.live_ids())) == 6
