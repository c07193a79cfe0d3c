"""Scanned pages: skipped with advice, or recognised where that is asked for, and marked as recognised."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers import pdf
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.readers.support import ocr, pdf_layer
from dragoman.corpus.readers.support.ocr import Piece, as_read
from dragoman.corpus.readers.support.printed import Line
from dragoman.errors import UnreadableSource
from support.places import ROOT

SCAN = ROOT / "tests" / "fixtures" / "formats" / "scan.pdf"
WORDS = "The two foreign ministers met for an hour in Nara and spoke of the zebra corridor"

pytest.importorskip("pypdfium2")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    """What recognises text is looked for anew in each test."""
    ocr.recogniser.cache_clear()
    yield
    ocr.recogniser.cache_clear()


def reading(path: Path, **options: object) -> tuple[list[Document], list[str]]:
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(f"{path}: ") for each in found if isinstance(each, Skipped)]


def assert_recognised(document: Document) -> None:
    assert WORDS in " ".join(document.text.split())
    assert document.text.split()[-3:] == ["to", "the", "press."]
    assert document.title == "Memorandum on the fisheries talks"
    assert document.provenance["text"] == "recognised"
    assert ("recognised", ["text"]) in document.by_provenance()
    assert [(each.kind, each.example) for each in document.remarks] == [
        ("pages were recognised in their pictures (OCR)", "1 of 1")
    ]


def test_a_scan_is_skipped_with_advice() -> None:
    assert reading(SCAN) == ([], ['no text layer: it needs OCR: --ocr, with pip install "dragoman[ocr]"'])


def test_a_scan_is_recognised_where_that_is_asked_for() -> None:
    pytest.importorskip("rapidocr")
    (document,), skipped = reading(SCAN, ocr=True)
    assert_recognised(document)
    assert skipped == []


@pytest.mark.process
def test_tesseract_will_do_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("tesseract"):
        pytest.skip("needs Tesseract")
    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    (document,), _ = reading(SCAN, ocr=True)
    assert_recognised(document)


def test_without_either_a_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = 'rapidocr is not installed: pip install "dragoman[ocr]", or install Tesseract'
    assert reading(SCAN, ocr=True) == ([], [told])


def test_a_file_is_recognised_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_MOST_PICTURES", 0)
    monkeypatch.setattr(pdf, "recogniser", lambda: lambda picture: [])
    assert reading(SCAN, ocr=True) == ([], ["1 of its pages were not recognised: 0 are the most, split it"])


def test_a_huge_page_is_drawn_no_larger_than_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("1", (9_000, 100), 1).save(tmp_path / "x.pdf", "PDF", resolution=10)  # 25 yards wide
    sizes: list[tuple[int, int]] = []
    monkeypatch.setattr(pdf, "recogniser", lambda: lambda picture: sizes.append(picture.size) or [])
    assert reading(tmp_path / "x.pdf", ocr=True) == ([], ["no text that could be recognised in its pages"])
    assert max(sizes[0]) <= ocr.LONGEST_SIDE + 1


def test_pages_that_take_ever_so_long_to_draw_are_not_all_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    pages = [image.new("L", (600, 800), 255) for _ in range(9)]
    pages[0].save(tmp_path / "x.pdf", "PDF", save_all=True, append_images=pages[1:])
    drawn: list[object] = []
    monkeypatch.setattr(pdf, "recogniser", lambda: lambda picture: drawn.append(picture) or [Line("They met.")])
    monkeypatch.setattr(pdf_layer, "picture", slowly_drawn)
    (document,), (told,) = reading(tmp_path / "x.pdf", ocr=True, cleaning=False)
    # The first may take a minute; with each the file may take two seconds more.
    assert len(drawn) == 3
    assert document.text.count("They met.") == 3
    assert told == "page 4 and those after it were not recognised: drawing those before took more than 66 seconds"


def scans(path: Path, count: int) -> Path:
    image = pytest.importorskip("PIL.Image")
    pages = [image.new("L", (600, 800), 255) for _ in range(count)]
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:])
    return path


def test_a_picture_that_takes_too_long_is_left_out_and_named_and_after_three_no_more_are_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried = 0

    def recognise(_: object) -> list[Line]:
        nonlocal tried
        tried += 1
        if tried in slow:
            raise UnreadableSource("it takes more than 180 seconds")
        return [Line("They met.")]

    monkeypatch.setattr(pdf, "recogniser", lambda: recognise)
    slow = {2}
    (document,), (told,) = reading(scans(tmp_path / "x.pdf", 4), ocr=True, cleaning=False)
    assert document.text.count("They met.") == 3
    assert told == "1 of its pages could not be recognised (page 2): it takes more than 180 seconds"
    tried, slow = 0, {1, 3, 4}
    (document,), (told,) = reading(scans(tmp_path / "x.pdf", 9), ocr=True, cleaning=False)
    assert (tried, document.text.count("They met.")) == (4, 1)
    assert told == (
        "3 of its pages could not be recognised (page 1, 3, 4): it takes more than 180 seconds; "
        "page 5 and those after it were not recognised: recognising 3 of those before took too long"
    )


@pytest.mark.process
def test_what_recognises_is_killed_where_it_hangs_and_begins_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rapidocr")
    with ocr.APART.lasting(60, patience=1) as apart:
        with pytest.raises(UnreadableSource):
            apart.do(time.sleep, 600)  # which takes no time of a processor
        assert apart.do(len, "afresh") == 6
    monkeypatch.setattr(ocr, "recognised", hang)
    monkeypatch.setattr(ocr, "_LONGEST_SECONDS", 1)
    told = "1 of its pages could not be recognised (page 1): it takes more than 1 seconds, or breaks what recognises it"
    assert reading(SCAN, ocr=True) == ([], [told])


def hang(_size: object, _dots: object) -> None:
    """What never comes to an end, and takes no time of a processor."""
    time.sleep(600)


@pytest.mark.process
def test_tesseract_is_killed_where_it_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "tesseract"
    program.write_text('#!/bin/sh\n[ "$1" = --list-langs ] && echo eng && exit\nexec sleep 600\n')
    program.chmod(0o755)
    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(ocr, "_LONGEST_SECONDS", 1)
    told = "1 of its pages could not be recognised (page 1): it takes more than 1 seconds"
    assert reading(SCAN, ocr=True) == ([], [told])


def slowly_drawn(_number: int) -> tuple[tuple[int, int], bytes, float]:
    """A picture of one dot, that is said to have taken half a minute."""
    return (1, 1), b"a", 30.0


def piece(text: str, left: float, top: float, width: float = 400) -> Piece:
    return Piece(text, left, top, left + width, top + 30)


def test_two_columns_are_read_one_after_the_other() -> None:
    head = piece("A heading over both columns", 0, 0, 950)
    one = [piece(f"left {number}", 0, 100 + 40 * number) for number in range(6)]
    two = [piece(f"right {number}", 520, 103 + 40 * number) for number in range(6)]
    foot = piece("A line below both of the columns", 0, 500, 950)
    mixed = [foot, *(each for pair in zip(two, one, strict=True) for each in pair), head]
    assert [each.text for each in as_read(mixed)] == [each.text for each in [head, *one, *two, foot]]


def test_the_rows_of_a_table_are_read_as_rows() -> None:
    rows = [[piece(f"{row}.{cell}", 300 * cell, 50 * row + 3 * cell, 80) for cell in range(3)] for row in range(8)]
    mixed = [each for row in reversed(rows) for each in reversed(row)]
    assert [each.text for each in as_read(mixed)] == [f"{row}.{cell}" for row in range(8) for cell in range(3)]
