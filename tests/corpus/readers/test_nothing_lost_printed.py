"""Every word of a PDF, of the pictures of pages, and of an old Word document is in the text, a note or what was cut."""

import io
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given

from dragoman.corpus.document import Document
from dragoman.corpus.readers.support import ocr
from support.painted import Piece, painted
from support.places import BRIEFS, ROOT
from support.written_words import CHANCE, SOME, Writer, results, words_found, words_kept

FORMATS = ROOT / "tests" / "fixtures" / "formats"

# ------------------------------------------------------------------------------------------------------------ PDF


PROSE = "".join(each.read_text(encoding="utf-8") for each in sorted(BRIEFS.glob("*.md")))
WORDS = sorted(set(re.findall(r"\b[a-z]{5,}\b", PROSE)))


class PageWriter(Writer):
    """Pages, painted from top to bottom, of words that are some: letters that make none are told and not read."""

    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.y = 0.0
        self._left = chance.sample(WORDS, len(WORDS))

    def word(self) -> str:
        self.words.add(word := self._left.pop())
        return word

    def line(self, text: str, x: float = 60, size: float = 11) -> list[Piece]:
        self.y -= size * 1.3
        return [Piece(text, x, self.y, size)]

    def heading(self) -> list[Piece]:
        self.y -= 12
        return self.line(self.phrase(), size=self.chance.choice([11, 16]))

    def paragraph(self) -> list[Piece]:
        """Lines of a paragraph, perhaps with a word that is broken at the end of one."""
        self.y -= 8
        lines = [" ".join(self.word() for _ in range(8)) for _ in range(self.chance.randint(1, 4))]
        if self.chance.random() < 0.5:
            word = self.word()
            lines += [f"so it went on with {self.phrase()} and {word[:3]}-", f"{word[3:]} {self.phrase()}"]
        return [piece for line in lines for piece in self.line(line)]

    def table(self) -> list[Piece]:
        self.y -= 8
        rows: list[Piece] = []
        for _ in range(self.chance.randint(2, 4)):
            rows += self.line(self.word())
            rows += [Piece(self.word(), x, self.y, 11) for x in (220, 380)]
        return rows

    def columns(self) -> list[Piece]:
        top, pieces = self.y - 8, list[Piece]()
        for x in (60, 320):
            self.y = top
            for _ in range(8):
                pieces += self.line(" ".join(self.word() for _ in range(4)), x)
        return pieces

    def notes(self) -> list[Piece]:
        self.y = 130
        return [piece for at in (1, 2) for piece in self.line(f"{at} {self.phrase()} {self.phrase()}.", size=8)]

    def file(self) -> bytes:
        head, pages = self.phrase(), list[list[Piece]]()
        for number in range(1, self.chance.randint(1, 4) + 1):
            self.y = 780
            pieces = [Piece(head, 60, 810, 9), Piece(str(number), 290, 30, 9)]
            for _ in range(self.chance.randint(2, 4)):
                pieces += self.chance.choice([self.heading, self.paragraph, self.paragraph, self.table, self.columns])()
            pages.append(pieces + (self.notes() if self.chance.random() < 0.5 else []))
        return painted(pages)


@SOME
@given(CHANCE)
def test_of_a_pdf(chance: Random) -> None:
    pytest.importorskip("pypdfium2")
    writer = PageWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.pdf", data) == set()


# ------------------------------------------------------------------------------------------------------- pictures

PAGES = (
    ("Harbour committee", "Seven trawlers sailed before sunrise.", "Inspectors counted barrels of herring twice."),
    ("Tonnage\tQuota\tVessel", "4120\t3900\tAlbatross", "2875\t3100\tKingfisher"),
    ("Delegates approved the agreement unanimously.", "Ratification follows in Zagreb next winter."),
)
"""The lines of some pages; of the second they are the rows of a table."""


def scanned(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF that has pictures of such pages and nothing else."""
    image, draw = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.ImageDraw")
    font = pytest.importorskip("PIL.ImageFont").load_default(30)
    pictures: list[Any] = []
    for lines in pages:
        picture = image.new("L", (1000, 500), 255)
        for at, line in enumerate(lines):
            for cell, text in enumerate(line.split("\t")):
                draw.Draw(picture).text((60 + 320 * cell, 60 + 80 * at), text, 0, font)
        pictures.append(picture)
    out = io.BytesIO()
    pictures[0].save(out, "PDF", resolution=120, save_all=True, append_images=pictures[1:])
    return out.getvalue()


@pytest.mark.process
@pytest.mark.parametrize("engine", ["rapidocr", "tesseract"])
def test_of_pictures_of_pages(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2")
    if engine == "rapidocr":
        pytest.importorskip("rapidocr")
    elif shutil.which("tesseract"):
        monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    else:
        pytest.skip("needs Tesseract")
    ocr.recogniser.cache_clear()
    try:
        found = results("x.pdf", scanned(PAGES), ocr=True)
    finally:
        ocr.recogniser.cache_clear()
    (document,) = (each for each in found if isinstance(each, Document))
    kept = words_kept([document])
    written = [set(re.findall(r"\w+", " ".join(page))) for page in PAGES]
    # A recogniser may misread a word, but neither a page nor a line.
    assert len(set.union(*written) - kept) <= 1
    assert all(len(page - kept) <= 1 for page in written)
    assert len(document.pages) == len(PAGES)


# --------------------------------------------------------------------------------------------- old Word documents


def words_of_original(name: str, *, around: bool) -> set[str]:
    """The words of what a fixture was made of, page headers, footers and comments included or not."""
    original = (FORMATS / name).read_text(encoding="utf-8")
    body = original.partition("<office:master-styles>" if around else "<office:body>")[2]
    left_out = ["office:change-info", "dc:creator", "dc:date", "text:note-citation", "text:page-number"]
    left_out += [] if around else ["office:annotation", "text:tracked-changes"]
    told = rf"<({'|'.join(left_out)})>.*?</\1>"
    shown = re.sub(r"</?text:span[^>]*>", "", re.sub(told, "", body))
    return set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", shown)))


@pytest.mark.process
def test_of_an_old_word_document_by_libreoffice() -> None:
    if not shutil.which("soffice"):
        pytest.skip("needs LibreOffice")
    found = results("minutes.doc", (FORMATS / "minutes.doc").read_bytes())
    assert words_of_original("minutes.fodt", around=True) - words_kept(found) == set()


@pytest.mark.process
def test_of_an_old_word_document_by_antiword(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (antiword := shutil.which("antiword")):
        pytest.skip("needs antiword")
    (tmp_path / "antiword").symlink_to(antiword)
    monkeypatch.setenv("PATH", str(tmp_path))
    kept = words_kept(results("minutes.doc", (FORMATS / "minutes.doc").read_bytes()))
    assert words_of_original("minutes.fodt", around=False) - kept == set()
    # What it does not give is told.
    assert {"headers", "footers", "comments"} <= kept
